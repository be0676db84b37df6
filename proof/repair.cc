#include "proof/repair.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "cloud/eks/node_config.h"

namespace drydock::proof {

const char* const kAllowsAll =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

namespace {

constexpr const char* kTrustsEc2 =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]})";

template <class T>
T* at(std::vector<T>& table, const std::string& key) {
  for (T& noun : table)
    if (cloud::key_of(noun) == key) return &noun;
  return nullptr;
}

void open(cloud::World& world, const std::string& group, bool egress) {
  aws::SecurityGroupRule rule{.securityGroupRuleId = group + (egress ? "/repaired-out" : "/repaired-in"),
                              .groupId = group,
                              .isEgress = egress,
                              .ipProtocol = "-1"};
  rule.cidrIpv4 = "0.0.0.0/0";
  world.security_group_rules.push_back(rule);
  rule.securityGroupRuleId += "6", rule.cidrIpv4.reset(), rule.cidrIpv6 = "::/0";
  world.security_group_rules.push_back(rule);
}

bool open_first(cloud::World& world, const std::vector<std::string>& groups, bool egress) {
  if (groups.empty()) return false;
  open(world, groups.back(), egress);
  return true;
}

bool make_endpoint(cloud::World& world, const Problem& p) {
  const std::string& service = p.need.service;
  if (service.empty()) return false;
  aws::VpcEndpoint e{.vpcEndpointId = "repaired/" + p.need.vpc + "/" + service, .vpcId = p.need.vpc};
  e.serviceName = "com.amazonaws." + world.region + "." + service;
  e.state = "available";
  if (service == "s3") {
    for (const auto& table : world.route_tables)
      if (table.vpcId == p.need.vpc) e.routeTableIdSet.push_back(table.routeTableId);
    e.routeTableIdSet.push_back(cloud::main_route_table_id(p.need.vpc));
  } else {
    e.vpcEndpointType = "Interface", e.privateDnsEnabled = true;
    e.subnetIdSet.assign(p.need.subnets.begin(), p.need.subnets.end());
    const std::string group = open_group(world, p.need.vpc);
    e.groupSet = {{group, group}};
  }
  world.vpc_endpoints.push_back(std::move(e));
  return true;
}

bool mend_endpoint(cloud::World& world, const Problem& p) {
  aws::VpcEndpoint* e = at(world.vpc_endpoints, p.finding.where.noun.id);
  if (!e) return false;
  const std::string& code = p.finding.code;
  if (code == "endpoint.private-dns") e->privateDnsEnabled = true, e->dnsOptions = {};
  if (code == "endpoint.state") e->state = "available";
  if (code == "endpoint.policy" || code == "s3.endpoint-policy" || code == "policy.malformed")
    e->policyDocument.clear();
  if (code == "endpoint.no-interface") e->subnetIdSet.assign(p.need.subnets.begin(), p.need.subnets.end());
  if (code == "s3.route-table") e->routeTableIdSet.push_back(p.subject);
  return true;
}

bool mend_acl(cloud::World& world, const Problem& p) {
  aws::NetworkAcl* acl = at(world.network_acls, p.finding.where.noun.id);
  if (!acl) return false;
  acl->entrySet.clear();
  for (bool egress : {true, false}) {
    acl->entrySet.push_back({.ruleNumber = 1, .ruleAction = "allow", .egress = egress, .cidrBlock = "0.0.0.0/0"});
    acl->entrySet.push_back({.ruleNumber = 2, .ruleAction = "allow", .egress = egress, .ipv6CidrBlock = "::/0"});
  }
  return true;
}

bool mend_vpc(cloud::World& world, const Problem& p) {
  aws::Vpc* vpc = at(world.vpcs, p.need.vpc);
  if (!vpc) return false;
  if (p.finding.code == "dns.hostnames") vpc->enableDnsHostnames = true;
  if (p.finding.code == "dns.support") vpc->enableDnsSupport = true;
  if (p.finding.code == "dns.servers") vpc->dhcpOptionsId.clear();
  return true;
}

bool mend_name(cloud::World& world, const Problem& p) {
  for (aws::Vpc& vpc : world.vpcs)
    if (vpc.dhcpOptionsId == p.finding.where.noun.id) vpc.dhcpOptionsId.clear();
  return true;
}

bool mend_cluster(cloud::World& world, const Problem& p) {
  aws::eks::Cluster* cluster = at(world.clusters, p.need.cluster);
  if (!cluster) return false;
  if (p.finding.code.starts_with("eks.")) cluster->resourcesVpcConfig.endpointPrivateAccess = true;
  if (p.finding.code == "cni.missing") cluster->bootstrapSelfManagedAddons = true;
  return true;
}

bool mend_role(cloud::World& world, const Problem& p) {
  aws::Role* role = at(world.roles, p.need.role);
  if (!role) return false;
  if (p.finding.code == "iam.trust") {
    trust_ec2(*role);
  } else if (p.finding.code == "iam.boundary") {
    role->boundary.reset();
  } else {
    role->grants.attached.clear();
    role->grants.inlined = {{"repaired", kAllowsAll}};
  }
  return true;
}

bool mend_policy(cloud::World& world, const Problem& p) {
  if (p.finding.where.noun.table == aws::VpcEndpoint::kTable) return mend_endpoint(world, p);
  if (p.finding.where.noun.table == cloud::OrganizationPolicy::kTable) return world.organization_policies.clear(), true;
  return mend_role(world, p);
}

bool mend_user_data(cloud::World& world, const Problem& p) {
  aws::LaunchTemplateVersion* lt = at(world.launch_templates, p.finding.where.noun.id);
  const aws::eks::Cluster* cluster = at(world.clusters, p.need.cluster);
  if (!lt || !cluster) return false;
  const std::string encoded = lt->launchTemplateData.at("userData").string_or();
  const bool by_id = eks::parse_user_data(unbase64(encoded).value_or(encoded)).config.instanceIdNodeName;
  lt->launchTemplateData["userData"] = base64(right_node_config(*cluster, by_id));
  return true;
}

bool mend_mapping(cloud::World& world, const Problem& p) {
  map_role(world, p.need.cluster, p.need.role, p.need.by_instance_id ? "EC2" : "EC2_LINUX");
  return true;
}

bool mend_addresses(cloud::World& world, const Problem& p) {
  aws::Subnet* subnet = at(world.subnets, p.finding.where.noun.id);
  if (subnet) subnet->mapPublicIpOnLaunch = true;
  for (const std::string& table : {p.need.table}) give_way_out(world, table, p.need.vpc);
  return true;
}

bool mend_metadata(cloud::World& world, const Problem& p) {
  aws::LaunchTemplateVersion* lt = at(world.launch_templates, p.finding.where.noun.id);
  if (lt) lt->launchTemplateData["metadataOptions"]["httpEndpoint"] = "enabled";
  return lt != nullptr;
}

}  // namespace

std::string open_group(cloud::World& world, const std::string& vpc) {
  const std::string id = "repaired/" + vpc;
  if (at(world.security_groups, id)) return id;
  world.security_groups.push_back({.groupId = id, .groupName = id, .vpcId = vpc});
  open(world, id, true), open(world, id, false);
  return id;
}

void open_group_of(cloud::World& world, const std::string& group) {
  open(world, group, true), open(world, group, false);
}

void give_way_out(cloud::World& world, const std::string& table, const std::string& vpc) {
  const std::string id = "repaired/" + vpc + "/way-out";
  if (table == id) return;  // the way out itself
  aws::RouteTable* there = at(world.route_tables, table);
  if (!there) {
    world.route_tables.push_back(
        {.routeTableId = table, .vpcId = vpc, .associationSet = {{.routeTableId = table, .main = true}}});
    there = &world.route_tables.back();
  }
  std::erase_if(there->routeSet, [](const aws::Route& r) {
    return r.state == "blackhole" || r.destinationCidrBlock.value_or("") == "0.0.0.0/0";
  });
  there->routeSet.push_back({.destinationCidrBlock = "0.0.0.0/0", .natGatewayId = id});
  if (at(world.nat_gateways, id)) return;
  world.subnets.push_back({.subnetId = id, .vpcId = vpc, .state = "available", .cidrBlock = "198.18.255.0/28"});
  world.internet_gateways.push_back({.internetGatewayId = id, .attachmentSet = {{vpc}}});
  aws::RouteTable out{.routeTableId = id, .vpcId = vpc, .associationSet = {{.routeTableId = id, .subnetId = id}}};
  out.routeSet.push_back({.destinationCidrBlock = "0.0.0.0/0", .gatewayId = id});
  world.route_tables.push_back(std::move(out));
  world.network_acls.push_back({.networkAclId = id, .vpcId = vpc, .associationSet = {{"", id, id}}});
  for (bool egress : {true, false})
    world.network_acls.back().entrySet.push_back(
        {.ruleNumber = 1, .ruleAction = "allow", .egress = egress, .cidrBlock = "0.0.0.0/0"});
  world.nat_gateways.push_back({.natGatewayId = id, .subnetId = id, .vpcId = vpc, .state = "available"});
}

std::string right_node_config(const aws::eks::Cluster& cluster, bool by_instance_id) {
  const std::string authority =
      cluster.certificateAuthority ? cluster.certificateAuthority->at("data").string_or("LS0t") : "LS0t";
  return fmt::format(
      "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: {}\n    apiServerEndpoint: "
      "{}\n"
      "    certificateAuthority: {}\n    cidr: {}\n{}",
      json_quote(cluster.name), json_quote(cluster.endpoint.value_or("https://planned")), json_quote(authority),
      cluster.kubernetesNetworkConfig.serviceIpv4Cidr,
      by_instance_id ? "  featureGates:\n    InstanceIdNodeName: true\n" : "");
}

void map_role(cloud::World& world, const std::string& cluster, const std::string& role_arn, const std::string& type) {
  std::erase_if(world.access_entries,
                [&](const auto& e) { return e.clusterName == cluster && e.principalArn == role_arn; });
  world.access_entries.push_back({.clusterName = cluster, .principalArn = role_arn, .type = type});
  if (aws::eks::Cluster* c = at(world.clusters, cluster))
    if (c->accessConfig.authenticationMode == "CONFIG_MAP") c->accessConfig.authenticationMode = "API_AND_CONFIG_MAP";
}

void trust_ec2(aws::Role& role) { role.AssumeRolePolicyDocument = kTrustsEc2; }

bool repair(cloud::World& world, const Problem& p) {
  const std::string& code = p.finding.code;
  if (code == "endpoint.missing") return make_endpoint(world, p);
  if (code == "endpoint.security-group" || code == "sg.cluster-ingress")
    return open_first(world, p.need.peer_groups, false);
  if (code == "sg.egress") return open_first(world, p.need.groups, true);
  if (code.starts_with("endpoint.") || code == "s3.route-table" || code == "s3.endpoint-policy")
    return mend_endpoint(world, p);
  if (code.starts_with("acl.")) return mend_acl(world, p);
  if (code == "internet.public-ip") return mend_addresses(world, p);
  if (code.starts_with("route.") || code == "nat.no-way-out")
    return give_way_out(world, p.need.table, p.need.vpc), true;
  if (code.starts_with("dns.")) return mend_vpc(world, p);
  if (code.starts_with("name.")) return mend_name(world, p);
  if (code.starts_with("eks.") || code == "cni.missing") return mend_cluster(world, p);
  if (code == "policy.malformed") return mend_policy(world, p);
  if (code == "iam.organization-policy") return world.organization_policies.clear(), true;
  if (code == "iam.trust" || code == "iam.boundary" || code == "iam.ecr" || code == "iam.cni" ||
      code == "iam.node-role")
    return mend_role(world, p);
  if (code.starts_with("user-data.")) return mend_user_data(world, p);
  if (code.starts_with("auth.")) return mend_mapping(world, p);
  if (code == "imds.disabled") return mend_metadata(world, p);
  return false;
}

}  // namespace drydock::proof

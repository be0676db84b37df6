// The faults that are injected, each with the class of its cause, and harmless changes.
#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "tests/agreement/draw.h"

namespace drydock::agreement {
namespace {

using cloud::World;

template <class T>
T* find_in(std::vector<T>& table, std::string_view key) {
  for (T& noun : table)
    if (cloud::key_of(noun) == key) return &noun;
  return nullptr;
}

/// The interface endpoints that a booting node needs, as far as the world has them.
std::vector<aws::VpcEndpoint*> needed_endpoints(World& w) {
  std::vector<aws::VpcEndpoint*> out;
  for (const char* id : {"ec2", "ecr.api", "ecr.dkr"})
    if (auto* x = find_in(w.vpc_endpoints, id)) out.push_back(x);
  return out;
}
aws::Role* node_role(World& w) { return find_in(w.roles, "node"); }
bool detach(World& w, std::string_view policy) {
  aws::Role* role = node_role(w);
  return role &&
         std::erase_if(role->grants.attached, [&](const std::string& arn) { return arn.ends_with(policy); }) > 0;
}
/// Subnets in which nodes are launched.
std::vector<std::string> node_subnets(const World& w) {
  std::vector<std::string> out;
  for (const auto& x : w.nodegroups) out.insert(out.end(), x.subnets.begin(), x.subnets.end());
  for (const auto& x : w.auto_scaling_groups)
    for (const std::string& id : split(x.VPCZoneIdentifier, ',')) out.push_back(id);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}
std::string policy(std::string_view effect, std::string_view action, std::string_view resource = "*") {
  return Json::object({{"Version", "2012-10-17"},
                       {"Statement",
                        Json::array({Json::object(
                            {{"Effect", effect}, {"Principal", "*"}, {"Action", action}, {"Resource", resource}})})}})
      .dump();
}
std::string identity_policy(std::string_view effect, std::string_view action) {
  return Json::object(
             {{"Version", "2012-10-17"},
              {"Statement", Json::array({Json::object({{"Effect", effect}, {"Action", action}, {"Resource", "*"}})})}})
      .dump();
}
aws::SecurityGroupRule rule(std::string group, bool egress, std::string id) {
  aws::SecurityGroupRule out;
  out.groupId = std::move(group), out.isEgress = egress, out.securityGroupRuleId = std::move(id);
  out.ipProtocol = "-1";
  return out;
}
/// The group on the nodes, and that on EKS's interfaces.
std::string node_group_id(const World& w) {
  for (const char* id : {"nodes", "node"})
    if (cloud::find(w.security_groups, id)) return id;
  return w.clusters.empty() ? "" : w.clusters.front().resourcesVpcConfig.clusterSecurityGroupId;
}
std::vector<aws::LaunchTemplateVersion*> own_templates(World& w) {
  std::vector<aws::LaunchTemplateVersion*> out;
  for (auto& x : w.launch_templates)
    if (x.launchTemplateData.has("userData")) out.push_back(&x);
  return out;
}
bool edit_user_data(World& w, const std::string& from, const std::string& to) {
  bool changed = false;
  for (auto* x : own_templates(w)) {
    const std::string old = unbase64(x->launchTemplateData.at("userData").string_or()).value_or("");
    const std::string fresh = replace_all(old, from, to);
    changed = changed || fresh != old;
    x->launchTemplateData["userData"] = base64(fresh);
  }
  return changed;
}
/// All of a subnet's traffic through an ACL with these entries.
void put_acl(World& w, std::vector<aws::NetworkAclEntry> entries) {
  aws::NetworkAcl acl;
  acl.networkAclId = "acl-" + std::to_string(w.network_acls.size() + 1);
  acl.vpcId = w.vpcs.front().vpcId;
  acl.entrySet = std::move(entries);
  for (const std::string& subnet : node_subnets(w)) {
    for (auto& other : w.network_acls)
      std::erase_if(other.associationSet, [&](const auto& held) { return held.subnetId == subnet; });
    acl.associationSet.push_back({acl.networkAclId + " " + subnet, acl.networkAclId, subnet});
  }
  w.network_acls.push_back(std::move(acl));
}
aws::NetworkAclEntry entry(std::int64_t number, bool egress, const char* action, const char* protocol,
                           std::optional<std::pair<std::int64_t, std::int64_t>> ports = {},
                           const char* cidr = "0.0.0.0/0") {
  aws::NetworkAclEntry out;
  out.ruleNumber = number, out.egress = egress, out.ruleAction = action, out.protocol = protocol, out.cidrBlock = cidr;
  if (ports) out.portFrom = ports->first, out.portTo = ports->second;
  return out;
}
aws::eks::AccessEntry* node_entry(World& w) {
  for (auto& x : w.access_entries)
    if (x.principalArn.ends_with(":role/node")) return &x;
  return nullptr;
}
cloud::KubernetesObject* aws_auth(World& w) {
  for (auto& x : w.kubernetes_objects)
    if (cloud::key_of(x).ends_with("/ConfigMap/kube-system/aws-auth")) return &x;
  return nullptr;
}
bool edit_mapping(World& w, const std::string& from, const std::string& to) {
  auto* map = aws_auth(w);
  if (!map || node_entry(w)) return false;
  const std::string old = map->object.path("data.mapRoles").string_or(), fresh = replace_all(old, from, to);
  map->object["data"]["mapRoles"] = fresh;
  return fresh != old;
}

// --- Faults.

bool no_endpoint(World& w, Dice& dice) {
  auto there = needed_endpoints(w);
  if (there.empty()) return false;
  const std::string id = dice.one_of(there)->vpcEndpointId;
  std::erase_if(w.vpc_endpoints, [&](const auto& x) { return x.vpcEndpointId == id; });
  return true;
}
bool no_s3_endpoint(World& w, Dice&) {
  return std::erase_if(w.vpc_endpoints, [](const auto& x) { return x.vpcEndpointId == "s3"; }) > 0;
}
bool endpoint_group_too_narrow(World& w, Dice& dice) {
  auto there = needed_endpoints(w);
  if (there.empty()) return false;
  aws::VpcEndpoint& endpoint = *dice.one_of(there);
  aws::SecurityGroup group;
  group.groupId = "narrow-" + endpoint.vpcEndpointId,
  group.groupName = "narrow-" + replace_all(endpoint.vpcEndpointId, ".", "-");
  group.vpcId = endpoint.vpcId;
  endpoint.groupSet = {{group.groupId, ""}};
  auto admits = rule(group.groupId, false, group.groupId + " rule");
  admits.ipProtocol = "tcp", admits.fromPort = admits.toPort = dice.chance(50) ? 443 : 80;
  admits.cidrIpv4 = admits.fromPort == 443 ? "172.31.0.0/16" : w.vpcs.front().cidrBlock;
  w.security_groups.push_back(group);
  w.security_group_rules.push_back(admits);
  return true;
}
bool endpoints_group_closed(World& w, Dice&) {
  return std::erase_if(w.security_group_rules, [](const auto& x) { return x.groupId == "endpoints" && !x.isEgress; }) >
         0;
}
bool private_dns_off(World& w, Dice& dice) {
  auto there = needed_endpoints(w);
  if (there.empty()) return false;
  dice.one_of(there)->privateDnsEnabled = false;
  return true;
}
bool wrong_layer_bucket(World& w, Dice& dice) {
  auto* s3 = find_in(w.vpc_endpoints, "s3");
  if (!s3) return false;
  const char* buckets[] = {"arn:aws:s3:::prod-prod-starport-layer-bucket/*", "arn:aws:s3:::my-bucket/*",
                           "arn:aws:s3:::prod-us-east-1-starport-layer-bucket"};
  s3->policyDocument = policy("Allow", "s3:GetObject", buckets[dice.below(3)]);
  return true;
}
bool endpoint_policy_too_narrow(World& w, Dice& dice) {
  auto there = needed_endpoints(w);
  if (there.empty()) return false;
  aws::VpcEndpoint& x = *dice.one_of(there);
  x.policyDocument = x.vpcEndpointId == "ec2"       ? policy("Allow", "ec2:DescribeVpcs")
                     : x.vpcEndpointId == "ecr.api" ? policy("Allow", "ecr:DescribeImages")
                                                    : policy("Allow", "ecr:GetDownloadUrlForLayer");
  return true;
}
bool gateway_not_on_table(World& w, Dice&) {
  auto* s3 = find_in(w.vpc_endpoints, "s3");
  if (!s3 || s3->routeTableIdSet.empty()) return false;
  s3->routeTableIdSet.clear();
  return true;
}
bool no_default_route(World& w, Dice&) {
  std::size_t erased = 0;
  for (auto& x : w.route_tables)
    erased += std::erase_if(x.routeSet, [](const aws::Route& r) { return r.natGatewayId.has_value(); });
  return erased > 0;
}
bool dead_nat_route(World& w, Dice&) {
  bool changed = false;
  for (auto& x : w.route_tables)
    for (aws::Route& r : x.routeSet)
      if (r.natGatewayId) r.state = "blackhole", changed = true;
  return changed;
}
bool nat_without_way_out(World& w, Dice&) {
  if (w.nat_gateways.empty()) return false;
  std::size_t erased = 0;
  for (auto& x : w.route_tables)
    erased += std::erase_if(x.routeSet, [](const aws::Route& r) { return r.gatewayId && *r.gatewayId == "main"; });
  return erased > 0;
}
bool acl_drops_answers(World& w, Dice&) {
  put_acl(w, {entry(100, true, "allow", "-1"), entry(100, false, "allow", "6", {{443, 443}})});
  return true;
}
bool acl_drops_https(World& w, Dice&) {
  put_acl(w, {entry(90, true, "deny", "6", {{443, 443}}), entry(100, true, "allow", "-1"),
              entry(100, false, "allow", "-1")});
  return true;
}
bool control_plane_closed(World& w, Dice&) {
  if (w.clusters.empty() || !w.clusters.front().resourcesVpcConfig.endpointPrivateAccess) return false;
  const auto& config = w.clusters.front().resourcesVpcConfig;
  const auto is_control = [&](const std::string& id) {
    return id == config.clusterSecurityGroupId ||
           std::find(config.securityGroupIds.begin(), config.securityGroupIds.end(), id) !=
               config.securityGroupIds.end();
  };
  return std::erase_if(w.security_group_rules, [&](const auto& x) { return !x.isEgress && is_control(x.groupId); }) > 0;
}
bool nodes_reach_only_vpc(World& w, Dice&) {
  const std::string group = node_group_id(w);
  bool changed = false;
  for (auto& x : w.security_group_rules)
    if (x.groupId == group && x.isEgress && x.cidrIpv4 == "0.0.0.0/0")
      x.cidrIpv4 = w.vpcs.front().cidrBlock, changed = true;
  return changed;
}
bool nodes_reach_nothing(World& w, Dice&) {
  const std::string group = node_group_id(w);
  return std::erase_if(w.security_group_rules, [&](const auto& x) { return x.groupId == group && x.isEgress; }) > 0;
}
bool subnets_full(World& w, Dice&) {
  bool changed = false;
  for (const std::string& id : node_subnets(w))
    if (auto* x = find_in(w.subnets, id)) x->availableIpAddressCount = 0, changed = true;
  return changed;
}
bool dns_hostnames_off(World& w, Dice&) {
  if (needed_endpoints(w).empty()) return false;
  w.vpcs.front().enableDnsHostnames = false;
  return true;
}
bool dns_support_off(World& w, Dice&) {
  w.vpcs.front().enableDnsHostnames = w.vpcs.front().enableDnsSupport = false;
  return true;
}
bool private_access_off(World& w, Dice&) {
  if (w.clusters.empty() || w.clusters.front().resourcesVpcConfig.endpointPrivateAccess == false) return false;
  auto& config = w.clusters.front().resourcesVpcConfig;
  config.endpointPrivateAccess = false, config.endpointPublicAccess = true;
  return w.nat_gateways.empty();
}
bool public_access_narrow(World& w, Dice&) {
  if (w.clusters.empty() || w.clusters.front().resourcesVpcConfig.endpointPrivateAccess) return false;
  w.clusters.front().resourcesVpcConfig.publicAccessCidrs = {"198.51.100.0/24"};
  return true;
}
bool other_role_mapped(World& w, Dice&) { return edit_mapping(w, "role/node\n", "role/service\n"); }
bool no_node_groups_mapped(World& w, Dice&) { return edit_mapping(w, "    - system:nodes\n", ""); }
bool mapping_malformed(World& w, Dice&) {
  auto* map = aws_auth(w);
  if (!map || node_entry(w)) return false;
  map->object["data"]["mapRoles"] = "rolearn: " + std::string("arn:aws:iam::123456789012:role/node\n");
  return true;
}
bool no_mapping(World& w, Dice&) {
  if (node_entry(w) || !aws_auth(w) || w.auto_scaling_groups.empty()) return false;
  std::erase_if(w.kubernetes_objects, [](const auto& x) { return cloud::key_of(x).ends_with("aws-auth"); });
  return true;
}
bool entry_of_other_type(World& w, Dice&) {
  auto* x = node_entry(w);
  if (!x) return false;
  x->type = "STANDARD";
  return true;
}
bool no_instance_profile(World& w, Dice&) {
  bool changed = false;
  for (auto* x : own_templates(w)) changed = x->launchTemplateData.erase("iamInstanceProfile") || changed;
  return changed;
}
bool profile_without_role(World& w, Dice&) {
  for (auto& x : w.instance_profiles)
    if (!x.role.empty()) return x.role.clear(), true;
  return false;
}
bool role_trusts_another(World& w, Dice&) {
  auto* role = node_role(w);
  if (!role || !w.nodegroups.empty()) return false;  // EKS itself would refuse it for a managed group
  role->AssumeRolePolicyDocument =
      replace_all(role->AssumeRolePolicyDocument, "ec2.amazonaws.com", "eks.amazonaws.com");
  return true;
}
bool no_worker_policy(World& w, Dice&) {
  return detach(w, "/AmazonEKSWorkerNodePolicy") && detach(w, "/AmazonEKS_CNI_Policy");
}
bool no_ecr_policy(World& w, Dice&) {
  return detach(w, "/AmazonEC2ContainerRegistryReadOnly") || detach(w, "/AmazonEC2ContainerRegistryPullOnly");
}
bool no_cni_policy(World& w, Dice&) { return detach(w, "/AmazonEKS_CNI_Policy"); }
bool boundary_too_narrow(World& w, Dice&) {
  auto* role = node_role(w);
  if (!role) return false;
  aws::Policy own;
  own.PolicyName = "boundary", own.Arn = "arn:aws:iam::123456789012:policy/boundary", own.DefaultVersionId = "v1";
  own.versions = {{identity_policy("Allow", "ec2:*"), "v1", true, ""}};
  w.policies.push_back(own);
  role->boundary = aws::PermissionsBoundary{"Policy", own.Arn};
  return true;
}
bool organization_denies(World& w, Dice& dice) {
  if (!w.organization_policies.empty()) return false;
  const char* actions[] = {"ec2:DescribeInstances", "ecr:*", "ec2:AssignPrivateIpAddresses"};
  w.organization_policies.push_back({"FullAWSAccess", "SERVICE_CONTROL_POLICY", 0, identity_policy("Allow", "*")});
  w.organization_policies.push_back(
      {"guard", "SERVICE_CONTROL_POLICY", 0, identity_policy("Deny", actions[dice.below(3)])});
  return true;
}
bool inline_deny(World& w, Dice& dice) {
  auto* role = node_role(w);
  if (!role) return false;
  const char* actions[] = {"ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer"};
  role->grants.inlined["guard"] = identity_policy("Deny", actions[dice.below(3)]);
  return true;
}
bool metadata_off(World& w, Dice&) {
  bool changed = false;
  for (auto& x : w.launch_templates)
    x.launchTemplateData["metadataOptions"]["httpEndpoint"] = "disabled", changed = true;
  return changed;
}
bool no_node_config(World& w, Dice&) {
  const auto list = own_templates(w);
  for (auto* x : list) x->launchTemplateData["userData"] = base64("#!/bin/bash\n/etc/eks/bootstrap.sh demo\n");
  return !list.empty();
}
bool other_cluster_named(World& w, Dice&) { return edit_user_data(w, "name: demo\n", "name: production\n"); }
bool other_authority(World& w, Dice&) {
  if (w.clusters.empty() || !w.clusters.front().certificateAuthority) return false;
  return edit_user_data(w, w.clusters.front().certificateAuthority->at("data").string_or(),
                        base64("another authority"));
}
bool no_service_cidr(World& w, Dice&) { return edit_user_data(w, "    cidr: 10.100.0.0/16\n", ""); }
bool no_cni(World& w, Dice&) {
  if (std::erase_if(w.addons, [](const auto& x) { return x.addonName == "vpc-cni"; }) > 0) return true;
  if (!w.addons.empty() || w.clusters.empty()) return false;
  w.clusters.front().bootstrapSelfManagedAddons = false;
  return true;
}
bool endpoint_not_available(World& w, Dice& dice) {
  auto there = needed_endpoints(w);
  if (there.empty()) return false;
  dice.one_of(there)->state = "pendingAcceptance";
  return true;
}
bool unknown_servers(World& w, Dice&) {
  if (!w.dhcp_options.empty() || needed_endpoints(w).empty()) return false;
  aws::DhcpOptions options;
  options.dhcpOptionsId = "own-servers";
  options.configurations = {{"domain-name-servers", {"10.200.0.2"}}};
  w.dhcp_options.push_back(options);
  w.vpcs.front().dhcpOptionsId = options.dhcpOptionsId;
  return true;
}

// --- Harmless.

bool more_nodes(World& w, Dice& dice) {
  const std::int64_t n = 1 + static_cast<std::int64_t>(dice.below(6));
  for (auto& x : w.nodegroups) x.scalingConfig = {0, n + 3, n};
  for (auto& x : w.auto_scaling_groups) x.MinSize = 0, x.MaxSize = n + 3, x.DesiredCapacity = n;
  return true;
}
bool another_scaling_group(World& w, Dice&) {
  if (w.auto_scaling_groups.empty()) return false;
  auto copy = w.auto_scaling_groups.front();
  copy.AutoScalingGroupName = "more-" + std::to_string(w.auto_scaling_groups.size());
  for (auto& tag : copy.Tags) tag.ResourceId = copy.AutoScalingGroupName;
  copy.MinSize = 0, copy.MaxSize = 3, copy.DesiredCapacity = 1;
  w.auto_scaling_groups.push_back(copy);
  return true;
}
bool another_nodegroup(World& w, Dice&) {
  if (w.nodegroups.empty()) return false;
  auto copy = w.nodegroups.front();
  copy.nodegroupName = "more-" + std::to_string(w.nodegroups.size());
  copy.nodegroupArn += "-more";
  copy.scalingConfig = {0, 3, 1};
  w.nodegroups.push_back(copy);
  return true;
}
bool more_endpoints(World& w, Dice&) {
  for (const auto& x : w.vpc_endpoints) {
    if (x.vpcEndpointType != "Interface" || cloud::find(w.vpc_endpoints, "secretsmanager")) continue;
    aws::VpcEndpoint copy = x;
    copy.vpcEndpointId = "secretsmanager", copy.serviceName = "com.amazonaws." + w.region + ".secretsmanager";
    copy.policyDocument.clear();
    w.vpc_endpoints.push_back(copy);
    return true;
  }
  return false;
}
bool endpoint_policy_spelled_out(World& w, Dice& dice) {
  auto there = needed_endpoints(w);
  if (there.empty()) return false;
  dice.one_of(there)->policyDocument = policy("Allow", "*");
  return true;
}
bool s3_policy_wide(World& w, Dice&) {
  auto* s3 = find_in(w.vpc_endpoints, "s3");
  if (!s3) return false;
  s3->policyDocument = policy("Allow", "s3:Get*", "arn:aws:s3:::prod-" + w.region + "-starport-layer-bucket/*");
  return true;
}
bool endpoint_in_one_zone(World& w, Dice& dice) {
  auto there = needed_endpoints(w);
  if (there.empty()) return false;
  auto& x = *dice.one_of(there);
  if (x.subnetIdSet.size() < 2) return false;
  x.subnetIdSet.resize(1);
  return true;
}
bool more_subnets(World& w, Dice&) {
  if (cloud::find(w.subnets, "spare") || w.vpcs.front().cidrBlock != "10.0.0.0/16") return false;
  aws::Subnet x;
  x.subnetId = "spare", x.vpcId = w.vpcs.front().vpcId, x.cidrBlock = "10.0.240.0/24", x.state = "available";
  x.availabilityZone = w.region + "a", x.availableIpAddressCount = 251;
  w.subnets.push_back(x);
  return true;
}
bool more_rules(World& w, Dice&) {
  auto extra = rule(node_group_id(w), false, "extra");
  extra.cidrIpv4 = "192.0.2.0/24", extra.ipProtocol = "tcp", extra.fromPort = extra.toPort = 22;
  if (extra.groupId.empty()) return false;
  w.security_group_rules.push_back(extra);
  return true;
}
bool acl_that_allows(World& w, Dice&) {
  put_acl(w, {entry(100, true, "allow", "-1"), entry(100, false, "allow", "-1")});
  return true;
}
bool acl_with_denies_elsewhere(World& w, Dice&) {
  put_acl(w, {entry(50, false, "deny", "6", {{22, 22}}), entry(60, true, "deny", "17", {{123, 123}}, "198.51.100.0/24"),
              entry(100, true, "allow", "-1"), entry(100, false, "allow", "-1")});
  return true;
}
bool more_policies(World& w, Dice&) {
  auto* role = node_role(w);
  if (!role || role->grants.inlined.contains("more")) return false;
  role->grants.inlined["more"] = identity_policy("Allow", "logs:*");
  return true;
}
bool organization_allows(World& w, Dice&) {
  if (!w.organization_policies.empty()) return false;
  w.organization_policies.push_back({"FullAWSAccess", "SERVICE_CONTROL_POLICY", 0, identity_policy("Allow", "*")});
  w.organization_policies.push_back({"guard", "SERVICE_CONTROL_POLICY", 0, identity_policy("Deny", "s3:DeleteBucket")});
  return true;
}
bool inline_deny_elsewhere(World& w, Dice&) {
  auto* role = node_role(w);
  if (!role) return false;
  role->grants.inlined["elsewhere"] = identity_policy("Deny", "iam:*");
  return true;
}
bool another_vpc(World& w, Dice&) {
  if (w.vpcs.size() > 1) return false;
  aws::Vpc x;
  x.vpcId = "other", x.cidrBlock = "10.50.0.0/16", x.state = "available";
  x.cidrBlockAssociationSet = {{"", x.cidrBlock}};
  w.vpcs.push_back(x);
  return true;
}
bool nodes_reach_what_they_need(World& w, Dice&) {
  const std::string group = node_group_id(w);
  if (w.nat_gateways.size() || group.empty()) return false;
  for (auto& x : w.security_group_rules)
    if (x.groupId == group && x.isEgress) x.ipProtocol = "tcp", x.fromPort = x.toPort = 443;
  return true;
}
bool small_subnets(World& w, Dice& dice) {
  for (const std::string& id : node_subnets(w))
    if (auto* x = find_in(w.subnets, id))
      x->availableIpAddressCount =
          std::min<std::int64_t>(x->availableIpAddressCount, 40 + static_cast<std::int64_t>(dice.below(60)));
  return true;
}

}  // namespace

const std::vector<Change>& faults() {
  static const std::vector<Change> kFaults = {
      {"an endpoint is missing", "missing-vpc-endpoint", no_endpoint},
      {"the S3 endpoint is missing", "missing-vpc-endpoint", no_s3_endpoint},
      {"an endpoint's own group is too narrow", "vpc-endpoint-sg", endpoint_group_too_narrow},
      {"the endpoints' group admits nobody", "vpc-endpoint-sg", endpoints_group_closed},
      {"an endpoint has no private DNS", "vpc-endpoint-private-dns", private_dns_off},
      {"the S3 endpoint's policy names another bucket", "vpc-endpoint-policy", wrong_layer_bucket},
      {"an endpoint's policy is too narrow", "vpc-endpoint-policy", endpoint_policy_too_narrow},
      {"the S3 endpoint is on no route table", "route-table", gateway_not_on_table},
      {"no default route", "route-table", no_default_route},
      {"the NAT gateway is gone", "route-table", dead_nat_route},
      {"the NAT gateway's subnet has no way out", "route-table", nat_without_way_out},
      {"an ACL drops answers", "nacl", acl_drops_answers},
      {"an ACL drops HTTPS", "nacl", acl_drops_https},
      {"the control plane's groups admit nobody", "node-sg", control_plane_closed},
      {"nodes may reach the VPC only", "node-egress", nodes_reach_only_vpc},
      {"nodes may reach nothing", "node-egress", nodes_reach_nothing},
      {"the node subnets are full", "subnet-ip-exhaustion", subnets_full},
      {"DNS hostnames are off", "vpc-dns-attributes", dns_hostnames_off},
      {"DNS support is off", "vpc-dns-attributes", dns_support_off},
      {"servers of one's own", "vpc-dns-attributes", unknown_servers},
      {"private access is off", "api-endpoint-access", private_access_off},
      {"public access is narrow", "api-endpoint-access", public_access_narrow},
      {"another role is mapped", "aws-auth-mapping", other_role_mapped},
      {"the mapping lacks a group", "aws-auth-mapping", no_node_groups_mapped},
      {"the mapping is malformed", "aws-auth-mapping", mapping_malformed},
      {"nothing is mapped", "aws-auth-mapping", no_mapping},
      {"the access entry is of another type", "access-entry", entry_of_other_type},
      {"no instance profile", "instance-profile", no_instance_profile},
      {"the profile has no role", "instance-profile", profile_without_role},
      {"the role trusts another service", "instance-profile", role_trusts_another},
      {"the role may not describe instances", "node-role-policy|cni-permission", no_worker_policy},
      {"the role may not pull", "node-role-policy", no_ecr_policy},
      {"the role's boundary is too narrow", "node-role-policy", boundary_too_narrow},
      {"an inline policy denies", "node-role-policy", inline_deny},
      {"the role lacks the CNI's policy", "cni-permission", no_cni_policy},
      {"the organization denies", "organization-policy", organization_denies},
      {"the metadata service is off", "imds-access", metadata_off},
      {"no NodeConfig", "user-data", no_node_config},
      {"NodeConfig names another cluster", "user-data", other_cluster_named},
      {"NodeConfig holds another authority", "user-data", other_authority},
      {"NodeConfig lacks the service CIDR", "user-data", no_service_cidr},
      {"no CNI", "cni-addon-missing", no_cni},
      {"an endpoint is not available", "endpoint-conflict", endpoint_not_available},
  };
  return kFaults;
}

const std::vector<Change>& harmless_changes() {
  static const std::vector<Change> kChanges = {
      {"more nodes", "", more_nodes},
      {"another scaling group", "", another_scaling_group},
      {"another node group", "", another_nodegroup},
      {"more endpoints", "", more_endpoints},
      {"an endpoint's policy spelled out", "", endpoint_policy_spelled_out},
      {"a wider S3 policy", "", s3_policy_wide},
      {"an endpoint in one zone", "", endpoint_in_one_zone},
      {"more subnets", "", more_subnets},
      {"more rules", "", more_rules},
      {"an ACL that allows", "", acl_that_allows},
      {"an ACL that denies elsewhere", "", acl_with_denies_elsewhere},
      {"more policies", "", more_policies},
      {"an organization that allows", "", organization_allows},
      {"a deny elsewhere", "", inline_deny_elsewhere},
      {"another VPC", "", another_vpc},
      {"nodes may reach 443 only", "", nodes_reach_what_they_need},
      {"small subnets", "", small_subnets},
  };
  return kChanges;
}

}  // namespace drydock::agreement

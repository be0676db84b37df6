#include "proof/unknowns.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>

#include "base/hash.h"
#include "proof/repair.h"

namespace drydock::proof {
namespace {

using cloud::Unknown;
using cloud::World;

constexpr const char* kAllowsNothing = R"({"Version":"2012-10-17","Statement":[]})";
constexpr const char* kDeniesAll =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]})";
constexpr const char* kLetsEverybodyUseIt =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]})";
constexpr const char* kTrustsNobody =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]})";

template <class T>
T* at(std::vector<T>& table, const std::string& key) {
  for (T& noun : table)
    if (cloud::key_of(noun) == key) return &noun;
  return nullptr;
}

// A group without rules: nothing passes.
std::string closed_group(World& world, const std::string& vpc) {
  const std::string id = "closed/" + vpc;
  if (!at(world.security_groups, id)) world.security_groups.push_back({.groupId = id, .groupName = id, .vpcId = vpc});
  return id;
}
std::string group_for(World& world, const std::string& vpc, bool helpful) {
  return helpful ? open_group(world, vpc) : closed_group(world, vpc);
}

template <class T>
using Completer = std::function<void(World&, T&, bool helpful)>;

// A field may be named by what lies around it: "grants", or by what lies in it: "grants.attached.2".
bool covers(std::string_view field, std::string_view unknown) {
  if (unknown.starts_with("_")) unknown.remove_prefix(1);
  const auto inside = [](std::string_view inner, std::string_view outer) {
    return inner == outer || (inner.starts_with(outer) && inner[outer.size()] == '.');
  };
  return inside(unknown, field) || inside(field, unknown);
}

template <class T>
struct Rule {
  std::string_view field;
  Completer<T> complete;
};

std::vector<std::string> tables_of(const World& world, const std::string& vpc) {
  std::vector<std::string> out{cloud::main_route_table_id(vpc)};
  for (const auto& t : world.route_tables)
    if (t.vpcId == vpc) out.push_back(t.routeTableId);
  return out;
}

const std::vector<Rule<aws::VpcEndpoint>> kEndpoint = {
    {"policyDocument", [](World&, auto& e, bool good) { e.policyDocument = good ? "" : kDeniesAll; }},
    {"routeTableIdSet",
     [](World& w, auto& e, bool good) {
       e.routeTableIdSet = good && e.vpcEndpointType == "Gateway" ? tables_of(w, e.vpcId) : std::vector<std::string>{};
     }},
    {"groupSet",
     [](World& w, auto& e, bool good) {
       const std::string group = group_for(w, e.vpcId, good);
       e.groupSet = {{group, group}};
     }},
    {"subnetIdSet",
     [](World& w, auto& e, bool good) {
       e.subnetIdSet.clear();
       for (const auto& s : w.subnets)
         if (good && s.vpcId == e.vpcId) e.subnetIdSet.push_back(s.subnetId);
     }},
    {"privateDnsEnabled", [](World&, auto& e, bool good) { e.privateDnsEnabled = good; }},
    {"vpcId",
     [](World& w, auto& e, bool good) { e.vpcId = good && w.vpcs.size() == 1 ? w.vpcs.front().vpcId : "unknown"; }},
};
const std::vector<Rule<aws::Vpc>> kVpc = {
    {"enableDnsSupport", [](World&, auto& v, bool good) { v.enableDnsSupport = good; }},
    {"enableDnsHostnames", [](World&, auto& v, bool good) { v.enableDnsHostnames = good; }},
};
const std::vector<Rule<aws::Subnet>> kSubnet = {
    // Wherever it lies, it lies in its VPC: all of it is what a set can say.
    {"cidrBlock",
     [](World& w, auto& s, bool) {
       if (const aws::Vpc* vpc = at(w.vpcs, s.vpcId)) s.cidrBlock = vpc->cidrBlock;
     }},
    {"mapPublicIpOnLaunch", [](World&, auto& s, bool good) { s.mapPublicIpOnLaunch = good; }},
};
const std::vector<Rule<aws::RouteTable>> kTable = {
    {"routeSet",
     [](World& w, auto& t, bool good) {
       t.routeSet.clear();
       if (!good) return;
       give_way_out(w, std::string(t.routeTableId), std::string(t.vpcId));
       t.routeSet = at(w.route_tables, t.routeTableId)->routeSet;
     }},
};
const std::vector<Rule<aws::SecurityGroupRule>> kRule = {
    {"",
     [](World&, auto& r, bool good) {
       r.referencedGroupInfo.reset(), r.prefixListId.reset(), r.cidrIpv6.reset();
       r.cidrIpv4 = good ? "0.0.0.0/0" : "192.0.2.1/32";
       if (good) r.ipProtocol = "-1", r.fromPort = r.toPort = -1;
     }},
};
const std::vector<Rule<aws::NetworkAcl>> kAcl = {
    {"entrySet",
     [](World&, auto& acl, bool good) {
       acl.entrySet.clear();
       if (!good) return;
       for (bool egress : {true, false})
         acl.entrySet.push_back({.ruleNumber = 1, .ruleAction = "allow", .egress = egress, .cidrBlock = "0.0.0.0/0"});
     }},
    {"associationSet",
     [](World&, auto& acl, bool good) {
       if (good) acl.associationSet.clear();
     }},
};
const std::vector<Rule<aws::Role>> kRole = {
    {"AssumeRolePolicyDocument",
     [](World&, auto& r, bool good) {
       if (good) trust_ec2(r);
       if (!good) r.AssumeRolePolicyDocument = kTrustsNobody;
     }},
    {"grants",
     [](World&, auto& r, bool good) {
       if (good) r.grants.inlined["unknown"] = kAllowsAll;
     }},
    {"PermissionsBoundary",
     [](World& w, auto& r, bool good) {
       if (good) return r.boundary.reset();
       const std::string arn = "unknown:boundary";
       if (!at(w.policies, arn))
         w.policies.push_back({.Arn = arn, .versions = {{.Document = kAllowsNothing, .IsDefaultVersion = true}}});
       r.boundary = aws::PermissionsBoundary{.PermissionsBoundaryArn = arn};
     }},
};
const std::vector<Rule<aws::Policy>> kPolicy = {
    {"versions",
     [](World&, auto& p, bool good) {
       p.versions = {{.Document = good ? kAllowsAll : kAllowsNothing, .IsDefaultVersion = true}};
     }},
};
const std::vector<Rule<cloud::OrganizationPolicy>> kOrganization = {
    {"document", [](World&, auto& p, bool good) { p.document = good ? kAllowsAll : kAllowsNothing; }},
};
const std::vector<Rule<aws::eks::Cluster>> kCluster = {
    {"resourcesVpcConfig.endpointPrivateAccess",
     [](World&, auto& c, bool good) { c.resourcesVpcConfig.endpointPrivateAccess = good; }},
    {"resourcesVpcConfig.endpointPublicAccess",
     [](World&, auto& c, bool good) { c.resourcesVpcConfig.endpointPublicAccess = good; }},
    {"resourcesVpcConfig.publicAccessCidrs",
     [](World&, auto& c, bool good) {
       c.resourcesVpcConfig.publicAccessCidrs = {good ? "0.0.0.0/0" : "192.0.2.1/32"};
     }},
    {"resourcesVpcConfig.securityGroupIds",
     [](World& w, auto& c, bool good) {
       c.resourcesVpcConfig.securityGroupIds.clear();
       if (good) c.resourcesVpcConfig.securityGroupIds = {open_group(w, c.resourcesVpcConfig.vpcId)};
     }},
    {"bootstrapSelfManagedAddons", [](World&, auto& c, bool good) { c.bootstrapSelfManagedAddons = good; }},
    {"accessConfig.authenticationMode",
     [](World&, auto& c, bool good) {
       c.accessConfig.authenticationMode = good ? "API_AND_CONFIG_MAP" : "CONFIG_MAP";
     }},
};

const std::vector<Rule<cloud::KmsKey>> kKey = {
    {"policy", [](World&, auto& k, bool good) { k.policy = good ? kLetsEverybodyUseIt : kAllowsNothing; }},
};

std::string vpc_of_template(const World& world, const aws::LaunchTemplateVersion&) {
  return world.vpcs.empty() ? "" : world.vpcs.front().vpcId;
}
const std::vector<Rule<aws::LaunchTemplateVersion>> kTemplate = {
    {"launchTemplateData.userData",
     [](World& w, auto& t, bool good) {
       const bool only = w.clusters.size() == 1;
       // At worst there is none in it; the word keeps the group known as one that means to join.
       t.launchTemplateData["userData"] =
           base64(good && only ? right_node_config(w.clusters.front(), false) : "#!/bin/sh\n# NodeConfig unknown\n");
     }},
    {"launchTemplateData.securityGroupIdSet",
     [](World& w, auto& t, bool good) {
       t.launchTemplateData["securityGroupIdSet"] = Json::array({group_for(w, vpc_of_template(w, t), good)});
     }},
    {"launchTemplateData.networkInterfaceSet.0.groupSet",
     [](World& w, auto& t, bool good) {
       t.launchTemplateData["networkInterfaceSet"] =
           Json::array({Json::object({{"groupSet", Json::array({group_for(w, vpc_of_template(w, t), good)})}})});
     }},
};

std::set<std::string> role_arns(const World& world) {
  std::set<std::string> out;
  for (const auto& role : world.roles) out.insert(role.Arn);
  for (const auto& ng : world.nodegroups) out.insert(ng.nodeRole);
  return out;
}

const std::vector<Rule<aws::eks::AccessEntry>> kEntry = {
    {"principalArn",
     [](World& w, auto& e, bool good) {
       const std::string cluster = e.clusterName;
       e.principalArn = "unknown";
       if (!good) return;
       for (const std::string& arn : role_arns(w)) map_role(w, cluster, arn, "EC2_LINUX");
     }},
    {"type", [](World&, auto& e, bool good) { e.type = good ? "EC2_LINUX" : "STANDARD"; }},
    {"principalId", [](World&, auto& e, bool) { e.principalId.clear(); }},
};
const std::vector<Rule<cloud::KubernetesObject>> kObject = {
    {"object.data.mapRoles",
     [](World& w, auto& o, bool good) {
       const std::string cluster = o.cluster;
       o.object["data"] = Json::object({{"mapRoles", "[]"}});
       if (!good) return;
       for (const std::string& arn : role_arns(w)) map_role(w, cluster, arn, "EC2_LINUX");
     }},
};

// Nouns that the input only names: everything about them, and what hangs on them, is at its best or as little as it can
// be. Best: whatever lies in a VPC or subnet leads out, and a group admits everybody.
bool complete_whole(World& world, const cloud::Ref& noun, bool good) {
  if (aws::Vpc* vpc = noun.table == aws::Vpc::kTable ? at(world.vpcs, noun.id) : nullptr) {
    vpc->enableDnsHostnames = vpc->enableDnsSupport = good;
    vpc->dhcpOptionsId.clear();
    if (vpc->cidrBlock.empty()) vpc->cidrBlock = "10.0.0.0/8";
    // Endpoints that are not listed would carry what a way out carries.
    if (good)
      for (const std::string& table : tables_of(world, noun.id)) give_way_out(world, table, noun.id);
    return true;
  }
  if (aws::Subnet* subnet = noun.table == aws::Subnet::kTable ? at(world.subnets, noun.id) : nullptr) {
    if (subnet->vpcId.empty() && world.vpcs.size() == 1) subnet->vpcId = world.vpcs.front().vpcId;
    const aws::Vpc* vpc = at(world.vpcs, subnet->vpcId);
    if (subnet->cidrBlock.empty()) subnet->cidrBlock = vpc && !vpc->cidrBlock.empty() ? vpc->cidrBlock : "10.0.0.0/8";
    if (!good) return true;
    const std::string vpc_id = subnet->vpcId, table = "unknown/" + noun.id;
    for (auto& t : world.route_tables)
      std::erase_if(t.associationSet, [&](const auto& a) { return a.subnetId == noun.id; });
    world.route_tables.push_back({.routeTableId = table, .vpcId = vpc_id});
    world.route_tables.back().associationSet.push_back({.routeTableId = table, .subnetId = noun.id});
    give_way_out(world, table, vpc_id);
    return true;
  }
  if (aws::RouteTable* table = noun.table == aws::RouteTable::kTable ? at(world.route_tables, noun.id) : nullptr) {
    const std::string vpc = table->vpcId;
    if (good) give_way_out(world, noun.id, vpc);
    return true;
  }
  if (noun.table == aws::SecurityGroup::kTable && at(world.security_groups, noun.id)) {
    if (good) open_group_of(world, noun.id);
    return true;
  }
  if (aws::Role* role = noun.table == aws::Role::kTable ? at(world.roles, noun.id) : nullptr) {
    if (role->AssumeRolePolicyDocument.empty() || good) trust_ec2(*role);
    role->boundary.reset();
    role->grants = {};
    if (good) role->grants.inlined["unknown"] = kAllowsAll;
    return true;
  }
  return false;
}

bool known_whole(const World& world, const cloud::Ref& noun) {
  return (noun.table == aws::Vpc::kTable && cloud::find(world.vpcs, noun.id)) ||
         (noun.table == aws::Subnet::kTable && cloud::find(world.subnets, noun.id)) ||
         (noun.table == aws::RouteTable::kTable && cloud::find(world.route_tables, noun.id)) ||
         (noun.table == aws::SecurityGroup::kTable && cloud::find(world.security_groups, noun.id)) ||
         (noun.table == aws::Role::kTable && cloud::find(world.roles, noun.id));
}

// Fields of the tables above that are not in their rules, and tables that are not there at all, may still decide. These
// do not: what AWS gives out by itself, and what nodes never meet.
constexpr std::string_view kNames[] = {"tagSet",
                                       "Tags",
                                       "tags",
                                       "Arn",
                                       "arn",
                                       "RoleId",
                                       "CreateDate",
                                       "createTime",
                                       "createdAt",
                                       "ownerId",
                                       "description",
                                       "networkInterfaceIdSet",
                                       "dnsEntrySet",
                                       "creationTimestamp",
                                       "prefixListId",
                                       "requesterManaged",
                                       "identity",
                                       "certificateAuthority",
                                       "endpoint",
                                       "host",
                                       "status",
                                       "platformVersion",
                                       "version",
                                       "releaseVersion",
                                       "health",
                                       "nodegroupArn",
                                       "modifiedAt",
                                       "labels",
                                       "updateConfig",
                                       "resources",
                                       "availabilityZoneId",
                                       "subnetArn",
                                       "logging",
                                       "cidrBlockAssociationSet",
                                       "ipv6CidrBlocks",
                                       "availableIpAddressCount",
                                       "securityGroupArn",
                                       "securityGroupRuleArn",
                                       "groupOwnerId",
                                       "accessEntryArn",
                                       "username",
                                       "addonArn",
                                       "addonVersion",
                                       "configurationValues",
                                       "natGatewayAddressSet",
                                       "publicIp",
                                       "allocationId",
                                       "associationId",
                                       "InstanceProfileId",
                                       "PolicyId",
                                       "clusterSecurityGroupId",
                                       "ThumbprintList",
                                       "launchTemplateName",
                                       "latestVersionNumber",
                                       "defaultVersionNumber",
                                       "RoleName",
                                       "groupName",
                                       "launchTemplateData.imageId",
                                       "launchTemplateData.keyName",
                                       "launchTemplateData.tagSpecificationSet",
                                       "launchTemplateData.blockDeviceMappingSet",
                                       "DesiredCapacity",
                                       "MinSize",
                                       "MaxSize",
                                       "scalingConfig",
                                       "encryptionConfig",
                                       "AutoScalingGroupARN",
                                       "ServiceLinkedRoleARN",
                                       "TargetGroupARNs",
                                       "vpcId",
                                       "resourcesVpcConfig.vpcId",
                                       "resourcesVpcConfig.clusterSecurityGroupId",
                                       "roleArn",
                                       "availabilityZone",
                                       "state",
                                       "serviceAccountRoleArn"};

bool is_name(std::string_view field) {
  if (field.starts_with("_")) field.remove_prefix(1);
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) {
    return field == name || (field.starts_with(name) && field[name.size()] == '.');
  });
}

template <class T>
const Rule<T>* rule_for(const std::vector<Rule<T>>& rules, const std::string& field) {
  for (const Rule<T>& rule : rules)
    if (rule.field.empty() ? !is_name(field) : covers(rule.field, field)) return &rule;
  return nullptr;
}

// Calls `then(table, rules)` for the table the unknown is in.
template <class Then>
bool in_table(World& world, const std::string& table, Then&& then) {
  const auto one = [&](auto& nouns, const auto& rules) {
    using T = typename std::decay_t<decltype(nouns)>::value_type;
    if (table != T::kTable) return false;
    then(nouns, rules);
    return true;
  };
  return one(world.vpc_endpoints, kEndpoint) || one(world.vpcs, kVpc) || one(world.subnets, kSubnet) ||
         one(world.route_tables, kTable) || one(world.security_group_rules, kRule) || one(world.network_acls, kAcl) ||
         one(world.roles, kRole) || one(world.policies, kPolicy) || one(world.organization_policies, kOrganization) ||
         one(world.clusters, kCluster) || one(world.launch_templates, kTemplate) || one(world.access_entries, kEntry) ||
         one(world.kubernetes_objects, kObject) || one(world.kms_keys, kKey);
}

// An aws-auth that nobody could read: an unknown noun that is not in its table.
void complete_missing(World& world, const Unknown& u, bool helpful) {
  if (u.noun.table != cloud::KubernetesObject::kTable || !u.noun.id.ends_with("/ConfigMap/kube-system/aws-auth"))
    return;
  const std::string cluster = u.noun.id.substr(0, u.noun.id.find('/'));
  if (helpful)
    for (const std::string& arn : role_arns(world)) map_role(world, cluster, arn, "EC2_LINUX");
}

constexpr std::string_view kMayDecide[] = {aws::Vpc::kTable,
                                           aws::Subnet::kTable,
                                           aws::RouteTable::kTable,
                                           aws::SecurityGroupRule::kTable,
                                           aws::NetworkAcl::kTable,
                                           aws::VpcEndpoint::kTable,
                                           aws::LaunchTemplateVersion::kTable,
                                           aws::AutoScalingGroup::kTable,
                                           aws::Role::kTable,
                                           aws::InstanceProfile::kTable,
                                           aws::eks::Cluster::kTable,
                                           aws::eks::Nodegroup::kTable};

}  // namespace

Weight weight_of(const World& world, const Unknown& u) {
  if (u.field == cloud::kAllOfIt && known_whole(world, u.noun)) return Weight::decides;
  if (u.field == cloud::kAllOfIt && u.noun.table != cloud::KubernetesObject::kTable) return Weight::opaque;
  World& any = const_cast<World&>(world);  // only looked at
  Weight weight = Weight::none;
  const bool here = in_table(any, u.noun.table, [&](auto& nouns, const auto& rules) {
    if (rule_for(rules, u.field))
      weight = at(nouns, u.noun.id) ? Weight::decides : Weight::none;
    else if (!is_name(u.field))
      weight = Weight::opaque;
  });
  if (u.noun.table == cloud::KubernetesObject::kTable && u.noun.id.ends_with("/ConfigMap/kube-system/aws-auth"))
    return Weight::decides;
  if (here && weight != Weight::opaque) return weight;
  if (is_name(u.field)) return Weight::none;
  return std::find(std::begin(kMayDecide), std::end(kMayDecide), u.noun.table) == std::end(kMayDecide) ? Weight::none
                                                                                                       : Weight::opaque;
}

void complete(World& world, const Unknown& u, bool helpful) {
  if (u.field == cloud::kAllOfIt && complete_whole(world, u.noun, helpful)) return;
  bool done = false;
  in_table(world, u.noun.table, [&](auto& nouns, const auto& rules) {
    const auto* rule = rule_for(rules, u.field);
    if (!rule) return;
    // The noun may move when its table grows while it is completed: a copy is completed and put back.
    auto* noun = at(nouns, u.noun.id);
    if (!noun) return;
    auto copy = *noun;
    rule->complete(world, copy, helpful);
    if (auto* still = at(nouns, u.noun.id)) *still = std::move(copy);
    done = true;
  });
  if (!done) complete_missing(world, u, helpful);
}

}  // namespace drydock::proof

// Security groups; their rules are in group_rules.cc.
#include <tuple>

#include "twin/ec2/group_rules.h"
#include "twin/ec2/nouns.h"

namespace drydock::twin {

using namespace ec2;

tl::expected<std::string, ApiError> Ec2::create_group(const std::string& region, const std::string& vpc_id,
                                                      const std::string& name, const std::string& description,
                                                      aws::Tags tags) {
  for (const auto& [id, group] : world_.table<aws::SecurityGroup>(region))
    if (group.vpcId == vpc_id && group.groupName == name)
      return refuse("InvalidGroup.Duplicate",
                    "The security group '" + name + "' already exists for VPC '" + vpc_id + "'");
  aws::SecurityGroup& group = make_group(world_, region, vpc_id, name, description);
  group.tagSet = std::move(tags);
  return group.groupId;
}

std::string Ec2::add_rule(const std::string& region, aws::SecurityGroupRule rule) {
  return make_rule(world_, region, std::move(rule)).securityGroupRuleId;
}

}  // namespace drydock::twin

namespace drydock::twin::ec2 {

using aws::SecurityGroup;
using aws::SecurityGroupRule;

namespace {

constexpr const char* kNotFound = "InvalidGroup.NotFound";

std::vector<const SecurityGroupRule*> rules_of(World& world, const Call& call, std::string_view group, bool egress) {
  std::vector<const SecurityGroupRule*> rules;
  for (const auto& [id, rule] : of<SecurityGroupRule>(world, call))
    if (rule.groupId == group && rule.isEgress == egress) rules.push_back(&rule);
  return rules;
}

Json with_description(Json item, const SecurityGroupRule& rule) {
  if (rule.description) item["description"] = *rule.description;
  return item;
}

/// Rules with one peer each, grouped by protocol and ports as DescribeSecurityGroups shows them.
Json permissions(World& world, const Call& call, std::string_view group, bool egress) {
  std::map<std::tuple<std::string, std::int64_t, std::int64_t>, Json> grouped;
  for (const SecurityGroupRule* rule : rules_of(world, call, group, egress)) {
    Json& p = grouped[{rule->ipProtocol, rule->fromPort, rule->toPort}];
    if (p.is_null()) {
      p = Json::object({{"ipProtocol", rule->ipProtocol},
                        {"groups", Json::array()},
                        {"ipRanges", Json::array()},
                        {"ipv6Ranges", Json::array()},
                        {"prefixListIds", Json::array()}});
      if (rule->ipProtocol != "-1") p["fromPort"] = rule->fromPort, p["toPort"] = rule->toPort;
    }
    if (rule->cidrIpv4) p["ipRanges"].push_back(with_description(Json::object({{"cidrIp", *rule->cidrIpv4}}), *rule));
    if (rule->cidrIpv6)
      p["ipv6Ranges"].push_back(with_description(Json::object({{"cidrIpv6", *rule->cidrIpv6}}), *rule));
    if (rule->prefixListId)
      p["prefixListIds"].push_back(with_description(Json::object({{"prefixListId", *rule->prefixListId}}), *rule));
    if (rule->referencedGroupInfo)
      p["groups"].push_back(with_description(Json::object({{"groupId", rule->referencedGroupInfo->groupId},
                                                           {"userId", rule->referencedGroupInfo->userId}}),
                                             *rule));
  }
  Json::Array list;
  for (auto& [key, permission] : grouped) list.push_back(std::move(permission));
  return list;
}

Values values(World& world, const Call& call, const SecurityGroup& group, std::string_view name) {
  if (name == "group-id") return {{group.groupId}};
  if (name == "group-name") return {{group.groupName}};
  if (name == "vpc-id") return {{group.vpcId}};
  if (name == "owner-id") return {{group.ownerId}};
  if (name == "description") return {{group.groupDescription}};
  const bool egress = name.starts_with("egress.");
  if (!egress && !name.starts_with("ip-permission.")) return std::nullopt;
  const std::string_view field = name.substr(name.rfind('.') + 1);
  std::vector<std::string> list;
  for (const SecurityGroupRule* rule : rules_of(world, call, group.groupId, egress)) {
    if (field == "cidr" && rule->cidrIpv4) list.push_back(*rule->cidrIpv4);
    if (field == "ipv6-cidr" && rule->cidrIpv6) list.push_back(*rule->cidrIpv6);
    if (field == "group-id" && rule->referencedGroupInfo) list.push_back(rule->referencedGroupInfo->groupId);
    if (field == "prefix-list-id" && rule->prefixListId) list.push_back(*rule->prefixListId);
    if (field == "protocol") list.push_back(rule->ipProtocol);
    if (field == "from-port") list.push_back(std::to_string(rule->fromPort));
    if (field == "to-port") list.push_back(std::to_string(rule->toPort));
  }
  return list;
}

Json render_group(World& world, const Call& call, const SecurityGroup& group) {
  Json out = rendered(group);
  out["ipPermissions"] = permissions(world, call, group.groupId, false);
  out["ipPermissionsEgress"] = permissions(world, call, group.groupId, true);
  return out;
}

const Description<SecurityGroup> kGroups{"securityGroupInfo", "GroupId", kNotFound,
                                         "security group",    values,    render_group};

ApiResult describe_groups(World& world, Call& call) {
  const std::vector<std::string> names = call.texts("GroupName");  // default VPC only, as on AWS
  if (!names.empty()) {
    Json::Array ids;
    const aws::Vpc* vpc = default_vpc(world, call.region);
    for (const std::string& name : names) {
      const SecurityGroup* found = nullptr;
      for (const auto& [id, group] : of<SecurityGroup>(world, call))
        if (vpc && group.vpcId == vpc->vpcId && group.groupName == name) found = &group;
      if (!found)
        return refuse(kNotFound,
                      "The security group '" + name + "' does not exist in default VPC " + (vpc ? vpc->vpcId : ""));
      ids.push_back(found->groupId);
    }
    call.in["GroupId"] = std::move(ids);
  }
  return describe(world, call, kGroups);
}

ApiResult create_group(World& world, Call& call) {
  auto tags = read_tags(call, "security-group");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  const std::string name = call.text("GroupName"), description = call.text("GroupDescription");
  if (name.empty()) return tl::unexpected<ApiError>(missing("groupName"));
  if (description.empty()) return tl::unexpected<ApiError>(missing("groupDescription"));
  if (name.starts_with("sg-"))
    return tl::unexpected<ApiError>(bad_value(name, "groupName", "Group names may not be in the format sg-*."));
  if (name.size() > 255 || description.size() > 255)
    return refuse("InvalidParameterValue", "Group names and descriptions may have up to 255 characters");
  const aws::Vpc* vpc =
      call.has("VpcId") ? of<aws::Vpc>(world, call).find(call.text("VpcId")) : default_vpc(world, call.region);
  if (!vpc && call.has("VpcId"))
    return tl::unexpected<ApiError>(no_such("InvalidVpcID.NotFound", "vpc ID", call.text("VpcId")));
  if (!vpc) return refuse("VPCIdNotSpecified", "No default VPC for this user");
  for (const auto& [id, group] : of<SecurityGroup>(world, call))
    if (group.vpcId == vpc->vpcId && group.groupName == name)
      return refuse("InvalidGroup.Duplicate",
                    "The security group '" + name + "' already exists for VPC '" + vpc->vpcId + "'");
  SecurityGroup& group = make_group(world, call.region, vpc->vpcId, name, description);
  group.tagSet = *tags;
  return Json::object({{"groupId", group.groupId},
                       {"securityGroupArn", group.securityGroupArn},
                       {"tagSet", fields::encode(group.tagSet)},
                       {"return", "true"}});
}

ApiResult delete_group(World& world, Call& call) {
  const std::string id = call.text("GroupId");
  if (id.empty()) return tl::unexpected<ApiError>(missing("groupId"));
  const SecurityGroup* group = of<SecurityGroup>(world, call).find(id);
  if (!group) return tl::unexpected<ApiError>(no_such(kNotFound, "security group", id));
  if (group->groupName == "default")
    return refuse("CannotDelete", "the specified group: \"" + id + "\" name: \"default\" cannot be deleted by a user");
  const std::string dependent = "resource " + id + " has a dependent object";
  for (const auto& [key, eni] : of<aws::NetworkInterface>(world, call))
    for (const auto& held : eni.groupSet)
      if (held.groupId == id) return refuse("DependencyViolation", dependent);
  for (const auto& [key, rule] : of<SecurityGroupRule>(world, call))
    if (rule.groupId != id && rule.referencedGroupInfo && rule.referencedGroupInfo->groupId == id)
      return refuse("DependencyViolation", dependent);
  erase_rules_of(world, call.region, id);
  of<SecurityGroup>(world, call).erase(id);
  return Json::object({{"return", "true"}, {"groupId", id}});
}

}  // namespace

void install_groups(Front& front, World& world) {
  front.operation("ec2", "CreateSecurityGroup", create_group);
  front.operation("ec2", "DeleteSecurityGroup", delete_group);
  front.operation("ec2", "DescribeSecurityGroups", describe_groups);
  install_group_rules(front, world);
}

}  // namespace drydock::twin::ec2

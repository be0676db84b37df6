// aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule and its egress twin: one rule with an id of its own.
#include "providers/aws/resources/permissions.h"

namespace drydock::aws_provider {
namespace {

constexpr const char* kSources[] = {"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"};

Json permission_of(const Json& in) {
  Json rule = Json::object({{"protocol", text(in, "ipProtocol")}});
  put(rule, "description", in.at("description"));
  if (in.has("fromPort")) rule["fromPort"] = in.at("fromPort");
  if (in.has("toPort")) rule["toPort"] = in.at("toPort");
  Json groups = Json::array();
  if (in.has("cidrIpv4")) rule["cidrBlocks"] = Json::array({in.at("cidrIpv4")});
  if (in.has("cidrIpv6")) rule["ipv6CidrBlocks"] = Json::array({in.at("cidrIpv6")});
  if (in.has("prefixListId")) rule["prefixListIds"] = Json::array({in.at("prefixListId")});
  if (in.has("referencedSecurityGroupId")) groups.push_back(in.at("referencedSecurityGroupId"));
  return permission(rule, groups);
}

Aws<void> create(Operation& op, const Json& in, std::string& id, const char* action) {
  auto lock = lock_group(text(in, "securityGroupId"));
  auto made = op.ec2(action, Json::object({{"GroupId", text(in, "securityGroupId")},
                                           {"IpPermissions", Json::array({permission_of(in)})},
                                           {"TagSpecification", tag_specification("security-group-rule", in)}}));
  if (!made) return up(made);
  id = made->path("securityGroupRuleSet.0.securityGroupRuleId").string_or();
  return {};
}
Aws<void> create_ingress(Operation& op, const Json& in, std::string& id) {
  return create(op, in, id, "AuthorizeSecurityGroupIngress");
}
Aws<void> create_egress(Operation& op, const Json& in, std::string& id) {
  return create(op, in, id, "AuthorizeSecurityGroupEgress");
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto rule = describe(op, "DescribeSecurityGroupRules", "SecurityGroupRuleId", id, "securityGroupRuleSet");
  if (!rule || rule->is_null()) return rule;
  Json out;
  out["securityGroupRuleId"] = id;
  put(out, "securityGroupId", rule->at("groupId"));
  for (const char* name : {"ipProtocol", "cidrIpv4", "cidrIpv6", "prefixListId", "description"})
    put(out, name, rule->at(name));
  put(out, "referencedSecurityGroupId", rule->path("referencedGroupInfo.groupId"));
  for (const char* port : {"fromPort", "toPort"})
    if (Json value = number_or_null(rule->at(port)); !value.is_null() && value.as_int() != -1) out[port] = value;
  std::string arn = text(*rule, "securityGroupRuleArn");
  out["arn"] = arn.empty() ? ec2_arn(op, text(*rule, "groupOwnerId"), "security-group-rule/" + id) : arn;
  out["tagsAll"] = tag_map(rule->at("tagSet"));
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json&, const Json& in, const Json&) {
  Json rule = Json::object({{"IpProtocol", text(in, "ipProtocol")}});
  rule["FromPort"] = in.has("fromPort") ? in.at("fromPort") : Json(-1);
  rule["ToPort"] = in.has("toPort") ? in.at("toPort") : Json(-1);
  put(rule, "CidrIpv4", in.at("cidrIpv4"));
  put(rule, "CidrIpv6", in.at("cidrIpv6"));
  put(rule, "PrefixListId", in.at("prefixListId"));
  put(rule, "ReferencedGroupId", in.at("referencedSecurityGroupId"));
  put(rule, "Description", in.at("description"));
  const Json one = Json::object({{"SecurityGroupRuleId", id}, {"SecurityGroupRule", std::move(rule)}});
  TRY_AWS(op.ec2("ModifySecurityGroupRules",
                 Json::object({{"GroupId", text(in, "securityGroupId")}, {"SecurityGroupRule", Json::array({one})}})));
  return {};
}

Aws<void> remove(Operation& op, const std::string& id, const Json& known, const char* action) {
  auto lock = lock_group(text(known, "securityGroupId"));
  return fine_if(op.ec2(action, Json::object({{"GroupId", text(known, "securityGroupId")},
                                              {"SecurityGroupRuleId", Json::array({id})}})),
                 {"InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound", "InvalidSecurityGroupRuleId.NotFound",
                  "InvalidPermission.NotFound"});
}
Aws<void> remove_ingress(Operation& op, const std::string& id, const Json& known) {
  return remove(op, id, known, "RevokeSecurityGroupIngress");
}
Aws<void> remove_egress(Operation& op, const std::string& id, const Json& known) {
  return remove(op, id, known, "RevokeSecurityGroupEgress");
}

void check(const Json& in, const std::vector<std::string>& unknown, std::vector<CheckFailure>& failures) {
  int sources = 0;
  for (const char* name : kSources)
    sources += in.has(name) || std::find(unknown.begin(), unknown.end(), name) != unknown.end();
  if (sources != 1)
    failures.push_back(
        {"cidrIpv4",
         "a rule needs exactly one of 'cidrIpv4', 'cidrIpv6', 'prefixListId' and 'referencedSecurityGroupId'"});
}

// Another kind of source is another rule.
bool replaces(std::string_view path, const Json& old, const Json& in, bool by_schema) {
  for (const char* name : kSources)
    if (path == name) return old.has(name) != in.has(name);
  return by_schema;
}

}  // namespace

extern const ResourceType kSecurityGroupIngressRule, kSecurityGroupEgressRule;
const ResourceType kSecurityGroupIngressRule = {.token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
                                                .create = create_ingress,
                                                .read = read,
                                                .update = update,
                                                .retag = retag_ec2,
                                                .remove = remove_ingress,
                                                .check = check,
                                                .replaces = replaces};
const ResourceType kSecurityGroupEgressRule = {.token = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
                                               .create = create_egress,
                                               .read = read,
                                               .update = update,
                                               .retag = retag_ec2,
                                               .remove = remove_egress,
                                               .check = check,
                                               .replaces = replaces};

}  // namespace drydock::aws_provider

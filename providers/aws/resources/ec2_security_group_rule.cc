// aws:ec2/securityGroupRule:SecurityGroupRule: one permission, with all its sources, of one group.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "providers/aws/resources/permissions.h"

namespace drydock::aws_provider {
namespace {

bool is_ingress(const Json& rule) { return text(rule, "type") == "ingress"; }

Json permission_of(const Json& rule) {
  Json groups = Json::array();
  if (std::string source = text(rule, "sourceSecurityGroupId"); !source.empty()) groups.push_back(source);
  if (rule.at("self").bool_or(false)) groups.push_back(text(rule, "securityGroupId"));
  return permission(rule, groups);
}

bool contains_all(const Json& wanted, const char* member, const Json& there, const char* shown) {
  const Json have = pluck(there, shown);
  for (const Json& one : items(wanted))
    if (std::find(items(have).begin(), items(have).end(), one.at(member)) == items(have).end()) return false;
  return true;
}

// Whether AWS's permission holds every source of the rule.
bool holds(const Json& item, const Json& wanted) {
  if (protocol_name(text(item, "ipProtocol")) != text(wanted, "IpProtocol")) return false;
  if (wanted.has("FromPort") && (number(item.at("fromPort")) != wanted.at("FromPort").int_or(0) ||
                                 number(item.at("toPort")) != wanted.at("ToPort").int_or(0)))
    return false;
  return contains_all(wanted.at("IpRanges"), "CidrIp", item.at("ipRanges"), "cidrIp") &&
         contains_all(wanted.at("Ipv6Ranges"), "CidrIpv6", item.at("ipv6Ranges"), "cidrIpv6") &&
         contains_all(wanted.at("PrefixListIds"), "PrefixListId", item.at("prefixListIds"), "prefixListId") &&
         contains_all(wanted.at("Groups"), "GroupId", item.at("groups"), "groupId");
}

Aws<bool> is_there(Operation& op, const Json& rule) {
  auto group = describe_group(op, text(rule, "securityGroupId"));
  if (!group) return up(group);
  const Json wanted = permission_of(rule);
  for (const Json& item : items(group->at(is_ingress(rule) ? "ipPermissions" : "ipPermissionsEgress")))
    if (holds(item, wanted)) return true;
  return false;
}

std::string id_of(const Json& rule) {
  return "sgrule-" +
         hex(sha256(text(rule, "securityGroupId") + text(rule, "type") + permission_of(rule).dump())).substr(0, 10);
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto lock = lock_group(text(in, "securityGroupId"));
  TRY_AWS(authorize(op, text(in, "securityGroupId"), is_ingress(in), {permission_of(in)}));
  id = id_of(in);
  lock.unlock();
  return op.wait("the rule to appear", op.timeout_or(minutes(5)), [&]() -> Aws<Poll> {
    auto there = is_there(op, in);
    if (!there) return up(there);
    return Poll{*there, "not visible yet"};
  });
}

// The rule's own id, where one rule is all there is.
Aws<std::string> rule_id(Operation& op, const Json& rule) {
  const Json wanted = permission_of(rule);
  std::size_t sources = 0;
  for (const char* list : {"IpRanges", "Ipv6Ranges", "PrefixListIds", "Groups"}) sources += wanted.at(list).size();
  if (sources != 1) return std::string();
  auto reply = op.ec2_all("DescribeSecurityGroupRules",
                          Json::object({{"Filter", filters({{"group-id", text(rule, "securityGroupId")}})}}),
                          "securityGroupRuleSet");
  if (!reply) return up(reply);
  for (const Json& item : items(*reply)) {
    if (flag(item.at("isEgress")) == is_ingress(rule)) continue;
    if (protocol_name(text(item, "ipProtocol")) != text(wanted, "IpProtocol")) continue;
    if (wanted.has("FromPort") && (number(item.at("fromPort")) != wanted.at("FromPort").int_or(0) ||
                                   number(item.at("toPort")) != wanted.at("ToPort").int_or(0)))
      continue;
    const bool same =
        text(item, "cidrIpv4") == wanted.path("IpRanges.0.CidrIp").string_or() &&
        text(item, "cidrIpv6") == wanted.path("Ipv6Ranges.0.CidrIpv6").string_or() &&
        text(item, "prefixListId") == wanted.path("PrefixListIds.0.PrefixListId").string_or() &&
        item.path("referencedGroupInfo.groupId").string_or() == wanted.path("Groups.0.GroupId").string_or();
    if (same) return text(item, "securityGroupRuleId");
  }
  return std::string();
}

// SG_type_protocol_from_to_source[_source...]
Json from_import(const std::string& id) {
  const std::vector<std::string> parts = split(id, '_');
  if (parts.size() < 6) return {};
  Json rule = Json::object({{"securityGroupId", parts[0]},
                            {"type", parts[1]},
                            {"protocol", parts[2]},
                            {"fromPort", number(parts[3])},
                            {"toPort", number(parts[4])}});
  for (std::size_t i = 5; i < parts.size(); ++i) {
    const std::string& source = parts[i];
    if (source == "self")
      rule["self"] = true;
    else if (source.starts_with("sg-"))
      rule["sourceSecurityGroupId"] = source;
    else if (source.starts_with("pl-"))
      rule["prefixListIds"].push_back(source);
    else
      rule[source.find(':') == source.npos ? "cidrBlocks" : "ipv6CidrBlocks"].push_back(source);
  }
  return rule;
}

Aws<Json> read(Operation& op, std::string& id, const Json& known) {
  Json rule = known.has("securityGroupId") ? known : from_import(id);
  if (rule.is_null())
    return no(ErrorCode::invalid_input,
              fmt::format("'{}' is no import id: write GROUP_TYPE_PROTOCOL_FROM_TO_SOURCE", id));
  auto there = is_there(op, rule);
  if (!there) return up(there);
  if (!*there) return Json();
  id = id_of(rule);
  Json out = Json::object();
  for (const char* name : {"type", "securityGroupId", "protocol", "fromPort", "toPort", "cidrBlocks", "ipv6CidrBlocks",
                           "prefixListIds", "sourceSecurityGroupId", "self", "description"})
    if (rule.has(name)) out[name] = rule.at(name);
  auto own = rule_id(op, rule);
  if (!own) return up(own);
  put(out, "securityGroupRuleId", *own);
  return out;
}

Aws<void> update(Operation& op, std::string&, const Json& old, const Json& in, const Json&) {
  if (!changed(old, in, "description")) return {};
  TRY_AWS(op.ec2(
      is_ingress(in) ? "UpdateSecurityGroupRuleDescriptionsIngress" : "UpdateSecurityGroupRuleDescriptionsEgress",
      Json::object({{"GroupId", text(in, "securityGroupId")}, {"IpPermissions", Json::array({permission_of(in)})}})));
  return {};
}

Aws<void> remove(Operation& op, const std::string&, const Json& known) {
  auto lock = lock_group(text(known, "securityGroupId"));
  return revoke(op, text(known, "securityGroupId"), is_ingress(known), {permission_of(known)});
}

void check(const Json& in, const std::vector<std::string>& unknown, std::vector<CheckFailure>& failures) {
  auto given = [&](const char* name) {
    if (std::find(unknown.begin(), unknown.end(), name) != unknown.end()) return true;
    const Json& value = in.at(name);
    return value.is_bool() ? value.as_bool() : value.is_array() ? value.size() > 0 : !value.is_null();
  };
  const bool ranges = given("cidrBlocks") || given("ipv6CidrBlocks");
  const int kinds = ranges + given("sourceSecurityGroupId") + given("self");
  if (kinds > 1)
    failures.push_back({"sourceSecurityGroupId",
                        "'cidrBlocks' and 'ipv6CidrBlocks', 'sourceSecurityGroupId' and 'self' exclude each other"});
  if (kinds == 0 && !given("prefixListIds"))
    failures.push_back(
        {"cidrBlocks",
         "a rule needs a source: 'cidrBlocks', 'ipv6CidrBlocks', 'prefixListIds', 'sourceSecurityGroupId' or 'self'"});
  if (const std::string type = text(in, "type"); !type.empty() && type != "ingress" && type != "egress")
    failures.push_back({"type", fmt::format("'type' must be \"ingress\" or \"egress\", not \"{}\"", type)});
}

}  // namespace

extern const ResourceType kSecurityGroupRule;
const ResourceType kSecurityGroupRule = {.token = "aws:ec2/securityGroupRule:SecurityGroupRule",
                                         .delete_before_replace = true,
                                         .create = create,
                                         .read = read,
                                         .update = update,
                                         .remove = remove,
                                         .check = check};

}  // namespace drydock::aws_provider

#include "twin/ec2/group_rules.h"

#include <charconv>

#include "base/text.h"

namespace drydock::twin::ec2 {

using aws::SecurityGroup;
using aws::SecurityGroupRule;

std::optional<std::string> canonical_protocol(std::string_view text) {
  const std::string name = to_lower(text);
  if (name == "all" || name == "-1") return "-1";
  if (name == "tcp" || name == "6") return "tcp";
  if (name == "udp" || name == "17") return "udp";
  if (name == "icmp" || name == "1") return "icmp";
  if (name == "icmpv6" || name == "58") return "icmpv6";
  int number = -1;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number < 0 || number > 255) return std::nullopt;
  return name;
}

namespace {

constexpr std::size_t kRulesPerDirection = 60;

using Rules = std::vector<SecurityGroupRule>;

ApiError no_group(const std::string& id) { return no_such("InvalidGroup.NotFound", "security group", id); }

std::int64_t number_or(const Json& json, std::int64_t otherwise) {
  if (json.is_number()) return json.as_int();
  if (!json.is_string() || json.as_string().empty()) return otherwise;
  std::int64_t value = otherwise;
  const std::string& text = json.as_string();
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Protocol and ports of one permission, checked.
tl::expected<SecurityGroupRule, ApiError> read_protocol(const Json& permission) {
  SecurityGroupRule rule;
  const std::string text = permission.at("IpProtocol").string_or();
  auto protocol = canonical_protocol(text);
  if (text.empty()) return tl::unexpected<ApiError>(missing("ipProtocol"));
  if (!protocol)
    return refuse("InvalidParameterValue", "Invalid value '" + text + "' for IP protocol. Unknown protocol.");
  rule.ipProtocol = *protocol;
  if (rule.ipProtocol != "tcp" && rule.ipProtocol != "udp" && rule.ipProtocol != "icmp" && rule.ipProtocol != "icmpv6")
    return rule;  // every port, whatever was given
  rule.fromPort = number_or(permission.at("FromPort"), -1);
  rule.toPort = number_or(permission.at("ToPort"), -1);
  if (rule.ipProtocol.starts_with("icmp")) return rule;
  if (!permission.has("FromPort") || !permission.has("ToPort"))
    return refuse("InvalidParameterValue",
                  "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
  if (rule.fromPort < 0 || rule.toPort > 65535 || rule.fromPort > rule.toPort)
    return refuse("InvalidParameterValue", "Invalid " + std::string(rule.ipProtocol == "tcp" ? "TCP" : "UDP") +
                                               " port range (" + std::to_string(rule.fromPort) + ":" +
                                               std::to_string(rule.toPort) + ")");
  return rule;
}

std::optional<ApiError> read_block(const Json& item, const char* name, bool v6, SecurityGroupRule& rule) {
  const std::string text = item.at(name).string_or();
  auto block = aws::Cidr::parse(text);
  if (!block || block->base.v6 != v6)
    return ApiError{400, "InvalidParameterValue", "CIDR block " + text + " is malformed"};
  (v6 ? rule.cidrIpv6 : rule.cidrIpv4) = block->str();
  return std::nullopt;
}

std::optional<ApiError> read_peer_group(World& world, const Call& call, const SecurityGroup& own, const Json& item,
                                        SecurityGroupRule& rule) {
  const std::string id = item.at("GroupId").string_or();
  const SecurityGroup* peer = of<SecurityGroup>(world, call).find(id);
  if (!peer) return no_group(id.empty() ? item.at("GroupName").string_or() : id);
  if (peer->vpcId != own.vpcId)
    return ApiError{400, "InvalidGroup.NotFound",
                    "You have specified two resources that belong to different networks."};
  rule.referencedGroupInfo = aws::ReferencedGroup{id, peer->ownerId};
  return std::nullopt;
}

/// The rules a permission stands for: one a peer.
std::optional<ApiError> read_permission(World& world, const Call& call, const SecurityGroup& own, bool egress,
                                        const Json& permission, Rules& rules) {
  auto base = read_protocol(permission);
  if (!base) return base.error();
  base->groupId = own.groupId;
  base->isEgress = egress;
  const std::size_t before = rules.size();
  auto each = [&](const char* list, auto&& read) -> std::optional<ApiError> {
    const Json& items = permission.at(list);
    for (std::size_t i = 0; i < items.size(); ++i) {
      SecurityGroupRule rule = *base;
      if (items.item(i).has("Description")) rule.description = items.item(i).at("Description").string_or();
      if (auto bad = read(items.item(i), rule)) return bad;
      rules.push_back(std::move(rule));
    }
    return std::nullopt;
  };
  if (auto bad = each("IpRanges", [](const Json& item, SecurityGroupRule& rule) {
        return read_block(item, "CidrIp", false, rule);
      }))
    return bad;
  if (auto bad = each("Ipv6Ranges", [](const Json& item, SecurityGroupRule& rule) {
        return read_block(item, "CidrIpv6", true, rule);
      }))
    return bad;
  if (auto bad = each("PrefixListIds", [&](const Json& item, SecurityGroupRule& rule) -> std::optional<ApiError> {
        rule.prefixListId = item.at("PrefixListId").string_or();
        if (!of<aws::PrefixList>(world, call).contains(*rule.prefixListId))
          return no_such("InvalidPrefixListID.NotFound", "prefix list ID", *rule.prefixListId);
        return std::nullopt;
      }))
    return bad;
  auto read_group = [&](const Json& item, SecurityGroupRule& rule) {
    return read_peer_group(world, call, own, item, rule);
  };
  if (auto bad = each("Groups", read_group)) return bad;
  if (auto bad = each("UserIdGroupPairs", read_group)) return bad;
  if (rules.size() == before)
    return ApiError{400, "MissingParameter",
                    "Either 'cidrIp', 'cidrIpv6', 'prefixListId' or 'groupId' must be specified"};
  return std::nullopt;
}

tl::expected<Rules, ApiError> read_permissions(World& world, const Call& call, const SecurityGroup& own, bool egress) {
  Rules rules;
  const Json& list = call.in.at("IpPermissions");
  for (std::size_t i = 0; i < list.size(); ++i)
    if (auto bad = read_permission(world, call, own, egress, list.item(i), rules))
      return tl::unexpected<ApiError>(*bad);
  if (list.size() > 0) return rules;
  // The old flat form: IpProtocol, FromPort, ToPort, CidrIp.
  if (!call.has("IpProtocol")) return tl::unexpected<ApiError>(missing("ipPermissions"));
  Json flat = Json::object({{"IpProtocol", call.text("IpProtocol")}});
  for (const char* name : {"FromPort", "ToPort"})
    if (call.has(name)) flat[name] = call.text(name);
  if (call.has("CidrIp")) flat["IpRanges"] = Json::array({Json::object({{"CidrIp", call.text("CidrIp")}})});
  if (auto bad = read_permission(world, call, own, egress, flat, rules)) return tl::unexpected<ApiError>(*bad);
  return rules;
}

bool same_rule(const SecurityGroupRule& a, const SecurityGroupRule& b) {
  auto group = [](const SecurityGroupRule& x) {
    return x.referencedGroupInfo ? x.referencedGroupInfo->groupId : std::string();
  };
  return a.groupId == b.groupId && a.isEgress == b.isEgress && a.ipProtocol == b.ipProtocol &&
         a.fromPort == b.fromPort && a.toPort == b.toPort && a.cidrIpv4 == b.cidrIpv4 && a.cidrIpv6 == b.cidrIpv6 &&
         a.prefixListId == b.prefixListId && group(a) == group(b);
}

const SecurityGroupRule* find_same(World& world, const Call& call, const SecurityGroupRule& wanted) {
  for (const auto& [id, rule] : of<SecurityGroupRule>(world, call))
    if (same_rule(rule, wanted)) return &rule;
  return nullptr;
}

std::string peer_text(const SecurityGroupRule& rule) {
  if (rule.cidrIpv4) return *rule.cidrIpv4;
  if (rule.cidrIpv6) return *rule.cidrIpv6;
  if (rule.prefixListId) return *rule.prefixListId;
  return rule.referencedGroupInfo ? rule.referencedGroupInfo->groupId : "";
}

std::string rule_text(const SecurityGroupRule& rule) {
  const std::string peer = "peer: " + peer_text(rule);
  if (rule.ipProtocol == "-1") return peer + ", ALL, ALLOW";
  std::string protocol = rule.ipProtocol;
  for (char& c : protocol) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return peer + ", " + protocol + ", from port: " + std::to_string(rule.fromPort) +
         ", to port: " + std::to_string(rule.toPort) + ", ALLOW";
}

std::size_t count_rules(World& world, const Call& call, const std::string& group, bool egress) {
  std::size_t count = 0;
  for (const auto& [id, rule] : of<SecurityGroupRule>(world, call))
    count += rule.groupId == group && rule.isEgress == egress;
  return count;
}

Json render_rule(World&, const Call&, const SecurityGroupRule& rule) { return rendered(rule); }

tl::expected<const SecurityGroup*, ApiError> group_of(World& world, const Call& call) {
  const std::string id = call.text("GroupId");
  if (!id.empty()) {
    const SecurityGroup* group = of<SecurityGroup>(world, call).find(id);
    if (!group) return tl::unexpected<ApiError>(no_group(id));
    return group;
  }
  const aws::Vpc* vpc = default_vpc(world, call.region);
  for (const auto& [key, group] : of<SecurityGroup>(world, call))
    if (vpc && group.vpcId == vpc->vpcId && group.groupName == call.text("GroupName")) return &group;
  return call.has("GroupName") ? tl::unexpected<ApiError>(no_group(call.text("GroupName")))
                               : tl::unexpected<ApiError>(missing("groupId"));
}

ApiResult authorize(World& world, Call& call, bool egress) {
  auto tags = read_tags(call, "security-group-rule");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  auto group = group_of(world, call);
  if (!group) return tl::unexpected<ApiError>(group.error());
  auto rules = read_permissions(world, call, **group, egress);
  if (!rules) return tl::unexpected<ApiError>(rules.error());
  for (std::size_t i = 0; i < rules->size(); ++i) {  // all or none
    const SecurityGroupRule& rule = (*rules)[i];
    for (std::size_t j = 0; j < i; ++j)
      if (same_rule(rule, (*rules)[j]))
        return refuse("InvalidParameterValue", "The same permission must not appear multiple times");
    if (find_same(world, call, rule))
      return refuse("InvalidPermission.Duplicate", "the specified rule \"" + rule_text(rule) + "\" already exists");
  }
  if (count_rules(world, call, (*group)->groupId, egress) + rules->size() > kRulesPerDirection)
    return refuse("RulesPerSecurityGroupLimitExceeded",
                  "The maximum number of rules per security group has been reached.");
  Json::Array made;
  for (SecurityGroupRule& rule : *rules) {
    rule.tagSet = *tags;
    made.push_back(rendered(make_rule(world, call.region, rule)));
  }
  return Json::object({{"return", "true"}, {"securityGroupRuleSet", std::move(made)}});
}

ApiResult revoke(World& world, Call& call, bool egress) {
  auto group = group_of(world, call);
  if (!group) return tl::unexpected<ApiError>(group.error());
  std::vector<std::string> ids = call.texts("SecurityGroupRuleId");
  for (const std::string& id : ids) {
    const SecurityGroupRule* rule = of<SecurityGroupRule>(world, call).find(id);
    if (!rule || rule->groupId != (*group)->groupId || rule->isEgress != egress)
      return refuse("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '" + id + "' does not exist");
  }
  if (ids.empty()) {
    auto rules = read_permissions(world, call, **group, egress);
    if (!rules) return tl::unexpected<ApiError>(rules.error());
    for (const SecurityGroupRule& rule : *rules) {
      const SecurityGroupRule* found = find_same(world, call, rule);
      if (!found)
        return refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
      ids.push_back(found->securityGroupRuleId);
    }
  }
  Json::Array gone;
  for (const std::string& id : ids) {
    if (const SecurityGroupRule* rule = of<SecurityGroupRule>(world, call).find(id)) gone.push_back(rendered(*rule));
    of<SecurityGroupRule>(world, call).erase(id);
  }
  return Json::object({{"return", "true"}, {"revokedSecurityGroupRuleSet", std::move(gone)}});
}

ApiResult modify_rules(World& world, Call& call) {
  auto group = group_of(world, call);
  if (!group) return tl::unexpected<ApiError>(group.error());
  const Json& list = call.in.at("SecurityGroupRule");
  if (list.size() == 0) return tl::unexpected<ApiError>(missing("securityGroupRule"));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string id = list.item(i).at("SecurityGroupRuleId").string_or();
    const Json& wanted = list.item(i).at("SecurityGroupRule");
    const SecurityGroupRule* old = of<SecurityGroupRule>(world, call).find(id);
    if (!old || old->groupId != (*group)->groupId)
      return refuse("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '" + id + "' does not exist");
    Json permission = wanted;
    auto list_of = [&](const char* name, const char* member, const char* from) {
      if (wanted.has(from)) {
        Json item = Json::object();
        item[member] = wanted.at(from);
        permission[name] = Json::array({item});
      }
    };
    list_of("IpRanges", "CidrIp", "CidrIpv4");
    list_of("Ipv6Ranges", "CidrIpv6", "CidrIpv6");
    list_of("PrefixListIds", "PrefixListId", "PrefixListId");
    list_of("Groups", "GroupId", "ReferencedGroupId");
    Rules rules;
    if (auto bad = read_permission(world, call, **group, old->isEgress, permission, rules))
      return tl::unexpected<ApiError>(*bad);
    if (rules.size() != 1)
      return refuse("InvalidParameterValue", "A security group rule has exactly one source or destination");
    const SecurityGroupRule* other = find_same(world, call, rules[0]);
    if (other && other != old)
      return refuse("InvalidPermission.Duplicate", "the specified rule \"" + rule_text(rules[0]) + "\" already exists");
    SecurityGroupRule& row = *of<SecurityGroupRule>(world, call).edit(id);
    row.ipProtocol = rules[0].ipProtocol, row.fromPort = rules[0].fromPort, row.toPort = rules[0].toPort;
    row.cidrIpv4 = rules[0].cidrIpv4, row.cidrIpv6 = rules[0].cidrIpv6, row.prefixListId = rules[0].prefixListId;
    row.referencedGroupInfo = rules[0].referencedGroupInfo;
    row.description.reset();
    if (wanted.has("Description")) row.description = wanted.at("Description").string_or();
  }
  return yes();
}

ApiResult update_descriptions(World& world, Call& call, bool egress) {
  auto group = group_of(world, call);
  if (!group) return tl::unexpected<ApiError>(group.error());
  const Json& by_id = call.in.at("SecurityGroupRuleDescription");
  for (std::size_t i = 0; i < by_id.size(); ++i) {
    const std::string id = by_id.item(i).at("SecurityGroupRuleId").string_or();
    SecurityGroupRule* rule = of<SecurityGroupRule>(world, call).edit(id);
    if (!rule)
      return refuse("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '" + id + "' does not exist");
    rule->description = by_id.item(i).at("Description").string_or();
  }
  if (by_id.size() > 0) return yes();
  auto rules = read_permissions(world, call, **group, egress);
  if (!rules) return tl::unexpected<ApiError>(rules.error());
  for (const SecurityGroupRule& rule : *rules) {
    const SecurityGroupRule* found = find_same(world, call, rule);
    if (!found)
      return refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
    of<SecurityGroupRule>(world, call).edit(found->securityGroupRuleId)->description = rule.description;
  }
  return yes();
}

const Description<SecurityGroupRule> kRules{
    "securityGroupRuleSet",
    "SecurityGroupRuleId",
    "InvalidSecurityGroupRuleId.NotFound",
    "security group rule ID",
    [](World&, const Call&, const SecurityGroupRule& rule, std::string_view name) -> Values {
      if (name == "group-id") return {{rule.groupId}};
      if (name == "security-group-rule-id") return {{rule.securityGroupRuleId}};
      return std::nullopt;
    },
    render_rule};

}  // namespace

void install_group_rules(Front& front, World&) {
  for (bool egress : {false, true}) {
    const std::string way = egress ? "Egress" : "Ingress";
    front.operation("ec2", "AuthorizeSecurityGroup" + way,
                    [egress](World& w, Call& c) { return authorize(w, c, egress); });
    front.operation("ec2", "RevokeSecurityGroup" + way, [egress](World& w, Call& c) { return revoke(w, c, egress); });
    front.operation("ec2", "UpdateSecurityGroupRuleDescriptions" + way,
                    [egress](World& w, Call& c) { return update_descriptions(w, c, egress); });
  }
  front.operation("ec2", "ModifySecurityGroupRules", modify_rules);
  front.operation("ec2", "DescribeSecurityGroupRules", [](World& w, Call& call) { return describe(w, call, kRules); });
}

}  // namespace drydock::twin::ec2

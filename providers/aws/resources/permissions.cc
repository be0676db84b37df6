#include "providers/aws/resources/permissions.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace drydock::aws_provider {
namespace {

// Ports are sent where the protocol has some.
bool has_ports(const std::string& protocol) {
  return protocol == "tcp" || protocol == "udp" || protocol == "icmp" || protocol == "icmpv6";
}

void add_ranges(Json& to, const char* list, const char* member, const Json& values, const std::string& description) {
  for (const Json& value : items(values)) {
    Json one = Json::object({{member, value}});
    put(one, "Description", description);
    to[list].push_back(std::move(one));
  }
}

}  // namespace

std::string protocol_name(const std::string& protocol) {
  static const std::map<std::string, std::string> kNames = {
      {"all", "-1"}, {"6", "tcp"}, {"17", "udp"}, {"1", "icmp"}, {"58", "icmpv6"}};
  const std::string lower = to_lower(protocol);
  auto it = kNames.find(lower);
  return it == kNames.end() ? lower : it->second;
}

Json permission(const Json& rule, const Json& groups) {
  const std::string protocol = protocol_name(text(rule, "protocol"));
  Json out = Json::object({{"IpProtocol", protocol}});
  if (has_ports(protocol)) {
    out["FromPort"] = rule.at("fromPort");
    out["ToPort"] = rule.at("toPort");
  }
  const std::string description = text(rule, "description");
  add_ranges(out, "IpRanges", "CidrIp", rule.at("cidrBlocks"), description);
  add_ranges(out, "Ipv6Ranges", "CidrIpv6", rule.at("ipv6CidrBlocks"), description);
  add_ranges(out, "PrefixListIds", "PrefixListId", rule.at("prefixListIds"), description);
  add_ranges(out, "Groups", "GroupId", groups, description);
  return out;
}

Json inline_rules(const Json& permissions, const std::string& own_group) {
  // AWS keeps one permission for each protocol and range of ports; the description separates rules again.
  std::map<std::string, Json> rules;
  for (const Json& item : items(permissions)) {
    auto rule_of = [&](const Json& peer) -> Json& {
      const std::string description = text(peer, "description");
      const std::string key =
          text(item, "ipProtocol") + "/" + text(item, "fromPort") + "/" + text(item, "toPort") + "/" + description;
      Json& rule = rules[key];
      if (rule.is_null()) {
        rule = Json::object({{"protocol", text(item, "ipProtocol")},
                             {"fromPort", number(item.at("fromPort"))},
                             {"toPort", number(item.at("toPort"))}});
        put(rule, "description", description);
      }
      return rule;
    };
    for (const Json& peer : items(item.at("ipRanges"))) rule_of(peer)["cidrBlocks"].push_back(peer.at("cidrIp"));
    for (const Json& peer : items(item.at("ipv6Ranges")))
      rule_of(peer)["ipv6CidrBlocks"].push_back(peer.at("cidrIpv6"));
    for (const Json& peer : items(item.at("prefixListIds")))
      rule_of(peer)["prefixListIds"].push_back(peer.at("prefixListId"));
    for (const Json& peer : items(item.at("groups"))) {
      if (text(peer, "groupId") == own_group)
        rule_of(peer)["self"] = true;
      else
        rule_of(peer)["securityGroups"].push_back(peer.at("groupId"));
    }
  }
  Json::Array out;
  for (auto& [key, rule] : rules) out.push_back(std::move(rule));
  return out;
}

namespace {

// One line for each other side of each rule.
std::vector<std::string> atoms(const Json& rules) {
  std::vector<std::string> out;
  for (const Json& rule : items(rules)) {
    const std::string protocol = protocol_name(text(rule, "protocol"));
    const bool ports = has_ports(protocol);
    const std::string what = protocol + " " +
                             (ports ? rule.at("fromPort").dump() + "-" + rule.at("toPort").dump() : "") + " " +
                             text(rule, "description") + " ";
    for (const char* list : {"cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups"})
      for (const Json& peer : items(rule.at(list))) out.push_back(what + peer.string_or());
    if (rule.at("self").bool_or(false)) out.push_back(what + "self");
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

bool same_rules(const Json& a, const Json& b) { return atoms(a) == atoms(b); }

Aws<Json> describe_group(Operation& op, const std::string& id) {
  return describe(op, "DescribeSecurityGroups", "GroupId", id, "securityGroupInfo");
}

Aws<void> authorize(Operation& op, const std::string& group, bool ingress, Json::Array permissions) {
  if (permissions.empty()) return {};
  TRY_AWS(op.ec2(ingress ? "AuthorizeSecurityGroupIngress" : "AuthorizeSecurityGroupEgress",
                 Json::object({{"GroupId", group}, {"IpPermissions", std::move(permissions)}})));
  return {};
}

Aws<void> revoke(Operation& op, const std::string& group, bool ingress, Json::Array permissions) {
  if (permissions.empty()) return {};
  return fine_if(op.ec2(ingress ? "RevokeSecurityGroupIngress" : "RevokeSecurityGroupEgress",
                        Json::object({{"GroupId", group}, {"IpPermissions", std::move(permissions)}})),
                 {"InvalidPermission.NotFound", "InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"});
}

std::unique_lock<std::mutex> lock_group(const std::string& id) {
  static std::mutex guard;
  static std::map<std::string, std::mutex> locks;  // guarded by guard; never erased, so that references stay good
  std::mutex* own;
  {
    std::lock_guard lock(guard);
    own = &locks[id];
  }
  return std::unique_lock(*own);
}

}  // namespace drydock::aws_provider

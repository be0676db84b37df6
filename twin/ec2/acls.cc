// Network ACLs.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
#include <charconv>

#include "twin/ec2/group_rules.h"
#include "twin/ec2/nouns.h"
#include "twin/ec2/tokens.h"

namespace drydock::twin::ec2 {

using aws::NetworkAcl;
using aws::NetworkAclEntry;

namespace {

constexpr const char* kNotFound = "InvalidNetworkAclID.NotFound";
constexpr std::int64_t kLastRule = 32766;
constexpr std::size_t kRulesPerDirection = 40;

ApiError no_acl(const std::string& id) { return no_such(kNotFound, "networkAcl ID", id); }

Values entry_values(const NetworkAcl& acl, std::string_view field) {
  std::vector<std::string> list;
  for (const NetworkAclEntry& entry : acl.entrySet) {
    if (field == "cidr") {
      for (const auto& block : {entry.cidrBlock, entry.ipv6CidrBlock})
        if (block) list.push_back(*block);
    } else if (field == "egress") {
      list.push_back(text_of(entry.egress));
    } else if (field == "protocol") {
      list.push_back(entry.protocol);
    } else if (field == "rule-action") {
      list.push_back(entry.ruleAction);
    } else if (field == "rule-number") {
      list.push_back(std::to_string(entry.ruleNumber));
    } else {
      return std::nullopt;
    }
  }
  return list;
}

Values values(World&, const Call&, const NetworkAcl& acl, std::string_view name) {
  if (name == "network-acl-id") return {{acl.networkAclId}};
  if (name == "vpc-id") return {{acl.vpcId}};
  if (name == "owner-id") return {{acl.ownerId}};
  if (name == "default") return {{text_of(acl.isDefault)}};
  if (name.starts_with("entry.")) return entry_values(acl, name.substr(6));
  if (!name.starts_with("association.")) return std::nullopt;
  std::vector<std::string> list;
  for (const auto& x : acl.associationSet) {
    if (name == "association.association-id") list.push_back(x.networkAclAssociationId);
    if (name == "association.network-acl-id") list.push_back(x.networkAclId);
    if (name == "association.subnet-id") list.push_back(x.subnetId);
  }
  return list;
}

Json render_acl(World&, const Call&, const NetworkAcl& acl) {
  Json out = rendered(acl);
  Json::Array entries;
  for (const NetworkAclEntry& entry : acl.entrySet) {
    Json item = rendered(entry);
    if (entry.portFrom)
      item["portRange"] = Json::object({{"from", *entry.portFrom}, {"to", entry.portTo.value_or(*entry.portFrom)}});
    if (entry.icmpType)
      item["icmpTypeCode"] = Json::object({{"type", *entry.icmpType}, {"code", entry.icmpCode.value_or(-1)}});
    entries.push_back(std::move(item));
  }
  out["entrySet"] = std::move(entries);
  return out;
}

const Description<NetworkAcl> kAcls{"networkAclSet", "NetworkAclId", kNotFound, "networkAcl ID", values, render_acl};

ApiResult create_acl(World& world, Call& call) {
  const auto made = made_before<NetworkAcl>(world, call);
  if (!made) return tl::unexpected<ApiError>(made.error());
  if (!made->empty())
    return Json::object({{"networkAcl", render_acl(world, call, *of<NetworkAcl>(world, call).find(*made))}});
  auto tags = read_tags(call, "network-acl");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  const aws::Vpc* vpc = of<aws::Vpc>(world, call).find(call.text("VpcId"));
  if (!vpc) return tl::unexpected<ApiError>(no_such("InvalidVpcID.NotFound", "vpc ID", call.text("VpcId")));
  NetworkAcl acl;
  acl.networkAclId = world.new_id("acl");
  acl.vpcId = vpc->vpcId;
  acl.ownerId = world.account();
  for (bool egress : {true, false}) acl.entrySet.push_back({32767, "-1", "deny", egress, "0.0.0.0/0"});
  acl.tagSet = *tags;
  remember(world, call, acl.networkAclId);
  const NetworkAcl& row = of<NetworkAcl>(world, call).put(acl.networkAclId, acl);
  return Json::object({{"networkAcl", render_acl(world, call, row)}});
}

ApiResult delete_acl(World& world, Call& call) {
  const std::string id = call.text("NetworkAclId");
  const NetworkAcl* acl = of<NetworkAcl>(world, call).find(id);
  if (!acl) return tl::unexpected<ApiError>(no_acl(id));
  if (acl->isDefault) return refuse("InvalidParameterValue", "cannot delete default network ACL " + id);
  if (!acl->associationSet.empty())
    return refuse("DependencyViolation", "The networkAcl '" + id + "' has dependencies and cannot be deleted.");
  of<NetworkAcl>(world, call).erase(id);
  return yes();
}

std::optional<std::int64_t> number_at(const Json& json, std::string_view path) {
  const std::string text = json.path(path).string_or();
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Protocol numbers, as the API shows them.
std::string protocol_number(const std::string& name) {
  if (name == "tcp") return "6";
  if (name == "udp") return "17";
  if (name == "icmp") return "1";
  if (name == "icmpv6") return "58";
  return name;
}

tl::expected<NetworkAclEntry, ApiError> read_entry(const Call& call) {
  NetworkAclEntry entry;
  auto number = call.number("RuleNumber");
  if (!number || *number < 1 || *number > kLastRule)
    return tl::unexpected<ApiError>(
        bad_value(call.text("RuleNumber"), "ruleNumber", "Rule numbers range from 1 to 32766."));
  entry.ruleNumber = *number;
  entry.egress = call.flag("Egress").value_or(false);
  auto protocol = canonical_protocol(call.text("Protocol"));
  if (!protocol) return tl::unexpected<ApiError>(bad_value(call.text("Protocol"), "protocol", "Unknown protocol."));
  entry.protocol = protocol_number(*protocol);
  entry.ruleAction = call.text("RuleAction");
  if (entry.ruleAction != "allow" && entry.ruleAction != "deny")
    return tl::unexpected<ApiError>(bad_value(entry.ruleAction, "ruleAction", "Expected allow or deny."));
  const std::string v4 = call.text("CidrBlock"), v6 = call.text("Ipv6CidrBlock");
  if (v4.empty() == v6.empty())
    return refuse("InvalidParameterCombination", "Exactly one of cidrBlock and ipv6CidrBlock must be specified");
  auto block = aws::Cidr::parse(v4.empty() ? v6 : v4);
  if (!block || block->base.v6 != v4.empty())
    return tl::unexpected<ApiError>(
        bad_value(v4.empty() ? v6 : v4, v4.empty() ? "ipv6CidrBlock" : "cidrBlock", "This is not a valid CIDR block."));
  (v4.empty() ? entry.ipv6CidrBlock : entry.cidrBlock) = block->str();
  if (*protocol == "tcp" || *protocol == "udp") {
    entry.portFrom = number_at(call.in, "PortRange.From");
    entry.portTo = number_at(call.in, "PortRange.To");
    if (!entry.portFrom || !entry.portTo) return tl::unexpected<ApiError>(missing("portRange"));
    if (*entry.portFrom > *entry.portTo || *entry.portFrom < 0 || *entry.portTo > 65535)
      return refuse("InvalidParameterValue", "Invalid port range (" + std::to_string(*entry.portFrom) + ":" +
                                                 std::to_string(*entry.portTo) + ")");
  }
  if (*protocol == "icmp" || *protocol == "icmpv6") {
    entry.icmpType = number_at(call.in, "Icmp.Type");
    entry.icmpCode = number_at(call.in, "Icmp.Code");
    if (!entry.icmpType) return tl::unexpected<ApiError>(missing("icmpTypeCode"));
  }
  return entry;
}

NetworkAclEntry* find_entry(NetworkAcl& acl, std::int64_t number, bool egress) {
  for (NetworkAclEntry& entry : acl.entrySet)
    if (entry.ruleNumber == number && entry.egress == egress) return &entry;
  return nullptr;
}

ApiResult put_entry(World& world, Call& call, bool replace) {
  NetworkAcl* acl = of<NetworkAcl>(world, call).edit(call.text("NetworkAclId"));
  if (!acl) return tl::unexpected<ApiError>(no_acl(call.text("NetworkAclId")));
  auto entry = read_entry(call);
  if (!entry) return tl::unexpected<ApiError>(entry.error());
  NetworkAclEntry* old = find_entry(*acl, entry->ruleNumber, entry->egress);
  const std::string which = "The network acl entry identified by " + std::to_string(entry->ruleNumber);
  if (replace && !old) return refuse("InvalidNetworkAclEntry.NotFound", which + " does not exist.");
  if (!replace && old) return refuse("NetworkAclEntryAlreadyExists", which + " already exists.");
  if (old) {
    *old = *entry;
    return yes();
  }
  const auto held = std::count_if(acl->entrySet.begin(), acl->entrySet.end(),
                                  [&](const auto& x) { return x.egress == entry->egress; });
  if (static_cast<std::size_t>(held) > kRulesPerDirection)
    return refuse("NetworkAclEntryLimitExceeded", "The maximum number of network acl entries has been reached.");
  auto at = std::find_if(acl->entrySet.begin(), acl->entrySet.end(), [&](const NetworkAclEntry& x) {
    return x.egress == entry->egress && x.ruleNumber > entry->ruleNumber;
  });
  acl->entrySet.insert(at, *entry);
  return yes();
}

ApiResult delete_entry(World& world, Call& call) {
  NetworkAcl* acl = of<NetworkAcl>(world, call).edit(call.text("NetworkAclId"));
  if (!acl) return tl::unexpected<ApiError>(no_acl(call.text("NetworkAclId")));
  const std::int64_t number = call.number("RuleNumber").value_or(0);
  NetworkAclEntry* entry = number > kLastRule ? nullptr : find_entry(*acl, number, call.flag("Egress").value_or(false));
  if (!entry)
    return refuse("InvalidNetworkAclEntry.NotFound",
                  "The network acl entry identified by " + std::to_string(number) + " does not exist.");
  acl->entrySet.erase(acl->entrySet.begin() + (entry - acl->entrySet.data()));
  return yes();
}

ApiResult replace_association(World& world, Call& call) {
  const std::string id = call.text("AssociationId"), to = call.text("NetworkAclId");
  if (!of<NetworkAcl>(world, call).contains(to)) return tl::unexpected<ApiError>(no_acl(to));
  for (const auto& [key, acl] : of<NetworkAcl>(world, call)) {
    auto held = std::find_if(acl.associationSet.begin(), acl.associationSet.end(),
                             [&](const auto& x) { return x.networkAclAssociationId == id; });
    if (held == acl.associationSet.end()) continue;
    if (acl.vpcId != of<NetworkAcl>(world, call).find(to)->vpcId)
      return refuse("InvalidParameterValue",
                    "Network ACL " + to + " and association " + id + " belong to different networks");
    aws::NetworkAclAssociation fresh{world.new_id("aclassoc"), to, held->subnetId};
    std::erase_if(of<NetworkAcl>(world, call).edit(key)->associationSet,
                  [&](const auto& x) { return x.networkAclAssociationId == id; });
    of<NetworkAcl>(world, call).edit(to)->associationSet.push_back(fresh);
    return Json::object({{"newAssociationId", fresh.networkAclAssociationId}});
  }
  return tl::unexpected<ApiError>(no_such("InvalidAssociationID.NotFound", "association ID", id));
}

}  // namespace

void install_acls(Front& front, World&) {
  front.operation("ec2", "CreateNetworkAcl", create_acl);
  front.operation("ec2", "DeleteNetworkAcl", delete_acl);
  front.operation("ec2", "DescribeNetworkAcls", [](World& w, Call& call) { return describe(w, call, kAcls); });
  front.operation("ec2", "CreateNetworkAclEntry", [](World& w, Call& call) { return put_entry(w, call, false); });
  front.operation("ec2", "ReplaceNetworkAclEntry", [](World& w, Call& call) { return put_entry(w, call, true); });
  front.operation("ec2", "DeleteNetworkAclEntry", delete_entry);
  front.operation("ec2", "ReplaceNetworkAclAssociation", replace_association);
}

}  // namespace drydock::twin::ec2

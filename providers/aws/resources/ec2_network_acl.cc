// aws:ec2/networkAcl:NetworkAcl and aws:ec2/networkAclRule:NetworkAclRule
#include "base/hash.h"
#include "base/text.h"
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

// Entries know protocols by number: https://www.iana.org/assignments/protocol-numbers
std::string protocol_number(const std::string& protocol) {
  static const std::pair<std::string_view, const char*> kNumbers[] = {
      {"all", "-1"}, {"tcp", "6"}, {"udp", "17"}, {"icmp", "1"}, {"icmpv6", "58"}};
  for (const auto& [name, number] : kNumbers)
    if (to_lower(protocol) == name) return number;
  return protocol;
}
bool is_own_entry(const Json& entry) {  // AWS's last ones deny the rest and cannot be removed
  const std::int64_t rule = number(entry.at("ruleNumber"));
  return rule != 32767 && rule != 32768;
}

/// One entry for Create/ReplaceNetworkAclEntry, from the words of inline rules (ruleNo, action) or of rule resources.
Json entry_call(const std::string& acl, bool egress, const Json& rule) {
  const std::string protocol = protocol_number(text(rule, "protocol"));
  Json call = Json::object({{"NetworkAclId", acl},
                            {"Egress", egress},
                            {"Protocol", protocol},
                            {"RuleNumber", rule.has("ruleNo") ? rule.at("ruleNo") : rule.at("ruleNumber")},
                            {"RuleAction", rule.has("action") ? rule.at("action") : rule.at("ruleAction")}});
  put(call, "CidrBlock", rule.at("cidrBlock"));
  put(call, "Ipv6CidrBlock", rule.at("ipv6CidrBlock"));
  if (protocol == "6" || protocol == "17")
    call["PortRange"] = Json::object({{"From", rule.at("fromPort")}, {"To", rule.at("toPort")}});
  if (protocol == "1" || protocol == "58")
    call["Icmp"] = Json::object({{"Type", rule.has("icmpType") ? rule.at("icmpType") : Json(-1)},
                                 {"Code", rule.has("icmpCode") ? rule.at("icmpCode") : Json(-1)}});
  return call;
}

Aws<Json> describe_acl(Operation& op, const std::string& id) {
  return describe(op, "DescribeNetworkAcls", "NetworkAclId", id, "networkAclSet");
}

Aws<void> add_rules(Operation& op, const std::string& acl, bool egress, const Json::Array& rules) {
  for (const Json& rule : rules) TRY_AWS(op.ec2("CreateNetworkAclEntry", entry_call(acl, egress, rule)));
  return {};
}
Aws<void> drop_rules(Operation& op, const std::string& acl, bool egress, const Json::Array& rules) {
  for (const Json& rule : rules)
    TRY_AWS(
        fine_if(op.ec2("DeleteNetworkAclEntry",
                       Json::object({{"NetworkAclId", acl}, {"Egress", egress}, {"RuleNumber", rule.at("ruleNo")}})),
                {"InvalidNetworkAclEntry.NotFound"}));
  return {};
}

// The subnet's present association, whichever list it is with.
Aws<void> move_subnets(Operation& op, const std::string& acl, const Json::Array& subnets) {
  for (const Json& subnet : subnets) {
    auto reply = op.ec2("DescribeNetworkAcls",
                        Json::object({{"Filter", filters({{"association.subnet-id", subnet.string_or()}})}}));
    if (!reply) return up(reply);
    for (const Json& association : items(reply->at("networkAclSet").item(0).at("associationSet")))
      if (association.at("subnetId") == subnet && text(association, "networkAclId") != acl)
        TRY_AWS(op.ec2(
            "ReplaceNetworkAclAssociation",
            Json::object({{"AssociationId", text(association, "networkAclAssociationId")}, {"NetworkAclId", acl}})));
  }
  return {};
}

Aws<std::string> default_acl(Operation& op, const std::string& vpc) {
  auto reply =
      op.ec2("DescribeNetworkAcls", Json::object({{"Filter", filters({{"vpc-id", vpc}, {"default", "true"}})}}));
  if (!reply) return up(reply);
  return reply->at("networkAclSet").item(0).at("networkAclId").string_or();
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made = op.ec2("CreateNetworkAcl", Json::object({{"VpcId", text(in, "vpcId")},
                                                       {"ClientToken", Operation::token()},
                                                       {"TagSpecification", tag_specification("network-acl", in)}}));
  if (!made) return up(made);
  id = made->path("networkAcl.networkAclId").string_or();
  TRY_AWS(add_rules(op, id, true, items(in.at("egress"))));
  TRY_AWS(add_rules(op, id, false, items(in.at("ingress"))));
  return move_subnets(op, id, items(in.at("subnetIds")));
}

Json rule_from(const Json& entry) {
  static const std::pair<std::string_view, const char*> kNames[] = {{"6", "tcp"}, {"17", "udp"}, {"1", "icmp"}};
  Json out = Json::object({{"ruleNo", number(entry.at("ruleNumber"))},
                           {"action", text(entry, "ruleAction")},
                           {"protocol", text(entry, "protocol")},
                           {"fromPort", number(entry.path("portRange.from"))},
                           {"toPort", number(entry.path("portRange.to"))}});
  for (const auto& [digits, name] : kNames)
    if (text(entry, "protocol") == digits) out["protocol"] = name;
  put(out, "cidrBlock", entry.at("cidrBlock"));
  put(out, "ipv6CidrBlock", entry.at("ipv6CidrBlock"));
  if (entry.has("icmpTypeCode")) {
    out["icmpType"] = number(entry.path("icmpTypeCode.type"));
    out["icmpCode"] = number(entry.path("icmpTypeCode.code"));
  }
  return out;
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto acl = describe_acl(op, id);
  if (!acl || acl->is_null()) return acl;
  Json out;
  out["vpcId"] = text(*acl, "vpcId");
  out["ownerId"] = text(*acl, "ownerId");
  out["arn"] = ec2_arn(op, text(*acl, "ownerId"), "network-acl/" + id);
  out["subnetIds"] = pluck(acl->at("associationSet"), "subnetId");
  out["ingress"] = Json::array();
  out["egress"] = Json::array();
  for (const Json& entry : items(acl->at("entrySet")))
    if (is_own_entry(entry)) out[flag(entry.at("egress")) ? "egress" : "ingress"].push_back(rule_from(entry));
  out["tagsAll"] = tag_map(acl->at("tagSet"));
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json& known) {
  for (const char* name : {"egress", "ingress"}) {
    const bool egress = std::string_view(name) == "egress";
    const ListChange change = list_change(old.at(name), in.at(name));
    TRY_AWS(drop_rules(op, id, egress, change.removed));
    TRY_AWS(add_rules(op, id, egress, change.added));
  }
  const ListChange subnets = list_change(old.at("subnetIds"), in.at("subnetIds"));
  if (!subnets.removed.empty()) {
    auto fallback = default_acl(op, text(known, "vpcId"));
    if (!fallback) return up(fallback);
    TRY_AWS(move_subnets(op, *fallback, subnets.removed));
  }
  return move_subnets(op, id, subnets.added);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  auto acl = describe_acl(op, id);
  if (!acl) return up(acl);
  if (acl->is_null()) return {};
  if (items(acl->at("associationSet")).size() > 0) {
    auto fallback = default_acl(op, text(*acl, "vpcId"));
    if (!fallback) return up(fallback);
    TRY_AWS(move_subnets(op, *fallback, items(pluck(acl->at("associationSet"), "subnetId"))));
  }
  return delete_ec2(op, "DeleteNetworkAcl", Json::object({{"NetworkAclId", id}}), minutes(5));
}

// --- One rule. Import: ACL:RULE:PROTOCOL:EGRESS.

std::string rule_id(const Json& rule) {
  return "nacl-" + hex(sha256(text(rule, "networkAclId") + rule.at("ruleNumber").dump() + rule.at("egress").dump() +
                              protocol_number(text(rule, "protocol"))))
                       .substr(0, 10);
}
Aws<void> create_rule(Operation& op, const Json& in, std::string& id) {
  TRY_AWS(op.ec2("CreateNetworkAclEntry", entry_call(text(in, "networkAclId"), in.at("egress").bool_or(false), in)));
  id = rule_id(in);
  return {};
}
Aws<Json> read_rule(Operation& op, std::string& id, const Json& known) {
  Json rule = known;
  if (const auto parts = split(id, ':'); parts.size() == 4)
    rule = Json::object({{"networkAclId", parts[0]},
                         {"ruleNumber", number(parts[1])},
                         {"protocol", parts[2]},
                         {"egress", parts[3] == "true"}});
  auto acl = describe_acl(op, text(rule, "networkAclId"));
  if (!acl || acl->is_null()) return acl;
  for (const Json& entry : items(acl->at("entrySet"))) {
    if (number(entry.at("ruleNumber")) != rule.at("ruleNumber").int_or(0) ||
        flag(entry.at("egress")) != rule.at("egress").bool_or(false))
      continue;
    Json from = rule_from(entry), out = Json::object();
    for (const char* name : {"cidrBlock", "ipv6CidrBlock", "fromPort", "toPort", "icmpType", "icmpCode", "protocol"})
      if (from.has(name)) out[name] = from.at(name);
    if (protocol_number(text(rule, "protocol")) == text(entry, "protocol")) out["protocol"] = text(rule, "protocol");
    out["networkAclId"] = text(rule, "networkAclId");
    out["ruleNumber"] = rule.at("ruleNumber");
    out["ruleAction"] = from.at("action");
    out["egress"] = flag(entry.at("egress"));
    id = rule_id(out);
    return out;
  }
  return Json();
}
Aws<void> remove_rule(Operation& op, const std::string&, const Json& known) {
  return fine_if_gone(op.ec2("DeleteNetworkAclEntry", Json::object({{"NetworkAclId", text(known, "networkAclId")},
                                                                    {"Egress", known.at("egress").bool_or(false)},
                                                                    {"RuleNumber", known.at("ruleNumber")}})));
}

}  // namespace

extern const ResourceType kNetworkAcl, kNetworkAclRule;
const ResourceType kNetworkAcl = {.token = "aws:ec2/networkAcl:NetworkAcl",
                                  .sets = {"ingress", "egress", "subnetIds"},
                                  .create = create,
                                  .read = read,
                                  .update = update,
                                  .retag = retag_ec2,
                                  .remove = remove};
const ResourceType kNetworkAclRule = {
    .token = "aws:ec2/networkAclRule:NetworkAclRule", .create = create_rule, .read = read_rule, .remove = remove_rule};

}  // namespace drydock::aws_provider

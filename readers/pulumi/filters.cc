// Security groups, their rules in all three forms, and network ACLs.
#include "base/fields.h"
#include "base/text.h"
#include "readers/pulumi/lift.h"

namespace drydock::readers::pulumi {
namespace {

using aws::SecurityGroupRule;

/// What one permission of the provider's says, before it becomes a rule for each peer.
struct Permission {
  const Fields& f;
  std::string at;  // "ingress.0." or ""
  std::string id;  // rules are called <id>/cidr-0 ...
  SecurityGroupRule rule;
};

void ports(const Fields& f, const std::string& at, const char* protocol, SecurityGroupRule& rule) {
  rule.ipProtocol = to_lower(f.text(at + protocol, "ipProtocol", "-1"));
  if (rule.ipProtocol == "all") rule.ipProtocol = "-1";
  rule.fromPort = f.number(at + "fromPort", "fromPort", -1);
  rule.toPort = f.number(at + "toPort", "toPort", -1);
  if (rule.ipProtocol == "-1") rule.fromPort = rule.toPort = -1;
}

void add_rule(Lift& lift, const Source& source, SecurityGroupRule rule, std::string id) {
  rule.securityGroupRuleId = std::move(id);
  rule.groupOwnerId = lift.world.account;
  lift.made(source, cloud::ref_of(rule));
  lift.world.security_group_rules.push_back(std::move(rule));
}

/// One rule a peer; an unknown peer is a rule of its own, whose peer nobody knows.
void add_permission(Lift& lift, const Source& source, const std::string& at, const std::string& id,
                    SecurityGroupRule rule, const char* groups) {
  const Fields f(lift, source, {SecurityGroupRule::kTable, id});
  int n = 0;
  const auto add = [&](SecurityGroupRule one) {
    add_rule(lift, source, std::move(one), n == 0 ? id : id + "/" + std::to_string(n));
    ++n;
  };
  for (const std::string& cidr : f.texts(at + "cidrBlocks", "cidrIpv4")) {
    rule.cidrIpv4 = cidr;
    add(rule);
  }
  rule.cidrIpv4.reset();
  for (const std::string& cidr : f.texts(at + "ipv6CidrBlocks", "cidrIpv6")) {
    rule.cidrIpv6 = cidr;
    add(rule);
  }
  rule.cidrIpv6.reset();
  for (const std::string& list : f.refs(at + "prefixListIds", "prefixListId", {kVpcEndpoint})) {
    rule.prefixListId = list;
    add(rule);
  }
  rule.prefixListId.reset();
  std::vector<std::string> peers;
  if (std::string_view(groups) == "sourceSecurityGroupId") {
    if (std::string peer = f.ref(at + groups, "referencedGroupInfo", {kSecurityGroup, kCluster}); !peer.empty())
      peers.push_back(std::move(peer));
  } else {
    peers = f.refs(at + groups, "referencedGroupInfo", {kSecurityGroup, kCluster});
  }
  if (f.flag(at + "self", "referencedGroupInfo", false)) peers.push_back(rule.groupId);
  for (std::string& peer : peers) {
    rule.referencedGroupInfo = aws::ReferencedGroup{std::move(peer), lift.world.account};
    add(rule);
  }
  rule.referencedGroupInfo.reset();
  const bool unknown_peer = !f.known(at + "cidrBlocks") || !f.known(at + "ipv6CidrBlocks") ||
                            !f.known(at + "prefixListIds") || !f.known(at + groups);
  if (n == 0 && unknown_peer) add(rule);
}

void inline_rules(Lift& lift, const Source& source, const std::string& group, bool egress) {
  const std::string name = egress ? "egress" : "ingress";
  const Json& rules = source.inputs.at(name).is_null() && !source.exists() ? Json() : source.at(name);
  if (knowledge_of(rules) != Knowledge::known) {
    SecurityGroupRule rule{.groupId = group, .isEgress = egress, .ipProtocol = "-1"};
    const std::string id = group + "/" + name;
    lift.unknown(source, name, {SecurityGroupRule::kTable, id}, "cidrIpv4");
    return add_rule(lift, source, rule, id);
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string at = name + "." + std::to_string(i) + ".";
    const std::string id = group + "/" + name + "-" + std::to_string(i);
    SecurityGroupRule rule{.groupId = group, .isEgress = egress};
    ports(Fields(lift, source, {SecurityGroupRule::kTable, id}), at, "protocol", rule);
    if (auto text = rules.item(i).at("description").string_or(); !text.empty()) rule.description = text;
    add_permission(lift, source, at, id, rule, "securityGroups");
  }
}

void group(Lift& lift, const Source& source) {
  aws::SecurityGroup noun{.groupId = lift.key(source), .groupName = lift.name(source), .ownerId = lift.world.account};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.groupDescription = f.text("description", "groupDescription");
  noun.vpcId = f.ref("vpcId", "vpcId", {kVpc, kDefaultVpc});
  for (auto& [key, value] : lift.tags(source)) noun.tagSet.push_back({key, value});
  lift.made(source, f.noun());
  lift.world.security_groups.push_back(noun);
  // The provider takes AWS's own egress rule away: a group without rules here has none.
  inline_rules(lift, source, noun.groupId, false);
  inline_rules(lift, source, noun.groupId, true);
}

/// The group that a rule belongs to; a rule of an unknown group could be anybody's.
std::string group_of(Lift& lift, const Source& source, const std::string& id) {
  return Fields(lift, source, {SecurityGroupRule::kTable, id})
      .ref("securityGroupId", "groupId", {kSecurityGroup, kCluster});
}

void rule(Lift& lift, const Source& source) {
  const std::string id = lift.key(source);
  SecurityGroupRule noun{.groupId = group_of(lift, source, id), .isEgress = source.at("type").string_or() == "egress"};
  ports(Fields(lift, source, {SecurityGroupRule::kTable, id}), "", "protocol", noun);
  if (auto text = source.at("description").string_or(); !text.empty()) noun.description = text;
  add_permission(lift, source, "", id, std::move(noun), "sourceSecurityGroupId");
}

void single_rule(Lift& lift, const Source& source) {
  const std::string id = lift.key(source);
  const Fields f(lift, source, {SecurityGroupRule::kTable, id});
  SecurityGroupRule noun{.groupId = group_of(lift, source, id),
                         .isEgress = source.type == "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"};
  ports(f, "", "ipProtocol", noun);
  noun.cidrIpv4 = f.maybe("cidrIpv4", "cidrIpv4");
  noun.cidrIpv6 = f.maybe("cidrIpv6", "cidrIpv6");
  if (auto list = f.ref("prefixListId", "prefixListId", {kVpcEndpoint}); !list.empty()) noun.prefixListId = list;
  if (auto peer = f.ref("referencedSecurityGroupId", "referencedGroupInfo", {kSecurityGroup, kCluster}); !peer.empty())
    noun.referencedGroupInfo = aws::ReferencedGroup{peer, lift.world.account};
  noun.description = f.maybe("description", "description");
  add_rule(lift, source, std::move(noun), id);
}

// ---- network ACLs

aws::NetworkAclEntry entry_of(const Fields& f, const std::string& at, const char* number, const char* action,
                              bool egress) {
  aws::NetworkAclEntry entry;
  entry.ruleNumber = f.number(at + number, "entrySet", 0);
  entry.protocol = to_lower(f.text(at + "protocol", "entrySet", "-1"));
  if (entry.protocol == "all") entry.protocol = "-1";
  entry.ruleAction = f.text(at + action, "entrySet");
  entry.egress = egress;
  entry.cidrBlock = f.maybe(at + "cidrBlock", "entrySet");
  entry.ipv6CidrBlock = f.maybe(at + "ipv6CidrBlock", "entrySet");
  if (entry.protocol != "-1") {
    entry.portFrom = f.number(at + "fromPort", "entrySet", 0);
    entry.portTo = f.number(at + "toPort", "entrySet", 65535);
  }
  if (entry.protocol == "icmp" || entry.protocol == "1") {
    entry.icmpType = f.number(at + "icmpType", "entrySet", -1);
    entry.icmpCode = f.number(at + "icmpCode", "entrySet", -1);
  }
  return entry;
}

void network_acl(Lift& lift, const Source& source) {
  aws::NetworkAcl noun{.networkAclId = lift.key(source), .ownerId = lift.world.account};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.vpcId = f.ref("vpcId", "vpcId", {kVpc, kDefaultVpc});
  for (const bool egress : {false, true}) {
    const std::string name = egress ? "egress" : "ingress";
    if (knowledge_of(source.at(name)) != Knowledge::known) f.unknown(name, "entrySet");
    for (std::size_t i = 0; i < source.at(name).size(); ++i)
      noun.entrySet.push_back(entry_of(f, name + "." + std::to_string(i) + ".", "ruleNo", "action", egress));
  }
  for (std::string& subnet : f.refs("subnetIds", "associationSet", {kSubnet}))
    noun.associationSet.push_back({"", noun.networkAclId, std::move(subnet)});
  for (auto& [key, value] : lift.tags(source)) noun.tagSet.push_back({key, value});
  lift.made(source, f.noun());
  lift.world.network_acls.push_back(std::move(noun));
}

aws::NetworkAcl* acl_of(Lift& lift, const Source& source, const char* field) {
  const std::string id = Fields(lift, source, {}).ref("networkAclId", field, {kNetworkAcl});
  aws::NetworkAcl* acl = Lift::edit(lift.world.network_acls, id);
  if (!acl) lift.could_matter(source);
  return acl;
}

void acl_rule(Lift& lift, const Source& source) {
  aws::NetworkAcl* acl = acl_of(lift, source, "entrySet");
  if (!acl) return;
  const Fields f(lift, source, cloud::ref_of(*acl));
  auto entry = entry_of(f, "", "ruleNumber", "ruleAction", f.flag("egress", "entrySet", false));
  lift.added(source, f.noun(), "entrySet", fields::encode(entry));
  acl->entrySet.push_back(std::move(entry));
}

void acl_association(Lift& lift, const Source& source) {
  aws::NetworkAcl* acl = acl_of(lift, source, "associationSet");
  if (!acl) return;
  const Fields f(lift, source, cloud::ref_of(*acl));
  aws::NetworkAclAssociation noun{"", acl->networkAclId, f.ref("subnetId", "associationSet", {kSubnet})};
  lift.added(source, f.noun(), "associationSet", fields::encode(noun));
  acl->associationSet.push_back(std::move(noun));
}

}  // namespace

std::span<const TypeRow> filter_types() {
  static constexpr TypeRow kRows[] = {
      {kSecurityGroup, 0, group},
      {"aws:ec2/securityGroupRule:SecurityGroupRule", 1, rule},
      {"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", 1, single_rule},
      {"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", 1, single_rule},
      {kNetworkAcl, 0, network_acl},
      {"aws:ec2/networkAclRule:NetworkAclRule", 1, acl_rule},
      {"aws:ec2/networkAclAssociation:NetworkAclAssociation", 1, acl_association},
  };
  return kRows;
}

}  // namespace drydock::readers::pulumi

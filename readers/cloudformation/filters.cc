// Security groups and network ACLs.
#include "readers/cloudformation/stack.h"
#include "readers/ip_protocol.h"

namespace drydock::readers::cloudformation {
namespace {

/// One rule has one peer, here as in the template.
void add_rule(Stack& s, const Props& p, const std::string& rule_id, const std::string& group, bool egress) {
  aws::SecurityGroupRule x{.securityGroupRuleId = rule_id,
                           .groupId = group,
                           .groupOwnerId = s.world.account,
                           .isEgress = egress,
                           .ipProtocol = ip_protocol(p.text("IpProtocol", "ipProtocol"))};
  const bool all = x.ipProtocol == "-1";
  x.fromPort = all ? -1 : p.number("FromPort", "fromPort", -1);
  x.toPort = all ? -1 : p.number("ToPort", "toPort", -1);
  const auto put = [&](std::optional<std::string>& field, const char* name, const char* noun_field) {
    if (std::string v = p.text(name, noun_field); !v.empty()) field = std::move(v);
  };
  put(x.cidrIpv4, "CidrIp", "cidrIpv4");
  put(x.cidrIpv6, "CidrIpv6", "cidrIpv6");
  put(x.prefixListId, egress ? "DestinationPrefixListId" : "SourcePrefixListId", "prefixListId");
  std::optional<std::string> peer;
  put(peer, egress ? "DestinationSecurityGroupId" : "SourceSecurityGroupId", "referencedGroupInfo");
  if (peer) x.referencedGroupInfo = aws::ReferencedGroup{*peer, s.world.account};
  if (!x.cidrIpv4 && !x.cidrIpv6 && !x.prefixListId && !peer && p.has("CidrIp"))
    x.cidrIpv4 = "";  // unknown, and marked
  put(x.description, "Description", "");
  s.add(s.world.security_group_rules, std::move(x), p.id());
}

void inline_rules(Stack& s, const std::string& id, bool egress) {
  const char* name = egress ? "SecurityGroupEgress" : "SecurityGroupIngress";
  const Props all(s, id, {aws::SecurityGroup::kTable, id});
  std::size_t n = 0;
  for (const Props& rule : all.children(name, egress ? "egress" : "ingress")) {
    const std::string rule_id = id + "." + name + "[" + std::to_string(n++) + "]";
    add_rule(s, rule.about({aws::SecurityGroupRule::kTable, rule_id}), rule_id, id, egress);
  }
  if (!egress || all.has(name)) return;
  // Without rules of its own a group lets everything out.
  aws::SecurityGroupRule out{.securityGroupRuleId = id + ".default-egress",
                             .groupId = id,
                             .groupOwnerId = s.world.account,
                             .isEgress = true,
                             .ipProtocol = "-1",
                             .cidrIpv4 = "0.0.0.0/0"};
  s.add(s.world.security_group_rules, std::move(out), id);
}

void security_group(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::SecurityGroup::kTable, id});
  aws::SecurityGroup x{.groupId = id, .groupName = p.text("GroupName", "", id)};
  x.groupDescription = p.text("GroupDescription", "");
  x.ownerId = s.world.account;
  x.vpcId = p.text("VpcId", "vpcId");
  x.tagSet = tags_of(p);
  s.add(s.world.security_groups, std::move(x), id);
  inline_rules(s, id, false);
  inline_rules(s, id, true);
}

void own_rule(Stack& s, const std::string& id, bool egress) {
  const Props p(s, id, {aws::SecurityGroupRule::kTable, id});
  add_rule(s, p, id, p.text("GroupId", "groupId"), egress);
}
void ingress_rule(Stack& s, const std::string& id) { own_rule(s, id, false); }
void egress_rule(Stack& s, const std::string& id) { own_rule(s, id, true); }

void network_acl(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::NetworkAcl::kTable, id});
  aws::NetworkAcl x{.networkAclId = id, .vpcId = p.text("VpcId", "vpcId"), .ownerId = s.world.account};
  for (const bool egress : {false, true})  // what no entry matches is denied
    x.entrySet.push_back(
        {.ruleNumber = 32767, .protocol = "-1", .ruleAction = "deny", .egress = egress, .cidrBlock = "0.0.0.0/0"});
  x.tagSet = tags_of(p);
  s.add(s.world.network_acls, std::move(x), id);
}

void acl_entry(Stack& s, const std::string& id) {
  auto* acl = Stack::find(s.world.network_acls, Props(s, id, {}).text("NetworkAclId", ""));
  if (!acl) return s.homeless(id, "NetworkAclId");
  const Props p(s, id, cloud::ref_of(*acl));
  aws::NetworkAclEntry x;
  x.ruleNumber = p.number("RuleNumber", "entrySet", 0);
  x.protocol = p.text("Protocol", "entrySet", "-1");
  x.ruleAction = p.text("RuleAction", "entrySet");
  x.egress = p.flag("Egress", "entrySet", false);
  if (p.has("CidrBlock")) x.cidrBlock = p.text("CidrBlock", "entrySet");
  if (p.has("Ipv6CidrBlock")) x.ipv6CidrBlock = p.text("Ipv6CidrBlock", "entrySet");
  const Props ports = p.child("PortRange");
  if (ports.has("From")) x.portFrom = ports.number("From", "entrySet", 0);
  if (ports.has("To")) x.portTo = ports.number("To", "entrySet", 65535);
  s.part(id, cloud::ref_of(*acl), "entrySet", fields::encode(x));
  acl->entrySet.push_back(std::move(x));
}

void acl_association(Stack& s, const std::string& id) {
  auto* acl = Stack::find(s.world.network_acls, Props(s, id, {}).text("NetworkAclId", ""));
  if (!acl) return s.homeless(id, "NetworkAclId");
  const Props p(s, id, cloud::ref_of(*acl));
  aws::NetworkAclAssociation x{id, acl->networkAclId, p.text("SubnetId", "associationSet")};
  s.part(id, cloud::ref_of(*acl), "associationSet", fields::encode(x));
  acl->associationSet.push_back(std::move(x));
}

}  // namespace

std::vector<Handler> filter_handlers() {
  return {
      {"AWS::EC2::SecurityGroup", 1, security_group},    {"AWS::EC2::SecurityGroupIngress", 2, ingress_rule},
      {"AWS::EC2::SecurityGroupEgress", 2, egress_rule}, {"AWS::EC2::NetworkAcl", 1, network_acl},
      {"AWS::EC2::NetworkAclEntry", 2, acl_entry},       {"AWS::EC2::SubnetNetworkAclAssociation", 2, acl_association}};
}

}  // namespace drydock::readers::cloudformation

// Security groups and network ACLs, each written in several ways.
#include <algorithm>

#include "readers/ip_protocol.h"
#include "readers/terraform/handlers.h"

namespace drydock::readers::terraform {
namespace {

using cloud::Ref;

// Ports mean nothing for all protocols; the API says -1 then.
void set_ports(aws::SecurityGroupRule& rule, std::int64_t from, std::int64_t to) {
  const bool all = rule.ipProtocol == "-1";
  rule.fromPort = all ? -1 : from;
  rule.toPort = all ? -1 : to;
}

// Puts a rule for each peer of a block or a resource that may have several.
class RuleMaker {
 public:
  RuleMaker(Context& c, const Resource& r, std::string group, bool egress) : c_(c), r_(r) {
    base_.groupId = std::move(group);
    base_.groupOwnerId = c.world.account;
    base_.isEgress = egress;
  }

  // `prefix` makes the ids unique among the rules of the resource.
  void add(const Block& b, std::string prefix, const char* groups_attribute, bool groups_is_list) {
    prefix_ = std::move(prefix);
    const Ref ref{aws::SecurityGroupRule::kTable, prefix_};
    const std::size_t unknowns = c_.world.unknowns.size();
    base_.ipProtocol = ip_protocol(c_.text(b, "protocol", {ref, "ipProtocol"}));
    set_ports(base_, c_.number(b, "from_port", {ref, "fromPort"}, 0), c_.number(b, "to_port", {ref, "toPort"}, 0));
    const bool open = c_.world.unknowns.size() != unknowns;
    const std::size_t before = made_;
    for (const std::string& cidr : c_.texts(b, "cidr_blocks", peer(b, "cidr_blocks")))
      put(&aws::SecurityGroupRule::cidrIpv4, cidr);
    for (const std::string& cidr : c_.texts(b, "ipv6_cidr_blocks", peer(b, "ipv6_cidr_blocks")))
      put(&aws::SecurityGroupRule::cidrIpv6, cidr);
    for (const std::string& list : c_.ids(b, "prefix_list_ids", Kind::prefix_list, peer(b, "prefix_list_ids")))
      put(&aws::SecurityGroupRule::prefixListId, list);
    const bool self = c_.flag(b, "self", {}, false);
    if (self) put_group(base_.groupId);
    // A rule of its own has one kind of peer; the attribute of the others is computed, and so unknown.
    if (groups_is_list || (made_ == before && !self))
      for (const std::string& group : groups(b, groups_attribute, groups_is_list)) put_group(group);
    // A rule whose peers nobody knows stands for itself, so that the unknown has a noun.
    if (made_ == before && (c_.world.unknowns.size() != unknowns || open)) push(base_);
  }

 private:
  Mark peer(const Block&, std::string_view) { return {{aws::SecurityGroupRule::kTable, prefix_}, "cidrIpv4"}; }
  std::vector<std::string> groups(const Block& b, const char* attribute, bool list) {
    const Mark mark{{aws::SecurityGroupRule::kTable, prefix_}, "referencedGroupInfo"};
    if (list) return c_.ids(b, attribute, Kind::security_group, mark);
    const std::string one = c_.id(b, attribute, Kind::security_group, mark);
    return one.empty() ? std::vector<std::string>() : std::vector<std::string>{one};
  }
  void put(std::optional<std::string> aws::SecurityGroupRule::*member, const std::string& value) {
    aws::SecurityGroupRule rule = base_;
    rule.*member = value;
    push(std::move(rule));
  }
  void put_group(const std::string& group) {
    aws::SecurityGroupRule rule = base_;
    const std::size_t slash = group.find('/');  // "123456789012/sg-...": a group of another account
    const bool foreign = slash == 12 && group.find_first_not_of("0123456789") == slash;
    rule.referencedGroupInfo = foreign ? aws::ReferencedGroup{group.substr(slash + 1), group.substr(0, slash)}
                                       : aws::ReferencedGroup{group, c_.world.account};
    push(std::move(rule));
  }
  void push(aws::SecurityGroupRule rule) {
    const bool first = made_++ == 0 || prefix_ != last_prefix_;
    last_prefix_ = prefix_;
    rule.securityGroupRuleId = first ? prefix_ : prefix_ + "#" + std::to_string(made_);
    const Ref ref = cloud::ref_of(rule);
    c_.world.security_group_rules.push_back(std::move(rule));
    c_.stands(r_, ref);
  }

  Context& c_;
  const Resource& r_;
  aws::SecurityGroupRule base_;
  std::string prefix_, last_prefix_;
  std::size_t made_ = 0;
};

void inline_rules(Context& c, const Resource& r, const Block& b, const std::string& group, bool egress) {
  const char* name = egress ? "egress" : "ingress";
  RuleMaker maker(c, r, group, egress);
  std::size_t i = 0;
  for (const Block& rule : b.blocks(name))
    maker.add(rule, group + "." + name + "[" + std::to_string(i++) + "]", "security_groups", true);
  if (i == 0 && b.is_hidden(name) && b.is_unknown(name))
    c.note_unknown({{aws::SecurityGroup::kTable, group}, name}, b, name);
}

void security_group(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::SecurityGroup x;
  x.groupId = c.id_of(r);
  if (r.type == "aws_default_security_group") {
    const std::string vpc = c.id(b, "vpc_id", Kind::vpc, {});
    if (!r.values->at("id").is_string() && !vpc.empty()) x.groupId = c.derived(vpc, "default_security_group_id");
    c.forget_derived(x.groupId);
  }
  const Ref ref = cloud::ref_of(x);
  x.groupName = r.type == "aws_default_security_group" ? "default" : c.text(b, "name", {}, r.address);
  x.groupDescription = c.text(b, "description", {}, "Managed by Terraform");
  x.ownerId = c.world.account;
  x.vpcId = c.id(b, "vpc_id", Kind::vpc, {ref, "vpcId"});
  x.tagSet = tags(c, b);
  const std::string group = x.groupId;
  c.world.security_groups.push_back(std::move(x));
  c.stands(r, ref);
  if (r.data) return c.note_unknown({ref, cloud::kAllOfIt}, r.address);
  inline_rules(c, r, b, group, false);
  inline_rules(c, r, b, group, true);
}

void security_group_rule(Context& c, const Resource& r) {
  const Block b = block_of(r);
  const std::string group = c.id(b, "security_group_id", Kind::security_group, {});
  if (group.empty()) return c.homeless(r, "security_group_id");
  RuleMaker maker(c, r, group, b.at("type").string_or() == "egress");
  maker.add(b, r.address, "source_security_group_id", false);
}

void vpc_security_group_rule(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::SecurityGroupRule x;
  x.groupId = c.id(b, "security_group_id", Kind::security_group, {});
  if (x.groupId.empty()) return c.homeless(r, "security_group_id");
  x.securityGroupRuleId = r.values->at("security_group_rule_id").string_or(c.id_of(r));
  const Ref ref = cloud::ref_of(x);
  x.groupOwnerId = c.world.account;
  x.isEgress = r.type == "aws_vpc_security_group_egress_rule";
  x.ipProtocol = ip_protocol(c.text(b, "ip_protocol", {ref, "ipProtocol"}));
  set_ports(x, c.number(b, "from_port", {ref, "fromPort"}, 0), c.number(b, "to_port", {ref, "toPort"}, 65535));
  const auto put = [](std::optional<std::string>& into, std::string value) {
    if (!value.empty()) into = std::move(value);
  };
  put(x.cidrIpv4, c.text(b, "cidr_ipv4", {ref, "cidrIpv4"}));
  put(x.cidrIpv6, c.text(b, "cidr_ipv6", {ref, "cidrIpv6"}));
  put(x.prefixListId, c.id(b, "prefix_list_id", Kind::prefix_list, {ref, "prefixListId"}));
  const std::string peer = c.id(b, "referenced_security_group_id", Kind::security_group, {ref, "referencedGroupInfo"});
  if (!peer.empty()) x.referencedGroupInfo = aws::ReferencedGroup{peer, c.world.account};
  x.tagSet = tags(c, b);
  c.world.security_group_rules.push_back(std::move(x));
  c.stands(r, ref);
}

aws::NetworkAclEntry entry_of(Context& c, const Block& b, const Mark& mark, bool own) {
  aws::NetworkAclEntry x;
  x.ruleNumber = c.number(b, own ? "rule_number" : "rule_no", mark, 0);
  x.ruleAction = c.text(b, own ? "rule_action" : "action", mark);
  const std::string protocol = c.text(b, "protocol", mark);
  x.protocol = protocol == "all"    ? "-1"
               : protocol == "tcp"  ? "6"
               : protocol == "udp"  ? "17"
               : protocol == "icmp" ? "1"
                                    : protocol;
  const std::string v4 = c.text(b, "cidr_block", mark), v6 = c.text(b, "ipv6_cidr_block", mark);
  if (!v4.empty()) x.cidrBlock = v4;
  if (!v6.empty()) x.ipv6CidrBlock = v6;
  if (x.protocol == "6" || x.protocol == "17") {
    x.portFrom = c.number(b, "from_port", mark, 0);
    x.portTo = c.number(b, "to_port", mark, 0);
  }
  return x;
}

void network_acl(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::NetworkAcl x;
  x.isDefault = r.type == "aws_default_network_acl";
  const std::string standard = x.isDefault ? c.id(b, "default_network_acl_id", Kind::network_acl, {}) : "";
  x.networkAclId = standard.empty() ? c.id_of(r) : standard;
  if (x.isDefault) c.forget_derived(x.networkAclId);
  const Ref ref = cloud::ref_of(x);
  x.ownerId = c.world.account;
  x.vpcId = c.id(b, "vpc_id", Kind::vpc, {});
  if (x.vpcId.empty()) x.vpcId = c.vpc_of_derived(x.networkAclId);
  for (const bool egress : {false, true}) {
    const char* name = egress ? "egress" : "ingress";
    for (const Block& rule : b.blocks(name)) {
      aws::NetworkAclEntry entry = entry_of(c, rule, {ref, "entrySet"}, false);
      entry.egress = egress;
      x.entrySet.push_back(std::move(entry));
    }
    if (b.is_hidden(name) && b.is_unknown(name)) c.note_unknown({ref, "entrySet"}, b, name);
  }
  for (const std::string& subnet : c.ids(b, "subnet_ids", Kind::subnet, {ref, "associationSet"}))
    x.associationSet.push_back({x.networkAclId + "/" + subnet, x.networkAclId, subnet});
  x.tagSet = tags(c, b);
  c.world.network_acls.push_back(std::move(x));
  c.stands(r, ref);
}

void network_acl_rule(Context& c, const Resource& r) {
  const Block b = block_of(r);
  auto* acl = c.noun(c.world.network_acls, c.id(b, "network_acl_id", Kind::network_acl, {}));
  if (!acl) return c.homeless(r, "network_acl_id");
  const Ref ref = cloud::ref_of(*acl);
  aws::NetworkAclEntry entry = entry_of(c, b, {ref, "entrySet"}, true);
  entry.egress = c.flag(b, "egress", {ref, "entrySet"}, false);
  c.adds(r, ref, "entrySet", fields::encode(entry));
  acl->entrySet.push_back(std::move(entry));
}

void network_acl_association(Context& c, const Resource& r) {
  const Block b = block_of(r);
  auto* acl = c.noun(c.world.network_acls, c.id(b, "network_acl_id", Kind::network_acl, {}));
  if (!acl) return c.homeless(r, "network_acl_id");
  const Ref ref = cloud::ref_of(*acl);
  aws::NetworkAclAssociation x{c.id_of(r), acl->networkAclId,
                               c.id(b, "subnet_id", Kind::subnet, {ref, "associationSet"})};
  c.adds(r, ref, "associationSet", fields::encode(x));
  acl->associationSet.push_back(std::move(x));
}

}  // namespace

std::vector<Handler> filter_handlers() {
  return {{"aws_default_security_group", security_group},
          {"aws_security_group", security_group},
          {"data.aws_security_group", security_group},
          {"aws_security_group_rule", security_group_rule},
          {"aws_vpc_security_group_ingress_rule", vpc_security_group_rule},
          {"aws_vpc_security_group_egress_rule", vpc_security_group_rule},
          {"aws_default_network_acl", network_acl},
          {"aws_network_acl", network_acl},
          {"aws_network_acl_rule", network_acl_rule},
          {"aws_network_acl_association", network_acl_association}};
}

}  // namespace drydock::readers::terraform

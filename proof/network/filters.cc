#include "proof/network/filters.h"

#include <fmt/format.h>

#include <algorithm>

namespace drydock::proof {
namespace {

// Any protocol that is not tcp, udp, icmp or icmpv6 by name or number opens all ports of its own only; -1 opens all.
bool speaks(const std::string& rule, Protocol protocol) {
  if (rule == "-1") return true;
  return protocol == Protocol::tcp ? rule == "tcp" || rule == "6" : rule == "udp" || rule == "17";
}

Ports ports_of(const aws::SecurityGroupRule& rule) {
  if (rule.ipProtocol == "-1" || rule.fromPort < 0) return {};
  return {static_cast<int>(rule.fromPort), static_cast<int>(rule.toPort)};
}

std::vector<aws::Cidr> cidrs_of(const Network& network, const aws::SecurityGroupRule& rule) {
  std::vector<aws::Cidr> out;
  const auto add = [&](const std::string& text) {
    if (const auto cidr = aws::Cidr::parse(text)) out.push_back(*cidr);
  };
  if (rule.cidrIpv4) add(*rule.cidrIpv4);
  if (rule.cidrIpv6) add(*rule.cidrIpv6);
  if (rule.prefixListId)
    if (const aws::PrefixList* list = network.prefix_list(*rule.prefixListId))
      for (const std::string& text : list->cidrSet) add(text);
  return out;
}

std::string peer_text(const aws::SecurityGroupRule& rule) {
  if (rule.cidrIpv4) return *rule.cidrIpv4;
  if (rule.cidrIpv6) return *rule.cidrIpv6;
  if (rule.prefixListId) return *rule.prefixListId;
  return rule.referencedGroupInfo ? rule.referencedGroupInfo->groupId : "nobody";
}

const char* name_of(Protocol p) { return p == Protocol::tcp ? "tcp" : "udp"; }
const char* words(Direction d) { return d == Direction::ingress ? "ingress" : "egress"; }
std::string ports_text(const Ports& p) {
  return p.first == p.last ? fmt::format("{}", p.first) : fmt::format("{}-{}", p.first, p.last);
}

Passage verdict(const Remaining& left, bool any, std::string evidence) {
  Passage out{left.none() ? Tri::yes : any ? Tri::maybe : Tri::no, std::move(evidence), left.addresses(), {}};
  if (!left.boxes().empty()) out.blocked_ports = left.boxes().front().ports;
  return out;
}

}  // namespace

Passage through_groups(const Network& network, const std::vector<std::string>& groups, Direction direction,
                       const Flow& flow, const std::vector<std::string>& peer_groups) {
  Remaining left(flow);
  bool any = false;
  std::string evidence;
  for (const std::string& group : groups) {
    for (const aws::SecurityGroupRule* rule : network.rules_of(group)) {
      if (rule->isEgress != (direction == Direction::egress) || !speaks(rule->ipProtocol, flow.protocol)) continue;
      const Ports ports = ports_of(*rule);
      bool hit = false;
      if (rule->referencedGroupInfo) {
        const bool member = std::count(peer_groups.begin(), peer_groups.end(), rule->referencedGroupInfo->groupId) > 0;
        if (member)
          for (const Flow& box : std::vector(left.boxes()))
            for (const aws::Cidr& part : box.addresses.parts()) hit |= left.take(part, ports);
      }
      for (const aws::Cidr& cidr : cidrs_of(network, *rule)) hit |= left.take(cidr, ports);
      any |= hit;
      if (hit && evidence.empty())
        evidence = fmt::format("{} {} {} {}: {} admits {}", group, words(direction), name_of(flow.protocol),
                               ports_text(flow.ports), rule->securityGroupRuleId, peer_text(*rule));
      if (left.none()) return verdict(left, true, evidence);
    }
  }
  std::string names;
  for (const std::string& group : groups) names += (names.empty() ? "" : ", ") + group;
  evidence = fmt::format("{}: no {} rule admits {} {} {} {}", names.empty() ? "no security group" : names,
                         words(direction), name_of(flow.protocol), ports_text(flow.ports),
                         direction == Direction::ingress ? "from" : "to", left.addresses().str());
  return verdict(left, any, evidence);
}

Passage through_acl(const Network& network, const aws::Subnet& subnet, Direction direction, const Flow& flow) {
  const aws::NetworkAcl* acl = network.network_acl(subnet);
  if (!acl) return {Tri::yes, "no network ACL is known for " + subnet.subnetId, {}, {}};
  std::vector<const aws::NetworkAclEntry*> entries;
  for (const aws::NetworkAclEntry& e : acl->entrySet)
    if (e.egress == (direction == Direction::egress) && speaks(e.protocol, flow.protocol)) entries.push_back(&e);
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->ruleNumber < b->ruleNumber; });

  Remaining undecided(flow);
  bool allowed = false;
  std::string evidence;
  AddressSet blocked;
  Ports blocked_ports = flow.ports;
  for (const aws::NetworkAclEntry* e : entries) {
    const auto cidr = aws::Cidr::parse(e->cidrBlock ? *e->cidrBlock : e->ipv6CidrBlock.value_or(""));
    if (!cidr) continue;
    const bool all_ports = e->protocol == "-1" || !e->portFrom;
    const Ports ports =
        all_ports ? Ports{} : Ports{static_cast<int>(*e->portFrom), static_cast<int>(e->portTo.value_or(*e->portFrom))};
    AddressSet hit;
    for (const Flow& box : undecided.boxes())
      if (box.ports.meets(ports)) hit.add(box.addresses.common(*cidr));
    if (!undecided.take(*cidr, ports)) continue;
    const bool allows = e->ruleAction == "allow";
    allowed |= allows;
    if (!allows) {
      blocked.add(hit);
      blocked_ports = ports;
      evidence = fmt::format("{} {}: rule {} denies {}", acl->networkAclId, words(direction), e->ruleNumber, hit.str());
    } else if (evidence.empty()) {
      evidence = fmt::format("{} {}: rule {} allows", acl->networkAclId, words(direction), e->ruleNumber);
    }
  }
  if (!undecided.none()) {
    blocked.add(undecided.addresses());
    blocked_ports = undecided.boxes().front().ports;
    evidence = fmt::format("{} {}: no rule allows {} {} {} {}", acl->networkAclId, words(direction),
                           name_of(flow.protocol), ports_text(blocked_ports),
                           direction == Direction::ingress ? "from" : "to", undecided.addresses().str());
  }
  const Tri passes = blocked.empty() ? Tri::yes : allowed ? Tri::maybe : Tri::no;
  return {passes, evidence, blocked, blocked_ports};
}

}  // namespace drydock::proof

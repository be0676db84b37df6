#include "twin/network/filters.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace drydock::twin::network {
namespace {

const char* name_of(Protocol protocol) { return protocol == Protocol::tcp ? "tcp" : "udp"; }

/// Any protocol but tcp, udp, icmp and icmpv6 means all ports, whatever range was given.
bool protocol_matches(const std::string& rule, Protocol protocol) {
  if (rule == "-1" || rule == "all") return true;
  return rule == name_of(protocol) || rule == (protocol == Protocol::tcp ? "6" : "17");
}
bool port_matches(std::int64_t from, std::int64_t to, int port) {
  return (from == -1 && to == -1) || (from <= port && port <= to);
}
bool cidr_holds(const std::string& text, const aws::IpAddress& address) {
  const auto cidr = aws::Cidr::parse(text);
  return cidr && cidr->contains(address);
}

bool carries(const aws::NetworkInterface& interface, const std::string& group) {
  return std::any_of(interface.groupSet.begin(), interface.groupSet.end(),
                     [&](const aws::GroupIdentifier& id) { return id.groupId == group; });
}

bool peer_matches(const View& view, const aws::SecurityGroupRule& rule, const Peer& peer) {
  if (rule.cidrIpv4) return cidr_holds(*rule.cidrIpv4, peer.address);
  if (rule.cidrIpv6) return cidr_holds(*rule.cidrIpv6, peer.address);
  if (rule.referencedGroupInfo) return peer.interface && carries(*peer.interface, rule.referencedGroupInfo->groupId);
  if (!rule.prefixListId) return false;
  const aws::PrefixList* list = view.prefix_list(*rule.prefixListId);
  return list && std::any_of(list->cidrSet.begin(), list->cidrSet.end(),
                             [&](const std::string& cidr) { return cidr_holds(cidr, peer.address); });
}

std::string peer_of(const aws::SecurityGroupRule& rule) {
  if (rule.cidrIpv4) return *rule.cidrIpv4;
  if (rule.cidrIpv6) return *rule.cidrIpv6;
  if (rule.prefixListId) return *rule.prefixListId;
  return rule.referencedGroupInfo ? rule.referencedGroupInfo->groupId : "nothing";
}

std::string question(bool egress, Protocol protocol, int port, const aws::IpAddress& peer) {
  return fmt::format("{} {} {} {} {}", egress ? "egress" : "ingress", name_of(protocol), port, egress ? "to" : "from",
                     peer.str());
}

}  // namespace

Hop judge_groups(const View& view, const aws::NetworkInterface& interface, bool egress, Protocol protocol, int port,
                 const Peer& peer) {
  const std::string asked = question(egress, protocol, port, peer.address);
  std::vector<std::string> groups;
  for (const aws::GroupIdentifier& group : interface.groupSet) {
    groups.push_back(group.groupId);
    for (const aws::SecurityGroupRule* rule : view.rules_of(group.groupId)) {
      if (rule->isEgress != egress || !protocol_matches(rule->ipProtocol, protocol)) continue;
      const bool all_ports = rule->ipProtocol == "-1";
      if (!all_ports && !port_matches(rule->fromPort, rule->toPort, port)) continue;
      if (peer_matches(view, *rule, peer))
        return {group.groupId, fmt::format("{}: {} admits {}", asked, rule->securityGroupRuleId, peer_of(*rule)), true};
    }
  }
  return {join(groups, ","), asked + ": no rule admits it", false};
}

Hop judge_acl(const View& view, const aws::Subnet& subnet, bool egress, Protocol protocol, int port,
              const aws::IpAddress& peer) {
  const std::string asked = question(egress, protocol, port, peer);
  const aws::NetworkAcl* acl = view.network_acl_of(subnet);
  if (!acl) return {subnet.subnetId, asked + ": the VPC has no network ACL", false};
  const aws::NetworkAclEntry* first = nullptr;
  for (const aws::NetworkAclEntry& entry : acl->entrySet) {
    if (entry.egress != egress || !protocol_matches(entry.protocol, protocol)) continue;
    const bool any_port = entry.protocol == "-1" || !entry.portFrom;
    if (!any_port && !port_matches(*entry.portFrom, entry.portTo.value_or(*entry.portFrom), port)) continue;
    const auto& cidr = peer.v6 ? entry.ipv6CidrBlock : entry.cidrBlock;
    if (!cidr || !cidr_holds(*cidr, peer)) continue;
    if (!first || entry.ruleNumber < first->ruleNumber) first = &entry;
  }
  const bool passed = first && first->ruleAction == "allow";
  const std::string rule = first && first->ruleNumber < 32767 ? std::to_string(first->ruleNumber) : "*";
  return {acl->networkAclId, fmt::format("{}: rule {} {}", asked, rule, passed ? "allows" : "denies"), passed};
}

bool is_link_local(const aws::IpAddress& address) {
  static const auto kV4 = *aws::Cidr::parse("169.254.168.0/22");
  static const auto kV6 = *aws::Cidr::parse("fd00:ec2::/32");
  return kV4.contains(address) || kV6.contains(address);
}

}  // namespace drydock::twin::network

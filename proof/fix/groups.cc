// Rules of security groups.
#include <fmt/format.h>

#include <algorithm>

#include "proof/fix/draft.h"

namespace drydock::proof {
namespace {

std::string name_of_peer(const std::string& peer) { return peer.empty() ? "0.0.0.0/0" : peer; }

void offer_rule(const Draft& draft, const std::string& group, bool egress, const std::string& peer, int port,
                bool broad = false) {
  if (group.empty() || peer.empty()) return;
  draft.offer(fmt::format("let {} {} tcp {} {} {}", group, egress ? "send" : "admit", port, egress ? "to" : "from",
                          name_of_peer(peer)),
              {create(rule_for(group, egress, peer, port))}, broad);
}

/// The group to blame; EKS's own group of a cluster has no noun, so the cluster stands for it.
std::string blamed_group(const Draft& draft, const std::vector<std::string>& otherwise) {
  const Place& where = draft.where();
  if (where.noun.table == aws::SecurityGroup::kTable) return where.noun.id;
  if (const auto* cluster = draft.blamed(draft.world().clusters)) return draft.view.cluster_group(*cluster);
  return otherwise.empty() ? "" : otherwise.front();
}

std::string first(const std::vector<std::string>& list) { return list.empty() ? "" : list.front(); }

/// Rules by group first: they stay right when addresses change. By the addresses of the nodes' subnets where nodes and
/// interfaces are in VPCs that share no groups.
void offer_ingress(const Draft& draft, const std::string& group, const std::vector<std::string>& from) {
  for (const std::string& peer : from) offer_rule(draft, group, false, peer, draft.need().port);
  Edits edits;
  for (const std::string& id : draft.need().subnets)
    if (const aws::Subnet* subnet = cloud::find(draft.world().subnets, id))
      edits.push_back(create(rule_for(group, false, subnet->cidrBlock, draft.need().port)));
  if (!group.empty())
    draft.offer(fmt::format("let {} admit tcp {} from the nodes' subnets", group, draft.need().port), std::move(edits),
                true);
}

void offer_egress(const Draft& draft) {
  const Need& need = draft.need();
  const std::string group = blamed_group(draft, need.groups);
  for (const std::string& peer : need.peer_groups) offer_rule(draft, group, true, peer, need.port);
  // What lies behind a gateway endpoint has public addresses; its prefix list names just those.
  if (const aws::PrefixList* list = draft.view.network().prefix_list_of(need.service))
    offer_rule(draft, group, true, list->prefixListId, need.port);
  offer_rule(draft, group, true, "0.0.0.0/0", need.port, true);
}

}  // namespace

aws::SecurityGroupRule rule_for(const std::string& group, bool egress, const std::string& peer, int port) {
  aws::SecurityGroupRule rule;
  rule.securityGroupRuleId = fmt::format("{}-{}-{}-{}", group, egress ? "to" : "from", peer, port);
  rule.groupId = group;
  rule.isEgress = egress;
  rule.ipProtocol = "tcp";
  rule.fromPort = rule.toPort = port;
  const bool is_cidr = peer.find('/') != peer.npos && peer.find_first_not_of("0123456789abcdef.:/") == peer.npos;
  if (is_cidr && peer.find(':') != peer.npos) {
    rule.cidrIpv6 = peer;
  } else if (is_cidr) {
    rule.cidrIpv4 = peer;
  } else if (peer.starts_with("pl-") || peer.starts_with("com.amazonaws.")) {
    rule.prefixListId = peer;
  } else {
    rule.referencedGroupInfo = aws::ReferencedGroup{.groupId = peer, .userId = ""};
  }
  return rule;
}

void fix_groups(const Draft& draft) {
  const Need& need = draft.need();
  const std::string& code = draft.code();
  if (code == "endpoint.security-group" || code == "sg.cluster-ingress" || code == "sg.ingress" ||
      code == "efs.mount-target")
    offer_ingress(draft, blamed_group(draft, need.peer_groups), need.groups);
  if (code == "controller.port") offer_rule(draft, first(need.groups), false, first(need.peer_groups), need.port);
  if (code == "sg.egress") offer_egress(draft);
}

}  // namespace drydock::proof

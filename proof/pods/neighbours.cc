// Pods among themselves and to the outside: name resolution from node to node, and source NAT.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "proof/network/filters.h"
#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

constexpr int kDns = 53;

Problem degraded(std::string_view code, Place where, std::string message, Symptom symptom) {
  Problem p;
  p.finding.code = code;
  p.finding.severity = Severity::warning;
  p.finding.effect = Verdict::degraded;
  p.finding.where = std::move(where);
  p.finding.message = std::move(message);
  p.finding.symptom = std::move(symptom);
  return p;
}

/// The wall of a group between pods on these nodes and CoreDNS on those; none if they reach it, or some of them do.
std::optional<Wall> wall_between(const WorldView& view, const Walk& from, const Walk& to, Protocol protocol) {
  for (const std::string& a : from.group.subnets)
    for (const std::string& b : to.group.subnets) {
      const Reach reach = reach_site(view.network(), from.site(a), to.site(b), kDns, protocol);
      if (reach.reached != Tri::no) continue;
      for (const Wall& wall : reach.walls)
        if (wall.code.starts_with("sg.")) return wall;
    }
  return std::nullopt;
}

void check_pair(const WorldView& view, const Group& from, const Group& to, Contacts& contacts, Problems& out) {
  const Walk a{view, from, out, contacts}, b{view, to, out, contacts};
  for (const Protocol protocol : {Protocol::udp, Protocol::tcp}) {
    const auto wall = wall_between(view, a, b, protocol);
    if (!wall) continue;
    Problem p =
        degraded("sg.between-nodes", place_of(view, wall->component, to),
                 fmt::format("pods on nodes of {} cannot ask CoreDNS on nodes of {}: {} stops port 53", from.name,
                             to.name, wall->component),
                 {"nodes are Ready; names do not resolve in some pods: lookup ... i/o timeout", "when pods run"});
    p.finding.evidence.push_back({wall->component, wall->evidence});
    p.finding.node_groups = {from.name};
    p.need.cluster = from.cluster->name;
    p.need.groups = from.groups;
    p.need.peer_groups = to.groups;
    p.need.port = kDns;
    return out.add(std::move(p));
  }
}

/// The groups of nodes that carry the same security groups, and all addresses they may have.
struct Carriers {
  std::vector<const Group*> groups;
  AddressSet addresses;
  void add(const WorldView& view, const Group& group) {
    groups.push_back(&group);
    for (const std::string& id : group.subnets)
      if (const aws::Subnet* subnet = view.network().subnet(id))
        if (const auto cidr = aws::Cidr::parse(subnet->cidrBlock)) addresses.add(*cidr);
  }
};

bool open_between(const WorldView& view, const std::vector<std::string>& from_groups, const Carriers& from,
                  const std::vector<std::string>& to_groups, const Carriers& to) {
  for (const Protocol protocol : {Protocol::udp, Protocol::tcp}) {
    const Flow out{to.addresses, {kDns, kDns}, protocol}, in{from.addresses, {kDns, kDns}, protocol};
    if (through_groups(view.network(), from_groups, Direction::egress, out, to_groups).passes != Tri::yes) return false;
    if (through_groups(view.network(), to_groups, Direction::ingress, in, from_groups).passes != Tri::yes) return false;
  }
  return true;
}

/// Nodes that carry the same groups are alike.
bool are_alike(const Group& a, const Group& b) { return a.groups == b.groups && a.subnets == b.subnets; }

bool leads_to_internet_gateway(const WorldView& view, const std::string& subnet_id) {
  const aws::Subnet* subnet = view.network().subnet(subnet_id);
  const aws::RouteTable* table = subnet ? view.network().route_table(*subnet) : nullptr;
  return table && std::any_of(table->routeSet.begin(), table->routeSet.end(), [&](const aws::Route& route) {
           return route.destinationCidrBlock == "0.0.0.0/0" && route.gatewayId &&
                  view.network().internet_gateway(*route.gatewayId);
         });
}

}  // namespace

void check_between_nodes(const WorldView& view, const std::vector<const Group*>& groups, Contacts& contacts,
                         Problems& out) {
  // By what their nodes carry: most accounts have many groups of nodes and few sets of security groups, and where all
  // of one may ask all of another nothing has to be looked at subnet by subnet.
  std::map<std::vector<std::string>, Carriers> sets;
  for (const Group* group : groups) sets[group->groups].add(view, *group);
  for (const auto& [from_groups, from] : sets)
    for (const auto& [to_groups, to] : sets) {
      if (open_between(view, from_groups, from, to_groups, to)) continue;
      for (const Group* a : from.groups)
        for (const Group* b : to.groups)
          if (a == b || !are_alike(*a, *b)) check_pair(view, *a, *b, contacts, out);
    }
}

void check_source_nat(const WorldView& view, const std::vector<const Group*>& groups, Problems& out) {
  for (const Group* group : groups) {
    const Workload cni = vpc_cni_of(view.world(), group->cluster->name);
    if (cni.value("AWS_VPC_K8S_CNI_EXTERNALSNAT") != "true") continue;
    for (const std::string& subnet : group->subnets) {
      if (!leads_to_internet_gateway(view, subnet)) continue;
      Problem p = degraded(
          "pod.snat", {cni.noun, ""},
          fmt::format(
              "the VPC CNI leaves source NAT to others, and nobody does it in {}: its internet gateway drops pods' "
              "private addresses",
              subnet),
          {"nodes are Ready; pods reach nothing outside the VPC: dial tcp: i/o timeout", "when pods run"});
      p.finding.evidence.push_back({cni.name, "AWS_VPC_K8S_CNI_EXTERNALSNAT=true"});
      p.finding.evidence.push_back({subnet, "0.0.0.0/0 leads to an internet gateway"});
      p.finding.node_groups = {group->name};
      p.need.cluster = group->cluster->name;
      out.add(std::move(p));
      break;
    }
  }
}

bool is_public_subnet(const WorldView& view, const std::string& subnet) {
  return leads_to_internet_gateway(view, subnet);
}

}  // namespace drydock::proof

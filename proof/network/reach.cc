#include "proof/network/reach.h"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/aws/service_names.h"
#include "proof/network/filters.h"

namespace drydock::proof {
namespace {

constexpr Ports kEphemeral{32768, 60999};    // Linux clients
constexpr Ports kNatEphemeral{1024, 65535};  // NAT gateways

AddressSet addresses_of(const Network& network, const Site& site) {
  if (!site.addresses.empty()) return site.addresses;
  const aws::Subnet* subnet = network.subnet(site.subnetId);
  const auto cidr = subnet ? aws::Cidr::parse(subnet->cidrBlock) : std::nullopt;
  return cidr ? AddressSet(*cidr) : AddressSet();
}

void wall(Reach& reach, std::string code, std::string component, std::string evidence, Tri passes = Tri::no,
          AddressSet blocked = {}) {
  reach.reached = both(reach.reached, passes);
  reach.walls.push_back(
      {std::move(code), std::move(component), std::move(evidence), passes == Tri::maybe, std::move(blocked)});
}

void apply(Reach& reach, const char* code, const std::string& component, Passage passage) {
  if (passage.passes == Tri::yes) {
    reach.hops.push_back(std::move(passage.evidence));
  } else {
    wall(reach, code, component, std::move(passage.evidence), passage.passes, std::move(passage.blocked));
  }
}

std::string names_of(const std::vector<std::string>& groups) {
  std::string out;
  for (const std::string& group : groups) out += (out.empty() ? "" : ", ") + group;
  return out;
}

void acl(Reach& reach, const Network& network, const aws::Subnet& subnet, Direction direction, const AddressSet& peer,
         Ports ports, const char* code, Protocol protocol = Protocol::tcp) {
  const aws::NetworkAcl* list = network.network_acl(subnet);
  apply(reach, code, list ? list->networkAclId : subnet.subnetId,
        through_acl(network, subnet, direction, {peer, ports, protocol}));
}

struct Piece {
  AddressSet addresses;
  const aws::Route* route = nullptr;  // null: no route
  std::string destination;
  bool random = false;  // two prefix lists, different targets: AWS picks one
};

// Each destination goes by its longest prefix; equal ones by rank (static, prefix list, propagated).
std::vector<Piece> split_by_route(const Network& network, const aws::RouteTable& table, const AddressSet& to) {
  struct Entry {
    aws::Cidr cidr;
    int rank;
    const aws::Route* route;
    std::string text;
  };
  std::vector<Entry> entries;
  const auto add = [&](const std::string& text, int rank, const aws::Route& route, const std::string& shown) {
    if (const auto cidr = aws::Cidr::parse(text)) entries.push_back({*cidr, rank, &route, shown});
  };
  for (const aws::Route& route : table.routeSet) {
    const int rank = route.origin == "EnableVgwRoutePropagation" ? 2 : 0;
    if (route.destinationCidrBlock) add(*route.destinationCidrBlock, rank, route, *route.destinationCidrBlock);
    if (route.destinationIpv6CidrBlock)
      add(*route.destinationIpv6CidrBlock, rank, route, *route.destinationIpv6CidrBlock);
    if (route.destinationPrefixListId)
      if (const aws::PrefixList* list = network.prefix_list(*route.destinationPrefixListId))
        for (const std::string& text : list->cidrSet) add(text, 1, route, *route.destinationPrefixListId);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.cidr.bits != b.cidr.bits ? a.cidr.bits > b.cidr.bits : a.rank < b.rank;
  });
  std::vector<Piece> pieces;
  AddressSet left = to;
  for (const Entry& e : entries) {
    AddressSet hit = left.common(e.cidr);
    if (hit.empty()) continue;
    left = left.without(e.cidr);
    pieces.push_back({std::move(hit), e.route, e.text});
    const bool twin =
        e.rank == 1 && std::any_of(entries.begin(), entries.end(), [&](const Entry& o) {
          return o.rank == 1 && o.route != e.route && o.cidr.bits == e.cidr.bits && o.cidr.overlaps(e.cidr);
        });
    pieces.back().random = twin;
  }
  if (!left.empty()) pieces.push_back({std::move(left), nullptr, {}});
  return pieces;
}

std::string target_of(const aws::Route& r) {
  for (const auto* t :
       {&r.gatewayId, &r.natGatewayId, &r.transitGatewayId, &r.vpcPeeringConnectionId, &r.networkInterfaceId,
        &r.instanceId, &r.egressOnlyInternetGatewayId, &r.carrierGatewayId, &r.localGatewayId, &r.coreNetworkArn})
    if (*t) return **t;
  return "";
}

// What a target is, by the noun it names: ids of planned things say nothing about it.
enum class Target { local, endpoint, internet, nat, interface, peering, transit, unmodelled };
Target kind_of(const Network& network, const aws::Route& r) {
  if (r.natGatewayId) return Target::nat;
  if (r.networkInterfaceId) return Target::interface;
  if (r.vpcPeeringConnectionId && network.peering(*r.vpcPeeringConnectionId)) return Target::peering;
  if (r.transitGatewayId && network.transit_gateway(*r.transitGatewayId)) return Target::transit;
  if (!r.gatewayId) return Target::unmodelled;
  if (*r.gatewayId == "local") return Target::local;
  if (network.endpoint(*r.gatewayId) || r.gatewayId->starts_with("vpce-")) return Target::endpoint;
  if (network.internet_gateway(*r.gatewayId)) return Target::internet;
  return Target::unmodelled;
}

bool attached(const Network& network, const std::string& gateway, const std::string& vpc) {
  const aws::InternetGateway* igw = network.internet_gateway(gateway);
  return igw && std::any_of(igw->attachmentSet.begin(), igw->attachmentSet.end(),
                            [&](const auto& a) { return a.vpcId == vpc; });
}

// The interface a route leads to must belong to a running instance that forwards.
void through_interface(Reach& reach, const Network& network, const std::string& id, const std::string& table) {
  const aws::NetworkInterface* eni = network.interface(id);
  const aws::Instance* instance =
      eni && eni->attachment && eni->attachment->instanceId ? network.instance(*eni->attachment->instanceId) : nullptr;
  if (!instance || instance->instanceState.name != "running")
    return wall(reach, "route.blackhole", table, fmt::format("{}: {} belongs to no running instance", table, id));
  if (eni->sourceDestCheck)
    return wall(reach, "route.source-dest-check", id,
                fmt::format("{} drops what is not its own: source/destination check is on", id));
  reach.unknown = true;
  wall(reach, "path.middlebox", id, fmt::format("what {} does with the packets is not modelled", id), Tri::maybe);
}

void through_nat(Reach& reach, const Network& network, const aws::Subnet& subnet, const std::string& id,
                 const AddressSet& from, const AddressSet& to, int port) {
  const aws::NatGateway* nat = network.nat_gateway(id);
  if (!nat || nat->state == "deleted" || nat->state == "failed")
    return wall(reach, "route.blackhole", id, fmt::format("{} is gone or failed", id));
  const aws::Subnet* home = network.subnet(nat->subnetId);
  const aws::RouteTable* table = home ? network.route_table(*home) : nullptr;
  bool out = nat->connectivityType == "public" && table;
  if (out) {
    for (const Piece& piece : split_by_route(network, *table, to)) {
      const bool alive = piece.route && piece.route->state != "blackhole";
      const Target kind = alive ? kind_of(network, *piece.route) : Target::unmodelled;
      const bool igw = kind == Target::internet && attached(network, target_of(*piece.route), nat->vpcId);
      out = out && (igw || kind == Target::endpoint);
    }
  }
  if (!out)
    return wall(reach, "nat.no-way-out", id,
                fmt::format("{} in {}: its own subnet has no route to an internet gateway", id, nat->subnetId));
  reach.hops.push_back(fmt::format("{} in {}", id, nat->subnetId));
  for (const aws::NatGatewayAddress& a : nat->natGatewayAddressSet)
    reach.public_sources.push_back(a.publicIp.value_or(""));
  if (nat->natGatewayAddressSet.empty()) reach.public_sources.emplace_back();
  if (home->subnetId != subnet.subnetId) {
    acl(reach, network, *home, Direction::ingress, from, {port, port}, "acl.ingress");
    acl(reach, network, *home, Direction::egress, from, kEphemeral, "acl.return");
  }
  acl(reach, network, *home, Direction::egress, to, {port, port}, "acl.egress");
  acl(reach, network, *home, Direction::ingress, to, kNatEphemeral, "acl.return");
}

bool is_public(const AddressSet& addresses) {
  const AddressSet all = AddressSet::public_v4();
  return std::any_of(addresses.parts().begin(), addresses.parts().end(),
                     [&](const aws::Cidr& part) { return part.base.v6 || !all.common(part).empty(); });
}

void through_route(Reach& reach, const Network& network, const Site& from, const aws::Subnet& subnet,
                   const aws::RouteTable& table, const Piece& piece, int port) {
  const std::string shown = piece.addresses.str();
  if (!piece.route)
    return wall(reach, "route.none", table.routeTableId, fmt::format("{}: no route to {}", table.routeTableId, shown),
                Tri::no, piece.addresses);
  const std::string target = target_of(*piece.route);
  const std::string line = fmt::format("{}: {} -> {}", table.routeTableId, piece.destination, target);
  if (piece.random)
    wall(reach, "route.random", table.routeTableId, line + ", and another prefix list of the same length", Tri::maybe);
  if (piece.route->state == "blackhole")
    return wall(reach, "route.blackhole", table.routeTableId, line + " is a blackhole", Tri::no, piece.addresses);
  const Target kind = kind_of(network, *piece.route);
  if (kind == Target::local)
    return wall(reach, "route.local", table.routeTableId, line + ": nothing in the VPC has this address", Tri::no,
                piece.addresses);
  reach.hops.push_back(line);
  switch (kind) {
    case Target::local:
      return;
    case Target::endpoint: {
      const aws::VpcEndpoint* endpoint = network.endpoint(target);
      if (!endpoint || endpoint->state != "available")
        return wall(reach, "endpoint.state", target, fmt::format("{} is not available", target));
      reach.endpoint = target;
      return;
    }
    case Target::internet:
      if (!attached(network, target, subnet.vpcId))
        return wall(reach, "route.blackhole", target, fmt::format("{} is not attached to {}", target, subnet.vpcId));
      if (!from.has_public_ip)
        return wall(reach, "internet.public-ip", from.component,
                    fmt::format("{} has no public address, so {} drops its packets", from.component, target));
      reach.public_sources.emplace_back();
      return;
    case Target::nat:
      return through_nat(reach, network, subnet, target, addresses_of(network, from), piece.addresses, port);
    case Target::interface:
      return through_interface(reach, network, target, table.routeTableId);
    case Target::peering:
    case Target::transit:  // neither carries packets to the internet, or to a gateway endpoint of another VPC
      if (kind == Target::transit && network.transit_gateway(target)->leads_out) break;
      if (!is_public(piece.addresses)) break;  // an address of another network, of which nothing is known
      return wall(reach, "route.no-transit", target, line + ": nothing behind it leads to the internet", Tri::no,
                  piece.addresses);
    case Target::unmodelled:
      break;
  }
  reach.unknown = true;
  wall(reach, "path.unmodelled", target, fmt::format("{} leads out of what is modelled", target), Tri::maybe);
}

// Whether the transit gateway carries packets from the one VPC's attachment to the other's.
bool carries(const TransitGateway& gateway, const std::string& from, const std::string& to, const AddressSet& target) {
  for (const TransitGateway::Attachment& a : gateway.attachments) {
    if (a.vpcId != from) continue;
    AddressSet left = target;
    for (const auto& [cidr, vpc] : a.routes)
      if (const auto parsed = aws::Cidr::parse(cidr); parsed && vpc == to) left = left.without(*parsed);
    return left.empty();
  }
  return false;
}

// One direction between two VPCs: the near subnet's table, and what it leads to.
void across(Reach& reach, const Network& network, const aws::Subnet& home, const aws::Subnet& there,
            const AddressSet& target, const Site& from, int port) {
  const aws::RouteTable* table = network.route_table(home);
  if (!table) return wall(reach, "route.none", home.subnetId, home.subnetId + " has no route table");
  for (const Piece& piece : split_by_route(network, *table, target)) {
    const Target kind =
        piece.route && piece.route->state != "blackhole" ? kind_of(network, *piece.route) : Target::unmodelled;
    const std::string id = piece.route ? target_of(*piece.route) : "";
    if (kind == Target::peering) {
      const PeeringConnection& p = *network.peering(id);
      const bool joins = (p.requesterVpcId == home.vpcId && p.accepterVpcId == there.vpcId) ||
                         (p.accepterVpcId == home.vpcId && p.requesterVpcId == there.vpcId);
      if (!joins || p.status != "active")
        return wall(reach, "route.blackhole", id,
                    fmt::format("{} does not join {} and {}, or is not active", id, home.vpcId, there.vpcId));
      reach.hops.push_back(fmt::format("{}: {} -> {}", table->routeTableId, piece.destination, id));
    } else if (kind == Target::transit) {
      if (!carries(*network.transit_gateway(id), home.vpcId, there.vpcId, piece.addresses))
        return wall(reach, "route.no-transit", id,
                    fmt::format("{} has no route from {} to {}", id, home.vpcId, there.vpcId));
      reach.hops.push_back(fmt::format("{}: {} -> {}", table->routeTableId, piece.destination, id));
    } else {
      through_route(reach, network, from, home, *table, piece, port);
    }
  }
}

}  // namespace

void Reach::join(const Reach& other) {
  reached = both(reached, other.reached);
  unknown |= other.unknown;
  public_sources.insert(public_sources.end(), other.public_sources.begin(), other.public_sources.end());
  walls.insert(walls.end(), other.walls.begin(), other.walls.end());
  hops.insert(hops.end(), other.hops.begin(), other.hops.end());
  if (endpoint.empty()) endpoint = other.endpoint;
}

Reach reach_site(const Network& network, const Site& from, const Site& to, int port, Protocol protocol) {
  Reach reach;
  const aws::Subnet *home = network.subnet(from.subnetId), *there = network.subnet(to.subnetId);
  if (!home || !there) {
    reach.unknown = true;
    wall(reach, "path.unknown-subnet", home ? to.component : from.component, "its subnet is not known", Tri::maybe);
    return reach;
  }
  const AddressSet source = addresses_of(network, from), target = addresses_of(network, to);
  const Ports ports{port, port};
  // References to groups hold within a VPC and over a peering, not over a transit gateway.
  const bool refer = home->vpcId == there->vpcId || network.peered(home->vpcId, there->vpcId);
  const std::vector<std::string> nobody;
  apply(reach, "sg.egress", names_of(from.groups),
        through_groups(network, from.groups, Direction::egress, {target, ports, protocol}, refer ? to.groups : nobody));
  if (home->vpcId != there->vpcId) {
    acl(reach, network, *home, Direction::egress, target, ports, "acl.egress", protocol);
    across(reach, network, *home, *there, target, from, port);
    across(reach, network, *there, *home, source, to, port);
    acl(reach, network, *there, Direction::ingress, source, ports, "acl.ingress", protocol);
  } else if (home->subnetId != there->subnetId) {
    acl(reach, network, *home, Direction::egress, target, ports, "acl.egress", protocol);
    if (const aws::RouteTable* table = network.route_table(*home)) {
      for (const Piece& piece : split_by_route(network, *table, target)) {
        const std::string to_what = piece.route ? target_of(*piece.route) : "";
        if (to_what == "local" && piece.route->state != "blackhole") {
          reach.hops.push_back(fmt::format("{}: {} -> local", table->routeTableId, piece.destination));
        } else {
          through_route(reach, network, from, *home, *table, piece, port);
        }
      }
    } else {
      wall(reach, "route.none", home->subnetId, home->subnetId + " has no route table");
    }
    acl(reach, network, *there, Direction::ingress, source, ports, "acl.ingress", protocol);
  }
  apply(
      reach, "sg.ingress", names_of(to.groups),
      through_groups(network, to.groups, Direction::ingress, {source, ports, protocol}, refer ? from.groups : nobody));
  if (home->subnetId != there->subnetId) {
    acl(reach, network, *there, Direction::egress, source, kEphemeral, "acl.return", protocol);
    acl(reach, network, *home, Direction::ingress, target, kEphemeral, "acl.return", protocol);
  }
  return reach;
}

Reach reach_public(const Network& network, const Site& from, const AddressSet& to, int port) {
  Reach reach;
  const aws::Subnet* home = network.subnet(from.subnetId);
  const aws::RouteTable* table = home ? network.route_table(*home) : nullptr;
  if (!table) {
    wall(reach, "route.none", from.component, from.component + ": its subnet has no route table");
    return reach;
  }
  const Ports ports{port, port};
  apply(reach, "sg.egress", names_of(from.groups),
        through_groups(network, from.groups, Direction::egress, {to, ports}, {}));
  acl(reach, network, *home, Direction::egress, to, ports, "acl.egress");
  for (const Piece& piece : split_by_route(network, *table, to))
    through_route(reach, network, from, *home, *table, piece, port);
  acl(reach, network, *home, Direction::ingress, to, kEphemeral, "acl.return");
  return reach;
}

}  // namespace drydock::proof

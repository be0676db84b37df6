#include "twin/network/path.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "twin/network/filters.h"
#include "twin/network/routes.h"

namespace drydock::twin::network {
namespace {

using aws::IpAddress;

/// The journey being written. Each step returns whether the packet goes on.
class Traveller {
 public:
  Traveller(const View& view, const Packet& packet) : view_(view), packet_(packet) {}

  Journey travel() {
    journey_.arrived = go();
    if (journey_.arrived) journey_.cause.clear();
    return std::move(journey_);
  }

 private:
  bool go() {
    from_ = view_.interface(packet_.interface);
    const auto to = IpAddress::parse(packet_.address);
    if (!from_ || !to) return wall("address.unknown", packet_.interface, "no such interface or address");
    to_ = *to;
    if (is_link_local(to_)) return true;
    const auto from = IpAddress::parse(from_->privateIpAddress);
    if (!from || from->v6 != to_.v6)
      return wall("address.family", from_->networkInterfaceId, "no common address family");
    from_address_ = *from;
    journey_.source_address = from->str();
    subnet_ = view_.subnet(from_->subnetId);
    if (!subnet_) return wall("address.unknown", from_->subnetId, "no such subnet");

    const aws::NetworkInterface* target = view_.interface_at(from_->vpcId, packet_.address);
    if (!pass("sg.egress", judge_groups(view_, *from_, true, packet_.protocol, packet_.port, {to_, target})))
      return false;
    if (target && target->subnetId == from_->subnetId) return into(*target, {from_address_, from_});

    if (!pass("acl.egress", judge_acl(view_, *subnet_, true, packet_.protocol, packet_.port, to_))) return false;
    return follow_route(*subnet_, target) &&
           pass("acl.return", judge_acl(view_, *subnet_, false, packet_.protocol, packet_.source_port, to_));
  }

  bool follow_route(const aws::Subnet& subnet, const aws::NetworkInterface* target) {
    const aws::RouteTable* table = view_.route_table_of(subnet);
    if (!table) return wall("route.none", subnet.subnetId, "the subnet has no route table");
    const Choice choice = choose_route(view_, *table, to_);
    if (!choice.route) return wall("route.none", table->routeTableId, "no route to " + to_.str());
    const aws::Route& route = *choice.route;
    if (route.state == "blackhole") return wall("route.blackhole", table->routeTableId, describe(choice));
    journey_.hops.push_back({table->routeTableId, describe(choice), true});

    if (route.networkInterfaceId || route.instanceId) return through_appliance(route, target);
    if (route.natGatewayId) return through_nat(*route.natGatewayId);
    if (route.vpcPeeringConnectionId) return through_peering(*route.vpcPeeringConnectionId);
    if (route.transitGatewayId) return through_transit(*route.transitGatewayId);
    if (!route.gatewayId) return wall("route.unsupported", table->routeTableId, "not modelled: " + describe(choice));
    if (*route.gatewayId == "local") return within_vpc(target);
    if (route.gatewayId->starts_with("vpce-")) return through_gateway_endpoint(*route.gatewayId);
    if (route.gatewayId->starts_with("igw-")) return through_internet_gateway(*route.gatewayId);
    return wall("route.unsupported", table->routeTableId, "not modelled: " + describe(choice));
  }

  /// To another subnet of the VPC, and back through its ACL.
  bool within_vpc(const aws::NetworkInterface* target) {
    if (!target) return wall("address.unused", to_.str(), "no interface in the VPC has this address");
    const aws::Subnet* subnet = view_.subnet(target->subnetId);
    if (!subnet) return wall("address.unknown", target->subnetId, "no such subnet");
    return pass("acl.ingress", judge_acl(view_, *subnet, false, packet_.protocol, packet_.port, from_address_)) &&
           into(*target, {from_address_, from_}) &&
           pass("acl.return", judge_acl(view_, *subnet, true, packet_.protocol, packet_.source_port, from_address_));
  }

  /// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
  bool through_peering(const std::string& id) {
    const cloud::PeeringConnection* peering = view_.peering(id);
    if (!peering || peering->status != "active") return wall("route.blackhole", id, "not an active peering connection");
    const bool asks = peering->requesterVpcId == from_->vpcId;
    if (!asks && peering->accepterVpcId != from_->vpcId)
      return wall("route.blackhole", id, "does not join " + from_->vpcId);
    const std::string& there = asks ? peering->accepterVpcId : peering->requesterVpcId;
    return into_vpc(there, id, true, [&](const aws::Route& back) { return back.vpcPeeringConnectionId == id; });
  }

  /// The VPC to whose attachment the gateway sends what comes from `vpc`; empty: nowhere.
  static std::string behind(const cloud::TransitGateway& gateway, const std::string& vpc, const IpAddress& to) {
    std::string best;
    int bits = -1;
    for (const auto& attachment : gateway.attachments) {
      if (attachment.vpcId != vpc) continue;
      for (const auto& [prefix, target] : attachment.routes)
        if (const auto cidr = aws::Cidr::parse(prefix); cidr && cidr->contains(to) && cidr->bits > bits)
          best = target, bits = cidr->bits;
    }
    return best == "blackhole" ? std::string() : best;
  }

  bool through_transit(const std::string& id) {
    const cloud::TransitGateway* gateway = view_.transit_gateway(id);
    if (!gateway) return wall("route.blackhole", id, "no such transit gateway");
    const std::string there = behind(*gateway, from_->vpcId, to_);
    if (there.empty()) return wall("route.no-transit", id, "no route from " + from_->vpcId + " to " + to_.str());
    return into_vpc(there, id, false, [&](const aws::Route& back) {
      return back.transitGatewayId == id && behind(*gateway, there, from_address_) == from_->vpcId;
    });
  }

  /// Into another VPC, by its ACLs and groups, and back by its route tables. Groups of a peer may be named in rules,
  /// those behind a transit gateway not.
  template <class LeadsBack>
  bool into_vpc(const std::string& vpc, const std::string& by, bool groups_count, LeadsBack leads_back) {
    const aws::NetworkInterface* target = view_.interface_at(vpc, to_.str());
    if (!target) return wall("address.unused", by, "no interface in " + vpc + " has the address " + to_.str());
    const aws::Subnet* subnet = view_.subnet(target->subnetId);
    if (!subnet) return wall("address.unknown", target->subnetId, "no such subnet");
    if (!pass("acl.ingress", judge_acl(view_, *subnet, false, packet_.protocol, packet_.port, from_address_)) ||
        !into(*target, {from_address_, groups_count ? from_ : nullptr}) ||
        !pass("acl.return", judge_acl(view_, *subnet, true, packet_.protocol, packet_.source_port, from_address_)))
      return false;
    const aws::RouteTable* table = view_.route_table_of(*subnet);
    const Choice back = table ? choose_route(view_, *table, from_address_) : Choice{};
    if (!back.route || back.route->state == "blackhole" || !leads_back(*back.route))
      return wall("route.none", table ? table->routeTableId : subnet->subnetId,
                  "no way back to " + from_address_.str());
    return true;
  }

  bool into(const aws::NetworkInterface& target, const Peer& source) {
    if (!pass("sg.ingress", judge_groups(view_, target, false, packet_.protocol, packet_.port, source))) return false;
    if (const aws::VpcEndpoint* endpoint = view_.endpoint_of_interface(target.networkInterfaceId)) {
      if (to_lower(endpoint->state) != "available")
        return wall("endpoint.state", endpoint->vpcEndpointId, "its state is " + endpoint->state);
      journey_.endpoint = endpoint->vpcEndpointId;
    }
    return true;
  }

  bool through_gateway_endpoint(const std::string& id) {
    const aws::VpcEndpoint* endpoint = view_.endpoint(id);
    if (!endpoint) return wall("route.blackhole", id, "no such endpoint");
    if (to_lower(endpoint->state) != "available") return wall("endpoint.state", id, "its state is " + endpoint->state);
    journey_.endpoint = id;
    journey_.hops.push_back({id, endpoint->serviceName, true});
    return true;
  }

  bool attached_here(const std::string& id) {
    const aws::InternetGateway* gateway = view_.internet_gateway(id);
    return gateway && std::any_of(gateway->attachmentSet.begin(), gateway->attachmentSet.end(),
                                  [&](const auto& attachment) { return attachment.vpcId == from_->vpcId; });
  }

  bool through_internet_gateway(const std::string& id) {
    if (!attached_here(id)) return wall("route.blackhole", id, "not attached to " + from_->vpcId);
    if (!from_->publicIp) return wall("internet.public-ip", id, from_->networkInterfaceId + " has no public address");
    journey_.source_address = *from_->publicIp;
    journey_.hops.push_back({id, "leaves as " + *from_->publicIp, true});
    return at_public_address();
  }

  /// The gateway's subnet is crossed four times: in, out, and both ways back.
  bool through_nat(const std::string& id) {
    constexpr int kNatPort = 40000;  // NAT gateways use 1024..65535
    const aws::NatGateway* nat = view_.nat_gateway(id);
    if (!nat) return wall("route.blackhole", id, "no such NAT gateway");
    if (nat->state != "available") return wall("nat.state", id, "its state is " + nat->state);
    const aws::Subnet* home = view_.subnet(nat->subnetId);
    if (!home) return wall("address.unknown", nat->subnetId, "no such subnet");
    const bool crossed = home->subnetId != subnet_->subnetId;
    if (crossed && !pass("acl.ingress", judge_acl(view_, *home, false, packet_.protocol, packet_.port, from_address_)))
      return false;
    if (!pass("acl.egress", judge_acl(view_, *home, true, packet_.protocol, packet_.port, to_))) return false;

    const aws::RouteTable* table = view_.route_table_of(*home);
    const Choice choice = table ? choose_route(view_, *table, to_) : Choice{};
    const bool out = choice.route && choice.route->state != "blackhole" && choice.route->gatewayId &&
                     choice.route->gatewayId->starts_with("igw-") && attached_here(*choice.route->gatewayId);
    if (!out) return wall("nat.no-way-out", id, home->subnetId + ": " + describe(choice));
    if (nat->connectivityType != "public")
      return wall("nat.private", id, "a private NAT gateway has no way to the internet");
    for (const aws::NatGatewayAddress& address : nat->natGatewayAddressSet)
      if (address.publicIp) journey_.source_address = *address.publicIp;
    journey_.hops.push_back({id, "leaves as " + journey_.source_address, true});
    return at_public_address() && pass("acl.return", judge_acl(view_, *home, false, packet_.protocol, kNatPort, to_)) &&
           (!crossed ||
            pass("acl.return", judge_acl(view_, *home, true, packet_.protocol, packet_.source_port, from_address_)));
  }

  /// A firewall or proxy VM. It is taken to hand the packet on as it came.
  bool through_appliance(const aws::Route& route, const aws::NetworkInterface* target) {
    const aws::NetworkInterface* appliance =
        route.networkInterfaceId ? view_.interface(*route.networkInterfaceId) : nullptr;
    std::string instance = route.instanceId.value_or("");
    if (appliance && appliance->attachment) instance = appliance->attachment->instanceId.value_or("");
    const aws::Instance* machine = view_.instance(instance);
    const std::string id = route.networkInterfaceId.value_or(instance);
    if (!machine || machine->instanceState.name != "running") return wall("route.blackhole", id, "no running instance");
    if (appliance && appliance->sourceDestCheck)
      return wall("route.source-dest-check", id, "source/destination check is on");
    if (!target) return wall("route.unsupported", id, "not modelled: what the appliance does with " + to_.str());
    return within_vpc(target);
  }

  /// Public addresses of AWS answer everyone, but for a cluster's publicAccessCidrs.
  bool at_public_address() {
    for (const ClusterEndpoint& cluster : view_.clusters()) {
      if (!cluster.publicAccess) continue;
      const auto addresses = resolve_public(view_, cluster.host).addresses;
      if (std::find(addresses.begin(), addresses.end(), packet_.address) == addresses.end()) continue;
      const auto source = IpAddress::parse(journey_.source_address);
      const bool listed = source && std::any_of(cluster.publicAccessCidrs.begin(), cluster.publicAccessCidrs.end(),
                                                [&](const std::string& text) {
                                                  const auto cidr = aws::Cidr::parse(text);
                                                  return cidr && cidr->contains(*source);
                                                });
      if (!cluster.publicAccessCidrs.empty() && !listed)
        return wall("eks.public-access-cidrs", cluster.name, journey_.source_address + " is in none of them");
    }
    return true;
  }

  bool pass(const char* cause, Hop hop) {
    const bool passed = hop.passed;
    journey_.hops.push_back(std::move(hop));
    if (!passed) journey_.cause = cause;
    return passed;
  }
  bool wall(const char* cause, std::string component, std::string what) {
    return pass(cause, {std::move(component), std::move(what), false});
  }

  const View& view_;
  const Packet& packet_;
  Journey journey_;
  const aws::NetworkInterface* from_ = nullptr;
  const aws::Subnet* subnet_ = nullptr;
  IpAddress to_, from_address_;
};

/// Servers of one's own are ordinary hosts: the question must get there first.
bool ask_servers(const View& view, const std::string& interface, int source_port, Connection& connection) {
  for (const std::string& server :
       split(connection.answer.resolver.substr(0, connection.answer.resolver.rfind(':')), ',')) {
    const auto address = aws::IpAddress::parse(server);
    const aws::NetworkInterface* from = view.interface(interface);
    const aws::Vpc* vpc = from ? view.vpc(from->vpcId) : nullptr;
    const auto block = vpc ? aws::Cidr::parse(vpc->cidrBlock) : std::nullopt;
    if (!address || (block && *address == block->base.plus(2)) || is_link_local(*address)) return true;
    connection.journey = send(view, {interface, server, 53, source_port, Protocol::udp});
    if (connection.journey.arrived) return true;
  }
  return false;
}

}  // namespace

Journey send(const View& view, const Packet& packet) { return Traveller(view, packet).travel(); }

Connection connect(const View& view, const std::string& interface, const std::string& host, int port, int source_port) {
  Connection connection;
  const aws::NetworkInterface* from = view.interface(interface);
  if (!from) return connection;
  connection.answer = resolve(view, *from, host);
  if (!connection.answer.resolver.empty() && connection.answer.kind != Answer::Kind::no_resolver &&
      !ask_servers(view, interface, source_port, connection)) {
    connection.kind = Connection::Kind::dns_timeout;
    return connection;
  }
  switch (connection.answer.kind) {
    case Answer::Kind::no_such_host:
      connection.kind = Connection::Kind::no_such_host;
      return connection;
    case Answer::Kind::no_resolver:
      connection.kind = Connection::Kind::dns_timeout;
      return connection;
    case Answer::Kind::addresses:
      break;
  }
  for (const std::string& address : connection.answer.addresses) {
    connection.address = address;
    connection.journey = send(view, {interface, address, port, source_port, Protocol::tcp});
    if (connection.journey.arrived) {
      connection.kind = Connection::Kind::connected;
      return connection;
    }
    connection.flaky = true;
  }
  connection.flaky = false;
  return connection;
}

}  // namespace drydock::twin::network

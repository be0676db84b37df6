#include "twin/network/routes.h"

namespace drydock::twin::network {
namespace {

int rank(const aws::Route& route) {
  if (route.origin == "EnableVgwRoutePropagation") return 2;
  return route.destinationPrefixListId ? 1 : 0;
}

std::string target_of(const aws::Route& route) {
  for (const auto* target : {&route.gatewayId, &route.natGatewayId, &route.networkInterfaceId, &route.instanceId,
                             &route.transitGatewayId, &route.vpcPeeringConnectionId, &route.egressOnlyInternetGatewayId,
                             &route.carrierGatewayId, &route.localGatewayId, &route.coreNetworkArn})
    if (*target) return **target;
  return "nothing";
}

}  // namespace

Choice choose_route(const View& view, const aws::RouteTable& table, const aws::IpAddress& destination) {
  Choice best;
  const auto consider = [&](const aws::Route& route, const std::string& text) {
    const auto prefix = aws::Cidr::parse(text);
    if (!prefix || !prefix->contains(destination)) return;
    const bool better = !best.route || prefix->bits > best.prefix.bits ||
                        (prefix->bits == best.prefix.bits && rank(route) < rank(*best.route));
    if (better) best = {&route, *prefix};
  };
  for (const aws::Route& route : table.routeSet) {
    if (route.destinationCidrBlock) consider(route, *route.destinationCidrBlock);
    if (route.destinationIpv6CidrBlock) consider(route, *route.destinationIpv6CidrBlock);
    if (route.destinationPrefixListId)
      if (const aws::PrefixList* list = view.prefix_list(*route.destinationPrefixListId))
        for (const std::string& cidr : list->cidrSet) consider(route, cidr);
  }
  return best;
}

std::string describe(const Choice& choice) {
  if (!choice.route) return "no route";
  const std::string to = choice.route->destinationPrefixListId.value_or(choice.prefix.str());
  return to + " -> " + target_of(*choice.route) + (choice.route->state == "blackhole" ? " (blackhole)" : "");
}

}  // namespace drydock::twin::network

// Routes in route tables.
// https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

using aws::Route;
using aws::RouteTable;

namespace {

struct Destination {
  std::optional<std::string> cidr, cidr6, prefix_list;

  bool of(const Route& route) const {
    return route.destinationCidrBlock == cidr && route.destinationIpv6CidrBlock == cidr6 &&
           route.destinationPrefixListId == prefix_list;
  }
  std::string text() const { return cidr ? *cidr : cidr6 ? *cidr6 : prefix_list.value_or(""); }
};

tl::expected<Destination, ApiError> read_destination(World& world, const Call& call) {
  Destination d{call.maybe("DestinationCidrBlock"), call.maybe("DestinationIpv6CidrBlock"),
                call.maybe("DestinationPrefixListId")};
  if (d.cidr.has_value() + d.cidr6.has_value() + d.prefix_list.has_value() != 1)
    return refuse(
        "InvalidParameterCombination",
        "Exactly one of destinationCidrBlock, destinationIpv6CidrBlock and destinationPrefixListId must be specified");
  for (auto* text : {&d.cidr, &d.cidr6}) {
    if (!*text) continue;
    auto block = aws::Cidr::parse(**text);
    if (!block || block->base.v6 != (text == &d.cidr6))
      return tl::unexpected<ApiError>(bad_value(**text, "destinationCidrBlock", "This is not a valid CIDR block."));
    *text = block->str();
  }
  if (d.prefix_list && !world.table<aws::PrefixList>(call.region).contains(*d.prefix_list))
    return tl::unexpected<ApiError>(no_such("InvalidPrefixListID.NotFound", "prefix list ID", *d.prefix_list));
  // Link-local services are never routed (same page, "Reserved").
  if (d.cidr && aws::Cidr::parse("169.254.168.0/22")->contains(*aws::Cidr::parse(*d.cidr)))
    return tl::unexpected<ApiError>(
        bad_value(*d.cidr, "destinationCidrBlock", "The destination CIDR block is reserved."));
  return d;
}

/// Fills the target; what it names must exist and suit.
std::optional<ApiError> read_target(World& world, const Call& call, const RouteTable& table, Route& route) {
  const std::pair<const char*, std::optional<std::string> Route::*> targets[] = {
      {"GatewayId", &Route::gatewayId},
      {"NatGatewayId", &Route::natGatewayId},
      {"TransitGatewayId", &Route::transitGatewayId},
      {"VpcPeeringConnectionId", &Route::vpcPeeringConnectionId},
      {"NetworkInterfaceId", &Route::networkInterfaceId},
      {"InstanceId", &Route::instanceId},
      {"EgressOnlyInternetGatewayId", &Route::egressOnlyInternetGatewayId},
      {"CarrierGatewayId", &Route::carrierGatewayId},
      {"LocalGatewayId", &Route::localGatewayId},
      {"CoreNetworkArn", &Route::coreNetworkArn},
      {"VpcEndpointId", &Route::gatewayId}};
  int given = 0;
  std::string name;
  for (const auto& [parameter, member] : targets)
    if (auto value = call.maybe(parameter)) ++given, name = parameter, route.*member = *value;
  if (call.flag("LocalTarget").value_or(false)) ++given, name = "LocalTarget", route.gatewayId = "local";
  if (given != 1) return ApiError{400, "InvalidParameterCombination", "Exactly one route target must be specified"};
  if (name == "GatewayId") {
    const std::string id = *route.gatewayId;
    if (id == "local") return std::nullopt;
    const auto* gateway = of<aws::InternetGateway>(world, call).find(id);
    if (!gateway) return no_such("InvalidGatewayID.NotFound", "gateway ID", id);
    for (const auto& attachment : gateway->attachmentSet)
      if (attachment.vpcId == table.vpcId) return std::nullopt;
    return ApiError{
        400, "InvalidParameterValue",
        "route table " + table.routeTableId + " and network gateway " + id + " belong to different networks"};
  }
  if (name == "NatGatewayId") {
    const auto* nat = of<aws::NatGateway>(world, call).find(*route.natGatewayId);
    if (!nat || nat->state == "deleted")
      return ApiError{400, "InvalidNatGatewayID.NotFound",
                      "The natGateway ID '" + *route.natGatewayId + "' does not exist"};
    return std::nullopt;
  }
  if (name == "NetworkInterfaceId") {
    if (!of<aws::NetworkInterface>(world, call).contains(*route.networkInterfaceId))
      return no_such("InvalidNetworkInterfaceID.NotFound", "networkInterface ID", *route.networkInterfaceId);
    return std::nullopt;
  }
  if (name == "InstanceId") {
    const auto* instance = of<aws::Instance>(world, call).find(*route.instanceId);
    if (!instance) return no_such("InvalidInstanceID.NotFound", "instance ID", *route.instanceId);
    if (!instance->networkInterfaceIds.empty()) route.networkInterfaceId = instance->networkInterfaceIds.front();
    return std::nullopt;
  }
  if (name == "LocalTarget") return std::nullopt;
  return ApiError{501, "NotModelled", "not supported yet: routes with " + name};
}

constexpr std::size_t kRoutesPerTable = 1000;

ApiResult create_route(World& world, Call& call) {
  const std::string id = call.text("RouteTableId");
  const RouteTable* table = of<RouteTable>(world, call).find(id);
  if (!table) return tl::unexpected<ApiError>(no_such("InvalidRouteTableID.NotFound", "routeTable ID", id));
  auto destination = read_destination(world, call);
  if (!destination) return tl::unexpected<ApiError>(destination.error());
  for (const Route& other : table->routeSet)
    if (destination->of(other))
      return refuse("RouteAlreadyExists", "The route identified by " + destination->text() + " already exists.");
  Route route;
  route.destinationCidrBlock = destination->cidr;
  route.destinationIpv6CidrBlock = destination->cidr6;
  route.destinationPrefixListId = destination->prefix_list;
  route.origin = "CreateRoute";
  if (auto bad = read_target(world, call, *table, route)) return tl::unexpected<ApiError>(*bad);
  if (route.gatewayId == "local")
    return refuse("InvalidParameterValue",
                  "Value (local) for parameter gatewayId is invalid. A local route cannot be created.");
  if (table->routeSet.size() >= kRoutesPerTable)
    return refuse("RouteLimitExceeded", "The maximum number of routes has been reached.");
  of<RouteTable>(world, call).edit(id)->routeSet.push_back(route);
  return yes();
}

Route* find_route(RouteTable& table, const Destination& destination) {
  for (Route& route : table.routeSet)
    if (destination.of(route)) return &route;
  return nullptr;
}

ApiError no_route(const std::string& table, const Destination& destination) {
  return {400, "InvalidRoute.NotFound",
          "no route with destination-cidr-block " + destination.text() + " in route table " + table};
}

bool is_endpoint_route(const Route& route) {
  return route.destinationPrefixListId && route.gatewayId && route.gatewayId->starts_with("vpce-");
}

ApiResult replace_route(World& world, Call& call) {
  const std::string id = call.text("RouteTableId");
  RouteTable* table = of<RouteTable>(world, call).edit(id);
  if (!table) return tl::unexpected<ApiError>(no_such("InvalidRouteTableID.NotFound", "routeTable ID", id));
  auto destination = read_destination(world, call);
  if (!destination) return tl::unexpected<ApiError>(destination.error());
  Route* route = find_route(*table, *destination);
  if (!route) return tl::unexpected<ApiError>(no_route(id, *destination));
  if (is_endpoint_route(*route))
    return refuse("InvalidParameterValue",
                  "cannot modify the route to VPC endpoint " + *route->gatewayId + "; use ModifyVpcEndpoint");
  Route fresh;
  fresh.destinationCidrBlock = route->destinationCidrBlock;
  fresh.destinationIpv6CidrBlock = route->destinationIpv6CidrBlock;
  fresh.destinationPrefixListId = route->destinationPrefixListId;
  fresh.origin = route->origin;
  if (auto bad = read_target(world, call, *table, fresh)) return tl::unexpected<ApiError>(*bad);
  *route = fresh;
  return yes();
}

ApiResult delete_route(World& world, Call& call) {
  const std::string id = call.text("RouteTableId");
  RouteTable* table = of<RouteTable>(world, call).edit(id);
  if (!table) return tl::unexpected<ApiError>(no_such("InvalidRouteTableID.NotFound", "routeTable ID", id));
  auto destination = read_destination(world, call);
  if (!destination) return tl::unexpected<ApiError>(destination.error());
  Route* route = find_route(*table, *destination);
  if (!route) return tl::unexpected<ApiError>(no_route(id, *destination));
  if (route->origin == "CreateRouteTable")
    return refuse("InvalidParameterValue",
                  "cannot remove local route " + destination->text() + " in route table " + id);
  if (is_endpoint_route(*route))
    return refuse("InvalidParameterValue",
                  "cannot remove the route to VPC endpoint " + *route->gatewayId + "; use ModifyVpcEndpoint");
  table->routeSet.erase(table->routeSet.begin() + (route - table->routeSet.data()));
  return yes();
}

}  // namespace

void install_routes(Front& front, World&) {
  front.operation("ec2", "CreateRoute", create_route);
  front.operation("ec2", "ReplaceRoute", replace_route);
  front.operation("ec2", "DeleteRoute", delete_route);
}

}  // namespace drydock::twin::ec2

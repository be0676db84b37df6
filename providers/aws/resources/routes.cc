#include "providers/aws/resources/routes.h"

namespace drydock::aws_provider {
namespace {

// our property, CreateRoute's parameter, routeSet's member
struct Target {
  const char *property, *wire, *shown;
};
constexpr Target kTargets[] = {{"carrierGatewayId", "CarrierGatewayId", "carrierGatewayId"},
                               {"coreNetworkArn", "CoreNetworkArn", "coreNetworkArn"},
                               {"egressOnlyGatewayId", "EgressOnlyInternetGatewayId", "egressOnlyInternetGatewayId"},
                               {"gatewayId", "GatewayId", "gatewayId"},
                               {"localGatewayId", "LocalGatewayId", "localGatewayId"},
                               {"natGatewayId", "NatGatewayId", "natGatewayId"},
                               {"networkInterfaceId", "NetworkInterfaceId", "networkInterfaceId"},
                               {"odbNetworkArn", "OdbNetworkArn", "odbNetworkArn"},
                               {"transitGatewayId", "TransitGatewayId", "transitGatewayId"},
                               {"vpcPeeringConnectionId", "VpcPeeringConnectionId", "vpcPeeringConnectionId"},
                               {"vpcEndpointId", "VpcEndpointId", ""}};  // read back as a gatewayId "vpce-..."

const char* ipv6_property(const char* ipv4_property) {
  return std::string_view(ipv4_property) == "cidrBlock" ? "ipv6CidrBlock" : "destinationIpv6CidrBlock";
}

Json destination_call(const std::string& table, const Json& route, const char* ipv4_property) {
  Json call = Json::object({{"RouteTableId", table}});
  put(call, "DestinationCidrBlock", route.at(ipv4_property));
  put(call, "DestinationIpv6CidrBlock", route.at(ipv6_property(ipv4_property)));
  put(call, "DestinationPrefixListId", route.at("destinationPrefixListId"));
  return call;
}

Aws<void> wait_for_route(Operation& op, const std::string& table, const std::string& destination, bool there) {
  return op.wait("the route to " + destination + " to " + (there ? "appear" : "go"), op.timeout_or(minutes(5)),
                 [&]() -> Aws<Poll> {
                   auto route = find_route(op, table, destination);
                   if (!route) return up(route);
                   return Poll{route->is_null() != there, there ? "not visible yet" : "present"};
                 });
}

}  // namespace

Json route_call(const std::string& table, const Json& route, const char* ipv4_property) {
  Json call = destination_call(table, route, ipv4_property);
  for (const Target& target : kTargets) put(call, target.wire, route.at(target.property));
  return call;
}

std::string destination_of(const Json& route, const char* ipv4_property) {
  for (const char* name : {ipv4_property, ipv6_property(ipv4_property), "destinationPrefixListId"})
    if (std::string to = text(route, name); !to.empty()) return to;
  return "";
}

Json route_from(const Json& item, const char* ipv4_property) {
  Json out = Json::object();
  put(out, ipv4_property, item.at("destinationCidrBlock"));
  put(out, ipv6_property(ipv4_property), item.at("destinationIpv6CidrBlock"));
  put(out, "destinationPrefixListId", item.at("destinationPrefixListId"));
  for (const Target& target : kTargets)
    if (*target.shown) put(out, target.property, item.at(target.shown));
  if (text(out, "gatewayId").starts_with("vpce-")) {
    out["vpcEndpointId"] = out.at("gatewayId");
    out.erase("gatewayId");
  }
  return out;
}

Aws<Json> describe_table(Operation& op, const std::string& id) {
  return describe(op, "DescribeRouteTables", "RouteTableId", id, "routeTableSet");
}

Aws<Json> find_route(Operation& op, const std::string& table, const std::string& destination) {
  auto found = describe_table(op, table);
  if (!found || found->is_null()) return found;
  for (const Json& route : items(found->at("routeSet")))
    for (const char* name : {"destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"})
      if (text(route, name) == destination) return route;
  return Json();
}

Aws<void> create_route(Operation& op, const std::string& table, const Json& route, const char* ipv4_property) {
  auto made = op.retry(
      minutes(5),
      [](const AwsError& e) {
        return e.is_any({"InvalidParameterException", "InvalidTransitGatewayID.NotFound"});
      },
      [&] { return op.ec2("CreateRoute", route_call(table, route, ipv4_property)); });
  if (!made) return up(made);
  return wait_for_route(op, table, destination_of(route, ipv4_property), true);
}

Aws<void> replace_route(Operation& op, const std::string& table, const Json& route, const char* ipv4_property) {
  Json call = route_call(table, route, ipv4_property);
  if (text(route, "gatewayId") == "local") {
    call.erase("GatewayId");
    call["LocalTarget"] = true;
  }
  TRY_AWS(op.ec2("ReplaceRoute", call));
  return wait_for_route(op, table, destination_of(route, ipv4_property), true);
}

Aws<void> delete_route(Operation& op, const std::string& table, const Json& route, const char* ipv4_property) {
  auto gone = op.retry(
      minutes(5), [](const AwsError& e) { return e.is("InvalidParameterException"); },
      [&] { return op.ec2("DeleteRoute", destination_call(table, route, ipv4_property)); });
  TRY_AWS(fine_if_gone(gone));
  return wait_for_route(op, table, destination_of(route, ipv4_property), false);
}

}  // namespace drydock::aws_provider

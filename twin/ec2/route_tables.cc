// Route tables and what they are associated with.
#include "twin/ec2/nouns.h"
#include "twin/ec2/tokens.h"

namespace drydock::twin::ec2 {

using aws::RouteTable;
using aws::RouteTableAssociation;

namespace {

constexpr const char* kNotFound = "InvalidRouteTableID.NotFound";

ApiError no_table(const std::string& id) { return no_such(kNotFound, "routeTable ID", id); }

void add(std::vector<std::string>& list, const std::optional<std::string>& value) {
  if (value) list.push_back(*value);
}

Values route_values(const RouteTable& table, std::string_view name) {
  std::vector<std::string> list;
  for (const aws::Route& route : table.routeSet) {
    if (name == "route.destination-cidr-block")
      add(list, route.destinationCidrBlock);
    else if (name == "route.destination-ipv6-cidr-block")
      add(list, route.destinationIpv6CidrBlock);
    else if (name == "route.destination-prefix-list-id")
      add(list, route.destinationPrefixListId);
    else if (name == "route.gateway-id")
      add(list, route.gatewayId);
    else if (name == "route.nat-gateway-id")
      add(list, route.natGatewayId);
    else if (name == "route.transit-gateway-id")
      add(list, route.transitGatewayId);
    else if (name == "route.vpc-peering-connection-id")
      add(list, route.vpcPeeringConnectionId);
    else if (name == "route.instance-id")
      add(list, route.instanceId);
    else if (name == "route.egress-only-internet-gateway-id")
      add(list, route.egressOnlyInternetGatewayId);
    else if (name == "route.origin")
      list.push_back(route.origin);
    else if (name == "route.state")
      list.push_back(route.state);
    else
      return std::nullopt;
  }
  return list;
}

Values association_values(const RouteTable& table, std::string_view name) {
  std::vector<std::string> list;
  for (const RouteTableAssociation& x : table.associationSet) {
    if (name == "association.main")
      list.push_back(text_of(x.main));
    else if (name == "association.subnet-id")
      add(list, x.subnetId);
    else if (name == "association.gateway-id")
      add(list, x.gatewayId);
    else if (name == "association.route-table-id")
      list.push_back(x.routeTableId);
    else if (name == "association.route-table-association-id")
      list.push_back(x.routeTableAssociationId);
    else if (name == "association.state")
      list.push_back(x.associationState.state);
    else
      return std::nullopt;
  }
  return list;
}

Values values(World&, const Call&, const RouteTable& table, std::string_view name) {
  if (name == "route-table-id") return {{table.routeTableId}};
  if (name == "vpc-id") return {{table.vpcId}};
  if (name == "owner-id") return {{table.ownerId}};
  if (name.starts_with("association.")) return association_values(table, name);
  if (name.starts_with("route.")) return route_values(table, name);
  return std::nullopt;
}

Json render_table(World&, const Call&, const RouteTable& table) {
  Json out = rendered(table);
  out["propagatingVgwSet"] = Json::array();
  return out;
}

const Description<RouteTable> kTables{"routeTableSet", "RouteTableId", kNotFound,
                                      "routeTable ID", values,         render_table};

ApiResult create_table(World& world, Call& call) {
  const auto before = made_before<RouteTable>(world, call);
  if (!before) return tl::unexpected<ApiError>(before.error());
  if (!before->empty())
    return Json::object({{"routeTable", render_table(world, call, *of<RouteTable>(world, call).find(*before))}});
  auto tags = read_tags(call, "route-table");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  const aws::Vpc* vpc = of<aws::Vpc>(world, call).find(call.text("VpcId"));
  if (!vpc) return tl::unexpected<ApiError>(no_such("InvalidVpcID.NotFound", "vpc ID", call.text("VpcId")));
  RouteTable& table = make_route_table(world, call.region, *vpc);
  table.tagSet = std::move(*tags);
  remember(world, call, table.routeTableId);
  return Json::object({{"routeTable", render_table(world, call, table)}});
}

ApiResult delete_table(World& world, Call& call) {
  const std::string id = call.text("RouteTableId");
  const RouteTable* table = of<RouteTable>(world, call).find(id);
  if (!table) return tl::unexpected<ApiError>(no_table(id));
  if (!table->associationSet.empty())
    return refuse("DependencyViolation", "The routeTable '" + id + "' has dependencies and cannot be deleted.");
  std::vector<std::string> endpoints;  // a gateway endpoint just loses the table
  for (const auto& [key, endpoint] : of<aws::VpcEndpoint>(world, call))
    if (std::find(endpoint.routeTableIdSet.begin(), endpoint.routeTableIdSet.end(), id) !=
        endpoint.routeTableIdSet.end())
      endpoints.push_back(key);
  for (const std::string& key : endpoints) std::erase(of<aws::VpcEndpoint>(world, call).edit(key)->routeTableIdSet, id);
  of<RouteTable>(world, call).erase(id);
  return yes();
}

struct Found {
  std::string table_id;
  RouteTableAssociation association;
};
std::optional<Found> find_association(World& world, const Call& call, const std::string& id) {
  for (const auto& [key, table] : of<RouteTable>(world, call))
    for (const auto& association : table.associationSet)
      if (association.routeTableAssociationId == id) return Found{key, association};
  return std::nullopt;
}

Json associated(const char* id_name, const std::string& id) {
  Json out = Json::object({{"associationState", Json::object({{"state", "associated"}})}});
  out[id_name] = id;
  return out;
}

ApiResult associate(World& world, Call& call) {
  const std::string table_id = call.text("RouteTableId"), subnet_id = call.text("SubnetId"),
                    gateway_id = call.text("GatewayId");
  const RouteTable* table = of<RouteTable>(world, call).find(table_id);
  if (!table) return tl::unexpected<ApiError>(no_table(table_id));
  if (subnet_id.empty() == gateway_id.empty())
    return refuse("InvalidParameterCombination", "Exactly one of subnetId and gatewayId must be specified");
  RouteTableAssociation fresh;
  if (!subnet_id.empty()) {
    const aws::Subnet* subnet = of<aws::Subnet>(world, call).find(subnet_id);
    if (!subnet) return tl::unexpected<ApiError>(no_such("InvalidSubnetID.NotFound", "subnet ID", subnet_id));
    if (subnet->vpcId != table->vpcId)
      return refuse("InvalidParameterValue",
                    "Route table " + table_id + " and subnet " + subnet_id + " belong to different networks");
    for (const auto& [key, other] : of<RouteTable>(world, call))
      for (const auto& x : other.associationSet)
        if (x.subnetId == subnet_id) {
          if (key == table_id) return associated("associationId", x.routeTableAssociationId);
          return refuse("Resource.AlreadyAssociated", "the specified association for route table " + table_id +
                                                          " conflicts with an existing association");
        }
    fresh.subnetId = subnet_id;
  } else {
    fresh.gatewayId = gateway_id;
  }
  fresh.routeTableAssociationId = world.new_id("rtbassoc");
  fresh.routeTableId = table_id;
  of<RouteTable>(world, call).edit(table_id)->associationSet.push_back(fresh);
  return associated("associationId", fresh.routeTableAssociationId);
}

ApiError no_association(const std::string& id) {
  return no_such("InvalidAssociationID.NotFound", "association ID", id);
}

void drop_association(World& world, const Call& call, const Found& found) {
  std::erase_if(of<RouteTable>(world, call).edit(found.table_id)->associationSet,
                [&](const auto& x) { return x.routeTableAssociationId == found.association.routeTableAssociationId; });
}

ApiResult disassociate(World& world, Call& call) {
  const std::string id = call.text("AssociationId");
  auto found = find_association(world, call, id);
  if (!found) return tl::unexpected<ApiError>(no_association(id));
  if (found->association.main)
    return refuse("InvalidParameterValue", "cannot disassociate the main route table association " + id);
  drop_association(world, call, *found);
  return yes();
}

ApiResult replace(World& world, Call& call) {
  const std::string id = call.text("AssociationId"), table_id = call.text("RouteTableId");
  auto found = find_association(world, call, id);
  if (!found) return tl::unexpected<ApiError>(no_association(id));
  const RouteTable* table = of<RouteTable>(world, call).find(table_id);
  if (!table) return tl::unexpected<ApiError>(no_table(table_id));
  if (table->vpcId != of<RouteTable>(world, call).find(found->table_id)->vpcId)
    return refuse("InvalidParameterValue",
                  "Route table " + table_id + " and association " + id + " belong to different networks");
  drop_association(world, call, *found);
  RouteTableAssociation fresh = found->association;
  fresh.routeTableAssociationId = world.new_id("rtbassoc");
  fresh.routeTableId = table_id;
  of<RouteTable>(world, call).edit(table_id)->associationSet.push_back(fresh);
  return associated("newAssociationId", fresh.routeTableAssociationId);
}

}  // namespace

void install_route_tables(Front& front, World&) {
  front.operation("ec2", "CreateRouteTable", create_table);
  front.operation("ec2", "DeleteRouteTable", delete_table);
  front.operation("ec2", "DescribeRouteTables", [](World& w, Call& call) { return describe(w, call, kTables); });
  front.operation("ec2", "AssociateRouteTable", associate);
  front.operation("ec2", "DisassociateRouteTable", disassociate);
  front.operation("ec2", "ReplaceRouteTableAssociation", replace);
}

}  // namespace drydock::twin::ec2

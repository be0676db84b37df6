// aws:ec2/routeTable:RouteTable
#include "providers/aws/resources/routes.h"

namespace drydock::aws_provider {
namespace {

constexpr const char* kCidr = "cidrBlock";

Aws<void> propagate(Operation& op, const char* action, const std::string& id, const Json& gateways) {
  for (const Json& gateway : items(gateways))
    TRY_AWS(op.ec2(action, Json::object({{"RouteTableId", id}, {"GatewayId", gateway}})));
  return {};
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made = op.ec2("CreateRouteTable", Json::object({{"VpcId", text(in, "vpcId")},
                                                       {"ClientToken", Operation::token()},
                                                       {"TagSpecification", tag_specification("route-table", in)}}));
  if (!made) return up(made);
  id = made->path("routeTable.routeTableId").string_or();
  TRY_AWS(op.wait(id + " to appear", op.timeout_or(minutes(5)), [&]() -> Aws<Poll> {
    auto table = describe_table(op, id);
    if (!table) return up(table);
    return Poll{!table->is_null(), "not visible yet"};
  }));
  TRY_AWS(propagate(op, "EnableVgwRoutePropagation", id, in.at("propagatingVgws")));
  for (const Json& route : items(in.at("routes"))) TRY_AWS(create_route(op, id, route, kCidr));
  return {};
}

// Not ours: the implicit local route, propagated ones, and those that a gateway endpoint put there.
bool is_inline(const Json& route) {
  if (text(route, "gatewayId") == "local" || text(route, "origin") == "EnableVgwRoutePropagation") return false;
  return text(route, "destinationPrefixListId").empty() || !text(route, "gatewayId").starts_with("vpce-");
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto table = describe_table(op, id);
  if (!table || table->is_null()) return table;
  Json out;
  out["vpcId"] = text(*table, "vpcId");
  out["ownerId"] = text(*table, "ownerId");
  out["arn"] = ec2_arn(op, text(*table, "ownerId"), "route-table/" + id);
  out["propagatingVgws"] = pluck(table->at("propagatingVgwSet"), "gatewayId");
  out["routes"] = Json::array();
  for (const Json& route : items(table->at("routeSet")))
    if (is_inline(route)) out["routes"].push_back(route_from(route, kCidr));
  Json tags = tag_map(table->at("tagSet"));
  tags.erase("AmazonFSx");
  out["tagsAll"] = std::move(tags);
  return out;
}

const Json* same_destination(const Json& list, const Json& route) {
  for (const Json& other : items(list))
    if (destination_of(other, kCidr) == destination_of(route, kCidr)) return &other;
  return nullptr;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json& known) {
  const ListChange gateways = list_change(old.at("propagatingVgws"), in.at("propagatingVgws"));
  TRY_AWS(propagate(op, "DisableVgwRoutePropagation", id, gateways.removed));
  TRY_AWS(propagate(op, "EnableVgwRoutePropagation", id, gateways.added));
  if (!in.has("routes")) return {};  // left out: what is there stays
  const Json& now = known.has("routes") ? known.at("routes") : old.at("routes");
  for (const Json& route : items(now))
    if (!same_destination(in.at("routes"), route)) TRY_AWS(delete_route(op, id, route, kCidr));
  for (const Json& route : items(in.at("routes"))) {
    const Json* was = same_destination(now, route);
    if (!was)
      TRY_AWS(create_route(op, id, route, kCidr));
    else if (!(route_call("", *was, kCidr) == route_call("", route, kCidr)))
      TRY_AWS(replace_route(op, id, route, kCidr));
  }
  return {};
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  auto table = describe_table(op, id);
  if (!table) return up(table);
  for (const Json& association : items(table->at("associationSet")))
    if (!flag(association.at("main")))
      TRY_AWS(fine_if(op.ec2("DisassociateRouteTable",
                             Json::object({{"AssociationId", text(association, "routeTableAssociationId")}})),
                      {"InvalidAssociationID.NotFound"}));
  TRY_AWS(delete_ec2(op, "DeleteRouteTable", Json::object({{"RouteTableId", id}}), minutes(5)));
  return wait_gone(op, id, minutes(5), [&] { return describe_table(op, id); });
}

}  // namespace

extern const ResourceType kRouteTable;
const ResourceType kRouteTable = {.token = "aws:ec2/routeTable:RouteTable",
                                  .sets = {"routes", "propagatingVgws"},
                                  .create = create,
                                  .read = read,
                                  .update = update,
                                  .retag = retag_ec2,
                                  .remove = remove};

}  // namespace drydock::aws_provider

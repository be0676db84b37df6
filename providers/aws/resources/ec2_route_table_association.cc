// aws:ec2/routeTableAssociation:RouteTableAssociation and aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation
#include "providers/aws/resources/routes.h"

namespace drydock::aws_provider {
namespace {

// The association inside its table; null when gone.
Aws<Json> find(Operation& op, const std::string& id) {
  auto reply = op.ec2("DescribeRouteTables",
                      Json::object({{"Filter", filters({{"association.route-table-association-id", id}})}}));
  if (!reply) return reply;
  for (const Json& table : items(reply->at("routeTableSet")))
    for (const Json& association : items(table.at("associationSet")))
      if (text(association, "routeTableAssociationId") == id) return association;
  return Json();
}

Aws<void> wait_associated(Operation& op, const std::string& id) {
  return op.wait(id + " to become associated", op.timeout_or(minutes(5)), [&]() -> Aws<Poll> {
    auto now = find(op, id);
    if (!now) return up(now);
    const std::string state = now->path("associationState.state").string_or();
    if (state == "failed") return no(ErrorCode::unavailable, now->path("associationState.statusMessage").string_or());
    // Old answers have no state.
    return Poll{!now->is_null() && (state.empty() || state == "associated"), state};
  });
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made = op.retry(
      minutes(5), [](const AwsError& e) { return e.is("InvalidRouteTableID.NotFound"); },
      [&] {
        return op.ec2("AssociateRouteTable", Json::object({{"RouteTableId", text(in, "routeTableId")},
                                                           {"SubnetId", text(in, "subnetId")},
                                                           {"GatewayId", text(in, "gatewayId")}}));
      });
  if (!made) return up(made);
  id = text(*made, "associationId");
  return wait_associated(op, id);
}

// Import: SUBNET_OR_GATEWAY/ROUTE_TABLE.
Aws<std::string> resolve(Operation& op, const std::string& id) {
  const std::size_t slash = id.find('/');
  if (slash == std::string::npos) return id;
  auto table = describe_table(op, id.substr(slash + 1));
  if (!table) return up(table);
  for (const Json& association : items(table->at("associationSet")))
    if (text(association, "subnetId") == id.substr(0, slash) || text(association, "gatewayId") == id.substr(0, slash))
      return text(association, "routeTableAssociationId");
  return std::string();
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto own = resolve(op, id);
  if (!own) return up(own);
  id = *own;
  auto now = id.empty() ? Aws<Json>(Json()) : find(op, id);
  if (!now || now->is_null()) return now;
  Json out;
  for (const char* name : {"routeTableId", "subnetId", "gatewayId"}) put(out, name, now->at(name));
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (!changed(old, in, "routeTableId")) return {};
  auto moved = op.ec2("ReplaceRouteTableAssociation",
                      Json::object({{"AssociationId", id}, {"RouteTableId", text(in, "routeTableId")}}));
  if (!moved && moved.error().is("InvalidAssociationID.NotFound")) return create(op, in, id);
  if (!moved) return up(moved);
  id = text(*moved, "newAssociationId");
  return wait_associated(op, id);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  TRY_AWS(fine_if(op.ec2("DisassociateRouteTable", Json::object({{"AssociationId", id}})),
                  {"InvalidAssociationID.NotFound"}));
  return wait_gone(op, id, minutes(5), [&] { return find(op, id); });
}

void check(const Json& in, const std::vector<std::string>& unknown, std::vector<CheckFailure>& failures) {
  auto given = [&](const char* name) {
    return in.has(name) || std::find(unknown.begin(), unknown.end(), name) != unknown.end();
  };
  if (given("subnetId") == given("gatewayId"))
    failures.push_back({"subnetId", "an association needs exactly one of 'subnetId' and 'gatewayId'"});
}

// --- The main table of a VPC.

Aws<Json> main_association(Operation& op, const std::string& vpc) {
  auto reply = op.ec2("DescribeRouteTables",
                      Json::object({{"Filter", filters({{"vpc-id", vpc}, {"association.main", "true"}})}}));
  if (!reply) return reply;
  for (const Json& association : items(reply->at("routeTableSet").item(0).at("associationSet")))
    if (flag(association.at("main"))) return association;
  return Json();
}

Aws<void> replace_main(Operation& op, const std::string& vpc, const std::string& table, std::string& id) {
  auto now = main_association(op, vpc);
  if (!now) return up(now);
  auto moved =
      op.ec2("ReplaceRouteTableAssociation",
             Json::object({{"AssociationId", text(*now, "routeTableAssociationId")}, {"RouteTableId", table}}));
  if (!moved) return up(moved);
  id = text(*moved, "newAssociationId");
  return {};
}

Aws<void> create_main(Operation& op, const Json& in, std::string& id) {
  return replace_main(op, text(in, "vpcId"), text(in, "routeTableId"), id);
}

Aws<Json> read_main(Operation& op, std::string& id, const Json& known) {
  auto now = main_association(op, text(known, "vpcId"));
  if (!now || now->is_null() || text(*now, "routeTableAssociationId") != id) return now ? Aws<Json>(Json()) : now;
  Json out = Json::object({{"vpcId", text(known, "vpcId")}, {"routeTableId", text(*now, "routeTableId")}});
  if (std::string original = text(known, "originalRouteTableId"); !original.empty()) {
    out["originalRouteTableId"] = original;
    return out;
  }
  // The VPC's first table is the one that nobody tagged or associated; AWS keeps it when another becomes main.
  auto tables = op.ec2_all("DescribeRouteTables",
                           Json::object({{"Filter", filters({{"vpc-id", text(known, "vpcId")}})}}), "routeTableSet");
  if (!tables) return tables;
  for (const Json& table : items(*tables))
    if (table.at("associationSet").size() == 0 && table.at("tagSet").size() == 0)
      out["originalRouteTableId"] = text(table, "routeTableId");
  return out;
}

Aws<void> update_main(Operation& op, std::string& id, const Json&, const Json& in, const Json&) {
  return replace_main(op, text(in, "vpcId"), text(in, "routeTableId"), id);
}

Aws<void> remove_main(Operation& op, const std::string&, const Json& known) {
  std::string ignored;
  if (text(known, "originalRouteTableId").empty()) return {};
  return replace_main(op, text(known, "vpcId"), text(known, "originalRouteTableId"), ignored);
}

}  // namespace

extern const ResourceType kRouteTableAssociation, kMainRouteTableAssociation;
const ResourceType kRouteTableAssociation = {.token = "aws:ec2/routeTableAssociation:RouteTableAssociation",
                                             .create = create,
                                             .read = read,
                                             .update = update,
                                             .remove = remove,
                                             .check = check};
const ResourceType kMainRouteTableAssociation = {.token = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
                                                 .create = create_main,
                                                 .read = read_main,
                                                 .update = update_main,
                                                 .remove = remove_main};

}  // namespace drydock::aws_provider

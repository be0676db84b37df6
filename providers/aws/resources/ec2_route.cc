// aws:ec2/route:Route
#include "base/hash.h"
#include "providers/aws/resources/routes.h"

namespace drydock::aws_provider {
namespace {

constexpr const char* kDestination = "destinationCidrBlock";

std::string id_of(const Json& route) {
  return "r-" + text(route, "routeTableId") + hex(sha256(destination_of(route, kDestination))).substr(0, 10);
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  TRY_AWS(create_route(op, text(in, "routeTableId"), in, kDestination));
  id = id_of(in);
  return {};
}

// Import: TABLE_DESTINATION.
Aws<Json> read(Operation& op, std::string& id, const Json& known) {
  std::string table = text(known, "routeTableId"), destination = destination_of(known, kDestination);
  if (table.empty()) {
    const std::size_t bar = id.find('_');
    table = id.substr(0, bar);
    destination = bar == id.npos ? "" : id.substr(bar + 1);
  }
  auto route = find_route(op, table, destination);
  if (!route || route->is_null()) return route;
  Json out = route_from(*route, kDestination);
  out["routeTableId"] = table;
  for (const char* name : {"instanceId", "instanceOwnerId", "origin", "state"}) put(out, name, route->at(name));
  id = id_of(out);
  return out;
}

Aws<void> update(Operation& op, std::string&, const Json&, const Json& in, const Json&) {
  return replace_route(op, text(in, "routeTableId"), in, kDestination);
}

Aws<void> remove(Operation& op, const std::string&, const Json& known) {
  if (text(known, "gatewayId") == "local") return {};  // cannot be removed, only be forgotten
  return delete_route(op, text(known, "routeTableId"), known, kDestination);
}

void check(const Json& in, const std::vector<std::string>& unknown, std::vector<CheckFailure>& failures) {
  int destinations = 0;
  for (const char* name : {"destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"})
    destinations += in.has(name) || std::find(unknown.begin(), unknown.end(), name) != unknown.end();
  if (destinations != 1)
    failures.push_back({kDestination,
                        "a route needs exactly one of 'destinationCidrBlock', 'destinationIpv6CidrBlock' and "
                        "'destinationPrefixListId'"});
}

}  // namespace

extern const ResourceType kRoute;
const ResourceType kRoute = {
    .token = "aws:ec2/route:Route", .create = create, .read = read, .update = update, .remove = remove, .check = check};

}  // namespace drydock::aws_provider

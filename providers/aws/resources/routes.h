// Routes, as ec2/routeTable has them inline and ec2/route as resources of their own.
#pragma once

#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {

/// A route in the words of our schema (`destination` names the property of the IPv4 range) as parameters of
/// CreateRoute.
Json route_call(const std::string& table, const Json& route, const char* destination);
/// "10.0.0.0/8": whichever destination the route has.
std::string destination_of(const Json& route, const char* ipv4_property);
/// AWS's route in the words of our schema.
Json route_from(const Json& item, const char* ipv4_property);
Aws<Json> describe_table(Operation& op, const std::string& id);
/// The table's route with this destination; null if there is none.
Aws<Json> find_route(Operation& op, const std::string& table, const std::string& destination);
/// `ipv4_property` is the name under which `route` has an IPv4 destination.
Aws<void> create_route(Operation& op, const std::string& table, const Json& route, const char* ipv4_property);
Aws<void> replace_route(Operation& op, const std::string& table, const Json& route, const char* ipv4_property);
Aws<void> delete_route(Operation& op, const std::string& table, const Json& route, const char* ipv4_property);

}  // namespace drydock::aws_provider

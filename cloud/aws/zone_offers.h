// Zones that lack instance types their region has. AWS publishes no list; this one is from reports of refused launches
// (https://github.com/terraform-aws-modules/terraform-aws-eks/issues, "is not supported in your requested Availability
// Zone"), and names only what they name. Everything else is taken to be offered.
#pragma once

#include <string_view>

namespace drydock::aws {

/// True if the zone ("us-east-1e") is known not to offer the type ("r5d.xlarge").
bool known_not_offered(std::string_view type, std::string_view zone);

}  // namespace drydock::aws

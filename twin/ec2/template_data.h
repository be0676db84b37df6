// What an instance is launched from: the data of a launch template, and the same parameters of RunInstances.
#pragma once

#include <optional>

#include "base/json.h"
#include "twin/kernel/call.h"

namespace drydock::twin::ec2 {

/// Request parameters (RequestLaunchTemplateData: UpperCamel, lists flat) in the shape of ResponseLaunchTemplateData
/// (lowerCamel, lists as ...Set). Scalars stay text. Members nobody knows pass through, so that they read back.
Json template_data(const Json& parameters);
/// What AWS checks when a template is written: user data only.
std::optional<ApiError> check_template_data(const Json& data);
/// `over` laid upon `base`, member by member; lists and structures are replaced whole.
Json merged_template_data(Json base, const Json& over);

}  // namespace drydock::twin::ec2

// Check and Diff as far as the schema carries them.
#pragma once

#include "providers/aws/resource_type.h"
#include "sdk/provider.h"

namespace drydock::aws_provider {

/// Types, required and unknown properties (with "did you mean"), defaults, auto-naming, policy objects as text, and
/// tagsAll from `default_tags` and the resource's own tags.
CheckReply check_resource(const ResourceType& type, const CheckRequest& request, const Json& default_tags);
/// The same for a function's arguments, without names and tags. `schema` is the function's "inputs".
std::vector<CheckFailure> check_arguments(const Json& schema, PropertyMap& args);

/// Compares checked inputs with the old ones, with sets and policies as AWS sees them.
DiffReply diff_resource(const ResourceType& type, const DiffRequest& request);

}  // namespace drydock::aws_provider

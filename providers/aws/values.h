// Comparing and folding values as AWS sees them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "providers/aws/resource_type.h"

namespace drydock::aws_provider {

/// Two policy documents that mean the same: order of keys, a string for a list of one, order of lists of strings. Texts
/// that are not JSON are compared as they are.
bool same_policy(std::string_view a, std::string_view b);

/// The value with its sets sorted and nulls dropped, so that == compares what AWS would. `path` is the property's.
Json canonical(const ResourceType& type, const std::string& path, const Json& value);
/// Equal for AWS: sets, policies, and "absent" for null, "", false, 0, [] and {}.
bool equivalent(const ResourceType& type, const std::string& property, const Json& a, const Json& b);

/// Whether AWS fills in the property where a program does not say it: leaving it out then changes nothing.
bool stays_when_left_out(const ResourceType& type, std::string_view property);

/// Outputs: what was read, in the words of the inputs where both mean the same; inputs that cannot be read stay.
Json fold_outputs(const ResourceType& type, const Json& inputs, const Json& read);
/// Inputs after a read: those that were given, with what the cloud says now. With none given (import): all that are
/// set.
Json fold_inputs(const ResourceType& type, const Json& inputs, const Json& read);

/// Differences of two lists of strings or of two maps.
struct ListChange {
  Json::Array added, removed;
  bool any() const { return !added.empty() || !removed.empty(); }
};
ListChange list_change(const Json& old, const Json& now);
/// Whether a property differs between two input maps.
bool changed(const Json& old, const Json& now, std::string_view property);

}  // namespace drydock::aws_provider

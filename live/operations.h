// The read-only operations by which an account is looked at: the whole list, and the IAM policy that allows exactly
// them.
#pragma once

#include <span>
#include <string_view>

#include "base/json.h"

namespace drydock::live {

struct Operation {
  std::string_view service, name;  // "ec2", "DescribeVpcs"; together the IAM action
  std::string_view why;
};
std::span<const Operation> operations();
bool is_allowed(std::string_view service, std::string_view name);

/// One statement for every operation. None of them can be narrowed by resource and still find what belongs to a cluster
/// (Describe and List calls take no resource), so Resource is "*".
Json minimal_policy();

}  // namespace drydock::live

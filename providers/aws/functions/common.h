// What functions share: filters, "exactly one".
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {

/// The caller's own filters, and "tag:K" for each of `tags`.
Json user_filters(const Json& in);
/// Those, and the given pairs (empty values are left out).
Json all_filters(const Json& in, std::initializer_list<std::pair<std::string, std::string>> pairs);
/// The only item; an error for none and for several. `what` is for people: "route table".
Aws<Json> only(const Json& list, const std::string& what);
Json sorted(Json texts);

const std::vector<FunctionType>& general_functions();
const std::vector<FunctionType>& ec2_functions();
const std::vector<FunctionType>& iam_functions();
const std::vector<FunctionType>& service_functions();

}  // namespace drydock::aws_provider

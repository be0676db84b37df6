// The matching below evaluate(): wildcards, policy variables, condition operators. Pure.
#pragma once

#include <string>
#include <string_view>

#include "twin/iam/evaluate.h"

namespace drydock::twin::iam {

/// '*' is any run of characters (also '/' and ':'), '?' is one.
bool glob(std::string_view pattern, std::string_view text);
bool glob_no_case(std::string_view pattern, std::string_view text);

/// ${key}, ${key, 'default'}, ${*}, ${?}, ${$} replaced. `wild` says whether '*' and '?' outside of variables are
/// wildcards; in the result a wildcard is '\1' (any run) or '\2' (one character), everything else is itself. Empty when
/// a variable has no single value: such a pattern matches nothing.
std::optional<std::string> expand(std::string_view pattern, const Context& context, bool variables, bool wild);
/// Matches the marked form that expand() makes.
bool matches_expanded(std::string_view expanded, std::string_view text);

bool matches_action(const aws::PolicyStatement& statement, std::string_view action);
bool matches_resource(const aws::PolicyStatement& statement, const Request& request, bool variables);
bool matches_conditions(const aws::PolicyStatement& statement, const Context& context, bool variables);

/// ARNs segment by segment, wildcards inside a segment only; the sixth segment takes the rest.
bool arn_like(std::string_view pattern, std::string_view arn);

}  // namespace drydock::twin::iam

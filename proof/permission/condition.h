// One condition of a statement, over known, absent and unknown keys.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "proof/permission/permission.h"

namespace drydock::proof {

CompiledPolicy::Key compiled(const aws::PolicyCondition& condition, bool has_variables);

/// Adds the key to `unknown` when the answer depends on it.
Tri holds(const CompiledPolicy::Key& key, const Keys& keys, std::set<std::string>& unknown);

/// The text with its ${variables} filled in, as a pattern: wildcards of the text itself count, those of values do not.
/// Empty if a variable is absent or has several values. `depends` becomes true when one is unknown: it may be anything.
std::optional<Pattern> expand(std::string_view text, const Keys& keys, bool wildcards, bool& depends,
                              std::set<std::string>& unknown);

}  // namespace drydock::proof

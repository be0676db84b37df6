#include "engine/targets.h"

#include <algorithm>

namespace drydock::engine {

bool matches_target(std::string_view pattern, std::string_view urn) {
  const auto star = pattern.find('*');
  if (star == pattern.npos) return pattern == urn;
  if (urn.substr(0, star) != pattern.substr(0, star)) return false;
  const bool deep = pattern.substr(star).starts_with("**");
  const std::string_view rest = pattern.substr(star + (deep ? 2 : 1));
  urn.remove_prefix(star);
  for (std::size_t taken = 0; taken <= urn.size(); ++taken) {
    if (matches_target(rest, urn.substr(taken))) return true;
    if (!deep && taken < urn.size() && urn[taken] == ':') return false;
  }
  return false;
}

bool Targets::named(const Urn& urn) const {
  return all() || std::any_of(patterns_.begin(), patterns_.end(),
                              [&](const std::string& pattern) { return matches_target(pattern, urn.str()); });
}

}  // namespace drydock::engine

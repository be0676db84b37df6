// Paths into property values: a.b, a[0], a["k.x"], ["root key"], and the wildcard [*].
// Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/property_path.go
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sdk/property_value.h"

namespace drydock::engine {

struct Wildcard {
  friend bool operator==(Wildcard, Wildcard) = default;
};
using PathStep = std::variant<std::string, std::size_t, Wildcard>;
using PropertyPath = std::vector<PathStep>;

/// Empty if the text is no path.
std::optional<PropertyPath> parse_path(std::string_view text);
/// "a.b[0]" again; keys that need it in brackets and quotes.
std::string to_string(const PropertyPath& path);
/// True if `path` is `outer` or lies below it; a wildcard of `outer` stands for any one step.
bool contains(const PropertyPath& outer, const PropertyPath& path);
/// Makes what lies at `path` in `target` what it is in `source`: the value, or its absence. Returns false where an item
/// in between is missing on one side, so that there is nothing to reset.
bool reset(const PropertyPath& path, const PropertyMap& source, PropertyMap& target);

}  // namespace drydock::engine

// YAML whose tags mean something, as CloudFormation's short forms do.
#pragma once

#include "base/json.h"

namespace drydock {

/// As parse_yaml, which drops tags; here a value with a tag of its own, `!Name value`, becomes {"!Name": value}.
Result<Json> parse_tagged_yaml(std::string_view text, YamlPlaces& places);

}  // namespace drydock

// Assets are compared by the hash of their contents; programs may leave it to us.
#pragma once

#include <string>

#include "base/result.h"
#include "sdk/property_value.h"

namespace drydock::engine {

/// Fills in missing hashes. Paths are relative to `directory`. Error not_found if a file cannot be read.
Result<void> complete_assets(PropertyMap& properties, const std::string& directory);

}  // namespace drydock::engine

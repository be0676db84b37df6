// Values that nobody knows yet, by two completions of the world: the most helpful value each could have, and the least
// helpful one. Where both lead to the same verdict it holds whatever comes; where they do not, the verdict depends on
// the unknown's source.
#pragma once

#include <string>
#include <vector>

#include "cloud/world/world.h"

namespace drydock::proof {

/// What an unknown may do to nodes.
enum class Weight {
  none,     // a name, a tag, an id: whatever it is, nodes do not care
  decides,  // completed() knows its best and its worst value
  opaque,   // it may decide, and nobody here knows how
};
Weight weight_of(const cloud::World& world, const cloud::Unknown& unknown);

/// The unknown's field at its best or worst. REQUIRES: weight_of() == decides.
void complete(cloud::World& world, const cloud::Unknown& unknown, bool helpful);

}  // namespace drydock::proof

// A provider as the run uses it: the object, and what we know of its configuration.
#pragma once

#include <memory>
#include <string>

#include "engine/snapshot.h"
#include "sdk/provider.h"

namespace drydock::engine {

/// One per provider resource. Made by the planner's worker, then only read; the object itself may be called from
/// several threads. Whoever holds a step that needs it keeps it alive.
struct Instance {
  Urn urn;
  std::string package;
  std::shared_ptr<Provider> provider;
  bool running = false;    // it was configured
  bool configured = true;  // false in previews when its configuration is not known yet: nothing may be asked of it
  /// References to resources may stand in inputs and arguments. Providers of packages see the id instead (Unknown while
  /// it is not known), or the URN of a component; Construct and Call get references in any case.
  bool accepts_resources = false;
  bool inline_calls = false;  // never blocks: may be called on the strand
};
using InstancePtr = std::shared_ptr<Instance>;

}  // namespace drydock::engine

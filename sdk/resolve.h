// From inputs that may hold outputs and resources to property values for the wire, once everything in them is done.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "sdk/context_core.h"

namespace drydock::detail {

struct ResolveOptions {
  bool keep_outputs = false;  // outputs travel with their own dependencies (remote components, calls)
};

struct Resolved {
  PropertyValue value;
  std::vector<Urn> dependencies;  // sorted, each once
  bool failed = false;
};

/// Calls `then` when everything inside is done.
void when_resolvable(const InputValue& input, std::function<void()> then);
/// REQUIRES: when_resolvable() has called back.
Resolved resolve(const InputValue& input, const ResolveOptions& options);

/// The URNs that waiting for these resources means: a local component stands for what is below it.
void when_expanded(std::vector<CoreRef> resources, std::function<void(std::vector<Urn> urns, bool failed)> then);

}  // namespace drydock::detail

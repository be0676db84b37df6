// What changed between two sets of inputs, and what that means.
#pragma once

#include <string>
#include <vector>

#include "engine/snapshot.h"
#include "sdk/provider.h"

namespace drydock::engine {

/// Compares values (Secret and OutputValue unwrapped; assets by hash where both have one). Fills diffs and detailed;
/// changes is none or some.
DiffReply compare_inputs(const PropertyMap& olds, const PropertyMap& news);

/// Turns changes below one of the paths into replacements. With init errors, a path that matches "#initerror" does too.
void apply_replace_on_changes(DiffReply& diff, const std::vector<std::string>& paths, bool has_init_errors);

/// The diff asks for a replacement.
bool replaces(const DiffReply& diff);
/// The diff sees any change.
bool changes(const DiffReply& diff);

}  // namespace drydock::engine

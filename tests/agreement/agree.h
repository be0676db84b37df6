// One world, lived and proved, and what the two say of each other.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cloud/world/world.h"
#include "proof/readiness.h"
#include "twin/load/load.h"

namespace drydock::agreement {

struct Life {
  std::string refusal;  // of AWS, while the world was made: then nothing was lived
  std::vector<twin::GroupLife> groups;
  bool all_ready() const;
  /// Of the boot chain; "launch" where an instance was refused; empty: ready.
  std::string first_broken(const cloud::Ref& group) const;
  std::string describe() const;
};
/// In a twin of its own, without port, waiting or wall clock.
Life live(const cloud::World& world);

/// A node in every subnet of every group, so that what is lived covers what is proved.
cloud::World spread(cloud::World world);

struct Comparison {
  Life life;
  proof::Readiness proof;
  std::vector<std::string> differences;  // empty: they agree
};
/// Verdict and first broken step of every node group. A world that AWS refuses is not compared.
Comparison compare(const cloud::World& world, bool find_fixes = false);

/// Classes of the errors that the proof names.
std::set<std::string> classes_of(const proof::Readiness& proof);
std::string describe(const proof::Readiness& proof);

/// The smallest world found by leaving out nouns for which `still` holds.
cloud::World shrink(cloud::World world, const std::function<bool(const cloud::World&)>& still);

}  // namespace drydock::agreement

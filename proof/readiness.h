// Readiness: will the nodes of a world's clusters become Ready, and if not, for which reasons? Walks the boot chain
// (cloud/eks/boot_chain.h) for every node group and subnet over sets, so one answer covers every address a node may
// get. Decides by its own code; shares none with the twin, which lives the same world one packet at a time.
//
// All independent causes are found: a cause that hides behind another is found by proving again with the earlier one
// repaired. Every fix that is offered was applied to a copy and proved. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "cloud/world/world.h"
#include "proof/finding.h"

namespace drydock::proof {

struct NodeGroup {
  std::string name, cluster;  // the group's name as its source has it
  cloud::Ref noun;            // nodegroup, Auto Scaling group, instance, or Kubernetes node class
  Verdict verdict = Verdict::ready;
  std::int64_t nodes = 0;  // wanted
  int steps = 0;           // of the chain that were proved
  std::vector<std::string> depends_on;
};

struct Readiness {
  Verdict verdict = Verdict::ready;
  std::vector<NodeGroup> node_groups;
  std::vector<Finding> findings;  // errors first, then by step
};

struct Options {
  std::string cluster;     // only this one; empty: all
  bool find_fixes = true;  // false: verdict and findings only, faster
};

/// A world without a cluster or without node groups is `ready` with no node groups: the caller says so.
Readiness prove(const cloud::World& world, const Options& options = {});

/// The world after the edits. REQUIRES: places exist. Used to prove fixes, and by tests that apply them to the twin.
/// Call it as proof::apply: unqualified, std::apply is found as well, and preferred.
cloud::World apply(const cloud::World& world, const std::vector<Edit>& edits);

}  // namespace drydock::proof

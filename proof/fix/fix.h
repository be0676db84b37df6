// Fixes: property edits that would repair a problem. What is tried comes from a table by code, the smallest and least
// privileged first; what is offered has been applied to a copy of the world and proved.
#pragma once

#include <functional>
#include <vector>

#include "proof/problem.h"
#include "proof/world_view.h"

namespace drydock::proof {

struct Candidate {
  Fix fix;
  bool broad = false;  // opens more than the step needs: only offered where nothing narrower proves
};

/// Not proved; the narrow ones first. Empty where nobody but its owner can tell what was meant: an explicit deny, an
/// image in a registry that is out of reach, ...
std::vector<Candidate> candidates(const WorldView& view, const Problem& problem);

/// All problems of a world, as if all of it were there.
using Diagnose = std::function<std::vector<Problem>(const cloud::World&)>;

/// The world with every problem but this one out of the way: one that hides behind another is seen there.
using Alone = std::function<cloud::World(const Problem&)>;

/// Gives each problem the candidates that repair it and break nothing else, three at most.
void find_fixes(const WorldView& view, std::vector<Problem>& problems, const Alone& alone, const Diagnose& diagnose);

}  // namespace drydock::proof

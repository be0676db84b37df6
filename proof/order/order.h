// The plan walked in time. A world that is ready once all of it is there may never get there: a step that waits for
// nodes holds back what is made after it, and if the nodes need that, everybody waits until a timeout ends it. And on
// the way down, nodes that still run when their permissions go leave network interfaces behind.
//
// The world at the time of a waiting step is the whole one without what waits for that step. Whether nodes become Ready
// in it is for the caller's prover to say, so this knows nothing of what nodes need.
#pragma once

#include <functional>
#include <vector>

#include "proof/readiness.h"

namespace drydock::proof {

/// Readiness of a world as if all of it were there, without fixes.
using Prove = std::function<Readiness(const cloud::World&)>;

/// Findings `order.deadlock`, `order.cni-addon` and `order.destroy`. `at_the_end`: what `prove` says of the whole
/// world. A deadlock is an error, but a warning where only Pulumi's own engine would run into it and the plan is
/// Drydock's.
std::vector<Finding> order_findings(const cloud::World& world, const Readiness& at_the_end, const Prove& prove,
                                    bool find_fixes = true);

}  // namespace drydock::proof

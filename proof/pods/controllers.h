// Are the controllers of a cluster of use? Every call they make is asked for from every place their pods may run, as
// whom they run; so is every call of the control plane on them. What fails adds a finding `degraded` about the cluster;
// the verdict on its nodes stays what it is.
#pragma once

#include <vector>

#include "proof/boot/group.h"
#include "proof/boot/walk.h"
#include "proof/problem.h"

namespace drydock::proof {

/// `known`: what is found already; the same cause is not told twice.
void check_controllers(const WorldView& view, const std::vector<Group>& groups, Contacts& contacts, Problems& known);

}  // namespace drydock::proof

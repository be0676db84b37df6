// What a controller (cloud/eks/controllers.h) does when its container starts: it finds its credentials and makes its
// calls, one packet and one request each. What it cannot start without ends the process; the rest it logs.
#pragma once

#include <utility>
#include <vector>

#include "cloud/eks/controllers.h"
#include "twin/nodes/pods.h"

namespace drydock::twin::nodes {

struct ControllerStart {
  std::vector<Entry> entries;        // of its calls, failed ones too
  std::optional<Obstacle> obstacle;  // of the call that ended it
};
ControllerStart start_controller(Nodes::State& state, const Node& node, const aws::Instance& instance, const Json& pod,
                                 const Json& container, const drydock::eks::Controller& controller, std::int64_t at);

/// By the container's image; null if it is none.
const drydock::eks::Controller* controller_in(const Json& container);

}  // namespace drydock::twin::nodes

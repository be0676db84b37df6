// A twin without its port: one world and all that lives in it. What the server serves, and what tests run by hand.
#pragma once

#include <memory>

#include "base/loop.h"
#include "base/result.h"
#include "twin/autoscaling/autoscaling.h"
#include "twin/ec2/ec2.h"
#include "twin/kernel/front.h"
#include "twin/kernel/world.h"
#include "twin/kubernetes/cluster.h"
#include "twin/load/load.h"
#include "twin/nodes/nodes.h"

namespace drydock::twin {

/// Members in the order of their arrows: later ones may use earlier ones.
struct Inside {
  std::unique_ptr<World> world;
  std::unique_ptr<Front> front;
  std::unique_ptr<Ec2> ec2;
  std::unique_ptr<AutoScaling> scaling;
  std::unique_ptr<kubernetes::Kubernetes> kubernetes;
  std::unique_ptr<nodes::Nodes> nodes;

  /// Reads or begins a world. Without a loop no cluster listens. Errors: as World::open.
  static Result<std::unique_ptr<Inside>> open(World::Options options, Loop* loop);
  LoadPlace place() { return {*world, *front, *ec2, *kubernetes}; }
};

}  // namespace drydock::twin

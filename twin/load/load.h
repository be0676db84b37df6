// A world of plain values, made in the twin: by the operations that a client would call, in an order in which AWS takes
// them, so that what AWS refuses is refused here in its words. What AWS makes unasked (main route tables, default
// groups, the cluster's security group) is found, not made again. What can only come about later (switched off DNS
// attributes, rules that were narrowed, addresses that others took) is changed when all else is there; nodes come last.
//
// Nouns without an API in the twin enter tables of their own, which its network and IAM consult. A world of another
// account is loaded into the twin's own; documents and ARNs follow.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "cloud/world/world.h"
#include "twin/ec2/ec2.h"
#include "twin/kernel/front.h"
#include "twin/kernel/world.h"
#include "twin/kubernetes/cluster.h"

namespace drydock::twin {

struct LoadPlace {
  World& world;
  Front& front;
  Ec2& ec2;
  kubernetes::Kubernetes& kubernetes;
};

struct Loaded {
  std::map<cloud::Ref, std::string> ids;  // noun of the world -> its id, name or key in the twin
};

/// Errors: invalid_input with AWS's code and text, naming the noun; what was made before stays. A world that still has
/// unknowns is refused. Nodes are on their way afterwards: run the clock.
Result<Loaded> load_world(LoadPlace place, const cloud::World& world);

/// What people made in a region of the twin, as a world; what every account has (default VPC, AWS's images and
/// policies, service-linked roles) and what services made for others (instances, interfaces) is left out.
cloud::World snapshot(LoadPlace place, const std::string& region);

/// POST /_drydock/load {text, name}: a world file; GET /_drydock/world?region=R: {text}.
void install_load(LoadPlace place);

/// How one node fared.
struct NodeLife {
  std::string instance, subnet;  // subnet: the twin's id
  bool ready = false;
  std::string step, cause, why;  // of the boot chain: where it stands when it is not ready
};
/// How a node group fared, as far as the clock has run.
struct GroupLife {
  cloud::Ref noun;
  std::int64_t wanted = 0;
  std::vector<NodeLife> nodes;
  std::string refusal;  // of EC2, when an instance could not be launched
  bool all_ready() const;
};
/// Every node group of the world that was loaded: managed ones, Auto Scaling groups, and single instances.
std::vector<GroupLife> lives_of(LoadPlace place, const cloud::World& world, const Loaded& loaded);

}  // namespace drydock::twin

// Nodes are lived: every instance that EC2 launches walks the boot chain (cloud/eks/boot_chain.h), one packet and one
// signed request at a time, and its kubelet runs the pods that a cluster gives it. What fails, fails in the words of
// the real component; what the real component retries heals when the cause goes away; the rest stays dead until the
// instance is rebooted or replaced.
//
// Nothing spins: what waits stands in a set and is tried again when the world changed. Times in a story are simulated.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "twin/ec2/ec2.h"
#include "twin/kernel/front.h"
#include "twin/kernel/world.h"
#include "twin/kubernetes/cluster.h"

namespace drydock::twin::nodes {

struct Neighbours {
  Front* front = nullptr;  // control endpoints /_drydock/nodes...
  Ec2* ec2 = nullptr;
  kubernetes::Kubernetes* kubernetes = nullptr;
};

class Nodes {
 public:
  /// Registers the clock's handlers, the listeners and the control endpoints. REQUIRES: neighbours outlive it.
  Nodes(World& world, Neighbours neighbours);
  ~Nodes();

  /// Somebody runs `nodeadm init` by hand, or starts its units again. What stops it, in one line; empty when it goes
  /// well: a node that was dead or waiting then goes on booting from there.
  std::string run_nodeadm(const std::string& region, const std::string& instance_id);
  /// What waits in the region is tried again now.
  void try_again(const std::string& region);

  struct State;  // state.h

 private:
  std::unique_ptr<State> state_;
};

/// For kubernetes::Neighbours: PrivateDnsName of an instance in a cluster's region; "" if unknown.
std::string private_dns_name(World& world, const std::string& region, const std::string& instance_id);
/// For kubernetes::Neighbours: what a container wrote.
Result<std::vector<std::string>> logs(World& world, const std::string& region, const std::string& cluster,
                                      const Json& pod, const std::string& container);

/// All nodes: [{name, instanceId, cluster, region, state, step, ...}].
Json list_nodes(World& world);
/// The story of a node, by its name or instance id: {name, ..., story: [entries]}; null if there is none.
Json story_of(World& world, std::string_view name);

}  // namespace drydock::twin::nodes

// The pool of pod addresses that ipamd keeps on a node's interfaces: filled at its start, grown by addresses and whole
// interfaces while pods come, as far as the instance type, the subnet and EC2's permissions let it.
// https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md
#pragma once

#include <optional>
#include <string>

#include "twin/nodes/state.h"

namespace drydock::twin::nodes {

/// How much the pool keeps ready, from the environment of the DaemonSet aws-node.
struct PoolTargets {
  int warm_interfaces = 1;
  std::optional<int> warm_addresses;  // set: whole interfaces no longer count
  int minimum_addresses = 0;
  int interfaces = 0;  // MAX_ENI; 0: the instance type's limit
};
PoolTargets pool_targets(const Json* daemon_set);

/// One node's pool, for the moment: borrows everything.
class AddressPool {
 public:
  AddressPool(Nodes::State& state, Node& node, const aws::Instance& instance);
  /// A free address, now taken. Grows the pool when there is none; empty if that does not help.
  std::string take();
  void give_back(const std::string& address);
  /// Up to the targets. What EC2 refuses is told once in the node's story and never fatal.
  void refill();

 private:
  enum class Growth { grown, at_limit, refused };
  struct Limits {
    int interfaces, addresses;  // addresses: of one interface, beside its own
  };
  int total() const;
  int free() const;
  /// How many addresses are missing to the targets; 0: none.
  int missing() const;
  Growth fill_interfaces(int wanted);
  Growth add_interface();
  Outcome ask_ec2(const BootStep& step);
  Growth refused(const BootStep& step, Outcome outcome);

  Nodes::State& state_;
  Node& node_;
  const aws::Instance& instance_;
  Place place_;
  Limits limits_;
  PoolTargets targets_;
};

}  // namespace drydock::twin::nodes

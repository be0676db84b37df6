// One step of one node's boot, tried once: literally, with what the world is now.
#pragma once

#include "twin/nodes/state.h"

namespace drydock::twin::nodes {

/// Borrows all it is given. What a step finds out (name, cluster, role) goes into the node.
class BootAttempt {
 public:
  BootAttempt(Nodes::State& state, Node& node, const aws::Instance& instance)
      : state_(state), node_(node), instance_(instance), place_(state.place_of(instance, node.region)) {}
  Outcome perform(const BootStep& step);

 private:
  const drydock::eks::NodeConfig& config() { return state_.user_data_of(instance_).config; }
  const aws::eks::Cluster* cluster();

  Outcome imds();
  Outcome find_config();
  Outcome credentials();
  Outcome describe_instances(const BootStep& step);
  Outcome validate();
  Outcome scripts();
  Outcome connect(const BootStep& step);
  Outcome token();
  Outcome authorise();
  Outcome allowed(kubernetes::KubeCluster& kube, const kubernetes::KubeUser& user);
  Outcome register_node();  // registration.cc

  Nodes::State& state_;
  Node& node_;
  const aws::Instance& instance_;
  Place place_;
};

/// A step that did not go well, and not because of the network.
Outcome failed(Outcome::Kind kind, std::string cause, std::string why, std::vector<std::string> words = {});

}  // namespace drydock::twin::nodes

// The inside of Nodes: what is only in memory, and the functions its files share.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "cloud/aws/eks.h"
#include "cloud/eks/node_config.h"
#include "twin/nodes/calls.h"
#include "twin/nodes/nodes.h"
#include "twin/nodes/nouns.h"

namespace drydock::twin::nodes {

struct Nodes::State {
  State(World& w, Neighbours n) : world(w), ec2(*n.ec2), kubernetes(*n.kubernetes), networks(w) {}
  World& world;
  Ec2& ec2;
  kubernetes::Kubernetes& kubernetes;
  Networks networks;

  // What is tried again when the world changes: {region, instance} and keys of pods.
  std::set<std::pair<std::string, std::string>> waiting_nodes;
  std::set<std::pair<std::string, std::string>> members;       // joined or ready: {region, instance}
  std::set<std::pair<std::string, std::string>> waiting_pods;  // {region, key}
  std::map<std::string, std::string> instance_of;              // "<region>/<cluster>/<node name>"
  std::map<std::string, drydock::eks::UserData> user_data;     // by instance id
  std::map<std::string, std::set<std::string>> pod_addresses;  // taken by pods, by instance id
  std::set<const kubernetes::KubeCluster*> watched;
  // Who goes on when: nodes and pods by `due`. Thousands move at one time, so a time has one timer, not each of them.
  struct Item {
    bool pod;
    std::string region, key;
  };
  std::map<std::int64_t, std::deque<Item>> agenda;
  bool own_change = false, retry_asked = false;

  // --- Shared small things.
  Table<Node>& nodes(const std::string& region) { return world.table<Node>(region); }
  std::int64_t now() const { return epoch_millis(world.now()); }
  const aws::Instance* instance(const Node& node) {
    return world.table<aws::Instance>(node.region).find(node.instanceId);
  }
  Place place_of(const aws::Instance& instance, const std::string& region) {
    return {region, instance.instanceId,
            instance.networkInterfaceIds.empty() ? "" : instance.networkInterfaceIds.front()};
  }
  const drydock::eks::UserData& user_data_of(const aws::Instance& instance);
  kubernetes::KubeCluster* kube(const Node& node) {
    return node.cluster.empty() ? nullptr : kubernetes.find(node.region, node.cluster);
  }

  /// Also remembered in the noun, so that the agenda can be made again after a restart.
  void plan(Node& node, std::int64_t due);
  void plan(Pod& pod, const std::string& key, std::int64_t due);
  void tick();

  // --- boot.cc
  void instance_changed(const std::string& region, const aws::Instance& instance, const std::string& what);
  void walk(const std::string& region, const std::string& id);
  void retry_node(const std::string& region, const std::string& id);
  void give_up(const Json& argument);
  std::string run_nodeadm(const std::string& region, const std::string& id);

  // --- health.cc
  void check_health(const std::string& region, const std::string& id);
  void declare_lost(const Json& argument);

  // --- kubelet.cc
  void kube_changed(kubernetes::KubeCluster& kube, const kubernetes::Change& change);
  void watch(kubernetes::KubeCluster& kube);
  void run_pod(const std::string& region, const std::string& key);
  void retry_pod(const std::string& region, const std::string& key);
  void network_ready(Node& node, std::int64_t at);
  void wake(const std::string& instance, std::string_view cause);
  void restart_pods(const Node& node);  // after a reboot
  void leave(Node& node, const std::string& why);
  /// The CNI's event about an EC2 action it may not call, on the node's aws-node pod.
  void missing_permission(const Node& node, std::string_view action);

  // --- story.cc
  /// Appends an entry and returns its key.
  std::string tell(Node& node, Entry entry);
  void retell(const Node& node, const std::string& key, const std::function<void(Entry&)>& change);
};

constexpr auto kNetworkNotReady =
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin "
    "returns "
    "error: cni plugin not initialized";

/// Who the node's token says it is.
kubernetes::StsIdentity identity_of(const World& world, const Node& node);

/// An entry that says what a step is and where it went.
Entry entry_of(const Node& node, const BootStep& step, const Outcome& outcome, const std::string& from, std::int64_t at,
               std::int64_t until);

}  // namespace drydock::twin::nodes

// What a node's kubelet does with the pods it is given: pulls images, starts containers, tells the API server.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/eks/registries.h"
#include "twin/nodes/address_pool.h"
#include "twin/nodes/controller_start.h"
#include "twin/nodes/pod_credentials.h"
#include "twin/nodes/pods.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {
namespace {

constexpr std::int64_t kStartTakes = 1500;
constexpr std::int64_t kPullTakes = 3300;   // the four calls of a pull, by the chain's nominal times
constexpr std::int64_t kIpamdTakes = 4700;  // its EC2 calls, and kubelet's look at the CNI configuration

std::string key_of(const std::string& region, const std::string& cluster, const std::string& name_space,
                   const std::string& name) {
  return region + "/" + cluster + "/" + name_space + "/" + name;
}

std::int64_t duration_of(const Node& node, const Json& pod) {
  std::int64_t takes = kStartTakes;
  for (const Json& container : containers_of(pod)) {
    const std::string image = container.at("image").string_or();
    if (std::find(node.images.begin(), node.images.end(), image) == node.images.end()) takes += kPullTakes;
    if (is_cni(container) && !node.network) takes += kIpamdTakes;
  }
  return takes;
}

/// Of the chain, or one of those by which a container gets credentials; null for others.
const BootStep* step_of(std::string_view id) {
  for (const BootStep& step : drydock::eks::credential_steps())
    if (step.id == id) return &step;
  return drydock::eks::boot_step(id);
}

}  // namespace

void Nodes::State::watch(kubernetes::KubeCluster& kube) {
  if (!watched.insert(&kube).second) return;
  kube.on_change([this, &kube](const kubernetes::Change& change) { kube_changed(kube, change); });
}

void Nodes::State::kube_changed(kubernetes::KubeCluster& kube, const kubernetes::Change& change) {
  if (change.resource != "pods") return;
  const Json& object = *change.object;
  const std::string& region = kube.record().region;
  const std::string& cluster = kube.record().name;
  const std::string key = key_of(region, cluster, kube::namespace_of(object), kube::name_of(object));
  Table<Pod>& pods = world.table<Pod>(region);
  if (change.type == kubernetes::Change::Type::deleted) {
    if (const Pod* pod = pods.find(key); pod && pod->uid == kube::uid_of(object)) {
      pod_addresses[pod->instanceId].erase(pod->address);
      pods.erase(key), waiting_pods.erase({region, key});
    }
    return;
  }
  const std::string on = object.path("spec.nodeName").string_or();
  if (on.empty()) return;
  auto where = instance_of.find(region + "/" + cluster + "/" + on);
  if (where == instance_of.end()) return;
  if (const Pod* pod = pods.find(key); pod && pod->uid == kube::uid_of(object)) return;
  const Node* node = nodes(region).find(where->second);
  if (!node) return;
  Pod& pod = pods.put(key, Pod{.region = region,
                               .cluster = cluster,
                               .name_space = kube::namespace_of(object),
                               .name = kube::name_of(object),
                               .uid = kube::uid_of(object),
                               .instanceId = where->second,
                               .since = now()});
  plan(pod, key, now() + duration_of(*node, object));
}

void Nodes::State::run_pod(const std::string& region, const std::string& key) {
  Pod* pod = world.table<Pod>(region).edit(key);
  Node* node = pod ? nodes(region).edit(pod->instanceId) : nullptr;
  const aws::Instance* machine = node ? instance(*node) : nullptr;
  auto* cluster = node ? kubernetes.find(region, pod->cluster) : nullptr;
  const Json* found = cluster ? cluster->get("pods", pod->name_space, pod->name) : nullptr;
  if (!machine || !found || pod->state == "running" || (node->state != "joined" && node->state != "ready")) return;
  const Json object = *found;
  PodAttempt attempt(*this, *node, *machine, object, pod->since);
  auto obstacle = attempt.perform();
  if (!obstacle && !is_host_network(object) && pod->address.empty()) {
    AddressPool pool(*this, *node, *machine);
    pod->address = pool.take();
    pool.refill();
    if (pod->address.empty()) {
      obstacle = Obstacle{.step = "sandbox",
                          .cause = "addresses.none",
                          .why = "the node has no free address for the pod",
                          .network = true};
      obstacle->message =
          "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin "
          "type=\"aws-cni\" name=\"aws-cni\" failed (add): add cmd: failed to assign an IP address to container";
    }
  }
  const std::string address = is_host_network(object) ? machine->privateIpAddress : pod->address;
  const bool news = !obstacle || pod->cause != obstacle->step + ":" + obstacle->cause + ":" + obstacle->why;
  if (!pod->open.empty() && news) {
    retell(*node, pod->open, [&](Entry& entry) { entry.until = now(), entry.result = obstacle ? "failed" : "healed"; });
    pod->open.clear();
  }
  if (news) attempt.flush();
  if (obstacle) {
    pod->state = "waiting";
    waiting_pods.insert({region, key});
    if (!news) return;
    pod->cause = obstacle->step + ":" + obstacle->cause + ":" + obstacle->why;
    if (obstacle->crash) pod->restarts = std::max<std::int64_t>(pod->restarts, 3);
    if (!obstacle->network) {
      const BootStep* step = step_of(obstacle->step);
      const auto* controller = controller_in(containers_of(object)[obstacle->container]);
      const std::string actor(controller ? controller->name : "kubelet");
      BootStep made{.id = obstacle->step,
                    .track = drydock::eks::Track::aws_node,
                    .actor = obstacle->crash ? std::string_view(actor) : "kubelet",
                    .what = "starts a container",
                    .retry = std::chrono::seconds(300)};
      Entry entry = entry_of(*node, step ? *step : made, obstacle->outcome, machine->privateIpAddress, attempt.at(), 0);
      entry.result = "waiting";
      entry.retry = 300000;
      pod->open = tell(*node, entry);
    }
  } else {
    pod->state = "running";
    pod->cause.clear();
    if (is_pod_identity_agent(*pod)) wake(node->instanceId, "pod-identity.assume-role:");
    waiting_pods.erase({region, key});
  }
  const std::int64_t since = pod->since, restarts = pod->restarts;
  const std::string name_space = pod->name_space, name = pod->name, node_name = node->name;
  cluster->edit("pods", name_space, name, [&](Json& live) {
    write_status(live, obstacle ? &*obstacle : nullptr, *machine, address, since, now(), restarts);
  });
  if (obstacle) {
    write_events(*cluster, object, *obstacle, node_name);
  } else {
    for (const Json& container : containers_of(object))
      cluster->event(object, "Normal", "Started", "Started container " + container.at("name").string_or(), "kubelet",
                     node_name);
  }
}

void Nodes::State::retry_pod(const std::string& region, const std::string& key) {
  Table<Pod>& pods = world.table<Pod>(region);
  const Pod* found = pods.find(key);
  if (!found || found->state != "waiting") {
    waiting_pods.erase({region, key});
    return;
  }
  const Node* node = nodes(region).find(found->instanceId);
  const aws::Instance* machine = node ? instance(*node) : nullptr;
  auto* cluster = node ? kubernetes.find(region, found->cluster) : nullptr;
  const Json* object = cluster ? cluster->get("pods", found->name_space, found->name) : nullptr;
  if (!machine || !object) return;
  if (!is_host_network(*object) && !node->network) return;  // network_ready() starts it
  plan(*pods.edit(key), key, now());
}

void Nodes::State::network_ready(Node& node, std::int64_t at) {
  node.network = true;
  node.state = "ready";
  node.step = "node.ready";
  auto* cluster = kube(node);
  if (!cluster) return;
  cluster->edit("nodes", "", node.name, [&](Json& live) {
    kube::set_condition(live, "Ready", "True", "KubeletReady", "kubelet is posting ready status",
                        from_epoch_millis(std::max(at, now())));
    if (Json* taints = live["spec"].find("taints"); taints && taints->is_array()) {
      std::erase_if(taints->as_array(),
                    [](const Json& taint) { return taint.at("key").string_or() == "node.kubernetes.io/not-ready"; });
      if (taints->size() == 0) live["spec"].erase("taints");
    }
  });
  if (const Json* live = cluster->get("nodes", "", node.name)) {
    const Json object = *live;
    cluster->event(object, "Normal", "NodeReady", fmt::format("Node {} status is now: NodeReady", node.name), "kubelet",
                   node.name);
  }
  wake(node.instanceId, "sandbox:");
}

/// Pods of a node that wait for something that a pod of the same node brings.
void Nodes::State::wake(const std::string& instance, std::string_view cause) {
  for (const auto& [region, key] : waiting_pods) {
    const Pod* pod = world.table<Pod>(region).find(key);
    if (pod && pod->instanceId == instance && pod->cause.starts_with(cause))
      plan(*world.table<Pod>(region).edit(key), key, now() + kPullTakes);
  }
}

void Nodes::State::restart_pods(const Node& node) {
  Table<Pod>& pods = world.table<Pod>(node.region);
  std::vector<std::string> keys;
  for (const auto& [key, pod] : pods)
    if (pod.instanceId == node.instanceId) keys.push_back(key);
  for (const std::string& key : keys) {
    Pod& pod = *pods.edit(key);
    pod.state = "starting";
    pod.since = now();
    plan(pod, key, now() + kStartTakes + kIpamdTakes);
  }
}

void Nodes::State::missing_permission(const Node& node, std::string_view action) {
  auto* cluster = kube(node);
  if (!cluster) return;
  for (const auto& [key, pod] : world.table<Pod>(node.region)) {
    if (pod.instanceId != node.instanceId || pod.name_space != "kube-system" || !pod.name.starts_with("aws-node-"))
      continue;
    if (const Json* live = cluster->get("pods", pod.name_space, pod.name)) {
      const Json object = *live;
      write_missing_permission(*cluster, object, action, node.name);
    }
    return;
  }
}

void Nodes::State::leave(Node& node, const std::string& why) {
  node.state = "gone";
  pod_addresses.erase(node.instanceId);
  members.erase({node.region, node.instanceId});
  auto* cluster = kube(node);
  if (!node.open.empty()) retell(node, node.open, [&](Entry& entry) { entry.until = now(), entry.result = "failed"; });
  node.open.clear();
  Entry entry{.boot = node.boots,
              .at = now(),
              .until = now(),
              .step = "terminate",
              .actor = "ec2",
              .what = "the instance is " + why};
  tell(node, entry);
  instance_of.erase(node.region + "/" + node.cluster + "/" + node.name);
  if (!cluster || node.name.empty()) return;
  std::vector<std::pair<std::string, std::string>> pods;
  for (const Json* pod : cluster->list("pods"))
    if (pod->path("spec.nodeName").string_or() == node.name)
      pods.emplace_back(kube::namespace_of(*pod), kube::name_of(*pod));
  cluster->remove("nodes", "", node.name);
  cluster->remove("leases.coordination.k8s.io", "kube-node-lease", node.name);
  for (const auto& [name_space, name] : pods) cluster->remove("pods", name_space, name);
}

}  // namespace drydock::twin::nodes

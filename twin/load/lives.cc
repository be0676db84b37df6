// What became of the nodes of a loaded world.
#include <algorithm>

#include "base/text.h"
#include "twin/load/load.h"
#include "twin/nodes/nouns.h"

namespace drydock::twin {
namespace {

using nodes::Entry;
using nodes::Node;

class Reader {
 public:
  Reader(World& world, std::string region) : world_(world), region_(std::move(region)) {}

  NodeLife life_of(const std::string& instance) {
    NodeLife life{.instance = instance, .subnet = {}, .step = {}, .cause = {}, .why = {}};
    if (const auto* machine = world_.table<aws::Instance>(region_).find(instance)) life.subnet = machine->subnetId;
    const Node* node = world_.table<Node>(region_).find(instance);
    if (!node) return life;
    life.ready = node->state == "ready";
    if (life.ready) return life;
    life.step = node->step;
    if (const Entry* entry = stopped_at(*node)) {
      life.step = entry->step, life.cause = entry->cause, life.why = entry->why;
    } else if (node->state == "joined") {  // nobody works on its network, so nobody tells of a failure
      life.step = "pull.cni-init.token", life.cause = "cni.none", life.why = "no CNI runs on the node";
    }
    return life;
  }
  std::vector<std::string> instances_of(const std::string& group) {
    std::vector<std::string> out;
    const auto& members = world_.table<aws::AutoScalingInstance>(region_);
    for (auto it = members.lower_bound(group + ":"); it != members.end() && it->first.starts_with(group + ":"); ++it)
      out.push_back(it->second.InstanceId);
    return out;
  }
  std::string refusal_of(const std::string& group) {
    std::string out;
    const auto& activities = world_.table<aws::ScalingActivity>(region_);
    for (auto it = activities.lower_bound(group + ":"); it != activities.end() && it->first.starts_with(group + ":");
         ++it)
      if (it->second.StatusCode == "Failed") out = it->second.StatusMessage.value_or("");
    return out;
  }

 private:
  /// Where its own boot stands still, else where the pods that make it Ready do.
  const Entry* stopped_at(const Node& node) {
    const auto& entries = world_.table<Entry>(region_);
    const Entry* last = nullptr;
    for (auto it = entries.lower_bound(node.instanceId + "/");
         it != entries.end() && it->first.starts_with(node.instanceId + "/"); ++it) {
      const Entry& entry = it->second;
      const bool stands = entry.result == "waiting" || entry.result == "dead";
      if (!stands || entry.boot != node.boots) continue;
      const bool of_pod = entry.step.starts_with("pull.kube-proxy");
      if (!last && !of_pod) last = &entry;
    }
    return last;
  }

  World& world_;
  std::string region_;
};

}  // namespace

bool GroupLife::all_ready() const {
  return static_cast<std::int64_t>(nodes.size()) >= wanted &&
         std::all_of(nodes.begin(), nodes.end(), [](const NodeLife& node) { return node.ready; });
}

std::vector<GroupLife> lives_of(LoadPlace place, const cloud::World& world, const Loaded& loaded) {
  Reader reader(place.world, world.region);
  std::vector<GroupLife> out;
  const auto add_group = [&](GroupLife life, const std::string& name) {
    for (const std::string& instance : reader.instances_of(name)) life.nodes.push_back(reader.life_of(instance));
    if (static_cast<std::int64_t>(life.nodes.size()) < life.wanted) life.refusal = reader.refusal_of(name);
    out.push_back(std::move(life));
  };
  for (const auto& x : world.nodegroups) {
    auto it = loaded.ids.find(cloud::ref_of(x));
    const auto* there =
        it == loaded.ids.end() ? nullptr : place.world.table<aws::eks::Nodegroup>(world.region).find(it->second);
    if (!there) continue;
    GroupLife life{.noun = cloud::ref_of(x), .wanted = x.scalingConfig.desiredSize, .nodes = {}, .refusal = {}};
    if (!there->resources.autoScalingGroups.empty()) {
      add_group(std::move(life), there->resources.autoScalingGroups.front().name);
      continue;
    }
    if (!there->health.issues.empty()) life.refusal = there->health.issues.front().message;
    out.push_back(std::move(life));
  }
  for (const auto& x : world.auto_scaling_groups)
    if (auto it = loaded.ids.find(cloud::ref_of(x)); it != loaded.ids.end())
      add_group({.noun = cloud::ref_of(x), .wanted = x.DesiredCapacity, .nodes = {}, .refusal = {}}, it->second);
  for (const auto& x : world.instances)
    if (auto it = loaded.ids.find(cloud::ref_of(x)); it != loaded.ids.end())
      out.push_back({cloud::ref_of(x), 1, {reader.life_of(it->second)}, {}});
  return out;
}

}  // namespace drydock::twin

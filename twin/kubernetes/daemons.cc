// DaemonSets: one pod on each node that admits it, taints of a node that is not ready included.
// https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations
#include <fmt/format.h>

#include <unordered_map>

#include "twin/kubernetes/controllers.h"

namespace drydock::twin::kubernetes::controllers {
namespace {

using kube::name_of;
using kube::namespace_of;

constexpr const char* kHash = "controller-revision-hash";

Json exists(const char* key, const char* effect) {
  return Json::object({{"key", key}, {"operator", "Exists"}, {"effect", effect}});
}

void tolerate_like_a_daemon(Json& spec) {
  for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})
    spec["tolerations"].push_back(exists(key, "NoExecute"));
  for (const char* key : {"node.kubernetes.io/disk-pressure", "node.kubernetes.io/memory-pressure",
                          "node.kubernetes.io/pid-pressure", "node.kubernetes.io/unschedulable"}) {
    spec["tolerations"].push_back(exists(key, "NoSchedule"));
  }
  if (spec.at("hostNetwork").bool_or(false))
    spec["tolerations"].push_back(exists("node.kubernetes.io/network-unavailable", "NoSchedule"));
}

Json on_node(const std::string& node) {
  return Json::object({{"nodeSelectorTerms",
                        Json::array({Json::object(
                            {{"matchFields", Json::array({Json::object({{"key", "metadata.name"},
                                                                        {"operator", "In"},
                                                                        {"values", Json::array({node})}})})}})})}});
}

Json daemon_pod(const Json& set, const std::string& node, const std::string& hash) {
  Json pod = pod_of(set, set.at("spec").at("template"));
  pod["metadata"]["labels"][kHash] = hash;
  pod["metadata"]["labels"]["pod-template-generation"] = std::to_string(set.at("metadata").at("generation").int_or(1));
  tolerate_like_a_daemon(pod["spec"]);
  pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = on_node(node);
  pod["spec"]["nodeName"] = node;  // the scheduler would find no other; it says so below
  return pod;
}

/// The node a daemon's pod is meant for, also while it waits.
std::string home_of(const Json& pod) {
  std::string node = pod.at("spec").at("nodeName").string_or();
  if (!node.empty()) return node;
  return pod
      .path(
          "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchFields.0."
          "values.0")
      .string_or();
}

}  // namespace

void daemon_set(KubeCluster& cluster, const Json& object) {
  constexpr std::string_view kComponent = "daemonset-controller";
  std::string hash = template_hash(object.at("spec").at("template")), home = namespace_of(object);
  Json wanted_spec = object.at("spec").at("template").at("spec");
  tolerate_like_a_daemon(wanted_spec);
  std::unordered_map<std::string, const Json*> running;
  std::vector<std::string> strays;
  for (const Json* pod : pods_of(cluster, object)) {
    if (!is_active(*pod) || !running.emplace(home_of(*pod), pod).second) strays.push_back(name_of(*pod));
  }
  std::int64_t desired = 0, current = 0, ready = 0, updated = 0, unavailable = 0;
  std::vector<std::string> missing, outdated_ready, outdated_bad;
  for (const Json* node : cluster.list("nodes")) {
    Fit fits = fit(wanted_spec, *node);
    bool admits = fits.selected && fits.taint.empty();
    auto found = running.find(name_of(*node));
    const Json* pod = found == running.end() ? nullptr : found->second;
    if (found != running.end()) running.erase(found);
    if (!admits) {
      if (pod != nullptr && !fits.selected) strays.push_back(name_of(*pod));
      continue;
    }
    desired++;
    if (pod == nullptr) {
      missing.push_back(name_of(*node));
      unavailable++;
      continue;
    }
    current++;
    bool good = is_ready(*pod), fresh = kube::label(*pod, kHash).string_or() == hash;
    if (good) ready++;
    if (!good) unavailable++;
    if (fresh) updated++;
    if (!fresh) (good ? outdated_ready : outdated_bad).push_back(name_of(*pod));
  }
  for (const auto& [node, pod] : running) strays.push_back(name_of(*pod));
  bool rolls = object.at("spec").at("updateStrategy").at("type").string_or("RollingUpdate") == "RollingUpdate";
  if (rolls) {
    std::int64_t allowed = object.at("spec").at("updateStrategy").at("rollingUpdate").at("maxUnavailable").int_or(1);
    strays.insert(strays.end(), outdated_bad.begin(), outdated_bad.end());
    for (const std::string& name : outdated_ready) {
      if (unavailable++ < allowed) strays.push_back(name);
    }
  }
  for (const std::string& name : strays) delete_pod(cluster, object, home, name, kComponent);
  for (const std::string& node : missing) create_pod(cluster, object, daemon_pod(object, node, hash), kComponent);
  Json status = Json::object({{"currentNumberScheduled", current + static_cast<std::int64_t>(missing.size())},
                              {"desiredNumberScheduled", desired},
                              {"numberReady", ready},
                              {"numberMisscheduled", 0},
                              {"updatedNumberScheduled", updated + static_cast<std::int64_t>(missing.size())}});
  if (ready > 0) status["numberAvailable"] = ready;
  if (desired > ready) status["numberUnavailable"] = desired - ready;
  cluster.edit("daemonsets.apps", home, name_of(object), [&](Json& stored) {
    status["observedGeneration"] = stored.at("metadata").at("generation");
    stored["status"] = status;
  });
}

}  // namespace drydock::twin::kubernetes::controllers

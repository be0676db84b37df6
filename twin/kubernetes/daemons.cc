// DaemonSets: one pod on each node that admits it, taints of a node that is not ready included.
// https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations
#include <fmt/format.h>

#include "twin/kubernetes/controllers.h"

namespace drydock::twin::kubernetes::controllers {
namespace {

using kube::name_of;
using kube::namespace_of;

constexpr const char* kHash = "controller-revision-hash";
constexpr std::string_view kComponent = "daemonset-controller";

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
  pod["spec"]["nodeName"] = node;  // the scheduler could choose no other
  return pod;
}

using Slot = DaemonView::Slot;

void count(DaemonView& view, const Slot& slot, int sign) {
  if (!slot.admits) return;
  view.desired += sign;
  view.current += slot.there ? sign : 0;
  view.ready += slot.ready ? sign : 0;
  view.updated += slot.there && slot.fresh ? sign : 0;
}

/// Looks at one node: makes the pod that is missing, takes away those that should not be.
void look(KubeCluster& cluster, const Json& set, DaemonView& view, const std::string& node_name) {
  auto before = view.nodes.find(node_name);
  if (before != view.nodes.end()) count(view, before->second, -1);
  const Json* node = cluster.get("nodes", "", node_name);
  if (node == nullptr) {  // its pods go with the node
    view.nodes.erase(node_name);
    return;
  }
  Fit fits = fit(view.pod_spec, *node);
  Slot slot;
  slot.admits = fits.selected && fits.taint.empty();
  std::vector<std::string> strays;
  for (const Json* pod : pods_at(cluster, PodIndex::at(cluster.state().pods.by_node, node_name))) {
    if (kube::controller_uid(*pod) != kube::uid_of(set)) continue;
    if (slot.there || !fits.selected || !is_active(*pod)) {
      strays.push_back(name_of(*pod));
      continue;
    }
    slot.there = true;
    slot.ready = is_ready(*pod);
    slot.fresh = kube::label(*pod, kHash).string_or() == view.hash;
  }
  bool missing = slot.admits && !slot.there;
  if (missing) slot.there = slot.fresh = true;
  view.nodes[node_name] = slot;
  count(view, slot, 1);
  for (const std::string& name : strays) delete_pod(cluster, set, namespace_of(set), name, kComponent);
  if (!missing) return;
  auto made = create_pod(cluster, set, daemon_pod(set, node_name, view.hash), kComponent);
  if (made) note_placed(cluster, *made, node_name);
}

/// Pods of an older template make room, so many at a time as may be away.
void roll(KubeCluster& cluster, const Json& set, const DaemonView& view) {
  if (view.updated == view.current) return;
  if (set.at("spec").at("updateStrategy").at("type").string_or("RollingUpdate") != "RollingUpdate") return;
  std::int64_t allowed = set.at("spec").at("updateStrategy").at("rollingUpdate").at("maxUnavailable").int_or(1);
  std::int64_t away = view.desired - view.ready;
  std::vector<std::string> go;
  for (const auto& [node, slot] : view.nodes) {
    if (!slot.there || slot.fresh) continue;
    if (slot.ready && away++ >= allowed) continue;
    for (const Json* pod : pods_at(cluster, PodIndex::at(cluster.state().pods.by_node, node))) {
      if (kube::controller_uid(*pod) == kube::uid_of(set)) go.push_back(name_of(*pod));
    }
  }
  for (const std::string& name : go) delete_pod(cluster, set, namespace_of(set), name, kComponent);
}

void write_status(KubeCluster& cluster, const Json& set, const DaemonView& view) {
  Json status = Json::object({{"currentNumberScheduled", view.current},
                              {"desiredNumberScheduled", view.desired},
                              {"numberReady", view.ready},
                              {"numberMisscheduled", 0},
                              {"updatedNumberScheduled", view.updated}});
  if (view.ready > 0) status["numberAvailable"] = view.ready;
  if (view.desired > view.ready) status["numberUnavailable"] = view.desired - view.ready;
  cluster.edit("daemonsets.apps", namespace_of(set), name_of(set), [&](Json& stored) {
    status["observedGeneration"] = stored.at("metadata").at("generation");
    stored["status"] = status;
  });
}

}  // namespace

void daemon_set(KubeCluster& cluster, const Json& object) {
  DaemonView& view = cluster.state().daemons[kube::uid_of(object)];
  view = {};
  view.generation = object.at("metadata").at("generation").int_or(0);
  view.hash = template_hash(object.at("spec").at("template"));
  view.pod_spec = object.at("spec").at("template").at("spec");
  tolerate_like_a_daemon(view.pod_spec);
  std::vector<std::string> names;
  for (const Json* node : cluster.list("nodes")) names.push_back(name_of(*node));
  for (const std::string& node : names) look(cluster, object, view, node);
  roll(cluster, object, view);
  write_status(cluster, object, view);
}

void daemon_on(KubeCluster& cluster, const Json& object, const std::string& node) {
  DaemonView& view = cluster.state().daemons[kube::uid_of(object)];
  if (view.generation != object.at("metadata").at("generation").int_or(0)) return daemon_set(cluster, object);
  look(cluster, object, view, node);
  roll(cluster, object, view);
  write_status(cluster, object, view);
}

}  // namespace drydock::twin::kubernetes::controllers

// The controllers of a cluster's control plane, each a function from what is stored to what should be. They are called
// by KubeCluster::settle() with one object at a time, after something they care about changed, and are idempotent.
#pragma once

#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes::controllers {

// workloads.cc
void deployment(KubeCluster& cluster, const Json& object);
void replica_set(KubeCluster& cluster, const Json& object);
void stateful_set(KubeCluster& cluster, const Json& object);
void job(KubeCluster& cluster, const Json& object);
// daemons.cc
void daemon_set(KubeCluster& cluster, const Json& object);
/// One node of it; the whole set when the set has changed since it was last looked at.
void daemon_on(KubeCluster& cluster, const Json& object, const std::string& node);
// scheduler.cc
void schedule(KubeCluster& cluster, const Json& pod);
/// Gives a pod its node, with the condition and the event that tell of it.
void note_placed(KubeCluster& cluster, const Json& pod, const std::string& node);
/// Whether the pod may run there as far as taints (of that effect), selector and affinity go; why not otherwise.
struct Fit {
  bool selected = true;
  std::string taint;  // "node.kubernetes.io/not-ready: "
  bool unschedulable = false;
  bool fits() const { return selected && taint.empty() && !unschedulable; }
};
Fit fit(const Json& pod_spec, const Json& node);
// services.cc
void endpoints(KubeCluster& cluster, const Json& service);
void node(KubeCluster& cluster, const Json& object);

// Shared by the workload controllers (pods.cc).
bool is_ready(const Json& pod);
bool is_active(const Json& pod);
/// A pod from a template, owned by `owner`.
Json pod_of(const Json& owner, const Json& pod_template);
/// Short and speakable, a function of the template: "7d4b9c6f5d".
std::string template_hash(const Json& pod_template);
/// The pods behind keys of the index.
std::vector<const Json*> pods_at(const KubeCluster& cluster, const PodIndex::Keys& keys);
/// Pods that the owner controls.
std::vector<const Json*> pods_of(const KubeCluster& cluster, const Json& owner);
/// The pod as stored; nothing when it was refused, which an event of the owner tells.
std::optional<Json> create_pod(KubeCluster& cluster, const Json& owner, Json pod, std::string_view component);
void delete_pod(KubeCluster& cluster, const Json& owner, const std::string& name_space, const std::string& name,
                std::string_view component);

}  // namespace drydock::twin::kubernetes::controllers

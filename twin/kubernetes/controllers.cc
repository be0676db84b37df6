#include "twin/kubernetes/controllers.h"

#include "base/text.h"
#include "cloud/kube/selectors.h"

namespace drydock::twin::kubernetes {
namespace {

std::string item_of(std::string_view resource, const Json& object) {
  return std::string(resource) + "|" + kube::namespace_of(object) + "|" + kube::name_of(object);
}

const char* resource_of_owner(const std::string& kind) {
  if (kind == "ReplicaSet") return "replicasets.apps";
  if (kind == "DaemonSet") return "daemonsets.apps";
  if (kind == "StatefulSet") return "statefulsets.apps";
  if (kind == "Deployment") return "deployments.apps";
  if (kind == "Job") return "jobs.batch";
  return nullptr;
}

void note_owners(const Json& object, std::set<std::string>& work) {
  const Json& owners = object.at("metadata").at("ownerReferences");
  for (std::size_t i = 0; i < owners.size(); i++) {
    if (const char* resource = resource_of_owner(owners.item(i).at("kind").string_or())) {
      work.insert(std::string(resource) + "|" + kube::namespace_of(object) + "|" +
                  owners.item(i).at("name").string_or());
    }
  }
}

void note_services(const KubeCluster& cluster, const Json& pod, std::set<std::string>& work) {
  for (const Json* service : cluster.list("services", kube::namespace_of(pod))) {
    const Json& selector = service->at("spec").at("selector");
    if (selector.size() > 0 && kube::LabelSelector::from(selector).matches(pod.at("metadata").at("labels")))
      work.insert(item_of("services", *service));
  }
}

/// What of a node makes the scheduler and the daemon sets look again.
bool node_moved(const Change& change) {
  if (!change.previous || change.type == Change::Type::deleted) return true;
  const Json &a = *change.previous, &b = *change.object;
  return a.at("spec") != b.at("spec") || a.at("metadata").at("labels") != b.at("metadata").at("labels") ||
         a.at("status").at("allocatable") != b.at("status").at("allocatable");
}

void note_daemons_on(const KubeCluster& cluster, const std::string& node, std::set<std::string>& work) {
  for (const Json* set : cluster.list("daemonsets.apps")) work.insert(item_of("daemon", *set) + "|" + node);
}

void note_waiting_pods(const PodIndex& pods, std::set<std::string>& work) {
  for (const std::string& key : pods.waiting) work.insert("pods|" + key);
}

/// A waiting pod looks again when a node moved that would have it; and now and then, so that its message stays true.
void note_pods_for(const KubeCluster& cluster, const KubeCluster::State& state, const Change& change,
                   std::set<std::string>& work) {
  constexpr std::size_t kFewNodes = 64;
  bool gone = change.type == Change::Type::deleted;
  std::size_t nodes = state.pods.waiting.empty() ? 0 : cluster.list("nodes").size();
  bool message = nodes <= kFewNodes || nodes % kFewNodes == 0;
  for (const Json* pod : controllers::pods_at(cluster, state.pods.waiting)) {
    if (message || (!gone && controllers::fit(pod->at("spec"), *change.object).fits()))
      work.insert(item_of("pods", *pod));
  }
}

/// A status that its own controller wrote is no reason for it to look again.
bool wish_moved(const Change& change) {
  if (!change.previous || change.type == Change::Type::deleted) return true;
  const Json &a = change.previous->at("metadata"), &b = change.object->at("metadata");
  return a.at("generation") != b.at("generation") || a.at("deletionTimestamp") != b.at("deletionTimestamp");
}

void note_pod(KubeCluster& cluster, KubeCluster::State& state, const Change& change) {
  const Json& pod = *change.object;
  const Json& owner = pod.at("metadata").at("ownerReferences").item(0);
  std::string node = pod.at("spec").at("nodeName").string_or();
  if (owner.at("kind").string_or() == "DaemonSet" && !node.empty()) {
    state.work.insert("daemon|" + kube::namespace_of(pod) + "|" + owner.at("name").string_or() + "|" + node);
  } else {
    note_owners(pod, state.work);
  }
  note_services(cluster, pod, state.work);
  if (change.type != Change::Type::deleted && node.empty()) state.work.insert(item_of("pods", pod));
  // Room on a node may let another pod in.
  if (change.type == Change::Type::deleted) note_waiting_pods(state.pods, state.work);
}

}  // namespace

void note_work(KubeCluster& cluster, KubeCluster::State& state, const Change& change) {
  const Json& object = *change.object;
  static const std::set<std::string, std::less<>> kReconciled = {
      "deployments.apps", "replicasets.apps", "daemonsets.apps", "statefulsets.apps", "jobs.batch", "services"};
  if (kReconciled.contains(change.resource) && wish_moved(change)) state.work.insert(item_of(change.resource, object));
  if (change.resource == "nodes") state.work.insert(item_of("nodes", object));
  if (change.resource == "replicasets.apps") note_owners(object, state.work);
  if (change.resource == "daemonsets.apps" && change.type == Change::Type::deleted)
    state.daemons.erase(kube::uid_of(object));
  if (change.resource == "pods") note_pod(cluster, state, change);
  if (change.resource == "nodes" && node_moved(change)) {
    note_daemons_on(cluster, kube::name_of(object), state.work);
    note_pods_for(cluster, state, change, state.work);
  }
}

void reconcile(KubeCluster& cluster, const std::string& item) {
  auto parts = split(item, '|');
  bool one_node = parts[0] == "daemon";
  const Json* found = cluster.get(one_node ? "daemonsets.apps" : parts[0], parts[1], parts[2]);
  if (found == nullptr) {
    if (item == "services|default|kubernetes") make_api_service(cluster);
    if (parts[0] == "nodes") controllers::node(cluster, kube::make_object("v1", "Node", "", parts[2]));
    return;
  }
  Json object = *found;  // a controller may replace it
  if (parts[0] == "deployments.apps") controllers::deployment(cluster, object);
  if (parts[0] == "replicasets.apps") controllers::replica_set(cluster, object);
  if (one_node) controllers::daemon_on(cluster, object, parts[3]);
  if (parts[0] == "daemonsets.apps") controllers::daemon_set(cluster, object);
  if (parts[0] == "statefulsets.apps") controllers::stateful_set(cluster, object);
  if (parts[0] == "jobs.batch") controllers::job(cluster, object);
  if (parts[0] == "services") controllers::endpoints(cluster, object);
  if (parts[0] == "nodes") controllers::node(cluster, object);
  if (parts[0] == "pods") controllers::schedule(cluster, object);
}

}  // namespace drydock::twin::kubernetes

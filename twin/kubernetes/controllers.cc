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

void note_all(const KubeCluster& cluster, const char* resource, std::set<std::string>& work) {
  for (const Json* object : cluster.list(resource)) work.insert(item_of(resource, *object));
}

void note_pending_pods(const KubeCluster& cluster, std::set<std::string>& work) {
  for (const Json* pod : cluster.list("pods")) {
    if (pod->at("spec").at("nodeName").string_or().empty()) work.insert(item_of("pods", *pod));
  }
}

}  // namespace

void note_work(KubeCluster& cluster, std::set<std::string>& work, const Change& change) {
  const Json& object = *change.object;
  static const std::set<std::string, std::less<>> kReconciled = {"deployments.apps",
                                                                 "replicasets.apps",
                                                                 "daemonsets.apps",
                                                                 "statefulsets.apps",
                                                                 "jobs.batch",
                                                                 "services",
                                                                 "nodes"};
  if (kReconciled.contains(change.resource)) work.insert(item_of(change.resource, object));
  if (change.resource == "replicasets.apps") note_owners(object, work);
  if (change.resource == "pods") {
    note_owners(object, work);
    note_services(cluster, object, work);
    if (change.type != Change::Type::deleted && object.at("spec").at("nodeName").string_or().empty())
      work.insert(item_of("pods", object));
    // Room on a node may let another pod in.
    if (change.type == Change::Type::deleted) note_pending_pods(cluster, work);
  }
  if (change.resource == "nodes" && node_moved(change)) {
    note_all(cluster, "daemonsets.apps", work);
    note_pending_pods(cluster, work);
  }
}

void reconcile(KubeCluster& cluster, const std::string& item) {
  auto parts = split(item, '|');
  const Json* found = cluster.get(parts[0], parts[1], parts[2]);
  if (found == nullptr) {
    if (parts[0] == "nodes") controllers::node(cluster, kube::make_object("v1", "Node", "", parts[2]));
    return;
  }
  Json object = *found;  // a controller may replace it
  if (parts[0] == "deployments.apps") controllers::deployment(cluster, object);
  if (parts[0] == "replicasets.apps") controllers::replica_set(cluster, object);
  if (parts[0] == "daemonsets.apps") controllers::daemon_set(cluster, object);
  if (parts[0] == "statefulsets.apps") controllers::stateful_set(cluster, object);
  if (parts[0] == "jobs.batch") controllers::job(cluster, object);
  if (parts[0] == "services") controllers::endpoints(cluster, object);
  if (parts[0] == "nodes") controllers::node(cluster, object);
  if (parts[0] == "pods") controllers::schedule(cluster, object);
}

}  // namespace drydock::twin::kubernetes

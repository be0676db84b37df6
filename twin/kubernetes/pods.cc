#include <fmt/format.h>

#include "base/hash.h"
#include "twin/kubernetes/controllers.h"

namespace drydock::twin::kubernetes::controllers {

bool is_ready(const Json& pod) { return kube::condition(pod, "Ready").at("status").string_or() == "True"; }

bool is_active(const Json& pod) {
  std::string phase = pod.at("status").at("phase").string_or();
  return phase != "Succeeded" && phase != "Failed" && !pod.at("metadata").has("deletionTimestamp");
}

Json pod_of(const Json& owner, const Json& pod_template) {
  Json pod = kube::make_object("v1", "Pod", kube::namespace_of(owner), "");
  pod["metadata"].erase("name");
  pod["metadata"]["generateName"] = kube::name_of(owner) + "-";
  for (const char* member : {"labels", "annotations"}) {
    if (pod_template.at("metadata").at(member).is_object())
      pod["metadata"][member] = pod_template.at("metadata").at(member);
  }
  pod["metadata"]["ownerReferences"] = Json::array({kube::controller_reference(owner)});
  pod["spec"] = pod_template.at("spec");
  return pod;
}

std::string template_hash(const Json& pod_template) {
  static constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string digest = sha256(pod_template.dump());
  std::string out;
  for (int i = 0; i < 10; i++)
    out += kLetters[static_cast<unsigned char>(digest[static_cast<std::size_t>(i)]) % kLetters.size()];
  return out;
}

std::vector<const Json*> pods_at(const KubeCluster& cluster, const PodIndex::Keys& keys) {
  std::vector<const Json*> out;
  for (const std::string& key : keys) {
    auto bar = key.find('|');
    const Json* pod = cluster.get("pods", std::string_view(key).substr(0, bar), std::string_view(key).substr(bar + 1));
    if (pod != nullptr) out.push_back(pod);
  }
  return out;
}

std::vector<const Json*> pods_of(const KubeCluster& cluster, const Json& owner) {
  return pods_at(cluster, PodIndex::at(cluster.state().pods.by_owner, kube::uid_of(owner)));
}

std::optional<Json> create_pod(KubeCluster& cluster, const Json& owner, Json pod, std::string_view component) {
  auto made = cluster.create(std::move(pod));
  if (made) {
    cluster.event(owner, "Normal", "SuccessfulCreate", "Created pod: " + kube::name_of(*made), component);
  } else {
    cluster.event(owner, "Warning", "FailedCreate", "Error creating: " + made.error().message, component);
    return {};
  }
  return std::move(*made);
}

void delete_pod(KubeCluster& cluster, const Json& owner, const std::string& name_space, const std::string& name,
                std::string_view component) {
  if (cluster.remove("pods", name_space, name))
    cluster.event(owner, "Normal", "SuccessfulDelete", "Deleted pod: " + name, component);
}

}  // namespace drydock::twin::kubernetes::controllers

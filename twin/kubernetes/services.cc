// What follows pods and nodes: endpoints of services; taints of nodes by their condition, pods of nodes that are gone.
// https://kubernetes.io/docs/reference/node/node-status/ and
// https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
#include <algorithm>

#include "cloud/kube/selectors.h"
#include "twin/kubernetes/controllers.h"

namespace drydock::twin::kubernetes::controllers {
namespace {

using kube::name_of;
using kube::namespace_of;

Json target_port(const Json& service_port, const Json& pod) {
  const Json& target = service_port.at("targetPort");
  if (!target.is_string()) return target;
  for (std::size_t c = 0; c < pod.at("spec").at("containers").size(); c++) {
    const Json& ports = pod.at("spec").at("containers").item(c).at("ports");
    for (std::size_t i = 0; i < ports.size(); i++) {
      if (ports.item(i).at("name") == target) return ports.item(i).at("containerPort");
    }
  }
  return {};
}

Json ports_of(const Json& service, const Json& pod) {
  Json out = Json::array();
  const Json& ports = service.at("spec").at("ports");
  for (std::size_t i = 0; i < ports.size(); i++) {
    Json port = Json::object({{"name", ports.item(i).at("name").string_or()},
                              {"port", target_port(ports.item(i), pod)},
                              {"protocol", ports.item(i).at("protocol")}});
    if (!port.at("port").is_null()) out.push_back(std::move(port));
  }
  return out;
}

Json endpoint_of(const Json& pod) {
  bool ready = is_ready(pod);
  return Json::object(
      {{"addresses", Json::array({pod.at("status").at("podIP")})},
       {"conditions", Json::object({{"ready", ready}, {"serving", ready}, {"terminating", false}})},
       {"nodeName", pod.at("spec").at("nodeName")},
       {"targetRef",
        Json::object(
            {{"kind", "Pod"}, {"namespace", namespace_of(pod)}, {"name", name_of(pod)}, {"uid", kube::uid_of(pod)}})}});
}

void put_slice(KubeCluster& cluster, const Json& service, Json endpoints, Json ports) {
  std::string home = namespace_of(service), name = name_of(service);
  for (const Json* slice : cluster.list("endpointslices.discovery.k8s.io", home)) {
    if (kube::controller_uid(*slice) != kube::uid_of(service)) continue;
    std::string existing = name_of(*slice);
    cluster.edit("endpointslices.discovery.k8s.io", home, existing, [&](Json& stored) {
      stored["endpoints"] = endpoints;
      stored["ports"] = ports;
    });
    return;
  }
  Json slice = kube::make_object("discovery.k8s.io/v1", "EndpointSlice", home, "");
  slice["metadata"].erase("name");
  slice["metadata"]["generateName"] = name + "-";
  slice["metadata"]["labels"] =
      Json::object({{"kubernetes.io/service-name", name},
                    {"endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io"}});
  slice["metadata"]["ownerReferences"] = Json::array({kube::controller_reference(service)});
  slice["addressType"] = "IPv4";
  slice["endpoints"] = std::move(endpoints);
  slice["ports"] = std::move(ports);
  (void)cluster.create(std::move(slice));
}

void put_endpoints(KubeCluster& cluster, const Json& service, const Json& ready, const Json& not_ready,
                   const Json& ports) {
  Json object = kube::make_object("v1", "Endpoints", namespace_of(service), name_of(service));
  Json subset = Json::object({{"ports", ports}});
  if (ready.size() > 0) subset["addresses"] = ready;
  if (not_ready.size() > 0) subset["notReadyAddresses"] = not_ready;
  if (ready.size() + not_ready.size() > 0) object["subsets"] = Json::array({subset});
  const Json* before = cluster.get("endpoints", namespace_of(service), name_of(service));
  if (before == nullptr || before->at("subsets") != object.at("subsets")) (void)cluster.upsert(std::move(object));
}

// --- nodes

bool has_taint(const Json& taints, std::string_view key) {
  return taints.is_array() && std::any_of(taints.as_array().begin(), taints.as_array().end(),
                                          [&](const Json& t) { return t.at("key").string_or() == key; });
}

void set_taint(Json& node, const char* key, const char* effect, bool wanted) {
  Json& taints = node["spec"]["taints"];
  if (!taints.is_array()) taints = Json::array();
  bool there = false;
  std::erase_if(taints.as_array(), [&](const Json& t) {
    bool this_one = t.at("key").string_or() == key && t.at("effect").string_or() == effect;
    there = there || this_one;
    return this_one && !wanted;
  });
  if (wanted && !there) taints.push_back(Json::object({{"key", key}, {"effect", effect}}));
}

void forget_pods(KubeCluster& cluster, const std::string& node) {
  std::vector<std::pair<std::string, std::string>> gone;
  for (const Json* pod : pods_at(cluster, PodIndex::at(cluster.state().pods.by_node, node))) {
    gone.emplace_back(namespace_of(*pod), name_of(*pod));
  }
  for (const auto& [home, name] : gone) cluster.remove("pods", home, name);
  cluster.remove("leases.coordination.k8s.io", "kube-node-lease", node);
  cluster.remove("csinodes.storage.k8s.io", "", node);
}

}  // namespace

void endpoints(KubeCluster& cluster, const Json& service) {
  const Json& selector = service.at("spec").at("selector");
  if (selector.size() == 0) return;
  auto matches = kube::LabelSelector::from(selector);
  Json slices = Json::array(), ready = Json::array(), not_ready = Json::array(), ports = Json::array();
  for (const Json* pod : cluster.list("pods", namespace_of(service))) {
    if (!is_active(*pod) || !pod->at("status").at("podIP").is_string() ||
        !matches.matches(pod->at("metadata").at("labels")))
      continue;
    slices.push_back(endpoint_of(*pod));
    ports = ports_of(service, *pod);
    Json address = Json::object({{"ip", pod->at("status").at("podIP")},
                                 {"nodeName", pod->at("spec").at("nodeName")},
                                 {"targetRef", slices.item(slices.size() - 1).at("targetRef")}});
    (is_ready(*pod) ? ready : not_ready).push_back(std::move(address));
  }
  put_endpoints(cluster, service, ready, not_ready, ports);
  put_slice(cluster, service, std::move(slices), std::move(ports));
}

/// The node lifecycle controller and EKS's cloud controller: taints follow the Ready condition; a provider id answers
/// the question behind the `uninitialized` taint.
void node(KubeCluster& cluster, const Json& object) {
  if (kube::uid_of(object).empty()) return forget_pods(cluster, name_of(object));
  std::string ready = kube::condition(object, "Ready").at("status").string_or("Unknown");
  cluster.edit("nodes", "", name_of(object), [&](Json& stored) {
    bool initialized = stored.at("spec").at("providerID").is_string();
    if (initialized && has_taint(stored.at("spec").at("taints"), "node.cloudprovider.kubernetes.io/uninitialized")) {
      std::erase_if(stored["spec"]["taints"].as_array(), [](const Json& t) {
        return t.at("key").string_or() == "node.cloudprovider.kubernetes.io/uninitialized";
      });
    }
    for (const char* effect : {"NoSchedule", "NoExecute"}) {
      set_taint(stored, "node.kubernetes.io/not-ready", effect, ready == "False");
      set_taint(stored, "node.kubernetes.io/unreachable", effect, ready == "Unknown");
    }
    set_taint(stored, "node.kubernetes.io/unschedulable", "NoSchedule",
              stored.at("spec").at("unschedulable").bool_or(false));
    if (stored.at("spec").at("taints").size() == 0) stored["spec"].erase("taints");
  });
}

}  // namespace drydock::twin::kubernetes::controllers

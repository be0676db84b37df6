// The Node object as kubelet registers it.
#include <fmt/format.h>

#include "cloud/aws/instance_types.h"
#include "twin/eks/eks.h"
#include "twin/nodes/boot_attempt.h"

namespace drydock::twin::nodes {
namespace {

using Kind = Outcome::Kind;

kube::NodeFacts facts_of(const Node& node, const aws::Instance& instance, const drydock::eks::NodeConfig& config,
                         const std::string& version) {
  kube::NodeFacts facts;
  facts.name = node.name;
  facts.instance_id = instance.instanceId;
  facts.zone = instance.availabilityZone;
  facts.region = node.region;
  facts.instance_type = instance.instanceType;
  facts.internal_ip = instance.privateIpAddress;
  facts.hostname = instance.privateDnsName;
  if (instance.architecture == "arm64") facts.architecture = "arm64";
  if (const auto* info = eks::version_info(version)) facts.kubelet_version = info->kubelet;
  if (const aws::InstanceType* type = aws::instance_type(instance.instanceType)) {
    facts.cpus = type->vcpus;
    facts.memory_kib = type->memory_mib * 963LL;  // what the kernel leaves of it: 94 % on a t3.medium
    facts.max_pods = type->interfaces * (type->addresses - 1) + 2;
  } else {
    facts.max_pods = 110;
  }
  for (const std::string& label : config.labels())
    if (const auto equals = label.find('='); equals != std::string::npos)
      facts.labels[label.substr(0, equals)] = label.substr(equals + 1);
  for (const std::string& taint : config.taints()) {
    const auto colon = taint.rfind(':'), equals = taint.find('=');
    if (colon == std::string::npos) continue;
    const std::string key = taint.substr(0, std::min(equals, colon));
    Json item = Json::object({{"key", key}, {"effect", taint.substr(colon + 1)}});
    if (equals < colon) item["value"] = taint.substr(equals + 1, colon - equals - 1);
    facts.taints.push_back(item);
  }
  return facts;
}

}  // namespace

Outcome BootAttempt::register_node() {
  auto* kube = state_.kube(node_);
  if (!kube) return failed(Kind::dropped, "eks.gone", "the cluster is gone");
  Json object = kube::make_node(facts_of(node_, instance_, config(), kube->record().version), state_.world.now());
  // EKS's cloud controller sees to its taint at once.
  std::erase_if(object["spec"]["taints"].as_array(), [](const Json& taint) {
    return taint.at("key").string_or() == "node.cloudprovider.kubernetes.io/uninitialized";
  });
  state_.instance_of[node_.region + "/" + node_.cluster + "/" + node_.name] = node_.instanceId;
  if (kube->get("nodes", "", node_.name))
    kube->edit("nodes", "", node_.name, [&](Json& live) {
      live["status"] = object.at("status");
      live["spec"]["taints"] = object.path("spec.taints");
    });
  else if (auto made = kube->create(object); !made)
    return failed(Kind::denied, "kubernetes.refused", made.error().message,
                  {fmt::format("\"Unable to register node with API server\" err=\"{}\" node=\"{}\"",
                               made.error().message, node_.name)});
  Json lease = kube::make_object("coordination.k8s.io/v1", "Lease", "kube-node-lease", node_.name);
  lease["spec"] = Json::object({{"holderIdentity", node_.name},
                                {"leaseDurationSeconds", 40},
                                {"renewTime", kube::rfc3339_micro(state_.world.now())}});
  (void)kube->upsert(std::move(lease));
  if (const Json* live = kube->get("nodes", "", node_.name)) {
    const Json node = *live;
    kube->event(node, "Normal", "Starting", "Starting kubelet.", "kubelet", node_.name);
    kube->event(node, "Normal", "RegisteredNode",
                fmt::format("Node {} event: Registered Node {} in Controller", node_.name, node_.name),
                "node-controller");
  }
  return {};
}

}  // namespace drydock::twin::nodes

// Kubernetes objects are JSON documents; these are the few words needed to speak about them, and builders for the kinds
// that the cloud side writes itself. Times are RFC 3339 in UTC, to the second, as the API server prints them.
// Public source of the shapes: https://kubernetes.io/docs/reference/kubernetes-api/
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace drydock::kube {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Which kind of thing: group "" is core.
struct GroupVersionKind {
  std::string group, version, kind;
  /// "v1", "apps/v1"
  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  friend auto operator<=>(const GroupVersionKind&, const GroupVersionKind&) = default;
};
GroupVersionKind gvk_of(const Json& object);

/// "" where the object has none.
std::string name_of(const Json& object);
std::string namespace_of(const Json& object);
std::string uid_of(const Json& object);
/// metadata.labels[key], metadata.annotations[key]; null when absent.
const Json& label(const Json& object, std::string_view key);
const Json& annotation(const Json& object, std::string_view key);

std::string rfc3339(Time time);        // 2026-01-02T03:04:05Z
std::string rfc3339_micro(Time time);  // 2026-01-02T03:04:05.000000Z
std::optional<Time> parse_rfc3339(std::string_view text);
/// As kubectl prints an age: 5s, 3m20s, 12m, 3h5m, 26h, 4d5h, 30d, 2y10d.
std::string human_duration(std::chrono::milliseconds age);

/// "100m" -> 0.1, "1Gi" -> 1073741824, "2e3" -> 2000. Empty if it is no quantity.
std::optional<double> parse_quantity(const Json& quantity);

// Conditions: a list in status.conditions keyed by type.
const Json& condition(const Json& object, std::string_view type);
/// Sets or adds one; lastTransitionTime moves only when status changes. True if anything but heartbeats changed.
bool set_condition(Json& object, std::string_view type, std::string_view status, std::string_view reason,
                   std::string_view message, Time now);

/// An object with apiVersion, kind and metadata {name, namespace}; an empty namespace is left out.
Json make_object(std::string_view api_version, std::string_view kind, std::string_view name_space,
                 std::string_view name);

/// ownerReferences item that makes `owner` the controller of something.
Json controller_reference(const Json& owner);
/// uid of the controlling owner; "" if none.
std::string controller_uid(const Json& object);

/// A Node as kubelet on AL2023 registers it: not Ready, with its two taints.
struct NodeFacts {
  std::string name, instance_id, zone, region, instance_type, internal_ip, hostname;
  std::string architecture = "amd64", kubelet_version = "v1.32.3-eks-473151a";
  std::string os_image = "Amazon Linux 2023.6.20250303", kernel = "6.1.129-138.220.amzn2023.x86_64";
  std::string container_runtime = "containerd://1.7.25";
  int cpus = 2;
  long long memory_kib = 3943300;
  int max_pods = 17;
  Json::Object labels;  // extra ones: node group, capacity type
  Json::Array taints;   // extra ones
};
Json make_node(const NodeFacts& facts, Time now);

}  // namespace drydock::kube

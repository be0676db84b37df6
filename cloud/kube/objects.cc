#include "cloud/kube/objects.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace drydock::kube {

using namespace std::chrono;

GroupVersionKind gvk_of(const Json& object) {
  std::string api = object.at("apiVersion").string_or();
  auto slash = api.find('/');
  GroupVersionKind gvk;
  if (slash != std::string::npos) gvk.group = api.substr(0, slash);
  gvk.version = slash == std::string::npos ? api : api.substr(slash + 1);
  gvk.kind = object.at("kind").string_or();
  return gvk;
}

std::string name_of(const Json& object) { return object.at("metadata").at("name").string_or(); }
std::string namespace_of(const Json& object) { return object.at("metadata").at("namespace").string_or(); }
std::string uid_of(const Json& object) { return object.at("metadata").at("uid").string_or(); }
const Json& label(const Json& object, std::string_view key) { return object.at("metadata").at("labels").at(key); }
const Json& annotation(const Json& object, std::string_view key) {
  return object.at("metadata").at("annotations").at(key);
}

namespace {

std::string date_and_time(sys_seconds time) {
  auto day = floor<days>(time);
  year_month_day date{day};
  hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace

std::string rfc3339(Time time) { return date_and_time(floor<seconds>(time)) + "Z"; }

std::string rfc3339_micro(Time time) {
  auto whole = floor<seconds>(time);
  return fmt::format("{}.{:06}Z", date_and_time(whole), duration_cast<microseconds>(time - whole).count());
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  int y, mo, d, h, mi, s, used = 0;
  std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6) return {};
  year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok()) return {};
  Time time = sys_days(date) + hours(h) + minutes(mi) + seconds(s);
  if (copy[used] == '.') {
    char* end = nullptr;
    time += milliseconds(static_cast<long long>(std::strtod(copy.c_str() + used, &end) * 1000 + 0.5));
    used = static_cast<int>(end - copy.c_str());
  }
  char sign = copy[used];
  if (sign == 'Z' || sign == 'z') return time;
  int oh, om;
  if ((sign != '+' && sign != '-') || std::sscanf(copy.c_str() + used + 1, "%2d:%2d", &oh, &om) != 2) return {};
  auto offset = hours(oh) + minutes(om);
  return sign == '+' ? time - offset : time + offset;
}

// The steps are those of k8s.io/apimachinery/pkg/util/duration HumanDuration.
std::string human_duration(milliseconds age) {
  long long s = floor<seconds>(age).count();
  if (s < -1) return "<invalid>";
  if (s < 0) return "0s";
  if (s < 120) return fmt::format("{}s", s);
  long long m = s / 60;
  if (m < 10) return s % 60 == 0 ? fmt::format("{}m", m) : fmt::format("{}m{}s", m, s % 60);
  if (m < 180) return fmt::format("{}m", m);
  long long h = m / 60;
  if (h < 8) return m % 60 == 0 ? fmt::format("{}h", h) : fmt::format("{}h{}m", h, m % 60);
  if (h < 48) return fmt::format("{}h", h);
  long long d = h / 24;
  if (h < 192) return h % 24 == 0 ? fmt::format("{}d", d) : fmt::format("{}d{}h", d, h % 24);
  if (d < 730) return fmt::format("{}d", d);
  long long y = d / 365;
  if (d < 8 * 365) return d % 365 == 0 ? fmt::format("{}y", y) : fmt::format("{}y{}d", y, d % 365);
  return fmt::format("{}y", y);
}

std::optional<double> parse_quantity(const Json& quantity) {
  if (quantity.is_number()) return quantity.as_double();
  if (!quantity.is_string() || quantity.as_string().empty()) return {};
  const std::string& text = quantity.as_string();
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return {};
  static const std::vector<std::pair<std::string_view, double>> kSuffixes = {{"", 1},
                                                                             {"n", 1e-9},
                                                                             {"u", 1e-6},
                                                                             {"m", 1e-3},
                                                                             {"k", 1e3},
                                                                             {"M", 1e6},
                                                                             {"G", 1e9},
                                                                             {"T", 1e12},
                                                                             {"P", 1e15},
                                                                             {"E", 1e18},
                                                                             {"Ki", 1024.0},
                                                                             {"Mi", 1048576.0},
                                                                             {"Gi", 1073741824.0},
                                                                             {"Ti", std::pow(2, 40)},
                                                                             {"Pi", std::pow(2, 50)},
                                                                             {"Ei", std::pow(2, 60)}};
  for (const auto& [suffix, factor] : kSuffixes) {
    if (suffix == end) return value * factor;
  }
  return {};
}

const Json& condition(const Json& object, std::string_view type) {
  static const Json none;
  const Json& all = object.at("status").at("conditions");
  for (std::size_t i = 0; i < all.size(); i++) {
    if (all.item(i).at("type").string_or() == type) return all.item(i);
  }
  return none;
}

bool set_condition(Json& object, std::string_view type, std::string_view status, std::string_view reason,
                   std::string_view message, Time now) {
  Json& all = object["status"]["conditions"];
  if (!all.is_array()) all = Json::array();
  for (Json& item : all.as_array()) {
    if (item.at("type").string_or() != type) continue;
    bool moved = item.at("status").string_or() != status;
    bool same = !moved && item.at("reason").string_or() == reason && item.at("message").string_or() == message;
    item["status"] = status;
    item["reason"] = reason;
    item["message"] = message;
    if (moved) item["lastTransitionTime"] = rfc3339(now);
    return !same;
  }
  all.push_back(Json::object({{"type", type},
                              {"status", status},
                              {"reason", reason},
                              {"message", message},
                              {"lastTransitionTime", rfc3339(now)}}));
  return true;
}

Json make_object(std::string_view api_version, std::string_view kind, std::string_view name_space,
                 std::string_view name) {
  Json object = Json::object({{"apiVersion", api_version}, {"kind", kind}});
  object["metadata"]["name"] = name;
  if (!name_space.empty()) object["metadata"]["namespace"] = name_space;
  return object;
}

Json controller_reference(const Json& owner) {
  return Json::object({{"apiVersion", owner.at("apiVersion")},
                       {"kind", owner.at("kind")},
                       {"name", name_of(owner)},
                       {"uid", uid_of(owner)},
                       {"controller", true},
                       {"blockOwnerDeletion", true}});
}

std::string controller_uid(const Json& object) {
  const Json& owners = object.at("metadata").at("ownerReferences");
  for (std::size_t i = 0; i < owners.size(); i++) {
    if (owners.item(i).at("controller").bool_or(false)) return owners.item(i).at("uid").string_or();
  }
  return {};
}

namespace {

Json taint(const char* key, const char* effect) { return Json::object({{"key", key}, {"effect", effect}}); }

Json node_condition(const char* type, const char* status, const char* reason, const char* message, Time now) {
  return Json::object({{"type", type},
                       {"status", status},
                       {"reason", reason},
                       {"message", message},
                       {"lastHeartbeatTime", rfc3339(now)},
                       {"lastTransitionTime", rfc3339(now)}});
}

Json capacity(const NodeFacts& facts, int reserved_millicpu, long long reserved_kib) {
  std::string cpu =
      reserved_millicpu == 0 ? std::to_string(facts.cpus) : std::to_string(facts.cpus * 1000 - reserved_millicpu) + "m";
  return Json::object({{"cpu", cpu},
                       {"ephemeral-storage", reserved_kib == 0 ? "20893676Ki" : "18181869946"},
                       {"hugepages-1Gi", "0"},
                       {"hugepages-2Mi", "0"},
                       {"memory", std::to_string(facts.memory_kib - reserved_kib) + "Ki"},
                       {"pods", std::to_string(facts.max_pods)}});
}

Json node_labels(const NodeFacts& facts) {
  Json labels(facts.labels);
  if (labels.is_null()) labels = Json::object();
  labels["beta.kubernetes.io/arch"] = facts.architecture;
  labels["beta.kubernetes.io/instance-type"] = facts.instance_type;
  labels["beta.kubernetes.io/os"] = "linux";
  labels["failure-domain.beta.kubernetes.io/region"] = facts.region;
  labels["failure-domain.beta.kubernetes.io/zone"] = facts.zone;
  labels["kubernetes.io/arch"] = facts.architecture;
  labels["kubernetes.io/hostname"] = facts.hostname.empty() ? facts.name : facts.hostname;
  labels["kubernetes.io/os"] = "linux";
  labels["node.kubernetes.io/instance-type"] = facts.instance_type;
  labels["topology.kubernetes.io/region"] = facts.region;
  labels["topology.kubernetes.io/zone"] = facts.zone;
  return labels;
}

}  // namespace

Json make_node(const NodeFacts& facts, Time now) {
  Json node = make_object("v1", "Node", "", facts.name);
  node["metadata"]["labels"] = node_labels(facts);
  node["metadata"]["annotations"]["volumes.kubernetes.io/controller-managed-attach-detach"] = "true";
  node["spec"]["providerID"] = "aws:///" + facts.zone + "/" + facts.instance_id;
  Json::Array taints = facts.taints;
  taints.push_back(taint("node.kubernetes.io/not-ready", "NoSchedule"));
  taints.push_back(taint("node.cloudprovider.kubernetes.io/uninitialized", "NoSchedule"));
  node["spec"]["taints"] = taints;
  Json& status = node["status"];
  status["capacity"] = capacity(facts, 0, 0);
  status["allocatable"] = capacity(facts, 70, 563200);
  status["addresses"] = Json::array(
      {Json::object({{"type", "InternalIP"}, {"address", facts.internal_ip}}),
       Json::object({{"type", "InternalDNS"}, {"address", facts.hostname.empty() ? facts.name : facts.hostname}}),
       Json::object({{"type", "Hostname"}, {"address", facts.hostname.empty() ? facts.name : facts.hostname}})});
  status["nodeInfo"] = Json::object({{"architecture", facts.architecture},
                                     {"operatingSystem", "linux"},
                                     {"osImage", facts.os_image},
                                     {"kernelVersion", facts.kernel},
                                     {"containerRuntimeVersion", facts.container_runtime},
                                     {"kubeletVersion", facts.kubelet_version},
                                     {"kubeProxyVersion", facts.kubelet_version},
                                     {"machineID", "ec2" + facts.instance_id.substr(facts.instance_id.find('-') + 1)},
                                     {"systemUUID", "ec2" + facts.instance_id.substr(facts.instance_id.find('-') + 1)},
                                     {"bootID", ""}});
  status["daemonEndpoints"]["kubeletEndpoint"]["Port"] = 10250;
  status["conditions"] = Json::array(
      {node_condition("MemoryPressure", "False", "KubeletHasSufficientMemory",
                      "kubelet has sufficient memory available", now),
       node_condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", now),
       node_condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available", now),
       node_condition("Ready", "False", "KubeletNotReady",
                      "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
                      "message:Network plugin returns error: cni plugin not initialized",
                      now)});
  return node;
}

}  // namespace drydock::kube

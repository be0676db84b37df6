// Server-side tables: the columns kubectl shows, with ages in simulated time.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "cloud/kube/selectors.h"
#include "twin/kubernetes/api_server.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

using kube::Kind;

struct Row {
  const Json& object;
  kube::Time now;
  const Json& spec() const { return object.at("spec"); }
  const Json& status() const { return object.at("status"); }
};
struct Column {
  const char* name;
  std::function<Json(const Row&)> cell;
  int priority = 0;  // 1: only with -o wide
};
using Columns = std::vector<Column>;

std::string age_of(const Json& time, kube::Time now) {
  auto then = kube::parse_rfc3339(time.string_or());
  return then ? kube::human_duration(now - *then) : "<unknown>";
}
Json age(const Row& r) { return age_of(r.object.at("metadata").at("creationTimestamp"), r.now); }
Json name(const Row& r) { return kube::name_of(r.object); }

/// A member by dotted path, as text; `otherwise` where it is missing.
std::function<Json(const Row&)> field(std::string path, std::string otherwise = "<none>") {
  return [path, otherwise](const Row& r) -> Json {
    const Json& value = r.object.path(path);
    if (value.is_null() || value.string_or("x").empty()) return otherwise;
    return value.is_string() || value.is_number() ? value : Json(value.dump());
  };
}
std::function<Json(const Row&)> number(std::string path) {
  return [path](const Row& r) -> Json { return r.object.path(path).int_or(0); };
}
std::function<Json(const Row&)> size_of(std::string path) {
  return [path](const Row& r) -> Json { return static_cast<std::int64_t>(r.object.path(path).size()); };
}

std::string joined(const Json& list, const char* member, std::string_view otherwise = "<none>") {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < list.size(); i++)
    parts.push_back(member ? list.item(i).at(member).string_or() : list.item(i).string_or());
  return parts.empty() ? std::string(otherwise) : join(parts, ",");
}
std::string pairs(const Json& map) {
  std::vector<std::string> parts;
  if (map.is_object()) {
    for (const auto& [key, value] : map.as_object()) parts.push_back(key + "=" + value.string_or());
  }
  return parts.empty() ? "<none>" : join(parts, ",");
}
Json selector(const Row& r) { return kube::LabelSelector::from(r.spec().at("selector")).str(); }
Json containers(const Row& r) { return joined(r.spec().at("template").at("spec").at("containers"), "name"); }
Json images(const Row& r) { return joined(r.spec().at("template").at("spec").at("containers"), "image"); }

// --- pods

struct PodView {
  std::string reason;
  std::int64_t ready = 0, restarts = 0;
  std::string last_restart;
};

std::string waiting_or_dead(const Json& state) {
  const Json &waiting = state.at("waiting"), &dead = state.at("terminated");
  if (!waiting.at("reason").string_or().empty()) return waiting.at("reason").string_or();
  if (!dead.is_object()) return {};
  if (!dead.at("reason").string_or().empty()) return dead.at("reason").string_or();
  if (dead.at("signal").int_or(0) != 0) return fmt::format("Signal:{}", dead.at("signal").int_or(0));
  return fmt::format("ExitCode:{}", dead.at("exitCode").int_or(0));
}

bool view_init(const Row& r, PodView& view) {
  const Json& statuses = r.status().at("initContainerStatuses");
  std::size_t total = r.spec().at("initContainers").size();
  for (std::size_t i = 0; i < statuses.size(); i++) {
    const Json& state = statuses.item(i).at("state");
    view.restarts += statuses.item(i).at("restartCount").int_or(0);
    if (state.at("terminated").is_object() && state.at("terminated").at("exitCode").int_or(0) == 0) continue;
    std::string why = waiting_or_dead(state);
    view.reason = why.empty() || why == "PodInitializing" ? fmt::format("Init:{}/{}", i, total) : "Init:" + why;
    return true;
  }
  return false;
}

void view_containers(const Row& r, PodView& view) {
  const Json& statuses = r.status().at("containerStatuses");
  bool running = false;
  std::string newest;
  view.restarts = 0;
  for (std::size_t i = statuses.size(); i-- > 0;) {
    const Json& status = statuses.item(i);
    view.restarts += status.at("restartCount").int_or(0);
    newest = std::max(newest, status.at("lastState").at("terminated").at("finishedAt").string_or());
    std::string why = waiting_or_dead(status.at("state"));
    if (!why.empty()) view.reason = why;
    if (status.at("ready").bool_or(false) && status.at("state").at("running").is_object()) {
      running = true;
      view.ready++;
    }
  }
  if (!newest.empty()) view.last_restart = age_of(Json(newest), r.now);
  if (view.reason == "Completed" && running)
    view.reason = kube::condition(r.object, "Ready").at("status").string_or() == "True" ? "Running" : "NotReady";
}

PodView view_of(const Row& r) {
  PodView view;
  view.reason = r.status().at("reason").string_or(r.status().at("phase").string_or("Pending"));
  if (kube::condition(r.object, "PodScheduled").at("reason").string_or() == "SchedulingGated")
    view.reason = "SchedulingGated";
  if (!view_init(r, view)) view_containers(r, view);
  if (r.object.at("metadata").has("deletionTimestamp"))
    view.reason = r.status().at("reason").string_or() == "NodeLost" ? "Unknown" : "Terminating";
  return view;
}

Columns pods() {
  return {
      {"Name", name},
      {"Ready",
       [](const Row& r) -> Json { return fmt::format("{}/{}", view_of(r).ready, r.spec().at("containers").size()); }},
      {"Status", [](const Row& r) -> Json { return view_of(r).reason; }},
      {"Restarts",
       [](const Row& r) -> Json {
         PodView view = view_of(r);
         return view.restarts > 0 && !view.last_restart.empty()
                    ? fmt::format("{} ({} ago)", view.restarts, view.last_restart)
                    : fmt::format("{}", view.restarts);
       }},
      {"Age", age},
      {"IP", field("status.podIP"), 1},
      {"Node", field("spec.nodeName"), 1},
      {"Nominated Node", field("status.nominatedNodeName"), 1},
      {"Readiness Gates", [](const Row&) -> Json { return "<none>"; }, 1}};
}

// --- nodes

Json node_status(const Row& r) {
  std::string ready = kube::condition(r.object, "Ready").at("status").string_or("Unknown");
  std::string text = ready == "True" ? "Ready" : ready == "False" ? "NotReady" : "Unknown";
  if (ready == "Unknown" && kube::condition(r.object, "Ready").is_object()) text = "NotReady";
  return r.spec().at("unschedulable").bool_or(false) ? text + ",SchedulingDisabled" : text;
}

Json node_roles(const Row& r) {
  constexpr std::string_view kRole = "node-role.kubernetes.io/";
  std::vector<std::string> roles;
  const Json& labels = r.object.at("metadata").at("labels");
  if (labels.is_object()) {
    for (const auto& [key, value] : labels.as_object()) {
      if (key.starts_with(kRole)) roles.push_back(key.substr(kRole.size()));
    }
  }
  return roles.empty() ? "<none>" : join(roles, ",");
}

Json node_address(const Row& r, std::string_view type) {
  const Json& list = r.status().at("addresses");
  for (std::size_t i = 0; i < list.size(); i++) {
    if (list.item(i).at("type").string_or() == type) return list.item(i).at("address");
  }
  return "<none>";
}

Columns nodes() {
  return {{"Name", name},
          {"Status", node_status},
          {"Roles", node_roles},
          {"Age", age},
          {"Version", field("status.nodeInfo.kubeletVersion", "")},
          {"Internal-IP", [](const Row& r) { return node_address(r, "InternalIP"); }, 1},
          {"External-IP", [](const Row& r) { return node_address(r, "ExternalIP"); }, 1},
          {"OS-Image", field("status.nodeInfo.osImage", "<unknown>"), 1},
          {"Kernel-Version", field("status.nodeInfo.kernelVersion", "<unknown>"), 1},
          {"Container-Runtime", field("status.nodeInfo.containerRuntimeVersion", "<unknown>"), 1}};
}

// --- workloads

Columns deployments() {
  return {{"Name", name},
          {"Ready",
           [](const Row& r) -> Json {
             return fmt::format("{}/{}", r.status().at("readyReplicas").int_or(0), r.spec().at("replicas").int_or(0));
           }},
          {"Up-to-date", number("status.updatedReplicas")},
          {"Available", number("status.availableReplicas")},
          {"Age", age},
          {"Containers", containers, 1},
          {"Images", images, 1},
          {"Selector", selector, 1}};
}

Columns daemon_sets() {
  return {{"Name", name},
          {"Desired", number("status.desiredNumberScheduled")},
          {"Current", number("status.currentNumberScheduled")},
          {"Ready", number("status.numberReady")},
          {"Up-to-date", number("status.updatedNumberScheduled")},
          {"Available", number("status.numberAvailable")},
          {"Node Selector",
           [](const Row& r) -> Json { return pairs(r.spec().at("template").at("spec").at("nodeSelector")); }},
          {"Age", age},
          {"Containers", containers, 1},
          {"Images", images, 1},
          {"Selector", selector, 1}};
}

Columns replica_sets() {
  return {{"Name", name},
          {"Desired", number("spec.replicas")},
          {"Current", number("status.replicas")},
          {"Ready", number("status.readyReplicas")},
          {"Age", age},
          {"Containers", containers, 1},
          {"Images", images, 1},
          {"Selector", selector, 1}};
}

Columns stateful_sets() {
  return {{"Name", name},
          {"Ready",
           [](const Row& r) -> Json {
             return fmt::format("{}/{}", r.status().at("readyReplicas").int_or(0), r.spec().at("replicas").int_or(0));
           }},
          {"Age", age},
          {"Containers", containers, 1},
          {"Images", images, 1}};
}

Json job_status(const Row& r) {
  if (kube::condition(r.object, "Complete").at("status").string_or() == "True") return "Complete";
  if (kube::condition(r.object, "Failed").at("status").string_or() == "True") return "Failed";
  return r.spec().at("suspend").bool_or(false) ? "Suspended" : "Running";
}

Json job_duration(const Row& r) {
  auto begin = kube::parse_rfc3339(r.status().at("startTime").string_or());
  auto end = kube::parse_rfc3339(r.status().at("completionTime").string_or());
  return begin ? kube::human_duration(end.value_or(r.now) - *begin) : "";
}

Columns jobs() {
  return {{"Name", name},
          {"Status", job_status},
          {"Completions",
           [](const Row& r) -> Json {
             return fmt::format("{}/{}", r.status().at("succeeded").int_or(0), r.spec().at("completions").int_or(1));
           }},
          {"Duration", job_duration},
          {"Age", age},
          {"Containers", containers, 1},
          {"Images", images, 1},
          {"Selector", selector, 1}};
}

// --- services and what they point at

Json service_ports(const Row& r) {
  std::vector<std::string> parts;
  const Json& ports = r.spec().at("ports");
  for (std::size_t i = 0; i < ports.size(); i++) {
    const Json& p = ports.item(i);
    std::string node = p.has("nodePort") ? fmt::format(":{}", p.at("nodePort").int_or(0)) : "";
    parts.push_back(fmt::format("{}{}/{}", p.at("port").int_or(0), node, p.at("protocol").string_or("TCP")));
  }
  return parts.empty() ? "<none>" : join(parts, ",");
}

Json external_ip(const Row& r) {
  std::string type = r.spec().at("type").string_or();
  if (type == "ExternalName") return r.spec().at("externalName").string_or();
  if (type != "LoadBalancer") return joined(r.spec().at("externalIPs"), nullptr);
  const Json& ingress = r.status().at("loadBalancer").at("ingress");
  return ingress.size() == 0               ? Json("<pending>")
         : ingress.item(0).has("hostname") ? ingress.item(0).at("hostname")
                                           : ingress.item(0).at("ip");
}

Columns services() {
  return {{"Name", name},
          {"Type", field("spec.type")},
          {"Cluster-IP", field("spec.clusterIP")},
          {"External-IP", external_ip},
          {"Port(s)", service_ports},
          {"Age", age},
          {"Selector", [](const Row& r) -> Json { return pairs(r.spec().at("selector")); }, 1}};
}

Json endpoint_list(const Row& r) {
  std::vector<std::string> parts;
  const Json& subsets = r.object.at("subsets");
  for (std::size_t i = 0; i < subsets.size(); i++) {
    for (std::size_t p = 0; p < std::max<std::size_t>(1, subsets.item(i).at("ports").size()); p++) {
      for (std::size_t a = 0; a < subsets.item(i).at("addresses").size(); a++) {
        parts.push_back(fmt::format("{}:{}", subsets.item(i).at("addresses").item(a).at("ip").string_or(),
                                    subsets.item(i).at("ports").item(p).at("port").int_or(0)));
      }
    }
  }
  if (parts.empty()) return "<none>";
  if (parts.size() <= 3) return join(parts, ",");
  std::string more = fmt::format(" + {} more...", parts.size() - 3);
  parts.resize(3);
  return join(parts, ",") + more;
}

Json slice_addresses(const Row& r) {
  std::vector<std::string> parts;
  const Json& list = r.object.at("endpoints");
  for (std::size_t i = 0; i < list.size(); i++) parts.push_back(list.item(i).at("addresses").item(0).string_or());
  return parts.empty() ? "<unset>" : join(parts, ",");
}

Json slice_ports(const Row& r) {
  std::vector<std::string> parts;
  const Json& list = r.object.at("ports");
  for (std::size_t i = 0; i < list.size(); i++) parts.push_back(list.item(i).at("port").dump());
  return parts.empty() ? "<unset>" : join(parts, ",");
}

// --- events

Json last_seen(const Row& r) {
  std::string time =
      r.object.at("lastTimestamp")
          .string_or(r.object.at("eventTime").string_or(r.object.at("metadata").at("creationTimestamp").string_or()));
  std::string last = age_of(Json(time), r.now);
  std::int64_t count = r.object.at("count").int_or(1);
  return count > 1 ? fmt::format("{} (x{} over {})", last, count, age_of(r.object.at("firstTimestamp"), r.now)) : last;
}

Json event_object(const Row& r) {
  const Json& involved = r.object.has("regarding") ? r.object.at("regarding") : r.object.at("involvedObject");
  return to_lower(involved.at("kind").string_or()) + "/" + involved.at("name").string_or();
}

Columns events() {
  return {{"Last Seen", last_seen},
          {"Type", field("type")},
          {"Reason", field("reason")},
          {"Object", event_object},
          {"Subobject", field("involvedObject.fieldPath", ""), 1},
          {"Source",
           [](const Row& r) -> Json {
             return r.object.at("source").at("component").string_or() +
                    (r.object.at("source").at("host").string_or().empty()
                         ? ""
                         : ", " + r.object.at("source").at("host").string_or());
           },
           1},
          {"Message",
           [](const Row& r) -> Json { return r.object.at("message").string_or(r.object.at("note").string_or()); }},
          {"First Seen", [](const Row& r) -> Json { return age_of(r.object.at("firstTimestamp"), r.now); }, 1},
          {"Count", [](const Row& r) -> Json { return r.object.at("count").int_or(1); }, 1},
          {"Name", name, 1}};
}

// --- the rest

Json role_ref(const Row& r) {
  return r.object.at("roleRef").at("kind").string_or() + "/" + r.object.at("roleRef").at("name").string_or();
}

std::function<Json(const Row&)> subjects(const char* kind) {
  return [kind](const Row& r) -> Json {
    std::vector<std::string> parts;
    const Json& list = r.object.at("subjects");
    for (std::size_t i = 0; i < list.size(); i++) {
      const Json& s = list.item(i);
      if (s.at("kind").string_or() != kind) continue;
      parts.push_back(std::string_view(kind) == "ServiceAccount"
                          ? s.at("namespace").string_or() + "/" + s.at("name").string_or()
                          : s.at("name").string_or());
    }
    return join(parts, ", ");
  };
}

Columns role_bindings() {
  return {{"Name", name},
          {"Role", role_ref},
          {"Age", age},
          {"Users", subjects("User"), 1},
          {"Groups", subjects("Group"), 1},
          {"ServiceAccounts", subjects("ServiceAccount"), 1}};
}

Json storage_name(const Row& r) {
  bool standard = kube::annotation(r.object, "storageclass.kubernetes.io/is-default-class").string_or() == "true";
  return kube::name_of(r.object) + (standard ? " (default)" : "");
}

Columns storage_classes() {
  return {{"Name", storage_name},
          {"Provisioner", field("provisioner")},
          {"ReclaimPolicy", field("reclaimPolicy")},
          {"VolumeBindingMode", field("volumeBindingMode")},
          {"AllowVolumeExpansion",
           [](const Row& r) -> Json { return r.object.at("allowVolumeExpansion").bool_or(false) ? "true" : "false"; }},
          {"Age", age}};
}

Json role_created(const Row& r) { return r.object.at("metadata").at("creationTimestamp"); }

Columns columns_of(const Kind& kind) {
  static const std::map<std::string, Columns (*)(), std::less<>> big = {
      {"pods", pods},
      {"nodes", nodes},
      {"deployments.apps", deployments},
      {"daemonsets.apps", daemon_sets},
      {"replicasets.apps", replica_sets},
      {"statefulsets.apps", stateful_sets},
      {"jobs.batch", jobs},
      {"services", services},
      {"events", events},
      {"events.events.k8s.io", events},
      {"rolebindings.rbac.authorization.k8s.io", role_bindings},
      {"clusterrolebindings.rbac.authorization.k8s.io", role_bindings},
      {"storageclasses.storage.k8s.io", storage_classes}};
  std::string resource = kind.resource();
  if (auto found = big.find(resource); found != big.end()) return found->second();
  if (resource == "namespaces") return {{"Name", name}, {"Status", field("status.phase")}, {"Age", age}};
  if (resource == "configmaps")
    return {{"Name", name},
            {"Data",
             [](const Row& r) -> Json {
               return static_cast<std::int64_t>(r.object.at("data").size() + r.object.at("binaryData").size());
             }},
            {"Age", age}};
  if (resource == "secrets") return {{"Name", name}, {"Type", field("type")}, {"Data", size_of("data")}, {"Age", age}};
  if (resource == "serviceaccounts") return {{"Name", name}, {"Secrets", size_of("secrets")}, {"Age", age}};
  if (resource == "endpoints") return {{"Name", name}, {"Endpoints", endpoint_list}, {"Age", age}};
  if (resource == "endpointslices.discovery.k8s.io")
    return {{"Name", name},
            {"AddressType", field("addressType")},
            {"Ports", slice_ports},
            {"Endpoints", slice_addresses},
            {"Age", age}};
  if (resource == "leases.coordination.k8s.io")
    return {{"Name", name}, {"Holder", field("spec.holderIdentity", "")}, {"Age", age}};
  if (resource == "roles.rbac.authorization.k8s.io" || resource == "clusterroles.rbac.authorization.k8s.io")
    return {{"Name", name}, {"Created At", role_created}};
  if (resource == "csinodes.storage.k8s.io")
    return {{"Name", name}, {"Drivers", size_of("spec.drivers")}, {"Age", age}};
  if (resource == "priorityclasses.scheduling.k8s.io") {
    return {{"Name", name},
            {"Value", number("value")},
            {"Global-Default", [](const Row& r) -> Json { return r.object.at("globalDefault").bool_or(false); }},
            {"Age", age},
            {"PreemptionPolicy", field("preemptionPolicy", "")}};
  }
  return {{"Name", name}, {"Age", age}};
}

}  // namespace

Json table(const Kind& kind, const std::vector<Json>& objects, kube::Time now, bool headers, std::string_view include) {
  Columns columns = columns_of(kind);
  Json out = Json::object({{"kind", "Table"},
                           {"apiVersion", "meta.k8s.io/v1"},
                           {"metadata", Json::object()},
                           {"columnDefinitions", Json::array()},
                           {"rows", Json::array()}});
  for (const Column& column : columns) {
    if (!headers) break;
    bool is_name = std::string_view(column.name) == "Name";
    out["columnDefinitions"].push_back(Json::object({{"name", column.name},
                                                     {"type", "string"},
                                                     {"format", is_name ? "name" : ""},
                                                     {"description", ""},
                                                     {"priority", column.priority}}));
  }
  for (const Json& object : objects) {
    Row row{object, now};
    Json cells = Json::array();
    for (const Column& column : columns) cells.push_back(column.cell(row));
    Json item = Json::object({{"cells", std::move(cells)}});
    if (include == "Object") {
      item["object"] = object;
    } else if (include != "None") {
      item["object"] = Json::object(
          {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", object.at("metadata")}});
    }
    out["rows"].push_back(std::move(item));
  }
  return out;
}

}  // namespace drydock::twin::kubernetes

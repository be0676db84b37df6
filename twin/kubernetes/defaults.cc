// What the API server fills in before it stores an object.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ and its siblings say each default.
#include "base/hash.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

void set_default(Json& object, const char* member, Json value) {
  if (object.at(member).is_null()) object[member] = std::move(value);
}

std::string pull_policy(const std::string& image) {
  auto at = image.find('@');
  auto colon = image.rfind(':');
  auto slash = image.rfind('/');
  if (at != std::string::npos) return "IfNotPresent";
  bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return !tagged || image.substr(colon + 1) == "latest" ? "Always" : "IfNotPresent";
}

void default_probe(Json& container, const char* name) {
  Json* probe = container.find(name);
  if (probe == nullptr || !probe->is_object()) return;
  set_default(*probe, "timeoutSeconds", 1);
  set_default(*probe, "periodSeconds", 10);
  set_default(*probe, "successThreshold", 1);
  set_default(*probe, "failureThreshold", 3);
  if (probe->at("httpGet").is_object()) set_default((*probe)["httpGet"], "scheme", "HTTP");
}

/// Requests default to limits, resource by resource.
void default_requests(Json& container) {
  Json limits = container.at("resources").at("limits");
  if (!limits.is_object()) return;
  for (const auto& [name, value] : limits.as_object()) {
    if (!container.at("resources").at("requests").has(name)) container["resources"]["requests"][name] = value;
  }
}

void default_containers(Json& spec, const char* member) {
  Json* list = spec.find(member);
  if (list == nullptr || !list->is_array()) return;
  for (Json& container : list->as_array()) {
    if (!container.is_object()) continue;
    set_default(container, "terminationMessagePath", "/dev/termination-log");
    set_default(container, "terminationMessagePolicy", "File");
    set_default(container, "imagePullPolicy", pull_policy(container.at("image").string_or()));
    set_default(container, "resources", Json::object());
    default_requests(container);
    for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) default_probe(container, probe);
    Json* ports = container.find("ports");
    if (ports == nullptr || !ports->is_array()) continue;
    for (Json& port : ports->as_array()) {
      set_default(port, "protocol", "TCP");
      if (spec.at("hostNetwork").bool_or(false)) set_default(port, "hostPort", port.at("containerPort"));
    }
  }
}

void default_volumes(Json& spec) {
  Json* list = spec.find("volumes");
  if (list == nullptr || !list->is_array()) return;
  for (Json& volume : list->as_array()) {
    if (!volume.is_object()) continue;
    if (volume.size() == 1) volume["emptyDir"] = Json::object();
    for (const char* kind : {"configMap", "secret", "projected"}) {
      if (volume.at(kind).is_object()) set_default(volume[kind], "defaultMode", 420);
    }
    if (volume.at("hostPath").is_object()) set_default(volume["hostPath"], "type", "");
  }
}

void default_pod_spec(Json& spec) {
  if (!spec.is_object()) return;
  set_default(spec, "restartPolicy", "Always");
  set_default(spec, "dnsPolicy", "ClusterFirst");
  set_default(spec, "schedulerName", "default-scheduler");
  set_default(spec, "terminationGracePeriodSeconds", 30);
  set_default(spec, "securityContext", Json::object());
  if (!spec.at("serviceAccountName").is_null()) set_default(spec, "serviceAccount", spec.at("serviceAccountName"));
  default_containers(spec, "initContainers");
  default_containers(spec, "containers");
  default_volumes(spec);
}

Json toleration(const char* key, int seconds) {
  return Json::object({{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", seconds}});
}

bool tolerates(const Json& spec, std::string_view key) {
  const Json& list = spec.at("tolerations");
  for (std::size_t i = 0; i < list.size(); i++) {
    std::string other = list.item(i).at("key").string_or();
    if (other == key || (other.empty() && list.item(i).at("operator").string_or() == "Exists")) return true;
  }
  return false;
}

bool same_limits(const Json& spec) {
  bool all = spec.at("containers").size() > 0;
  for (std::size_t i = 0; i < spec.at("containers").size(); i++) {
    const Json& resources = spec.at("containers").item(i).at("resources");
    all = all && resources.at("limits").has("cpu") && resources.at("limits").has("memory") &&
          resources.at("limits") == resources.at("requests");
  }
  return all;
}

std::string quality_of_service(const Json& spec) {
  if (same_limits(spec)) return "Guaranteed";
  for (std::size_t i = 0; i < spec.at("containers").size(); i++) {
    const Json& resources = spec.at("containers").item(i).at("resources");
    if (resources.at("limits").size() + resources.at("requests").size() > 0) return "Burstable";
  }
  return "BestEffort";
}

void default_pod(Json& pod) {
  Json& spec = pod["spec"];
  default_pod_spec(spec);
  set_default(spec, "enableServiceLinks", true);
  set_default(spec, "serviceAccountName", "default");
  set_default(spec, "serviceAccount", spec.at("serviceAccountName"));
  set_default(spec, "preemptionPolicy", "PreemptLowerPriority");
  std::string priority = spec.at("priorityClassName").string_or();
  int value = priority == "system-node-critical" ? 2000001000 : priority == "system-cluster-critical" ? 2000000000 : 0;
  set_default(spec, "priority", value);
  for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    if (!tolerates(spec, key)) spec["tolerations"].push_back(toleration(key, 300));
  }
  set_default(pod["status"], "phase", "Pending");
  set_default(pod["status"], "qosClass", quality_of_service(spec));
}

void default_template(Json& object) {
  Json& metadata = object["spec"]["template"]["metadata"];
  if (metadata.is_null()) metadata = Json::object();
  default_pod_spec(object["spec"]["template"]["spec"]);
}

Json rolling(const char* unavailable_name, Json unavailable, Json surge) {
  return Json::object({{unavailable_name, std::move(unavailable)}, {"maxSurge", std::move(surge)}});
}

void default_workload(const std::string& kind, Json& object) {
  default_template(object);
  Json& spec = object["spec"];
  if (kind != "DaemonSet") set_default(spec, "replicas", 1);
  if (kind != "ReplicaSet") set_default(spec, "revisionHistoryLimit", 10);
  if (kind == "Deployment") {
    set_default(spec, "progressDeadlineSeconds", 600);
    set_default(spec["strategy"], "type", "RollingUpdate");
    if (spec.at("strategy").at("type").string_or() == "RollingUpdate") {
      set_default(spec["strategy"]["rollingUpdate"], "maxUnavailable", "25%");
      set_default(spec["strategy"]["rollingUpdate"], "maxSurge", "25%");
    }
  } else if (kind == "DaemonSet") {
    set_default(spec["updateStrategy"], "type", "RollingUpdate");
    if (spec.at("updateStrategy").at("type").string_or() == "RollingUpdate") {
      set_default(spec["updateStrategy"], "rollingUpdate", rolling("maxUnavailable", 1, 0));
    }
  } else if (kind == "StatefulSet") {
    set_default(spec, "podManagementPolicy", "OrderedReady");
    set_default(spec["updateStrategy"], "type", "RollingUpdate");
  }
}

void default_service(Json& object) {
  Json& spec = object["spec"];
  set_default(spec, "type", "ClusterIP");
  set_default(spec, "sessionAffinity", "None");
  if (spec.at("type").string_or() == "ExternalName") return;
  set_default(spec, "internalTrafficPolicy", "Cluster");
  set_default(spec, "ipFamilies", Json::array({"IPv4"}));
  set_default(spec, "ipFamilyPolicy", "SingleStack");
  if (spec.at("type").string_or() != "ClusterIP") set_default(spec, "externalTrafficPolicy", "Cluster");
  if (spec.at("ports").is_array()) {
    for (Json& port : spec["ports"].as_array()) {
      set_default(port, "protocol", "TCP");
      set_default(port, "targetPort", port.at("port"));
    }
  }
  set_default(object["status"], "loadBalancer", Json::object());
}

void default_secret(Json& object) {
  set_default(object, "type", "Opaque");
  Json plain = object.at("stringData");
  object.erase("stringData");
  if (!plain.is_object()) return;
  for (const auto& [key, value] : plain.as_object()) object["data"][key] = base64(value.string_or());
}

void default_binding(Json& object) {
  Json* subjects = object.find("subjects");
  if (subjects != nullptr && subjects->is_array()) {
    for (Json& subject : subjects->as_array()) {
      if (subject.at("kind").string_or() != "ServiceAccount")
        set_default(subject, "apiGroup", "rbac.authorization.k8s.io");
    }
  }
  if (object.at("roleRef").is_object()) set_default(object["roleRef"], "apiGroup", "rbac.authorization.k8s.io");
}

}  // namespace

void fill_defaults(const kube::Kind& kind, Json& object) {
  const std::string& name = kind.gvk.kind;
  if (name == "Pod") default_pod(object);
  if (kind.gvk.group == "apps" && name != "ControllerRevision") default_workload(name, object);
  if (name == "Service") default_service(object);
  if (name == "Secret") default_secret(object);
  if (name == "RoleBinding" || name == "ClusterRoleBinding") default_binding(object);
  if (name == "StorageClass") {
    set_default(object, "reclaimPolicy", "Delete");
    set_default(object, "volumeBindingMode", "Immediate");
  }
  if (name == "Namespace") {
    if (object.at("metadata").at("name").is_string())
      object["metadata"]["labels"]["kubernetes.io/metadata.name"] = object.at("metadata").at("name");
    set_default(object["status"], "phase", "Active");
    set_default(object["spec"], "finalizers", Json::array({"kubernetes"}));
  }
  if (name == "Job" || name == "CronJob") {
    Json& job = name == "Job" ? object : object["spec"]["jobTemplate"];
    set_default(job["spec"], "backoffLimit", 6);
    set_default(job["spec"], "completions", 1);
    set_default(job["spec"], "parallelism", 1);
    set_default(job["spec"], "completionMode", "NonIndexed");
    set_default(job["spec"], "suspend", false);
  }
}

}  // namespace drydock::twin::kubernetes

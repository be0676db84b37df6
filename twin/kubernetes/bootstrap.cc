// What a new EKS control plane holds before anybody writes to it. No add-ons: those come from the EKS API.
#include <fmt/format.h>

#include <cstdio>

#include "base/text.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

// ClusterRoles: name, then rules "verbs | groups | resources". Verbs r = get, list, watch; w = create, delete,
// deletecollection, patch, update.
constexpr const char* kRoles = R"(
cluster-admin
* | * | *
path * | *
system:basic-user
create | authorization.k8s.io | selfsubjectaccessreviews,selfsubjectrulesreviews
create | authentication.k8s.io | selfsubjectreviews
system:discovery
path get | /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
system:public-info-viewer
path get | /healthz,/livez,/readyz,/version,/version/
system:node-bootstrapper
create,get,list,watch | certificates.k8s.io | certificatesigningrequests
system:node-proxier
list,watch | | services,endpoints
get,list,watch | | nodes
create,patch,update | ,events.k8s.io | events
list,watch | discovery.k8s.io | endpointslices
system:coredns
list,watch | | endpoints,services,pods,namespaces
get | | nodes
list,watch | discovery.k8s.io | endpointslices
aws-node
r | | namespaces,pods,nodes
create,patch,list | ,events.k8s.io | events
eks:node-manager
r,delete | | nodes
r | | pods
create | | pods/eviction
view
r | | bindings,configmaps,endpoints,events,limitranges,namespaces,persistentvolumeclaims,persistentvolumeclaims/status,pods,pods/log,pods/status,replicationcontrollers,replicationcontrollers/scale,replicationcontrollers/status,resourcequotas,resourcequotas/status,serviceaccounts,services,services/status
r | apps | controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
r | autoscaling | horizontalpodautoscalers,horizontalpodautoscalers/status
r | batch | cronjobs,cronjobs/status,jobs,jobs/status
r | discovery.k8s.io | endpointslices
r | networking.k8s.io | ingresses,ingresses/status,networkpolicies
r | policy | poddisruptionbudgets,poddisruptionbudgets/status
r | events.k8s.io | events
)";
constexpr const char* kEditRules = R"(r | | secrets
get,list,watch,create | | pods/attach,pods/exec,pods/portforward,pods/proxy,services/proxy
w | | pods,pods/attach,pods/exec,pods/portforward,pods/proxy,configmaps,endpoints,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
create | | pods/eviction,serviceaccounts/token
impersonate | | serviceaccounts
w | apps | daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale
w | autoscaling | horizontalpodautoscalers
w | batch | cronjobs,jobs
w | networking.k8s.io | ingresses,networkpolicies
w | policy | poddisruptionbudgets
r,w | coordination.k8s.io | leases
)";
constexpr const char* kAdminRules = R"(r,w | rbac.authorization.k8s.io | rolebindings,roles
create | authorization.k8s.io | localsubjectaccessreviews
)";

Json words(std::string_view text) {
  Json out = Json::array();
  for (const std::string& word : split(text, ',')) {
    std::string_view w = trim(word);
    if (w == "r") {
      for (const char* verb : {"get", "list", "watch"}) out.push_back(verb);
    } else if (w == "w") {
      for (const char* verb : {"create", "delete", "deletecollection", "patch", "update"}) out.push_back(verb);
    } else {
      out.push_back(w);
    }
  }
  return out;
}

Json rule_of(const std::string& line) {
  auto columns = split(line, '|');
  if (line.starts_with("path "))
    return Json::object({{"verbs", words(trim(columns[0]).substr(5))}, {"nonResourceURLs", words(trim(columns[1]))}});
  return Json::object(
      {{"verbs", words(columns[0])}, {"apiGroups", words(columns[1])}, {"resources", words(columns[2])}});
}

Json rbac(const char* kind, const std::string& name) {
  Json object = kube::make_object("rbac.authorization.k8s.io/v1", kind, "", name);
  if (!name.starts_with("eks:") && name != "aws-node") {
    object["metadata"]["labels"]["kubernetes.io/bootstrapping"] = "rbac-defaults";
    object["metadata"]["annotations"]["rbac.authorization.kubernetes.io/autoupdate"] = "true";
  }
  return object;
}

void make_role(KubeCluster& cluster, const std::string& name, const std::string& rules) {
  Json role = rbac("ClusterRole", name);
  for (const std::string& line : split(rules, '\n')) {
    if (!line.empty()) role["rules"].push_back(rule_of(line));
  }
  (void)cluster.upsert(std::move(role));
}

void make_roles(KubeCluster& cluster) {
  std::string name, rules, view;
  for (const std::string& line : split(std::string(kRoles) + "end", '\n')) {
    if (line.find('|') != std::string::npos) {
      rules += line + "\n";
      continue;
    }
    if (!name.empty()) make_role(cluster, name, rules);
    if (name == "view") view = rules;
    name = line;
    rules.clear();
  }
  make_role(cluster, "edit", view + kEditRules);
  make_role(cluster, "admin", view + kEditRules + kAdminRules);
  make_role(cluster, "eks:admin-view", "r | * | *\npath get | *\n");
}

void bind(KubeCluster& cluster, const std::string& name, const std::string& role, const char* kind,
          const std::vector<std::string>& subjects) {
  Json binding = rbac("ClusterRoleBinding", name);
  binding["roleRef"] =
      Json::object({{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", role}});
  for (const std::string& subject : subjects) {
    Json item = Json::object({{"kind", kind}, {"name", subject}});
    if (std::string_view(kind) == "ServiceAccount") item["namespace"] = "kube-system";
    binding["subjects"].push_back(std::move(item));
  }
  (void)cluster.upsert(std::move(binding));
}

void make_bindings(KubeCluster& cluster) {
  bind(cluster, "cluster-admin", "cluster-admin", "Group", {"system:masters"});
  bind(cluster, "system:basic-user", "system:basic-user", "Group", {"system:authenticated"});
  bind(cluster, "system:discovery", "system:discovery", "Group", {"system:authenticated"});
  bind(cluster, "system:public-info-viewer", "system:public-info-viewer", "Group",
       {"system:authenticated", "system:unauthenticated"});
  bind(cluster, "eks:node-bootstrapper", "system:node-bootstrapper", "Group", {"system:bootstrappers", "system:nodes"});
  bind(cluster, "eks:node-manager", "eks:node-manager", "User", {"eks:node-manager"});
  bind(cluster, "eks:kube-proxy", "system:node-proxier", "ServiceAccount", {"kube-proxy"});
  bind(cluster, "system:coredns", "system:coredns", "ServiceAccount", {"coredns"});
  bind(cluster, "aws-node", "aws-node", "ServiceAccount", {"aws-node"});
}

void make_classes(KubeCluster& cluster) {
  for (const auto& [name, value] :
       {std::pair("system-cluster-critical", 2000000000LL), std::pair("system-node-critical", 2000001000LL)}) {
    Json object = kube::make_object("scheduling.k8s.io/v1", "PriorityClass", "", name);
    object["value"] = value;
    object["preemptionPolicy"] = "PreemptLowerPriority";
    object["description"] = "Used for system critical pods.";
    (void)cluster.upsert(std::move(object));
  }
  Json gp2 = kube::make_object("storage.k8s.io/v1", "StorageClass", "", "gp2");
  gp2["provisioner"] = "kubernetes.io/aws-ebs";
  gp2["parameters"] = Json::object({{"type", "gp2"}, {"fsType", "ext4"}});
  gp2["volumeBindingMode"] = "WaitForFirstConsumer";
  (void)cluster.upsert(std::move(gp2));
}

}  // namespace

std::string service_address(const ClusterRecord& record, std::int64_t n) {
  unsigned a = 10, b = 100, c = 0, d = 0;
  std::sscanf(record.service_cidr.c_str(), "%u.%u.%u.%u", &a, &b, &c, &d);
  auto address = (static_cast<std::uint64_t>(a) << 24 | b << 16 | c << 8 | d) + static_cast<std::uint64_t>(n);
  return fmt::format("{}.{}.{}.{}", address >> 24 & 255, address >> 16 & 255, address >> 8 & 255, address & 255);
}

void make_api_service(KubeCluster& cluster) {
  Json service = kube::make_object("v1", "Service", "default", "kubernetes");
  service["metadata"]["labels"] = Json::object({{"component", "apiserver"}, {"provider", "kubernetes"}});
  service["spec"]["clusterIP"] = service_address(cluster.record(), 1);
  service["spec"]["ports"] =
      Json::array({Json::object({{"name", "https"}, {"port", 443}, {"protocol", "TCP"}, {"targetPort", 443}})});
  (void)cluster.upsert(std::move(service));
}

void open_namespace(KubeCluster& cluster, const std::string& name) {
  (void)cluster.upsert(kube::make_object("v1", "ServiceAccount", name, "default"));
  Json root = kube::make_object("v1", "ConfigMap", name, "kube-root-ca.crt");
  root["metadata"]["annotations"]["kubernetes.io/description"] = "The authority by which pods know the API server.";
  root["data"]["ca.crt"] = cluster.record().authority;
  (void)cluster.upsert(std::move(root));
}

void bootstrap(KubeCluster& cluster) {
  for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    (void)cluster.upsert(kube::make_object("v1", "Namespace", "", name));
  }
  make_roles(cluster);
  make_bindings(cluster);
  make_classes(cluster);
  make_api_service(cluster);
}

}  // namespace drydock::twin::kubernetes

#include "cloud/kube/kinds.h"

#include <algorithm>

#include "base/text.h"

namespace drydock::kube {
namespace {

// group/version | Kind | plural | short names | scope | subresources | categories
constexpr const char* kTable = R"(
v1 | Binding | bindings | | ns | review |
v1 | ConfigMap | configmaps | cm | ns | |
v1 | Endpoints | endpoints | ep | ns | |
v1 | Event | events | ev | ns | |
v1 | LimitRange | limitranges | limits | ns | |
v1 | Namespace | namespaces | ns | cluster | status,finalize |
v1 | Node | nodes | no | cluster | status,proxy |
v1 | PersistentVolumeClaim | persistentvolumeclaims | pvc | ns | status |
v1 | PersistentVolume | persistentvolumes | pv | cluster | status |
v1 | Pod | pods | po | ns | status,log,binding,eviction,exec,attach,portforward,ephemeralcontainers | all
v1 | PodTemplate | podtemplates | | ns | |
v1 | ReplicationController | replicationcontrollers | rc | ns | status,scale | all
v1 | ResourceQuota | resourcequotas | quota | ns | status |
v1 | Secret | secrets | | ns | |
v1 | ServiceAccount | serviceaccounts | sa | ns | token |
v1 | Service | services | svc | ns | status,proxy | all
apps/v1 | ControllerRevision | controllerrevisions | | ns | |
apps/v1 | DaemonSet | daemonsets | ds | ns | status | all
apps/v1 | Deployment | deployments | deploy | ns | status,scale | all
apps/v1 | ReplicaSet | replicasets | rs | ns | status,scale | all
apps/v1 | StatefulSet | statefulsets | sts | ns | status,scale | all
authentication.k8s.io/v1 | SelfSubjectReview | selfsubjectreviews | | cluster | review |
authentication.k8s.io/v1 | TokenReview | tokenreviews | | cluster | review |
authorization.k8s.io/v1 | LocalSubjectAccessReview | localsubjectaccessreviews | | ns | review |
authorization.k8s.io/v1 | SelfSubjectAccessReview | selfsubjectaccessreviews | | cluster | review |
authorization.k8s.io/v1 | SelfSubjectRulesReview | selfsubjectrulesreviews | | cluster | review |
authorization.k8s.io/v1 | SubjectAccessReview | subjectaccessreviews | | cluster | review |
autoscaling/v2 | HorizontalPodAutoscaler | horizontalpodautoscalers | hpa | ns | status | all
batch/v1 | Job | jobs | | ns | status | all
certificates.k8s.io/v1 | CertificateSigningRequest | certificatesigningrequests | csr | cluster | status,approval |
coordination.k8s.io/v1 | Lease | leases | | ns | |
discovery.k8s.io/v1 | EndpointSlice | endpointslices | | ns | |
events.k8s.io/v1 | Event | events | ev | ns | |
networking.k8s.io/v1 | IngressClass | ingressclasses | | cluster | |
networking.k8s.io/v1 | Ingress | ingresses | ing | ns | status |
networking.k8s.io/v1 | NetworkPolicy | networkpolicies | netpol | ns | |
node.k8s.io/v1 | RuntimeClass | runtimeclasses | | cluster | |
policy/v1 | PodDisruptionBudget | poddisruptionbudgets | pdb | ns | status |
rbac.authorization.k8s.io/v1 | ClusterRoleBinding | clusterrolebindings | | cluster | |
rbac.authorization.k8s.io/v1 | ClusterRole | clusterroles | | cluster | |
rbac.authorization.k8s.io/v1 | RoleBinding | rolebindings | | ns | |
rbac.authorization.k8s.io/v1 | Role | roles | | ns | |
scheduling.k8s.io/v1 | PriorityClass | priorityclasses | pc | cluster | |
storage.k8s.io/v1 | CSIDriver | csidrivers | | cluster | |
storage.k8s.io/v1 | CSINode | csinodes | | cluster | |
storage.k8s.io/v1 | CSIStorageCapacity | csistoragecapacities | | ns | |
storage.k8s.io/v1 | StorageClass | storageclasses | sc | cluster | |
storage.k8s.io/v1 | VolumeAttachment | volumeattachments | | cluster | status |
)";

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string& word : split(text, ',')) {
    if (!trim(word).empty()) out.emplace_back(trim(word));
  }
  return out;
}

/// rbac.authorization.k8s.io/v1 -> rbac/v1, the package that holds the group's types.
std::string package_of(const GroupVersionKind& gvk) {
  std::string group = gvk.group.empty() ? "core" : gvk.group.substr(0, gvk.group.find('.'));
  return group + "/" + gvk.version;
}

Kind read_kind(const std::vector<std::string>& columns) {
  Kind kind;
  std::string group_version(trim(columns[0]));
  auto slash = group_version.find('/');
  kind.gvk.group = slash == std::string::npos ? "" : group_version.substr(0, slash);
  kind.gvk.version = slash == std::string::npos ? group_version : group_version.substr(slash + 1);
  kind.gvk.kind = trim(columns[1]);
  kind.singular = to_lower(kind.gvk.kind);
  kind.plural = trim(columns[2]);
  kind.short_names = words(columns[3]);
  kind.namespaced = trim(columns[4]) == "ns";
  kind.subresources = words(columns[5]);
  kind.categories = words(columns[6]);
  kind.review = kind.has("review");
  if (kind.review) kind.subresources.clear();
  kind.type = find_type(package_of(kind.gvk) + "." + kind.gvk.kind);
  return kind;
}

std::vector<Kind> read_kinds() {
  std::vector<Kind> out;
  for (const std::string& line : split(kTable, '\n')) {
    if (!line.empty()) out.push_back(read_kind(split(line, '|')));
  }
  return out;
}

}  // namespace

bool Kind::has(std::string_view subresource) const {
  return std::find(subresources.begin(), subresources.end(), subresource) != subresources.end();
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = read_kinds();
  return all;
}

const Kind* find_kind(const GroupVersionKind& gvk) {
  for (const Kind& kind : kinds()) {
    if (kind.gvk == gvk) return &kind;
  }
  return nullptr;
}

const Kind* find_resource(std::string_view group, std::string_view version, std::string_view plural) {
  for (const Kind& kind : kinds()) {
    if (kind.plural == plural && kind.gvk.group == group && kind.gvk.version == version) return &kind;
  }
  return nullptr;
}

const Kind* find_resource(std::string_view resource) {
  static const auto index = [] {
    std::map<std::string, const Kind*, std::less<>> out;
    for (const Kind& kind : kinds()) out.emplace(kind.resource(), &kind);
    return out;
  }();
  auto found = index.find(resource);
  return found == index.end() ? nullptr : found->second;
}

std::string storage_resource(const Kind& kind) { return kind.plural == "events" ? "events" : kind.resource(); }

}  // namespace drydock::kube

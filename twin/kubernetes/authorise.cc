// May this user do that: EKS access policies, the node authorizer with its admission rule, and RBAC.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and .../node/
#include <fmt/format.h>

#include <algorithm>

#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

bool in_group(const KubeUser& user, std::string_view group) {
  return std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end();
}

bool lists(const Json& list, std::string_view value) {
  for (std::size_t i = 0; i < list.size(); i++) {
    std::string item = list.item(i).string_or();
    if (item == "*" || item == value) return true;
  }
  return false;
}

bool lists_path(const Json& list, std::string_view path) {
  for (std::size_t i = 0; i < list.size(); i++) {
    std::string item = list.item(i).string_or();
    if (item == path || (item.ends_with('*') && path.starts_with(std::string_view(item).substr(0, item.size() - 1))))
      return true;
  }
  return false;
}

std::string full_resource(const Attributes& a) {
  return a.subresource.empty() ? a.resource : a.resource + "/" + a.subresource;
}

bool rule_allows(const Json& rule, const Attributes& a) {
  if (!lists(rule.at("verbs"), a.verb)) return false;
  if (!a.path.empty()) return lists_path(rule.at("nonResourceURLs"), a.path);
  if (!lists(rule.at("apiGroups"), a.group)) return false;
  bool resource = lists(rule.at("resources"), full_resource(a));
  if (!resource && !a.subresource.empty()) resource = lists(rule.at("resources"), "*/" + a.subresource);
  if (!resource) return false;
  const Json& names = rule.at("resourceNames");
  return names.size() == 0 || (!a.name.empty() && lists(names, a.name));
}

bool role_allows(const Json* role, const Attributes& a) {
  if (role == nullptr) return false;
  const Json& rules = role->at("rules");
  for (std::size_t i = 0; i < rules.size(); i++) {
    if (rule_allows(rules.item(i), a)) return true;
  }
  return false;
}

bool is_subject(const Json& binding, const KubeUser& user) {
  const Json& subjects = binding.at("subjects");
  for (std::size_t i = 0; i < subjects.size(); i++) {
    const Json& subject = subjects.item(i);
    std::string kind = subject.at("kind").string_or(), name = subject.at("name").string_or();
    if (kind == "User" && name == user.name) return true;
    if (kind == "Group" && in_group(user, name)) return true;
    if (kind == "ServiceAccount" &&
        user.name == fmt::format("system:serviceaccount:{}:{}", subject.at("namespace").string_or(), name))
      return true;
  }
  return false;
}

std::string group_text(const Attributes& a) { return fmt::format("in API group \"{}\"", a.group); }

std::string denial_of(const KubeUser& user, const Attributes& a, std::string_view why) {
  if (!a.path.empty()) return fmt::format("forbidden: User \"{}\" cannot {} path \"{}\"", user.name, a.verb, a.path);
  std::string resource = a.group.empty() ? a.resource : a.resource + "." + a.group;
  std::string subject = a.name.empty() ? resource : fmt::format("{} \"{}\"", resource, a.name);
  std::string where =
      a.name_space.empty() ? "at the cluster scope" : fmt::format("in the namespace \"{}\"", a.name_space);
  std::string text = fmt::format("{} is forbidden: User \"{}\" cannot {} resource \"{}\" {} {}", subject, user.name,
                                 a.verb, full_resource(a), group_text(a), where);
  return why.empty() ? text : fmt::format("{}: {}", text, why);
}

struct NodeVerdict {
  bool allowed = false;
  std::string why;         // goes behind the usual sentence
  std::string restricted;  // NodeRestriction's own sentence, instead of it
};

bool one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

NodeVerdict node_writes(const std::string& node, const Attributes& a) {
  NodeVerdict v;
  if (!a.name.empty() && a.name != node) {
    v.restricted = fmt::format("nodes \"{}\" is forbidden: node \"{}\" is not allowed to modify node \"{}\"", a.name,
                               node, a.name);
    return v;
  }
  v.allowed = one_of(a.verb, {"create", "update", "patch"});
  return v;
}

NodeVerdict node_lease(const std::string& node, const Attributes& a) {
  NodeVerdict v;
  if (a.name_space != "kube-node-lease") {
    v.why = "can only access leases in the \"kube-node-lease\" system namespace";
  } else if (a.verb != "create" && a.name != node) {
    v.why = "can only access node lease with the same name as the requesting node";
  } else {
    v.allowed = one_of(a.verb, {"get", "create", "update", "patch", "delete"});
  }
  return v;
}

/// The node authorizer, without its graph: secrets and config maps are readable one by one.
NodeVerdict node_may(const std::string& node, const Attributes& a) {
  NodeVerdict v;
  bool reads = one_of(a.verb, {"get", "list", "watch"});
  if (a.resource == "nodes" && !reads) return node_writes(node, a);
  if (a.resource == "leases") return node_lease(node, a);
  if (a.resource == "csinodes") {
    v.allowed = a.name.empty() || a.name == node;
    if (!v.allowed) v.why = "can only access CSINode with the same name as the requesting node";
  } else if (one_of(a.resource, {"nodes", "services", "endpoints", "runtimeclasses", "csidrivers", "pods",
                                 "volumeattachments", "persistentvolumeclaims", "persistentvolumes"})) {
    v.allowed = reads || (a.resource == "pods" && (one_of(a.verb, {"create", "delete"}) || a.subresource == "status" ||
                                                   a.subresource == "eviction"));
  } else if (one_of(a.resource, {"configmaps", "secrets"})) {
    v.allowed = a.verb == "get" || a.verb == "watch" || a.verb == "list";
  } else if (a.resource == "events") {
    v.allowed = one_of(a.verb, {"create", "update", "patch"});
  } else if (one_of(a.resource, {"certificatesigningrequests", "tokenreviews", "subjectaccessreviews",
                                 "localsubjectaccessreviews"})) {
    v.allowed = a.verb == "create" || reads;
  } else if (a.resource == "serviceaccounts") {
    v.allowed = a.subresource == "token" || a.verb == "get";
  }
  return v;
}

/// EKS access policies are cluster roles of EKS's own, applied to the cluster or to some namespaces.
const char* role_of_policy(std::string_view arn) {
  std::string_view name = arn.substr(arn.rfind('/') + 1);
  if (name == "AmazonEKSClusterAdminPolicy") return "cluster-admin";
  if (name == "AmazonEKSAdminPolicy") return "admin";
  if (name == "AmazonEKSEditPolicy") return "edit";
  if (name == "AmazonEKSViewPolicy") return "view";
  if (name == "AmazonEKSAdminViewPolicy") return "eks:admin-view";
  return nullptr;
}

bool matches_namespace(const AccessPolicyAssociation& policy, const std::string& name_space) {
  if (policy.cluster_scope) return true;
  for (const std::string& pattern : policy.namespaces) {
    if (pattern == name_space) return true;
    if (pattern.ends_with('*') && name_space.starts_with(pattern.substr(0, pattern.size() - 1))) return true;
  }
  return false;
}

std::string policy_reason(const KubeCluster& cluster, const KubeUser& user, const Attributes& a) {
  for (const AccessPolicyAssociation& policy : user.policies) {
    const char* role = role_of_policy(policy.policy_arn);
    if (role == nullptr || !matches_namespace(policy, a.name_space)) continue;
    if (role_allows(cluster.get("clusterroles.rbac.authorization.k8s.io", "", role), a)) {
      return fmt::format("EKS Access Policy: allowed by ClusterRoleBinding \"{}\" of ClusterRole \"{}\" to User \"{}\"",
                         policy.policy_arn.substr(policy.policy_arn.rfind('/') + 1), role, user.name);
    }
  }
  return {};
}

std::string rbac_reason(const KubeCluster& cluster, const KubeUser& user, const Attributes& a) {
  for (const Json* binding : cluster.list("clusterrolebindings.rbac.authorization.k8s.io")) {
    std::string role = binding->at("roleRef").at("name").string_or();
    if (is_subject(*binding, user) && role_allows(cluster.get("clusterroles.rbac.authorization.k8s.io", "", role), a)) {
      return fmt::format("RBAC: allowed by ClusterRoleBinding \"{}\" of ClusterRole \"{}\" to {}",
                         kube::name_of(*binding), role, user.name);
    }
  }
  if (a.name_space.empty()) return {};
  for (const Json* binding : cluster.list("rolebindings.rbac.authorization.k8s.io", a.name_space)) {
    if (!is_subject(*binding, user)) continue;
    std::string role = binding->at("roleRef").at("name").string_or();
    bool wide = binding->at("roleRef").at("kind").string_or() == "ClusterRole";
    const Json* found = wide ? cluster.get("clusterroles.rbac.authorization.k8s.io", "", role)
                             : cluster.get("roles.rbac.authorization.k8s.io", a.name_space, role);
    if (role_allows(found, a)) {
      return fmt::format("RBAC: allowed by RoleBinding \"{}/{}\" of {} \"{}\" to {}", a.name_space,
                         kube::name_of(*binding), wide ? "ClusterRole" : "Role", role, user.name);
    }
  }
  return {};
}

}  // namespace

Decision KubeCluster::authorise(const KubeUser& user, const Attributes& a) const {
  constexpr std::string_view kNode = "system:node:";
  if (in_group(user, "system:masters")) return {true, "", ""};
  std::string why, restricted;
  if (in_group(user, "system:nodes") && user.name.starts_with(kNode) && a.path.empty()) {
    NodeVerdict verdict = node_may(user.name.substr(kNode.size()), a);
    if (verdict.allowed) return {true, "", ""};
    if (!verdict.restricted.empty()) return {false, "", verdict.restricted};
    why = verdict.why;
  }
  if (std::string reason = policy_reason(*this, user, a); !reason.empty()) return {true, reason, ""};
  if (std::string reason = rbac_reason(*this, user, a); !reason.empty()) return {true, reason, ""};
  return {false, why, denial_of(user, a, why)};
}

}  // namespace drydock::twin::kubernetes

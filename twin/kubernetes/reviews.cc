// Questions that are asked by creating an object: who am I, may I.
#include <fmt/format.h>

#include "cloud/kube/objects.h"
#include "twin/kubernetes/api_server.h"
#include "twin/kubernetes/service_tokens.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

Json texts(const std::vector<std::string>& items) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(item);
  return out;
}

Json user_info(const KubeUser& user) {
  Json info = Json::object({{"username", user.name}, {"groups", texts(user.groups)}});
  if (!user.uid.empty()) info["uid"] = user.uid;
  for (const auto& [key, values] : user.extra) info["extra"][key] = texts(values);
  return info;
}

Attributes attributes_of(const Json& spec) {
  const Json& r = spec.at("resourceAttributes");
  if (!r.is_object()) {
    const Json& n = spec.at("nonResourceAttributes");
    return {n.at("verb").string_or(), "", "", "", "", "", n.at("path").string_or()};
  }
  return {r.at("verb").string_or(),
          r.at("group").string_or(),
          r.at("resource").string_or(),
          r.at("subresource").string_or(),
          r.at("namespace").string_or(),
          r.at("name").string_or(),
          ""};
}

KubeUser user_of(const Json& spec) {
  KubeUser user;
  user.name = spec.at("user").string_or();
  for (std::size_t i = 0; i < spec.at("groups").size(); i++)
    user.groups.push_back(spec.at("groups").item(i).string_or());
  return user;
}

Json decided(const Decision& decision) {
  Json status = Json::object({{"allowed", decision.allowed}});
  if (!decision.reason.empty()) status["reason"] = decision.reason;
  return status;
}

bool binds(const Json& binding, const KubeUser& user) {
  for (std::size_t i = 0; i < binding.at("subjects").size(); i++) {
    const Json& subject = binding.at("subjects").item(i);
    std::string kind = subject.at("kind").string_or(), name = subject.at("name").string_or();
    if (kind == "User" && name == user.name) return true;
    if (kind == "Group" && std::find(user.groups.begin(), user.groups.end(), name) != user.groups.end()) return true;
  }
  return false;
}

void add_rules(const Json* role, Json& status) {
  if (role == nullptr) return;
  for (std::size_t i = 0; i < role->at("rules").size(); i++) {
    Json rule = role->at("rules").item(i);
    bool path = rule.has("nonResourceURLs");
    status[path ? "nonResourceRules" : "resourceRules"].push_back(std::move(rule));
  }
}

Json rules_of(const KubeCluster& cluster, const KubeUser& user, const std::string& name_space) {
  constexpr const char* kRoles = "clusterroles.rbac.authorization.k8s.io";
  Json status =
      Json::object({{"resourceRules", Json::array()}, {"nonResourceRules", Json::array()}, {"incomplete", false}});
  for (const Json* binding : cluster.list("clusterrolebindings.rbac.authorization.k8s.io")) {
    if (binds(*binding, user))
      add_rules(cluster.get(kRoles, "", binding->at("roleRef").at("name").string_or()), status);
  }
  for (const Json* binding : cluster.list("rolebindings.rbac.authorization.k8s.io", name_space)) {
    if (!binds(*binding, user)) continue;
    std::string role = binding->at("roleRef").at("name").string_or();
    bool wide = binding->at("roleRef").at("kind").string_or() == "ClusterRole";
    add_rules(wide ? cluster.get(kRoles, "", role) : cluster.get("roles.rbac.authorization.k8s.io", name_space, role),
              status);
  }
  // Access policies of EKS are whole roles, too.
  Attributes everything{"*", "*", "*", "", name_space, "", ""};
  if (!user.policies.empty() && cluster.authorise(user, everything).allowed)
    add_rules(cluster.get(kRoles, "", "cluster-admin"), status);
  return status;
}

}  // namespace

/// serviceaccounts/NAME/token:
/// https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
ApiReply<Json> ApiServer::token(const ApiRequest& request, const Json& body) {
  TokenWish wish{.name_space = request.name_space, .account = request.name};
  const Json& spec = body.at("spec");
  if (spec.at("audiences").size() > 0) wish.audiences.clear();
  for (std::size_t i = 0; i < spec.at("audiences").size(); ++i)
    wish.audiences.push_back(spec.at("audiences").item(i).string_or());
  wish.seconds = spec.at("expirationSeconds").int_or(wish.seconds);
  if (wish.seconds < 600)
    return tl::unexpected(
        ApiStatus{422,
                  "Invalid",
                  fmt::format("TokenRequest.authentication.k8s.io \"{}\" is invalid: spec.expirationSeconds: Invalid "
                              "value: {}: may not specify a duration less than 10 minutes",
                              request.name, wish.seconds),
                  {}});
  if (spec.path("boundObjectRef.kind").string_or() == "Pod") {
    wish.pod = spec.path("boundObjectRef.name").string_or();
    const Json* pod = cluster_.get("pods", request.name_space, wish.pod);
    if (!pod) return not_found(*kube::find_resource("pods"), wish.pod);
    wish.pod_uid = kube::uid_of(*pod);
  }
  const std::string token = service_account_token(cluster_, wish);
  if (token.empty()) return not_found(*request.kind, request.name);
  const kube::Time expires = from_epoch_millis(token_claims(token).at("exp").int_or(0) * 1000);
  Json answer = kube::make_object("authentication.k8s.io/v1", "TokenRequest", request.name_space, request.name);
  answer["spec"] = spec;
  answer["status"] = Json::object({{"token", token}, {"expirationTimestamp", kube::rfc3339(expires)}});
  return answer;
}

ApiReply<Json> ApiServer::review(const ApiRequest& request, const Json& body) {
  Json out = body;
  const std::string& kind = request.kind->gvk.kind;
  out["metadata"]["creationTimestamp"] = kube::rfc3339(cluster_.world().now());
  if (kind == "SelfSubjectReview") {
    out["status"]["userInfo"] = user_info(request.user);
  } else if (kind == "SelfSubjectAccessReview") {
    out["status"] = decided(cluster_.authorise(request.user, attributes_of(body.at("spec"))));
  } else if (kind == "SubjectAccessReview" || kind == "LocalSubjectAccessReview") {
    out["status"] = decided(cluster_.authorise(user_of(body.at("spec")), attributes_of(body.at("spec"))));
  } else if (kind == "SelfSubjectRulesReview") {
    out["status"] = rules_of(cluster_, request.user, body.at("spec").at("namespace").string_or("default"));
  } else if (kind == "TokenReview") {
    auto user = cluster_.authenticate(body.at("spec").at("token").string_or());
    out["status"]["authenticated"] = static_cast<bool>(user);
    if (user) out["status"]["user"] = user_info(*user);
    if (!user) out["status"]["error"] = user.error().message;
  }
  return out;
}

}  // namespace drydock::twin::kubernetes

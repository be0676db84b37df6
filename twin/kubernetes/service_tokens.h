// Tokens of service accounts: JSON Web Tokens that a cluster signs and that its API server, and who trusts its OIDC
// issuer, believe. Their times are wall time, as those of everything that clients check.
// https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "twin/kubernetes/cluster.h"

namespace drydock::twin::kubernetes {

/// What the API server itself wants to see as audience.
inline constexpr auto kApiAudience = "https://kubernetes.default.svc";

struct TokenWish {
  std::string name_space, account;
  std::vector<std::string> audiences = {kApiAudience};
  long long seconds = 3600;
  std::string pod, pod_uid;  // empty: bound to no pod
};
/// Empty when there is no such service account.
std::string service_account_token(const KubeCluster& cluster, const TokenWish& wish);

/// Whether this cluster signed the token; nothing is said of its times and audience.
bool is_signed_by(const KubeCluster& cluster, std::string_view token);
/// For iam::verify_web_identity_by: whether the cluster whose issuer it is signed the token. REQUIRES: `all` outlives
/// it.
std::function<bool(World&, const std::string& issuer, const std::string& token)> signed_by_a_cluster_of(
    const Kubernetes& all);
/// Whose it is, if it is good for the API server now and its service account is still there.
Result<KubeUser> user_of_token(const KubeCluster& cluster, std::string_view token);

/// The claims, unchecked; null when it is no JSON Web Token.
Json token_claims(std::string_view token);

}  // namespace drydock::twin::kubernetes

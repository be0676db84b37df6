#include "twin/kubernetes/service_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/hash.h"
#include "base/text.h"
#include "twin/kubernetes/pki.h"

namespace drydock::twin::kubernetes {
namespace {

std::int64_t wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

tl::unexpected<Error> refused(std::string why) { return fail(ErrorCode::access_denied, std::move(why)); }

bool has_audience(const Json& claims, std::string_view wanted) {
  const Json& aud = claims.at("aud");
  if (aud.is_string()) return aud.as_string() == wanted;
  for (std::size_t i = 0; i < aud.size(); ++i)
    if (aud.item(i).string_or() == wanted) return true;
  return false;
}

}  // namespace

std::string service_account_token(const KubeCluster& cluster, const TokenWish& wish) {
  const Json* account = cluster.get("serviceaccounts", wish.name_space, wish.account);
  if (!account) return {};
  const ClusterRecord& record = cluster.record();
  const std::int64_t now = wall_seconds();
  Json audiences = Json::array();
  for (const std::string& audience : wish.audiences) audiences.push_back(audience);
  Json about =
      Json::object({{"namespace", wish.name_space},
                    {"serviceaccount", Json::object({{"name", wish.account}, {"uid", kube::uid_of(*account)}})}});
  if (!wish.pod.empty()) about["pod"] = Json::object({{"name", wish.pod}, {"uid", wish.pod_uid}});
  const Json claims =
      Json::object({{"aud", audiences},
                    {"exp", now + wish.seconds},
                    {"iat", now},
                    {"iss", record.issuer.empty() ? kApiAudience : record.issuer},
                    {"kubernetes.io", about},
                    {"nbf", now},
                    {"sub", fmt::format("system:serviceaccount:{}:{}", wish.name_space, wish.account)}});
  const std::string kid = hex(sha256(record.certificate)).substr(0, 40);
  const Json header = Json::object({{"alg", "ES256"}, {"kid", kid}});
  const std::string text = base64url(header.dump()) + "." + base64url(claims.dump());
  return text + "." + base64url(sign_es256(record.key, text));
}

bool is_signed_by(const KubeCluster& cluster, std::string_view token) {
  const auto dot = token.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto signature = unbase64(token.substr(dot + 1));
  return signature && verifies_es256(cluster.record().certificate, token.substr(0, dot), *signature);
}

std::function<bool(World&, const std::string&, const std::string&)> signed_by_a_cluster_of(const Kubernetes& all) {
  return [&all](World&, const std::string& issuer, const std::string& token) {
    const auto clusters = all.all();
    return std::any_of(clusters.begin(), clusters.end(), [&](const KubeCluster* cluster) {
      return cluster->record().issuer == issuer && is_signed_by(*cluster, token);
    });
  };
}

Json token_claims(std::string_view token) {
  const std::vector<std::string> parts = split(token, '.');
  if (parts.size() != 3) return {};
  const auto text = unbase64(parts[1]);
  if (!text) return {};
  Result<Json> claims = Json::parse(*text);
  return claims && claims->is_object() ? std::move(*claims) : Json();
}

Result<KubeUser> user_of_token(const KubeCluster& cluster, std::string_view token) {
  const Json claims = token_claims(token);
  if (claims.is_null() || !is_signed_by(cluster, token)) return refused("the token is not one of this cluster's");
  if (claims.at("exp").int_or(0) <= wall_seconds()) return refused("service account token has expired");
  if (!has_audience(claims, kApiAudience)) return refused("the token's audiences are not the API server's");
  const Json& about = claims.at("kubernetes.io");
  const std::string name_space = about.at("namespace").string_or(),
                    name = about.path("serviceaccount.name").string_or();
  const Json* account = cluster.get("serviceaccounts", name_space, name);
  if (!account || kube::uid_of(*account) != about.path("serviceaccount.uid").string_or())
    return refused(fmt::format("serviceaccount {}/{} is gone", name_space, name));
  KubeUser user;
  user.name = fmt::format("system:serviceaccount:{}:{}", name_space, name);
  user.uid = kube::uid_of(*account);
  user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + name_space, "system:authenticated"};
  return user;
}

}  // namespace drydock::twin::kubernetes

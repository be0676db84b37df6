#include "twin/iam/web_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "base/hash.h"
#include "base/text.h"
#include "twin/iam/access.h"
#include "twin/iam/api.h"
#include "twin/iam/install.h"

namespace drydock::twin::iam {
namespace {

using TokenCheck = std::function<bool(World&, const std::string&, const std::string&)>;

std::map<const World*, TokenCheck>& token_checks() {
  static std::map<const World*, TokenCheck> checks;
  return checks;
}

bool is_signed(World& world, const std::string& issuer, const std::string& token) {
  auto it = token_checks().find(&world);
  return it != token_checks().end() && it->second && it->second(world, issuer, token);
}

/// The claims of a JWT; the signature is checked elsewhere.
std::optional<Json> claims_of(const std::string& token) {
  const std::vector<std::string> parts = split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto text = unbase64(parts[1]);
  if (!text) return std::nullopt;
  Result<Json> claims = Json::parse(*text);
  if (!claims || !claims->is_object()) return std::nullopt;
  return std::move(*claims);
}

std::vector<std::string> audiences(const Json& claims) {
  const Json& aud = claims.at("aud");
  std::vector<std::string> out;
  if (aud.is_string()) out.push_back(aud.as_string());
  for (std::size_t i = 0; aud.is_array() && i < aud.size(); ++i) out.push_back(aud.item(i).string_or());
  return out;
}

std::int64_t wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

WebIdentityVerdict refused(std::string cause, std::string code, std::string message, int status = 400) {
  WebIdentityVerdict out;
  out.cause = std::move(cause);
  out.refusal = {status, std::move(code), std::move(message), {}};
  return out;
}
WebIdentityVerdict bad_token(std::string cause, std::string why) {
  return refused(std::move(cause), "InvalidIdentityToken", std::move(why));
}

bool known_audience(const aws::OpenIdConnectProvider& provider, const std::vector<std::string>& aud) {
  const auto& clients = provider.ClientIDList;
  return std::any_of(aud.begin(), aud.end(), [&](const std::string& a) {
    return std::find(clients.begin(), clients.end(), a) != clients.end();
  });
}

}  // namespace

WebIdentityVerdict check_web_identity(World& world, const WebIdentity& identity,
                                      std::shared_ptr<const aws::PolicyDocument> endpoint, Context context) {
  const std::optional<Json> claims = claims_of(identity.token);
  if (!claims)
    return bad_token("oidc.token",
                     "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
  const std::string url = claims->at("iss").string_or();
  if (!url.starts_with("https://")) return bad_token("oidc.token", "Issuer must be a valid URL");
  const std::string issuer = url.substr(8);
  const std::string provider_arn = iam_arn(world, "oidc-provider", "/", issuer);
  const auto* provider = world.table<aws::OpenIdConnectProvider>().find(provider_arn);
  if (!provider)
    return bad_token("oidc.no-provider", fmt::format("No OpenIDConnect provider found in your account for {}", url));
  if (!is_signed(world, url, identity.token))
    return bad_token("oidc.token",
                     "Couldn't retrieve verification key from your identity provider,  please reference "
                     "AssumeRoleWithWebIdentity documentation for requirements");
  if (const std::int64_t expires = claims->at("exp").int_or(0); expires <= wall_seconds())
    return refused("oidc.expired", "ExpiredTokenException",
                   fmt::format("Token expired: current date/time {} must be before the expiration date/time {}",
                               wall_seconds(), expires));
  const std::vector<std::string> aud = audiences(*claims);
  if (!known_audience(*provider, aud)) return bad_token("oidc.audience", "Incorrect token audience");

  WebIdentityVerdict out{.subject = claims->at("sub").string_or(), .provider = provider_arn, .audience = aud.front()};
  Caller caller;
  caller.kind = Caller::Kind::web_identity;
  caller.provider = provider_arn;
  context[issuer + ":sub"] = {out.subject};
  context[issuer + ":aud"] = aud;
  context["sts:RoleSessionName"] = {identity.session_name};
  const aws::Role* role = role_by_arn(world, identity.role_arn);
  const Decision decision =
      role ? authorise_assume_role(world, caller, *role, "sts:AssumeRoleWithWebIdentity", context, std::move(endpoint))
           : Decision{};
  if (!role || !decision.allowed())
    return refused(decision.layer == Layer::endpoint ? "endpoint-policy" : "iam.trust", "AccessDenied",
                   "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403);
  out.role = role;
  return out;
}

void verify_web_identity_by(World& world, TokenCheck check) {
  if (check)
    token_checks()[&world] = std::move(check);
  else
    token_checks().erase(&world);
}

}  // namespace drydock::twin::iam

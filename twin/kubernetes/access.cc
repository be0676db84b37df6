// Authentication as EKS does it: a bearer token is a presigned STS GetCallerIdentity URL; who STS says signed it is
// mapped to a Kubernetes user by access entries and the aws-auth ConfigMap.
// https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/http.h"
#include "base/text.h"
#include "twin/kubernetes/service_tokens.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

constexpr std::string_view kPrefix = "k8s-aws-v1.";
constexpr std::string_view kClusterHeader = "x-k8s-aws-id";

tl::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::access_denied, fmt::format("input token was not properly formatted: {}", why));
}

struct Url {
  std::string scheme, host, path;
  std::vector<std::pair<std::string, std::string>> query;
  /// Name in any case; "" if absent.
  std::string value(std::string_view name) const {
    for (const auto& [key, value] : query) {
      if (equals_ignoring_case(key, name)) return value;
    }
    return {};
  }
};

std::optional<Url> parse_url(const std::string& text) {
  auto colon = text.find("://");
  if (colon == std::string::npos) return {};
  Url url;
  url.scheme = text.substr(0, colon);
  auto slash = text.find_first_of("/?", colon + 3);
  url.host = text.substr(colon + 3, slash == std::string::npos ? slash : slash - colon - 3);
  HttpRequest request;
  request.target = slash == std::string::npos ? "/" : text.substr(slash);
  if (request.target.front() == '?') request.target = "/" + request.target;
  url.path = request.path();
  url.query = request.query_pairs();
  return url;
}

bool is_loopback(std::string_view host) {
  auto colon = host.rfind(':');
  std::string_view name = host.substr(0, colon);
  return name == "127.0.0.1" || name == "localhost" || host.starts_with("[::1]");
}

/// An STS host of the partition: the global one, or sts.REGION and its FIPS and dual-stack forms.
bool is_sts(std::string_view host) {
  if (host == "sts.amazonaws.com") return true;
  bool suffix = host.ends_with(".amazonaws.com") || host.ends_with(".api.aws");
  return suffix && (host.starts_with("sts.") || host.starts_with("sts-fips."));
}

const std::vector<std::string>& known_parameters() {
  static const std::vector<std::string> names = {"action",
                                                 "version",
                                                 "x-amz-algorithm",
                                                 "x-amz-credential",
                                                 "x-amz-date",
                                                 "x-amz-expires",
                                                 "x-amz-security-token",
                                                 "x-amz-signature",
                                                 "x-amz-signedheaders",
                                                 "x-amz-user-agent"};
  return names;
}

/// Everything that can be said of the URL without asking STS; "" when it may be asked.
std::string fault_of(const Url& url) {
  bool own = is_loopback(url.host);
  if (url.scheme != "https" && !own) return fmt::format("unexpected scheme \"{}\" in pre-signed URL", url.scheme);
  if (!own && !is_sts(url.host)) return fmt::format("unexpected hostname \"{}\" in pre-signed URL", url.host);
  if (url.path != "/") return "unexpected path in pre-signed URL";
  for (const auto& [name, value] : url.query) {
    if (std::find(known_parameters().begin(), known_parameters().end(), to_lower(name)) == known_parameters().end()) {
      return fmt::format("non-whitelisted query parameter \"{}\"", name);
    }
  }
  if (url.value("action") != "GetCallerIdentity") return "unexpected action parameter in pre-signed URL";
  auto headers = split(url.value("x-amz-signedheaders"), ';');
  if (std::find(headers.begin(), headers.end(), kClusterHeader) == headers.end())
    return fmt::format("client did not sign the {} header in the pre-signed URL", kClusterHeader);
  int expires = std::atoi(url.value("x-amz-expires").c_str());
  if (expires < 0 || expires > 900)
    return fmt::format("invalid X-Amz-Expires parameter in pre-signed URL: {}", expires);
  if (url.value("x-amz-date").empty()) return "X-Amz-Date parameter must be present in pre-signed URL";
  return {};
}

/// Where an IAM principal stands: account, "role" or "user", and its name without path.
struct Principal {
  std::string kind, name, account, session;
  std::string canonical() const { return fmt::format("arn:aws:iam::{}:{}/{}", account, kind, name); }
};

Principal principal_of(std::string_view arn) {
  Principal out;
  auto parts = split(arn, ':');
  if (parts.size() < 6) return out;
  out.account = parts[4];
  std::string resource(arn.substr(arn.find(parts[4]) + parts[4].size() + 1));
  auto words = split(resource, '/');
  out.kind = words.front() == "assumed-role" ? "role" : words.front();
  if (words.front() == "assumed-role" && words.size() >= 3) {
    out.name = words[1];
    out.session = words[2];
  } else {
    out.name = words.back();
  }
  return out;
}

bool same_principal(const Principal& a, const Principal& b) {
  return a.kind == b.kind && a.account == b.account && equals_ignoring_case(a.name, b.name);
}

/// What the identity brings along, shown by `kubectl auth whoami`.
KubeUser base_user(const StsIdentity& identity, const Principal& principal) {
  KubeUser user;
  std::string id = identity.user_id.substr(0, identity.user_id.find(':'));
  user.uid = fmt::format("aws-iam-authenticator:{}:{}", identity.account, id);
  user.extra["arn"] = {identity.arn};
  user.extra["canonicalArn"] = {principal.canonical()};
  user.extra["principalId"] = {id};
  user.extra["sessionName"] = {principal.session};
  return user;
}

struct Templates {
  const KubeCluster& cluster;
  const Neighbours& neighbours;
  const Principal& principal;

  Result<std::string> expand(std::string text) const {
    text = replace_all(text, "{{AccountID}}", principal.account);
    text = replace_all(text, "{{SessionNameRaw}}", principal.session);
    text = replace_all(text, "{{SessionName}}", replace_all(principal.session, "@", "-"));
    if (text.find("{{EC2PrivateDNSName}}") == std::string::npos) return text;
    if (!principal.session.starts_with("i-"))
      return fail(ErrorCode::access_denied, "SessionName did not contain an instance id");
    std::string name = neighbours.private_dns_name ? neighbours.private_dns_name(cluster, principal.session) : "";
    if (name.empty())
      return fail(ErrorCode::access_denied,
                  fmt::format("failed querying private DNS from EC2 API for node {}", principal.session));
    return replace_all(text, "{{EC2PrivateDNSName}}", name);
  }
};

void finish(KubeUser& user) { user.groups.push_back("system:authenticated"); }

Result<std::optional<KubeUser>> by_access_entry(const AccessConfig& access, const StsIdentity& identity,
                                                const Principal& principal, const Templates& templates) {
  for (const AccessEntry& entry : access.entries) {
    if (!same_principal(principal_of(entry.principal_arn), principal)) continue;
    std::string id = identity.user_id.substr(0, identity.user_id.find(':'));
    // The entry belongs to the role it was made for, not to a later one of the same name.
    if (!entry.principal_id.empty() && !id.empty() && entry.principal_id != id) continue;
    KubeUser user = base_user(identity, principal);
    bool node = entry.type != "STANDARD";
    std::string name = entry.username;
    if (name.empty() && entry.type == "EC2") name = "system:node:{{SessionName}}";
    if (name.empty() && node) name = "system:node:{{EC2PrivateDNSName}}";
    if (name.empty())
      name = principal.kind == "role"
                 ? fmt::format("arn:aws:sts::{}:assumed-role/{}/{{{{SessionName}}}}", principal.account, principal.name)
                 : entry.principal_arn;
    auto expanded = templates.expand(name);
    if (!expanded) return pass(expanded);
    user.name = *expanded;
    user.groups = entry.groups;
    if (node) {
      for (const char* group : {"system:bootstrappers", "system:nodes"}) {
        if (std::find(user.groups.begin(), user.groups.end(), group) == user.groups.end()) user.groups.push_back(group);
      }
    }
    user.policies = entry.policies;
    finish(user);
    return std::optional<KubeUser>(std::move(user));
  }
  return std::optional<KubeUser>();
}

Json mappings(const Json* config_map, const char* member) {
  if (config_map == nullptr) return Json::array();
  auto parsed = parse_yaml(config_map->at("data").at(member).string_or());
  return parsed && parsed->is_array() ? *parsed : Json::array();
}

Result<std::optional<KubeUser>> by_aws_auth(const Json* config_map, const StsIdentity& identity,
                                            const Principal& principal, const Templates& templates) {
  bool role = principal.kind == "role";
  Json rows = mappings(config_map, role ? "mapRoles" : "mapUsers");
  for (const Json& row : rows.as_array()) {
    // Literal comparison: a path left in the ARN never matches.
    if (!equals_ignoring_case(row.at(role ? "rolearn" : "userarn").string_or(), principal.canonical()) &&
        !(!role && equals_ignoring_case(row.at("userarn").string_or(), identity.arn))) {
      continue;
    }
    KubeUser user = base_user(identity, principal);
    auto name = templates.expand(row.at("username").string_or(principal.canonical()));
    if (!name) return pass(name);
    user.name = *name;
    for (std::size_t i = 0; i < row.at("groups").size(); i++) {
      auto group = templates.expand(row.at("groups").item(i).string_or());
      if (!group) return pass(group);
      user.groups.push_back(*group);
    }
    finish(user);
    return std::optional<KubeUser>(std::move(user));
  }
  return std::optional<KubeUser>();
}

}  // namespace

Result<KubeUser> KubeCluster::map_identity(const StsIdentity& identity) const {
  AccessConfig access = neighbours_.access ? neighbours_.access(*this) : AccessConfig{};
  Principal principal = principal_of(identity.arn);
  Templates templates{*this, neighbours_, principal};
  if (access.mode != AuthenticationMode::config_map) {
    auto found = by_access_entry(access, identity, principal, templates);
    if (!found) return pass(found);
    if (*found) return std::move(**found);
  }
  if (access.mode != AuthenticationMode::api) {
    if (!access.creator_arn.empty() && access.mode == AuthenticationMode::config_map &&
        same_principal(principal_of(access.creator_arn), principal)) {
      KubeUser user = base_user(identity, principal);
      user.name = "kubernetes-admin";
      user.groups = {"system:masters"};
      finish(user);
      return user;
    }
    auto found = by_aws_auth(get("configmaps", "kube-system", "aws-auth"), identity, principal, templates);
    if (!found) return pass(found);
    if (*found) return std::move(**found);
  }
  return fail(ErrorCode::access_denied,
              fmt::format("access denied: ARN is not mapped: {}", to_lower(principal.canonical())));
}

Result<KubeUser> KubeCluster::authenticate(std::string_view token) const {
  if (!token.starts_with(kPrefix) && std::count(token.begin(), token.end(), '.') == 2)
    return user_of_token(*this, token);
  if (!token.starts_with(kPrefix)) return malformed(fmt::format("token is missing expected \"{}\" prefix", kPrefix));
  if (token.size() > 1024 * 8) return malformed("token is too large");
  auto decoded = unbase64(token.substr(kPrefix.size()));
  if (!decoded) return malformed("illegal base64 data");
  auto url = parse_url(*decoded);
  if (!url) return malformed("no URL in it");
  if (std::string fault = fault_of(*url); !fault.empty()) return malformed(fault);
  if (!neighbours_.sts) return fail(ErrorCode::unavailable, "sts getCallerIdentity failed: nobody answers");
  auto identity = neighbours_.sts(*decoded, {{"host", url->host}, {std::string(kClusterHeader), record().name}});
  if (!identity)
    return fail(ErrorCode::access_denied, fmt::format("sts getCallerIdentity failed: {}", identity.error().message));
  auto user = map_identity(*identity);
  if (!user) return pass(user);
  std::string credential = url->value("x-amz-credential");
  user->extra["accessKeyId"] = {credential.substr(0, credential.find('/'))};
  return user;
}

}  // namespace drydock::twin::kubernetes

// From a request to a verb on a kind: who, what, whether; then the verb itself is api_objects.cc's or watch.cc's.
#include "twin/kubernetes/api_server.h"

#include <fmt/format.h>

#include "base/text.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

using kube::Kind;

tl::unexpected<ApiStatus> unauthorized() { return tl::unexpected(ApiStatus{401, "Unauthorized", "Unauthorized", {}}); }
ApiStatus forbidden(const std::string& why) { return {403, "Forbidden", why, {}}; }
ApiStatus no_such_path() { return {404, "NotFound", "the server could not find the requested resource", {}}; }
ApiStatus not_modelled(std::string_view what) {
  return {501, "NotImplemented", fmt::format("not supported yet by the twin: {}", what), {}};
}

struct Path {
  std::string group, version, plural;
  std::string name_space, name, subresource;
};

/// /api/v1/... and /apis/GROUP/VERSION/...; empty when it is neither.
std::optional<Path> parse_path(std::string_view text) {
  std::vector<std::string> parts;
  for (const std::string& part : split(text.substr(1), '/')) parts.push_back(uri_decode(part));
  std::size_t at = 0;
  Path path;
  if (parts[0] == "api" && parts.size() >= 3) {
    path.version = parts[1];
    at = 2;
  } else if (parts[0] == "apis" && parts.size() >= 4) {
    path.group = parts[1];
    path.version = parts[2];
    at = 3;
  } else {
    return {};
  }
  bool inside =
      parts[at] == "namespaces" && parts.size() > at + 2 && parts[at + 2] != "status" && parts[at + 2] != "finalize";
  if (inside) {
    path.name_space = parts[at + 1];
    at += 2;
  }
  path.plural = parts[at];
  if (parts.size() > at + 1) path.name = parts[at + 1];
  for (std::size_t i = at + 2; i < parts.size(); i++) path.subresource += (i > at + 2 ? "/" : "") + parts[i];
  return path;
}

std::string verb_of(const HttpRequest& http, const ApiRequest& request) {
  std::string watch = request.parameter("watch");
  if (http.method == "GET" || http.method == "HEAD") {
    if (watch == "true" || watch == "1") return "watch";
    return request.name.empty() ? "list" : "get";
  }
  if (http.method == "POST") return "create";
  if (http.method == "PUT") return "update";
  if (http.method == "PATCH") return "patch";
  if (http.method == "DELETE") return request.name.empty() ? "deletecollection" : "delete";
  return {};
}

Attributes attributes_of(const ApiRequest& request) {
  return {request.verb,
          request.kind->gvk.group,
          request.kind->plural,
          request.subresource,
          request.name_space,
          request.name,
          {}};
}

}  // namespace

std::string ApiRequest::parameter(std::string_view wanted) const {
  for (const auto& [key, value] : query) {
    if (key == wanted) return replace_all(value, "+", " ");
  }
  return {};
}

std::string ApiRequest::field_manager() const {
  std::string manager = parameter("fieldManager");
  if (!manager.empty()) return manager;
  std::string agent(http->headers.get("user-agent"));
  agent = agent.substr(0, agent.find('/'));
  return agent.empty() ? "unknown" : agent;
}

ApiReply<KubeUser> ApiServer::identify(const HttpRequest& request) const {
  std::string_view header = request.headers.get("authorization");
  KubeUser user;
  if (header.empty()) {
    user.name = "system:anonymous";
    user.groups = {"system:unauthenticated"};
    return user;
  }
  if (header.size() < 7 || !equals_ignoring_case(header.substr(0, 7), "bearer ")) return unauthorized();
  auto known = cluster_.authenticate(trim(header.substr(7)));
  if (!known) return unauthorized();
  return std::move(*known);
}

ApiReply<KubeUser> ApiServer::impersonated(const HttpRequest& request, KubeUser user) const {
  std::string_view name = request.headers.get("impersonate-user");
  if (name.empty()) return user;
  Decision decision = cluster_.authorise(user, {"impersonate", "", "users", "", "", std::string(name), {}});
  if (!decision.allowed) return tl::unexpected(forbidden(decision.denial));
  KubeUser other;
  other.name = name;
  for (const auto& [key, value] : request.headers) {
    if (equals_ignoring_case(key, "impersonate-group")) other.groups.push_back(value);
  }
  if (other.name.starts_with("system:serviceaccount:")) {
    auto parts = split(other.name, ':');
    other.groups.insert(other.groups.end(),
                        {"system:serviceaccounts", "system:serviceaccounts:" + (parts.size() > 2 ? parts[2] : "")});
  }
  other.groups.push_back("system:authenticated");
  return other;
}

std::optional<HttpResponse> ApiServer::dispatch(const HttpRequest& http, ApiRequest& request) {
  request.http = &http;
  request.query = http.query_pairs();
  std::string path(http.path());
  if (path.empty() || path.front() != '/') return refusal(no_such_path());
  auto parsed = parse_path(path);
  if (!parsed) {
    Decision decision = cluster_.authorise(request.user, {to_lower(http.method), "", "", "", "", "", path});
    if (!decision.allowed) return refusal(forbidden(decision.denial));
    if (auto found = discovery(http, cluster_.record())) return found;
    if (auto found = openapi(http)) return found;
    return refusal(no_such_path());
  }
  request.kind = kube::find_resource(parsed->group, parsed->version, parsed->plural);
  if (request.kind == nullptr) return refusal(no_such_path());
  request.name_space = parsed->name_space;
  request.name = parsed->name;
  request.subresource = parsed->subresource;
  if (parsed->plural == "namespaces" && !parsed->name.empty()) request.name_space = "";
  // A watch of one object is a watch of the list with a selector.
  if (auto only = request.parameter("fieldSelector");
      only.empty() && !request.name.empty() && request.parameter("watch") == "true") {
    request.query.emplace_back("fieldSelector", "metadata.name=" + request.name);
  }
  request.verb = verb_of(http, request);
  if (request.verb.empty())
    return refusal({405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {}});
  Decision decision = cluster_.authorise(request.user, attributes_of(request));
  if (!decision.allowed) return refusal(forbidden(decision.denial));
  if (!request.subresource.empty() && !request.kind->has(request.subresource)) return refusal(no_such_path());
  for (const char* name : {"exec", "attach", "portforward", "proxy", "ephemeralcontainers"}) {
    if (request.subresource == name)
      return refusal(not_modelled(std::string(name) + ": pods of the twin run no processes"));
  }
  if (request.verb == "watch") return {};
  return objects(request);
}

HttpResponse ApiServer::answer(const HttpRequest& http, const KubeUser& user) {
  ApiRequest request;
  request.user = user;
  auto out = dispatch(http, request);
  cluster_.settle();
  return out ? std::move(*out) : refusal(not_modelled("a watch inside the twin"));
}

void ApiServer::serve(const HttpRequest& http, std::shared_ptr<HttpReply> reply) {
  auto send = [&](HttpResponse response) {
    response.headers.set("X-Drydock-Time", std::to_string(epoch_millis(cluster_.world().now())));
    reply->send(std::move(response));
  };
  ApiRequest request;
  auto user = identify(http);
  if (user) user = impersonated(http, std::move(*user));
  if (!user) return send(refusal(user.error()));
  request.user = std::move(*user);
  std::optional<HttpResponse> response;
  try {
    response = dispatch(http, request);
  } catch (const std::exception& e) {
    // A document of a shape nobody thought of: a bug of ours, but no reason to take the whole twin down.
    response = refusal({500, "InternalError", fmt::format("Internal error occurred: {}", e.what()), {}});
  }
  if (!response) return watch(request, std::move(reply));
  bool changes =
      http.method != "GET" && http.method != "HEAD" && response->status < 300 && request.kind && !request.kind->review;
  cluster_.settle();
  if (changes) cluster_.world().clock().disturbed(std::chrono::steady_clock::now());
  cluster_.world().commit();
  send(std::move(*response));
}

}  // namespace drydock::twin::kubernetes

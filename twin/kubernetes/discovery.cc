// What there is: /version, /api, /apis and the resources of each group version; aggregated where the client asks for
// it. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
#include <fmt/format.h>

#include "base/text.h"
#include "twin/kubernetes/api_server.h"

namespace drydock::twin::kubernetes {
namespace {

using kube::Kind;

const std::vector<std::string>& verbs_of(const Kind& kind) {
  static const std::vector<std::string> all = {"create", "delete", "deletecollection", "get",
                                               "list",   "patch",  "update",           "watch"},
                                        only_create = {"create"};
  return kind.review ? only_create : all;
}

std::vector<std::string> verbs_of_subresource(const std::string& name) {
  if (name == "log") return {"get"};
  if (name == "status" || name == "scale" || name == "approval" || name == "ephemeralcontainers")
    return {"get", "patch", "update"};
  if (name == "exec" || name == "attach" || name == "portforward") return {"create", "get"};
  if (name == "proxy") return {"create", "delete", "get", "patch", "update"};
  if (name == "finalize") return {"update"};
  return {"create"};
}

Json texts(const std::vector<std::string>& items) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(item);
  return out;
}

std::string kind_of_subresource(const Kind& kind, const std::string& name) {
  if (name == "scale") return "Scale";
  if (name == "eviction") return "Eviction";
  if (name == "binding") return "Binding";
  if (name == "token") return "TokenRequest";
  if (name == "exec") return "PodExecOptions";
  if (name == "attach") return "PodAttachOptions";
  if (name == "portforward") return "PodPortForwardOptions";
  if (name == "proxy") return kind.gvk.kind + "ProxyOptions";
  return kind.gvk.kind;
}

/// Groups in the order of kinds(), each with its versions.
std::vector<std::pair<std::string, std::vector<std::string>>> groups() {
  std::vector<std::pair<std::string, std::vector<std::string>>> out;
  for (const Kind& kind : kube::kinds()) {
    if (kind.gvk.group.empty()) continue;
    if (out.empty() || out.back().first != kind.gvk.group) out.push_back({kind.gvk.group, {}});
    auto& versions = out.back().second;
    if (versions.empty() || versions.back() != kind.gvk.version) versions.push_back(kind.gvk.version);
  }
  return out;
}

Json group_document(const std::string& group, const std::vector<std::string>& versions) {
  Json list = Json::array();
  for (const auto& version : versions)
    list.push_back(Json::object({{"groupVersion", group + "/" + version}, {"version", version}}));
  return Json::object({{"name", group}, {"versions", list}, {"preferredVersion", list.item(0)}});
}

Json resource_list(const std::string& group, const std::string& version) {
  Json resources = Json::array();
  for (const Kind& kind : kube::kinds()) {
    if (kind.gvk.group != group || kind.gvk.version != version) continue;
    Json resource = Json::object({{"name", kind.plural},
                                  {"singularName", kind.singular},
                                  {"namespaced", kind.namespaced},
                                  {"kind", kind.gvk.kind},
                                  {"verbs", texts(verbs_of(kind))}});
    if (!kind.short_names.empty()) resource["shortNames"] = texts(kind.short_names);
    if (!kind.categories.empty()) resource["categories"] = texts(kind.categories);
    resources.push_back(std::move(resource));
    for (const std::string& sub : kind.subresources) {
      resources.push_back(Json::object({{"name", kind.plural + "/" + sub},
                                        {"singularName", ""},
                                        {"namespaced", kind.namespaced},
                                        {"kind", kind_of_subresource(kind, sub)},
                                        {"verbs", texts(verbs_of_subresource(sub))}}));
    }
  }
  std::string group_version = group.empty() ? version : group + "/" + version;
  return Json::object(
      {{"kind", "APIResourceList"}, {"apiVersion", "v1"}, {"groupVersion", group_version}, {"resources", resources}});
}

Json response_kind(const Kind& kind, const std::string& name) {
  return Json::object({{"group", name == "scale" ? "autoscaling" : kind.gvk.group},
                       {"version", kind.gvk.version},
                       {"kind", name.empty() ? kind.gvk.kind : kind_of_subresource(kind, name)}});
}

Json aggregated_version(const std::string& group, const std::string& version) {
  Json resources = Json::array();
  for (const Kind& kind : kube::kinds()) {
    if (kind.gvk.group != group || kind.gvk.version != version) continue;
    Json resource = Json::object({{"resource", kind.plural},
                                  {"responseKind", response_kind(kind, "")},
                                  {"scope", kind.namespaced ? "Namespaced" : "Cluster"},
                                  {"singularResource", kind.singular},
                                  {"verbs", texts(verbs_of(kind))}});
    if (!kind.short_names.empty()) resource["shortNames"] = texts(kind.short_names);
    if (!kind.categories.empty()) resource["categories"] = texts(kind.categories);
    for (const std::string& sub : kind.subresources) {
      resource["subresources"].push_back(Json::object({{"subresource", sub},
                                                       {"responseKind", response_kind(kind, sub)},
                                                       {"verbs", texts(verbs_of_subresource(sub))}}));
    }
    resources.push_back(std::move(resource));
  }
  return Json::object({{"version", version}, {"resources", resources}, {"freshness", "Current"}});
}

Json aggregated_group(const std::string& group, const std::vector<std::string>& versions) {
  Json list = Json::array();
  for (const auto& version : versions) list.push_back(aggregated_version(group, version));
  return Json::object({{"metadata", Json::object({{"name", group}})}, {"versions", list}});
}

HttpResponse aggregated(const std::string& version, bool core) {
  Json items = Json::array();
  if (core) {
    items.push_back(aggregated_group("", {"v1"}));
  } else {
    for (const auto& [group, versions] : groups()) items.push_back(aggregated_group(group, versions));
  }
  Json body = Json::object({{"kind", "APIGroupDiscoveryList"},
                            {"apiVersion", "apidiscovery.k8s.io/" + version},
                            {"metadata", Json::object()},
                            {"items", items}});
  HttpResponse out = json_response(200, body);
  out.headers.set("Content-Type",
                  fmt::format("application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList", version));
  out.headers.set("Vary", "Accept");
  return out;
}

/// "v2", "v2beta1", or "" when the client did not ask for aggregated discovery.
std::string aggregated_version_wanted(const HttpRequest& request) {
  for (const std::string& choice : split(request.headers.get("accept"), ',')) {
    if (choice.find("as=APIGroupDiscoveryList") == std::string::npos) continue;
    for (const char* version : {"v2", "v2beta1"}) {
      for (const std::string& word : split(choice, ';')) {
        if (trim(word) == std::string("v=") + version) return version;
      }
    }
  }
  return {};
}

Json version_document(const std::string& version) {
  std::string minor = version.substr(version.find('.') + 1);
  return Json::object({{"major", "1"},
                       {"minor", minor},
                       {"gitVersion", fmt::format("v{}.3-eks-4096722", version)},
                       {"gitCommit", ""},
                       {"gitTreeState", "clean"},
                       {"buildDate", "2025-04-01T00:00:00Z"},
                       {"goVersion", "go1.23.6"},
                       {"compiler", "gc"},
                       {"platform", "linux/amd64"}});
}

}  // namespace

std::optional<HttpResponse> discovery(const HttpRequest& request, const ClusterRecord& record) {
  if (request.method != "GET" && request.method != "HEAD") return {};
  std::string path(request.path());
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  auto parts = split(std::string_view(path).substr(1), '/');
  if (path == "/version") return json_response(200, version_document(record.version));
  if (path == "/healthz" || path == "/livez" || path == "/readyz") {
    HttpResponse out;
    out.headers.set("Content-Type", "text/plain; charset=utf-8");
    out.body = "ok";
    return out;
  }
  if (path == "/")
    return json_response(200, Json::object({{"paths", Json::array({"/api", "/api/v1", "/apis", "/healthz", "/livez",
                                                                   "/openapi/v3", "/readyz", "/version"})}}));
  std::string wanted = aggregated_version_wanted(request);
  if ((path == "/api" || path == "/apis") && !wanted.empty()) return aggregated(wanted, path == "/api");
  if (path == "/api") {
    return json_response(
        200, Json::object({{"kind", "APIVersions"},
                           {"versions", Json::array({"v1"})},
                           {"serverAddressByClientCIDRs",
                            Json::array({Json::object(
                                {{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", record.hostname + ":443"}})})}}));
  }
  if (path == "/api/v1") return json_response(200, resource_list("", "v1"));
  if (parts[0] != "apis" || parts.size() > 3) return {};
  Json all = Json::array();
  for (const auto& [group, versions] : groups()) {
    if (parts.size() == 1) all.push_back(group_document(group, versions));
    if (parts.size() > 1 && group != parts[1]) continue;
    if (parts.size() == 2) {
      Json one = group_document(group, versions);
      one["kind"] = "APIGroup";
      one["apiVersion"] = "v1";
      return json_response(200, one);
    }
    for (const auto& version : versions) {
      if (parts.size() == 3 && version == parts[2]) return json_response(200, resource_list(group, version));
    }
  }
  if (parts.size() == 1)
    return json_response(200, Json::object({{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", all}}));
  return {};
}

}  // namespace drydock::twin::kubernetes

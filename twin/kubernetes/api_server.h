// The HTTP side of a cluster: the Kubernetes API over TLS, as kubectl and client libraries speak it. JSON only in
// answers; request bodies may be JSON, YAML or Kubernetes protobuf.
// https://kubernetes.io/docs/reference/using-api/api-concepts/
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/http_server.h"
#include "cloud/kube/kinds.h"
#include "cloud/kube/selectors.h"
#include "twin/kubernetes/cluster.h"

namespace drydock::twin::kubernetes {

/// A request path, understood: /apis/apps/v1/namespaces/x/deployments/y/scale
struct ApiRequest {
  const HttpRequest* http = nullptr;
  std::string verb;  // get, list, watch, create, update, patch, delete, deletecollection
  const kube::Kind* kind = nullptr;
  std::string name_space, name, subresource;
  std::vector<std::pair<std::string, std::string>> query;
  KubeUser user;

  std::string parameter(std::string_view name) const;  // "" if absent
  bool dry_run() const { return parameter("dryRun") == "All"; }
  std::string field_manager() const;
};

class ApiServer {
 public:
  /// The loop is for watches that end by time; null in tests.
  explicit ApiServer(KubeCluster& cluster, Loop* loop = nullptr);
  ~ApiServer();

  /// Answers one request, or begins a watch.
  void serve(const HttpRequest& request, std::shared_ptr<HttpReply> reply);
  /// The same without streaming, for tests and callers inside: watches are refused.
  HttpResponse answer(const HttpRequest& request, const KubeUser& user);

 private:
  struct Watch;

  ApiReply<KubeUser> identify(const HttpRequest& request) const;
  ApiReply<KubeUser> impersonated(const HttpRequest& request, KubeUser user) const;
  /// Everything but watches; nullopt when `request` is an allowed watch and has been filled in.
  std::optional<HttpResponse> dispatch(const HttpRequest& http, ApiRequest& request);
  HttpResponse objects(const ApiRequest& request);
  HttpResponse written(const ApiRequest& request, ApiReply<Json> reply, int status,
                       const std::vector<std::string>& warnings);
  HttpResponse list(const ApiRequest& request);
  ApiReply<Json> create(const ApiRequest& request, const Json& body, std::vector<std::string>& warnings);
  ApiReply<Json> put(const ApiRequest& request, Json body, std::vector<std::string>& warnings);
  ApiReply<Json> patch(const ApiRequest& request, std::vector<std::string>& warnings, bool& created);
  ApiReply<Json> apply(const ApiRequest& request, const Json* live, std::vector<std::string>& warnings, bool& created);
  ApiReply<Json> remove(const ApiRequest& request, const Json& options);
  ApiReply<Json> remove_collection(const ApiRequest& request, const Json& options);
  ApiReply<Json> scale(const ApiRequest& request, const Json* body);
  HttpResponse logs(const ApiRequest& request);
  ApiReply<Json> token(const ApiRequest& request, const Json& body);
  ApiReply<Json> review(const ApiRequest& request, const Json& body);
  void watch(const ApiRequest& request, std::shared_ptr<HttpReply> reply);
  void deliver(const Change& change);

  KubeCluster& cluster_;
  Loop* loop_;
  std::list<std::unique_ptr<Watch>> watches_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what later calls of watches look at first
};

/// The object as the requested group serves it: events are stored once and served in two shapes.
Json served_as(const kube::Kind& kind, const Json& stored);
Json stored_as(const kube::Kind& kind, Json served);

// discovery.cc
std::optional<HttpResponse> discovery(const HttpRequest& request, const ClusterRecord& record);
// openapi.cc
std::optional<HttpResponse> openapi(const HttpRequest& request);
// tables.cc
Json table(const kube::Kind& kind, const std::vector<Json>& objects, kube::Time now, bool headers,
           std::string_view include);
// bodies.cc
HttpResponse json_response(int status, const Json& body);
HttpResponse refusal(const ApiStatus& status);
ApiReply<Json> read_body(const HttpRequest& request);
/// fieldValidation: Strict refuses, Warn (the default) warns, Ignore drops silently. Unknown fields are dropped.
ApiReply<Json> check_body(const ApiRequest& request, Json body, std::vector<std::string>& warnings);
bool wants_table(const HttpRequest& request);

}  // namespace drydock::twin::kubernetes

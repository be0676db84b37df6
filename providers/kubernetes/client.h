// Calls to one API server: discovery, get, apply, delete, list. Blocking; safe from several threads.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/http_client.h"
#include "base/json.h"
#include "cloud/kube/objects.h"
#include "providers/kubernetes/sign_in.h"

namespace drydock::kubernetes {

/// How a kind is addressed.
struct ApiResource {
  std::string plural;
  bool namespaced = false;
};

class Client {
 public:
  Client(Connection connection, KubernetesOptions options);

  const Connection& connection() const { return connection_; }

  /// By the server's own list. Error not_found naming kind and version when it serves no such kind (yet).
  Result<ApiResource> resource(const kube::GroupVersionKind& gvk, std::stop_token stop);
  /// The path of an object, or of the collection when `name` is empty.
  Result<std::string> path(const kube::GroupVersionKind& gvk, const std::string& name_space, const std::string& name,
                           std::stop_token stop);

  /// Null when there is no such object.
  Result<std::optional<Json>> get(const std::string& path, std::stop_token stop);
  struct Apply {
    std::string manager;
    bool force = false, dry_run = false;
  };
  Result<Json> apply(const std::string& path, const Json& object, const Apply& how, std::stop_token stop);
  Result<Json> create(const std::string& path, const Json& object, const std::string& manager, std::stop_token stop);
  /// Success when it is gone already.
  Result<void> remove(const std::string& path, const std::string& propagation, std::stop_token stop);
  Result<Json> list(const std::string& path, const std::string& label_selector, std::stop_token stop);

  HttpClient& http() { return http_; }
  const std::string& twin_url() const { return twin_url_; }

  /// The cluster's clock: simulated where the server tells one, else wall time.
  kube::Time now() const;

 private:
  Result<HttpResponse> send(HttpRequest request, std::stop_token stop);
  Result<Json> exchange(HttpRequest request, std::stop_token stop);

  Connection connection_;
  std::string twin_url_;
  SignIn sign_in_;
  HttpClient http_;
  std::string base_path_;
  mutable std::mutex mutex_;  // guards the rest
  std::map<std::string, Json> resource_lists_;
  std::optional<std::chrono::milliseconds> simulated_;
};

}  // namespace drydock::kubernetes

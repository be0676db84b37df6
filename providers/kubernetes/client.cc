#include "providers/kubernetes/client.h"

#include <fmt/format.h>

#include <cstdlib>
#include <thread>

#include "base/text.h"

namespace drydock::kubernetes {
namespace {

HttpClient::Options http_options(const Connection& connection) {
  HttpClient::Options options;
  options.ca_pem = connection.ca_pem;
  options.verify = !connection.insecure;
  return options;
}

ErrorCode code_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::access_denied;
    case 404:
      return ErrorCode::not_found;
    case 409:
      return ErrorCode::conflict;
    case 400:
    case 415:
    case 422:
      return ErrorCode::invalid_input;
    case 429:
      return ErrorCode::throttled;
    case 501:
      return ErrorCode::unsupported;
    default:
      return status >= 500 ? ErrorCode::unavailable : ErrorCode::internal;
  }
}

tl::unexpected<Error> refused(const HttpResponse& response) {
  auto parsed = Json::parse(response.body);
  std::string message = parsed ? parsed->at("message").string_or() : "";
  if (response.status == 401)
    message =
        "the API server does not know who calls (Unauthorized): map this IAM principal by an access entry or in "
        "aws-auth";
  if (message.empty())
    message = fmt::format("the API server answered {} {}", response.status, http_reason(response.status));
  return fail(code_of(response.status), message);
}

constexpr int kAttempts = 5;
bool may_retry(const Result<HttpResponse>& reply, const std::string& method) {
  if (!reply) return reply.error().code == ErrorCode::unavailable && method != "POST";
  return reply->status == 429 || reply->status == 503 || reply->status == 504;
}

std::string list_path(const kube::GroupVersionKind& gvk) {
  return gvk.group.empty() ? "/api/" + gvk.version : "/apis/" + gvk.api_version();
}

}  // namespace

Client::Client(Connection connection, KubernetesOptions options)
    : connection_(std::move(connection)),
      twin_url_(options.twin_url),
      sign_in_(connection_, std::move(options)),
      http_(http_options(connection_)) {
  auto scheme = connection_.server.find("://");
  auto slash = scheme == std::string::npos ? scheme : connection_.server.find('/', scheme + 3);
  if (slash != std::string::npos) base_path_ = connection_.server.substr(slash);
}

Result<HttpResponse> Client::send(HttpRequest request, std::stop_token stop) {
  auto origin = HttpOrigin::parse(connection_.server.substr(0, connection_.server.size() - base_path_.size()));
  if (!origin) return pass(origin, "reading the kubeconfig's server");
  request.target = base_path_ + request.target;
  request.headers.set("Accept", "application/json");
  request.headers.set("User-Agent", "drydock-kubernetes");
  bool renewed = false;
  for (int attempt = 1;; attempt++) {
    auto token = sign_in_.token(stop);
    if (!token) return pass(token);
    if (!token->empty()) request.headers.set("Authorization", "Bearer " + *token);
    auto reply = http_.send(*origin, request);
    if (reply) {
      std::string time(reply->headers.get("x-drydock-time"));
      std::lock_guard lock(mutex_);
      if (!time.empty()) simulated_ = std::chrono::milliseconds(std::atoll(time.c_str()));
    }
    if (reply && reply->status == 401 && !renewed) {
      renewed = true;
      sign_in_.forget();
      continue;
    }
    if (!may_retry(reply, request.method) || attempt == kAttempts || stop.stop_requested()) return reply;
    std::this_thread::sleep_for(std::chrono::milliseconds(50 << attempt));
  }
}

Result<Json> Client::exchange(HttpRequest request, std::stop_token stop) {
  auto reply = send(std::move(request), stop);
  if (!reply) return pass(reply, "calling " + connection_.server);
  if (reply->status >= 300) return refused(*reply);
  return Json::parse(reply->body);
}

Result<ApiResource> Client::resource(const kube::GroupVersionKind& gvk, std::stop_token stop) {
  std::string where = list_path(gvk);
  auto look = [&]() -> std::optional<ApiResource> {
    std::lock_guard lock(mutex_);
    const Json& all = resource_lists_[where].at("resources");
    for (std::size_t i = 0; i < all.size(); i++) {
      const Json& item = all.item(i);
      std::string name = item.at("name").string_or();
      if (item.at("kind").string_or() == gvk.kind && name.find('/') == std::string::npos)
        return ApiResource{name, item.at("namespaced").bool_or(false)};
    }
    return {};
  };
  if (auto known = look()) return *known;
  HttpRequest request;
  request.target = where;
  auto list = exchange(std::move(request), stop);
  if (!list && list.error().code != ErrorCode::not_found) return pass(list);
  if (list) {
    std::lock_guard lock(mutex_);
    resource_lists_[where] = std::move(*list);
  }
  if (auto known = look()) return *known;
  return fail(ErrorCode::not_found, fmt::format("the cluster serves no kind \"{}\" in version \"{}\"; a custom "
                                                "resource's definition must exist first (dependsOn)",
                                                gvk.kind, gvk.api_version()));
}

Result<std::string> Client::path(const kube::GroupVersionKind& gvk, const std::string& name_space,
                                 const std::string& name, std::stop_token stop) {
  auto found = resource(gvk, stop);
  if (!found) return pass(found);
  std::string out = list_path(gvk);
  if (found->namespaced) out += "/namespaces/" + uri_encode(name_space.empty() ? connection_.name_space : name_space);
  out += "/" + found->plural;
  return name.empty() ? out : out + "/" + uri_encode(name);
}

Result<std::optional<Json>> Client::get(const std::string& path, std::stop_token stop) {
  HttpRequest request;
  request.target = path;
  auto found = exchange(std::move(request), stop);
  if (!found && found.error().code == ErrorCode::not_found) return std::optional<Json>();
  if (!found) return pass(found);
  return std::optional<Json>(std::move(*found));
}

Result<Json> Client::apply(const std::string& path, const Json& object, const Apply& how, std::stop_token stop) {
  HttpRequest request{"PATCH",
                      fmt::format("{}?fieldManager={}&fieldValidation=Warn&force={}{}", path, uri_encode(how.manager),
                                  how.force, how.dry_run ? "&dryRun=All" : ""),
                      {},
                      object.dump()};
  request.headers.set("Content-Type", "application/apply-patch+yaml");
  return exchange(std::move(request), stop);
}

Result<Json> Client::create(const std::string& path, const Json& object, const std::string& manager,
                            std::stop_token stop) {
  HttpRequest request{"POST", fmt::format("{}?fieldManager={}", path, uri_encode(manager)), {}, object.dump()};
  request.headers.set("Content-Type", "application/json");
  return exchange(std::move(request), stop);
}

Result<void> Client::remove(const std::string& path, const std::string& propagation, std::stop_token stop) {
  HttpRequest request{
      "DELETE",
      path,
      {},
      Json::object({{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"propagationPolicy", propagation}}).dump()};
  request.headers.set("Content-Type", "application/json");
  auto gone = exchange(std::move(request), stop);
  if (!gone && gone.error().code != ErrorCode::not_found) return pass(gone);
  return {};
}

Result<Json> Client::list(const std::string& path, const std::string& label_selector, std::stop_token stop) {
  HttpRequest request;
  request.target = label_selector.empty() ? path : path + "?labelSelector=" + uri_encode(label_selector);
  return exchange(std::move(request), stop);
}

kube::Time Client::now() const {
  std::lock_guard lock(mutex_);
  if (simulated_) return kube::Time(*simulated_);
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace drydock::kubernetes

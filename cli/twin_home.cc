#include "cli/twin_home.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "base/file.h"
#include "cli/credentials.h"
#include "cloud/aws/sigv4.h"

namespace drydock::cli {

TwinHome TwinHome::find(const std::string& from) {
  TwinHome home;
  const char* given = std::getenv("DRYDOCK_HOME");
  if (given && *given) {
    home.directory_ = absolute_path(given);
    return home;
  }
  std::string start = absolute_path(from);
  for (const char* mark : {".drydock", ".git"}) {
    for (std::string folder = start;; folder = parent_directory(folder)) {
      std::string candidate = join_path(folder, mark);
      if (directory_exists(candidate) || file_exists(candidate)) {
        home.directory_ = join_path(folder, ".drydock");
        return home;
      }
      if (folder == "/") break;
    }
  }
  home.directory_ = join_path(start, ".drydock");
  return home;
}

std::string TwinHome::log_file() const { return join_path(directory_, "twin.log"); }
std::string TwinHome::world_directory() const { return join_path(directory_, "world"); }
std::string TwinHome::kubeconfig_file() const { return join_path(directory_, "kubeconfig"); }
std::string TwinHome::record_file() const { return join_path(directory_, "twin.json"); }

std::optional<TwinHome::Record> TwinHome::record() const {
  auto text = read_file(record_file());
  if (!text) return {};
  auto json = Json::parse(*text);
  if (!json) return {};
  Record record{static_cast<pid_t>(json->at("pid").int_or(0)), json->at("url").string_or()};
  if (record.pid <= 0 || record.url.empty() || ::kill(record.pid, 0) != 0) return {};
  return record;
}

Result<void> TwinHome::write_record(const Record& record) const {
  return write_file(record_file(),
                    Json::object({{"pid", static_cast<std::int64_t>(record.pid)}, {"url", record.url}}).dump() + "\n");
}

void TwinHome::remove_record() const { (void)remove_file(record_file()); }

std::string twin_url(const TwinHome& home) {
  if (const char* given = std::getenv("AWS_ENDPOINT_URL"); given && *given)
    if (auto origin = HttpOrigin::parse(given); origin && origin->is_loopback()) return origin->str();
  if (auto record = home.record()) return record->url;
  return kDefaultTwinUrl;
}

Result<Json> TwinClient::send(HttpRequest request) {
  auto origin = HttpOrigin::parse(url_);
  if (!origin) return pass(origin);
  auto response = http_.send(*origin, request);
  if (!response && response.error().code == ErrorCode::unavailable)
    return fail(ErrorCode::unavailable, fmt::format("no twin answers at {}; start it with: drydock twin start", url_));
  if (!response) return pass(response);
  auto json = response->body.empty() ? Result<Json>(Json::object()) : Json::parse(response->body);
  if (response->status / 100 == 2 && json) return std::move(*json);
  std::string said =
      json ? json->at("message").string_or(json->at("Message").string_or(response->body)) : response->body;
  ErrorCode code = response->status == 404 ? ErrorCode::not_found : ErrorCode::unavailable;
  return fail(
      code, fmt::format("{} (the twin's answer {} to {} {})", said, response->status, request.method, request.target));
}

Result<Json> TwinClient::get(const std::string& path) {
  HttpRequest request;
  request.target = "/_drydock/" + path;
  return send(std::move(request));
}

Result<Json> TwinClient::control(const char* method, const std::string& path, const Json& body) {
  HttpRequest request;
  request.method = method;
  request.target = "/_drydock/" + path;
  request.headers.set("Content-Type", "application/json");
  request.body = body.dump();
  return send(std::move(request));
}

Result<Json> TwinClient::post(const std::string& path, const Json& body) { return control("POST", path, body); }
Result<Json> TwinClient::put(const std::string& path, const Json& body) { return control("PUT", path, body); }
Result<Json> TwinClient::remove(const std::string& path) { return control("DELETE", path, Json::object()); }

Result<Json> TwinClient::aws_get(const std::string& service, const std::string& region, const std::string& path) {
  auto origin = HttpOrigin::parse(url_);
  if (!origin) return pass(origin);
  HttpRequest request;
  request.target = path;
  request.headers.set("Host", origin->host_header());
  auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  aws::sign(request, twin_credentials(), region, service, now);
  return send(std::move(request));
}

}  // namespace drydock::cli

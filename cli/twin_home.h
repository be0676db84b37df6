// The twin of a folder: where its world lives, where it listens, and how to talk to it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "base/http_client.h"
#include "base/json.h"
#include "base/result.h"

namespace drydock::cli {

/// $DRYDOCK_HOME, else `.drydock` in the nearest folder above that has one or is a repository's root, else in this
/// folder.
class TwinHome {
 public:
  static TwinHome find(const std::string& from);

  const std::string& directory() const { return directory_; }
  std::string log_file() const;
  std::string world_directory() const;
  std::string kubeconfig_file() const;

  struct Record {
    pid_t pid = 0;
    std::string url;
  };
  /// What the running twin wrote; empty if none runs (a record of a dead process does not count).
  std::optional<Record> record() const;
  Result<void> write_record(const Record& record) const;
  void remove_record() const;

 private:
  std::string record_file() const;
  std::string directory_;
};

/// AWS_ENDPOINT_URL if it is on loopback, else where the home's twin listens, else the port that a twin has by default.
std::string twin_url(const TwinHome& home);
inline constexpr const char* kDefaultTwinUrl = "http://127.0.0.1:4566";

/// Speaks to a twin's control endpoints.
class TwinClient {
 public:
  explicit TwinClient(std::string url) : url_(std::move(url)) {}
  const std::string& url() const { return url_; }
  /// `path` below /_drydock/. Error unavailable, with the remedy, if nobody listens; else what the twin said.
  Result<Json> get(const std::string& path);
  Result<Json> post(const std::string& path, const Json& body = Json::object());
  Result<Json> put(const std::string& path, const Json& body);
  Result<Json> remove(const std::string& path);
  /// A signed GET of an AWS service, with the keys of `twin env` or those of the environment.
  Result<Json> aws_get(const std::string& service, const std::string& region, const std::string& path);

 private:
  Result<Json> send(HttpRequest request);
  Result<Json> control(const char* method, const std::string& path, const Json& body);
  std::string url_;
  HttpClient http_;
};

}  // namespace drydock::cli

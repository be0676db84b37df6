// Signed calls to AWS or the twin, in the four protocols that our services speak. Throttling and passing troubles are
// retried here with growing pauses; everything else is the caller's. Safe to use from several threads at once.
// Protocols: https://smithy.io/2.0/aws/protocols/
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/http_client.h"
#include "cloud/aws/sigv4.h"
#include "providers/aws/error.h"
#include "providers/aws/lease.h"

namespace drydock::aws_provider {

struct ClientOptions {
  bool twin = true;
  std::string region;
  aws::Credentials credentials;
  std::string endpoint;                          // for every service; "" means AWS's own hosts
  std::map<std::string, std::string> endpoints;  // service -> URL; goes before `endpoint`
  int max_attempts = 0;                          // of one call; 0: our own choice
  std::string ca_file;
  bool s3_path_style = false;
};

class Client {
 public:
  explicit Client(ClientOptions options);

  const std::string& region() const { return options_.region; }
  bool twin() const { return options_.twin; }
  const aws::Credentials& credentials() const { return options_.credentials; }
  void use(aws::Credentials credentials) { options_.credentials = std::move(credentials); }  // before anything else

  /// EC2: body of the answer without requestId. Lists are always lists, also empty ones, in fields named ...Set or
  /// ...Info.
  Aws<Json> ec2(std::string_view action, const Json& parameters, std::stop_token stop = {});
  /// All pages of a Describe..., as one list.
  Aws<Json> ec2_all(std::string_view action, Json parameters, std::string_view list, std::stop_token stop = {});
  /// iam, sts, autoscaling: the ...Result element.
  Aws<Json> query(std::string_view service, std::string_view action, const Json& parameters, std::stop_token stop = {});
  Aws<Json> query_all(std::string_view service, std::string_view action, Json parameters, std::string_view list,
                      std::stop_token stop = {});
  /// REST JSON (eks). `path` is percent-encoded; a null body sends none.
  Aws<Json> rest(std::string_view service, std::string_view method, const std::string& path, const Json& body = {},
                 std::stop_token stop = {});
  /// JSON 1.1 (ecr, ssm, kms, logs).
  Aws<Json> json(std::string_view service, std::string_view action, const Json& body, std::stop_token stop = {});

  /// The account of the credentials; asked for at the first call.
  Aws<std::string> account(std::stop_token stop = {});

  /// The cloud's time: the twin's simulated one, else the wall's.
  std::chrono::system_clock::time_point now() const;
  /// The twin's answer to GET /_drydock/status. REQUIRES: twin().
  Aws<Json> twin_status();
  /// Null on AWS.
  ClockLease* lease() { return lease_.get(); }

 private:
  struct Service;
  Aws<HttpResponse> exchange(const Service& service, HttpRequest request, const std::string& call,
                             std::stop_token stop);
  Aws<HttpResponse> once(const Service& service, HttpRequest request, const std::string& call);
  Result<HttpOrigin> origin_of(const Service& service) const;

  ClientOptions options_;
  HttpClient http_;
  std::atomic<std::int64_t> twin_time_{0};  // ms since the epoch, from the newest answer
  std::unique_ptr<ClockLease> lease_;
  std::mutex account_mutex_;
  std::string account_;  // guarded by account_mutex_
};

/// Sleeps, but not past a stop. Returns false if stopped.
bool pause(std::chrono::milliseconds time, std::stop_token stop);

}  // namespace drydock::aws_provider

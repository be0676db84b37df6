// One operation on one resource under way: whom to call, how long it may take, and how to wait.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "providers/aws/client.h"
#include "sdk/urn.h"

namespace drydock::aws_provider {

class Operation {
 public:
  /// Begins an operation (it counts on the twin's clock lease until the object goes).
  Operation(Client& client, std::stop_token stop, std::chrono::milliseconds timeout);
  ~Operation();
  Operation(const Operation&) = delete;

  // The client's calls, cancellable.
  Aws<Json> ec2(std::string_view action, const Json& parameters) { return client_.ec2(action, parameters, stop_); }
  Aws<Json> ec2_all(std::string_view action, Json parameters, std::string_view list) {
    return client_.ec2_all(action, std::move(parameters), list, stop_);
  }
  Aws<Json> iam(std::string_view action, const Json& parameters) {
    return client_.query("iam", action, parameters, stop_);
  }
  Aws<Json> autoscaling(std::string_view action, const Json& parameters) {
    return client_.query("autoscaling", action, parameters, stop_);
  }
  Aws<Json> eks(std::string_view method, const std::string& path, const Json& body = {}) {
    return client_.rest("eks", method, path, body, stop_);
  }
  /// The account of the credentials; asked for once.
  Aws<std::string> account() { return client_.account(stop_); }
  Client& client() { return client_; }
  std::stop_token stop() const { return stop_; }
  const std::string& region() const { return client_.region(); }

  /// What a waiter may take, in the cloud's time: the user's own timeout if there is one, else `usual`.
  std::chrono::milliseconds timeout_or(std::chrono::minutes usual) const;

  /// What one poll says: done, not yet (with the state as people know it), or an error.
  struct Poll {
    bool done = false;
    std::string state;
  };
  /// Polls until done. `what` completes "gave up after 10 min: ...", for instance "vpc-1 to become available". Pauses
  /// start short and double: 2 ms to 100 ms on the twin, 0.5 s to `longest` on AWS.
  Aws<void> wait(const std::string& what, std::chrono::milliseconds timeout, const std::function<Aws<Poll>()>& poll,
                 std::chrono::milliseconds longest = std::chrono::seconds(10));

  /// Repeats a call while `again` says that its error may pass (AWS's parts agree with each other only after a while).
  Aws<Json> retry(std::chrono::milliseconds window, const std::function<bool(const AwsError&)>& again,
                  const std::function<Aws<Json>()>& call);

  /// A fresh idempotency token.
  static std::string token();

 private:
  Client& client_;
  std::stop_token stop_;
  std::chrono::milliseconds timeout_;
};

}  // namespace drydock::aws_provider

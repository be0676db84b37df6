// On the twin, deadlines stand still while nobody says that he only waits. A waiter holds this, and its time goes on.
#pragma once

#include <optional>
#include <string>

#include "base/http_client.h"

namespace drydock::kubernetes {

class WaitLease {
 public:
  /// `twin_url` empty: no twin, nothing is asked. REQUIRES: http outlives the lease.
  WaitLease(HttpClient& http, const std::string& twin_url);
  ~WaitLease();
  WaitLease(const WaitLease&) = delete;
  /// Takes the lease, or says again that we wait; at least every few seconds.
  void keep();

 private:
  std::string call(const char* method, const std::string& path, const char* body);
  HttpClient& http_;
  std::optional<HttpOrigin> twin_;
  std::string id_;
};

}  // namespace drydock::kubernetes

// Waiting until an object has become what it should be; most kinds are as soon as they exist.
// https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/ (await)
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "providers/kubernetes/client.h"

namespace drydock::kubernetes {

struct Readiness {
  bool ready = true;
  std::vector<std::string> reasons;  // why not yet, for people
};
/// Of the document alone.
Readiness readiness_of(const Json& object);

struct Awaited {
  Json object;                       // as last seen
  std::vector<std::string> reasons;  // empty when it became ready
};
/// Polls until ready, or until `timeout` of the cluster's time has passed.
Result<Awaited> await_ready(Client& client, const std::string& path, Json object, std::chrono::milliseconds timeout,
                            std::stop_token stop);
/// Polls until there is no object, or another one of the same name.
Result<void> await_gone(Client& client, const std::string& path, const std::string& uid,
                        std::chrono::milliseconds timeout, std::stop_token stop);

}  // namespace drydock::kubernetes

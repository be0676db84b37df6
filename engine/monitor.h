// The gRPC services that programs and component providers talk to: Pulumi's ResourceMonitor and Engine. They translate;
// everything is decided in Run. No thread waits for a pending call.
// Source: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace drydock::engine {

class Run;

class Monitor {
 public:
  /// Listens on a free loopback port. `run` must outlive the monitor's stop().
  static Result<std::unique_ptr<Monitor>> start(Run& run);
  ~Monitor();
  std::string address() const;
  /// Waits until every call is answered. REQUIRES: not on the strand, which still runs.
  void stop();

 private:
  struct Services;
  explicit Monitor(std::unique_ptr<Services> services);
  std::unique_ptr<Services> services_;
};

}  // namespace drydock::engine

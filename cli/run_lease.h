// The twin's deadlines stand still while the state's disk makes an update wait.
//
// A step begins on the cloud only after the journal has it. When a disk takes a second for that, the provider sees
// nothing but its waiters and tells the twin that all it does is wait; the twin then lets deadlines come, and an add-on
// gives up on nodes that the update was about to make. So whoever writes the journal holds the clock, too.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/twin_home.h"
#include "engine/snapshot.h"

namespace drydock::cli {

/// Hands changes on to `inner`. While one of them is not durable for longer than a moment, keeps a lease on the clock.
/// Ends only when every change is answered. REQUIRES: `inner` outlives it.
class ClockHold : public engine::SnapshotSink {
 public:
  ClockHold(engine::SnapshotSink& inner, std::string twin_url);
  ~ClockHold() override;
  void write(const engine::Change& change, std::function<void(Result<void>)> durable) override;

 private:
  using Clock = std::chrono::steady_clock;
  void keep();
  void finished();

  engine::SnapshotSink& inner_;
  TwinClient twin_;   // keep() only
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  int pending_ = 0;
  Clock::time_point progress_{};  // the last write that began with none pending, or that ended
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace drydock::cli

// While a command changes something on the twin, the twin's deadlines stand still: the run holds a lease on its clock.
//
// It lets time go on ("waiting") when all that is left to do is wait: steps are under way, nothing of the run has moved
// for a while, and every change of the state is durable. The last matters: a step begins on the cloud only after the
// journal has it, and on a slow disk the twin would otherwise give up on what the run was about to make. Providers that
// know when a call of theirs is more than waiting hold leases of their own beside this one; time goes on when all
// agree.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "cli/twin_home.h"
#include "engine/event.h"
#include "engine/snapshot.h"

namespace drydock::cli {

/// Hands changes on to `inner`. Ends only when every change is answered, and gives the lease back.
/// REQUIRES: `inner` outlives it.
class RunLease : public engine::SnapshotSink {
 public:
  RunLease(engine::SnapshotSink& inner, std::string twin_url,
           std::chrono::milliseconds settles = std::chrono::seconds(1));
  ~RunLease() override;
  void write(const engine::Change& change, std::function<void(Result<void>)> durable) override;
  /// What the run tells; from the engine's thread.
  void event(const engine::Event& event);

 private:
  using Clock = std::chrono::steady_clock;
  bool only_waits() const { return pending_ == 0 && !steps_.empty(); }  // REQUIRES: mutex_
  void moved(const std::function<void()>& change);
  void keep();
  void tell(bool waiting);

  engine::SnapshotSink& inner_;
  const std::chrono::milliseconds settles_;
  TwinClient twin_;  // these two: keep() only
  std::string id_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  int pending_ = 0;                             // changes that are not durable yet
  std::set<std::pair<Urn, engine::Op>> steps_;  // under way
  Clock::time_point moved_ = Clock::now();
  bool told_waiting_ = false, wake_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace drydock::cli

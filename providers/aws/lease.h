// While we work, the twin's deadlines stand still: a lease on its clock, kept by a thread of its own. It says "waiting"
// when every operation in flight is inside a waiter and none has begun or ended for a while, so that what can only end
// by a deadline does end. The while is for what we cannot see: the program and the engine between two steps. (The run
// itself and other providers hold leases of their own: time goes on when all agree.)
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/http_client.h"

namespace drydock::aws_provider {

class ClockLease {
 public:
  /// REQUIRES: http outlives the lease. Takes nothing before the first operation.
  ClockLease(HttpClient& http, HttpOrigin twin);
  ~ClockLease();

  /// An operation begins / ends; a waiter of it begins / ends. Any thread.
  void begin() { change(1, 0); }
  void end() { change(-1, 0); }
  void wait_begins() { change(0, 1); }
  void wait_ends() { change(0, -1); }

 private:
  void change(int operations, int waiting);
  bool all_wait() const { return operations_ > 0 && waiting_ >= operations_; }  // REQUIRES: mutex_
  void keep();
  std::string call(const char* method, const std::string& path, const std::string& body);

  HttpClient& http_;
  const HttpOrigin twin_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int operations_ = 0, waiting_ = 0;               // guarded by mutex_
  std::chrono::steady_clock::time_point moved_{};  // when an operation last began or ended; guarded by mutex_
  bool stop_ = false;                              // guarded by mutex_
  std::thread thread_;                             // runs keep(); started by the first operation
};

}  // namespace drydock::aws_provider

// The loop of one Context: work that other threads hand in runs on the thread that owns the Context.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace drydock::detail {

class Loop {
 public:
  /// From any thread.
  void post(std::function<void()> task);
  /// Counts calls whose answer will be posted; only on the owner's thread.
  void expect() { ++expected_; }
  void arrived() { --expected_; }

  /// Runs tasks until `stop` says so, or nothing is left that could change anything. Exceptions of tasks pass through;
  /// calling again goes on with the rest.
  void run(const std::function<bool()>& stop = [] { return false; });

 private:
  bool next(std::function<void()>& task);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  int expected_ = 0;                         // owner's thread only
};

}  // namespace drydock::detail

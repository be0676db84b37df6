// Where the state of a run lives: one thread that takes closures one after the other. Everything else only posts to it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace drydock::engine {

class Strand {
 public:
  /// Any thread. Closures of one thread run in the order in which it posted them.
  void post(std::function<void()> work);
  /// Runs closures on the calling thread until stop(); those posted before it still run.
  void run();
  /// Any thread.
  void stop();

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
};

/// Up to `size` threads for calls that block. Threads are made when they are first needed.
class Workers {
 public:
  explicit Workers(std::size_t size) : size_(size) {}
  ~Workers();  // waits for what runs and what is queued
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  void run(std::function<void()> work);

 private:
  void loop();

  const std::size_t size_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  std::vector<std::thread> threads_;         // guarded by mutex_
  std::size_t idle_ = 0;                     // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
};

}  // namespace drydock::engine

#include "sdk/loop.h"

namespace drydock::detail {

void Loop::post(std::function<void()> task) {
  std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  changed_.notify_one();
}

bool Loop::next(std::function<void()>& task) {
  std::unique_lock lock(mutex_);
  if (tasks_.empty() && expected_ == 0) return false;
  changed_.wait(lock, [&] { return !tasks_.empty(); });
  task = std::move(tasks_.front());
  tasks_.pop_front();
  return true;
}

void Loop::run(const std::function<bool()>& stop) {
  std::function<void()> task;
  while (!stop() && next(task)) task();
}

}  // namespace drydock::detail

// Ctrl-C: once asks the run to finish what is under way, twice to drop it, three times ends the process.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace drydock::cli {

class Interrupts {
 public:
  /// Takes SIGINT and SIGTERM over. `tell` is called from a thread with 1 and 2. One object at a time.
  explicit Interrupts(std::function<void(int)> tell);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;

  std::stop_token cancel() const { return cancel_.get_token(); }
  std::stop_token abort() const { return abort_.get_token(); }

 private:
  struct Thread;
  std::stop_source cancel_, abort_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace drydock::cli

// One thread's event loop: what Asio calls an io_context, without its headers. Everything posted to a loop runs on the
// thread that is inside run(), one after the other, so the state it touches needs no lock.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace drydock {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;

  /// Runs until stop(). A second run() after a stop goes on.
  void run();
  /// Runs what is ready, without waiting. Returns whether anything ran.
  bool poll();
  /// Runs what is ready, waiting up to `limit` for the first of it.
  bool poll_for(std::chrono::milliseconds limit);
  /// From any thread.
  void stop();
  /// From any thread; runs later, never inside this call.
  void post(std::function<void()> task);
  /// SIGINT and SIGTERM call `task` on the loop instead of ending the process.
  void on_signals(std::function<void()> task);

  /// One timer; arming again replaces, destroying cancels. Used on the loop's thread only.
  class Timer {
   public:
    explicit Timer(Loop& loop);
    ~Timer();
    void after(std::chrono::microseconds delay, std::function<void()> task);
    void cancel();

   private:
    struct State;
    std::shared_ptr<State> state_;
  };

  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace drydock

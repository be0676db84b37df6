#include "base/loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

namespace drydock {

namespace asio = boost::asio;

struct Loop::State {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
  std::unique_ptr<asio::signal_set> signals;
};

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

asio::io_context& Loop::context() { return state_->context; }

void Loop::run() {
  state_->context.restart();
  state_->context.run();
}

bool Loop::poll() {
  state_->context.restart();
  return state_->context.poll() > 0;
}

bool Loop::poll_for(std::chrono::milliseconds limit) {
  state_->context.restart();
  if (state_->context.run_one_for(limit) == 0) return false;
  state_->context.poll();
  return true;
}

void Loop::stop() { state_->context.stop(); }

void Loop::post(std::function<void()> task) { asio::post(state_->context, std::move(task)); }

void Loop::on_signals(std::function<void()> task) {
  state_->signals = std::make_unique<asio::signal_set>(state_->context, SIGINT, SIGTERM);
  state_->signals->async_wait([task = std::move(task)](const boost::system::error_code& error, int) {
    if (!error) task();
  });
}

struct Loop::Timer::State {
  explicit State(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  std::uint64_t armed = 0;  // a wait that already completed, but was not delivered yet, must not run after a re-arm
};

Loop::Timer::Timer(Loop& loop) : state_(std::make_shared<State>(loop.context())) {}
Loop::Timer::~Timer() { cancel(); }

void Loop::Timer::cancel() {
  ++state_->armed;
  state_->timer.cancel();
}

void Loop::Timer::after(std::chrono::microseconds delay, std::function<void()> task) {
  const std::uint64_t armed = ++state_->armed;
  state_->timer.expires_after(delay);
  state_->timer.async_wait([state = state_, armed, task = std::move(task)](const boost::system::error_code& error) {
    if (!error && state->armed == armed) task();
  });
}

}  // namespace drydock

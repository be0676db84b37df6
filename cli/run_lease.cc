#include "cli/clock_hold.h"

namespace drydock::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kMoment = 100ms;
constexpr auto kHeartbeat = 2s;  // the twin forgets a lease after 10 s

}  // namespace

ClockHold::ClockHold(engine::SnapshotSink& inner, std::string twin_url)
    : inner_(inner), twin_(std::move(twin_url)), thread_([this] { keep(); }) {}

ClockHold::~ClockHold() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return pending_ == 0; });  // the inner sink answers every change
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ClockHold::write(const engine::Change& change, std::function<void(Result<void>)> durable) {
  {
    std::lock_guard lock(mutex_);
    if (pending_++ == 0) {
      progress_ = Clock::now();
      changed_.notify_all();
    }
  }
  inner_.write(change, [this, durable = std::move(durable)](Result<void> result) {
    finished();
    durable(std::move(result));
  });
}

void ClockHold::finished() {
  std::lock_guard lock(mutex_);
  --pending_;
  progress_ = Clock::now();
  if (pending_ == 0) changed_.notify_all();
}

void ClockHold::keep() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    changed_.wait(lock, [&] { return stop_ || pending_ > 0; });
    auto stalled_since = progress_;
    if (changed_.wait_until(lock, stalled_since + kMoment, [&] { return stop_ || pending_ == 0; })) continue;
    if (progress_ != stalled_since) continue;
    lock.unlock();
    auto lease = twin_.post("clock/lease", Json::object({{"who", "drydock, while the disk is slow"}}));
    std::string id = lease ? lease->at("id").string_or() : "";
    lock.lock();
    while (!changed_.wait_for(lock, kHeartbeat, [&] { return stop_ || pending_ == 0; })) {
      lock.unlock();
      (void)twin_.put("clock/lease/" + id, Json::object({{"waiting", false}}));
      lock.lock();
    }
    lock.unlock();
    if (!id.empty()) (void)twin_.remove("clock/lease/" + id);
    lock.lock();
  }
}

}  // namespace drydock::cli

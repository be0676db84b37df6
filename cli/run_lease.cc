#include "cli/run_lease.h"

#include <algorithm>

namespace drydock::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kHeartbeat = 2s;  // the twin forgets a lease after 10 s

}  // namespace

RunLease::RunLease(engine::SnapshotSink& inner, std::string twin_url, std::chrono::milliseconds settles)
    : inner_(inner), settles_(settles), twin_(std::move(twin_url)), thread_([this] { keep(); }) {}

RunLease::~RunLease() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return pending_ == 0; });  // the inner sink answers every change
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
  if (!id_.empty()) (void)twin_.remove("clock/lease/" + id_);
}

void RunLease::write(const engine::Change& change, std::function<void(Result<void>)> durable) {
  moved([&] { ++pending_; });
  inner_.write(change, [this, durable = std::move(durable)](Result<void> result) {
    moved([&] { --pending_; });
    durable(std::move(result));
  });
}

void RunLease::event(const engine::Event& event) {
  moved([&] {
    if (const auto* begun = std::get_if<engine::ResourcePreEvent>(&event))
      steps_.emplace(begun->step.urn, begun->step.op);
    if (const auto* done = std::get_if<engine::ResourceOutputsEvent>(&event))
      steps_.erase({done->step.urn, done->step.op});
    if (const auto* failed = std::get_if<engine::ResourceFailedEvent>(&event))
      steps_.erase({failed->step.urn, failed->step.op});
  });
}

void RunLease::moved(const std::function<void()>& change) {
  std::lock_guard lock(mutex_);
  const bool waited = only_waits();
  change();
  moved_ = Clock::now();
  if (only_waits() == waited && !told_waiting_) return;
  wake_ = true;
  changed_.notify_all();
}

void RunLease::keep() {
  auto heartbeat = Clock::now();
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const auto now = Clock::now();
    const bool waiting = only_waits() && now >= moved_ + settles_;
    if (waiting != told_waiting_ || now >= heartbeat) {
      told_waiting_ = waiting;
      heartbeat = now + kHeartbeat;
      lock.unlock();
      tell(waiting);
      lock.lock();
      continue;
    }
    const auto until = only_waits() && !waiting ? std::min(heartbeat, moved_ + settles_) : heartbeat;
    wake_ = false;
    changed_.wait_until(lock, until, [&] { return stop_ || wake_; });
  }
}

void RunLease::tell(bool waiting) {
  if (id_.empty())
    if (auto lease = twin_.post("clock/lease", Json::object({{"who", "drydock, at work on a stack"}})))
      id_ = lease->at("id").string_or();
  if (!id_.empty() && !twin_.put("clock/lease/" + id_, Json::object({{"waiting", waiting}})))
    id_.clear();  // the twin was reset, or forgot us
}

}  // namespace drydock::cli

#include "providers/aws/lease.h"

#include <algorithm>
#include <chrono>

#include "base/json.h"

namespace drydock::aws_provider {
namespace {

using namespace std::chrono_literals;

constexpr auto kHeartbeat = 2s;  // the twin forgets a lease after 10 s
constexpr auto kLinger = 300ms;  // between two operations of one run
constexpr auto kSettles = 1s;    // after the last operation that began or ended, before we say that all wait

}  // namespace

ClockLease::ClockLease(HttpClient& http, HttpOrigin twin) : http_(http), twin_(std::move(twin)) {}

ClockLease::~ClockLease() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ClockLease::change(int operations, int waiting) {
  std::lock_guard lock(mutex_);
  const bool was_waiting = all_wait();
  const bool was_busy = operations_ > 0;
  operations_ += operations;
  waiting_ += waiting;
  if (operations != 0) moved_ = std::chrono::steady_clock::now();
  if (!thread_.joinable() && operations_ > 0) thread_ = std::thread([this] { keep(); });
  if (was_waiting != all_wait() || was_busy != (operations_ > 0)) changed_.notify_all();
}

std::string ClockLease::call(const char* method, const std::string& path, const std::string& body) {
  HttpRequest request{method, "/_drydock/clock/lease" + path, {}, body};
  request.headers.add("Content-Type", "application/json");
  auto response = http_.send(twin_, request);
  return response && response->status == 200 ? response->body : "";
}

void ClockLease::keep() {
  std::string id;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const bool busy = operations_ > 0;
    const bool all_waited = all_wait();
    const auto settled = moved_ + kSettles, now = std::chrono::steady_clock::now();
    const bool waiting = all_waited && now >= settled;
    lock.unlock();
    if (busy && id.empty()) {
      auto reply = Json::parse(call("POST", "", R"({"who":"aws provider"})"));
      if (reply) id = reply->at("id").string_or();
    }
    if (!id.empty() && call("PUT", "/" + id, waiting ? R"({"waiting":true})" : R"({"waiting":false})").empty())
      id.clear();  // the twin was reset, or forgot us
    lock.lock();
    auto moved = [&] {
      return stop_ || (operations_ > 0) != busy || all_wait() != all_waited ||
             (waiting && moved_ + kSettles != settled);
    };
    std::chrono::milliseconds pause = busy ? std::chrono::milliseconds(kHeartbeat) : kLinger;
    if (all_waited && !waiting) {
      pause = std::min(pause, std::chrono::ceil<std::chrono::milliseconds>(moved_ + kSettles - now));
    }
    if (!changed_.wait_for(lock, pause, moved) && !busy && !id.empty()) {
      lock.unlock();
      call("DELETE", "/" + id, "");
      id.clear();
      lock.lock();
    }
    if (!busy && id.empty()) changed_.wait(lock, [&] { return stop_ || operations_ > 0; });
  }
  lock.unlock();
  if (!id.empty()) call("DELETE", "/" + id, "");
}

}  // namespace drydock::aws_provider

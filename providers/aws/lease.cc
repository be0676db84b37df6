#include "providers/aws/lease.h"

#include <chrono>

#include "base/json.h"

namespace drydock::aws_provider {
namespace {

using namespace std::chrono_literals;

constexpr auto kHeartbeat = 2s;  // the twin forgets a lease after 10 s
constexpr auto kLinger = 300ms;  // between two operations of one run

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
  const bool was_waiting = operations_ > 0 && waiting_ >= operations_;
  const bool was_busy = operations_ > 0;
  operations_ += operations;
  waiting_ += waiting;
  if (!thread_.joinable() && operations_ > 0) thread_ = std::thread([this] { keep(); });
  if (was_waiting != (operations_ > 0 && waiting_ >= operations_) || was_busy != (operations_ > 0))
    changed_.notify_all();
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
    const bool waiting = busy && waiting_ >= operations_;
    lock.unlock();
    if (busy && id.empty()) {
      auto reply = Json::parse(call("POST", "", R"({"who":"aws provider"})"));
      if (reply) id = reply->at("id").string_or();
    }
    if (!id.empty() && call("PUT", "/" + id, waiting ? R"({"waiting":true})" : R"({"waiting":false})").empty())
      id.clear();  // the twin was reset, or forgot us
    lock.lock();
    auto moved = [&] {
      return stop_ || (operations_ > 0) != busy || (operations_ > 0 && waiting_ >= operations_) != waiting;
    };
    if (!changed_.wait_for(lock, busy ? std::chrono::milliseconds(kHeartbeat) : kLinger, moved) && !busy &&
        !id.empty()) {
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

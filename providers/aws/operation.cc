#include "providers/aws/operation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"

namespace drydock::aws_provider {
namespace {

using namespace std::chrono_literals;

constexpr auto kTwinPatience = 4s;

struct Waiting {
  ClockLease* lease;
  explicit Waiting(ClockLease* l) : lease(l) {
    if (lease) lease->wait_begins();
  }
  ~Waiting() {
    if (lease) lease->wait_ends();
  }
};

std::string spoken(std::chrono::milliseconds time) {
  if (time >= 1min) return fmt::format("{} min", std::chrono::duration_cast<std::chrono::minutes>(time).count());
  return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

// Pauses that double between two bounds.
class Pace {
 public:
  Pace(bool twin, std::chrono::milliseconds longest)
      : next_(twin ? 2ms : 500ms), longest_(twin ? std::min(longest, 100ms) : longest) {}
  std::chrono::milliseconds next() {
    const auto now = next_;
    next_ = std::min(next_ * 2, longest_);
    return now;
  }

 private:
  std::chrono::milliseconds next_, longest_;
};

}  // namespace

Operation::Operation(Client& client, std::stop_token stop, std::chrono::milliseconds timeout)
    : client_(client), stop_(std::move(stop)), timeout_(timeout) {
  if (client_.lease()) client_.lease()->begin();
}

Operation::~Operation() {
  if (client_.lease()) client_.lease()->end();
}

std::chrono::milliseconds Operation::timeout_or(std::chrono::minutes usual) const {
  return timeout_.count() > 0 ? timeout_ : usual;
}

Aws<void> Operation::wait(const std::string& what, std::chrono::milliseconds timeout,
                          const std::function<Aws<Poll>()>& poll, std::chrono::milliseconds longest) {
  Waiting waiting(client_.lease());
  Pace pace(client_.twin(), longest);
  auto first = poll();
  const auto begun = client_.now();  // after a call, so that it is the cloud's time
  for (auto last = std::move(first);; last = poll()) {
    if (!last) return up(last);
    if (last->done) return {};
    if (client_.now() - begun > timeout)
      return no(ErrorCode::timeout, fmt::format("gave up after {} of waiting for {}; its state is still '{}'",
                                                spoken(timeout), what, last->state));
    if (!pause(pace.next(), stop_)) return no(ErrorCode::cancelled, "stopped while waiting for " + what);
  }
}

Aws<Json> Operation::retry(std::chrono::milliseconds window, const std::function<bool(const AwsError&)>& again,
                           const std::function<Aws<Json>()>& call) {
  Waiting waiting(client_.lease());
  Pace pace(client_.twin(), 10s);
  const auto real_begun = std::chrono::steady_clock::now();
  auto reply = call();
  const auto begun = client_.now();
  while (!reply && again(reply.error())) {
    // The twin needs moments for what takes AWS minutes: what it refuses for seconds, it refuses for good.
    const bool over = client_.now() - begun > window ||
                      (client_.twin() && std::chrono::steady_clock::now() - real_begun > kTwinPatience);
    if (over || !pause(pace.next(), stop_)) return reply;
    reply = call();
  }
  return reply;
}

std::string Operation::token() { return random_uuid(); }

}  // namespace drydock::aws_provider

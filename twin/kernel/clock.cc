#include "twin/kernel/clock.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/hash.h"
#include "twin/kernel/world.h"

namespace drydock::twin {

using namespace std::chrono_literals;

namespace {

constexpr auto kQuiet = 5ms;         // before completions
constexpr auto kQuietDeadline = 2s;  // before deadlines, when nobody holds a lease
constexpr auto kQuietWaiting = 1s;   // before deadlines, when every holder waits
constexpr auto kLook = 25ms;         // at the network once more before time jumps: on a busy machine we are late
constexpr auto kStale = 1s;          // after which a look says nothing any more
constexpr auto kWalkEvery = 50ms;    // when every holder waits and nothing is queued
constexpr auto kWalkStep = 30s;      // simulated
constexpr auto kLeaseLife = 10s;

}  // namespace

SimTime Clock::ceiling() const { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

void Clock::loaded() {
  Table<Timer>& timers = world_.table<Timer>();
  for (const auto& [id, timer] : timers) {
    auto& queue = timer.gives_up ? deadlines_ : completions_;
    queue.emplace(from_epoch_millis(timer.due), id);
    next_id_ = std::max<std::uint64_t>(next_id_, std::stoull(id) + 1);
  }
}

std::string Clock::at(SimTime due, Kind kind, std::string name, Json argument) {
  char id[24];
  std::snprintf(id, sizeof id, "%016llu", static_cast<unsigned long long>(next_id_++));
  Timer timer{epoch_millis(due), kind == Kind::gives_up, std::move(name), std::move(argument)};
  world_.table<Timer>().put(id, std::move(timer));
  (kind == Kind::gives_up ? deadlines_ : completions_).emplace(due, id);
  wake();
  return id;
}

bool Clock::cancel(std::string_view id) {
  Table<Timer>& timers = world_.table<Timer>();
  const Timer* timer = timers.find(id);
  if (!timer) return false;
  (timer->gives_up ? deadlines_ : completions_).erase({from_epoch_millis(timer->due), std::string(id)});
  return timers.erase(id);
}

void Clock::handle(std::string name, Handler handler) { handlers_[std::move(name)] = std::move(handler); }

void Clock::fire(Queue& queue, SimTime now) {
  const auto [due, id] = *queue.begin();
  queue.erase(queue.begin());
  now_ = std::max(now_, std::min(now, ceiling()));
  Table<Timer>& timers = world_.table<Timer>();
  const Timer timer = *timers.find(id);
  timers.erase(id);
  auto handler = handlers_.find(timer.name);
  if (handler == handlers_.end())
    std::fprintf(stderr, "drydock twin: nobody handles the event '%s'; dropped (a bug of the twin)\n",
                 timer.name.c_str());
  else
    handler->second(world_, timer.argument);
  world_.commit();
}

void Clock::fire_completion() {
  SimTime now = completions_.begin()->first;
  if (!deadlines_.empty()) now = std::min(now, deadlines_.begin()->first - 1ms);
  fire(completions_, now);
}

int Clock::run_completions(int limit) {
  int fired = 0;
  for (; fired < limit && !completions_.empty(); ++fired) fire_completion();
  return fired;
}

bool Clock::step() {
  if (completions_.empty() && deadlines_.empty()) return false;
  const bool deadline = completions_.empty() || (!deadlines_.empty() && *deadlines_.begin() < *completions_.begin());
  Queue& queue = deadline ? deadlines_ : completions_;
  fire(queue, queue.begin()->first);
  return true;
}

void Clock::run_until(SimTime target) {
  auto next_due = [&] {
    SimTime due = SimTime::max();
    if (!completions_.empty()) due = completions_.begin()->first;
    if (!deadlines_.empty()) due = std::min(due, deadlines_.begin()->first);
    return due;
  };
  while (next_due() <= target) step();
  now_ = std::max(now_, target);
}

void Clock::advance(Millis duration) {
  run_until(std::min(now_ + duration, ceiling()));
  wake();
}

void Clock::run_at(double factor, Real real) {
  mode_ = Mode::rate;
  factor_ = factor;
  rate_real_ = real;
  rate_sim_ = now_;
  wake();
}

// How long until deadlines may come; zero or less: now. nullopt: not before a holder says something.
std::optional<Clock::Real> Clock::deadlines_from() const {
  Real from = last_change_ + (leases_.empty() ? std::chrono::steady_clock::duration(kQuietDeadline) : kQuietWaiting);
  for (const auto& [id, lease] : leases_) {
    if (!lease.waiting) return std::nullopt;
    from = std::max(from, lease.waits_since + kQuietWaiting);
  }
  return from;
}

std::optional<Clock::Real> Clock::pump(Real real, std::chrono::microseconds slice) {
  std::erase_if(leases_, [&](const auto& item) { return real - item.second.seen > kLeaseLife; });
  if (mode_ == Mode::paused) return std::nullopt;
  if (mode_ == Mode::rate) return pump_rate(real);
  const Real end = std::chrono::steady_clock::now() + slice;

  if (!completions_.empty()) {
    if (real < last_change_ + kQuiet) return last_change_ + kQuiet;
    while (!completions_.empty()) {
      const auto early = completions_.begin()->first - ceiling();
      if (early > 0ms && deadlines_.empty()) return real + early;  // simulated time has caught up with wall time
      fire_completion();
      if (std::chrono::steady_clock::now() >= end) return real;
    }
  }

  std::optional<Real> again;
  auto come = [&](Real when) { again = again ? std::min(*again, when) : when; };
  if (!leases_.empty()) {
    Real oldest = Real::max();
    for (const auto& [id, lease] : leases_) oldest = std::min(oldest, lease.seen);
    come(oldest + kLeaseLife + 1ms);
  }
  const auto from = deadlines_from();
  if (!from) return again;
  if (deadlines_.empty() && leases_.empty()) return again;
  if (real < *from) {
    come(*from);
    return again;
  }
  if (real - last_walk_ > kStale) {  // requests may have come while nobody looked
    last_walk_ = real;
    come(real + kLook);
    return again;
  }
  if (deadlines_.empty()) {  // every holder waits, and nothing is on its way: walk on
    if (real >= last_walk_ + kWalkEvery) {
      last_walk_ = real;
      now_ = std::max(now_, std::min(now_ + kWalkStep, ceiling()));
    }
    come(last_walk_ + kWalkEvery);
    return again;
  }
  const auto early = deadlines_.begin()->first - ceiling();
  if (early > 0ms) return real + early;
  fire(deadlines_, deadlines_.begin()->first);
  return real;
}

std::optional<Clock::Real> Clock::pump_rate(Real real) {
  const std::chrono::duration<double, std::milli> passed = real - rate_real_;
  run_until(std::min(rate_sim_ + Millis(static_cast<std::int64_t>(passed.count() * factor_)), ceiling()));
  return real + 20ms;
}

std::string Clock::lease(std::string who, Real real) {
  std::string id = random_hex(16);
  leases_[id] = Lease{std::move(who), false, real, real};
  wake();
  return id;
}

bool Clock::renew(std::string_view id, bool waiting, Real real) {
  auto it = leases_.find(id);
  if (it == leases_.end()) return false;
  if (waiting && !it->second.waiting) it->second.waits_since = real;
  it->second.waiting = waiting;
  it->second.seen = real;
  wake();
  return true;
}

bool Clock::release(std::string_view id, Real real) {
  auto it = leases_.find(id);
  if (it == leases_.end()) return false;
  leases_.erase(it);
  disturbed(real);
  wake();
  return true;
}

Json Clock::show(std::size_t events) const {
  Json out = Json::object({{"now", iso_millis(now_)},
                           {"simTime", epoch_millis(now_)},
                           {"mode", mode_ == Mode::run      ? "run"
                                    : mode_ == Mode::paused ? "paused"
                                                            : "rate"},
                           {"pending", completions_.size() + deadlines_.size()}});
  if (mode_ == Mode::rate) out["factor"] = factor_;
  Json::Array leases, queue;
  for (const auto& [id, lease] : leases_)
    leases.push_back(Json::object({{"id", id}, {"who", lease.who}, {"waiting", lease.waiting}}));
  std::vector<std::pair<SimTime, std::string>> next(completions_.begin(), completions_.end());
  next.insert(next.end(), deadlines_.begin(), deadlines_.end());
  std::sort(next.begin(), next.end());
  for (const auto& [due, id] : next) {
    if (queue.size() == events) break;
    const Timer* timer = world_.table<Timer>().find(id);
    queue.push_back(Json::object({{"due", iso_millis(due)},
                                  {"kind", timer->gives_up ? "gives-up" : "completes"},
                                  {"name", timer->name},
                                  {"argument", timer->argument}}));
  }
  out["leases"] = std::move(leases);
  out["events"] = std::move(queue);
  return out;
}

}  // namespace drydock::twin

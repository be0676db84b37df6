// The twin's clock is a queue of events; time moves by taking the next one, not by waiting for it.
//
// Two kinds. What *completes* something (an endpoint becomes available, an instance runs) comes after milliseconds of
// quiet. A deadline that *gives up* (nodeadm's 600 s, a node group's 15 min) comes only when seconds have been quiet
// and no update holds a lease, or when every holder of a lease itself waits for nothing else. Quiet is broken by calls
// from outside that change something; reads, polls and the events themselves break nothing.
//
// While a deadline is held back, completions do not carry time past it: they squeeze in before it, so a story that says
// "gave up after 600 s" stays true. When all holders wait and no event is queued, time walks on in steps of 30 s, so
// that a waiter that counts in the twin's time comes to its end.
//
// Simulated time starts days in the past and never overtakes wall time. Everything here runs on the twin's strand.
// Timers are data ({due, kind, name, argument}) and survive restarts; their handlers are registered by name at each
// start.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/json.h"
#include "twin/kernel/table.h"
#include "twin/kernel/time.h"

namespace drydock::twin {

class World;

struct Timer {
  static constexpr const char* kTable = "kernel.timer";  // key: 16 digits, counted up
  std::int64_t due = 0;                                  // ms since the epoch, simulated
  bool gives_up = false;
  std::string name;
  Json argument;
};
template <class V>
void each_field(V& v, Timer& x) {
  v("due", x.due), v("givesUp", x.gives_up), v("name", x.name), v("argument", x.argument);
}

class Clock {
 public:
  enum class Kind { completes, gives_up };
  enum class Mode { run, paused, rate };
  using Real = std::chrono::steady_clock::time_point;
  using Handler = std::function<void(World&, const Json& argument)>;

  explicit Clock(World& world) : world_(world) {}

  SimTime now() const { return now_; }
  /// Equal dues come in the order they were asked for. A due in the past comes at the next chance. Returns an id for
  /// cancel(). Sub-second work of the twin's own (try again, settle) is `completes` with due = now().
  std::string at(SimTime due, Kind kind, std::string name, Json argument = {});
  std::string after(Millis delay, Kind kind, std::string name, Json argument = {}) {
    return at(now_ + delay, kind, std::move(name), std::move(argument));
  }
  bool cancel(std::string_view id);
  /// An event whose name nobody handles is a bug of ours; it is dropped with a line on stderr.
  void handle(std::string name, Handler handler);

  // --- Driving. The twin's loop calls pump() whenever it is due; tests call the rest, and nothing waits.
  /// Runs what may run at `real`, for at most `slice`. Returns when to come again; nullopt: only after something
  /// changed.
  std::optional<Real> pump(Real real, std::chrono::microseconds slice = std::chrono::milliseconds(2));
  /// Runs every `completes` event that is queued, and those that they queue. Returns how many (at most `limit`).
  int run_completions(int limit = 1'000'000);
  /// Goes forward by `duration`, running both kinds as they come due. Never past wall time.
  void advance(Millis duration);
  /// Runs the next event of either kind, if there is one.
  bool step();

  Mode mode() const { return mode_; }
  void pause() { mode_ = Mode::paused; }
  void run() { mode_ = Mode::run; }
  /// Time flows: `factor` simulated seconds per second; both kinds come when due.
  void run_at(double factor, Real real);

  /// Something outside changed the world: quiet starts anew.
  void disturbed(Real real) { last_change_ = real; }

  // --- Leases.
  /// `who` is shown to people. A lease not heard of for 10 s ends by itself.
  std::string lease(std::string who, Real real);
  /// Heartbeat. `waiting`: the holder waits for the world and does nothing else. False if there is no such lease.
  bool renew(std::string_view id, bool waiting, Real real);
  bool release(std::string_view id, Real real);

  /// {"now", "mode", "factor"?, "leases": [{id, who, waiting}], "events": [{due, kind, name}], "pending": n}
  Json show(std::size_t events = 20) const;
  /// Called when a timer, lease or mode changed, so that the loop can ask pump() again.
  void on_wake(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  friend class World;
  struct Lease {
    std::string who;
    bool waiting = false;
    Real seen, waits_since;
  };
  using Queue = std::set<std::pair<SimTime, std::string>>;  // due, id; equal dues in the order of ids

  void loaded();
  void fire(Queue& queue, SimTime now);
  void fire_completion();
  void run_until(SimTime target);
  SimTime ceiling() const;  // wall time
  std::optional<Real> deadlines_from() const;
  std::optional<Real> pump_rate(Real real);
  void wake() {
    if (wake_) wake_();
  }

  World& world_;
  SimTime now_{};
  Mode mode_ = Mode::run;
  double factor_ = 1;
  Real rate_real_{};
  SimTime rate_sim_{};
  Real last_change_{};
  Real last_walk_{};
  std::map<std::string, Lease, std::less<>> leases_;
  std::map<std::string, Handler, std::less<>> handlers_;
  Queue completions_, deadlines_;
  std::uint64_t next_id_ = 1;
  std::function<void()> wake_;
};

}  // namespace drydock::twin

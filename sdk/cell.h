// What an Output<T> points at: a value that arrives later, and where it came from.
//
// A cell belongs to the thread of its Context (the one that called run(), or the worker that constructs a component)
// and is not locked. It changes once, from pending to settled or failed. A settled cell may be unknown (in previews)
// and secret.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sdk/urn.h"

namespace drydock {

class InputValue;

namespace detail {

/// Who may see a value, and the resources it was made from.
struct Provenance {
  bool secret = false;
  std::vector<Urn> dependencies;  // sorted, each once

  void merge(const Provenance& other);
};

class Cell : public std::enable_shared_from_this<Cell> {
 public:
  virtual ~Cell() = default;

  bool done() const { return state_ != State::pending; }
  bool failed() const { return state_ == State::failed; }
  bool known() const { return known_; }
  const Provenance& provenance() const { return provenance_; }

  /// Calls `f` once the cell is done: now, or later from the Context's loop. Starts what the value waits for.
  void when_done(std::function<void()> f);
  /// The value as something a resource property can be set to. REQUIRES: done, known.
  virtual InputValue as_input() const = 0;

  void settle_unknown(Provenance provenance) { finish(State::settled, false, std::move(provenance)); }
  /// Whatever the value was to come from has failed and was reported there.
  void fail() { finish(State::failed, false, {}); }

 protected:
  enum class State : std::uint8_t { pending, settled, failed };
  /// Called once, when somebody first waits.
  virtual void demand() {}
  void finish(State state, bool known, Provenance provenance);

 private:
  State state_ = State::pending;
  bool known_ = false;
  bool demanded_ = false;
  Provenance provenance_;
  std::vector<std::function<void()>> waiters_;
};

template <class T>
class ValueCell : public Cell {
 public:
  /// REQUIRES: done, known.
  const T& value() const { return *value_; }
  void settle(T value, Provenance provenance) {
    value_.emplace(std::move(value));
    finish(State::settled, true, std::move(provenance));
  }
  InputValue as_input() const override;

 private:
  std::optional<T> value_;
};

}  // namespace detail
}  // namespace drydock

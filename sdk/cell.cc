#include "sdk/output.h"

#include <algorithm>
#include <exception>
#include <iterator>

namespace drydock::detail {

void Provenance::merge(const Provenance& other) {
  secret = secret || other.secret;
  if (other.dependencies.empty()) return;
  std::vector<Urn> both;
  both.reserve(dependencies.size() + other.dependencies.size());
  std::set_union(dependencies.begin(), dependencies.end(), other.dependencies.begin(), other.dependencies.end(),
                 std::back_inserter(both));
  dependencies = std::move(both);
}

void Cell::when_done(std::function<void()> f) {
  if (!done() && !demanded_) {
    demanded_ = true;
    demand();
  }
  if (done()) return f();
  waiters_.push_back(std::move(f));
}

void Cell::finish(State state, bool known, Provenance provenance) {
  if (done()) return;
  state_ = state;
  known_ = known;
  provenance_ = std::move(provenance);
  auto self = shared_from_this();  // a waiter may drop the last other reference
  auto waiters = std::move(waiters_);
  // One waiter that throws must not keep the others waiting; the first exception goes on to the loop.
  std::exception_ptr first;
  for (auto& waiter : waiters) try {
      waiter();
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  if (first) std::rethrow_exception(first);
}

void when_all_done(std::vector<std::shared_ptr<Cell>> cells, std::function<void()> then) {
  struct Wait {
    std::size_t left;
    std::function<void()> then;
  };
  auto wait =
      std::make_shared<Wait>(Wait{cells.size() + 1, std::move(then)});  // one for us: `then` runs after the loop
  auto one_less = [wait] {
    if (--wait->left == 0) wait->then();
  };
  for (auto& cell : cells) cell->when_done(one_less);
  one_less();
}

}  // namespace drydock::detail

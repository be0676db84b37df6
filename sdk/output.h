// Output<T>: a value that is known once the resource it comes from has been made, and that remembers that resource.
//
//   Output<std::string> url = bucket.id.apply([](const std::string& id) { return "s3://" + id; });
//   Output<std::string> both = all(a.id, b.id).apply([](const std::string& x, const std::string& y) { return x + y; });
//
// Whatever is computed from an output depends on the same resources and is secret if the output is. In a preview an
// output may be unknown: then the function is not called, and the result is unknown too. Functions run on the program's
// thread, either at once or after the program's own function has returned; so take what they need by value.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sdk/cell.h"
#include "sdk/encode.h"

namespace drydock {

/// What apply() makes of a function that returns nothing.
using Done = std::monostate;

namespace detail {

template <class T>
struct Unwrapped {
  using type = T;
};
template <>
struct Unwrapped<void> {
  using type = Done;
};
template <class T>
struct Unwrapped<Output<T>> {
  using type = T;
};

/// f(value), or f(first, second, ...) for a tuple.
template <class F, class T>
decltype(auto) call(F& f, const T& value) {
  if constexpr (is_a<T, std::tuple>) {
    return std::apply(f, value);
  } else {
    return f(value);
  }
}

}  // namespace detail

template <class T>
class Output {
 public:
  using value_type = T;

  Output() : Output(detail_failed{}) {}
  /// A value that is known already.
  explicit Output(T value) : cell_(std::make_shared<detail::ValueCell<T>>()) { cell_->settle(std::move(value), {}); }
  explicit Output(std::shared_ptr<detail::ValueCell<T>> cell) : cell_(std::move(cell)) {}

  template <class F>
  auto apply(F f) const {
    using Returned = std::remove_cvref_t<decltype(detail::call(f, std::declval<const T&>()))>;
    using U = typename detail::Unwrapped<Returned>::type;
    auto to = std::make_shared<detail::ValueCell<U>>();
    cell_->when_done([from = cell_, to, f = std::move(f)]() mutable {
      if (from->failed()) return to->fail();
      if (!from->known()) return to->settle_unknown(from->provenance());
      try {
        if constexpr (std::is_same_v<Returned, void>) {
          detail::call(f, from->value());
          to->settle(Done{}, from->provenance());
        } else if constexpr (detail::is_a<Returned, Output>) {
          follow(detail::call(f, from->value()).cell(), to, from->provenance());
        } else {
          to->settle(detail::call(f, from->value()), from->provenance());
        }
      } catch (...) {
        to->fail();
        throw;
      }
    });
    return Output<U>(std::move(to));
  }

  /// A member of the value: cluster.vpcConfig.get(&ClusterVpcConfig::vpcId).
  template <class C, class M>
  requires std::is_base_of_v<C, T> Output<M> get(M C::*member)
  const {
    return apply([member](const T& value) -> M { return value.*member; });
  }

  /// The same value, shown to nobody and encrypted at rest.
  Output<T> secret() const {
    auto to = std::make_shared<detail::ValueCell<T>>();
    follow(cell_, to, {.secret = true, .dependencies = {}});
    return Output<T>(std::move(to));
  }

  const std::shared_ptr<detail::ValueCell<T>>& cell() const { return cell_; }

 private:
  struct detail_failed {};
  explicit Output(detail_failed) : cell_(std::make_shared<detail::ValueCell<T>>()) { cell_->fail(); }

  template <class U>
  static void follow(const std::shared_ptr<detail::ValueCell<U>>& from, const std::shared_ptr<detail::ValueCell<U>>& to,
                     detail::Provenance more) {
    from->when_done([from, to, more = std::move(more)]() mutable {
      if (from->failed()) return to->fail();
      more.merge(from->provenance());
      if (!from->known()) return to->settle_unknown(std::move(more));
      to->settle(from->value(), std::move(more));
    });
  }
  template <class U>
  friend class Output;

  std::shared_ptr<detail::ValueCell<T>> cell_;
};

/// Known now, from no resource.
template <class T>
Output<std::decay_t<T>> output_of(T value) {
  return Output<std::decay_t<T>>(std::move(value));
}
inline Output<std::string> output_of(const char* value) { return Output<std::string>(std::string(value)); }
/// A secret of the program's own.
template <class T>
Output<T> secret(T value) {
  return Output<T>(std::move(value)).secret();
}
inline Output<std::string> secret(const char* value) { return secret(std::string(value)); }

namespace detail {
/// Calls `then` once every cell is done.
void when_all_done(std::vector<std::shared_ptr<Cell>> cells, std::function<void()> then);
}  // namespace detail

/// One output of several: known when all are, secret when one is.
template <class... T>
Output<std::tuple<T...>> all(const Output<T>&... outputs) {
  auto to = std::make_shared<detail::ValueCell<std::tuple<T...>>>();
  detail::when_all_done({outputs.cell()...}, [to, ... from = outputs.cell()] {
    if ((from->failed() || ...)) return to->fail();
    detail::Provenance provenance;
    (provenance.merge(from->provenance()), ...);
    if (!(from->known() && ...)) return to->settle_unknown(std::move(provenance));
    to->settle(std::tuple<T...>(from->value()...), std::move(provenance));
  });
  return Output<std::tuple<T...>>(std::move(to));
}

template <class T>
Output<std::vector<T>> all(const std::vector<Output<T>>& outputs) {
  auto to = std::make_shared<detail::ValueCell<std::vector<T>>>();
  std::vector<std::shared_ptr<detail::Cell>> cells;
  for (const auto& output : outputs) cells.push_back(output.cell());
  detail::when_all_done(std::move(cells), [to, outputs] {
    detail::Provenance provenance;
    bool known = true;
    std::vector<T> values;
    for (const auto& output : outputs) {
      const auto& cell = *output.cell();
      if (cell.failed()) return to->fail();
      provenance.merge(cell.provenance());
      known = known && cell.known();
      if (known) values.push_back(cell.value());
    }
    if (!known) return to->settle_unknown(std::move(provenance));
    to->settle(std::move(values), std::move(provenance));
  });
  return Output<std::vector<T>>(std::move(to));
}

namespace detail {
inline Output<std::string> as_text_output(const Output<std::string>& output) { return output; }
inline Output<std::string> as_text_output(std::string_view text) { return Output<std::string>(std::string(text)); }
}  // namespace detail

/// Text of several parts, outputs among them: concat("arn:aws:s3:::", bucket.id, "/*").
template <class... Parts>
Output<std::string> concat(const Parts&... parts) {
  return all(detail::as_text_output(parts)...).apply([](const auto&... part) { return (std::string() + ... + part); });
}

}  // namespace drydock

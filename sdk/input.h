// Input<T>: what a property of type T can be set to: a T, an Output<T>, or nothing. The constructors are narrow on
// purpose: text is no bool, a number is no text, 1.5 is no int; each of these fails to compile.
//
// Lists and maps take braces, of values and outputs alike:
//   .subnetIds = {a.id, "subnet-1"}      .tags = {{"Name", "main"}, {"vpc", vpc.id}}
//   .ingress = {{.fromPort = 443, .toPort = 443}}      .vpcConfig = {{.subnetIds = ids}}      (structs: a pair of
//   braces more)
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sdk/encode.h"
#include "sdk/output.h"

namespace drydock {

template <class T>
class Input;

namespace detail {

template <class T, class U>
constexpr bool accepts();

/// May an Output<U> stand where a T is wanted?
template <class T, class U>
constexpr bool accepts_output() {
  if constexpr (std::same_as<T, PropertyValue>) {
    return Encodable<U>;
  } else if constexpr (is_a<U, std::optional>) {
    return accepts_output<T, typename U::value_type>();
  } else if constexpr (is_a<T, std::variant>) {
    return []<class... A>(std::type_identity<std::variant<A...>>) {
      return (accepts_output<A, U>() || ...);
    }(std::type_identity<T>{});
  } else if constexpr (is_a<T, std::vector> && is_a<U, std::vector>) {
    return accepts_output<typename T::value_type, typename U::value_type>();
  } else if constexpr (is_text_map<T> && is_text_map<U>) {
    return accepts_output<typename T::mapped_type, typename U::mapped_type>();
  } else if constexpr (requires { typename U::Args; }) {
    return std::same_as<T, typename U::Args>;
  } else {
    return accepts<T, U>();
  }
}

/// May a U stand where a T is wanted?
template <class T, class U>
constexpr bool accepts() {
  if constexpr (std::derived_from<U, InputValue>) {
    return std::same_as<U, Input<T>>;
  } else if constexpr (is_a<U, Output>) {
    return accepts_output<T, typename U::value_type>();
  } else if constexpr (std::same_as<T, PropertyValue>) {
    return Encodable<U>;
  } else if constexpr (std::same_as<U, PropertyValue>) {
    return false;
  } else if constexpr (std::same_as<T, bool>) {
    return std::same_as<U, bool>;
  } else if constexpr (std::same_as<T, int>) {
    return Integer<U>;
  } else if constexpr (std::same_as<T, double>) {
    return Number<U>;
  } else if constexpr (std::same_as<T, std::string>) {
    return Text<U> || Enum<U>;
  } else if constexpr (Enum<T>) {
    return std::same_as<U, T> || Text<U>;  // as in other languages, the value's text will do
  } else if constexpr (is_a<T, std::variant>) {
    return []<class... A>(std::type_identity<std::variant<A...>>) {
      return (accepts<A, U>() || ...);
    }(std::type_identity<T>{});
  } else if constexpr (is_a<T, std::vector> && is_a<U, std::vector>) {
    return accepts<typename T::value_type, typename U::value_type>();
  } else if constexpr (is_text_map<T> && is_text_map<U>) {
    return accepts<typename T::mapped_type, typename U::mapped_type>();
  } else if constexpr (is_a<U, std::optional>) {
    return accepts<T, typename U::value_type>();
  } else if constexpr (AnyResource<U>) {
    return std::derived_from<U, T>;
  } else {
    return std::same_as<T, U>;
  }
}

template <class T, class U>
concept Accepts = !std::derived_from<std::remove_cvref_t<U>, InputValue> && accepts<T, std::decay_t<U>>();

template <class T>
struct FirstStruct {
  struct none {};
  using type = none;
};
template <class A, class... B>
struct FirstStruct<std::variant<A, B...>> {
  using type = std::conditional_t<Struct<A>, A, typename FirstStruct<std::variant<B...>>::type>;
};
template <>
struct FirstStruct<std::variant<>> : FirstStruct<void> {};

}  // namespace detail

template <class T>
class Input : public InputValue {
 public:
  Input() = default;
  template <class U>
  requires detail::Accepts<T, U> Input(U&& value) : InputValue(detail::encode<std::decay_t<U>>(value)) {}
  /// A struct, so that its fields can be written in braces.
  Input(const T& value) requires detail::Struct<T> : InputValue(value.encode()) {}
};

template <class... A>
class Input<std::variant<A...>> : public InputValue {
  using S = typename detail::FirstStruct<std::variant<A...>>::type;

 public:
  Input() = default;
  template <class U>
  requires detail::Accepts<std::variant<A...>, U> Input(U&& value)
      : InputValue(detail::encode<std::decay_t<U>>(value)) {}
  Input(const S& value) requires detail::Struct<S> : InputValue(value.encode()) {}
};

template <class E>
class Input<std::vector<E>> : public InputValue {
 public:
  Input() = default;
  Input(std::initializer_list<Input<E>> items) : InputValue(List(items.begin(), items.end())) {}
  Input(std::initializer_list<E> items) requires detail::Struct<E> : InputValue(detail::encode(std::vector<E>(items))) {
  }
  template <class U>
  requires std::convertible_to<const U&, Input<E>> Input(const std::vector<U>& items) : InputValue(of(items)) {}
  template <class U>
  requires(detail::accepts_output<std::vector<E>, U>()) Input(const Output<U>& output)
      : InputValue(detail::encode(output)) {}

  /// REQUIRES: nothing given yet, or a list (no output).
  void push_back(const Input<E>& item) {
    List list = given() ? std::get<List>(variant()) : List();
    list.push_back(item);
    static_cast<InputValue&>(*this) = InputValue(std::move(list));
  }

 private:
  template <class U>
  static List of(const std::vector<U>& items) {
    List list;
    for (const U& item : items) list.push_back(Input<E>(item));
    return list;
  }
};

template <class E>
class Input<std::map<std::string, E>> : public InputValue {
 public:
  Input() = default;
  Input(std::initializer_list<std::pair<const std::string, Input<E>>> items)
      : InputValue(Map(items.begin(), items.end())) {}
  Input(std::initializer_list<std::pair<const std::string, E>> items) requires detail::Struct<E>
      : InputValue(of(items)) {}
  template <class U>
  requires std::convertible_to<const U&, Input<E>> Input(const std::map<std::string, U>& items)
      : InputValue(of(items)) {}
  template <class U>
  requires(detail::accepts_output<std::map<std::string, E>, U>()) Input(const Output<U>& output)
      : InputValue(detail::encode(output)) {}

 private:
  template <class Items>
  static Map of(const Items& items) {
    Map map;
    for (const auto& [key, item] : items) map.emplace(key, Input<E>(item));
    return map;
  }
};

/// A struct written by hand, or any value at all: {{"name", "x"}, {"size", 3}}, Json, a list, an output.
template <>
class Input<PropertyValue> : public InputValue {
 public:
  Input() = default;
  template <class U>
  requires(!std::derived_from<std::remove_cvref_t<U>, Input<PropertyValue>> && detail::Encodable<std::decay_t<U>>)
      Input(U&& value)
      : InputValue(detail::encode<std::decay_t<U>>(value)) {}
  Input(std::initializer_list<std::pair<const std::string, Input<PropertyValue>>> items)
      : InputValue(Map(items.begin(), items.end())) {}
};

/// Sets a field to what came in untyped: a component hands on what it was given.
template <class T>
void hand_on(Input<T>& field, InputValue value) {
  static_cast<InputValue&>(field) = std::move(value);
}

using AnyInput = Input<PropertyValue>;
/// A map written in braces, as component outputs and arguments of calls are.
using AnyInputs = Input<std::map<std::string, PropertyValue>>;

}  // namespace drydock

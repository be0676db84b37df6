// From C++ values to what properties are set to. A type of your own takes part with a member `InputValue encode()
// const`.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "sdk/input_value.h"

namespace drydock {

class Resource;
template <class T>
class Output;

namespace detail {

template <class T>
concept Text = std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>;
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                  !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;
template <class T>
concept Number = Integer<T> || std::floating_point<T>;
/// A generated struct, or one of the program's own.
template <class T>
concept Struct = requires(const T& t) {
  { t.encode() } -> std::same_as<InputValue>;
};
/// A generated enum: its text is found by argument-dependent lookup.
template <class T>
concept Enum = std::is_enum_v<T> && requires(T t) {
  { to_text(t) } -> std::convertible_to<std::string_view>;
};
template <class T>
concept AnyResource = std::derived_from<T, Resource>;

template <class T, template <class...> class Of>
inline constexpr bool is_a = false;
template <template <class...> class Of, class... Args>
inline constexpr bool is_a<Of<Args...>, Of> = true;

template <class T>
inline constexpr bool is_text_map = false;
template <class T, class L>
inline constexpr bool is_text_map<std::map<std::string, T, L>> = true;
template <class T>
inline constexpr bool is_text_map<std::unordered_map<std::string, T>> = true;

InputValue encode_resource(const Resource& resource);

/// Everything that can be sent. What cannot fails to compile, with the type's name in the message.
template <class T>
InputValue encode(const T& v) {
  if constexpr (std::derived_from<T, InputValue>) {
    return v;
  } else if constexpr (std::same_as<T, bool> || Number<T>) {
    return InputValue(PropertyValue(v));
  } else if constexpr (Text<T>) {
    return InputValue(PropertyValue(std::string(std::string_view(v))));
  } else if constexpr (Enum<T>) {
    return InputValue(PropertyValue(std::string(to_text(v))));
  } else if constexpr (std::same_as<T, PropertyValue>) {
    return InputValue(v);
  } else if constexpr (std::same_as<T, Asset> || std::same_as<T, Archive> || std::same_as<T, PropertyMap> ||
                       std::same_as<T, std::nullptr_t>) {
    return InputValue(PropertyValue(v));
  } else if constexpr (std::same_as<T, Json>) {
    return InputValue(from_json(v));
  } else if constexpr (is_a<T, Output>) {
    return InputValue(v.cell());
  } else if constexpr (AnyResource<T>) {
    return encode_resource(v);
  } else if constexpr (Struct<T>) {
    auto fields = v.encode();
    return fields.given() ? fields : InputValue(InputValue::Map{});
  } else if constexpr (is_a<T, std::optional>) {
    return v ? encode(*v) : InputValue();
  } else if constexpr (is_a<T, std::vector>) {
    InputValue::List list;
    for (const auto& item : v) list.push_back(encode<std::remove_cvref_t<decltype(item)>>(item));
    return InputValue(std::move(list));
  } else if constexpr (is_text_map<T>) {
    InputValue::Map map;
    for (const auto& [key, item] : v) map.emplace(key, encode(item));
    return InputValue(std::move(map));
  } else if constexpr (is_a<T, std::tuple> || is_a<T, std::pair>) {
    InputValue::List list;
    std::apply([&](const auto&... item) { (list.push_back(encode(item)), ...); }, v);
    return InputValue(std::move(list));
  } else if constexpr (is_a<T, std::variant>) {
    return std::visit([](const auto& item) { return encode(item); }, v);
  } else {
    static_assert(sizeof(T) == 0, "this type cannot be a property: give it a member InputValue encode() const");
  }
}

/// Whether encode() would compile.
template <class T>
constexpr bool encodable() {
  if constexpr (is_a<T, std::optional> || is_a<T, std::vector>) {
    return encodable<typename T::value_type>();
  } else if constexpr (is_text_map<T>) {
    return encodable<typename T::mapped_type>();
  } else if constexpr (is_a<T, std::tuple> || is_a<T, std::pair> || is_a<T, std::variant>) {
    return []<template <class...> class Of, class... A>(std::type_identity<Of<A...>>) {
      return (encodable<A>() && ...);
    }(std::type_identity<T>{});
  } else {
    return std::derived_from<T, InputValue> || std::same_as<T, bool> || Number<T> || Text<T> || Enum<T> ||
           std::same_as<T, PropertyValue> || std::same_as<T, Asset> || std::same_as<T, Archive> ||
           std::same_as<T, PropertyMap> || std::same_as<T, std::nullptr_t> || std::same_as<T, Json> ||
           is_a<T, Output> || AnyResource<T> || Struct<T>;
  }
}
template <class T>
concept Encodable = encodable<T>();

/// Sets `key` if `v` is given; what generated encoders are made of.
inline void put(InputValue::Map& map, const char* key, const InputValue& v) {
  if (v.given()) map.emplace(key, v);
}

inline InputValue encode_constant(PropertyValue v) { return InputValue(std::move(v)); }
/// A field of a struct of inputs; an object none of whose fields is given is itself not given.
inline const InputValue& field_value(const InputValue& v) { return v; }
template <Struct T>
InputValue field_value(const T& v) {
  return v.encode();
}
/// The same, shown to nobody.
InputValue as_secret(const InputValue& v);
/// The JSON text of a value, once it is known; text stays as it is. How settings of providers travel.
InputValue as_json_text(const InputValue& v);

template <class T>
InputValue ValueCell<T>::as_input() const {
  if constexpr (Encodable<T>) {
    return encode(*value_);
  } else {
    return InputValue();  // never asked for: Input<T> takes no such output
  }
}

}  // namespace detail
}  // namespace drydock

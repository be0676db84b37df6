// From what the engine answers to C++ values. Lenient where Pulumi is: a missing or null value becomes the empty one.
// A value of another kind than the schema says is an error, reported with the place.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sdk/encode.h"

namespace drydock {

class Context;

namespace detail {

class ContextCore;

/// Where a value is read, for messages, and the run it belongs to.
class Decoder {
 public:
  Decoder(ContextCore* context, std::string where) : context_(context), path_(std::move(where)) {}

  /// Notes the first mismatch only.
  void expected(const char* kind, const PropertyValue& got);
  bool ok() const { return problem_.empty(); }
  const std::string& problem() const { return problem_; }
  /// Reads a member, naming it in messages.
  template <class T>
  void member(const PropertyValue& object, std::string_view name, T& to);
  CoreRef resource(const ResourceReference& reference);
  std::string& path() { return path_; }

 private:
  ContextCore* context_;
  std::string path_;
  std::string problem_;
};

template <class T>
concept DecodableStruct = requires(T& t, const PropertyValue& v, Decoder& d) {
  t.decode(v, d);
};

template <class T>
void decode_value(const PropertyValue& v, T& to, Decoder& d) {
  if constexpr (std::same_as<T, PropertyValue>) {
    to = v;
  } else if constexpr (is_a<T, std::optional>) {
    if (v.is_null()) return to.reset();
    if constexpr (AnyResource<typename T::value_type>) {
      if (!v.is_resource()) return d.expected("a resource", v);
      to.emplace(d.resource(v.as_resource()));
    } else {
      decode_value(v, to.emplace(), d);
    }
  } else if (v.is_null()) {
    to = T{};
  } else if (v.is_secret()) {
    decode_value(*v.as_secret().value, to, d);
  } else if (v.is_output()) {
    decode_value(*v.as_output().value, to, d);
  } else if constexpr (std::same_as<T, bool>) {
    v.is_bool() ? void(to = v.as_bool()) : d.expected("true or false", v);
  } else if constexpr (Number<T>) {
    v.is_number() ? void(to = static_cast<T>(v.as_number())) : d.expected("a number", v);
  } else if constexpr (std::same_as<T, std::string>) {
    v.is_string() ? void(to = v.as_string()) : d.expected("text", v);
  } else if constexpr (Enum<T>) {
    if (!v.is_string() || !from_text(v.as_string(), to)) d.expected("one of the values its schema names", v);
  } else if constexpr (is_a<T, std::vector>) {
    if (!v.is_list()) return d.expected("a list", v);
    to.clear();
    std::size_t index = 0;
    for (const auto& item : v.as_list()) {
      const auto length = d.path().size();
      d.path() += "[" + std::to_string(index++) + "]";
      if constexpr (AnyResource<typename T::value_type>) {
        item.is_resource() ? void(to.emplace_back(d.resource(item.as_resource()))) : d.expected("a resource", item);
      } else {
        typename T::value_type one{};
        decode_value(item, one, d);
        to.push_back(std::move(one));
      }
      d.path().resize(length);
    }
  } else if constexpr (is_text_map<T>) {
    if (!v.is_map()) return d.expected("a map", v);
    to.clear();
    for (const auto& [key, item] : v.as_map()) {
      const auto length = d.path().size();
      d.path() += "." + key;
      decode_value(item, to[key], d);
      d.path().resize(length);
    }
  } else if constexpr (AnyResource<T>) {
    v.is_resource() ? void(to = T(d.resource(v.as_resource()))) : d.expected("a resource", v);
  } else if constexpr (DecodableStruct<T>) {
    v.is_map() ? to.decode(v, d) : d.expected("an object", v);
  } else {
    static_assert(sizeof(T) == 0, "this type cannot be read from a property: give it a member void decode(...)");
  }
}

template <class T>
void Decoder::member(const PropertyValue& object, std::string_view name, T& to) {
  const auto length = path_.size();
  path_.append(".").append(name);
  decode_value(object.at(name), to, *this);
  path_.resize(length);
}

}  // namespace detail
}  // namespace drydock

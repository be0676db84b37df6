// Nouns as documents. A noun lists its fields once:
//   template <class V> void each_field(V& v, Vpc& x) { v("vpcId", x.vpcId); v("cidrBlock", x.cidrBlock); ... }
// and gets to_json / from_json from here. Field names are the wire names of the service the noun belongs to. A name
// that starts with '_' is internal: kept in journals, left out on the wire.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/json.h"

namespace drydock::fields {

enum class Scope { everything, wire };

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_text_map : std::false_type {};
template <class T>
struct is_text_map<std::map<std::string, T>> : std::true_type {};

template <class T>
Json encode(const T& value, Scope scope = Scope::everything);

struct Writer {
  Json::Object out;
  Scope scope;
  template <class T>
  void operator()(const char* name, const T& value) {
    if (scope == Scope::wire && name[0] == '_') return;
    if constexpr (is_optional<T>::value) {
      if (!value) return;
    }
    out.emplace(name, encode(value, scope));
  }
};

struct Reader {
  const Json& in;
  template <class T>
  void operator()(const char* name, T& value);
};

/// Empty optionals are left out; everything else is written, empty or not.
template <class T>
Json encode(const T& value, Scope scope) {
  if constexpr (std::is_same_v<T, Json>) {
    return value;
  } else if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
    return Json(value);
  } else if constexpr (std::is_enum_v<T>) {
    return Json(static_cast<std::int64_t>(value));
  } else if constexpr (is_optional<T>::value) {
    return value ? encode(*value, scope) : Json();
  } else if constexpr (is_vector<T>::value) {
    Json::Array items;
    items.reserve(value.size());
    for (const auto& item : value) items.push_back(encode(item, scope));
    return items;
  } else if constexpr (is_text_map<T>::value) {
    Json::Object out;
    for (const auto& [key, item] : value) out.emplace(key, encode(item, scope));
    return out;
  } else {
    Writer w{{}, scope};
    each_field(w, const_cast<T&>(value));  // the writer only reads
    return std::move(w.out);
  }
}

/// Missing members and members of another type leave the field as it was.
template <class T>
void decode(const Json& json, T& value) {
  if constexpr (std::is_same_v<T, Json>) {
    value = json;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (json.is_string()) value = json.as_string();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (json.is_bool()) value = json.as_bool();
  } else if constexpr (std::is_floating_point_v<T>) {
    if (json.is_number()) value = static_cast<T>(json.as_double());
  } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    if (json.is_number()) value = static_cast<T>(json.as_int());
  } else if constexpr (is_optional<T>::value) {
    if (!json.is_null()) decode(json, value.emplace());
  } else if constexpr (is_vector<T>::value) {
    if (!json.is_array()) return;
    value.clear();
    for (const Json& item : json.as_array()) decode(item, value.emplace_back());
  } else if constexpr (is_text_map<T>::value) {
    if (!json.is_object()) return;
    value.clear();
    for (const auto& [key, item] : json.as_object()) decode(item, value[key]);
  } else {
    if (!json.is_object()) return;
    Reader r{json};
    each_field(r, value);
  }
}

template <class T>
void Reader::operator()(const char* name, T& value) {
  if (const Json* member = in.find(name)) decode(*member, value);
}

template <class T>
T decoded(const Json& json) {
  T value{};
  decode(json, value);
  return value;
}

}  // namespace drydock::fields

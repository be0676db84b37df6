// Describe output as nouns: AWS's own CLI prints EC2 in CamelCase with plural lists ("Vpcs", "Tags"), the API answers
// in the nouns' own words ("vpcSet", "tagSet"). Everything becomes the latter; values may be text where XML had no
// types.
#pragma once

#include <charconv>
#include <string>

#include "base/fields.h"

namespace drydock::readers::describe {

/// EC2's CLI output with the API's names, all the way down.
Json wire_names(const Json& cli);

template <class T>
void loosely(const Json& json, T& value);

struct LooseReader {
  const Json& in;
  template <class T>
  void operator()(const char* name, T& value) {
    if (const Json* member = in.find(name[0] == '_' ? name + 1 : name)) loosely(*member, value);
  }
};

/// As fields::decode, and true and numbers as text, and documents where a text is wanted (the CLI decodes policies).
template <class T>
void loosely(const Json& json, T& value) {
  if constexpr (std::is_same_v<T, Json>) {
    value = json;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (json.is_string()) {
      value = json.as_string();
    } else if (json.is_object() || json.is_number()) {
      value = json.dump();
    }
  } else if constexpr (std::is_same_v<T, bool>) {
    if (json.is_bool()) value = json.as_bool();
    if (json.is_string()) value = json.as_string() == "true";
  } else if constexpr (std::is_floating_point_v<T>) {
    if (json.is_number()) value = static_cast<T>(json.as_double());
  } else if constexpr (std::is_integral_v<T>) {
    if (json.is_number()) value = static_cast<T>(json.as_int());
    if (json.is_string()) {
      const std::string& text = json.as_string();
      std::from_chars(text.data(), text.data() + text.size(), value);
    }
  } else if constexpr (fields::is_optional<T>::value) {
    if (!json.is_null()) loosely(json, value.emplace());
  } else if constexpr (fields::is_vector<T>::value) {
    if (!json.is_array()) return;
    value.clear();
    for (const Json& item : json.as_array()) loosely(item, value.emplace_back());
  } else if constexpr (fields::is_text_map<T>::value) {
    if (!json.is_object()) return;
    value.clear();
    for (const auto& [key, item] : json.as_object()) loosely(item, value[key]);
  } else {
    if (!json.is_object()) return;
    LooseReader reader{json};
    each_field(reader, value);
  }
}

template <class T>
T noun_of(const Json& json) {
  T value;
  loosely(json, value);
  return value;
}

}  // namespace drydock::readers::describe

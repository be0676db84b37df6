#include "sdk/property_value.h"

#include <algorithm>
#include <cmath>

namespace drydock {
namespace {

const PropertyValue kNull;

template <class Predicate>
bool any_inside(const PropertyValue& v, const Predicate& predicate) {
  if (predicate(v)) return true;
  const auto inside = [&](const PropertyValue& child) { return any_inside(child, predicate); };
  const auto inside_pair = [&](const auto& pair) { return inside(pair.second); };
  if (v.is_list()) return std::any_of(v.as_list().begin(), v.as_list().end(), inside);
  if (v.is_map()) return std::any_of(v.as_map().begin(), v.as_map().end(), inside_pair);
  if (v.is_secret()) return inside(*v.as_secret().value);
  if (v.is_output()) return inside(*v.as_output().value);
  if (const auto* archive = std::get_if<Archive>(&v.variant()))
    return std::any_of(archive->assets.begin(), archive->assets.end(), inside_pair);
  return false;
}

bool is_unknown_itself(const PropertyValue& v) {
  // A reference to a resource whose id is not known yet is itself a known value.
  return v.is_unknown() || (v.is_output() && !v.as_output().known);
}
bool is_secret_itself(const PropertyValue& v) { return v.is_secret() || (v.is_output() && v.as_output().secret); }

}  // namespace

const PropertyValue& at(const PropertyMap& map, std::string_view key) {
  auto it = map.find(key);
  return it == map.end() ? kNull : it->second;
}
const PropertyValue& PropertyValue::at(std::string_view key) const {
  return is_map() ? drydock::at(as_map(), key) : kNull;
}

bool PropertyValue::contains_unknowns() const { return any_inside(*this, is_unknown_itself); }
bool PropertyValue::contains_secrets() const { return any_inside(*this, is_secret_itself); }

PropertyValue PropertyValue::plain() const {
  if (is_secret()) return as_secret().value->plain();
  if (is_output()) return as_output().known ? as_output().value->plain() : PropertyValue(Unknown{});
  if (is_map()) return drydock::plain(as_map());
  if (is_list()) {
    PropertyList items;
    items.reserve(as_list().size());
    for (const PropertyValue& item : as_list()) items.push_back(item.plain());
    return items;
  }
  return *this;
}

bool contains_unknowns(const PropertyMap& map) {
  return std::any_of(map.begin(), map.end(), [](const auto& p) { return p.second.contains_unknowns(); });
}
bool contains_secrets(const PropertyMap& map) {
  return std::any_of(map.begin(), map.end(), [](const auto& p) { return p.second.contains_secrets(); });
}
PropertyMap plain(const PropertyMap& map) {
  PropertyMap out;
  for (const auto& [key, value] : map) out.emplace(key, value.plain());
  return out;
}

PropertyValue from_json(const Json& json) {
  if (json.is_bool()) return json.as_bool();
  if (json.is_number()) return json.as_double();
  if (json.is_string()) return json.as_string();
  if (json.is_array()) {
    PropertyList items;
    for (const Json& item : json.as_array()) items.push_back(from_json(item));
    return items;
  }
  if (json.is_object()) {
    PropertyMap fields;
    for (const auto& [key, value] : json.as_object()) fields.emplace(key, from_json(value));
    return fields;
  }
  return nullptr;
}

Json to_json(const PropertyValue& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_number()) {
    const double d = value.as_number();
    const bool whole = d == std::floor(d) && std::abs(d) < 9007199254740992.0;  // 2^53
    return whole ? Json(static_cast<std::int64_t>(d)) : Json(d);
  }
  if (value.is_string()) return value.as_string();
  if (value.is_list()) {
    Json::Array items;
    for (const PropertyValue& item : value.as_list()) items.push_back(to_json(item));
    return items;
  }
  if (value.is_map()) {
    Json::Object fields;
    for (const auto& [key, v] : value.as_map()) fields.emplace(key, to_json(v));
    return fields;
  }
  return nullptr;
}

}  // namespace drydock

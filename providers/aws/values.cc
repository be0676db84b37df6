#include "providers/aws/values.h"

#include <algorithm>

#include "providers/aws/schema.h"

namespace drydock::aws_provider {
namespace {

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html: where one string may stand, a list
// may.
Json canonical_policy(const Json& value) {
  if (value.is_object()) {
    Json::Object out;
    for (const auto& [key, item] : value.as_object()) out.emplace(key, canonical_policy(item));
    return out;
  }
  if (!value.is_array()) return value;
  Json::Array items;
  for (const Json& item : value.as_array()) items.push_back(canonical_policy(item));
  if (items.size() == 1) return items.front();
  const bool texts = std::all_of(items.begin(), items.end(), [](const Json& item) { return item.is_string(); });
  if (texts)
    std::sort(items.begin(), items.end(), [](const Json& a, const Json& b) { return a.as_string() < b.as_string(); });
  return items;
}

template <class List>
bool contains(const List& list, std::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

bool empty_value(const Json& value) {
  if (value.is_null()) return true;
  if (value.is_bool()) return !value.as_bool();
  if (value.is_number()) return value.as_double() == 0;
  if (value.is_string()) return value.as_string().empty();
  return value.size() == 0;
}

}  // namespace

bool same_policy(std::string_view a, std::string_view b) {
  if (a == b) return true;
  auto x = Json::parse(a), y = Json::parse(b);
  return x && y && canonical_policy(*x) == canonical_policy(*y);
}

Json canonical(const ResourceType& type, const std::string& path, const Json& value) {
  if (value.is_object()) {
    Json::Object out;
    for (const auto& [key, item] : value.as_object()) {
      Json inner = canonical(type, path + "." + key, item);
      if (!empty_value(inner)) out.emplace(key, std::move(inner));
    }
    return out;
  }
  if (value.is_number() && !value.is_int() && value.as_double() == static_cast<double>(value.as_int()))
    return value.as_int();
  if (!value.is_array()) return value;
  Json::Array items;
  for (const Json& item : value.as_array()) items.push_back(canonical(type, path + "[]", item));
  if (contains(type.sets, path))
    std::sort(items.begin(), items.end(), [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
  return items;
}

bool equivalent(const ResourceType& type, const std::string& property, const Json& a, const Json& b) {
  if (contains(type.policies, property) && a.is_string() && b.is_string())
    return same_policy(a.as_string(), b.as_string());
  const Json x = canonical(type, property, a), y = canonical(type, property, b);
  return x == y || (empty_value(x) && empty_value(y));
}

bool stays_when_left_out(const ResourceType& type, std::string_view property) {
  const Json& schema = resource_schema(type.token);
  if (!schema.at("inputProperties").has(property)) return true;  // tagsAll and the like
  if (schema.at("inputProperties").at(property).has("default")) return false;
  auto listed = [&](const Json& list) {
    return list.is_array() && std::any_of(list.as_array().begin(), list.as_array().end(),
                                          [&](const Json& one) { return one.string_or() == property; });
  };
  return listed(schema.at("required")) && !listed(schema.at("requiredInputs"));
}

Json fold_outputs(const ResourceType& type, const Json& inputs, const Json& read) {
  Json::Object out = inputs.is_object() ? inputs.as_object() : Json::Object{};
  for (const auto& [key, value] : read.as_object()) {
    auto given = out.find(key);
    if (given != out.end() && equivalent(type, key, given->second, value)) continue;
    if (!value.is_null()) out.insert_or_assign(key, value);
  }
  return out;
}

namespace {

// What was read, as far as the program speaks of it: AWS adds defaults of its own inside of blocks.
Json narrowed(const Json& given, const Json& now) {
  if (given.is_object() && now.is_object()) {
    Json::Object out;
    for (const auto& [key, value] : given.as_object())
      if (const Json* there = now.find(key)) out.emplace(key, narrowed(value, *there));
    return out;
  }
  if (given.is_array() && now.is_array() && given.size() == now.size()) {
    Json::Array out;
    for (std::size_t i = 0; i < now.size(); ++i) out.push_back(narrowed(given.item(i), now.item(i)));
    return out;
  }
  return now;
}

}  // namespace

Json fold_inputs(const ResourceType& type, const Json& inputs, const Json& read) {
  Json::Object out;
  if (!inputs.is_object() || inputs.size() == 0) {
    for (const auto& [key, spec] : resource_schema(type.token).at("inputProperties").as_object())
      if (const Json& value = read.at(key); !empty_value(value)) out.emplace(key, value);
    return out;
  }
  for (const auto& [key, value] : inputs.as_object()) {
    const Json* there = read.find(key);
    if (!there || equivalent(type, key, value, *there)) {
      out.emplace(key, value);
      continue;
    }
    Json now = narrowed(value, *there);
    if (equivalent(type, key, value, now))
      out.emplace(key, value);
    else if (!now.is_null())
      out.emplace(key, std::move(now));
  }
  return out;
}

ListChange list_change(const Json& old, const Json& now) {
  ListChange change;
  auto has = [](const Json& list, const Json& item) {
    return list.is_array() && std::find(list.as_array().begin(), list.as_array().end(), item) != list.as_array().end();
  };
  if (now.is_array())
    for (const Json& item : now.as_array())
      if (!has(old, item)) change.added.push_back(item);
  if (old.is_array())
    for (const Json& item : old.as_array())
      if (!has(now, item)) change.removed.push_back(item);
  return change;
}

bool changed(const Json& old, const Json& now, std::string_view property) {
  const Json &a = old.at(property), &b = now.at(property);
  return !(a == b) && !(empty_value(a) && empty_value(b));
}

}  // namespace drydock::aws_provider

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "providers/aws/check.h"
#include "providers/aws/schema.h"
#include "providers/aws/values.h"

namespace drydock::aws_provider {
namespace {

// A plain value with unknowns kept apart: JSON has no word for them.
const char* const kUnknownText = "\x01unknown";

Json shadow(const PropertyValue& value) {
  if (value.is_unknown()) return kUnknownText;
  if (value.is_list()) {
    Json::Array items;
    for (const auto& item : value.as_list()) items.push_back(shadow(item));
    return items;
  }
  if (value.is_map()) {
    Json::Object fields;
    for (const auto& [key, item] : value.as_map()) fields.emplace(key, shadow(item));
    return fields;
  }
  return to_json(value);
}

class Differ {
 public:
  Differ(const ResourceType& type, DiffReply& reply) : type_(type), reply_(reply) {}

  void property(const std::string& name, const Json& old, const Json& now, const Json& spec, bool replaces) {
    top_ = name;
    replaces_ = replaces;
    if (kind_of(spec) != Kind::object || !old.is_object() || !now.is_object()) return walk(name, old, now);
    // Members of a block may replace on their own account.
    for (const std::string& key : keys(old, now)) {
      const Json& inner = object_of(spec).at("properties").at(key);
      replaces_ = replaces || inner.at("willReplaceOnChanges").bool_or(false);
      walk(name + "." + key, old.at(key), now.at(key));
    }
  }

 private:
  static std::set<std::string> keys(const Json& a, const Json& b) {
    std::set<std::string> out;
    for (const auto& [key, value] : a.as_object()) out.insert(key);
    for (const auto& [key, value] : b.as_object()) out.insert(key);
    return out;
  }

  void walk(const std::string& path, const Json& old, const Json& now) {
    if (old == now) return;
    if (old.is_object() && now.is_object()) {
      for (const std::string& key : keys(old, now)) walk(step(path, key), old.at(key), now.at(key));
    } else if (old.is_array() && now.is_array()) {
      for (std::size_t i = 0; i < std::max(old.size(), now.size()); ++i)
        walk(fmt::format("{}[{}]", path, i), old.item(i), now.item(i));
    } else {
      record(path, old, now);
    }
  }
  static std::string step(const std::string& path, const std::string& key) {
    return key.find_first_of(".[]\"") == std::string::npos ? path + "." + key
                                                           : fmt::format("{}[{}]", path, json_quote(key));
  }

  void record(const std::string& path, const Json& old, const Json& now) {
    PropertyDiff diff;
    diff.input_diff = true;
    if (old.is_null())
      diff.kind = replaces_ ? DiffKind::add_replace : DiffKind::add;
    else if (now.is_null())
      diff.kind = replaces_ ? DiffKind::delete_replace : DiffKind::delete_;
    else
      diff.kind = replaces_ ? DiffKind::update_replace : DiffKind::update;
    reply_.detailed[path] = diff;
    add(reply_.diffs, top_);
    if (replaces_) add(reply_.replaces, top_);
  }
  static void add(std::vector<std::string>& to, const std::string& name) {
    if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
  }

  const ResourceType& type_;
  DiffReply& reply_;
  std::string top_;
  bool replaces_ = false;
};

}  // namespace

DiffReply diff_resource(const ResourceType& type, const DiffRequest& request) {
  DiffReply reply;
  reply.has_detailed = true;
  reply.changes = DiffReply::Changes::none;
  const Json& schema = resource_schema(type.token);
  const Json old = shadow(PropertyValue(plain(request.old_inputs.empty() ? request.olds : request.old_inputs)));
  const Json now = shadow(PropertyValue(plain(request.news)));
  std::set<std::string> names;
  for (const auto& [key, value] : now.as_object()) names.insert(key);
  if (!request.old_inputs.empty())
    for (const auto& [key, value] : old.as_object()) names.insert(key);
  Differ differ(type, reply);
  for (const std::string& name : names) {
    if (name.starts_with("__")) continue;
    if (std::find(request.ignore_changes.begin(), request.ignore_changes.end(), name) != request.ignore_changes.end())
      continue;
    if (equivalent(type, name, old.at(name), now.at(name))) continue;
    const Json& spec = schema.at("inputProperties").at(name);
    bool replaces = spec.at("willReplaceOnChanges").bool_or(false);
    if (type.replaces) replaces = type.replaces(name, old, now, replaces);
    if (now.at(name).is_null() && stays_when_left_out(type, name)) continue;
    differ.property(name, canonical(type, name, old.at(name)), canonical(type, name, now.at(name)), spec, replaces);
  }
  const bool lost =
      !type.lost_status.empty() && at(request.olds, type.lost_output).plain().string_or() == type.lost_status;
  if (lost) {
    reply.detailed[type.lost_output] = {DiffKind::update_replace, false};
    reply.diffs.emplace_back(type.lost_output);
    reply.replaces.emplace_back(type.lost_output);
  }
  if (!reply.detailed.empty()) reply.changes = DiffReply::Changes::some;
  // What is lost still holds its name.
  reply.delete_before_replace = (type.delete_before_replace && !reply.replaces.empty()) || lost;
  return reply;
}

}  // namespace drydock::aws_provider

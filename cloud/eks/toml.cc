// TOML (https://toml.io/en/v1.0.0) as the component of the Node SDK writes it, so that user data stays the same when a
// stack changes engines: tables below a table with values of its own are indented, thousands have underscores.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "cloud/eks/user_data.h"

namespace drydock::eks {

namespace {

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
  return bare ? key : json_quote(key);
}

std::string whole_number(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t sign = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > sign + 3;) digits.insert(at -= 3, "_");
  return digits;
}

std::string inline_value(const Json& value);

std::string inline_list(const Json& list) {
  std::vector<std::string> items;
  for (const Json& item : list.as_array()) items.push_back(inline_value(item));
  if (items.empty()) return "[]";
  const std::string line = join(items, ", ");
  return line.size() > 60 ? "[\n  " + join(items, ",\n  ") + "\n]" : "[ " + line + " ]";
}

std::string inline_value(const Json& value) {
  if (value.is_string()) return json_quote(value.as_string());
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_array()) return inline_list(value);
  if (value.is_object()) {
    std::vector<std::string> members;
    for (const auto& [key, member] : value.as_object()) members.push_back(key_text(key) + " = " + inline_value(member));
    return "{ " + join(members, ", ") + " }";
  }
  const std::string number = value.dump();
  return number.find_first_of(".eE") == std::string::npos ? whole_number(value.as_int()) : number;
}

/// A list of objects only is a list of tables.
bool is_table(const Json& value) {
  if (value.is_object()) return true;
  if (!value.is_array() || value.size() == 0) return false;
  return std::all_of(value.as_array().begin(), value.as_array().end(), [](const Json& v) { return v.is_object(); });
}

std::string members(const std::string& prefix, const std::string& indent, const Json& object);

std::string table(const std::string& name, const std::string& indent, const Json& value) {
  if (value.is_array()) {
    std::vector<std::string> all;
    for (const Json& one : value.as_array())
      all.push_back(indent + "[[" + name + "]]\n" + members(name + ".", indent, one));
    return join(all, "\n");
  }
  const auto& object = value.as_object();
  const bool header = std::any_of(object.begin(), object.end(), [](const auto& member) {
    return !member.second.is_null() && !is_table(member.second);
  });
  return (header ? indent + "[" + name + "]\n" : "") + members(name + ".", indent, value);
}

std::string members(const std::string& prefix, const std::string& indent, const Json& object) {
  std::map<std::string, Json> sorted;
  for (const auto& [key, value] : object.as_object())
    if (!value.is_null()) sorted.emplace(key, value);
  std::vector<std::string> lines;
  for (const auto& [key, value] : sorted)
    if (!is_table(value)) lines.push_back(indent + key_text(key) + " = " + inline_value(value));
  const std::string deeper = !prefix.empty() && !lines.empty() ? indent + "  " : "";
  if (!lines.empty()) lines.emplace_back();
  for (const auto& [key, value] : sorted)
    if (is_table(value)) lines.push_back(table(prefix + key_text(key), deeper, value));
  return join(lines, "\n");
}

}  // namespace

std::string to_toml(const Json& object) { return members("", "", object); }

}  // namespace drydock::eks

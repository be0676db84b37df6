#include "providers/aws/wire.h"

#include <fmt/format.h>

#include "base/text.h"

namespace drydock::aws_provider {
namespace {

void flatten(std::string& out, const std::string& name, const Json& value, ListStyle style) {
  if (value.is_null()) return;
  if (value.is_object()) {
    for (const auto& [key, item] : value.as_object()) flatten(out, name.empty() ? key : name + "." + key, item, style);
    return;
  }
  if (value.is_array()) {
    int position = 0;
    for (const Json& item : value.as_array())
      flatten(out, fmt::format("{}{}.{}", name, style == ListStyle::member ? ".member" : "", ++position), item, style);
    return;
  }
  std::string text;
  if (value.is_string())
    text = value.as_string();
  else if (value.is_bool())
    text = value.as_bool() ? "true" : "false";
  else
    text = Json(value).dump();
  if (value.is_number() && !value.is_int() && value.as_double() == static_cast<double>(value.as_int()))
    text = std::to_string(value.as_int());
  out += "&" + uri_encode(name) + "=" + uri_encode(text);
}

}  // namespace

std::string form_body(std::string_view action, std::string_view version, const Json& parameters, ListStyle style) {
  std::string out = fmt::format("Action={}&Version={}", action, version);
  if (parameters.is_object())
    for (const auto& [key, value] : parameters.as_object())
      if (!value.is_string() || !value.as_string().empty()) flatten(out, key, value, style);
  return out;
}

Json tag_list(const Json& tags, const char* key, const char* value) {
  Json::Array out;
  if (tags.is_object())
    for (const auto& [k, v] : tags.as_object()) out.push_back(Json::object({{key, k}, {value, v}}));
  return out;
}

Json tag_map(const Json& list) {
  Json::Object out;
  if (!list.is_array()) return out;
  for (const Json& tag : list.as_array()) {
    const bool lower = tag.has("key");
    std::string key = tag.at(lower ? "key" : "Key").string_or();
    if (!key.starts_with("aws:")) out.emplace(std::move(key), tag.at(lower ? "value" : "Value").string_or());
  }
  return out;
}

Json filters(std::initializer_list<std::pair<std::string, std::string>> pairs) {
  Json::Array out;
  for (const auto& [name, value] : pairs)
    if (!value.empty()) out.push_back(Json::object({{"Name", name}, {"Value", Json::array({value})}}));
  return out;
}

}  // namespace drydock::aws_provider

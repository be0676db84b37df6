#include "sdk/config.h"

#include <charconv>

#include "base/json.h"
#include "sdk/context.h"

namespace drydock {

namespace {

[[noreturn]] void malformed(const std::string& key, const char* kind) {
  throw ProgramError("setting '" + key + "' is not " + kind + ": correct it with `drydock config set " + key +
                     " VALUE`");
}

template <class T>
T number(const std::string& key, const std::string& text, const char* kind) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) malformed(key, kind);
  return value;
}

}  // namespace

const std::string* Config::find(const std::string& name) const {
  auto it = all_->values.find(key(name));
  return it == all_->values.end() ? nullptr : &it->second;
}

template <>
std::optional<std::string> Config::get<std::string>(const std::string& name) const {
  const auto* text = find(name);
  return text ? std::optional(*text) : std::nullopt;
}
template <>
std::optional<bool> Config::get<bool>(const std::string& name) const {
  const auto* text = find(name);
  if (!text) return std::nullopt;
  if (*text != "true" && *text != "false") malformed(key(name), "true or false");
  return *text == "true";
}
template <>
std::optional<int> Config::get<int>(const std::string& name) const {
  const auto* text = find(name);
  return text ? std::optional(number<int>(key(name), *text, "a whole number")) : std::nullopt;
}
template <>
std::optional<double> Config::get<double>(const std::string& name) const {
  const auto* text = find(name);
  return text ? std::optional(number<double>(key(name), *text, "a number")) : std::nullopt;
}
template <>
std::optional<Json> Config::get<Json>(const std::string& name) const {
  const auto* text = find(name);
  if (!text) return std::nullopt;
  auto json = Json::parse(*text);
  if (!json) malformed(key(name), "JSON");
  return *json;
}

template <class T>
T Config::require(const std::string& name) const {
  auto value = get<T>(name);
  if (!value) {
    throw ProgramError("missing setting '" + key(name) + "': set it with `drydock config set " + key(name) + " VALUE`");
  }
  return *value;
}
template std::string Config::require<std::string>(const std::string&) const;
template bool Config::require<bool>(const std::string&) const;
template int Config::require<int>(const std::string&) const;
template double Config::require<double>(const std::string&) const;
template Json Config::require<Json>(const std::string&) const;

Output<std::string> Config::require_secret(const std::string& name) const { return secret(require<std::string>(name)); }

std::optional<Output<std::string>> Config::get_secret(const std::string& name) const {
  auto value = get<std::string>(name);
  return value ? std::optional(secret(*value)) : std::nullopt;
}

}  // namespace drydock

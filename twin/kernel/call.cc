#include "twin/kernel/call.h"

#include <charconv>

namespace drydock::twin {

std::optional<std::string> Call::maybe(std::string_view name) const {
  const Json* value = in.find(name);
  if (!value || !value->is_string()) return std::nullopt;
  return value->as_string();
}

std::optional<bool> Call::flag(std::string_view name) const {
  const Json& value = in.at(name);
  if (value.is_bool()) return value.as_bool();
  if (value.is_string() && value.as_string() == "true") return true;
  if (value.is_string() && value.as_string() == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> Call::number(std::string_view name) const {
  const Json& value = in.at(name);
  if (value.is_number()) return value.as_int();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.as_string();
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> Call::texts(std::string_view name) const {
  std::vector<std::string> list;
  const Json& value = in.at(name);
  if (value.is_string()) return {value.as_string()};
  for (std::size_t i = 0; i < value.size(); ++i)
    if (value.item(i).is_string()) list.push_back(value.item(i).as_string());
  return list;
}

}  // namespace drydock::twin

#include <fmt/format.h>

#include "engine/state/project.h"

namespace drydock::engine {
namespace {

/// A text may stand without quotes if a YAML reader gives back that very text.
bool stands_plain(const std::string& text) {
  if (text.empty() || text.size() > 4000 || text.find_first_of("\n\t\"'#{}[]&*!|>%@`,?") != std::string::npos)
    return false;
  if (text.find(": ") != std::string::npos || text.ends_with(':') || text.starts_with('-') || text.front() == ' ' ||
      text.back() == ' ')
    return false;
  auto read = parse_yaml(text);
  return read && read->is_string() && read->as_string() == text;
}

std::string scalar(const Json& value) {
  if (value.is_string()) return stands_plain(value.as_string()) ? value.as_string() : json_quote(value.as_string());
  return value.dump();
}

}  // namespace

std::string to_yaml(const Json& document, int indent) {
  std::string out, pad(static_cast<std::size_t>(indent), ' ');
  auto nested = [&](const Json& value) {
    bool block = (value.is_object() || value.is_array()) && value.size() > 0;
    return block ? "\n" + to_yaml(value, indent + 2) : " " + scalar(value) + "\n";
  };
  if (document.is_object()) {
    for (const auto& [key, value] : document.as_object())
      out += fmt::format("{}{}:{}", pad, scalar(key), nested(value));
  } else if (document.is_array()) {
    for (const auto& item : document.as_array()) out += fmt::format("{}-{}", pad, nested(item));
  } else {
    out = pad + scalar(document) + "\n";
  }
  return out;
}

}  // namespace drydock::engine

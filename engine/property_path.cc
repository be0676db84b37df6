#include "engine/property_path.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/json.h"

namespace drydock::engine {
namespace {

/// Takes `"key"` with its escapes from the front of `text`.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string key;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      key += text[++i];
    } else if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return key;
    } else {
      key += text[i];
    }
  }
  return std::nullopt;
}

/// Takes `[...]` from the front of `text`.
std::optional<PathStep> take_bracket(std::string_view& text) {
  text.remove_prefix(1);
  PathStep step;
  if (text.starts_with('"')) {
    auto key = take_quoted(text);
    if (!key) return std::nullopt;
    step = *key == "*" ? PathStep(Wildcard{}) : PathStep(*key);
  } else if (text.starts_with('*')) {
    step = Wildcard{};
    text.remove_prefix(1);
  } else {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(end - text.data());
    step = index;
  }
  if (!text.starts_with(']')) return std::nullopt;
  text.remove_prefix(1);
  return step;
}

const PropertyValue& bare(const PropertyValue& v) {
  if (v.is_secret()) return bare(*v.as_secret().value);
  if (v.is_output() && v.as_output().known) return bare(*v.as_output().value);
  return v;
}
PropertyValue& bare(PropertyValue& v) {
  if (auto* secret = std::get_if<Secret>(&v.variant())) return bare(*secret->value);
  if (auto* output = std::get_if<OutputValue>(&v.variant())) return bare(*output->value);
  return v;
}

bool reset_from(const PropertyPath& path, std::size_t at, const PropertyMap& source, PropertyMap& target);

bool reset_value(const PropertyPath& path, std::size_t at, const PropertyValue& source, PropertyValue& target) {
  const PropertyValue& from = bare(source);
  PropertyValue& to = bare(target);
  if (from.is_map() && to.is_map()) return reset_from(path, at, from.as_map(), to.as_map());
  if (!from.is_list() || !to.is_list()) return false;
  const auto one = [&](std::size_t i) {
    if (i >= from.as_list().size() || i >= to.as_list().size()) return false;
    if (at + 1 == path.size()) return to.as_list()[i] = from.as_list()[i], true;
    return reset_value(path, at + 1, from.as_list()[i], to.as_list()[i]);
  };
  if (const auto* index = std::get_if<std::size_t>(&path[at])) return one(*index);
  if (!std::holds_alternative<Wildcard>(path[at])) return false;
  bool all = from.as_list().size() == to.as_list().size();
  for (std::size_t i = 0; i < to.as_list().size(); ++i) all = one(i) && all;
  return all;
}

bool reset_key(const PropertyPath& path, std::size_t at, const std::string& key, const PropertyMap& source,
               PropertyMap& target) {
  const auto from = source.find(key);
  const auto to = target.find(key);
  if (at + 1 < path.size()) {
    if (from == source.end() && to == target.end()) return true;
    return from != source.end() && to != target.end() && reset_value(path, at + 1, from->second, to->second);
  }
  if (from != source.end())
    target.insert_or_assign(key, from->second);
  else if (to != target.end())
    target.erase(to);
  return true;
}

bool reset_from(const PropertyPath& path, std::size_t at, const PropertyMap& source, PropertyMap& target) {
  if (const auto* key = std::get_if<std::string>(&path[at])) return reset_key(path, at, *key, source, target);
  if (!std::holds_alternative<Wildcard>(path[at])) return false;
  std::set<std::string> keys;
  for (const auto& [key, value] : source) keys.insert(key);
  for (const auto& [key, value] : target) keys.insert(key);
  bool all = true;
  for (const std::string& key : keys) all = reset_key(path, at, key, source, target) && all;
  return all;
}

}  // namespace

std::optional<PropertyPath> parse_path(std::string_view text) {
  PropertyPath path;
  while (!text.empty()) {
    if (text.front() == '[') {
      auto step = take_bracket(text);
      if (!step) return std::nullopt;
      path.push_back(std::move(*step));
      continue;
    }
    if (text.front() == '.') {
      if (path.empty()) return std::nullopt;
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      if (text.front() == '[') continue;  // old providers write "a.[0]"
    }
    const auto end = std::min(text.find_first_of(".["), text.size());
    if (end == 0) return std::nullopt;
    const auto name = text.substr(0, end);
    path.push_back(name == "*" ? PathStep(Wildcard{}) : PathStep(std::string(name)));
    text.remove_prefix(end);
  }
  return path;
}

std::string to_string(const PropertyPath& path) {
  std::string out;
  for (const PathStep& step : path) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      out += "[" + std::to_string(*index) + "]";
    } else if (std::holds_alternative<Wildcard>(step)) {
      out += "[*]";
    } else {
      const std::string& key = std::get<std::string>(step);
      if (key.empty() || key.find_first_of(".[\"") != std::string::npos)
        out += "[" + json_quote(key) + "]";
      else
        out += (out.empty() ? "" : ".") + key;
    }
  }
  return out;
}

bool contains(const PropertyPath& outer, const PropertyPath& path) {
  if (outer.size() > path.size()) return false;
  return std::equal(outer.begin(), outer.end(), path.begin(),
                    [](const PathStep& o, const PathStep& p) { return std::holds_alternative<Wildcard>(o) || o == p; });
}

bool reset(const PropertyPath& path, const PropertyMap& source, PropertyMap& target) {
  return !path.empty() && reset_from(path, 0, source, target);
}

}  // namespace drydock::engine

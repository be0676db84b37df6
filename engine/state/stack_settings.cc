#include <fmt/format.h>

#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "engine/state/project.h"

namespace drydock::engine {
namespace {

// --- values ----------------------------------------------------------------------------------------------------------

bool is_secure(const Json& value) { return value.is_object() && value.size() == 1 && value.at("secure").is_string(); }

bool holds_secret(const Json& value) {
  if (is_secure(value)) return true;
  if (value.is_object())
    for (const auto& [key, item] : value.as_object())
      if (holds_secret(item)) return true;
  if (value.is_array())
    for (const auto& item : value.as_array())
      if (holds_secret(item)) return true;
  return false;
}

/// Every {secure: ...} inside becomes its plaintext.
Result<Json> decrypted(const Json& value, SecretsManager& secrets) {
  if (is_secure(value)) {
    auto text = secrets.decrypt(value.at("secure").as_string());
    if (!text) return pass(text);
    return Json(std::move(*text));
  }
  Json out = value;
  if (out.is_object()) {
    for (auto& [key, item] : out.as_object()) {
      auto clear = decrypted(item, secrets);
      if (!clear) return clear;
      item = std::move(*clear);
    }
  } else if (out.is_array()) {
    for (auto& item : out.as_array()) {
      auto clear = decrypted(item, secrets);
      if (!clear) return clear;
      item = std::move(*clear);
    }
  }
  return out;
}

ConfigValue to_config_value(const Json& clear, bool secret) {
  bool object = clear.is_object() || clear.is_array();
  std::string text = clear.is_string() ? clear.as_string() : clear.is_null() ? "" : clear.dump();
  return {std::move(text), secret, object};
}

/// The default a project file gives for a key; empty if it gives none. `declares` says the key must be set by the
/// stack.
std::optional<Json> project_default(const Json& entry, bool own_namespace, bool& declares) {
  declares = false;
  if (!entry.is_object()) return entry;
  if (const Json* value = entry.find("value")) return *value;
  if (!own_namespace) return {};
  if (const Json* value = entry.find("default")) return *value;
  declares = entry.has("type");
  return {};
}

// --- paths: a.b[0]["c.d"] --------------------------------------------------------------------------------------------

Result<std::vector<std::string>> parse_path(std::string_view text) {
  std::vector<std::string> steps;
  std::size_t i = 0;
  auto malformed = [&] { return fail(ErrorCode::invalid_input, fmt::format("'{}' is not a path like a.b[0]", text)); };
  while (i < text.size()) {
    if (text[i] == '.') {
      ++i;
    } else if (text[i] == '[') {
      bool quoted = i + 1 < text.size() && text[i + 1] == '"';
      auto end = text.find(quoted ? "\"]" : "]", i + 1 + (quoted ? 1 : 0));
      if (end == std::string_view::npos) return malformed();
      std::size_t begin = i + (quoted ? 2 : 1);
      steps.emplace_back(text.substr(begin, end - begin));
      i = end + (quoted ? 2 : 1);
    } else {
      auto end = std::min(text.find_first_of(".[", i), text.size());
      steps.emplace_back(text.substr(i, end - i));
      i = end;
    }
  }
  if (steps.empty() || steps.front().empty()) return malformed();
  return steps;
}

bool is_index(const std::string& step) {
  return !step.empty() && step.size() < 6 && step.find_first_not_of("0123456789") == std::string::npos;
}

/// The place a path means, made if it is missing; null if the path cannot be followed (a text in the way, a gap in a
/// list).
Json* place(Json& root, const std::vector<std::string>& steps, std::size_t from, bool make) {
  Json* here = &root;
  for (std::size_t i = from; i < steps.size(); ++i) {
    if (is_index(steps[i]) && (here->is_array() || here->is_null())) {
      std::size_t index = std::stoul(steps[i]);
      if (here->is_null() && make) *here = Json::Array{};
      if (!here->is_array() || index > here->size() || (index == here->size() && !make)) return nullptr;
      if (index == here->size()) here->push_back(nullptr);
      here = &here->as_array()[index];
    } else {
      if (here->is_null() && make) *here = Json::Object{};
      if (!here->is_object()) return nullptr;
      Json* next = here->find(steps[i]);
      if (!next && !make) return nullptr;
      here = next ? next : &(*here)[steps[i]];
    }
  }
  return here;
}

// --- editing text ----------------------------------------------------------------------------------------------------

struct Span {
  std::size_t begin, end;  // line numbers, end exclusive
};

std::size_t indent_of(const std::string& line) { return std::min(line.find_first_not_of(' '), line.size()); }
bool is_blank_or_comment(const std::string& line) {
  auto rest = trim(line);
  return rest.empty() || rest.starts_with('#');
}

/// Lines of the entry `key` at `indent` within `within`: from its own line to the last line that belongs to it.
std::optional<Span> find_entry(const std::vector<std::string>& lines, Span within, std::size_t indent,
                               const std::string& key) {
  for (std::size_t i = within.begin; i < within.end; ++i) {
    if (is_blank_or_comment(lines[i]) || indent_of(lines[i]) != indent) continue;
    auto read = parse_yaml(trim(lines[i]));
    std::string_view line = trim(lines[i]);
    bool matches = (read && read->is_object() && read->has(key)) || line.starts_with(key + ":") ||
                   line.starts_with(json_quote(key) + ":");
    if (!matches) continue;
    std::size_t end = i + 1;
    while (end < within.end && (is_blank_or_comment(lines[end]) || indent_of(lines[end]) > indent)) ++end;
    while (end > i + 1 && is_blank_or_comment(lines[end - 1])) --end;
    return Span{i, end};
  }
  return {};
}

void replace_lines(std::vector<std::string>& lines, Span span, const std::string& text) {
  lines.erase(lines.begin() + static_cast<long>(span.begin), lines.begin() + static_cast<long>(span.end));
  if (text.empty()) return;
  auto fresh = split(text.ends_with('\n') ? text.substr(0, text.size() - 1) : text, '\n');
  lines.insert(lines.begin() + static_cast<long>(span.begin), fresh.begin(), fresh.end());
}

/// Sets (or with null removes) `key` of the map at the top, or of the block "config".
std::string edited(const std::string& text, bool in_config, const std::string& key, const Json& value) {
  auto lines = split(text, '\n');
  while (!lines.empty() && trim(lines.back()).empty()) lines.pop_back();
  Span within{0, lines.size()};
  std::size_t indent = 0;
  if (in_config) {
    auto config = find_entry(lines, within, 0, "config");
    if (!config || trim(lines[config->begin]) != "config:") {
      Span at = config ? *config : Span{lines.size(), lines.size()};
      replace_lines(lines, at, "config:");
      config = Span{at.begin, at.begin + 1};
    }
    within = {config->begin + 1, config->end};
    indent = 2;
    for (std::size_t i = within.begin; i < within.end; ++i)
      if (!is_blank_or_comment(lines[i])) {
        indent = indent_of(lines[i]);
        break;
      }
  }
  auto entry = find_entry(lines, within, indent, key);
  Json one = Json::object({{key, value}});
  replace_lines(lines, entry.value_or(Span{within.end, within.end}),
                value.is_null() ? "" : to_yaml(one, static_cast<int>(indent)));
  return join(lines, "\n") + "\n";
}

}  // namespace

Result<StackSettings> StackSettings::load(const Project& project, std::string stack) {
  StackSettings settings;
  settings.file_ = project.settings_file(stack);
  auto text = read_file(settings.file_);
  if (!text && text.error().code != ErrorCode::not_found) return pass(text);
  if (text) settings.text_ = std::move(*text);
  auto document = parse_yaml(settings.text_);
  if (!document) return fail(ErrorCode::invalid_input, fmt::format("{}: {}", settings.file_, document.error().message));
  bool map = document->is_object() || document->is_null();
  const Json& config = document->at("config");
  if (!map || !(config.is_object() || config.is_null()))
    return fail(ErrorCode::invalid_input, fmt::format("{}: expected a map with 'config'", settings.file_));
  settings.document_ = std::move(*document);
  return settings;
}

Result<Config> StackSettings::config(const Project& project, SecretsManager& secrets) const {
  Config out;
  std::vector<std::string> missing;
  const Json& mine = document_.at("config");
  if (mine.is_object()) {
    for (const auto& [key, value] : mine.as_object()) {
      auto clear = decrypted(value, secrets);
      if (!clear) return pass(clear, fmt::format("reading '{}' of {}", key, file_));
      out[full_config_key(project, key)] = to_config_value(*clear, holds_secret(value));
    }
  }
  if (project.config.is_object()) {
    for (const auto& [key, entry] : project.config.as_object()) {
      std::string full = full_config_key(project, key);
      bool must_be_set = false;
      auto value = project_default(entry, full.starts_with(project.name + ":"), must_be_set);
      if (out.contains(full)) continue;
      if (value) out[full] = to_config_value(*value, entry.at("secret").bool_or(false));
      if (must_be_set) missing.push_back(full);
    }
  }
  if (!missing.empty()) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{} must be set for this stack, says {}; run: drydock config set {} VALUE",
                            join(missing, ", "), project.file, missing.front()));
  }
  return out;
}

std::map<std::string, bool> StackSettings::keys(const Project& project) const {
  std::map<std::string, bool> out;
  const Json& mine = document_.at("config");
  if (mine.is_object())
    for (const auto& [key, value] : mine.as_object()) out[full_config_key(project, key)] = holds_secret(value);
  return out;
}

/// The key as the file spells it, so that "ns:config:name" is replaced rather than doubled.
std::string StackSettings::spelled_key(const Project& project, const std::string& full) const {
  const Json& mine = document_.at("config");
  if (mine.is_object())
    for (const auto& [key, value] : mine.as_object())
      if (full_config_key(project, key) == full) return key;
  return full;
}

Result<void> StackSettings::set(const Project& project, std::string_view key, std::string_view value, bool secret,
                                bool path, SecretsManager& secrets) {
  Json stored{std::string(value)};
  if (secret) {
    auto ciphertext = secrets.encrypt(value);
    if (!ciphertext) return pass(ciphertext);
    stored = Json::object({{"secure", std::move(*ciphertext)}});
    set_encryption_salt(secrets.salt());
  }
  if (!path) return replace_entry(spelled_key(project, full_config_key(project, key)), stored);
  auto steps = parse_path(key);
  if (!steps) return pass(steps);
  // In a path, plain words for booleans and whole numbers are what they look like, as in Pulumi.
  if (!secret &&
      (value == "true" || value == "false" || (is_index(std::string(value)) && (value == "0" || value[0] != '0'))))
    if (auto typed = Json::parse(value)) stored = *typed;
  std::string top = spelled_key(project, full_config_key(project, steps->front()));
  Json whole = document_.at("config").at(top);
  Json* target = place(whole, *steps, 1, true);
  if (!target)
    return fail(ErrorCode::invalid_input, fmt::format("'{}' leads through a value that is no map or list", key));
  *target = std::move(stored);
  return replace_entry(top, whole);
}

Result<void> StackSettings::remove(const Project& project, std::string_view key, bool path) {
  auto none = [&] { return fail(ErrorCode::not_found, fmt::format("there is no '{}' in {}", key, file_)); };
  std::vector<std::string> steps{std::string(key)};
  if (path) {
    auto parsed = parse_path(key);
    if (!parsed) return pass(parsed);
    steps = std::move(*parsed);
  }
  std::string top = spelled_key(project, full_config_key(project, steps.front()));
  if (!document_.at("config").has(top)) return none();
  if (steps.size() == 1) return replace_entry(top, nullptr);
  Json whole = document_.at("config").at(top);
  std::string last = steps.back();
  steps.pop_back();
  Json* parent = place(whole, steps, 1, false);
  if (!parent) return none();
  if (parent->is_array() && is_index(last) && std::stoul(last) < parent->size()) {
    parent->as_array().erase(parent->as_array().begin() + std::stol(last));
  } else if (!parent->erase(last)) {
    return none();
  }
  return replace_entry(top, whole);
}

void StackSettings::set_encryption_salt(const std::string& salt) {
  if (encryption_salt() == salt) return;
  text_ = edited(text_, false, "encryptionsalt", salt.empty() ? Json() : Json(salt));
  document_["encryptionsalt"] = salt;
}

/// Changes the text around the entry as little as possible; a file in a style that this cannot follow is written anew.
Result<void> StackSettings::replace_entry(const std::string& key, const Json& value) {
  Json wanted = document_;
  if (wanted.at("config").is_null()) wanted["config"] = Json::Object{};
  if (value.is_null())
    wanted["config"].erase(key);
  else
    wanted["config"][key] = value;
  std::string text = edited(text_, true, key, value);
  auto read = parse_yaml(text);
  if (wanted.at("config").size() == 0 || !read || *read != wanted) {
    if (wanted.at("config").size() == 0) wanted.erase("config");
    if (!read || read->at("config").size() != 0 || wanted.has("config")) text = wanted.size() ? to_yaml(wanted) : "";
  }
  text_ = std::move(text);
  document_ = std::move(wanted);
  return {};
}

Result<void> StackSettings::save() const { return write_file(file_, text_); }

}  // namespace drydock::engine

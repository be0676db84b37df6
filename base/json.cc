#include "base/json.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include "base/tagged_yaml.h"

namespace drydock {
namespace {

constexpr std::size_t kMaxDepth = 512;

// Boost.JSON's parser calls these; a stack of open containers becomes our tree.
struct Builder {
  static constexpr std::size_t max_object_size = -1;
  static constexpr std::size_t max_array_size = -1;
  static constexpr std::size_t max_key_size = -1;
  static constexpr std::size_t max_string_size = -1;
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;

  struct Open {
    Json value;
    std::string key;
  };
  std::vector<Open> open;
  Json root;
  std::string text;

  void add(Json v) {
    if (open.empty()) {
      root = std::move(v);
    } else if (open.back().value.is_array()) {
      open.back().value.as_array().push_back(std::move(v));
    } else {
      open.back().value.as_object().insert_or_assign(std::move(open.back().key), std::move(v));
      open.back().key.clear();
    }
  }
  bool close() {
    Json v = std::move(open.back().value);
    open.pop_back();
    add(std::move(v));
    return true;
  }
  bool part(string_view s) { return text.append(s.data(), s.size()), true; }
  std::string take(string_view s) {
    part(s);
    return std::exchange(text, {});
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open.push_back({Json(Json::Object{}), {}}), true; }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code&) { return open.push_back({Json(Json::Array{}), {}}), true; }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(string_view s, std::size_t, error_code&) { return part(s); }
  bool on_key(string_view s, std::size_t, error_code&) { return open.back().key = take(s), true; }
  bool on_string_part(string_view s, std::size_t, error_code&) { return part(s); }
  bool on_string(string_view s, std::size_t, error_code&) { return add(Json(take(s))), true; }
  bool on_number_part(string_view s, error_code&) { return part(s); }
  bool on_int64(std::int64_t v, string_view, error_code&) { return text.clear(), add(Json(v)), true; }
  bool on_uint64(std::uint64_t v, string_view, error_code&) {
    return text.clear(), add(Json(static_cast<double>(v))), true;
  }
  // Boost.JSON's own double may be off by the last bit, and would then not print as it was written.
  bool on_double(double v, string_view s, error_code&) {
    const std::string digits = take(s);
    std::from_chars(digits.data(), digits.data() + digits.size(), v);
    return add(Json(v)), true;
  }
  bool on_bool(bool v, error_code&) { return add(Json(v)), true; }
  bool on_null(error_code&) { return add(Json()), true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

std::string place(std::string_view text, std::size_t offset) {
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return fmt::format("line {}, column {}", line, column);
}

void quote(std::string& out, std::string_view s) {
  out += '"';
  for (char c : s) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void number(std::string& out, double d) {
  if (!std::isfinite(d)) {
    out += "null";  // JSON has no word for it
  } else if (d == std::floor(d) && std::abs(d) < 1e15) {
    out += fmt::format("{}", static_cast<std::int64_t>(d));
  } else {
    out += fmt::format("{}", d);
  }
}

struct Printer {
  std::string out;
  int indent;  // 0: one line

  void line(int depth) {
    if (indent == 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(depth * indent), ' ');
  }
  void print(const Json& j, int depth) {
    if (j.is_null()) {
      out += "null";
    } else if (j.is_bool()) {
      out += j.as_bool() ? "true" : "false";
    } else if (j.is_int()) {
      out += fmt::format("{}", j.as_int());
    } else if (j.is_number()) {
      number(out, j.as_double());
    } else if (j.is_string()) {
      quote(out, j.as_string());
    } else if (j.is_array()) {
      array(j.as_array(), depth);
    } else {
      object(j.as_object(), depth);
    }
  }
  void array(const Json::Array& items, int depth) {
    out += '[';
    bool first = true;
    for (const Json& item : items) {
      if (!std::exchange(first, false)) out += ',';
      line(depth + 1);
      print(item, depth + 1);
    }
    if (!items.empty()) line(depth);
    out += ']';
  }
  void object(const Json::Object& fields, int depth) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : fields) {
      if (!std::exchange(first, false)) out += ',';
      line(depth + 1);
      quote(out, key);
      out += indent == 0 ? ":" : ": ";
      print(value, depth + 1);
    }
    if (!fields.empty()) line(depth);
    out += '}';
  }
};

const Json kNull;

// yaml-cpp keeps scalars as text; the core schema's plain scalars become what they mean, quoted ones stay text.
Json yaml_scalar(const YAML::Node& node) {
  const std::string& s = node.Scalar();
  if (node.Tag() == "!") return s;
  if (s.empty() || s == "~" || s == "null" || s == "Null" || s == "NULL") return nullptr;
  if (s == "true" || s == "True" || s == "TRUE") return true;
  if (s == "false" || s == "False" || s == "FALSE") return false;
  const bool numeric =
      s.find_first_not_of("+-.0123456789eE") == std::string::npos && s.find_first_of("0123456789") != std::string::npos;
  if (!numeric) return s;
  std::size_t used = 0;
  try {
    if (s.find_first_of(".eE") == std::string::npos) {
      const std::int64_t i = std::stoll(s, &used);
      if (used == s.size()) return i;
    } else {
      const double d = std::stod(s, &used);
      if (used == s.size()) return d;
    }
  } catch (const std::exception&) {
  }
  return s;
}

// `budget` bounds what anchors and aliases may expand to.
struct YamlReader {
  std::size_t budget = 1'000'000;
  YamlPlaces* places = nullptr;
  bool keep_tags = false;
  YamlPlaces::Path path;

  std::optional<Json> value(const YAML::Node& node, std::size_t depth) {
    auto v = untagged(node, depth);
    if (!keep_tags || !v || !node.IsDefined() || node.Tag().size() < 2 || node.Tag()[0] != '!') return v;
    return Json::object({{node.Tag(), std::move(*v)}});
  }
  std::optional<Json> untagged(const YAML::Node& node, std::size_t depth);
  /// The value below `key`; `at` is where messages shall point.
  std::optional<Json> member(const YAML::Node& node, std::string key, const YAML::Mark& at, std::size_t depth) {
    if (!places) return value(node, depth);
    path.push_back(std::move(key));
    places->note(path, {at.line + 1, at.column + 1});
    auto v = value(node, depth);
    path.pop_back();
    return v;
  }
};

std::optional<Json> YamlReader::untagged(const YAML::Node& node, std::size_t depth) {
  if (depth > kMaxDepth || budget-- == 0) return std::nullopt;
  if (node.IsSequence()) {
    Json::Array items;
    for (const auto& child : node) {
      auto v = member(child, std::to_string(items.size()), child.Mark(), depth + 1);
      if (!v) return std::nullopt;
      items.push_back(std::move(*v));
    }
    return Json(std::move(items));
  }
  if (node.IsMap()) {
    Json::Object fields, merged;
    for (const auto& pair : node) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
      auto v = member(pair.second, key, pair.first.Mark(), depth + 1);
      if (!v) return std::nullopt;
      if (key == "<<" && v->is_object()) {  // merge key: what the map says itself goes before what it takes over
        merged.merge(v->as_object());
      } else {
        fields.insert_or_assign(key, std::move(*v));
      }
    }
    fields.merge(merged);
    return Json(std::move(fields));
  }
  if (node.IsScalar()) return yaml_scalar(node);
  return Json();
}

}  // namespace

Json Json::object(std::initializer_list<std::pair<const std::string, Json>> fields) { return Json(Object(fields)); }
Json Json::array(std::initializer_list<Json> items) { return Json(Array(items)); }

std::int64_t Json::as_int() const {
  return is_int() ? std::get<std::int64_t>(v_) : static_cast<std::int64_t>(std::get<double>(v_));
}
double Json::as_double() const {
  return is_int() ? static_cast<double>(std::get<std::int64_t>(v_)) : std::get<double>(v_);
}
std::string Json::string_or(std::string_view otherwise) const {
  return is_string() ? as_string() : std::string(otherwise);
}
const Json* Json::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  auto it = as_object().find(key);
  return it == as_object().end() ? nullptr : &it->second;
}
Json* Json::find(std::string_view key) { return const_cast<Json*>(std::as_const(*this).find(key)); }
const Json& Json::at(std::string_view key) const {
  const Json* found = find(key);
  return found ? *found : kNull;
}
const Json& Json::path(std::string_view dotted) const {
  const Json* here = this;
  while (!dotted.empty()) {
    const std::string_view step = dotted.substr(0, dotted.find('.'));
    dotted.remove_prefix(std::min(step.size() + 1, dotted.size()));
    if (here->is_array()) {
      const bool index = !step.empty() && step.size() < 9 && step.find_first_not_of("0123456789") == step.npos;
      here = index ? &here->item(std::stoul(std::string(step))) : &kNull;
    } else {
      here = &here->at(step);
    }
  }
  return *here;
}
Json& Json::operator[](std::string_view key) {
  if (is_null()) v_ = Object{};
  Object& fields = as_object();
  auto it = fields.find(key);
  return it != fields.end() ? it->second : fields.emplace(std::string(key), Json()).first->second;
}
const Json& Json::item(std::size_t index) const {
  return is_array() && index < as_array().size() ? as_array()[index] : kNull;
}
void Json::push_back(Json v) {
  if (is_null()) v_ = Array{};
  as_array().push_back(std::move(v));
}
std::size_t Json::size() const {
  if (is_array()) return as_array().size();
  return is_object() ? as_object().size() : 0;
}
bool Json::erase(std::string_view key) {
  if (!is_object()) return false;
  auto it = as_object().find(key);
  if (it == as_object().end()) return false;
  as_object().erase(it);
  return true;
}

std::string Json::dump() const {
  Printer p{{}, 0};
  p.print(*this, 0);
  return std::move(p.out);
}
std::string Json::dump_pretty(int indent) const {
  Printer p{{}, indent};
  p.print(*this, 0);
  return std::move(p.out);
}

Result<Json> Json::parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::basic_parser<Builder> parser(options);
  boost::json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && !parser.done()) error = boost::json::error::incomplete;
  std::size_t end = used;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\n' || text[end] == '\r' || text[end] == '\t')) ++end;
  if (!error && end != text.size()) error = boost::json::error::extra_data;
  if (error)
    return fail(ErrorCode::invalid_input, fmt::format("invalid JSON at {}: {}", place(text, end), error.message()));
  return std::move(parser.handler().root);
}

std::string json_quote(std::string_view text) {
  std::string out;
  quote(out, text);
  return out;
}

namespace {
Result<Json> read_yaml(std::string_view text, YamlPlaces* places, bool keep_tags = false) {
  try {
    YamlReader reader;
    reader.places = places;
    reader.keep_tags = keep_tags;
    auto v = reader.value(YAML::Load(std::string(text)), 0);
    if (!v) return fail(ErrorCode::invalid_input, "invalid YAML: nested too deeply or too large");
    return std::move(*v);
  } catch (const YAML::Exception& e) {
    return fail(ErrorCode::invalid_input,
                fmt::format("invalid YAML at line {}, column {}: {}", e.mark.line + 1, e.mark.column + 1, e.msg));
  }
}
}  // namespace

Result<Json> parse_yaml(std::string_view text) { return read_yaml(text, nullptr); }
Result<Json> parse_yaml(std::string_view text, YamlPlaces& places) { return read_yaml(text, &places); }
Result<Json> parse_tagged_yaml(std::string_view text, YamlPlaces& places) { return read_yaml(text, &places, true); }

YamlPlaces::Place YamlPlaces::at(Path path) const {
  for (;; path.pop_back()) {
    if (auto it = places_.find(path); it != places_.end()) return it->second;
    if (path.empty()) return {};
  }
}
void YamlPlaces::note(const Path& path, Place place) {
  if (!places_.insert_or_assign(path, place).second) duplicates_.push_back(path);
}

}  // namespace drydock

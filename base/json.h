// A JSON document as a plain value. Objects keep their keys sorted, so equal documents print equal.
// Parsing is Boost.JSON's (json.cc); untrusted text is welcome: depth and size are bounded, the last duplicate key
// wins.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/result.h"

namespace drydock {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  template <class T>
  requires std::is_same_v<T, bool> Json(T v) : v_(v) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Json(T v) : v_(static_cast<std::int64_t>(v)) {}
  Json(double v) : v_(v) {}
  Json(std::string v) : v_(std::move(v)) {}
  Json(std::string_view v) : v_(std::string(v)) {}
  Json(const char* v) : v_(std::string(v)) {}
  Json(Array v) : v_(std::move(v)) {}
  Json(Object v) : v_(std::move(v)) {}
  static Json object(std::initializer_list<std::pair<const std::string, Json>> fields = {});
  static Json array(std::initializer_list<Json> items = {});

  bool is_null() const { return v_.index() == 0; }
  bool is_bool() const { return std::holds_alternative<bool>(v_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(v_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(v_); }
  bool is_string() const { return std::holds_alternative<std::string>(v_); }
  bool is_array() const { return std::holds_alternative<Array>(v_); }
  bool is_object() const { return std::holds_alternative<Object>(v_); }

  /// REQUIRES: the matching is_*(). Use the *_or forms on documents of others.
  bool as_bool() const { return std::get<bool>(v_); }
  std::int64_t as_int() const;
  double as_double() const;
  const std::string& as_string() const { return std::get<std::string>(v_); }
  const Array& as_array() const { return std::get<Array>(v_); }
  Array& as_array() { return std::get<Array>(v_); }
  const Object& as_object() const { return std::get<Object>(v_); }
  Object& as_object() { return std::get<Object>(v_); }

  std::string string_or(std::string_view otherwise = {}) const;
  bool bool_or(bool otherwise) const { return is_bool() ? as_bool() : otherwise; }
  std::int64_t int_or(std::int64_t otherwise) const { return is_number() ? as_int() : otherwise; }

  /// Member of an object; null for a missing key or anything that is not an object.
  const Json& at(std::string_view key) const;
  /// at("a").at("b").at("c") for "a.b.c"; digits index arrays. Keys with dots need at().
  const Json& path(std::string_view dotted) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }
  const Json* find(std::string_view key) const;
  Json* find(std::string_view key);
  /// Makes a null an object, and the member if it is missing. REQUIRES: null or object.
  Json& operator[](std::string_view key);
  /// Item of an array; null when out of range or not an array.
  const Json& item(std::size_t index) const;
  /// Makes a null an array. REQUIRES: null or array.
  void push_back(Json v);
  std::size_t size() const;
  bool erase(std::string_view key);

  /// Text of the document, without white space, or with two (or `indent`) spaces a level. '<', '>' and '&' stay as they
  /// are.
  std::string dump() const;
  std::string dump_pretty(int indent = 2) const;

  /// Error invalid_input with line and column. Depth is at most 512.
  static Result<Json> parse(std::string_view text);

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> v_;
};

/// "text" with JSON's escapes and quotes.
std::string json_quote(std::string_view text);

/// YAML 1.2 documents as JSON values (numbers, booleans and null by the core schema), with YAML 1.1's merge
/// keys for maps ('<<: *anchor'). Error with line and column.
Result<Json> parse_yaml(std::string_view text);

/// Where the values of a YAML document stand, for messages about their meaning.
class YamlPlaces {
 public:
  struct Place {
    int line = 0, column = 0;  // from 1; 0: not known
  };
  using Path = std::vector<std::string>;  // keys, and indexes as text
  /// Of the value at the path, or of the nearest one above it that is known.
  Place at(Path path) const;
  /// Paths of keys that stand twice in one map; the later one counts.
  const std::vector<Path>& duplicates() const { return duplicates_; }
  void note(const Path& path, Place place);

 private:
  std::map<Path, Place> places_;
  std::vector<Path> duplicates_;
};
Result<Json> parse_yaml(std::string_view text, YamlPlaces& places);

/// The document as YAML for people: what fits on a line of `width` stands in flow style, texts of several lines as
/// blocks. parse_yaml gives the same document back.
std::string write_yaml(const Json& document, std::size_t width = 120);

}  // namespace drydock

// A value as it travels between programs, engine and providers: JSON, plus what Pulumi adds to it.
// The wire form inside google.protobuf.Struct is property_wire.h's business.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "sdk/urn.h"

namespace drydock {

class PropertyValue;
using PropertyList = std::vector<PropertyValue>;
using PropertyMap = std::map<std::string, PropertyValue, std::less<>>;

/// A value of an incomplete type with value semantics: copying copies what is inside.
template <class T>
class Box {
 public:
  Box(T value) : p_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : p_(std::make_unique<T>(*other.p_)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) { return p_ = std::make_unique<T>(*other.p_), *this; }
  Box& operator=(Box&&) noexcept = default;
  T& operator*() { return *p_; }
  const T& operator*() const { return *p_; }
  T* operator->() { return p_.get(); }
  const T* operator->() const { return p_.get(); }
  friend bool operator==(const Box& a, const Box& b) { return *a == *b; }

 private:
  std::unique_ptr<T> p_;  // empty only after a move
};

/// Not known yet; only in previews.
struct Unknown {
  friend bool operator==(const Unknown&, const Unknown&) = default;
};
/// Shown to nobody, encrypted at rest.
struct Secret {
  Box<PropertyValue> value;
  friend bool operator==(const Secret&, const Secret&) = default;
};
/// A first-class output: a value that may be unknown or secret, and the resources it came from.
/// Peers that do not accept outputs see a plain value, Secret or Unknown instead.
struct OutputValue {
  Box<PropertyValue> value;  // null when unknown
  bool known = true;
  bool secret = false;
  std::vector<Urn> dependencies;
  friend bool operator==(const OutputValue&, const OutputValue&) = default;
};
struct ResourceReference {
  Urn urn;
  bool has_id = false;  // custom resources have one; it may still be unknown
  std::string id;
  bool id_known = true;
  std::string package_version;
  friend bool operator==(const ResourceReference&, const ResourceReference&) = default;
};
/// A file's worth of content. Exactly one of text, path, uri is set; hash is filled in on the way to providers.
struct Asset {
  std::string hash, text, path, uri;
  friend bool operator==(const Asset&, const Asset&) = default;
};
struct Archive {
  std::string hash, path, uri;
  std::map<std::string, PropertyValue, std::less<>> assets;
  bool has_assets = false;
  friend bool operator==(const Archive&, const Archive&);
};

class PropertyValue {
 public:
  using Variant = std::variant<std::nullptr_t, bool, double, std::string, PropertyList, PropertyMap, Unknown, Secret,
                               OutputValue, ResourceReference, Asset, Archive>;

  PropertyValue() = default;  // null
  PropertyValue(std::nullptr_t) {}
  template <class T>
  requires std::is_same_v<T, bool> PropertyValue(T v) : v_(v) {}
  template <class T>
  requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) PropertyValue(T v) : v_(static_cast<double>(v)) {}
  PropertyValue(std::string v) : v_(std::move(v)) {}
  PropertyValue(std::string_view v) : v_(std::string(v)) {}
  PropertyValue(const char* v) : v_(std::string(v)) {}
  PropertyValue(PropertyList v) : v_(std::move(v)) {}
  PropertyValue(PropertyMap v) : v_(std::move(v)) {}
  PropertyValue(Unknown v) : v_(v) {}
  PropertyValue(Secret v) : v_(std::move(v)) {}
  PropertyValue(OutputValue v) : v_(std::move(v)) {}
  PropertyValue(ResourceReference v) : v_(std::move(v)) {}
  PropertyValue(Asset v) : v_(std::move(v)) {}
  PropertyValue(Archive v) : v_(std::move(v)) {}
  static PropertyValue secret(PropertyValue v) { return Secret{Box<PropertyValue>(std::move(v))}; }
  static PropertyValue unknown() { return Unknown{}; }

  bool is_null() const { return v_.index() == 0; }
  bool is_bool() const { return std::holds_alternative<bool>(v_); }
  bool is_number() const { return std::holds_alternative<double>(v_); }
  bool is_string() const { return std::holds_alternative<std::string>(v_); }
  bool is_list() const { return std::holds_alternative<PropertyList>(v_); }
  bool is_map() const { return std::holds_alternative<PropertyMap>(v_); }
  bool is_unknown() const { return std::holds_alternative<Unknown>(v_); }
  bool is_secret() const { return std::holds_alternative<Secret>(v_); }
  bool is_output() const { return std::holds_alternative<OutputValue>(v_); }
  bool is_resource() const { return std::holds_alternative<ResourceReference>(v_); }

  /// REQUIRES: the matching is_*().
  bool as_bool() const { return std::get<bool>(v_); }
  double as_number() const { return std::get<double>(v_); }
  const std::string& as_string() const { return std::get<std::string>(v_); }
  const PropertyList& as_list() const { return std::get<PropertyList>(v_); }
  PropertyList& as_list() { return std::get<PropertyList>(v_); }
  const PropertyMap& as_map() const { return std::get<PropertyMap>(v_); }
  PropertyMap& as_map() { return std::get<PropertyMap>(v_); }
  const Secret& as_secret() const { return std::get<Secret>(v_); }
  const OutputValue& as_output() const { return std::get<OutputValue>(v_); }
  const ResourceReference& as_resource() const { return std::get<ResourceReference>(v_); }
  const Variant& variant() const { return v_; }
  Variant& variant() { return v_; }

  std::string string_or(std::string_view otherwise = {}) const {
    return is_string() ? as_string() : std::string(otherwise);
  }
  bool bool_or(bool otherwise) const { return is_bool() ? as_bool() : otherwise; }
  double number_or(double otherwise) const { return is_number() ? as_number() : otherwise; }
  /// Member of a map; null for a missing key and for anything that is not a map.
  const PropertyValue& at(std::string_view key) const;

  /// Anything unknown / secret inside, at any depth.
  bool contains_unknowns() const;
  bool contains_secrets() const;
  /// Without Secret and Output wrappers at any depth; an unknown output becomes Unknown.
  PropertyValue plain() const;

  friend bool operator==(const PropertyValue&, const PropertyValue&) = default;

 private:
  Variant v_;
};

inline bool operator==(const Archive& a, const Archive& b) {
  return a.hash == b.hash && a.path == b.path && a.uri == b.uri && a.has_assets == b.has_assets && a.assets == b.assets;
}

/// Member of a map; null if it is missing.
const PropertyValue& at(const PropertyMap& map, std::string_view key);
bool contains_unknowns(const PropertyMap& map);
bool contains_secrets(const PropertyMap& map);
PropertyMap plain(const PropertyMap& map);

/// JSON <-> values that hold no Pulumi extras. Unknown, Secret and the like become null in `to_json`: print those
/// elsewhere.
PropertyValue from_json(const Json& json);
Json to_json(const PropertyValue& value);

}  // namespace drydock

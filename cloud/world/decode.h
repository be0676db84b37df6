// From a document to a noun, strictly: what is unknown or of the wrong type is a fault with its place. Private to
// world files; base/fields.h has the lenient one that journals use.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "base/json.h"
#include "base/text.h"
#include "cloud/world/world.h"

namespace drydock::cloud {

struct Fault {
  YamlPlaces::Path path;
  std::string message;
};

/// "endpoint s3" as a noun; nullopt if it names no kind.
std::optional<Ref> parse_spoken(std::string_view text);

/// A noun that may be written as one text: the field it stands for.
template <class T>
inline constexpr const char* kShortField = nullptr;
template <>
inline constexpr const char* kShortField<aws::GroupIdentifier> = "groupId";
template <>
inline constexpr const char* kShortField<aws::ReferencedGroup> = "groupId";
template <>
inline constexpr const char* kShortField<aws::InternetGatewayAttachment> = "vpcId";
template <>
inline constexpr const char* kShortField<aws::CidrAssociation> = "cidrBlock";
template <>
inline constexpr const char* kShortField<aws::NatGatewayAddress> = "allocationId";
template <>
inline constexpr const char* kShortField<aws::eks::GroupName> = "name";

inline aws::Tag keyed(const std::string& key, const Json& value, aws::Tag*) { return {key, value.string_or()}; }
inline aws::IamTag keyed(const std::string& key, const Json& value, aws::IamTag*) { return {key, value.string_or()}; }
inline aws::AutoScalingTag keyed(const std::string& key, const Json& value, aws::AutoScalingTag*) {
  aws::AutoScalingTag tag;
  tag.Key = key, tag.Value = value.string_or(), tag.PropagateAtLaunch = true;
  return tag;
}
inline aws::DhcpConfiguration keyed(const std::string& key, const Json& value, aws::DhcpConfiguration*) {
  aws::DhcpConfiguration out{key, {}};
  if (value.is_string()) out.values = {value.as_string()};
  if (value.is_array())
    for (const Json& item : value.as_array()) out.values.push_back(item.string_or());
  return out;
}
template <class T>
concept Keyed = requires(T* p) {
  keyed(std::string(), Json(), p);
};

class Decoder {
 public:
  explicit Decoder(YamlPlaces::Path path) : path_(std::move(path)) {}
  const std::optional<Fault>& fault() const { return fault_; }

  /// Missing members leave their field as it was. After a fault nothing more is read.
  template <class T>
  void into(const Json& json, T& value) {
    if (fault_) return;
    if constexpr (std::is_same_v<T, Json>) {
      value = json;
    } else if constexpr (std::is_same_v<T, std::string>) {
      text(json, value);
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!json.is_bool()) return wrong("must be true or false");
      value = json.as_bool();
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (!json.is_number()) return wrong("must be a number");
      value = static_cast<T>(std::is_floating_point_v<T> ? json.as_double() : static_cast<double>(json.as_int()));
    } else if constexpr (fields::is_optional<T>::value) {
      if (json.is_null()) return value.reset();
      into(json, value.emplace());
    } else if constexpr (fields::is_vector<T>::value) {
      list(json, value);
    } else if constexpr (fields::is_text_map<T>::value) {
      if (!json.is_object()) return wrong("must be a map");
      value.clear();
      for (const auto& entry : json.as_object()) below(entry.first, [&] { into(entry.second, value[entry.first]); });
    } else {
      noun(json, value);
    }
  }
  void wrong(std::string message) {
    if (!fault_) fault_ = Fault{path_, std::move(message)};
  }
  template <class F>
  void below(const std::string& key, F&& read) {
    if (fault_) return;
    path_.push_back(key);
    read();
    if (!fault_) path_.pop_back();
  }

 private:
  /// Fields of a noun as each_field lists them, without the '_' of internal ones.
  struct Members {
    Decoder& decoder;
    const Json& in;
    std::vector<std::string> known;
    template <class T>
    void operator()(const char* name, T& value) {
      const char* plain = name[0] == '_' ? name + 1 : name;
      known.push_back(plain);
      if (const Json* member = in.find(plain)) decoder.below(plain, [&] { decoder.into(*member, value); });
    }
  };

  void text(const Json& json, std::string& value) {
    // A document inside a text, as IAM has them: written as YAML, kept as JSON.
    if (json.is_object() || json.is_array()) return void(value = json.dump());
    if (json.is_number()) return wrong("must be a text: put it between quotes");
    if (!json.is_string()) return wrong("must be a text");
    value = json.as_string();
  }
  template <class T>
  void list(const Json& json, std::vector<T>& value) {
    if constexpr (Keyed<T>) {
      if (json.is_object()) {
        value.clear();
        for (const auto& [key, item] : json.as_object()) value.push_back(keyed(key, item, static_cast<T*>(nullptr)));
        return;
      }
    }
    if (!json.is_array()) return wrong("must be a list");
    value.clear();
    std::size_t index = 0;
    for (const Json& item : json.as_array()) below(std::to_string(index++), [&] { into(item, value.emplace_back()); });
  }
  template <class T>
  void noun(const Json& json, T& value) {
    if constexpr (std::is_same_v<T, Ref>) {
      if (json.is_string()) {
        auto ref = parse_spoken(json.as_string());
        if (!ref) return wrong("names no noun; write \"<kind> <id>\", like \"endpoint s3\"");
        value = std::move(*ref);
        return;
      }
    }
    if constexpr (kShortField<T> != nullptr) {
      if (json.is_string()) return noun(Json::object({{kShortField<T>, json}}), value);
    }
    if (!json.is_object()) return wrong("must be a map");
    Members members{*this, json, {}};
    each_field(members, value);
    for (const auto& [key, item] : json.as_object()) {
      if (std::find(members.known.begin(), members.known.end(), key) != members.known.end()) continue;
      const std::string meant = nearest(key, members.known);
      const std::string hint = meant.empty() ? "" : "; did you mean '" + meant + "'?";
      below(key, [&] { wrong("no such field" + hint); });
    }
  }

  YamlPlaces::Path path_;
  std::optional<Fault> fault_;
};

}  // namespace drydock::cloud

// A Pulumi package schema as values: what the generator needs of it.
// Format: https://www.pulumi.com/docs/using-pulumi/pulumi-packages/schema/
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"

namespace drydock::generator {

struct Type {
  enum class Kind { boolean, integer, number, text, any, asset, archive, list, map, object, resource, choice };
  Kind kind = Kind::any;
  std::vector<Type> of;  // list and map: one; choice: the alternatives
  std::string token;     // object (enums too) and resource
  std::string package;   // of the token; empty: this one
};

struct Property {
  std::string name;
  std::string description;
  Type type;
  bool required = false;
  bool secret = false;
  Json default_value;  // null: none
  Json constant;       // null: none
};
using Properties = std::vector<Property>;  // by name

struct EnumValue {
  std::string name, value, description;
};
/// An object, or an enum when it has values. Enums of numbers are given as the numbers.
struct NamedType {
  std::string token, description;
  Properties properties;
  std::vector<EnumValue> values;
  std::optional<Type> number;  // an enum whose values are no texts

  bool is_enum() const { return !values.empty(); }
};

struct ResourceType {
  std::string token, description;
  bool component = false;
  Properties inputs, outputs;
  std::map<std::string, std::string> methods;  // name -> token of a function
};

struct Function {
  std::string token, description;
  Properties inputs, outputs;
  std::optional<Type> single;  // a result that is one value
  bool method = false;
};

struct Package {
  std::string name, version, url, module_format;
  std::map<std::string, NamedType> types;
  std::map<std::string, ResourceType> resources;
  std::map<std::string, Function> functions;
  std::optional<ResourceType> provider;
};

/// Joins the parts of a schema that was split into files: members of objects are added; the same member twice is an
/// error.
Result<Json> merge(const std::vector<std::pair<std::string, Json>>& parts);
/// Every mistake of the schema, one a line, in one error.
Result<Package> read_package(const Json& schema);

}  // namespace drydock::generator

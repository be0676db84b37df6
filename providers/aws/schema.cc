#include "providers/aws/schema.h"

#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace drydock::aws_provider {

extern const std::string_view kSchemaParts[];  // generated: the text in pieces, then an empty one

namespace {

const Json kNothing;

std::string join_parts() {
  std::string text;
  for (const std::string_view* part = kSchemaParts; !part->empty(); ++part) text += *part;
  return text;
}

// "#/types/aws:ec2/RouteTableRoute:RouteTableRoute" -> its description; null for anything else.
const Json& referred(const Json& property) {
  const std::string target = property.at("$ref").string_or();
  constexpr std::string_view kTypes = "#/types/";
  if (!target.starts_with(kTypes)) return kNothing;
  return package_schema().at("types").at(uri_decode(target.substr(kTypes.size())));
}

}  // namespace

std::string_view package_schema_text() {
  static const std::string text = join_parts();
  return text;
}

const Json& package_schema() {
  static const Json schema = [] {
    auto parsed = Json::parse(package_schema_text());
    if (!parsed) {
      std::fprintf(stderr, "bug: the embedded schema is broken: %s\n", parsed.error().message.c_str());
      std::abort();
    }
    return std::move(*parsed);
  }();
  return schema;
}

const Json& resource_schema(std::string_view token) { return package_schema().at("resources").at(token); }
const Json& function_schema(std::string_view token) { return package_schema().at("functions").at(token); }

Kind kind_of(const Json& property) {
  if (property.at("oneOf").is_array()) {
    for (const Json& one : property.at("oneOf").as_array())
      if (one.at("$ref").string_or() == "pulumi.json#/Any") return Kind::document;
    return Kind::text;
  }
  if (property.has("$ref")) return referred(property).is_null() ? Kind::any : Kind::object;
  const std::string type = property.at("type").string_or();
  if (type == "string") return Kind::text;
  if (type == "integer") return Kind::integer;
  if (type == "number") return Kind::number;
  if (type == "boolean") return Kind::boolean;
  if (type == "array") return Kind::list;
  if (type == "object") return property.has("additionalProperties") ? Kind::map : Kind::any;
  return Kind::any;
}

const Json& object_of(const Json& property) { return referred(property); }

const Json& items_of(const Json& property) {
  return property.has("items") ? property.at("items") : property.at("additionalProperties");
}

std::string describe(const Json& property) {
  switch (kind_of(property)) {
    case Kind::text:
      return "a string";
    case Kind::integer:
      return "a whole number";
    case Kind::number:
      return "a number";
    case Kind::boolean:
      return "a boolean";
    case Kind::list:
      return "a list";
    case Kind::map:
    case Kind::object:
      return "an object";
    case Kind::document:
      return "a string or an object";
    case Kind::any:
      break;
  }
  return "a value";
}

}  // namespace drydock::aws_provider

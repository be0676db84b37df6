#include "providers/aws/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "base/text.h"
#include "providers/aws/schema.h"
#include "providers/aws/values.h"

namespace drydock::aws_provider {
namespace {

std::vector<std::string> names_of(const Json& properties) {
  std::vector<std::string> names;
  if (properties.is_object())
    for (const auto& [name, spec] : properties.as_object()) names.push_back(name);
  return names;
}

std::string child(const std::string& path, const std::string& name) { return path.empty() ? name : path + "." + name; }

const char* shown_kind(const PropertyValue& value) {
  if (value.is_bool()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a string";
  if (value.is_list()) return "a list";
  if (value.is_map()) return "an object";
  return "something else";
}

// Walks values and their descriptions together; settles what may be written in two ways.
class Checker {
 public:
  std::vector<CheckFailure> failures;

  void properties(const Json& specs, const Json& required, PropertyMap& values, const std::string& path) {
    std::erase_if(values, [](const auto& field) { return field.second.is_null(); });
    for (auto& [name, value] : values) {
      if (name.starts_with("__")) continue;
      const Json& spec = specs.at(name);
      if (spec.is_null())
        unknown(name, names_of(specs), path);
      else
        one(spec, value, child(path, name));
    }
    if (!required.is_array()) return;
    for (const Json& name : required.as_array())
      if (!values.contains(name.as_string()))
        fail(child(path, name.as_string()),
             fmt::format("missing required property '{}'", child(path, name.as_string())));
  }

 private:
  void fail(const std::string& path, std::string reason) { failures.push_back({path, std::move(reason)}); }

  void unknown(const std::string& name, const std::vector<std::string>& known, const std::string& path) {
    const std::string near = nearest(name, known);
    fail(child(path, name), fmt::format("unknown property '{}'{}", child(path, name),
                                        near.empty() ? "" : fmt::format("; did you mean '{}'?", child(path, near))));
  }

  void one(const Json& spec, PropertyValue& value, const std::string& path) {
    if (value.is_unknown() || value.is_null()) return;
    if (value.is_secret()) return one(spec, *std::get<Secret>(value.variant()).value, path);
    if (value.is_output()) {
      auto& output = std::get<OutputValue>(value.variant());
      if (output.known) one(spec, *output.value, path);
      return;
    }
    typed(spec, value, path);
  }

  void typed(const Json& spec, PropertyValue& value, const std::string& path) {
    switch (kind_of(spec)) {
      case Kind::text:
        return expect(value.is_string(), spec, value, path);
      case Kind::boolean:
        return expect(value.is_bool(), spec, value, path);
      case Kind::number:
        return expect(value.is_number(), spec, value, path);
      case Kind::integer:
        return expect(value.is_number() && value.as_number() == std::floor(value.as_number()), spec, value, path);
      case Kind::list:
        if (!value.is_list()) return expect(false, spec, value, path);
        for (std::size_t i = 0; i < value.as_list().size(); ++i)
          one(items_of(spec), value.as_list()[i], fmt::format("{}[{}]", path, i));
        return;
      case Kind::map:
        if (!value.is_map()) return expect(false, spec, value, path);
        for (auto& [key, item] : value.as_map()) one(items_of(spec), item, child(path, key));
        return;
      case Kind::object:
        if (!value.is_map()) return expect(false, spec, value, path);
        return properties(object_of(spec).at("properties"), object_of(spec).at("required"), value.as_map(), path);
      case Kind::document:
        if (value.is_map()) return document(value);
        return expect(value.is_string(), spec, value, path);
      case Kind::any:
        return;
    }
  }

  void document(PropertyValue& value) {
    value = value.contains_unknowns() ? PropertyValue::unknown() : PropertyValue(to_json(value.plain()).dump());
  }

  void expect(bool good, const Json& spec, const PropertyValue& value, const std::string& path) {
    if (!good) fail(path, fmt::format("'{}' must be {}, not {}", path, describe(spec), shown_kind(value)));
  }
};

std::string made_name(const Naming& naming, const CheckRequest& request, const std::string& prefix) {
  const std::string digits =
      request.random_seed.empty() ? random_hex(7) : hex(sha256(request.random_seed)).substr(0, 7);
  std::string base = prefix.empty() ? fmt::format("{}{}-", naming.prefix, request.urn.name()) : prefix;
  if (naming.lower) base = to_lower(base);
  const std::size_t room = static_cast<std::size_t>(naming.max) - digits.size();
  return base.substr(0, room) + digits;
}

void name_it(const ResourceType& type, const CheckRequest& request, PropertyMap& inputs,
             std::vector<CheckFailure>& failures) {
  const Naming& naming = type.naming;
  if (!naming.property) return;
  const PropertyValue prefix = at(inputs, naming.prefix_property).plain();
  if (inputs.contains(naming.property)) {
    if (!prefix.is_null())
      failures.push_back({naming.property, fmt::format("'{}' and '{}' exclude each other: leave one out",
                                                       naming.property, naming.prefix_property)});
    return;
  }
  if (prefix.is_unknown()) {
    inputs[naming.property] = PropertyValue::unknown();
    return;
  }
  const PropertyValue& old = at(request.olds, naming.property);
  const bool same_prefix = at(request.olds, naming.prefix_property).plain() == prefix;
  inputs[naming.property] =
      old.is_null() || !same_prefix ? PropertyValue(made_name(naming, request, prefix.string_or())) : old;
}

void add_defaults(const Json& specs, PropertyMap& inputs) {
  for (const auto& [name, spec] : specs.as_object())
    if (spec.has("default") && !inputs.contains(name)) inputs[name] = from_json(spec.at("default"));
}

// https://www.pulumi.com/registry/packages/aws/api-docs/provider/#providerdefaulttags
void add_all_tags(const Json& schema, const Json& default_tags, PropertyMap& inputs) {
  if (!schema.at("properties").has("tagsAll")) return;
  const PropertyValue tags = at(inputs, "tags").plain();
  if (tags.contains_unknowns()) {
    inputs["tagsAll"] = PropertyValue::unknown();
    return;
  }
  PropertyMap all;
  if (default_tags.is_object())
    for (const auto& [key, value] : default_tags.as_object()) all[key] = from_json(value);
  if (tags.is_map())
    for (const auto& [key, value] : tags.as_map()) all[key] = value;
  inputs["tagsAll"] = std::move(all);
}

void own_check(const ResourceType& type, const PropertyMap& inputs, std::vector<CheckFailure>& failures) {
  if (!type.check || !failures.empty()) return;
  Json known = Json::object();
  std::vector<std::string> unknown;
  for (const auto& [name, value] : inputs) {
    if (value.contains_unknowns())
      unknown.push_back(name);
    else
      known[name] = to_json(value.plain());
  }
  type.check(known, unknown, failures);
}

}  // namespace

CheckReply check_resource(const ResourceType& type, const CheckRequest& request, const Json& default_tags) {
  const Json& schema = resource_schema(type.token);
  const Json& specs = schema.at("inputProperties");
  CheckReply reply;
  reply.inputs = request.news;
  reply.inputs.erase("tagsAll");
  std::erase_if(reply.inputs, [](const auto& field) { return field.first.starts_with("__"); });
  Checker checker;
  checker.properties(specs, schema.at("requiredInputs"), reply.inputs, "");
  reply.failures = std::move(checker.failures);
  name_it(type, request, reply.inputs, reply.failures);
  add_defaults(specs, reply.inputs);
  add_all_tags(schema, default_tags, reply.inputs);
  own_check(type, reply.inputs, reply.failures);
  return reply;
}

std::vector<CheckFailure> check_arguments(const Json& schema, PropertyMap& args) {
  Checker checker;
  checker.properties(schema.at("properties"), schema.at("required"), args, "");
  if (schema.at("properties").is_object()) add_defaults(schema.at("properties"), args);
  return std::move(checker.failures);
}

}  // namespace drydock::aws_provider

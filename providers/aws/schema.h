// The package schema as the provider reads it: providers/aws/schema/*.yaml, merged and embedded at build time.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace drydock::aws_provider {

/// The whole schema in Pulumi's JSON format. Parsed once, at the first use.
const Json& package_schema();
/// The same as text.
std::string_view package_schema_text();

/// Description of a resource or function by its token; null if there is none.
const Json& resource_schema(std::string_view token);
const Json& function_schema(std::string_view token);

/// What a property's type is, with "$ref"s to the package's types followed.
enum class Kind { text, integer, number, boolean, list, map, object, document, any };
Kind kind_of(const Json& property);
/// The object type behind a property of Kind::object; the item's description of a list or map.
const Json& object_of(const Json& property);
const Json& items_of(const Json& property);

/// "a string", "a list of strings", ... for messages.
std::string describe(const Json& property);

}  // namespace drydock::aws_provider

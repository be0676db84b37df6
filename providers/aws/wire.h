// Parameters of the query protocols: JSON trees as form bodies.
//   ec2:   {"Filter": [{"Name": "vpc-id", "Value": ["v"]}]}  ->  Filter.1.Name=vpc-id&Filter.1.Value.1=v
//   query: {"Tags": [{"Key": "k"}]}                          ->  Tags.member.1.Key=k
// null, empty lists and, at the top, empty texts are left out.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace drydock::aws_provider {

enum class ListStyle { ec2, member };

/// "Action=...&Version=...&..."
std::string form_body(std::string_view action, std::string_view version, const Json& parameters, ListStyle style);

/// [{"Key": k, "Value": v}, ...] of a map.
Json tag_list(const Json& tags, const char* key = "Key", const char* value = "Value");
/// {k: v} of [{"key": k, "value": v}] or [{"Key": ...}]; tags of AWS's own ("aws:...") are left out.
Json tag_map(const Json& list);
/// [{"Name": name, "Value": [value]}]; pairs with an empty value are left out.
Json filters(std::initializer_list<std::pair<std::string, std::string>> pairs);

}  // namespace drydock::aws_provider

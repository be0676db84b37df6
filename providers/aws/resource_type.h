// A resource type: what the schema cannot say. Everything generic (types, defaults, replacement, tags) is read off the
// schema; a type adds its calls and a few rules. One file below resources/ each; registry.cc lists them.
//
// Handlers see plain JSON with the schema's property names: no unknowns, no secret marks. They block.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/aws/operation.h"
#include "sdk/provider.h"

namespace drydock::aws_provider {

/// How a name is made for a resource that was given none: prefix + logical name + "-" + 7 hex digits.
struct Naming {
  const char* property = nullptr;  // "name"; null: no name is made
  int max = 255;
  const char* prefix_property = "namePrefix";
  const char* prefix = "";
  bool lower = false;
};

struct ResourceType {
  const char* token;
  Naming naming;
  std::vector<std::string_view> sets;  // lists whose order means nothing, by path: "ingress", "ingress[].cidrBlocks"
  std::vector<std::string_view> policies;  // JSON texts, equal if they mean the same
  std::vector<std::string_view> moves;     // outputs that any update may change, so unknown in its preview
  bool delete_before_replace = false;
  /// A status that no update repairs: the resource is deleted and made again ("CREATE_FAILED"). "": none.
  std::string_view lost_status = {};
  const char* lost_output = "status";  // where that stands

  /// Sets `id` as soon as something exists, even if a later step fails. Outputs are read afterwards.
  Aws<void> (*create)(Operation& op, const Json& in, std::string& id) = nullptr;
  /// Outputs, "tagsAll" with all tags included; null when it is gone. `known`: the last outputs, or {} on import.
  Aws<Json> (*read)(Operation& op, std::string& id, const Json& known) = nullptr;
  /// `old` and `in` are inputs; `known` the last outputs. May change `id`. Null: nothing can be updated.
  Aws<void> (*update)(Operation& op, std::string& id, const Json& old, const Json& in, const Json& known) = nullptr;
  /// Changes tags; called when tagsAll differs. Null: the type has none, or `update` does it.
  Aws<void> (*retag)(Operation& op, const std::string& id, const Json& known, const Json& set,
                     const Json::Array& unset) = nullptr;
  /// Success if it is gone already.
  Aws<void> (*remove)(Operation& op, const std::string& id, const Json& known) = nullptr;
  /// Checks that go beyond the schema; optional. Unknown values are absent in `in`, their names are in `unknown`.
  void (*check)(const Json& in, const std::vector<std::string>& unknown, std::vector<CheckFailure>& failures) = nullptr;
  /// Whether this change replaces although (or because) the schema says otherwise; optional. `path` is the top
  /// property.
  bool (*replaces)(std::string_view path, const Json& old, const Json& in, bool by_schema) = nullptr;
};

/// Null for a type we do not have.
const ResourceType* find_type(std::string_view token);
std::vector<std::string> type_tokens();

struct FunctionType {
  const char* token;
  Aws<Json> (*call)(Operation& op, const Json& in);
};
const FunctionType* find_function(std::string_view token);
std::vector<std::string> function_tokens();

}  // namespace drydock::aws_provider

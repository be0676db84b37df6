// Where a value that is known after apply comes from: terraform's configuration names, for each expression, what it
// refers to, and so the resources whose ids it will hold can be found: through variables of modules, outputs, data
// passed on by time_sleep and the like, and the locals we know.
//
// What an expression does with its references is not in the document (`a ? b : c`, concat, a template). So an answer
// tells whether it saw everything (complete) and leaves it to the caller to insist on exactly one target.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "readers/terraform/plan.h"

namespace drydock::readers::terraform {

/// "aws_subnet.private[\"a\"].id" in pieces; a piece may have a key.
struct ReferenceStep {
  std::string name;
  Json key;  // null: none
};
std::vector<ReferenceStep> parse_reference(std::string_view text);

struct Target {
  const Resource* resource = nullptr;
  std::string attribute;  // the first behind the resource: "id", "arn", "vpc_config"; empty: not told
  std::string via;  // the reference as the user wrote it, below variables and locals: "module.vpc.private_subnets"
};

struct Sources {
  std::vector<Target> targets;
  std::vector<Target> shared;   // reached through each.value: of this instance or of another one
  std::vector<Json> constants;  // known values on the way
  bool by_key = false;          // count.index or each.key chooses among instances
  bool complete = true;         // false: `gap` is not told by the document
  std::string gap;              // "local.subnets", "data.aws_subnets.private"
};

/// What a local refers to, where that is known. Null: not known.
using Locals = const std::vector<std::string>* (*)(const ConfigModule& module, std::string_view name);

class References {
 public:
  /// `extra` (may be empty) knows locals of the user's own modules: "path of module|name" -> references.
  References(const Plan& plan, const std::map<std::string, std::vector<std::string>>& extra)
      : plan_(plan), extra_(extra) {}

  /// Of an expression of the resource, as it stands in the configuration (nested blocks as well).
  Sources of(const Resource& resource, const Json& expression) const;

 private:
  struct Frame;
  struct Walk;
  const Plan& plan_;
  const std::map<std::string, std::vector<std::string>>& extra_;
};

/// The references of an expression without those that only lead to a longer one before them.
std::vector<std::string> pruned_references(const Json& expression);
/// Locals of widely used public modules, by the source of the module: what they refer to.
const std::vector<std::string>* well_known_local(const ConfigModule& module, std::string_view name);

}  // namespace drydock::readers::terraform

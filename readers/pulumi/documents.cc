// The two documents: `pulumi stack export` and `pulumi preview --json`.
#include <fmt/format.h>

#include "readers/pulumi/pulumi.h"
#include "readers/pulumi/source.h"

namespace drydock::readers::pulumi {
namespace {

Result<Json> parse(const Input& input) {
  auto json = Json::parse(input.files[0].text);
  if (!json) return pass(json, "reading " + input.files[0].name);
  return json;
}

Stack stack_for(const Input& input) {
  Stack stack;
  stack.account = input.account;
  stack.region = input.region;
  return stack;
}

/// A resource must at least say what it is.
Result<void> check(const Json& resource, const std::string& file, const std::string& where) {
  for (const char* key : {"urn", "type"})
    if (!resource.at(key).is_string())
      return fail(ErrorCode::invalid_input, fmt::format("{}: {} has no '{}'; is it whole?", file, where, key));
  return {};
}

/// Drydock leaves a note with its providers where their resources live.
bool made_by_drydock(const Json& resource) { return resource.at("outputs").has("__home"); }

}  // namespace

bool looks_like_deployment(const Outline& o) { return o.has("deployment") && o.has("version"); }
bool looks_like_preview(const Outline& o) { return o.has("steps") && !o.has("format_version"); }

Result<Reading> read_deployment(const Input& input) {
  const std::string& file = input.files[0].name;
  auto json = parse(input);
  if (!json) return pass(json);
  const std::int64_t version = json->at("version").int_or(0);
  if (version != 3 && version != 4)
    return fail(ErrorCode::unsupported,
                fmt::format("{}: not supported yet: deployments of version {} (3 and 4 are)", file, version));
  const Json& resources = json->at("deployment").at("resources");
  if (!resources.is_array() && !resources.is_null())
    return fail(ErrorCode::invalid_input, fmt::format("{}: deployment.resources is not a list", file));
  Stack stack = stack_for(input);
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Json& one = resources.item(i);
    if (auto whole = check(one, file, fmt::format("deployment.resources[{}]", i)); !whole) return pass(whole);
    if (one.at("delete").bool_or(false) || one.at("pendingReplacement").bool_or(false)) continue;
    if (made_by_drydock(one)) stack.dialect = cloud::Dialect::drydock;
    stack.resources.push_back(one);
  }
  return lift(stack);
}

Result<Reading> read_preview(const Input& input) {
  const std::string& file = input.files[0].name;
  auto json = parse(input);
  if (!json) return pass(json);
  const Json& steps = json->at("steps");
  if (!steps.is_array()) return fail(ErrorCode::invalid_input, fmt::format("{}: steps is not a list", file));
  for (std::size_t i = 0; i < json->at("diagnostics").size(); ++i)
    if (json->at("diagnostics").item(i).at("severity").string_or() == "error")
      return fail(ErrorCode::invalid_input, fmt::format("{}: the preview failed, so it is not whole: {}", file,
                                                        json->at("diagnostics").item(i).at("message").string_or()));
  Stack stack = stack_for(input);
  if (json->has("readiness")) stack.dialect = cloud::Dialect::drydock;
  const Json& config = json->at("config");
  if (stack.region.empty() && knowledge_of(config.at("aws:region")) == Knowledge::known)
    stack.region = config.at("aws:region").string_or();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string op = steps.item(i).at("op").string_or();
    const Json& planned = steps.item(i).at("newState");
    if (!planned.is_object() || op.starts_with("delete") || op.starts_with("discard")) continue;
    if (auto whole = check(planned, file, fmt::format("steps[{}].newState", i)); !whole) return pass(whole);
    Json resource = planned;
    // What will be made anew has neither its id nor its outputs yet.
    if (op == "create" || op == "replace" || op == "create-replacement")
      resource.erase("id"), resource.erase("outputs");
    stack.resources.push_back(std::move(resource));
  }
  return lift(stack);
}

}  // namespace drydock::readers::pulumi

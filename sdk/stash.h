// The resources of the engine itself.
#pragma once

#include "sdk/context.h"

namespace drydock::pulumi {

struct StashArgs {
  AnyInput input{};
};

/// Keeps a value in the stack's state: `output` stays what `input` was when the stash was made.
class Stash : public CustomResource {
 public:
  Stash(Context& ctx, std::string name, StashArgs args, ResourceOptions options = {},
        std::source_location where = std::source_location::current());

  Output<PropertyValue> input;
  Output<PropertyValue> output;

 private:
  explicit Stash(detail::CoreRef core)
      : CustomResource(std::move(core)),
        input(property_of<PropertyValue>(handle_, "input")),
        output(property_of<PropertyValue>(handle_, "output")) {}
};

/// The outputs of another stack, "organization/project/stack" or "project/stack".
class StackReference : public CustomResource {
 public:
  StackReference(Context& ctx, std::string stack, ResourceOptions options = {},
                 std::source_location where = std::source_location::current());

  /// Null if the stack has no such output.
  Output<PropertyValue> get(std::string name) const;

  Output<PropertyValue> outputs;

 private:
  explicit StackReference(detail::CoreRef core)
      : CustomResource(std::move(core)), outputs(property_of<PropertyValue>(handle_, "outputs")) {}
};

}  // namespace drydock::pulumi

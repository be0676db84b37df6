#include "sdk/stash.h"

namespace drydock::pulumi {

Stash::Stash(Context& ctx, std::string name, StashArgs args, ResourceOptions options, std::source_location where)
    : Stash(detail::register_resource(ctx, {.type = "pulumi:index:Stash",
                                            .name = std::move(name),
                                            .inputs = InputValue(InputValue::Map{{"input", args.input}}),
                                            .options = std::move(options),
                                            .where = where})) {}

StackReference::StackReference(Context& ctx, std::string stack, ResourceOptions options, std::source_location where)
    : StackReference(detail::read_resource(ctx,
                                           {.type = "pulumi:pulumi:StackReference",
                                            .name = stack,
                                            .inputs = InputValue(InputValue::Map{{"name", detail::encode(stack)}}),
                                            .options = std::move(options),
                                            .where = where},
                                           detail::encode(stack))) {}

Output<PropertyValue> StackReference::get(std::string name) const {
  return outputs.apply([name](const PropertyValue& all) { return all.at(name); });
}

}  // namespace drydock::pulumi

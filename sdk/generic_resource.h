// A resource of a package that has no generated header here, by its token.
#pragma once

#include "sdk/context.h"

namespace drydock {

class GenericResource : public CustomResource {
 public:
  GenericResource(Context& ctx, std::string type, std::string name, AnyInputs inputs, ResourceOptions options = {},
                  std::source_location where = std::source_location::current())
      : CustomResource(detail::register_resource(ctx, {.type = std::move(type),
                                                       .name = std::move(name),
                                                       .inputs = inputs,
                                                       .options = std::move(options),
                                                       .where = where})) {}
  template <class T = PropertyValue>
  Output<T> property(std::string name) const {
    return property_of<T>(handle_, std::move(name));
  }
};

/// A provider of such a package. Settings that are no texts travel as JSON.
class GenericProvider : public ProviderResource {
 public:
  GenericProvider(Context& ctx, const std::string& package, std::string name, AnyInputs inputs,
                  ResourceOptions options = {}, std::source_location where = std::source_location::current())
      : ProviderResource(detail::register_resource(ctx, {.type = "pulumi:providers:" + package,
                                                         .name = std::move(name),
                                                         .inputs = inputs,
                                                         .options = std::move(options),
                                                         .where = where})) {}
};

}  // namespace drydock

// The package "pulumi", which the engine itself provides: Stash and StackReference. Never blocks on a network.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "sdk/provider.h"

namespace drydock::engine {

std::unique_ptr<Provider> make_builtin_provider(std::function<Result<PropertyMap>(const std::string&)> stack_outputs);

}  // namespace drydock::engine

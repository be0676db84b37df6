// Requests of programs as values.
#pragma once

#include <string>

#include "engine/answers.h"

namespace pulumirpc {
class RegisterResourceRequest;
class ReadResourceRequest;
class ResourceInvokeRequest;
class ResourceCallRequest;
}  // namespace pulumirpc

namespace drydock::engine {

/// What a request needs beyond itself to be understood.
struct WireContext {
  std::string root_directory, program_directory;
  bool from_node = false;  // its SDK swaps two forms of alias parents
};

/// Errors name the resource and the property. "not supported yet: X" has the code unsupported.
Result<Goal> goal_from(const pulumirpc::RegisterResourceRequest& request, const WireContext& context);
Result<ReadGoal> goal_from(const pulumirpc::ReadResourceRequest& request, const WireContext& context);
Result<InvokeGoal> goal_from(const pulumirpc::ResourceInvokeRequest& request);
Result<CallGoal> goal_from(const pulumirpc::ResourceCallRequest& request);

}  // namespace drydock::engine

#include "providers/aws/resource_type.h"

namespace drydock::aws_provider {

extern const FunctionType kGetAddonVersion, kGetArn, kGetCallerIdentity, kGetCluster, kGetParameter, kGetPartition,
    kGetPolicyDocument, kGetRegion, kGetRole;

namespace {

const FunctionType* const kFunctions[] = {&kGetAddonVersion,   &kGetArn,       &kGetCallerIdentity,
                                          &kGetCluster,        &kGetParameter, &kGetPartition,
                                          &kGetPolicyDocument, &kGetRegion,    &kGetRole};

}  // namespace

const FunctionType* find_function(std::string_view token) {
  for (const FunctionType* function : kFunctions)
    if (token == function->token) return function;
  return nullptr;
}

std::vector<std::string> function_tokens() {
  std::vector<std::string> tokens;
  for (const FunctionType* function : kFunctions) tokens.emplace_back(function->token);
  return tokens;
}

}  // namespace drydock::aws_provider

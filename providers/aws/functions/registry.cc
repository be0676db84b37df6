#include "providers/aws/functions/common.h"

namespace drydock::aws_provider {
namespace {

const std::vector<const FunctionType*>& all_functions() {
  static const std::vector<const FunctionType*> all = [] {
    std::vector<const FunctionType*> out;
    for (const auto* group : {&general_functions(), &ec2_functions(), &iam_functions(), &service_functions()})
      for (const FunctionType& function : *group) out.push_back(&function);
    return out;
  }();
  return all;
}

}  // namespace

const FunctionType* find_function(std::string_view token) {
  for (const FunctionType* function : all_functions())
    if (token == function->token) return function;
  return nullptr;
}

std::vector<std::string> function_tokens() {
  std::vector<std::string> tokens;
  for (const FunctionType* function : all_functions()) tokens.emplace_back(function->token);
  return tokens;
}

}  // namespace drydock::aws_provider

#include "providers/aws/resource_type.h"

namespace drydock::aws_provider {

const FunctionType* find_function(std::string_view) { return nullptr; }

std::vector<std::string> function_tokens() { return {}; }

}  // namespace drydock::aws_provider

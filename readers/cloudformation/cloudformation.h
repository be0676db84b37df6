// A CloudFormation template, YAML or JSON, as a world: parameters, conditions, mappings and intrinsic functions are
// evaluated; CDK's and eksctl's shapes are understood.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
#pragma once

#include <string>
#include <string_view>

#include "readers/reader.h"
#include "readers/text.h"

namespace drydock::readers::cloudformation {

bool looks_like(const Outline& outline);
/// REQUIRES: one file, UTF-8. Errors: invalid_input.
Result<Reading> read(const Input& input);
/// {ec2.vpc-endpoint, "policyDocument"} is `PolicyDocument`.
std::string property_name(std::string_view table, std::string_view field);

}  // namespace drydock::readers::cloudformation

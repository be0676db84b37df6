// `terraform show -json`, of a plan or a state, as a world.
// https://developer.hashicorp.com/terraform/internals/json-format
#pragma once

#include <string>
#include <string_view>

#include "readers/reader.h"
#include "readers/text.h"

namespace drydock::readers::terraform {

bool looks_like(const Outline& outline);
/// REQUIRES: one file, UTF-8. Errors: invalid_input.
Result<Reading> read(const Input& input);
/// {ec2.vpc-endpoint, "policyDocument"} is `policy`.
std::string property_name(std::string_view table, std::string_view field);

}  // namespace drydock::readers::terraform

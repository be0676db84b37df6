// What the twin keeps for others: ECR repositories, SSM parameters (the account's own, and AWS's public ones that lead
// to AMIs), S3 buckets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "twin/kernel/front.h"
#include "twin/kernel/world.h"

namespace drydock::twin::storage {

/// Registers ecr, ssm and s3.
void install(Front& front, World& world);

void install_ecr(Front& front);
void install_ssm(Front& front);
void install_s3(Front& front, World& world);

/// The value of a public parameter such as /aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/standard/
/// recommended/image_id. Empty when the twin offers no such image in the region.
std::string public_parameter(World& world, const std::string& region, std::string_view name);

}  // namespace drydock::twin::storage

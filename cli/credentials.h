// Keys for the commands that sign by themselves.
#pragma once

#include "base/result.h"
#include "cloud/aws/sigv4.h"

namespace drydock::cli {

/// The environment's keys if they are a twin's, else those of the twin's administrator: real keys never go to a twin.
aws::Credentials twin_credentials();

/// AWS_ACCESS_KEY_ID and its kin. Error access_denied if they are not set.
Result<aws::Credentials> environment_credentials();

/// AWS_REGION, else AWS_DEFAULT_REGION, else `otherwise`.
std::string environment_region(const std::string& otherwise);

}  // namespace drydock::cli

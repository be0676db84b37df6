// Keys from a program, as a profile's credential_process asks for.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
#pragma once

#include <string>

#include "base/result.h"
#include "cloud/aws/sigv4.h"

namespace drydock::aws_provider {

/// Runs `command` by the shell and reads its answer. The program's standard error is for people and shown when it
/// fails; its output holds secrets and never is. Errors: access_denied.
Result<aws::Credentials> ask_process(const std::string& command, const std::string& profile);

}  // namespace drydock::aws_provider

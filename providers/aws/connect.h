// From settings to a client: endpoint, region, credentials, assumed roles; and where that client lives.
#pragma once

#include <memory>

#include "providers/aws/client.h"
#include "providers/aws/config.h"
#include "providers/aws/provider.h"

namespace drydock::aws_provider {

/// Refuses to mix: the twin is a loopback address, AWS never is one.
Result<std::unique_ptr<Client>> connect(const AwsOptions& options, const Config& config);

/// Where calls will go, known without making one; "" if nothing says so.
std::string region_of(const AwsOptions& options, const Config& config);

/// "twin world 3f0c..." or "AWS account 123456789012". Checks allowed and forbidden accounts.
Result<std::string> home_of(Client& client, const Config& config);

}  // namespace drydock::aws_provider

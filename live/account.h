// An existing cluster and what decides about its nodes, asked of AWS by read-only calls. What comes out is describe
// output, one file a call, as the describe reader takes it (and as people could have saved it).
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "providers/aws/client.h"
#include "readers/reader.h"

namespace drydock::live {

struct Options {
  std::string cluster;                              // empty: every cluster of the region
  std::function<void(const std::string&)> on_call;  // "ec2 DescribeVpcs"; may be empty
};

/// Calls nothing outside of operations(). Blocking. Errors: not_found without a cluster, access_denied naming the
/// action and how to get the policy, and whatever the calls give.
Result<readers::Input> look(aws_provider::Client& client, const Options& options);

}  // namespace drydock::live

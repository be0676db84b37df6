// The token by which EKS knows who calls a cluster: a presigned STS GetCallerIdentity URL in base64.
// https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/README.md#api-authorization-from-outside-a-cluster
#pragma once

#include <string>

#include "base/result.h"
#include "cloud/aws/sigv4.h"

namespace drydock::cli {

struct TokenRequest {
  std::string cluster, region;
  std::string endpoint;  // of STS; empty: the region's own
  aws::Credentials credentials;
  aws::WallTime now;
};
Result<std::string> eks_token(const TokenRequest& request);

}  // namespace drydock::cli

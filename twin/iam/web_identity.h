// AssumeRoleWithWebIdentity (IRSA): whether a token of an OIDC issuer opens a role.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
#pragma once

#include <memory>
#include <string>

#include "cloud/aws/iam.h"
#include "twin/iam/evaluate.h"
#include "twin/kernel/call.h"
#include "twin/kernel/world.h"

namespace drydock::twin::iam {

struct WebIdentity {
  std::string token, role_arn, session_name;
};

struct WebIdentityVerdict {
  const aws::Role* role = nullptr;  // set when it opens
  std::string subject, provider, audience;
  ApiError refusal;  // STS's answer otherwise
  std::string
      cause;  // "oidc.token", "oidc.no-provider", "oidc.expired", "oidc.audience", "iam.trust", "endpoint-policy"
};

/// Checks in STS's order: token, provider, signature, expiry, audience, the role's trust policy, and the policy of the
/// VPC endpoint that the call came through (null: none). `context` is what the way of the request adds.
WebIdentityVerdict check_web_identity(World& world, const WebIdentity& identity,
                                      std::shared_ptr<const aws::PolicyDocument> endpoint = nullptr,
                                      Context context = {});

}  // namespace drydock::twin::iam

// Checks AWS Signature Version 4, in headers or presigned, as the services do
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Written apart from the
// signer that clients of ours use: a shared one would agree with its own mistakes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/http.h"
#include "twin/kernel/call.h"
#include "twin/kernel/wire.h"

namespace drydock::twin {

/// What a request says of its own signature, unchecked.
struct SignatureClaim {
  std::string access_key_id, date, region, service;  // date: yyyymmdd
  std::vector<std::string> signed_headers;           // lower case
  std::string signature, time;                       // time: 20261125T101500Z
  std::string session_token;
  std::optional<long> expires;  // seconds; presigned requests only
  bool presigned = false;
};

enum class SignatureFault { missing, incomplete, unknown_key, mismatch, expired, wrong_token, token_expired };
struct SignatureProblem {
  SignatureFault fault;
  std::string detail;
};

tl::expected<SignatureClaim, SignatureProblem> read_signature(const HttpRequest& request);

/// `credential` is what claim.access_key_id opens, `now` is wall time. Presigned STS requests are good for 15 minutes
/// whatever X-Amz-Expires says: EKS tokens count on it
/// (https://github.com/kubernetes-sigs/aws-iam-authenticator, pkg/token).
std::optional<SignatureProblem> check_signature(const HttpRequest& request, const SignatureClaim& claim,
                                                const Credential& credential, SimTime now);

/// The code and text that a service of this protocol answers.
ApiError signature_error(Protocol protocol, const SignatureProblem& problem);

}  // namespace drydock::twin

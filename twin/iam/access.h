// Who a caller is in this world, and what may be done: the link between the World's IAM tables and evaluate().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/aws/iam.h"
#include "twin/iam/evaluate.h"
#include "twin/kernel/call.h"
#include "twin/kernel/world.h"

namespace drydock::twin::iam {

/// A document parsed once per text. Null if it does not parse, which documents in the world always do.
std::shared_ptr<const aws::PolicyDocument> parsed(std::string_view text, aws::PolicyKind kind);

/// The text behind a policy ARN: the default version of the account's own policy, or AWS's. Null if there is none.
const char* policy_text(World& world, std::string_view arn);

/// What an access key opens; empty when it is unknown or inactive, or its user is gone. For Front::credentials().
std::optional<Credential> credential(World& world, const std::string& access_key_id);
Caller caller_of(const Principal& principal);
Caller root_caller(World& world);
/// The role's session as it would sign, whether or not such a session was ever handed out.
Caller session_caller(const aws::Role& role, std::string_view session_name);
Caller service_caller(std::string service);

/// The role with this ARN (path included), or null.
const aws::Role* role_by_arn(World& world, std::string_view arn);

/// What stands beside the caller's own policies.
struct Beside {
  std::shared_ptr<const aws::PolicyDocument> endpoint;  // of the VPC endpoint that the request passes; null: none
  std::shared_ptr<const aws::PolicyDocument> resource;
  bool resource_must_allow = false;
  std::string_view access_key_id;  // session policies are looked up by it; empty: none
};

/// Fills in the context keys every caller has (aws:PrincipalArn, aws:PrincipalAccount, aws:username, aws:userid,
/// aws:CurrentTime, aws:SecureTransport, aws:RequestedRegion if absent) and decides.
Decision authorise(World& world, const Caller& caller, Request request, const Beside& beside = {});

/// Whether `caller` may call `action` (sts:AssumeRole, ...) on the role: its trust policy, and the caller's own
/// policies.
Decision authorise_assume_role(World& world, const Caller& caller, const aws::Role& role, std::string_view action,
                               Context context = {}, std::shared_ptr<const aws::PolicyDocument> endpoint = nullptr);
/// Whether the role's trust policy lets this service assume it.
bool trusts_service(World& world, const aws::Role& role, std::string_view service);

/// The credentials document that IMDS hands out below iam/security-credentials/<role>.
struct InstanceCredentials {
  std::string code;  // "Success", or "AssumeRoleUnauthorizedAccess"; empty: there is no such role, IMDS answers 404
  std::string message;
  std::string role_name;
  const aws::Session* session = nullptr;  // on success; owned by the world
};
/// REQUIRES: `instance` is the EC2 instance's id, `profile_arn` its instance profile's.
InstanceCredentials instance_credentials(World& world, const std::string& instance, std::string_view profile_arn);

/// New temporary credentials for the role, in the world's table.
aws::Session& new_session(World& world, const aws::Role& role, std::string session_name, std::int64_t lasts_ms);

/// Makes AWSServiceRoleFor... unless it is there; `service` is "eks.amazonaws.com", "eks-nodegroup.amazonaws.com",
/// "autoscaling.amazonaws.com". Services do this for their callers. Gives the role's ARN.
std::string ensure_service_linked_role(World& world, std::string_view service);

}  // namespace drydock::twin::iam

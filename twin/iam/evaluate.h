// One AWS request, decided literally: who asks, for what, through which policies. Every policy that applies says allow,
// deny or nothing, and evaluate() joins them as IAM does
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). Pure; any thread.
// Collecting the policies of a caller in a world is access.h's work.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/aws/policy.h"

namespace drydock::twin::iam {

struct NoCase {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

/// Condition keys of one request. A key that is not here is absent, which conditions can see. Keys have no case.
using Context = std::map<std::string, std::vector<std::string>, NoCase>;

struct Caller {
  enum class Kind { anonymous, root, user, role_session, federated_user, service, web_identity };
  Kind kind = Kind::anonymous;
  std::string arn;        // as GetCallerIdentity shows it; a session's drops the role's path
  std::string role_arn;   // role_session: arn:aws:iam::A:role/path/Name
  std::string unique_id;  // AIDA... or AROA... (no session name)
  std::string account;
  std::string service;   // service: "ec2.amazonaws.com"
  std::string provider;  // web_identity: arn:aws:iam::A:oidc-provider/...
};

struct Request {
  std::string action;            // "s3:GetObject"; not always the API's name
  std::string resource = "*";    // "*" for actions without resource-level permissions
  std::string resource_account;  // empty: the caller's own account
  Context context;
};

struct PolicyRef {
  std::string name;  // for people: "AmazonEKSWorkerNodePolicy", "trust policy of role X"
  const aws::PolicyDocument* document = nullptr;
};

/// Everything that applies to one request. Documents must outlive the call.
struct Policies {
  std::vector<PolicyRef> identity;
  std::optional<PolicyRef> boundary;
  std::vector<PolicyRef> session;  // empty: no session policy
  std::optional<PolicyRef> resource;
  bool resource_must_allow = false;  // trust policies and KMS key policies: identity policies alone never suffice
  std::optional<PolicyRef> endpoint;
  std::vector<std::vector<PolicyRef>> scps;  // one list per level, root to account; empty: no organisation
  std::vector<std::vector<PolicyRef>> rcps;  // of the resource's account
};

enum class Verdict { allowed, explicit_deny, implicit_deny };
/// Which kind of policy decided: the one that denied, or the one that stayed silent where it must not.
enum class Layer { none, identity, resource, boundary, session, service_control, resource_control, endpoint };
const char* to_string(Verdict verdict);
/// As in AWS's messages: "identity-based", "VPC endpoint", ...
const char* to_string(Layer layer);

struct Decision {
  Verdict verdict = Verdict::implicit_deny;
  Layer layer = Layer::identity;
  std::string policy;  // name of the policy whose statement decided; empty when nobody spoke
  std::string sid;     // of that statement
  bool allowed() const { return verdict == Verdict::allowed; }
};

Decision evaluate(const Caller& caller, const Request& request, const Policies& policies);

/// "User: <arn> is not authorized to perform: <action> on resource: <arn> because no identity-based policy allows the
/// <action> action", or "... with an explicit deny in a VPC endpoint policy". REQUIRES: not allowed.
std::string denied_text(const Caller& caller, const Request& request, const Decision& decision);

}  // namespace drydock::twin::iam

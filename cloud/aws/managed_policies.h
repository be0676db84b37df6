// The AWS-managed policies Drydock knows: the same in every account, never changed by anyone here. Documents and
// versions as published in https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html (2026-04).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace drydock::aws {

struct ManagedPolicy {
  const char* name;
  const char* path;
  const char* version;  // the default version; older ones are not kept
  const char* created;
  const char* updated;
  const char* document;
};

std::span<const ManagedPolicy> managed_policies();
/// By ARN, of any partition: arn:aws:iam::aws:policy/<path><name>. Null if it is not among them.
const ManagedPolicy* find_managed_policy(std::string_view arn);
std::string managed_policy_arn(const ManagedPolicy& policy, std::string_view partition = "aws");
/// ANPA..., made from the name: AWS's own ids are not published.
std::string managed_policy_id(const ManagedPolicy& policy);

}  // namespace drydock::aws

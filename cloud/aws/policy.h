// A policy document as a value: what IAM, STS, S3, ECR and VPC endpoints read the same way. Parsing refuses what AWS
// refuses, in AWS's words; matching is somebody else's (the twin takes one request, the proof takes sets).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace drydock::aws {

/// Where a document is going to be attached; each place has its own grammar.
enum class PolicyKind {
  identity,  // managed and inline policies, permissions boundaries, session policies, SCPs: no Principal
  trust,     // a role's trust policy: Principal, no Resource, only sts: actions
  bucket,    // S3 and other resource policies that need a Resource
  endpoint,  // VPC endpoint policies; Principal is expected
  resource,  // ECR repositories: Principal, Resource may be left out
};

struct PolicyPrincipal {
  bool everyone = false;             // "*" or {"AWS": "*"}
  std::vector<std::string> aws;      // account ids, root, user, role and session ARNs, unique ids
  std::vector<std::string> service;  // "ec2.amazonaws.com"
  std::vector<std::string> federated;
  std::vector<std::string> canonical_user;
};

enum class ConditionOperator : std::uint8_t {
  string_equals,
  string_equals_ignore_case,
  string_like,
  numeric_equals,
  numeric_less_than,
  numeric_less_than_equals,
  numeric_greater_than,
  numeric_greater_than_equals,
  date_equals,
  date_less_than,
  date_less_than_equals,
  date_greater_than,
  date_greater_than_equals,
  boolean,
  binary_equals,
  ip_address,
  arn_like,  // ArnEquals is the same
  null,
};
enum class SetOperator : std::uint8_t { none, for_all_values, for_any_value };

/// One key below one operator. "StringNotEqualsIfExists" is string_equals, negated, if_exists.
struct PolicyCondition {
  ConditionOperator op = ConditionOperator::string_equals;
  SetOperator set = SetOperator::none;
  bool negated = false;
  bool if_exists = false;
  std::string key;  // as written; keys compare without case
  std::vector<std::string> values;
  std::string op_text;  // as written, for people
};

struct PolicyStatement {
  std::string sid;
  bool allow = true;
  bool not_action = false;
  std::vector<std::string> actions;
  bool has_resource = false;  // a trust policy has none
  bool not_resource = false;
  std::vector<std::string> resources;
  bool not_principal = false;
  std::optional<PolicyPrincipal> principal;
  std::vector<PolicyCondition> conditions;
};

struct PolicyDocument {
  std::string version = "2008-10-17";  // what an absent Version means
  std::string id;
  std::vector<PolicyStatement> statements;
  /// ${...} is a variable only in documents of 2012-10-17; before, it is plain text.
  bool has_variables() const { return version == "2012-10-17"; }
};

/// Error invalid_input whose message is AWS's own text (MalformedPolicyDocument, or MalformedPolicy for buckets).
/// Whether the principals exist is for the caller to check; only their form is looked at here.
Result<PolicyDocument> parse_policy(std::string_view text, PolicyKind kind);
Result<PolicyDocument> policy_from_json(const Json& document, PolicyKind kind);

/// Characters that count against a policy's quota: white space does not.
std::size_t policy_size(std::string_view text);

}  // namespace drydock::aws

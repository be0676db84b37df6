// Permission over sets: may this caller do this, whatever the unknowns turn out to be? Every policy that applies speaks
// (allow, deny, nothing, or "that depends"), and the voices are joined as IAM does:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
//
// The twin has an evaluator of its own that takes one request literally; this one shares no code with it, so that each
// can be wrong alone. Compile a policy once, decide often. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/aws/policy.h"
#include "proof/permission/pattern.h"
#include "proof/tri.h"

namespace drydock::proof {

/// A condition key of the request: absent, known values, or present with a value that nobody knows yet.
struct KeyValue {
  bool unknown = false;
  std::vector<std::string> values;  // empty and not unknown: present without a value
};

/// Keys are kept in lower case; a key that is not here is absent.
class Keys {
 public:
  void set(std::string_view key, std::vector<std::string> values);
  void set(std::string_view key, std::string value) { set(key, std::vector<std::string>{std::move(value)}); }
  void set_unknown(std::string_view key);
  const KeyValue* find(std::string_view lower_key) const;

 private:
  std::map<std::string, KeyValue, std::less<>> keys_;
};

struct Subject {
  enum class Kind { anonymous, root, user, role_session, federated_session, service, web_identity };
  Kind kind = Kind::role_session;
  std::string arn;        // of the session, as GetCallerIdentity shows it
  std::string role_arn;   // of a role session, path included
  std::string unique_id;  // AIDA... or AROA...
  std::string account;
  std::string service;    // "ec2.amazonaws.com"
  std::string federated;  // ARN of the OIDC provider
};

struct Ask {
  std::string action;            // "s3:GetObject"
  std::string resource = "*";    // may hold wildcards where the name is not known: then all of them are asked for
  std::string resource_account;  // empty: the subject's own
  Keys keys;
};

/// A policy made ready. Keeps a reference to nothing.
class CompiledPolicy {
 public:
  CompiledPolicy(std::string name, const aws::PolicyDocument& document);
  const std::string& name() const { return name_; }

  struct Key {  // operand of a condition
    aws::PolicyCondition condition;
    std::string lower_key;
    std::vector<std::optional<Pattern>> patterns;  // of the values; none for one that holds variables
  };
  struct Statement {
    std::string sid;
    bool allow = true, not_action = false, has_resource = false, not_resource = false, not_principal = false;
    bool every_action = false, every_resource = false;
    std::vector<Pattern> actions, resources;
    std::vector<std::string> variable_resources;  // patterns that hold ${...}, expanded per request
    std::optional<aws::PolicyPrincipal> principal;
    std::vector<Key> conditions;
  };
  const std::vector<Statement>& statements() const { return statements_; }

 private:
  std::string name_;
  std::vector<Statement> statements_;
};

/// The policies that apply. Null pointers and empty lists: none of that kind.
struct Applying {
  std::vector<const CompiledPolicy*> identity;
  const CompiledPolicy* boundary = nullptr;
  std::vector<const CompiledPolicy*> session;
  const CompiledPolicy* resource = nullptr;
  bool resource_must_allow = false;  // trust policies, KMS key policies
  const CompiledPolicy* endpoint = nullptr;
  std::vector<std::vector<const CompiledPolicy*>> service_control;  // a list a level, root first
  std::vector<std::vector<const CompiledPolicy*>> resource_control;
};

enum class PolicyLayer { none, identity, resource, boundary, session, service_control, resource_control, endpoint };
const char* to_string(PolicyLayer layer);  // "identity-based", "VPC endpoint", ...

struct Permission {
  Tri allowed = Tri::no;
  bool explicit_deny = false;                 // when not allowed: a statement denied; else nobody allowed
  PolicyLayer layer = PolicyLayer::identity;  // that denied, was silent, or is not sure
  std::string policy, sid;                    // whose statement decided, where one did
  std::set<std::string> unknown;              // keys on which it depends
};

Permission decide(const Subject& subject, const Ask& ask, const Applying& policies);

}  // namespace drydock::proof

#include "proof/permission/permission.h"

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "proof/permission/condition.h"

namespace drydock::proof {
namespace {

// How closely a resource policy names the subject; the closer, the less limits its allow
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, "resource-based
// policies").
enum Way {
  by_account,   // delegates to the account: identity policies must allow, too
  by_role,      // enough by itself, within boundary and session policies; so is "*"
  by_identity,  // a user, a session, a service: beats boundaries and session policies that are silent
};
constexpr int kWays = 3;

/// For each way, whether the policy allows by it.
struct Ways {
  Tri allow[kWays] = {Tri::no, Tri::no, Tri::no};
  Tri& operator[](Way way) { return allow[way]; }
  Tri operator[](Way way) const { return allow[way]; }
  Tri any() const { return either(allow[by_account], either(allow[by_role], allow[by_identity])); }
  void join(const Ways& other) {
    for (int i = 0; i < kWays; ++i) allow[i] = either(allow[i], other.allow[i]);
  }
  /// All of them, as far as a condition holds.
  Ways if_holds(Tri condition) const {
    Ways out;
    for (int i = 0; i < kWays; ++i) out.allow[i] = both(allow[i], condition);
    return out;
  }
};

/// What a policy, or several of a kind, say.
struct Voice {
  Ways ways;
  Tri deny = Tri::no;
  const std::string *denied_by = nullptr, *deny_sid = nullptr;  // of a policy that outlives the question
  Tri allow() const { return ways.any(); }
};

bool is_account(const std::string& who, const std::string& account) {
  if (account.empty()) return false;
  if (who == account) return true;
  const auto arn = aws::Arn::parse(who);
  return arn && arn->service == "iam" && arn->account == account && arn->resource == "root";
}

bool tests_principal_arn(const CompiledPolicy::Statement& st) {
  for (const CompiledPolicy::Key& key : st.conditions)
    if (key.lower_key == "aws:principalarn") return true;
  return false;
}

Ways names(const CompiledPolicy::Statement& st, const Subject& s) {
  const aws::PolicyPrincipal& p = *st.principal;
  Ways ways;
  if (p.everyone) ways[tests_principal_arn(st) ? by_identity : by_role] = Tri::yes;
  for (const std::string& who : p.service)
    if (s.kind == Subject::Kind::service && who == s.service) ways[by_identity] = Tri::yes;
  for (const std::string& who : p.federated)
    if (s.kind == Subject::Kind::web_identity && who == s.federated) ways[by_identity] = Tri::yes;
  if (s.kind == Subject::Kind::service || s.kind == Subject::Kind::web_identity || s.kind == Subject::Kind::anonymous)
    return ways;
  for (const std::string& who : p.aws) {
    if (is_account(who, s.account)) ways[s.kind == Subject::Kind::root ? by_identity : by_account] = Tri::yes;
    // A user's ARN is its session; a role's is not: that one is limited like its identity policies.
    if (who == s.arn) ways[by_identity] = Tri::yes;
    if (!s.unique_id.empty() && who == s.unique_id)
      ways[s.kind == Subject::Kind::role_session ? by_role : by_identity] = Tri::yes;
    if (!s.role_arn.empty() && who == s.role_arn) ways[by_role] = Tri::yes;
  }
  return ways;
}

/// How a statement covers the subject; by identity where policies have no principals: they are the subject's own.
Ways covers(const CompiledPolicy::Statement& st, const Subject& subject, bool has_boundary) {
  Ways everyone;
  everyone[st.principal ? by_role : by_identity] = Tri::yes;
  if (!st.principal) return everyone;
  const Ways named = names(st, subject);
  if (!st.not_principal) return named;
  // A deny of everybody else also hits those listed when they have a permissions boundary.
  return named.any() == Tri::no || (has_boundary && !st.allow) ? everyone : Ways{};
}

struct Request {
  const Subject& subject;
  const Ask& ask;
  std::string lower_action;
  Pattern resource;  // a set when the name is not known
  bool resource_is_set = false;
};

Tri any_resource(const CompiledPolicy::Statement& st, const Request& r, std::set<std::string>& unknown) {
  if (st.every_resource) return Tri::yes;
  Tri found = Tri::no;
  for (const Pattern& p : st.resources) {
    found = either(found, r.resource_is_set ? matches_all(p, r.resource) : tri(matches(p, r.ask.resource)));
    if (found == Tri::yes) return found;
  }
  for (const std::string& text : st.variable_resources) {
    bool depends = false;
    const auto p = expand(text, r.ask.keys, true, depends, unknown);
    if (!p) continue;
    Tri one = r.resource_is_set ? matches_all(*p, r.resource) : tri(matches(*p, r.ask.resource));
    if (depends && one == Tri::yes) one = Tri::maybe;
    found = either(found, one);
  }
  return found;
}

bool action_matches(const CompiledPolicy::Statement& st, const std::string& lower_action) {
  bool found = st.every_action;
  for (std::size_t i = 0; i < st.actions.size() && !found; ++i) found = matches(st.actions[i], lower_action);
  return found != st.not_action;
}

Tri holds_all(const CompiledPolicy::Statement& st, const Request& r, std::set<std::string>& unknown) {
  Tri all = Tri::yes;
  if (st.has_resource) {
    const Tri resource = any_resource(st, r, unknown);
    all = st.not_resource ? opposite(resource) : resource;
  }
  for (const CompiledPolicy::Key& key : st.conditions) {
    if (all == Tri::no) return Tri::no;
    all = both(all, holds(key, r.ask.keys, unknown));
  }
  return all;
}

void speak(const CompiledPolicy& policy, const Request& r, bool has_boundary, Voice& voice,
           std::set<std::string>& unknown) {
  for (const CompiledPolicy::Statement& st : policy.statements()) {
    if (!action_matches(st, r.lower_action)) continue;
    const Ways ways = covers(st, r.subject, has_boundary);
    if (ways.any() == Tri::no) continue;
    std::set<std::string> keys;
    const Tri match = holds_all(st, r, keys);
    if (match == Tri::no) continue;
    if (match == Tri::maybe) unknown.merge(keys);
    if (st.allow) {
      voice.ways.join(ways.if_holds(match));
    } else if (match > voice.deny) {
      voice.deny = match;
      voice.denied_by = &policy.name();
      voice.deny_sid = &st.sid;
    }
  }
}

Voice ask_all(const std::vector<const CompiledPolicy*>& policies, const Request& r, bool has_boundary,
              std::set<std::string>& unknown) {
  Voice voice;
  for (const CompiledPolicy* policy : policies) speak(*policy, r, has_boundary, voice, unknown);
  return voice;
}

// Collects the layers' answers; the first that says no, or the first that is not sure, is the one to name.
struct Verdict {
  Permission result{.allowed = Tri::yes, .layer = PolicyLayer::none};

  void deny(PolicyLayer layer, const Voice& l) {
    const Tri left = opposite(l.deny);
    if (left >= result.allowed) return;
    result.allowed = left;
    result.explicit_deny = left == Tri::no;
    result.layer = layer;
    result.policy = *l.denied_by;
    result.sid = *l.deny_sid;
  }
  void need(PolicyLayer layer, Tri allow) {
    if (allow >= result.allowed) return;
    result.allowed = allow;
    result.explicit_deny = false;
    result.layer = layer;
    result.policy.clear();
    result.sid.clear();
  }
};

// Identity and resource policies, with the limits that boundary and session policies set to them.
void grant(Verdict& verdict, const Request& r, const Applying& p, const Voice& identity, const Voice& boundary,
           const Voice& session, const Voice& resource) {
  const Subject& s = r.subject;
  const bool owner_known = !r.ask.resource_account.empty();
  const bool same_account = !owner_known || s.account.empty() || r.ask.resource_account == s.account;
  const bool no_identity =
      s.kind == Subject::Kind::service || s.kind == Subject::Kind::web_identity || s.kind == Subject::Kind::anonymous;
  if (no_identity) return verdict.need(PolicyLayer::resource, resource.allow());
  const Tri own = s.kind == Subject::Kind::root ? Tri::yes : identity.allow();
  Tri limits = Tri::yes;
  PolicyLayer limit_layer = PolicyLayer::boundary;
  if (p.boundary) limits = both(limits, boundary.allow());
  if (!p.session.empty() && session.allow() < limits) {
    limits = session.allow();
    limit_layer = PolicyLayer::session;
  }
  if (!same_account) {
    verdict.need(PolicyLayer::identity, own);
    verdict.need(PolicyLayer::resource, resource.allow());
    return verdict.need(limit_layer, limits);
  }
  if (p.resource_must_allow) verdict.need(PolicyLayer::resource, resource.allow());
  const Tri unlimited = resource.ways[by_identity];
  const Tri limited = either(own, resource.ways[by_role]);
  verdict.need(PolicyLayer::identity, either(unlimited, limited));
  verdict.need(limit_layer, either(unlimited, both(limited, limits)));
}

}  // namespace

void Keys::set(std::string_view key, std::vector<std::string> values) {
  keys_[to_lower(key)] = {false, std::move(values)};
}
void Keys::set_unknown(std::string_view key) { keys_[to_lower(key)] = {true, {}}; }
const KeyValue* Keys::find(std::string_view lower_key) const {
  const auto it = keys_.find(lower_key);
  return it == keys_.end() ? nullptr : &it->second;
}

CompiledPolicy::CompiledPolicy(std::string name, const aws::PolicyDocument& document) : name_(std::move(name)) {
  for (const aws::PolicyStatement& in : document.statements) {
    Statement out{.sid = in.sid,
                  .allow = in.allow,
                  .not_action = in.not_action,
                  .has_resource = in.has_resource,
                  .not_resource = in.not_resource,
                  .not_principal = in.not_principal,
                  .principal = in.principal};
    for (const std::string& action : in.actions) {
      out.every_action |= action == "*";
      out.actions.push_back(wildcard_pattern(action, true));
    }
    for (const std::string& resource : in.resources) {
      out.every_resource |= resource == "*";
      if (document.has_variables() && resource.find("${") != resource.npos) {
        out.variable_resources.push_back(resource);
      } else {
        out.resources.push_back(wildcard_pattern(resource));
      }
    }
    for (const aws::PolicyCondition& condition : in.conditions)
      out.conditions.push_back(compiled(condition, document.has_variables()));
    statements_.push_back(std::move(out));
  }
}

const char* to_string(PolicyLayer layer) {
  switch (layer) {
    case PolicyLayer::none:
      return "no";
    case PolicyLayer::identity:
      return "identity-based";
    case PolicyLayer::resource:
      return "resource-based";
    case PolicyLayer::boundary:
      return "permissions boundary";
    case PolicyLayer::session:
      return "session";
    case PolicyLayer::service_control:
      return "service control";
    case PolicyLayer::resource_control:
      return "resource control";
    case PolicyLayer::endpoint:
      return "VPC endpoint";
  }
  return "";
}

Permission decide(const Subject& subject, const Ask& ask, const Applying& p) {
  Verdict verdict;
  std::string action = to_lower(ask.action);
  // Nobody can be kept from asking who they are, nor needs a permission for a token of their own.
  if (action == "sts:getcalleridentity" || action == "sts:getsessiontoken") return verdict.result;
  Request r{subject, ask, std::move(action), {}, false};
  r.resource_is_set = ask.resource != "*" && ask.resource.find_first_of("*?") != std::string::npos;
  if (r.resource_is_set) r.resource = wildcard_pattern(ask.resource);

  std::set<std::string> unknown;
  const bool bounded = p.boundary != nullptr;
  const auto one = [&](const CompiledPolicy* policy) {
    return policy ? ask_all({policy}, r, bounded, unknown) : Voice{};
  };
  const Voice identity = ask_all(p.identity, r, bounded, unknown), boundary = one(p.boundary),
              session = ask_all(p.session, r, bounded, unknown), resource = one(p.resource), endpoint = one(p.endpoint);
  std::vector<Voice> scps, rcps;
  scps.reserve(p.service_control.size()), rcps.reserve(p.resource_control.size());
  for (const auto& level : p.service_control) scps.push_back(ask_all(level, r, bounded, unknown));
  for (const auto& level : p.resource_control) rcps.push_back(ask_all(level, r, bounded, unknown));

  for (const Voice& level : scps) verdict.deny(PolicyLayer::service_control, level);
  for (const Voice& level : rcps) verdict.deny(PolicyLayer::resource_control, level);
  verdict.deny(PolicyLayer::endpoint, endpoint);
  verdict.deny(PolicyLayer::resource, resource);
  verdict.deny(PolicyLayer::identity, identity);
  verdict.deny(PolicyLayer::boundary, boundary);
  verdict.deny(PolicyLayer::session, session);
  for (const Voice& level : scps) verdict.need(PolicyLayer::service_control, level.allow());
  if (p.endpoint) verdict.need(PolicyLayer::endpoint, endpoint.allow());
  grant(verdict, r, p, identity, boundary, session, resource);
  if (verdict.result.allowed == Tri::maybe) verdict.result.unknown = std::move(unknown);
  return verdict.result;
}

}  // namespace drydock::proof

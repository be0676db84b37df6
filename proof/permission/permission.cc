#include "proof/permission/permission.h"

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "proof/permission/condition.h"

namespace drydock::proof {
namespace {

// Who a resource policy means by naming somebody; the more exact, the less limits it.
enum class Named { nobody, everyone, account, principal, session };

struct Voice {
  Tri allow = Tri::no, deny = Tri::no;
  Named named = Named::nobody;  // by the most exact allowing statement
  std::string allow_sid, deny_sid;
};

bool is_account(const std::string& who, const std::string& account) {
  if (account.empty()) return false;
  if (who == account) return true;
  const auto arn = aws::Arn::parse(who);
  return arn && arn->service == "iam" && arn->account == account && arn->resource == "root";
}

Named names(const aws::PolicyPrincipal& p, const Subject& s) {
  Named best = Named::nobody;
  const auto raise = [&](Named n) { best = std::max(best, n); };
  if (p.everyone) raise(Named::everyone);
  for (const std::string& who : p.service)
    if (s.kind == Subject::Kind::service && who == s.service) raise(Named::session);
  for (const std::string& who : p.federated)
    if (s.kind == Subject::Kind::web_identity && who == s.federated) raise(Named::session);
  if (s.kind == Subject::Kind::service || s.kind == Subject::Kind::web_identity || s.kind == Subject::Kind::anonymous)
    return best;
  for (const std::string& who : p.aws) {
    if (is_account(who, s.account)) raise(Named::account);
    // A user's ARN is its session; a role's is not: that one is limited like its identity policies.
    if (who == s.arn) raise(Named::session);
    if (!s.unique_id.empty() && who == s.unique_id)
      raise(s.kind == Subject::Kind::role_session ? Named::principal : Named::session);
    if (!s.role_arn.empty() && who == s.role_arn) raise(Named::principal);
  }
  return best;
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

// `identity`: policies without a Principal of their own; they belong to the subject.
Tri statement_matches(const CompiledPolicy::Statement& st, const Request& r, Named& named, bool has_boundary,
                      std::set<std::string>& unknown) {
  if (!action_matches(st, r.lower_action)) return Tri::no;
  if (st.principal) {
    named = names(*st.principal, r.subject);
    if (st.not_principal) {
      // A deny of everybody else also hits those listed when they have a permissions boundary.
      const bool listed = named != Named::nobody && !(has_boundary && !st.allow);
      if (listed) return Tri::no;
      named = Named::everyone;
    } else if (named == Named::nobody) {
      return Tri::no;
    }
  }
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

Voice speak(const CompiledPolicy& policy, const Request& r, bool has_boundary, std::set<std::string>& unknown) {
  Voice voice;
  for (const CompiledPolicy::Statement& st : policy.statements()) {
    Named named = Named::nobody;
    std::set<std::string> keys;
    const Tri match = statement_matches(st, r, named, has_boundary, keys);
    if (match == Tri::no) continue;
    if (match == Tri::maybe) unknown.insert(keys.begin(), keys.end());
    Tri& effect = st.allow ? voice.allow : voice.deny;
    std::string& sid = st.allow ? voice.allow_sid : voice.deny_sid;
    if (match > effect) {
      effect = match;
      sid = st.sid;
    }
    if (st.allow && match == Tri::yes) voice.named = std::max(voice.named, named);
    if (st.allow && match == Tri::maybe && voice.allow != Tri::yes) voice.named = std::max(voice.named, named);
  }
  return voice;
}

struct Layered {
  Tri allow = Tri::no, deny = Tri::no;
  Named named = Named::nobody;
  std::string allowed_by, denied_by, deny_sid;
};

Layered ask_all(const std::vector<const CompiledPolicy*>& policies, const Request& r, bool has_boundary,
                std::set<std::string>& unknown) {
  Layered out;
  for (const CompiledPolicy* policy : policies) {
    const Voice voice = speak(*policy, r, has_boundary, unknown);
    if (voice.allow > out.allow) {
      out.allow = voice.allow;
      out.allowed_by = policy->name();
    }
    if (voice.deny > out.deny) {
      out.deny = voice.deny;
      out.denied_by = policy->name();
      out.deny_sid = voice.deny_sid;
    }
    out.named = std::max(out.named, voice.named);
  }
  return out;
}

// Collects the layers' answers; the first that says no, or the first that is not sure, is the one to name.
struct Verdict {
  Permission result{.allowed = Tri::yes, .layer = PolicyLayer::none};

  void deny(PolicyLayer layer, const Layered& l) {
    const Tri left = opposite(l.deny);
    if (left >= result.allowed) return;
    result.allowed = left;
    result.explicit_deny = left == Tri::no;
    result.layer = layer;
    result.policy = l.denied_by;
    result.sid = l.deny_sid;
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
void grant(Verdict& verdict, const Request& r, const Applying& p, const Layered& identity, const Layered& boundary,
           const Layered& session, const Layered& resource) {
  const Subject& s = r.subject;
  const bool owner_known = !r.ask.resource_account.empty();
  const bool same_account = !owner_known || s.account.empty() || r.ask.resource_account == s.account;
  const bool no_identity =
      s.kind == Subject::Kind::service || s.kind == Subject::Kind::web_identity || s.kind == Subject::Kind::anonymous;
  if (no_identity) return verdict.need(PolicyLayer::resource, resource.allow);
  const Tri own = s.kind == Subject::Kind::root ? Tri::yes : identity.allow;
  Tri limits = Tri::yes;
  PolicyLayer limit_layer = PolicyLayer::boundary;
  if (p.boundary) limits = both(limits, boundary.allow);
  if (!p.session.empty() && session.allow < limits) {
    limits = session.allow;
    limit_layer = PolicyLayer::session;
  }
  if (!same_account) {
    verdict.need(PolicyLayer::identity, own);
    verdict.need(PolicyLayer::resource, resource.allow);
    verdict.need(limit_layer, limits);
    return;
  }
  const bool direct =
      resource.named == Named::session || resource.named == Named::principal || resource.named == Named::everyone;
  if (p.resource_must_allow) {
    verdict.need(PolicyLayer::resource, resource.allow);
    if (!direct) verdict.need(PolicyLayer::identity, own);
    if (resource.named != Named::session) verdict.need(limit_layer, limits);
    return;
  }
  const Tri granted_directly = direct ? resource.allow : Tri::no;
  const Tri unlimited = resource.named == Named::session ? granted_directly : Tri::no;
  const Tri limited = both(either(own, granted_directly), limits);
  if (either(unlimited, limited) == Tri::yes) return;
  if (either(own, granted_directly) < Tri::yes)
    verdict.need(PolicyLayer::identity, either(unlimited, either(own, granted_directly)));
  verdict.need(limit_layer, either(unlimited, limited));
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
      out.conditions.push_back({condition, to_lower(condition.key), document.has_variables()});
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
  // Nobody can be kept from asking who they are.
  if (action == "sts:getcalleridentity") return verdict.result;
  Request r{subject, ask, std::move(action), {}, false};
  r.resource_is_set = ask.resource != "*" && ask.resource.find_first_of("*?") != std::string::npos;
  if (r.resource_is_set) r.resource = wildcard_pattern(ask.resource);

  std::set<std::string> unknown;
  const bool bounded = p.boundary != nullptr;
  const auto one = [&](const CompiledPolicy* policy) {
    return policy ? ask_all({policy}, r, bounded, unknown) : Layered{};
  };
  const Layered identity = ask_all(p.identity, r, bounded, unknown), boundary = one(p.boundary),
                session = ask_all(p.session, r, bounded, unknown), resource = one(p.resource),
                endpoint = one(p.endpoint);
  std::vector<Layered> scps, rcps;
  for (const auto& level : p.service_control) scps.push_back(ask_all(level, r, bounded, unknown));
  for (const auto& level : p.resource_control) rcps.push_back(ask_all(level, r, bounded, unknown));

  for (const Layered& level : scps) verdict.deny(PolicyLayer::service_control, level);
  for (const Layered& level : rcps) verdict.deny(PolicyLayer::resource_control, level);
  verdict.deny(PolicyLayer::endpoint, endpoint);
  verdict.deny(PolicyLayer::resource, resource);
  verdict.deny(PolicyLayer::identity, identity);
  verdict.deny(PolicyLayer::boundary, boundary);
  verdict.deny(PolicyLayer::session, session);
  for (const Layered& level : scps) verdict.need(PolicyLayer::service_control, level.allow);
  if (p.endpoint) verdict.need(PolicyLayer::endpoint, endpoint.allow);
  grant(verdict, r, p, identity, boundary, session, resource);
  if (verdict.result.allowed == Tri::maybe) verdict.result.unknown = std::move(unknown);
  return verdict.result;
}

}  // namespace drydock::proof

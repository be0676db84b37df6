#include "twin/iam/evaluate.h"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/aws/arn.h"
#include "twin/iam/match.h"

namespace drydock::twin::iam {
namespace {

/// How closely a resource policy's allow names the caller; the closer, the less else must allow
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, "resource-based
/// policies").
enum Naming : unsigned {
  not_named = 0,
  by_account = 1,   // delegates to the account: identity policies must allow
  by_role = 2,      // enough by itself, within boundary and session policy
  by_everyone = 4,  // "*", taken as by_role
  by_identity = 8,  // a user, a session, a service: beats silent boundaries and session policies
};

unsigned naming(const aws::PolicyPrincipal& p, const Caller& caller, bool narrowed_by_arn) {
  unsigned how = not_named;
  if (p.everyone) how |= narrowed_by_arn ? by_identity : by_everyone;
  const std::string root = fmt::format(":iam::{}:root", caller.account);
  for (const std::string& name : p.aws) {
    if (caller.account.empty()) break;
    if (name == caller.account || (name.starts_with("arn:") && name.ends_with(root))) {
      how |= caller.kind == Caller::Kind::root ? by_identity : by_account;
    } else if (name == caller.arn) {
      how |= by_identity;
    } else if (!caller.role_arn.empty() && name == caller.role_arn) {
      how |= by_role;
    } else if (!caller.unique_id.empty() && name == caller.unique_id) {
      how |= caller.kind == Caller::Kind::user ? by_identity : by_role;
    }
  }
  auto lists = [](const std::vector<std::string>& names, const std::string& one) {
    return !one.empty() && std::find(names.begin(), names.end(), one) != names.end();
  };
  if (lists(p.service, caller.service) || lists(p.federated, caller.provider)) how |= by_identity;
  return how;
}

bool tests_principal_arn(const aws::PolicyStatement& s) {
  NoCase less;
  return std::any_of(s.conditions.begin(), s.conditions.end(), [&](const aws::PolicyCondition& c) {
    return !less(c.key, "aws:PrincipalArn") && !less("aws:PrincipalArn", c.key);
  });
}

/// What one policy, or several of a kind, say about the request.
struct Opinion {
  bool allows = false;
  bool denies = false;
  unsigned named = not_named;  // over all matching allows
  std::string policy, sid;     // of the deny, else of the first allow
};

struct Question {
  const Caller& caller;
  const Request& request;
  bool has_boundary;

  /// How the statement's principal covers the caller; by_identity where a policy has no principals at all.
  unsigned covers(const aws::PolicyStatement& s) const {
    if (!s.principal) return by_identity;
    const unsigned how = naming(*s.principal, caller, tests_principal_arn(s));
    if (!s.not_principal) return how;
    // A deny with NotPrincipal reaches every caller that has a permissions boundary, whoever is listed.
    const bool hit = how == not_named || (!s.allow && has_boundary);
    return hit ? by_everyone : not_named;
  }

  void ask(const PolicyRef& policy, Opinion& out) const {
    const bool variables = policy.document->has_variables();
    for (const aws::PolicyStatement& s : policy.document->statements) {
      if (!matches_action(s, request.action) || !matches_resource(s, request, variables)) continue;
      const unsigned how = covers(s);
      if (how == not_named || !matches_conditions(s, request.context, variables)) continue;
      if (s.allow) {
        out.named |= how;
        if (!out.allows && !out.denies) out.policy = policy.name, out.sid = s.sid;
        out.allows = true;
      } else if (!out.denies) {
        out.denies = true;
        out.policy = policy.name, out.sid = s.sid;
      }
    }
  }
  Opinion of(const std::vector<PolicyRef>& policies) const {
    Opinion out;
    for (const PolicyRef& p : policies) ask(p, out);
    return out;
  }
  Opinion of(const std::optional<PolicyRef>& policy) const {
    Opinion out;
    if (policy) ask(*policy, out);
    return out;
  }
};

Decision denied(Verdict verdict, Layer layer, const Opinion& by = {}) {
  const bool explicit_deny = verdict == Verdict::explicit_deny;
  return {verdict, layer, explicit_deny ? by.policy : std::string(), explicit_deny ? by.sid : std::string()};
}
Decision allowed(Layer layer, const Opinion& by) { return {Verdict::allowed, layer, by.policy, by.sid}; }

/// Identity, boundary, session and resource policies joined, once nothing denies.
Decision join(const Caller& caller, const Request& request, const Policies& p, const Opinion& identity,
              const Opinion& boundary, const Opinion& session, const Opinion& resource) {
  using Kind = Caller::Kind;
  const bool boundary_ok = !p.boundary || boundary.allows;
  const bool session_ok = p.session.empty() || session.allows;
  const Layer limit = !boundary_ok ? Layer::boundary : Layer::session;
  const bool same_account = request.resource_account.empty() || request.resource_account == caller.account;
  if (caller.kind == Kind::service || caller.kind == Kind::anonymous || caller.kind == Kind::web_identity) {
    if (resource.allows) return allowed(Layer::resource, resource);
    return denied(Verdict::implicit_deny, Layer::resource);
  }
  if (caller.kind == Kind::root && same_account && !p.resource_must_allow) return allowed(Layer::identity, identity);
  const bool identity_allows = identity.allows || caller.kind == Kind::root;
  if (!same_account) {
    if (!identity_allows) return denied(Verdict::implicit_deny, Layer::identity);
    if (!resource.allows) return denied(Verdict::implicit_deny, Layer::resource);
    if (!boundary_ok || !session_ok) return denied(Verdict::implicit_deny, limit);
    return allowed(Layer::identity, identity);
  }
  if (p.resource_must_allow && !resource.allows) return denied(Verdict::implicit_deny, Layer::resource);
  if (resource.named & by_identity) return allowed(Layer::resource, resource);
  if (resource.named & (by_role | by_everyone)) {
    if (boundary_ok && session_ok) return allowed(Layer::resource, resource);
    return denied(Verdict::implicit_deny, limit);
  }
  if (!identity_allows) return denied(Verdict::implicit_deny, Layer::identity);
  if (!boundary_ok || !session_ok) return denied(Verdict::implicit_deny, limit);
  return allowed(Layer::identity, identity);
}

bool always_allowed(std::string_view action) {
  return glob_no_case(action, "sts:GetCallerIdentity") || glob_no_case(action, "sts:GetSessionToken");
}

}  // namespace

Decision evaluate(const Caller& caller, const Request& request, const Policies& p) {
  if (always_allowed(request.action)) return {Verdict::allowed, Layer::none, {}, {}};
  const Question question{caller, request, p.boundary.has_value()};
  const Opinion endpoint = question.of(p.endpoint), resource = question.of(p.resource),
                identity = question.of(p.identity), boundary = question.of(p.boundary),
                session = question.of(p.session);
  std::vector<std::pair<Opinion, Layer>> levels;
  for (const auto& level : p.scps) levels.emplace_back(question.of(level), Layer::service_control);
  for (const auto& level : p.rcps) levels.emplace_back(question.of(level), Layer::resource_control);

  for (const auto& [opinion, layer] : levels) {
    if (opinion.denies) return denied(Verdict::explicit_deny, layer, opinion);
  }
  const std::pair<const Opinion*, Layer> layers[] = {{&endpoint, Layer::endpoint},
                                                     {&resource, Layer::resource},
                                                     {&identity, Layer::identity},
                                                     {&boundary, Layer::boundary},
                                                     {&session, Layer::session}};
  for (const auto& [opinion, layer] : layers) {
    if (opinion->denies) return denied(Verdict::explicit_deny, layer, *opinion);
  }
  // Every level of an organisation must allow by itself; resource control levels hold an implicit full-access policy.
  for (const auto& [opinion, layer] : levels) {
    if (layer == Layer::service_control && !opinion.allows) return denied(Verdict::implicit_deny, layer);
  }
  if (p.endpoint && !endpoint.allows) return denied(Verdict::implicit_deny, Layer::endpoint);
  return join(caller, request, p, identity, boundary, session, resource);
}

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::allowed:
      return "allowed";
    case Verdict::explicit_deny:
      return "explicitDeny";
    case Verdict::implicit_deny:
      return "implicitDeny";
  }
  return "";
}

const char* to_string(Layer layer) {
  switch (layer) {
    case Layer::none:
      return "";
    case Layer::identity:
      return "identity-based";
    case Layer::resource:
      return "resource-based";
    case Layer::boundary:
      return "permissions boundary";
    case Layer::session:
      return "session";
    case Layer::service_control:
      return "service control";
    case Layer::resource_control:
      return "resource control";
    case Layer::endpoint:
      return "VPC endpoint";
  }
  return "";
}

std::string denied_text(const Caller& caller, const Request& request, const Decision& decision) {
  const char* layer = to_string(decision.layer);
  std::string why;
  if (decision.layer == Layer::boundary) {
    why = decision.verdict == Verdict::explicit_deny
              ? "with an explicit deny in a permissions boundary"
              : fmt::format("because no permissions boundary allows the {} action", request.action);
  } else if (decision.verdict == Verdict::explicit_deny) {
    why = fmt::format("with an explicit deny in {} {} policy", decision.layer == Layer::identity ? "an" : "a", layer);
  } else {
    why = fmt::format("because no {} policy allows the {} action", layer, request.action);
  }
  const std::string who = caller.kind == Caller::Kind::service ? caller.service : caller.arn;
  return fmt::format("User: {} is not authorized to perform: {} on resource: {} {}", who.empty() ? "anonymous" : who,
                     request.action, request.resource, why);
}

}  // namespace drydock::twin::iam

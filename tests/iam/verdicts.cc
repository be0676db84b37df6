#include <list>
#include <stdexcept>

#include "proof/permission/permission.h"
#include "tests/iam/random_pair.h"
#include "twin/iam/evaluate.h"

namespace drydock::tests {
namespace {

constexpr const char* kAccount = "111122223333";
constexpr const char* kRole = "arn:aws:iam::111122223333:role/NodeRole";
constexpr const char* kSession = "arn:aws:sts::111122223333:assumed-role/NodeRole/i-1";
constexpr const char* kUser = "arn:aws:iam::111122223333:user/ann";

aws::PolicyDocument parsed(const Json& document, aws::PolicyKind kind) {
  auto policy = aws::policy_from_json(document, kind);
  if (!policy) throw std::logic_error(document.dump() + ": " + policy.error().message);
  return *policy;
}

}  // namespace

char twin_verdict(const Pair& pair) {
  namespace iam = twin::iam;
  std::list<aws::PolicyDocument> documents;
  const auto add = [&](const Json& document, aws::PolicyKind kind, const char* name) {
    return iam::PolicyRef{name, &documents.emplace_back(parsed(document, kind))};
  };
  iam::Caller caller;
  caller.kind = pair.user ? iam::Caller::Kind::user : iam::Caller::Kind::role_session;
  caller.arn = pair.user ? kUser : kSession;
  if (!pair.user) caller.role_arn = kRole;
  caller.unique_id = pair.user ? "AIDAANN" : "AROANODE";
  caller.account = kAccount;
  iam::Request request{pair.action, pair.resource, pair.resource_account, {}};
  for (const auto& [key, values] : pair.context) request.context[key] = values;
  iam::Policies policies;
  using Kind = aws::PolicyKind;
  for (const Json& d : pair.identity) policies.identity.push_back(add(d, Kind::identity, "id"));
  if (pair.boundary) policies.boundary = add(*pair.boundary, Kind::identity, "pb");
  if (pair.session) policies.session.push_back(add(*pair.session, Kind::identity, "sp"));
  if (pair.resource_policy) policies.resource = add(*pair.resource_policy, Kind::bucket, "rp");
  policies.resource_must_allow = pair.resource_must_allow;
  if (pair.endpoint) policies.endpoint = add(*pair.endpoint, Kind::endpoint, "vp");
  for (const auto& level : pair.service_control) {
    auto& list = policies.scps.emplace_back();
    for (const Json& d : level) list.push_back(add(d, Kind::identity, "scp"));
  }
  const iam::Decision decision = iam::evaluate(caller, request, policies);
  return decision.allowed() ? 'A' : decision.verdict == iam::Verdict::explicit_deny ? 'E' : 'I';
}

struct CompiledPair::Parts {
  proof::Subject subject;
  proof::Ask ask;
  std::list<proof::CompiledPolicy> documents;
  proof::Applying policies;

  const proof::CompiledPolicy* add(const Json& document, aws::PolicyKind kind, const char* name) {
    return &documents.emplace_back(name, parsed(document, kind));
  }
};

CompiledPair::CompiledPair(const Pair& pair) : parts_(std::make_unique<Parts>()) {
  using Kind = proof::Subject::Kind;
  proof::Subject& subject = parts_->subject;
  subject.kind = pair.user ? Kind::user : Kind::role_session;
  subject.arn = pair.user ? kUser : kSession;
  if (!pair.user) subject.role_arn = kRole;
  subject.unique_id = pair.user ? "AIDAANN" : "AROANODE";
  subject.account = kAccount;
  parts_->ask = {pair.action, pair.resource, pair.resource_account, {}};
  for (const auto& [key, values] : pair.context) parts_->ask.keys.set(key, values);
  proof::Applying& policies = parts_->policies;
  for (const Json& d : pair.identity) policies.identity.push_back(parts_->add(d, aws::PolicyKind::identity, "id"));
  if (pair.boundary) policies.boundary = parts_->add(*pair.boundary, aws::PolicyKind::identity, "pb");
  if (pair.session) policies.session.push_back(parts_->add(*pair.session, aws::PolicyKind::identity, "sp"));
  if (pair.resource_policy) policies.resource = parts_->add(*pair.resource_policy, aws::PolicyKind::bucket, "rp");
  policies.resource_must_allow = pair.resource_must_allow;
  if (pair.endpoint) policies.endpoint = parts_->add(*pair.endpoint, aws::PolicyKind::endpoint, "vp");
  for (const auto& level : pair.service_control) {
    auto& list = policies.service_control.emplace_back();
    for (const Json& d : level) list.push_back(parts_->add(d, aws::PolicyKind::identity, "scp"));
  }
}
CompiledPair::CompiledPair(CompiledPair&&) noexcept = default;
CompiledPair::~CompiledPair() = default;

char CompiledPair::verdict() const {
  const proof::Permission got = proof::decide(parts_->subject, parts_->ask, parts_->policies);
  return got.allowed == proof::Tri::yes ? 'A' : got.allowed == proof::Tri::maybe ? '?' : got.explicit_deny ? 'E' : 'I';
}

char proof_verdict(const Pair& pair) { return CompiledPair(pair).verdict(); }

}  // namespace drydock::tests

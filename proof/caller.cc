#include "proof/caller.h"

#include <fmt/format.h>

#include "cloud/aws/arn.h"

namespace drydock::proof {
namespace {

// Any account of AWS's own that is not the user's: which one signs is not published.
constexpr std::string_view kOfAws = "137112412989";

struct Gathered {
  Applying policies;
  Answer answer;
};

// Adds the policy unless AWS would refuse it; then says whose it is.
const CompiledPolicy* take(const WorldView& view, Gathered& out, const std::string& name, const std::string& document,
                           aws::PolicyKind kind, const cloud::Ref& noun, const std::string& field) {
  const PolicyText& text = view.policy(name, document, kind);
  if (!text.policy && out.answer.refused.empty())
    out.answer.refused = text.refused, out.answer.policy = noun, out.answer.field = field;
  return text.policy.get();
}

void take_managed(const WorldView& view, Gathered& out, const std::string& arn, const aws::Role& role, bool boundary) {
  const auto document = view.managed_document(arn);
  if (!document) {
    out.answer.not_known.insert(arn);
    return;
  }
  const aws::Policy* own = nullptr;
  for (const auto& p : view.world().policies)
    if (p.Arn == arn) own = &p;
  const CompiledPolicy* policy =
      take(view, out, arn, *document, aws::PolicyKind::identity, own ? cloud::ref_of(*own) : cloud::ref_of(role),
           own ? "versions" : "grants.attached");
  if (boundary) out.policies.boundary = policy;
  if (!boundary && policy) out.policies.identity.push_back(policy);
}

void take_organization(const WorldView& view, Gathered& out) {
  for (const auto& level : view.levels("SERVICE_CONTROL_POLICY")) {
    std::vector<const CompiledPolicy*> list;
    for (const cloud::OrganizationPolicy* p : level)
      if (const auto* policy =
              take(view, out, p->name, p->document, aws::PolicyKind::identity, cloud::ref_of(*p), "document"))
        list.push_back(policy);
    out.policies.service_control.push_back(std::move(list));
  }
}

void take_endpoint(const WorldView& view, Gathered& out, const std::string& id) {
  const aws::VpcEndpoint* endpoint = id.empty() ? nullptr : view.endpoint(id);
  if (!endpoint || endpoint->policyDocument.empty()) return;  // AWS's default: everything
  out.policies.endpoint = take(view, out, id, endpoint->policyDocument, aws::PolicyKind::endpoint,
                               cloud::ref_of(*endpoint), "policyDocument");
}

void set_way(Keys& keys, const WorldView& view, const Way& way) {
  keys.set("aws:SecureTransport", "true");
  keys.set("aws:RequestedRegion", view.world().region);
  for (const char* key : {"aws:CurrentTime", "aws:EpochTime", "aws:UserAgent"}) keys.set_unknown(key);
  if (!way.endpoint.empty()) {
    keys.set("aws:SourceVpce", way.endpoint);
    keys.set("aws:SourceVpc", way.vpc);
    keys.set_unknown("aws:VpcSourceIp");
  } else if (way.public_sources.size() == 1 && !way.public_sources.front().empty()) {
    keys.set("aws:SourceIp", way.public_sources.front());
  } else {
    keys.set_unknown("aws:SourceIp");
  }
}

void set_role(Keys& keys, const aws::Role& role, const std::string& account) {
  keys.set("aws:PrincipalArn", role.Arn);
  keys.set("aws:PrincipalAccount", account);
  keys.set("aws:PrincipalType", "AssumedRole");
  keys.set("aws:PrincipalIsAWSService", "false");
  for (const char* key :
       {"aws:userid", "aws:TokenIssueTime", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:Ec2InstanceSourceVpc",
        "aws:Ec2InstanceSourcePrivateIPv4", "ec2:RoleDelivery", "ec2:SourceInstanceARN"})
    keys.set_unknown(key);
  for (const aws::IamTag& tag : role.Tags) keys.set("aws:PrincipalTag/" + tag.Key, tag.Value);
}

Subject session_of(const WorldView& view, const aws::Role& role) {
  Subject s;
  const auto arn = aws::Arn::parse(role.Arn);
  s.account = arn && !arn->account.empty() ? arn->account : view.world().account;
  s.role_arn = role.Arn;
  s.unique_id = role.RoleId;
  s.arn = fmt::format("arn:{}:sts::{}:assumed-role/{}/*", view.world().partition, s.account, role.RoleName);
  return s;
}

// Which noun a person has to look at, by the layer that decided.
void blame(const WorldView& view, const aws::Role& role, const Way& way, Answer& answer) {
  const Permission& p = answer.permission;
  const auto at = [&](cloud::Ref ref, std::string field) {
    answer.policy = std::move(ref), answer.field = std::move(field);
  };
  switch (p.layer) {
    case PolicyLayer::endpoint:
      if (const aws::VpcEndpoint* e = view.endpoint(way.endpoint)) at(cloud::ref_of(*e), "policyDocument");
      return;
    case PolicyLayer::boundary:
      return at(cloud::ref_of(role), "PermissionsBoundary");
    case PolicyLayer::service_control:
    case PolicyLayer::resource_control:
      for (const auto& scp : view.world().organization_policies)
        if (scp.name == p.policy) return at(cloud::ref_of(scp), "document");
      if (!view.world().organization_policies.empty())
        at(cloud::ref_of(view.world().organization_policies.front()), "document");
      return;
    default:
      break;
  }
  if (role.grants.inlined.contains(p.policy) && p.explicit_deny)
    return at(cloud::ref_of(role), "grants.inlined." + p.policy);
  for (const auto& own : view.world().policies)
    if (own.Arn == p.policy && p.explicit_deny) return at(cloud::ref_of(own), "versions");
  at(cloud::ref_of(role), "grants.attached");
}

}  // namespace

Answer may(const WorldView& view, const aws::Role& role, const Call& call, const Way& way) {
  Gathered g;
  for (const std::string& arn : role.grants.attached) take_managed(view, g, arn, role, false);
  for (const auto& [name, document] : role.grants.inlined)
    if (const auto* policy =
            take(view, g, name, document, aws::PolicyKind::identity, cloud::ref_of(role), "grants.inlined." + name))
      g.policies.identity.push_back(policy);
  if (role.boundary) take_managed(view, g, role.boundary->PermissionsBoundaryArn, role, true);
  take_organization(view, g);
  take_endpoint(view, g, way.endpoint);
  if (!g.answer.refused.empty()) return std::move(g.answer);
  const Subject subject = session_of(view, role);
  Ask ask{call.action, call.resource, {}, {}};  // AWS's registries admit every caller: the caller's own side decides
  set_way(ask.keys, view, way);
  set_role(ask.keys, role, subject.account);
  if (!call.resource_account.empty()) ask.keys.set("aws:ResourceAccount", call.resource_account);
  for (const auto& [key, value] : call.keys) ask.keys.set(key, value);
  g.answer.permission = decide(subject, ask, g.policies);
  const bool could_help = g.answer.permission.layer == PolicyLayer::identity && !g.answer.permission.explicit_deny;
  if (g.answer.permission.allowed == Tri::no && could_help && !g.answer.not_known.empty())
    g.answer.permission.allowed = Tri::maybe;
  if (g.answer.permission.allowed != Tri::yes) blame(view, role, way, g.answer);
  return std::move(g.answer);
}

Answer may_fetch_layer(const WorldView& view, const std::string& resource, const Way& way) {
  Gathered g;
  take_endpoint(view, g, way.endpoint);
  if (!g.answer.refused.empty()) return std::move(g.answer);
  g.answer.permission.allowed = Tri::yes;
  if (!g.policies.endpoint) return std::move(g.answer);
  static const CompiledPolicy kEverything(
      "ECR's own",
      *aws::parse_policy(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})",
                         aws::PolicyKind::identity));
  Subject ecr;
  ecr.account = kOfAws;
  ecr.role_arn = fmt::format("arn:{}:iam::{}:role/storage-access-role-prod-{}", view.world().partition, kOfAws,
                             view.world().region);
  ecr.arn = fmt::format("arn:{}:sts::{}:assumed-role/storage-access-role-prod-{}/*", view.world().partition, kOfAws,
                        view.world().region);
  Ask ask{"s3:GetObject", resource, {}, {}};
  set_way(ask.keys, view, way);
  ask.keys.set("aws:PrincipalArn", ecr.role_arn);
  ask.keys.set("aws:PrincipalAccount", std::string(kOfAws));
  ask.keys.set("aws:PrincipalType", "AssumedRole");
  ask.keys.set("aws:PrincipalIsAWSService", "false");
  ask.keys.set("aws:ResourceAccount", std::string(kOfAws));
  ask.keys.set_unknown("aws:userid");
  ask.keys.set_unknown("aws:TokenIssueTime");
  g.policies.identity.push_back(&kEverything);
  g.answer.permission = decide(ecr, ask, g.policies);
  if (const aws::VpcEndpoint* e = view.endpoint(way.endpoint))
    g.answer.policy = cloud::ref_of(*e), g.answer.field = "policyDocument";
  return std::move(g.answer);
}

Answer may_assume(const WorldView& view, const aws::Role& role, std::string_view service, std::string_view action) {
  Gathered g;
  g.policies.resource = take(view, g, role.RoleName, role.AssumeRolePolicyDocument, aws::PolicyKind::trust,
                             cloud::ref_of(role), "AssumeRolePolicyDocument");
  g.answer.policy = cloud::ref_of(role), g.answer.field = "AssumeRolePolicyDocument";
  if (!g.answer.refused.empty()) return std::move(g.answer);
  g.policies.resource_must_allow = true;
  Subject subject;
  subject.kind = Subject::Kind::service;
  subject.service = service;
  Ask ask{std::string(action), role.Arn, view.world().account, {}};
  ask.keys.set("aws:PrincipalIsAWSService", "true");
  ask.keys.set_unknown("aws:SourceAccount");
  ask.keys.set_unknown("aws:SourceArn");
  g.answer.permission = decide(subject, ask, g.policies);
  return std::move(g.answer);
}

}  // namespace drydock::proof

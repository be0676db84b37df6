// Roles, policies, instance profiles and OIDC providers.
#include "readers/cloudformation/stack.h"

namespace drydock::readers::cloudformation {
namespace {

std::string role_name(const std::string& name_or_arn) {
  const std::size_t slash = name_or_arn.rfind('/');
  return name_or_arn.starts_with("arn:") && slash != name_or_arn.npos ? name_or_arn.substr(slash + 1) : name_or_arn;
}

void role(Stack& s, const std::string& id) {
  const std::string name = name_of(s.eval, s.source, id);
  const Props p(s, id, {aws::Role::kTable, name});
  aws::Role x{.Path = p.text("Path", "", "/"), .RoleName = name};
  x.Arn = s.eval.arn("iam", "", s.eval.account(), "role" + x.Path + name);
  x.AssumeRolePolicyDocument = p.document("AssumeRolePolicyDocument", "AssumeRolePolicyDocument");
  if (std::string boundary = p.text("PermissionsBoundary", "boundary"); !boundary.empty())
    x.boundary = aws::PermissionsBoundary{.PermissionsBoundaryArn = boundary};
  x.grants.attached = p.texts("ManagedPolicyArns", "grants.attached");
  for (const Props& policy : p.children("Policies", "grants.inlined"))
    x.grants.inlined[policy.text("PolicyName", "grants.inlined")] = policy.document("PolicyDocument", "grants.inlined");
  for (auto& [key, value] : p.tags()) x.Tags.push_back({key, value});
  s.add(s.world.roles, std::move(x), id);
}

/// For each role that the policy names and the template makes.
template <class F>
void for_roles(Stack& s, const Props& p, const char* property, F f) {
  for (const std::string& text : p.texts(property, "")) {
    if (auto* role = Stack::find(s.world.roles, role_name(text))) {
      f(*role);
    } else {
      s.homeless(p.id(), property);
    }
  }
}

void inline_policy(Stack& s, const std::string& id) {
  const Props p(s, id, {});
  const bool one_role = p.has("RoleName");
  const std::string name = p.text("PolicyName", "", id);
  for_roles(s, p, one_role ? "RoleName" : "Roles", [&](aws::Role& role) {
    const cloud::Ref ref = cloud::ref_of(role);
    role.grants.inlined[name] = p.about(ref).document("PolicyDocument", "grants.inlined");
    s.part(id, ref, "grants.inlined", Json::object({{name, role.grants.inlined[name]}}));
  });
}

void managed_policy(Stack& s, const std::string& id) {
  const Json arn = s.eval.reference(id);
  const Props p(s, id, {aws::Policy::kTable, arn.string_or()});
  aws::Policy x{.PolicyName = name_of(s.eval, s.source, id), .Arn = arn.string_or(), .Path = p.text("Path", "", "/")};
  x.DefaultVersionId = "v1";
  x.versions.push_back(
      {.Document = p.document("PolicyDocument", "versions"), .VersionId = "v1", .IsDefaultVersion = true});
  const std::string policy = x.Arn;
  s.add(s.world.policies, std::move(x), id);
  for_roles(s, p, "Roles", [&](aws::Role& role) {
    role.grants.attached.push_back(policy);
    s.part(id, cloud::ref_of(role), "grants.attached", policy);
  });
}

void instance_profile(Stack& s, const std::string& id) {
  const std::string name = name_of(s.eval, s.source, id);
  const Props p(s, id, {aws::InstanceProfile::kTable, name});
  aws::InstanceProfile x{.Path = p.text("Path", "", "/"), .InstanceProfileName = name};
  x.Arn = s.eval.arn("iam", "", s.eval.account(), "instance-profile" + x.Path + name);
  const std::vector<std::string> roles = p.texts("Roles", "role");
  if (!roles.empty()) x.role = role_name(roles.front());
  s.add(s.world.instance_profiles, std::move(x), id);
}

void oidc_provider(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::OpenIdConnectProvider::kTable, s.eval.reference(id).string_or(id)});
  aws::OpenIdConnectProvider x{.Arn = p.noun().id, .Url = p.text("Url", "Url")};
  if (x.Url.starts_with("https://")) x.Url.erase(0, 8);
  x.ClientIDList = p.texts("ClientIdList", "ClientIDList");
  if (p.has("ClientIDList")) x.ClientIDList = p.texts("ClientIDList", "ClientIDList");  // CDK's spelling
  x.ThumbprintList = p.texts("ThumbprintList", "");
  s.add(s.world.oidc_providers, std::move(x), id);
}

}  // namespace

std::vector<Handler> iam_handlers() {
  return {{"AWS::IAM::Role", 0, role},
          {"AWS::IAM::Policy", 1, inline_policy},
          {"AWS::IAM::RolePolicy", 1, inline_policy},
          {"AWS::IAM::ManagedPolicy", 1, managed_policy},
          {"AWS::IAM::InstanceProfile", 1, instance_profile},
          {"AWS::IAM::OIDCProvider", 1, oidc_provider},
          {"Custom::AWSCDKOpenIdConnectProvider", 1, oidc_provider}};
}

}  // namespace drydock::readers::cloudformation

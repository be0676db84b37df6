// IAM: roles with what is attached to them, policies, instance profiles, OIDC providers.
#include <algorithm>

#include "base/fields.h"
#include "readers/pulumi/lift.h"

namespace drydock::readers::pulumi {
namespace {

/// "/a/b/name" of an ARN, or the name itself.
std::string last_part(std::string_view text) {
  const auto slash = text.rfind('/');
  return std::string(slash == text.npos ? text : text.substr(slash + 1));
}

void role(Lift& lift, const Source& source) {
  aws::Role noun{.RoleName = lift.key(source), .Arn = lift.arn(source)};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.Path = f.text("path", "Path", "/");
  noun.AssumeRolePolicyDocument = f.document("assumeRolePolicy", "AssumeRolePolicyDocument");
  if (const auto boundary = f.arn("permissionsBoundary", "PermissionsBoundary", {kPolicy}); !boundary.empty())
    noun.boundary = aws::PermissionsBoundary{.PermissionsBoundaryArn = boundary};
  // Read back, these list what other resources attach, too; as inputs they are this one's own.
  for (std::string& arn : f.refs("managedPolicyArns", "grants.attached", {kPolicy}))
    noun.grants.attached.push_back(std::move(arn));
  const Json& own = source.at("inlinePolicies");
  if (knowledge_of(own) != Knowledge::known) f.unknown("inlinePolicies", "grants.inlined");
  for (std::size_t i = 0; i < own.size(); ++i) {
    const std::string at = "inlinePolicies." + std::to_string(i) + ".";
    if (own.item(i).at("name").string_or().empty()) continue;
    noun.grants.inlined[own.item(i).at("name").string_or()] = f.document(at + "policy", "grants.inlined");
  }
  for (auto& [key, value] : lift.tags(source)) noun.Tags.push_back({key, value});
  lift.made(source, f.noun());
  lift.world.roles.push_back(std::move(noun));
}

/// The role at `role`: a name, rarely an ARN. Roles that are not among the resources get a noun without a trust policy.
aws::Role* role_of(Lift& lift, const Source& source, std::string_view path, const char* field) {
  std::string name;
  const Json& value = source.at(path);
  if (knowledge_of(value) == Knowledge::known) {
    name = last_part(value.string_or());
  } else if (const auto found = lift.sources.behind(source, path, {kRole}, 1); !found.empty()) {
    name = lift.key(*found.front());
  } else {
    for (const aws::Role& any : lift.world.roles) lift.unknown(source, path, cloud::ref_of(any), field);
  }
  return Lift::edit(lift.world.roles, name);
}

void attachment(Lift& lift, const Source& source) {
  aws::Role* role = role_of(lift, source, "role", "grants.attached");
  if (!role) return;
  const Fields f(lift, source, cloud::ref_of(*role));
  const std::string arn = f.arn("policyArn", "grants.attached", {kPolicy});
  if (arn.empty()) return;
  lift.added(source, f.noun(), "grants.attached", arn);
  auto& attached = role->grants.attached;
  if (std::find(attached.begin(), attached.end(), arn) == attached.end()) attached.push_back(arn);
}

void role_policy(Lift& lift, const Source& source) {
  aws::Role* role = role_of(lift, source, "role", "grants.inlined");
  if (!role) return;
  const Fields f(lift, source, cloud::ref_of(*role));
  const std::string name = lift.name(source);
  const std::string document = f.document("policy", "grants.inlined");
  role->grants.inlined[name] = document;
  lift.added(source, f.noun(), "grants.inlined", Json::object({{name, document}}));
}

void policy(Lift& lift, const Source& source) {
  aws::Policy noun{.PolicyName = lift.name(source), .Arn = lift.arn(source), .DefaultVersionId = "v1"};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.Path = f.text("path", "Path", "/");
  noun.versions.push_back({f.document("policy", "versions"), "v1", true});
  lift.made(source, f.noun());
  lift.world.policies.push_back(std::move(noun));
}

void instance_profile(Lift& lift, const Source& source) {
  aws::InstanceProfile noun{.InstanceProfileName = lift.key(source), .Arn = lift.arn(source)};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.Path = f.text("path", "Path", "/");
  noun.role = last_part(f.ref("role", "role", {kRole}));
  lift.made(source, f.noun());
  lift.world.instance_profiles.push_back(std::move(noun));
}

void oidc_provider(Lift& lift, const Source& source) {
  aws::OpenIdConnectProvider noun{.Arn = lift.arn(source)};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.Url = f.text("url", "Url");
  if (noun.Url.starts_with("https://")) noun.Url.erase(0, 8);
  noun.ClientIDList = f.texts("clientIdLists", "ClientIDList");
  lift.made(source, f.noun());
  lift.world.oidc_providers.push_back(std::move(noun));
}

}  // namespace

std::span<const TypeRow> identity_types() {
  static constexpr TypeRow kRows[] = {
      {kRole, 0, role},
      {"aws:iam/rolePolicyAttachment:RolePolicyAttachment", 1, attachment},
      {"aws:iam/rolePolicy:RolePolicy", 1, role_policy},
      {kPolicy, 0, policy},
      {kInstanceProfile, 0, instance_profile},
      {kOidcProvider, 0, oidc_provider},
  };
  return kRows;
}

}  // namespace drydock::readers::pulumi

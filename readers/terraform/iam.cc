// Roles, policies, instance profiles, OIDC providers, keys.
#include <algorithm>

#include "cloud/aws/arn.h"
#include "readers/terraform/handlers.h"

namespace drydock::readers::terraform {
namespace {

using cloud::Ref;

// A role by what resources call it: its name.
aws::Role* role_of(Context& c, const Block& b, std::string_view attribute) {
  const std::string name = c.id(b, attribute, Kind::role_name, {});
  return name.empty() ? nullptr : c.noun(c.world.roles, name);
}

aws::IamTags iam_tags(Context& c, const Block& b) {
  aws::IamTags out;
  for (const aws::Tag& tag : tags(c, b)) out.push_back({tag.key, tag.value});
  return out;
}

void attach(aws::Grants& grants, const std::string& policy) {
  if (policy.empty()) return;
  if (std::find(grants.attached.begin(), grants.attached.end(), policy) == grants.attached.end())
    grants.attached.push_back(policy);
}

void role(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Role x;
  x.RoleName = c.name_of(r);
  const Ref ref = cloud::ref_of(x);
  x.Path = c.text(b, "path", {}, "/");
  x.Arn = c.arn_of(r);
  x.RoleId = b.at("unique_id").string_or();
  x.AssumeRolePolicyDocument = c.policy(b, "assume_role_policy", {ref, "AssumeRolePolicyDocument"});
  x.MaxSessionDuration = c.number(b, "max_session_duration", {}, 3600);
  const std::string boundary = c.id(b, "permissions_boundary", Kind::policy_arn, {ref, "PermissionsBoundary"});
  if (!boundary.empty()) x.boundary = aws::PermissionsBoundary{"Policy", boundary};
  for (const std::string& policy : c.ids(b, "managed_policy_arns", Kind::policy_arn, {ref, "grants.attached"}))
    attach(x.grants, policy);
  for (const Block& policy : b.blocks("inline_policy")) {
    const std::string name = policy.at("name").string_or();
    if (!name.empty()) x.grants.inlined[name] = c.policy(policy, "policy", {ref, "grants.inlined." + name});
  }
  x.Tags = iam_tags(c, b);
  c.world.roles.push_back(std::move(x));
  c.stands(r, ref);
  if (r.data) c.note_unknown({ref, "grants"}, r.address + " (its policies)");
}

void policy(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Policy x;
  x.Arn = c.arn_of(r);
  const Ref ref = cloud::ref_of(x);
  x.PolicyName = c.name_of(r);
  x.Path = c.text(b, "path", {}, "/");
  x.DefaultVersionId = "v1";
  aws::PolicyVersion version;
  version.Document = c.policy(b, "policy", {ref, "versions"});
  version.VersionId = "v1";
  version.IsDefaultVersion = true;
  x.versions.push_back(std::move(version));
  x.last_version = 1;
  // AWS's own are understood without standing in the world.
  const auto arn = aws::Arn::parse(x.Arn);
  if (r.data && arn && arn->account == "aws") return;
  c.world.policies.push_back(std::move(x));
  c.stands(r, ref);
}

void role_policy(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Role* role = role_of(c, b, "role");
  if (!role) return c.homeless(r, "role");
  const Ref ref = cloud::ref_of(*role);
  const std::string name = b.at("name").string_or(r.address);
  const std::string document = c.policy(b, "policy", {ref, "grants.inlined." + name});
  role->grants.inlined[name] = document;
  c.adds(r, ref, "grants.inlined", Json::object({{name, document}}));
}

void attachment(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Role* role = role_of(c, b, "role");
  if (!role) return c.homeless(r, "role");
  const Ref ref = cloud::ref_of(*role);
  const std::string policy = c.id(b, "policy_arn", Kind::policy_arn, {ref, "grants.attached"});
  attach(role->grants, policy);
  if (!policy.empty()) c.adds(r, ref, "grants.attached", policy);
}

// aws_iam_policy_attachment: one policy to many; roles are what matters here.
void policy_attachment(Context& c, const Resource& r) {
  const Block b = block_of(r);
  const std::string policy = c.id(b, "policy_arn", Kind::policy_arn, {});
  for (const std::string& name : c.ids(b, "roles", Kind::role_name, {}))
    if (aws::Role* role = c.noun(c.world.roles, name)) {
      attach(role->grants, policy);
      c.adds(r, cloud::ref_of(*role), "grants.attached", policy);
    }
}

// aws_iam_role_policy_attachments_exclusive and aws_iam_role_policies_exclusive only take away what is not listed.

void instance_profile(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::InstanceProfile x;
  x.InstanceProfileName = c.name_of(r);
  const Ref ref = cloud::ref_of(x);
  x.Path = c.text(b, "path", {}, "/");
  x.Arn = c.arn_of(r);
  x.role = r.data ? c.text(b, "role_name", {}) : c.id(b, "role", Kind::role_name, {ref, "role"});
  x.Tags = iam_tags(c, b);
  c.world.instance_profiles.push_back(std::move(x));
  c.stands(r, ref);
}

void oidc_provider(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::OpenIdConnectProvider x;
  x.Arn = c.arn_of(r);
  const Ref ref = cloud::ref_of(x);
  std::string url = b.at("url").string_or();
  if (url.empty() && b.is_unknown("url")) {
    // The issuer of the cluster it refers to, which is made up until the cluster is there (eks.cc).
    const auto cluster = c.ids_if_exact(b, "url", Kind::cluster);
    if (cluster.size() == 1) {
      url = c.issuer_of(cluster[0]);
    } else {
      c.note_unknown({ref, "Url"}, b, "url");
    }
  }
  if (url.starts_with("https://")) url = url.substr(8);
  x.Url = url;
  x.ClientIDList = c.texts(b, "client_id_list", {ref, "ClientIDList"});
  x.ThumbprintList = c.texts(b, "thumbprint_list", {});
  c.world.oidc_providers.push_back(std::move(x));
  c.stands(r, ref);
}

void kms_key(Context& c, const Resource& r) {
  const Block b = block_of(r);
  cloud::KmsKey x;
  x.keyId = b.at("key_id").string_or(c.id_of(r));
  const Ref ref = cloud::ref_of(x);
  x.arn = c.arn_of(r);
  x.policy = c.policy(b, "policy", {ref, "policy"});
  if (!c.flag(b, "is_enabled", {}, true)) x.state = "Disabled";
  c.world.kms_keys.push_back(std::move(x));
  c.stands(r, ref);
  if (r.data) c.note_unknown({ref, "policy"}, r.address + " (its policy)");
}

cloud::KmsKey* key_of_arn(Context& c, const std::string& arn_or_id) {
  for (cloud::KmsKey& key : c.world.kms_keys)
    if (key.arn == arn_or_id || key.keyId == arn_or_id) return &key;
  return nullptr;
}

void kms_alias(Context& c, const Resource& r) {
  const Block b = block_of(r);
  cloud::KmsKey* key = key_of_arn(c, c.id(b, "target_key_id", Kind::kms_key, {}));
  if (!key) return;
  key->aliases.push_back(c.name_of(r));
  c.adds(r, cloud::ref_of(*key), "aliases", c.name_of(r));
}

void kms_key_policy(Context& c, const Resource& r) {
  const Block b = block_of(r);
  cloud::KmsKey* key = key_of_arn(c, c.id(b, "key_id", Kind::kms_key, {}));
  if (!key) return c.homeless(r, "key_id");
  key->policy = c.policy(b, "policy", {cloud::ref_of(*key), "policy"});
  c.adds(r, cloud::ref_of(*key), "policy", key->policy);
}

void kms_grant(Context& c, const Resource& r) {
  const Block b = block_of(r);
  cloud::KmsKey* key = key_of_arn(c, c.id(b, "key_id", Kind::kms_key, {}));
  if (!key) return c.homeless(r, "key_id");
  const Mark mark{cloud::ref_of(*key), "grantedPrincipals"};
  const std::string who = c.id(b, "grantee_principal", Kind::role_arn, mark);
  if (!who.empty()) key->grantedPrincipals.push_back(who);
}

}  // namespace

std::vector<Handler> iam_handlers() {
  return {{"aws_iam_policy", policy},
          {"data.aws_iam_policy", policy},
          {"aws_iam_role", role},
          {"data.aws_iam_role", role},
          {"aws_iam_role_policy", role_policy},
          {"aws_iam_role_policy_attachment", attachment},
          {"aws_iam_policy_attachment", policy_attachment},
          {"aws_iam_instance_profile", instance_profile},
          {"data.aws_iam_instance_profile", instance_profile},
          {"aws_kms_key", kms_key},
          {"data.aws_kms_key", kms_key},
          {"aws_kms_alias", kms_alias},
          {"aws_kms_key_policy", kms_key_policy},
          {"aws_kms_grant", kms_grant},
          {"aws_iam_openid_connect_provider", oidc_provider}};
}

}  // namespace drydock::readers::terraform

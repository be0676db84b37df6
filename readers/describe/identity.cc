#include "base/text.h"
#include "cloud/aws/arn.h"
#include "readers/describe/collection.h"
#include "readers/describe/wire.h"

namespace drydock::readers::describe {
namespace {

// The CLI prints documents decoded; the API, and some people's scripts, leave them percent-encoded text.
std::string document_of(const Json& json) {
  if (json.is_object()) return json.dump();
  const std::string text = json.string_or();
  return text.starts_with("%7B") ? uri_decode(text) : text;
}

// Of get-account-authorization-details (whole), or of get-role (without its policies).
void role(Filler& f, const Item& item, const Json& json, bool whole) {
  auto x = noun_of<aws::Role>(json);
  if (x.RoleName.empty()) return;
  x.AssumeRolePolicyDocument = document_of(json.at("AssumeRolePolicyDocument"));
  if (const Json& list = json.at("AttachedManagedPolicies"); list.is_array())
    for (const Json& policy : list.as_array()) x.grants.attached.push_back(policy.at("PolicyArn").string_or());
  if (const Json& list = json.at("RolePolicyList"); list.is_array())
    for (const Json& policy : list.as_array())
      x.grants.inlined[policy.at("PolicyName").string_or()] = document_of(policy.at("PolicyDocument"));
  for (aws::Role& known : f.world.roles) {
    if (known.RoleName != x.RoleName) continue;
    if (!whole) return;
    known = std::move(x);  // the fuller answer counts
    std::erase_if(f.world.unknowns, [&](const cloud::Unknown& u) { return u.noun == cloud::ref_of(known); });
    return;
  }
  const cloud::Ref ref = cloud::ref_of(x);
  if (!whole)
    f.world.unknowns.push_back(
        {ref, "grants", "policies of role " + x.RoleName + " (get-account-authorization-details tells them)"});
  f.stands(ref, item, "role");
  f.world.roles.push_back(std::move(x));
}

void instance_profile(Filler& f, const Item& item, const Json& json) {
  auto x = noun_of<aws::InstanceProfile>(json);
  if (x.InstanceProfileName.empty() || cloud::find(f.world.instance_profiles, x.InstanceProfileName)) return;
  x.role = json.at("Roles").item(0).at("RoleName").string_or();
  f.stands(cloud::ref_of(x), item, "instance-profile");
  f.world.instance_profiles.push_back(std::move(x));
}

void policies(Filler& f) {
  for (const Item& item : f.all.of("Policies")) {
    aws::Policy x;
    x.Arn = item.json.at("Arn").string_or();
    const auto arn = aws::Arn::parse(x.Arn);
    if (!arn || arn->account == "aws") continue;  // AWS's own are understood
    loosely(item.json, x);
    if (const Json& list = item.json.at("PolicyVersionList"); list.is_array())
      for (const Json& one : list.as_array()) {
        auto version = noun_of<aws::PolicyVersion>(one);
        version.Document = document_of(one.at("Document"));
        x.versions.push_back(std::move(version));
      }
    if (x.versions.empty()) f.world.unknowns.push_back({cloud::ref_of(x), "versions", "the document of " + x.Arn});
    f.stands(cloud::ref_of(x), item, "policy");
    f.world.policies.push_back(std::move(x));
  }
}

}  // namespace

void fill_identity(Filler& f) {
  for (const Item& item : f.all.of("RoleDetailList")) {
    role(f, item, item.json, true);
    if (const Json& list = item.json.at("InstanceProfileList"); list.is_array())
      for (const Json& profile : list.as_array()) instance_profile(f, item, profile);
  }
  for (const Item& item : f.all.of("Role")) role(f, item, item.json.at("Role"), false);
  for (const Item& item : f.all.of("InstanceProfiles")) instance_profile(f, item, item.json);
  for (const Item& item : f.all.of("InstanceProfile")) instance_profile(f, item, item.json.at("InstanceProfile"));
  policies(f);
  for (const Item& item : f.all.of("PolicyName"))
    for (aws::Role& role : f.world.roles)
      if (role.RoleName == item.json.at("RoleName").string_or())
        role.grants.inlined[item.json.at("PolicyName").string_or()] = document_of(item.json.at("PolicyDocument"));
  for (const Item& item : f.all.of("Url")) {
    auto x = noun_of<aws::OpenIdConnectProvider>(item.json);
    x.Arn = "arn:" + f.world.partition + ":iam::" + f.world.account + ":oidc-provider/" + x.Url;
    f.stands(cloud::ref_of(x), item, "oidc-provider");
    f.world.oidc_providers.push_back(std::move(x));
  }
  for (const Item& item : f.all.of("KeyMetadata")) {
    const Json& json = item.json.at("KeyMetadata");
    cloud::KmsKey x;
    x.keyId = json.at("KeyId").string_or();
    x.arn = json.at("Arn").string_or();
    x.state = json.at("KeyState").string_or("Enabled");
    x.policy = document_of(item.json.at("Policy"));  // live calls join it
    if (x.policy.empty()) f.world.unknowns.push_back({cloud::ref_of(x), "policy", "get-key-policy of " + x.keyId});
    f.stands(cloud::ref_of(x), item, "kms-key");
    f.world.kms_keys.push_back(std::move(x));
  }
}

}  // namespace drydock::readers::describe

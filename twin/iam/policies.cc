// Managed policies and their versions; AWS's own stand beside the account's and cannot be changed.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/aws/managed_policies.h"
#include "twin/iam/access.h"
#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

constexpr std::size_t kPolicyQuota = 6144;
constexpr std::size_t kVersions = 5;

tl::unexpected<ApiError> no_policy(const std::string& arn) {
  return no_such_entity(fmt::format("Policy {} was not found.", arn));
}

Json wire(World& world, const aws::Policy& policy, bool full) {
  Json out = fields::encode(policy, fields::Scope::wire);
  if (!full || policy.Tags.empty()) out.erase("Tags");
  if (!full) out.erase("Description");
  out["AttachmentCount"] = attachments(world, policy.Arn);
  out["PermissionsBoundaryUsageCount"] = boundary_uses(world, policy.Arn);
  out["IsAttachable"] = true;
  return out;
}

Json wire(World& world, const aws::ManagedPolicy& policy) {
  const std::string arn = aws::managed_policy_arn(policy);
  return Json::object({{"PolicyName", policy.name},
                       {"PolicyId", aws::managed_policy_id(policy)},
                       {"Arn", arn},
                       {"Path", policy.path},
                       {"DefaultVersionId", policy.version},
                       {"AttachmentCount", attachments(world, arn)},
                       {"PermissionsBoundaryUsageCount", boundary_uses(world, arn)},
                       {"IsAttachable", true},
                       {"CreateDate", policy.created},
                       {"UpdateDate", policy.updated}});
}

Json wire(const aws::PolicyVersion& version, bool with_document) {
  Json out = fields::encode(version, fields::Scope::wire);
  if (with_document) {
    out["Document"] = uri_encode(version.Document);
  } else {
    out.erase("Document");
  }
  return out;
}
aws::PolicyVersion only_version(const aws::ManagedPolicy& policy) {
  return {policy.document, policy.version, true, policy.updated};
}

/// Runs `change` on the account's own policy that the call names.
template <class Change>
ApiResult with_policy(World& world, const Call& call, Change change) {
  if (auto missing = require(call, {"PolicyArn"})) return tl::unexpected(*missing);
  const std::string arn = call.text("PolicyArn");
  if (aws::find_managed_policy(arn)) {
    return refuse("AccessDenied",
                  fmt::format("User: {} is not authorized to perform: iam:{} on resource: policy {}", call.caller.arn,
                              call.action, arn),
                  403);
  }
  aws::Policy* policy = world.table<aws::Policy>().edit(arn);
  if (!policy) return no_policy(arn);
  return change(*policy);
}

ApiResult create_policy(World& world, Call& call) {
  if (auto missing = require(call, {"PolicyName", "PolicyDocument"})) return tl::unexpected(*missing);
  aws::Policy policy;
  policy.PolicyName = call.text("PolicyName");
  policy.Path = call.text("Path", "/");
  const std::string document = call.text("PolicyDocument");
  if (auto fault = check_name(policy.PolicyName, "policyName", 128)) return tl::unexpected(*fault);
  if (auto fault = check_path(policy.Path)) return tl::unexpected(*fault);
  if (auto fault = check_document(document, aws::PolicyKind::identity, kPolicyQuota)) return tl::unexpected(*fault);
  for (const auto& [arn, other] : world.table<aws::Policy>()) {
    if (other.PolicyName == policy.PolicyName) {
      return already_exists(
          fmt::format("A policy called {} already exists. Duplicate names are not allowed.", policy.PolicyName));
    }
  }
  policy.Arn = iam_arn(world, "policy", policy.Path, policy.PolicyName);
  policy.PolicyId = unique_id(world, "ANPA");
  policy.CreateDate = policy.UpdateDate = iso_seconds(world.now());
  policy.Description = call.maybe("Description");
  policy.Tags = tags_of(call.in.at("Tags"));
  policy.last_version = 1;
  policy.DefaultVersionId = "v1";
  policy.versions.push_back({document, "v1", true, policy.CreateDate});
  const std::string arn = policy.Arn;
  return Json::object({{"Policy", wire(world, world.table<aws::Policy>().put(arn, std::move(policy)), true)}});
}

ApiResult get_policy(World& world, Call& call) {
  if (auto missing = require(call, {"PolicyArn"})) return tl::unexpected(*missing);
  const std::string arn = call.text("PolicyArn");
  if (const aws::ManagedPolicy* managed = aws::find_managed_policy(arn)) {
    return Json::object({{"Policy", wire(world, *managed)}});
  }
  const aws::Policy* policy = world.table<aws::Policy>().find(arn);
  if (!policy) return no_policy(arn);
  return Json::object({{"Policy", wire(world, *policy, true)}});
}

ApiResult delete_policy(World& world, Call& call) {
  return with_policy(world, call, [&](aws::Policy& policy) -> ApiResult {
    if (attachments(world, policy.Arn) + boundary_uses(world, policy.Arn) > 0) {
      return delete_conflict("Cannot delete a policy attached to entities.");
    }
    if (policy.versions.size() > 1) {
      return delete_conflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
          "The default version is deleted with the policy.");
    }
    world.table<aws::Policy>().erase(call.text("PolicyArn"));
    return Json::object();
  });
}

ApiResult list_policies(World& world, Call& call) {
  const std::string scope = call.text("Scope", "All"), prefix = call.text("PathPrefix", "/");
  const bool only_attached = call.text("OnlyAttached") == "true";
  std::vector<Json> items;
  auto add = [&](Json policy) {
    if (!policy.at("Path").string_or().starts_with(prefix)) return;
    if (!only_attached || policy.at("AttachmentCount").int_or(0) > 0) items.push_back(std::move(policy));
  };
  if (scope != "AWS") {
    for (const auto& [arn, policy] : world.table<aws::Policy>()) add(wire(world, policy, false));
  }
  if (scope != "Local") {
    for (const aws::ManagedPolicy& policy : aws::managed_policies()) add(wire(world, policy));
  }
  return page(call, "Policies", std::move(items));
}

void set_default(aws::Policy& policy, const std::string& version) {
  policy.DefaultVersionId = version;
  for (aws::PolicyVersion& v : policy.versions) v.IsDefaultVersion = v.VersionId == version;
}

ApiResult create_version(World& world, Call& call) {
  if (auto missing = require(call, {"PolicyDocument"})) return tl::unexpected(*missing);
  return with_policy(world, call, [&](aws::Policy& policy) -> ApiResult {
    const std::string document = call.text("PolicyDocument");
    if (auto fault = check_document(document, aws::PolicyKind::identity, kPolicyQuota)) return tl::unexpected(*fault);
    if (policy.versions.size() >= kVersions) {
      return refuse("LimitExceeded",
                    "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
                    "existing version.",
                    409);
    }
    const std::string id = fmt::format("v{}", ++policy.last_version);
    policy.UpdateDate = iso_seconds(world.now());
    policy.versions.push_back({document, id, false, policy.UpdateDate});
    if (call.text("SetAsDefault") == "true") set_default(policy, id);
    Json shown = wire(policy.versions.back(), false);
    return Json::object({{"PolicyVersion", std::move(shown)}});
  });
}

tl::unexpected<ApiError> no_version(const std::string& arn, const std::string& version) {
  return no_such_entity(fmt::format("Policy {} version {} does not exist or is not attachable.", arn, version));
}

ApiResult get_version(World& world, Call& call) {
  const std::string arn = call.text("PolicyArn"), id = call.text("VersionId");
  if (const aws::ManagedPolicy* managed = aws::find_managed_policy(arn)) {
    if (id != managed->version) return no_version(arn, id);
    return Json::object({{"PolicyVersion", wire(only_version(*managed), true)}});
  }
  const aws::Policy* policy = world.table<aws::Policy>().find(arn);
  if (!policy) return no_policy(arn);
  for (const aws::PolicyVersion& v : policy->versions) {
    if (v.VersionId == id) return Json::object({{"PolicyVersion", wire(v, true)}});
  }
  return no_version(arn, id);
}

ApiResult list_versions(World& world, Call& call) {
  const std::string arn = call.text("PolicyArn");
  std::vector<Json> items;
  if (const aws::ManagedPolicy* managed = aws::find_managed_policy(arn)) {
    items.push_back(wire(only_version(*managed), false));
  } else if (const aws::Policy* policy = world.table<aws::Policy>().find(arn)) {
    for (auto v = policy->versions.rbegin(); v != policy->versions.rend(); ++v) items.push_back(wire(*v, false));
  } else {
    return no_policy(arn);
  }
  return page(call, "Versions", std::move(items));
}

ApiResult delete_version(World& world, Call& call) {
  return with_policy(world, call, [&](aws::Policy& policy) -> ApiResult {
    const std::string id = call.text("VersionId");
    if (id == policy.DefaultVersionId) return delete_conflict("Cannot delete the default version of a policy.");
    const auto gone = std::erase_if(policy.versions, [&](const aws::PolicyVersion& v) { return v.VersionId == id; });
    if (gone == 0) return no_version(policy.Arn, id);
    return Json::object();
  });
}

ApiResult set_default_version(World& world, Call& call) {
  return with_policy(world, call, [&](aws::Policy& policy) -> ApiResult {
    const std::string id = call.text("VersionId");
    const bool there = std::any_of(policy.versions.begin(), policy.versions.end(),
                                   [&](const aws::PolicyVersion& v) { return v.VersionId == id; });
    if (!there) return no_version(policy.Arn, id);
    set_default(policy, id);
    return Json::object();
  });
}

ApiResult list_entities(World& world, Call& call) {
  const std::string arn = call.text("PolicyArn");
  if (!policy_text(world, arn)) return no_policy(arn);
  auto has = [&](const aws::Grants& g) {
    return std::find(g.attached.begin(), g.attached.end(), arn) != g.attached.end();
  };
  Json::Array roles, users;
  for (const auto& [name, role] : world.table<aws::Role>()) {
    if (has(role.grants)) roles.push_back(Json::object({{"RoleName", name}, {"RoleId", role.RoleId}}));
  }
  for (const auto& [name, user] : world.table<aws::User>()) {
    if (has(user.grants)) users.push_back(Json::object({{"UserName", name}, {"UserId", user.UserId}}));
  }
  return Json::object({{"PolicyGroups", Json::Array{}},
                       {"PolicyUsers", std::move(users)},
                       {"PolicyRoles", std::move(roles)},
                       {"IsTruncated", false}});
}

ApiResult tag_policy(World& world, Call& call) {
  return with_policy(world, call, [&](aws::Policy& policy) -> ApiResult {
    add_tags(policy.Tags, call.in.at("Tags"));
    return Json::object();
  });
}
ApiResult untag_policy(World& world, Call& call) {
  return with_policy(world, call, [&](aws::Policy& policy) -> ApiResult {
    remove_tags(policy.Tags, call.in.at("TagKeys"));
    return Json::object();
  });
}
ApiResult list_policy_tags(World& world, Call& call) {
  std::vector<Json> tags;
  const std::string arn = call.text("PolicyArn");
  if (const aws::Policy* policy = world.table<aws::Policy>().find(arn)) {
    for (const aws::IamTag& tag : policy->Tags) tags.push_back(fields::encode(tag));
  } else if (!aws::find_managed_policy(arn)) {
    return no_policy(arn);
  }
  return page(call, "Tags", std::move(tags));
}

}  // namespace

void install_policies(Front& front) {
  front.operation("iam", "CreatePolicy", create_policy);
  front.operation("iam", "GetPolicy", get_policy);
  front.operation("iam", "DeletePolicy", delete_policy);
  front.operation("iam", "ListPolicies", list_policies);
  front.operation("iam", "CreatePolicyVersion", create_version);
  front.operation("iam", "GetPolicyVersion", get_version);
  front.operation("iam", "ListPolicyVersions", list_versions);
  front.operation("iam", "DeletePolicyVersion", delete_version);
  front.operation("iam", "SetDefaultPolicyVersion", set_default_version);
  front.operation("iam", "ListEntitiesForPolicy", list_entities);
  front.operation("iam", "TagPolicy", tag_policy);
  front.operation("iam", "UntagPolicy", untag_policy);
  front.operation("iam", "ListPolicyTags", list_policy_tags);
}

}  // namespace drydock::twin::iam

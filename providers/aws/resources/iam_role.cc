// aws:iam/role:Role
#include "providers/aws/resources/iam.h"

namespace drydock::aws_provider {
namespace {

Json named(const std::string& role) { return Json::object({{"RoleName", role}}); }

Aws<void> attach(Operation& op, const std::string& role, const Json& arns) {
  for (const Json& arn : items(arns))
    TRY_AWS(op.iam("AttachRolePolicy", Json::object({{"RoleName", role}, {"PolicyArn", arn}})));
  return {};
}
Aws<void> detach(Operation& op, const std::string& role, const Json& arns) {
  for (const Json& arn : items(arns))
    TRY_AWS(
        fine_if(op.iam("DetachRolePolicy", Json::object({{"RoleName", role}, {"PolicyArn", arn}})), {"NoSuchEntity"}));
  return {};
}
Aws<void> put_inline(Operation& op, const std::string& role, const Json& policies) {
  for (const Json& policy : items(policies))
    TRY_AWS(op.iam("PutRolePolicy", Json::object({{"RoleName", role},
                                                  {"PolicyName", text(policy, "name")},
                                                  {"PolicyDocument", text(policy, "policy")}})));
  return {};
}
Aws<void> delete_inline(Operation& op, const std::string& role, const Json& names) {
  for (const Json& name : items(names))
    TRY_AWS(fine_if(op.iam("DeleteRolePolicy", Json::object({{"RoleName", role}, {"PolicyName", name}})),
                    {"NoSuchEntity"}));
  return {};
}

Aws<Json> attached(Operation& op, const std::string& role) {
  auto list = iam_list(op, "ListAttachedRolePolicies", named(role), "AttachedPolicies");
  if (!list) return list;
  return pluck(*list, "PolicyArn");
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  const Json call = Json::object({{"RoleName", text(in, "name")},
                                  {"AssumeRolePolicyDocument", text(in, "assumeRolePolicy")},
                                  {"Path", text(in, "path")},
                                  {"Description", text(in, "description")},
                                  {"MaxSessionDuration", in.at("maxSessionDuration")},
                                  {"PermissionsBoundary", text(in, "permissionsBoundary")},
                                  {"Tags", iam_tags(in)}});
  auto made = op.retry(minutes(2), principal_is_new, [&] { return op.iam("CreateRole", call); });
  if (!made) return up(made);
  id = text(in, "name");
  TRY_AWS(put_inline(op, id, in.at("inlinePolicies")));
  return attach(op, id, in.at("managedPolicyArns"));
}

Aws<Json> get(Operation& op, const std::string& name) {
  auto reply = unless(op.iam("GetRole", named(name)), {"NoSuchEntity"});
  if (!reply || reply->is_null()) return reply;
  return reply->at("Role");
}

Aws<Json> inline_policies(Operation& op, const std::string& role) {
  auto names = iam_list(op, "ListRolePolicies", named(role), "PolicyNames");
  if (!names) return names;
  Json::Array out;
  for (const Json& name : items(*names)) {
    auto policy = op.iam("GetRolePolicy", Json::object({{"RoleName", role}, {"PolicyName", name}}));
    if (!policy) return policy;
    out.push_back(Json::object({{"name", name}, {"policy", decoded_document(policy->at("PolicyDocument"))}}));
  }
  return Json(std::move(out));
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto role = get(op, id);
  if (!role || role->is_null()) return role;
  Json out;
  out["arn"] = text(*role, "Arn");
  out["name"] = text(*role, "RoleName");
  out["uniqueId"] = text(*role, "RoleId");
  out["createDate"] = text(*role, "CreateDate");
  out["path"] = text(*role, "Path");
  out["description"] = text(*role, "Description");
  out["assumeRolePolicy"] = decoded_document(role->at("AssumeRolePolicyDocument"));
  if (Json longest = number_or_null(role->at("MaxSessionDuration")); !longest.is_null())
    out["maxSessionDuration"] = longest;
  put(out, "permissionsBoundary", role->path("PermissionsBoundary.PermissionsBoundaryArn"));
  out["tagsAll"] = tag_map(role->at("Tags"));
  auto arns = attached(op, id);
  if (!arns) return arns;
  out["managedPolicyArns"] = *arns;
  auto policies = inline_policies(op, id);
  if (!policies) return policies;
  out["inlinePolicies"] = *policies;
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (changed(old, in, "assumeRolePolicy")) {
    const Json call = Json::object({{"RoleName", id}, {"PolicyDocument", text(in, "assumeRolePolicy")}});
    auto done = op.retry(minutes(2), principal_is_new, [&] { return op.iam("UpdateAssumeRolePolicy", call); });
    if (!done) return up(done);
  }
  if (changed(old, in, "maxSessionDuration"))
    TRY_AWS(op.iam("UpdateRole", Json::object({{"RoleName", id},
                                               {"MaxSessionDuration", in.at("maxSessionDuration")},
                                               {"Description", text(in, "description")}})));
  if (changed(old, in, "description"))
    TRY_AWS(
        op.iam("UpdateRoleDescription", Json::object({{"RoleName", id}, {"Description", text(in, "description")}})));
  if (changed(old, in, "permissionsBoundary")) {
    if (text(in, "permissionsBoundary").empty())
      TRY_AWS(op.iam("DeleteRolePermissionsBoundary", named(id)));
    else
      TRY_AWS(op.iam("PutRolePermissionsBoundary",
                     Json::object({{"RoleName", id}, {"PermissionsBoundary", text(in, "permissionsBoundary")}})));
  }
  if (in.has("managedPolicyArns") || old.has("managedPolicyArns")) {
    const ListChange change = list_change(old.at("managedPolicyArns"), in.at("managedPolicyArns"));
    TRY_AWS(detach(op, id, change.removed));
    TRY_AWS(attach(op, id, change.added));
  }
  if (in.has("inlinePolicies") || old.has("inlinePolicies")) {
    const ListChange names =
        list_change(pluck(old.at("inlinePolicies"), "name"), pluck(in.at("inlinePolicies"), "name"));
    TRY_AWS(delete_inline(op, id, names.removed));
    TRY_AWS(put_inline(op, id, list_change(old.at("inlinePolicies"), in.at("inlinePolicies")).added));
  }
  return {};
}

Aws<void> retag(Operation& op, const std::string& id, const Json&, const Json& set, const Json::Array& unset) {
  return retag_iam(op, "TagRole", "UntagRole", "RoleName", id, set, unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json& known) {
  auto role = get(op, id);
  if (!role) return up(role);
  if (role->is_null()) return {};
  auto profiles = iam_list(op, "ListInstanceProfilesForRole", named(id), "InstanceProfiles");
  if (!profiles) return up(profiles);
  for (const Json& profile : items(*profiles))
    TRY_AWS(
        fine_if(op.iam("RemoveRoleFromInstanceProfile",
                       Json::object({{"InstanceProfileName", text(profile, "InstanceProfileName")}, {"RoleName", id}})),
                {"NoSuchEntity"}));
  // What the role is given by others is theirs to take away, unless forceDetachPolicies.
  const bool all = known.at("forceDetachPolicies").bool_or(false);
  auto arns = attached(op, id);
  if (!arns) return up(arns);
  TRY_AWS(detach(op, id, all ? *arns : known.at("managedPolicyArns")));
  auto names = iam_list(op, "ListRolePolicies", named(id), "PolicyNames");
  if (!names) return up(names);
  TRY_AWS(delete_inline(op, id, all ? *names : pluck(known.at("inlinePolicies"), "name")));
  return delete_iam(op, "DeleteRole", named(id));
}

}  // namespace

extern const ResourceType kRole;
const ResourceType kRole = {.token = "aws:iam/role:Role",
                            .naming = {.property = "name", .max = 64},
                            .sets = {"managedPolicyArns", "inlinePolicies"},
                            .policies = {"assumeRolePolicy"},
                            .create = create,
                            .read = read,
                            .update = update,
                            .retag = retag,
                            .remove = remove};

}  // namespace drydock::aws_provider

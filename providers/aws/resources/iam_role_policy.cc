// aws:iam/rolePolicyAttachment:RolePolicyAttachment and aws:iam/rolePolicy:RolePolicy
#include <algorithm>

#include "base/hash.h"
#include "providers/aws/resources/iam.h"

namespace drydock::aws_provider {
namespace {

// --- Attachment of a managed policy.

Json pair_of(const Json& in) {
  return Json::object({{"RoleName", text(in, "role")}, {"PolicyArn", text(in, "policyArn")}});
}

Aws<void> attach(Operation& op, const Json& in, std::string& id) {
  auto done = op.retry(
      minutes(2), [](const AwsError& e) { return e.is("NoSuchEntity") && e.mentions("role"); },
      [&] { return op.iam("AttachRolePolicy", pair_of(in)); });
  if (!done) return up(done);
  id = text(in, "role") + "-" + random_hex(26);
  return {};
}

// Import: ROLE/POLICY_ARN.
Aws<Json> read_attachment(Operation& op, std::string& id, const Json& known) {
  Json in = known;
  if (!in.has("policyArn")) {
    const std::size_t slash = id.find('/');
    in = Json::object({{"role", id.substr(0, slash)}, {"policyArn", slash == id.npos ? "" : id.substr(slash + 1)}});
  }
  auto list = unless(
      iam_list(op, "ListAttachedRolePolicies", Json::object({{"RoleName", text(in, "role")}}), "AttachedPolicies"),
      {"NoSuchEntity"});
  if (!list || list->is_null()) return list;
  for (const Json& policy : items(*list))
    if (text(policy, "PolicyArn") == text(in, "policyArn"))
      return Json::object({{"role", text(in, "role")}, {"policyArn", text(in, "policyArn")}});
  return Json();
}

Aws<void> detach(Operation& op, const std::string&, const Json& known) {
  return fine_if(op.iam("DetachRolePolicy", pair_of(known)), {"NoSuchEntity"});
}

// --- Inline policy; its id is ROLE:NAME.

std::string role_in(const std::string& id) { return id.substr(0, id.find(':')); }
std::string name_in(const std::string& id) { return id.substr(std::min(id.find(':'), id.size() - 1) + 1); }

Aws<void> put_policy(Operation& op, const Json& in) {
  TRY_AWS(op.iam("PutRolePolicy", Json::object({{"RoleName", text(in, "role")},
                                                {"PolicyName", text(in, "name")},
                                                {"PolicyDocument", text(in, "policy")}})));
  return {};
}
Aws<void> create(Operation& op, const Json& in, std::string& id) {
  TRY_AWS(put_policy(op, in));
  id = text(in, "role") + ":" + text(in, "name");
  return {};
}
Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto reply = unless(op.iam("GetRolePolicy", Json::object({{"RoleName", role_in(id)}, {"PolicyName", name_in(id)}})),
                      {"NoSuchEntity"});
  if (!reply || reply->is_null()) return reply;
  return Json::object(
      {{"role", role_in(id)}, {"name", name_in(id)}, {"policy", decoded_document(reply->at("PolicyDocument"))}});
}
Aws<void> update(Operation& op, std::string&, const Json&, const Json& in, const Json&) { return put_policy(op, in); }
Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  return fine_if(op.iam("DeleteRolePolicy", Json::object({{"RoleName", role_in(id)}, {"PolicyName", name_in(id)}})),
                 {"NoSuchEntity"});
}

}  // namespace

extern const ResourceType kRolePolicyAttachment, kRolePolicy;
const ResourceType kRolePolicyAttachment = {.token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                                            .delete_before_replace = true,
                                            .create = attach,
                                            .read = read_attachment,
                                            .remove = detach};
const ResourceType kRolePolicy = {.token = "aws:iam/rolePolicy:RolePolicy",
                                  .naming = {.property = "name"},
                                  .policies = {"policy"},
                                  .create = create,
                                  .read = read,
                                  .update = update,
                                  .remove = remove};

}  // namespace drydock::aws_provider

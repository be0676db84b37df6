// aws:iam/policy:Policy
#include <algorithm>

#include "providers/aws/resources/iam.h"

namespace drydock::aws_provider {
namespace {

constexpr std::size_t kMaxVersions = 5;  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

Json named(const std::string& arn) { return Json::object({{"PolicyArn", arn}}); }

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made = op.iam("CreatePolicy", Json::object({{"PolicyName", text(in, "name")},
                                                   {"Path", text(in, "path")},
                                                   {"Description", text(in, "description")},
                                                   {"PolicyDocument", text(in, "policy")},
                                                   {"Tags", iam_tags(in)}}));
  if (!made) return up(made);
  id = made->path("Policy.Arn").string_or();
  return {};
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto reply = unless(op.iam("GetPolicy", named(id)), {"NoSuchEntity"});
  if (!reply || reply->is_null()) return reply;
  const Json& policy = reply->at("Policy");
  auto version =
      op.iam("GetPolicyVersion", Json::object({{"PolicyArn", id}, {"VersionId", text(policy, "DefaultVersionId")}}));
  if (!version) return version;
  Json out;
  out["arn"] = id;
  out["name"] = text(policy, "PolicyName");
  out["path"] = text(policy, "Path");
  out["policyId"] = text(policy, "PolicyId");
  out["description"] = text(policy, "Description");
  out["attachmentCount"] = number(policy.at("AttachmentCount"));
  out["policy"] = decoded_document(version->path("PolicyVersion.Document"));
  out["tagsAll"] = tag_map(policy.at("Tags"));
  return out;
}

Aws<Json> versions(Operation& op, const std::string& arn) {
  return iam_list(op, "ListPolicyVersions", named(arn), "Versions");
}

Aws<void> delete_version(Operation& op, const std::string& arn, const Json& version) {
  return fine_if(
      op.iam("DeletePolicyVersion", Json::object({{"PolicyArn", arn}, {"VersionId", text(version, "VersionId")}})),
      {"NoSuchEntity"});
}

Aws<void> make_room(Operation& op, const std::string& arn) {
  auto list = versions(op, arn);
  if (!list) return up(list);
  if (list->size() < kMaxVersions) return {};
  const Json* oldest = nullptr;
  for (const Json& version : items(*list))
    if (!flag(version.at("IsDefaultVersion")) && (!oldest || text(version, "CreateDate") < text(*oldest, "CreateDate")))
      oldest = &version;
  return oldest ? delete_version(op, arn, *oldest) : Aws<void>{};
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (!changed(old, in, "policy")) return {};
  TRY_AWS(make_room(op, id));
  auto made = op.iam("CreatePolicyVersion", Json::object({{"PolicyArn", id}, {"PolicyDocument", text(in, "policy")}}));
  if (!made) return up(made);
  // A new version is not known everywhere at once.
  const auto delay = std::chrono::milliseconds(in.at("delayAfterPolicyCreationInMs").int_or(5000));
  if (!op.client().twin() && !pause(delay, op.stop())) return no(ErrorCode::cancelled, "stopped");
  TRY_AWS(op.iam("SetDefaultPolicyVersion",
                 Json::object({{"PolicyArn", id}, {"VersionId", made->path("PolicyVersion.VersionId").string_or()}})));
  return {};
}

Aws<void> retag(Operation& op, const std::string& id, const Json&, const Json& set, const Json::Array& unset) {
  return retag_iam(op, "TagPolicy", "UntagPolicy", "PolicyArn", id, set, unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  auto list = unless(versions(op, id), {"NoSuchEntity"});
  if (!list) return up(list);
  for (const Json& version : items(*list))
    if (!flag(version.at("IsDefaultVersion"))) TRY_AWS(delete_version(op, id, version));
  return delete_iam(op, "DeletePolicy", named(id));
}

}  // namespace

extern const ResourceType kPolicy;
const ResourceType kPolicy = {.token = "aws:iam/policy:Policy",
                              .naming = {.property = "name"},
                              .policies = {"policy"},
                              .create = create,
                              .read = read,
                              .update = update,
                              .retag = retag,
                              .remove = remove};

}  // namespace drydock::aws_provider

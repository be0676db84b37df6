// aws:iam/instanceProfile:InstanceProfile
#include "providers/aws/resources/iam.h"

namespace drydock::aws_provider {
namespace {

Json named(const std::string& name) { return Json::object({{"InstanceProfileName", name}}); }

Aws<Json> get(Operation& op, const std::string& name) {
  auto reply = unless(op.iam("GetInstanceProfile", named(name)), {"NoSuchEntity"});
  if (!reply || reply->is_null()) return reply;
  return reply->at("InstanceProfile");
}

Aws<void> add_role(Operation& op, const std::string& profile, const std::string& role) {
  auto done = op.retry(
      minutes(2),
      [](const AwsError& e) {
        return (e.is("InvalidParameterValue") && e.mentions("Invalid IAM Instance Profile name")) ||
               (e.is("NoSuchEntity") && e.mentions("role"));
      },
      [&] {
        return op.iam("AddRoleToInstanceProfile", Json::object({{"InstanceProfileName", profile}, {"RoleName", role}}));
      });
  if (!done) return up(done);
  return {};
}
Aws<void> remove_role(Operation& op, const std::string& profile, const std::string& role) {
  return fine_if(
      op.iam("RemoveRoleFromInstanceProfile", Json::object({{"InstanceProfileName", profile}, {"RoleName", role}})),
      {"NoSuchEntity"});
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  TRY_AWS(op.iam(
      "CreateInstanceProfile",
      Json::object({{"InstanceProfileName", text(in, "name")}, {"Path", text(in, "path")}, {"Tags", iam_tags(in)}})));
  id = text(in, "name");
  TRY_AWS(op.wait("instance profile " + id + " to appear", op.timeout_or(minutes(2)), [&]() -> Aws<Poll> {
    auto profile = get(op, id);
    if (!profile) return up(profile);
    return Poll{!profile->is_null(), "not visible yet"};
  }));
  return text(in, "role").empty() ? Aws<void>{} : add_role(op, id, text(in, "role"));
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto profile = get(op, id);
  if (!profile || profile->is_null()) return profile;
  Json out;
  out["arn"] = text(*profile, "Arn");
  out["name"] = text(*profile, "InstanceProfileName");
  out["path"] = text(*profile, "Path");
  out["uniqueId"] = text(*profile, "InstanceProfileId");
  out["createDate"] = text(*profile, "CreateDate");
  out["role"] = profile->path("Roles.0.RoleName").string_or();
  out["tagsAll"] = tag_map(profile->at("Tags"));
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (!changed(old, in, "role")) return {};
  if (std::string was = text(old, "role"); !was.empty()) TRY_AWS(remove_role(op, id, was));
  return text(in, "role").empty() ? Aws<void>{} : add_role(op, id, text(in, "role"));
}

Aws<void> retag(Operation& op, const std::string& id, const Json&, const Json& set, const Json::Array& unset) {
  return retag_iam(op, "TagInstanceProfile", "UntagInstanceProfile", "InstanceProfileName", id, set, unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  auto profile = get(op, id);
  if (!profile) return up(profile);
  if (profile->is_null()) return {};
  for (const Json& role : items(profile->at("Roles"))) TRY_AWS(remove_role(op, id, text(role, "RoleName")));
  return delete_iam(op, "DeleteInstanceProfile", named(id));
}

}  // namespace

extern const ResourceType kInstanceProfile;
const ResourceType kInstanceProfile = {.token = "aws:iam/instanceProfile:InstanceProfile",
                                       .naming = {.property = "name"},
                                       .create = create,
                                       .read = read,
                                       .update = update,
                                       .retag = retag,
                                       .remove = remove};

}  // namespace drydock::aws_provider

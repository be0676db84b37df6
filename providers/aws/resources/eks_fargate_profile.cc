// aws:eks/fargateProfile:FargateProfile; its id is CLUSTER:NAME.
#include "providers/aws/resources/eks.h"

namespace drydock::aws_provider {
namespace {

std::string path_of(const std::string& id) {
  const auto [cluster, profile] = split_id(id);
  return eks_path(cluster, "/fargate-profiles/{}", {profile});
}
Aws<Json> describe_profile(Operation& op, const std::string& id) { return eks_get(op, path_of(id), "fargateProfile"); }

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  Json body = Json::object({{"fargateProfileName", text(in, "fargateProfileName")},
                            {"podExecutionRoleArn", text(in, "podExecutionRoleArn")},
                            {"selectors", in.at("selectors")},
                            {"clientRequestToken", Operation::token()}});
  put(body, "subnets", in.at("subnetIds"));
  if (in.at("tagsAll").size() > 0) body["tags"] = in.at("tagsAll");
  // A cluster makes or deletes one profile at a time.
  auto made = op.retry(
      minutes(10), [](const AwsError& e) { return e.is("ResourceInUseException") || role_is_new(e); },
      [&] { return op.eks("POST", eks_path(text(in, "clusterName"), "/fargate-profiles"), body); });
  if (!made) return up(made);
  id = text(in, "clusterName") + ":" + text(in, "fargateProfileName");
  return wait_state(op, "Fargate profile " + id + " to become ACTIVE", op.timeout_or(minutes(10)),
                    [&] { return describe_profile(op, id); }, "status", {"ACTIVE"}, {"CREATE_FAILED"});
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto profile = describe_profile(op, id);
  if (!profile || profile->is_null()) return profile;
  Json out;
  for (const char* name : {"clusterName", "fargateProfileName", "podExecutionRoleArn", "selectors", "status"})
    put(out, name, profile->at(name));
  out["arn"] = text(*profile, "fargateProfileArn");
  out["subnetIds"] = Json(items(profile->at("subnets")));
  out["tagsAll"] = profile->at("tags");
  return out;
}

Aws<void> retag(Operation& op, const std::string&, const Json& known, const Json& set, const Json::Array& unset) {
  return retag_eks(op, text(known, "arn"), set, unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  return eks_delete(op, path_of(id), "", "fargateProfile", "Fargate profile " + id, minutes(10), "DELETE_FAILED");
}

}  // namespace

extern const ResourceType kFargateProfile;
const ResourceType kFargateProfile = {.token = "aws:eks/fargateProfile:FargateProfile",
                                      .naming = {.property = "fargateProfileName", .prefix_property = ""},
                                      .sets = {"subnetIds", "selectors"},
                                      .lost_status = "CREATE_FAILED",
                                      .create = create,
                                      .read = read,
                                      .retag = retag,
                                      .remove = remove};

}  // namespace drydock::aws_provider

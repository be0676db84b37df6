// aws:eks/nodeGroup:NodeGroup; its id is CLUSTER:NAME.
#include <fmt/format.h>

#include "providers/aws/resources/eks.h"

namespace drydock::aws_provider {
namespace {

std::string path_of(const std::string& id, const char* rest = "") {
  const auto [cluster, group] = split_id(id);
  return eks_path(cluster, "/node-groups/{}", {group}) + rest;
}
Aws<Json> describe_group(Operation& op, const std::string& id) { return eks_get(op, path_of(id), "nodegroup"); }

Json launch_template(const Json& in) {
  const Json& from = in.at("launchTemplate");
  if (!from.is_object()) return {};
  Json out = Json::object();
  put(out, from.has("id") ? "id" : "name", from.has("id") ? from.at("id") : from.at("name"));
  put(out, "version", from.at("version"));
  return out;
}

Json remote_access(const Json& in) {
  const Json& from = in.at("remoteAccess");
  if (!from.is_object()) return {};
  Json out = Json::object();
  put(out, "ec2SshKey", from.at("ec2SshKey"));
  put(out, "sourceSecurityGroups", from.at("sourceSecurityGroupIds"));
  return out;
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  Json body = Json::object({{"nodegroupName", text(in, "nodeGroupName")},
                            {"nodeRole", text(in, "nodeRoleArn")},
                            {"subnets", in.at("subnetIds")},
                            {"scalingConfig", in.at("scalingConfig")},
                            {"clientRequestToken", Operation::token()}});
  for (const char* name : {"amiType", "capacityType", "diskSize", "instanceTypes", "labels", "taints", "updateConfig",
                           "nodeRepairConfig", "warmPoolConfig", "version", "releaseVersion"})
    put(body, name, in.at(name));
  put(body, "launchTemplate", launch_template(in));
  put(body, "remoteAccess", remote_access(in));
  if (in.at("tagsAll").size() > 0) body["tags"] = in.at("tagsAll");
  auto made = op.retry(minutes(2), role_is_new,
                       [&] { return op.eks("POST", eks_path(text(in, "clusterName"), "/node-groups"), body); });
  if (!made) return up(made);
  id = text(in, "clusterName") + ":" + text(in, "nodeGroupName");
  return op.wait("node group " + id + " to become ACTIVE", op.timeout_or(minutes(60)), [&]() -> Aws<Poll> {
    auto group = describe_group(op, id);
    if (!group) return up(group);
    const std::string status = text(*group, "status");
    if (status == "CREATE_FAILED")
      return no(ErrorCode::unavailable, "the node group became CREATE_FAILED: " + health_issues(*group));
    return Poll{status == "ACTIVE", status};
  });
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto group = describe_group(op, id);
  if (!group || group->is_null()) return group;
  Json out;
  out["arn"] = text(*group, "nodegroupArn");
  out["nodeGroupName"] = text(*group, "nodegroupName");
  out["nodeRoleArn"] = text(*group, "nodeRole");
  out["subnetIds"] = group->at("subnets");
  for (const char* name : {"clusterName", "status", "scalingConfig", "amiType", "capacityType", "diskSize",
                           "instanceTypes", "labels", "updateConfig", "nodeRepairConfig", "version", "releaseVersion"})
    put(out, name, group->at(name));
  if (group->at("taints").is_array()) out["taints"] = group->at("taints");
  put(out, "launchTemplate", group->at("launchTemplate"));
  Json groups = Json::array();
  for (const Json& one : items(group->path("resources.autoScalingGroups")))
    groups.push_back(Json::object({{"name", text(one, "name")}}));
  out["resources"] = Json::array({Json::object(
      {{"autoscalingGroups", groups},
       {"remoteAccessSecurityGroupId", group->path("resources.remoteAccessSecurityGroup").string_or()}})});
  out["tagsAll"] = group->at("tags");
  return out;
}

Aws<void> update_version(Operation& op, const std::string& id, const Json& old, const Json& in) {
  if (!changed(old, in, "launchTemplate") && !changed(old, in, "version") && !changed(old, in, "releaseVersion"))
    return {};
  Json body =
      Json::object({{"clientRequestToken", Operation::token()}, {"force", in.at("forceUpdateVersion").bool_or(false)}});
  put(body, "launchTemplate", launch_template(in));
  if (changed(old, in, "version")) put(body, "version", in.at("version"));
  if (changed(old, in, "releaseVersion")) put(body, "releaseVersion", in.at("releaseVersion"));
  auto begun = op.eks("POST", path_of(id, "/update-version"), body);
  if (!begun) return up(begun);
  const auto [cluster, group] = split_id(id);
  return wait_update(op, cluster, *begun, minutes(60), "?nodegroupName=" + segment(group));
}

Json label_change(const Json& old, const Json& now) {
  Json put_these = Json::object(), take_these = Json::array();
  if (now.is_object())
    for (const auto& [key, value] : now.as_object())
      if (!(old.at(key) == value)) put_these[key] = value;
  if (old.is_object())
    for (const auto& [key, value] : old.as_object())
      if (!now.has(key)) take_these.push_back(key);
  Json out = Json::object();
  if (put_these.size() > 0) out["addOrUpdateLabels"] = std::move(put_these);
  if (take_these.size() > 0) out["removeLabels"] = std::move(take_these);
  return out;
}

Aws<void> update_config(Operation& op, const std::string& id, const Json& old, const Json& in) {
  Json body = Json::object();
  if (changed(old, in, "labels")) body["labels"] = label_change(old.at("labels"), in.at("labels"));
  if (changed(old, in, "taints")) {
    const ListChange change = list_change(old.at("taints"), in.at("taints"));
    Json taints = Json::object();
    if (!change.added.empty()) taints["addOrUpdateTaints"] = change.added;
    if (!change.removed.empty()) taints["removeTaints"] = change.removed;
    body["taints"] = std::move(taints);
  }
  for (const char* name : {"scalingConfig", "updateConfig", "nodeRepairConfig"})
    if (changed(old, in, name) && in.has(name)) body[name] = in.at(name);
  if (body.size() == 0) return {};
  body["clientRequestToken"] = Operation::token();
  auto begun = op.eks("POST", path_of(id, "/update-config"), body);
  if (!begun) return up(begun);
  const auto [cluster, group] = split_id(id);
  return wait_update(op, cluster, *begun, minutes(60), "?nodegroupName=" + segment(group));
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  TRY_AWS(update_version(op, id, old, in));
  return update_config(op, id, old, in);
}

Aws<void> retag(Operation& op, const std::string&, const Json& known, const Json& set, const Json::Array& unset) {
  return retag_eks(op, text(known, "arn"), set, unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  return eks_delete(op, path_of(id), "", "nodegroup", "node group " + id, minutes(60), "DELETE_FAILED");
}

void check(const Json& in, const std::vector<std::string>&, std::vector<CheckFailure>& failures) {
  if (in.has("launchTemplate") && in.has("remoteAccess"))
    failures.push_back(
        {"remoteAccess", "'launchTemplate' and 'remoteAccess' exclude each other: put the key into the template"});
  const Json& scaling = in.at("scalingConfig");
  if (!scaling.is_object()) return;
  const auto low = scaling.at("minSize").int_or(0), high = scaling.at("maxSize").int_or(0),
             want = scaling.at("desiredSize").int_or(low);
  if (low > high || want < low || want > high)
    failures.push_back(
        {"scalingConfig", fmt::format("'scalingConfig' needs minSize <= desiredSize <= maxSize, but has {} <= {} <= {}",
                                      low, want, high)});
}

}  // namespace

extern const ResourceType kNodeGroup;
const ResourceType kNodeGroup = {
    .token = "aws:eks/nodeGroup:NodeGroup",
    .naming = {.property = "nodeGroupName", .max = 63, .prefix_property = "nodeGroupNamePrefix"},
    .sets = {"subnetIds", "taints", "remoteAccess.sourceSecurityGroupIds"},
    .lost_status = "CREATE_FAILED",
    .create = create,
    .read = read,
    .update = update,
    .retag = retag,
    .remove = remove,
    .check = check};

}  // namespace drydock::aws_provider

// aws:eks/addon:Addon
#include <fmt/format.h>

#include "providers/aws/resources/eks.h"

namespace drydock::aws_provider {
namespace {

// An add-on has no status among its properties; that it failed for good is noted where programs and diffs do not look.
constexpr const char* kLost = "__status";

std::string path_of(const std::string& id) {
  const auto [cluster, addon] = split_id(id);
  return eks_path(cluster, "/addons/{}", {addon});
}
Aws<Json> describe_addon(Operation& op, const std::string& id) { return eks_get(op, path_of(id), "addon"); }

// DEGRADED passes: CoreDNS is so until there are nodes.
Aws<void> wait_active(Operation& op, const std::string& id) {
  return op.wait("add-on " + id + " to become ACTIVE", op.timeout_or(minutes(20)), [&]() -> Aws<Poll> {
    auto addon = describe_addon(op, id);
    if (!addon) return up(addon);
    const std::string status = text(*addon, "status"), issues = health_issues(*addon);
    if (status == "CREATE_FAILED" || status == "UPDATE_FAILED")
      return no(ErrorCode::unavailable,
                fmt::format("the add-on became {}{}{}", status, issues.empty() ? "" : ": ", issues));
    return Poll{status == "ACTIVE", issues.empty() ? status : status + ": " + issues};
  });
}

Json body_of(const Json& in, const char* conflicts) {
  Json body = Json::object({{"clientRequestToken", Operation::token()}});
  for (const char* name : {"addonVersion", "configurationValues", "serviceAccountRoleArn", "namespaceConfig"})
    put(body, name, in.at(name));
  put(body, "resolveConflicts", in.at(conflicts));
  if (in.at("podIdentityAssociations").is_array()) body["podIdentityAssociations"] = in.at("podIdentityAssociations");
  return body;
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  Json body = body_of(in, "resolveConflictsOnCreate");
  body["addonName"] = text(in, "addonName");
  if (in.at("tagsAll").size() > 0) body["tags"] = in.at("tagsAll");
  auto made = op.retry(
      minutes(2),
      [](const AwsError& e) {
        return e.is("InvalidParameterException") && (e.mentions("CREATE_FAILED") || e.mentions("does not exist"));
      },
      [&] { return op.eks("POST", eks_path(text(in, "clusterName"), "/addons"), body); });
  if (!made) return up(made);
  id = text(in, "clusterName") + ":" + text(in, "addonName");
  return wait_active(op, id);
}

Aws<Json> pod_identities(Operation& op, const std::string& cluster, const Json& arns) {
  Json::Array out;
  for (const Json& arn : items(arns)) {
    const std::string text_arn = arn.string_or();
    auto one =
        eks_get(op, eks_path(cluster, "/pod-identity-associations/{}", {text_arn.substr(text_arn.rfind('/') + 1)}),
                "association");
    if (!one) return one;
    if (!one->is_null())
      out.push_back(
          Json::object({{"roleArn", text(*one, "roleArn")}, {"serviceAccount", text(*one, "serviceAccount")}}));
  }
  return Json(std::move(out));
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto addon = describe_addon(op, id);
  if (!addon || addon->is_null()) return addon;
  Json out;
  out["arn"] = text(*addon, "addonArn");
  for (const char* name :
       {"clusterName", "addonName", "addonVersion", "configurationValues", "serviceAccountRoleArn", "namespaceConfig"})
    put(out, name, addon->at(name));
  out["createdAt"] = iso_time(addon->at("createdAt"));
  out["modifiedAt"] = iso_time(addon->at("modifiedAt"));
  out["tagsAll"] = addon->at("tags");
  if (text(*addon, "status") == "CREATE_FAILED") out[kLost] = "CREATE_FAILED";
  if (addon->at("podIdentityAssociations").size() > 0) {
    auto identities = pod_identities(op, split_id(id).first, addon->at("podIdentityAssociations"));
    if (!identities) return identities;
    out["podIdentityAssociations"] = *identities;
  }
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  bool any = false;
  for (const char* name : {"addonVersion", "configurationValues", "serviceAccountRoleArn", "podIdentityAssociations"})
    any = any || changed(old, in, name);
  if (!any) return {};
  auto begun = op.retry(
      minutes(20), [](const AwsError& e) { return e.is("ResourceInUseException"); },
      [&] { return op.eks("POST", path_of(id) + "/update", body_of(in, "resolveConflictsOnUpdate")); });
  if (!begun) return up(begun);
  const auto [cluster, addon] = split_id(id);
  return wait_update(op, cluster, *begun, minutes(20), "?addonName=" + segment(addon));
}

Aws<void> retag(Operation& op, const std::string&, const Json& known, const Json& set, const Json::Array& unset) {
  return retag_eks(op, text(known, "arn"), set, unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json& known) {
  return eks_delete(op, path_of(id), known.at("preserve").bool_or(false) ? "?preserve=true" : "?preserve=false",
                    "addon", "add-on " + id, minutes(40), "DELETE_FAILED");
}

}  // namespace

extern const ResourceType kAddon;
const ResourceType kAddon = {.token = "aws:eks/addon:Addon",
                             .sets = {"podIdentityAssociations"},
                             .lost_status = "CREATE_FAILED",
                             .lost_output = kLost,
                             .create = create,
                             .read = read,
                             .update = update,
                             .retag = retag,
                             .remove = remove};

}  // namespace drydock::aws_provider

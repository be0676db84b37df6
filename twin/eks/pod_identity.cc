// Which role the pods of a service account get from the Pod Identity agent.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
#include <fmt/format.h>

#include "twin/eks/common.h"

namespace drydock::twin::eks {
namespace {

using aws::eks::PodIdentityAssociation;

ApiResult create(Service& service, Call& call) {
  World& world = service.world;
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  PodIdentityAssociation made{.clusterName = (*cluster)->name,
                              .roleArn = call.text("roleArn"),
                              .serviceAccount = call.text("serviceAccount"),
                              .name_space = call.text("namespace")};
  switch (role_state(world, made.roleArn, "pods.eks.amazonaws.com")) {
    case RoleState::missing:
      return invalid_parameter("Role provided in the request does not exist.");
    case RoleState::distrusts:
      return invalid_parameter("Trust policy of the role does not allow pods.eks.amazonaws.com to assume it.");
    case RoleState::ok:
      break;
  }
  if (auto refusal = service.front.may(call, "iam:PassRole", {made.roleArn})) return tl::unexpected(*refusal);
  for (const auto& [key, there] : world.table<PodIdentityAssociation>(call.region))
    if (there.clusterName == made.clusterName && there.name_space == made.name_space &&
        there.serviceAccount == made.serviceAccount)
      return in_use(fmt::format("Association already exists: {}", there.associationId));
  made.associationId = "a-" + world.new_hex(17);
  made.associationArn =
      arn_of(world, call.region, fmt::format("podidentityassociation/{}/{}", made.clusterName, made.associationId));
  made.createdAt = made.modifiedAt = now_seconds(world);
  made.targetRoleArn = call.maybe("targetRoleArn");
  made.disableSessionTags = call.in.at("disableSessionTags").bool_or(false);
  made.tags = tags_of(call.in.at("tags"));
  return Json::object({{"association", wire(world.table<PodIdentityAssociation>(call.region)
                                                .put(key_of(made.clusterName, made.associationId), made))}});
}

tl::expected<const PodIdentityAssociation*, ApiError> association_of(World& world, const Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  const std::string id = call.text("associationId");
  const auto* found = world.table<PodIdentityAssociation>(call.region).find(key_of((*cluster)->name, id));
  if (!found)
    return not_found(fmt::format("No association found with ID: {}", id),
                     Json::object({{"clusterName", (*cluster)->name}}));
  return found;
}

ApiResult list(World& world, Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  Json items = Json::array();
  for (const auto& [key, there] : world.table<PodIdentityAssociation>(call.region)) {
    if (there.clusterName != (*cluster)->name) continue;
    if (call.has("namespace") && there.name_space != call.text("namespace")) continue;
    if (call.has("serviceAccount") && there.serviceAccount != call.text("serviceAccount")) continue;
    items.push_back(Json::object({{"clusterName", there.clusterName},
                                  {"namespace", there.name_space},
                                  {"serviceAccount", there.serviceAccount},
                                  {"associationArn", there.associationArn},
                                  {"associationId", there.associationId}}));
  }
  return Json::object({{"associations", items}, {"nextToken", Json()}});
}

ApiResult update(World& world, Call& call) {
  auto found = association_of(world, call);
  if (!found) return tl::unexpected(found.error());
  PodIdentityAssociation& association =
      *world.table<PodIdentityAssociation>(call.region).edit(key_of((*found)->clusterName, (*found)->associationId));
  if (call.has("roleArn")) {
    if (role_state(world, call.text("roleArn"), "pods.eks.amazonaws.com") != RoleState::ok)
      return invalid_parameter("Role provided in the request does not exist.");
    association.roleArn = call.text("roleArn");
  }
  if (call.has("targetRoleArn")) association.targetRoleArn = call.maybe("targetRoleArn");
  if (call.in.at("disableSessionTags").is_bool())
    association.disableSessionTags = call.in.at("disableSessionTags").as_bool();
  association.modifiedAt = now_seconds(world);
  return Json::object({{"association", wire(association)}});
}

}  // namespace

void install_pod_identity(Service& service) {
  Front& front = service.front;
  front.operation("eks", "CreatePodIdentityAssociation", [&](World&, Call& call) { return create(service, call); });
  front.operation("eks", "ListPodIdentityAssociations", list);
  front.operation("eks", "UpdatePodIdentityAssociation", update);
  front.operation("eks", "DescribePodIdentityAssociation", [](World& world, Call& call) -> ApiResult {
    auto found = association_of(world, call);
    if (!found) return tl::unexpected(found.error());
    return Json::object({{"association", wire(**found)}});
  });
  front.operation("eks", "DeletePodIdentityAssociation", [](World& world, Call& call) -> ApiResult {
    auto found = association_of(world, call);
    if (!found) return tl::unexpected(found.error());
    const aws::eks::PodIdentityAssociation gone = **found;
    world.table<aws::eks::PodIdentityAssociation>(call.region).erase(key_of(gone.clusterName, gone.associationId));
    return Json::object({{"association", wire(gone)}});
  });
}

}  // namespace drydock::twin::eks

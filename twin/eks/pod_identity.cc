// Which role the pods of a service account get from the Pod Identity agent.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
#include <fmt/format.h>

#include "twin/eks/common.h"
#include "twin/iam/access.h"
#include "twin/kubernetes/service_tokens.h"

namespace drydock::twin::eks {
namespace {

using aws::eks::PodIdentityAssociation;
constexpr auto kPodsService = "pods.eks.amazonaws.com";
constexpr auto kNoTrust = "Unauthorized Exception! EKS does not have permissions to assume the associated role.";

ApiResult create(Service& service, Call& call) {
  auto cluster = cluster_of(service.world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  PodIdentityAssociation wish{.clusterName = (*cluster)->name,
                              .roleArn = call.text("roleArn"),
                              .serviceAccount = call.text("serviceAccount"),
                              .name_space = call.text("namespace")};
  wish.targetRoleArn = call.maybe("targetRoleArn");
  wish.disableSessionTags = call.in.at("disableSessionTags").bool_or(false);
  wish.tags = tags_of(call.in.at("tags"));
  auto made = make_association(service, call, std::move(wish));
  if (!made) return tl::unexpected(made.error());
  return Json::object({{"association", wire(**made)}});
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

/// eks-auth: what the agent on a node asks for a pod, with the node's own credentials.
/// https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html
ApiResult assume_role(Service& service, Call& call) {
  World& world = service.world;
  const std::string cluster = call.text("clusterName"), token = call.text("token");
  auto* kube = service.kube(call.region, cluster);
  if (!kube) return no_cluster(cluster);
  const Json claims = kubernetes::token_claims(token);
  if (!kubernetes::is_signed_by(*kube, token) || claims.path("aud.0").string_or() != "pods.eks.amazonaws.com")
    return refuse("InvalidTokenException", "The token included in the request is not valid.");
  const Json& about = claims.at("kubernetes.io");
  const std::string name_space = about.at("namespace").string_or(),
                    account = about.path("serviceaccount.name").string_or();
  const auto* association = pod_identity_of(world, call.region, cluster, name_space, account);
  if (!association)
    return not_found(fmt::format("No association found for service account {}/{}", name_space, account));
  const aws::Role* role = pod_identity_role(world, *association);
  if (!role) return refuse("AccessDeniedException", kNoTrust, 400);
  const auto& session = iam::new_session(world, *role, "eks-" + cluster + "-" + world.new_hex(8), 6 * 3600 * 1000LL);
  return Json::object({{"subject", Json::object({{"namespace", name_space}, {"serviceAccount", account}})},
                       {"audience", "pods.eks.amazonaws.com"},
                       {"podIdentityAssociation", Json::object({{"associationArn", association->associationArn},
                                                                {"associationId", association->associationId}})},
                       {"assumedRoleUser", Json::object({{"arn", iam::session_caller(*role, session.session_name).arn},
                                                         {"assumeRoleId", role->RoleId + ":" + session.session_name}})},
                       {"credentials", Json::object({{"accessKeyId", session.AccessKeyId},
                                                     {"secretAccessKey", session.secret},
                                                     {"sessionToken", session.token},
                                                     {"expiration", static_cast<double>(session.expires) / 1000.0}})}});
}

}  // namespace

const aws::Role* pod_identity_role(World& world, const PodIdentityAssociation& association) {
  const aws::Role* role = iam::role_by_arn(world, association.roleArn);
  if (!role) return nullptr;
  const iam::Caller service = iam::service_caller(kPodsService);
  for (const char* action : {"sts:AssumeRole", "sts:TagSession"})
    if (!iam::authorise_assume_role(world, service, *role, action).allowed()) return nullptr;
  return role;
}

tl::expected<const PodIdentityAssociation*, ApiError> make_association(Service& service, const Call& call,
                                                                       PodIdentityAssociation made) {
  World& world = service.world;
  switch (role_state(world, made.roleArn, kPodsService)) {
    case RoleState::missing:
      return invalid_parameter("Role provided in the request does not exist.");
    case RoleState::distrusts:
      return invalid_parameter("Trust policy of the role does not allow pods.eks.amazonaws.com to assume it.");
    case RoleState::ok:
      break;
  }
  if (auto refusal = service.front.may(call, "iam:PassRole", {made.roleArn})) return tl::unexpected(*refusal);
  if (const auto* there = pod_identity_of(world, call.region, made.clusterName, made.name_space, made.serviceAccount))
    return in_use(fmt::format("Association already exists: {}", there->associationId));
  made.associationId = "a-" + world.new_hex(17);
  made.associationArn =
      arn_of(world, call.region, fmt::format("podidentityassociation/{}/{}", made.clusterName, made.associationId));
  made.createdAt = made.modifiedAt = now_seconds(world);
  const std::string key = key_of(made.clusterName, made.associationId);
  return &world.table<PodIdentityAssociation>(call.region).put(key, std::move(made));
}

void install_pod_identity(Service& service) {
  Front& front = service.front;
  front.operation("eks", "CreatePodIdentityAssociation", [&](World&, Call& call) { return create(service, call); });
  front.rest("eks-auth", "POST", "/clusters/{clusterName}/assume-role-for-pod-identity", "AssumeRoleForPodIdentity");
  front.operation("eks-auth", "AssumeRoleForPodIdentity",
                  [&](World&, Call& call) { return assume_role(service, call); });
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

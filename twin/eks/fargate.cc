// Fargate profiles and auto mode: what EKS takes and keeps. Nobody runs the pods and nodes that they stand for here,
// and whoever waits for them is told so (see capacity_not_lived).
// https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "twin/eks/common.h"
#include "twin/iam/access.h"
#include "twin/iam/match.h"

namespace drydock::twin::eks {
namespace {

using namespace std::chrono_literals;
using aws::eks::FargateSelector;
constexpr auto kCreationTakes = 90s;
constexpr auto kDeletionTakes = 60s;
constexpr std::size_t kMaxSelectors = 5;
constexpr auto kPods = "eks-fargate-pods.amazonaws.com";

Json extra_of(const FargateProfile& profile) {
  return Json::object({{"clusterName", profile.clusterName}, {"fargateProfileName", profile.fargateProfileName}});
}
Json argument_of(const std::string& region, const FargateProfile& profile) {
  return Json::object({{"region", region}, {"cluster", profile.clusterName}, {"name", profile.fargateProfileName}});
}
FargateProfile* edit(World& world, const Json& argument) {
  return world.table<FargateProfile>(argument.at("region").string_or())
      .edit(key_of(argument.at("cluster").string_or(), argument.at("name").string_or()));
}

/// One profile of a cluster is made or deleted at a time.
std::optional<ApiError> busy_profile(World& world, const Call& call, const FargateProfile& asked, const char* doing) {
  for (const auto& [key, other] : world.table<FargateProfile>(call.region))
    if (other.clusterName == asked.clusterName && (other.status == "CREATING" || other.status == "DELETING"))
      return in_use(fmt::format("Cannot {} Fargate Profile {} because cluster {} currently has Fargate profile {} in "
                                "status {}",
                                doing, asked.fargateProfileName, asked.clusterName, other.fargateProfileName,
                                other.status),
                    extra_of(asked))
          .value();
  return std::nullopt;
}

std::optional<ApiError> check_name(const FargateProfile& profile) {
  const std::string& name = profile.fargateProfileName;
  const auto fault = [&](std::string text) { return invalid_parameter(std::move(text), extra_of(profile)).value(); };
  if (name.empty() || name.size() > 100) return fault("fargateProfileName must have 1 to 100 characters");
  if (to_lower(name).starts_with("eks-"))
    return fault("fargateProfileName must not start with the reserved prefix eks-");
  return std::nullopt;
}

/// Without subnets of its own a profile takes the cluster's private ones.
std::optional<ApiError> check_subnets(World& world, const Call& call, FargateProfile& profile, const Cluster& cluster) {
  const auto fault = [&](std::string text) { return invalid_parameter(std::move(text), extra_of(profile)).value(); };
  const Table<aws::Subnet>& subnets = world.table<aws::Subnet>(call.region);
  if (profile.subnets.empty())
    for (const std::string& id : cluster.resourcesVpcConfig.subnetIds)
      if (const aws::Subnet* subnet = subnets.find(id); subnet && !is_public_subnet(world, call.region, *subnet))
        profile.subnets.push_back(id);
  if (profile.subnets.empty()) return fault("No private subnets were found for the Fargate profile");
  for (const std::string& id : profile.subnets) {
    const aws::Subnet* subnet = subnets.find(id);
    if (!subnet) return fault(fmt::format("The subnet ID '{}' does not exist", id));
    if (subnet->vpcId != cluster.resourcesVpcConfig.vpcId)
      return fault(fmt::format("Subnet {} is not in the cluster's VPC", id));
    if (is_public_subnet(world, call.region, *subnet))
      return fault(fmt::format("Subnet {} provided in Fargate Profile is not a private subnet", id));
  }
  return std::nullopt;
}

std::optional<ApiError> check_selectors(const FargateProfile& profile) {
  const auto fault = [&](std::string text) { return invalid_parameter(std::move(text), extra_of(profile)).value(); };
  if (profile.selectors.empty()) return fault("A Fargate profile needs at least one selector");
  if (profile.selectors.size() > kMaxSelectors)
    return fault(fmt::format("A Fargate profile has at most {} selectors", kMaxSelectors));
  for (const FargateSelector& selector : profile.selectors)
    if (selector.name_space.empty()) return fault("Each selector of a Fargate profile needs a namespace");
  return std::nullopt;
}

std::optional<ApiError> check_pod_role(World& world, const FargateProfile& profile) {
  switch (role_state(world, profile.podExecutionRoleArn, kPods)) {
    case RoleState::ok:
      return std::nullopt;
    case RoleState::missing:
      return invalid_parameter(fmt::format("The role with name {} cannot be found.", profile.podExecutionRoleArn),
                               extra_of(profile))
          .value();
    case RoleState::distrusts:
      return invalid_parameter(fmt::format("Misconfigured PodExecutionRole Trust Policy; Please add the {} Service "
                                           "Principal",
                                           kPods),
                               extra_of(profile))
          .value();
  }
  return std::nullopt;
}

ApiResult create(Service& service, Call& call) {
  World& world = service.world;
  auto found = cluster_of(world, call);
  if (!found) return tl::unexpected(found.error());
  const Cluster cluster = **found;
  FargateProfile profile{.fargateProfileName = call.text("fargateProfileName"), .clusterName = cluster.name};
  const std::string key = key_of(cluster.name, profile.fargateProfileName);
  profile.clientRequestToken = call.text("clientRequestToken");
  if (const FargateProfile* there = world.table<FargateProfile>(call.region).find(key)) {
    if (!profile.clientRequestToken.empty() && there->clientRequestToken == profile.clientRequestToken)
      return Json::object({{"fargateProfile", wire(*there)}});
    return in_use("A Fargate Profile already exists with this name in this cluster.", extra_of(profile));
  }
  if (cluster.status != "ACTIVE" && cluster.status != "UPDATING")
    return invalid_request(fmt::format("Cluster '{}' is not in ACTIVE status", cluster.name), extra_of(profile));
  profile.podExecutionRoleArn = call.text("podExecutionRoleArn");
  profile.subnets = call.texts("subnets");
  fields::decode(call.in.at("selectors"), profile.selectors);
  for (const auto& fault : {check_name(profile), busy_profile(world, call, profile, "create"), check_selectors(profile),
                            check_pod_role(world, profile), check_subnets(world, call, profile, cluster)})
    if (fault) return tl::unexpected(*fault);
  if (auto refusal = service.front.may(call, "iam:PassRole", {profile.podExecutionRoleArn}))
    return tl::unexpected(*refusal);
  profile.createdAt = now_seconds(world);
  profile.tags = tags_of(call.in.at("tags"));
  profile.fargateProfileArn =
      arn_of(world, call.region,
             fmt::format("fargateprofile/{}/{}/{}", cluster.name, profile.fargateProfileName, world.new_uuid()));
  iam::ensure_service_linked_role(world, "eks-fargate.amazonaws.com");
  admit_role(service, call.region, cluster, profile.podExecutionRoleArn, "FARGATE_LINUX");
  const FargateProfile& made = world.table<FargateProfile>(call.region).put(key, profile);
  world.clock().after(kCreationTakes, Clock::Kind::completes, "eks.fargate-created", argument_of(call.region, made));
  return Json::object({{"fargateProfile", wire(made)}});
}

tl::expected<const FargateProfile*, ApiError> profile_of(World& world, const Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  const std::string name = call.text("fargateProfileName");
  const FargateProfile* profile = world.table<FargateProfile>(call.region).find(key_of((*cluster)->name, name));
  if (!profile)
    return not_found(fmt::format("No Fargate Profile found with name: {}.", name),
                     Json::object({{"clusterName", (*cluster)->name}, {"fargateProfileName", name}}));
  return profile;
}

ApiResult remove(Service& service, Call& call) {
  auto found = profile_of(service.world, call);
  if (!found) return tl::unexpected(found.error());
  if ((*found)->status != "DELETING") {
    if (auto refusal = busy_profile(service.world, call, **found, "delete")) return tl::unexpected(*refusal);
    edit(service.world, argument_of(call.region, **found))->status = "DELETING";
    service.world.clock().after(kDeletionTakes, Clock::Kind::completes, "eks.fargate-deleted",
                                argument_of(call.region, **found));
  }
  return Json::object({{"fargateProfile", wire(**found)}});
}

ApiResult list(World& world, Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  std::vector<std::string> names;
  for (const auto& [key, profile] : world.table<FargateProfile>(call.region))
    if (profile.clusterName == (*cluster)->name) names.push_back(profile.fargateProfileName);
  return page(names, call, "fargateProfileNames");
}

/// A namespace may hold wildcards; all labels must be there.
bool selects(const FargateSelector& selector, const Json& pod) {
  if (!iam::glob(selector.name_space, kube::namespace_of(pod))) return false;
  return std::all_of(selector.labels.begin(), selector.labels.end(), [&](const auto& label) {
    return iam::glob(label.second, kube::label(pod, label.first).string_or());
  });
}

}  // namespace

void install_fargate(Service& service) {
  Front& front = service.front;
  front.operation("eks", "CreateFargateProfile", [&](World&, Call& call) { return create(service, call); });
  front.operation("eks", "DeleteFargateProfile", [&](World&, Call& call) { return remove(service, call); });
  front.operation("eks", "ListFargateProfiles", list);
  front.operation("eks", "DescribeFargateProfile", [](World& world, Call& call) -> ApiResult {
    auto profile = profile_of(world, call);
    if (!profile) return tl::unexpected(profile.error());
    return Json::object({{"fargateProfile", wire(**profile)}});
  });
  service.world.clock().handle("eks.fargate-created", [](World& world, const Json& argument) {
    if (FargateProfile* profile = edit(world, argument); profile && profile->status == "CREATING")
      profile->status = "ACTIVE";
  });
  service.world.clock().handle("eks.fargate-deleted", [](World& world, const Json& argument) {
    world.table<FargateProfile>(argument.at("region").string_or())
        .erase(key_of(argument.at("cluster").string_or(), argument.at("name").string_or()));
  });
}

std::string fargate_profile_of(World& world, const std::string& region, const std::string& cluster, const Json& pod) {
  const Table<FargateProfile>& table = world.table<FargateProfile>(region);
  for (auto it = table.lower_bound(cluster + "/"); it != table.end() && it->second.clusterName == cluster; ++it) {
    const FargateProfile& profile = it->second;
    const bool match = std::any_of(profile.selectors.begin(), profile.selectors.end(),
                                   [&](const FargateSelector& selector) { return selects(selector, pod); });
    if (profile.status == "ACTIVE" && match) return profile.fargateProfileName;
  }
  return {};
}

std::string capacity_not_lived(World& world, const std::string& region, const std::string& name, bool on_fargate) {
  if (on_fargate) return "not supported yet: the twin runs no pods on Fargate";
  const Cluster* cluster = world.table<Cluster>(region).find(name);
  return cluster && has_auto_mode(*cluster) ? "not supported yet: the twin starts no nodes of EKS Auto Mode" : "";
}

// --- Auto mode

bool has_auto_mode(const Cluster& cluster) {
  return cluster.computeConfig && cluster.computeConfig->at("enabled").bool_or(false);
}

std::optional<ApiError> take_auto_mode(World& world, const Call& call, Cluster& cluster) {
  const Json& compute = call.in.at("computeConfig");
  const bool nodes = compute.at("enabled").bool_or(false),
             volumes = call.in.path("storageConfig.blockStorage.enabled").bool_or(false),
             balancing = call.in.path("kubernetesNetworkConfig.elasticLoadBalancing.enabled").bool_or(false);
  const auto fault = [](std::string text) { return invalid_parameter(std::move(text)).value(); };
  if (nodes != volumes || nodes != balancing)
    return fault(
        "For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, "
        "and blockStorage are all either fully enabled or fully disabled.");
  if (!nodes) return std::nullopt;
  if (cluster.bootstrapSelfManagedAddons)
    return fault("When EKS Auto Mode is enabled, bootstrapSelfManagedAddons must be set to false.");
  if (cluster.accessConfig.authenticationMode == "CONFIG_MAP")
    return fault("EKS Auto Mode needs the authentication mode API or API_AND_CONFIG_MAP");
  static const std::set<std::string> kPools = {"general-purpose", "system"};
  for (const std::string& pool : texts(compute.at("nodePools")))
    if (!kPools.contains(pool)) return fault("Invalid node pool: " + pool);
  const std::string role = compute.at("nodeRoleArn").string_or();
  if (role.empty() != (compute.at("nodePools").size() == 0))
    return fault("When nodePools are given, nodeRoleArn must be too, and the other way round");
  if (!role.empty() && role_state(world, role, "ec2.amazonaws.com") != RoleState::ok)
    return fault(fmt::format("The role {} does not exist or does not trust ec2.amazonaws.com", role));
  cluster.computeConfig = compute;
  cluster.storageConfig = call.in.at("storageConfig");
  return std::nullopt;
}

}  // namespace drydock::twin::eks

// Updates of clusters, node groups and add-ons: one runs at a time per cluster; what it changes takes effect at its
// end.
#include <fmt/format.h>

#include "twin/eks/common.h"

namespace drydock::twin::eks {
namespace {

using namespace std::chrono_literals;
using aws::eks::UpdateParam;

void finish(Service& service, const Json& argument) {
  World& world = service.world;
  const std::string region = argument.at("region").string_or();
  Update* update = world.table<Update>(region).edit(argument.at("key").string_or());
  if (!update || update->status != "InProgress") return;
  update->status = "Successful";
  if (!update->nodegroupName.empty()) {
    if (Nodegroup* group = world.table<Nodegroup>(region).edit(key_of(update->clusterName, update->nodegroupName))) {
      group->status = "ACTIVE";
      group->modifiedAt = now_seconds(world);
      if (update->then.is_object()) fields::decode(update->then, *group);
    }
    return;
  }
  if (!update->addonName.empty()) return;  // addons.cc sees to it
  Cluster* cluster = world.table<Cluster>(region).edit(update->clusterName);
  if (!cluster) return;
  cluster->status = "ACTIVE";
  if (update->then.is_object()) fields::decode(update->then, *cluster);
  if (cluster->accessConfig.authenticationMode != "CONFIG_MAP")
    for (const auto& [key, group] : world.table<Nodegroup>(region))
      if (group.clusterName == cluster->name) admit_node_role(service, region, *cluster, group.nodeRole);
}

ApiResult update_version(Service& service, Call& call) {
  auto cluster = cluster_of(service.world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  if (auto refusal = busy(service.world, call, **cluster)) return tl::unexpected(*refusal);
  const std::string version = call.text("version");
  const Json extra = Json::object({{"clusterName", (*cluster)->name}});
  const VersionInfo* wanted = version_info(version);
  if (!wanted) return invalid_parameter("unsupported Kubernetes version", extra);
  if (version == (*cluster)->version)
    return invalid_parameter(fmt::format("Cluster is already at the desired configuration with version: {}", version),
                             extra);
  const auto minor = [](const std::string& text) { return std::stoi(text.substr(text.find('.') + 1)); };
  if (minor(version) != minor((*cluster)->version) + 1)
    return invalid_parameter(
        fmt::format("Unsupported Kubernetes minor version update from {} to {}", (*cluster)->version, version), extra);
  Json then = Json::object({{"version", version}, {"platformVersion", wanted->platform}});
  Update& update = start_update(service, call, "VersionUpdate",
                                {{"Version", version}, {"PlatformVersion", wanted->platform}}, then, {}, {}, 9min);
  return Json::object({{"update", wire(update)}});
}

struct Planned {
  std::string type;
  std::vector<UpdateParam> params;
  Json then;
};

tl::expected<Planned, ApiError> plan_network(Service& service, const Call& call, const Cluster& cluster) {
  const Json& asked = call.in.at("resourcesVpcConfig");
  aws::eks::VpcConfig next = cluster.resourcesVpcConfig;
  fields::decode(asked, next);
  next.clusterSecurityGroupId = cluster.resourcesVpcConfig.clusterSecurityGroupId;
  next.vpcId = cluster.resourcesVpcConfig.vpcId;
  if (!next.endpointPublicAccess && !next.endpointPrivateAccess)
    return invalid_parameter("Private and public endpoint access cannot be false");
  if (auto fault = check_placement(service.world, call, asked)) return tl::unexpected(*fault);
  if (wire(next) == wire(cluster.resourcesVpcConfig))
    return invalid_parameter("Cluster is already at the desired configuration with endpointPrivateAccess: " +
                             std::string(next.endpointPrivateAccess ? "true" : "false") + " , endpointPublicAccess: " +
                             (next.endpointPublicAccess ? "true" : "false") + ", and Public Endpoint Restrictions: " +
                             Json(Json::Array(next.publicAccessCidrs.begin(), next.publicAccessCidrs.end())).dump());
  Planned plan;
  plan.type = asked.has("subnetIds") || asked.has("securityGroupIds") ? "VpcConfigUpdate" : "EndpointAccessUpdate";
  for (const auto& [name, value] : asked.as_object())
    plan.params.push_back({std::string(1, static_cast<char>(std::toupper(name[0]))) + name.substr(1),
                           value.is_string() ? value.as_string() : value.dump()});
  plan.then = Json::object({{"resourcesVpcConfig", wire(next)}});
  return plan;
}

/// CONFIG_MAP -> API_AND_CONFIG_MAP -> API, never back.
tl::expected<Planned, ApiError> plan_access(const Call& call, const Cluster& cluster) {
  const auto rank = [](const std::string& mode) {
    return mode == "API" ? 2 : mode == "API_AND_CONFIG_MAP" ? 1 : mode == "CONFIG_MAP" ? 0 : -1;
  };
  const std::string mode = call.in.path("accessConfig.authenticationMode").string_or();
  const std::string& now = cluster.accessConfig.authenticationMode;
  if (rank(mode) < 0) return invalid_parameter("Invalid authentication mode");
  if (mode == now) return invalid_parameter("Unsupported authentication mode update from " + now + " to " + mode);
  if (rank(mode) < rank(now))
    return invalid_parameter("Unsupported authentication mode update from " + now + " to " + mode);
  Json access = wire(cluster.accessConfig);
  access["authenticationMode"] = mode;
  return Planned{"AccessConfigUpdate", {{"AuthenticationMode", mode}}, Json::object({{"accessConfig", access}})};
}

tl::expected<Planned, ApiError> plan_config(Service& service, const Call& call, const Cluster& cluster) {
  if (call.has("resourcesVpcConfig")) return plan_network(service, call, cluster);
  if (call.has("accessConfig")) return plan_access(call, cluster);
  if (call.has("logging")) {
    const Json logging = normal_logging(call.in.at("logging"));
    if (logging == cluster.logging) return invalid_parameter("No changes needed for the logging config provided");
    return Planned{"LoggingUpdate",
                   {{"ClusterLogging", logging.at("clusterLogging").dump()}},
                   Json::object({{"logging", logging}})};
  }
  for (const auto& [member, type] : {std::pair{"upgradePolicy", "UpgradePolicyUpdate"},
                                     {"zonalShiftConfig", "ZonalShiftConfigUpdate"},
                                     {"controlPlaneScalingConfig", "ControlPlaneScalingConfigUpdate"},
                                     {"kubeApiServerConfig", "KubeApiServerConfigUpdate"},
                                     {"kubeControllerManagerConfig", "KubeControllerManagerConfigUpdate"},
                                     {"kubeSchedulerConfig", "KubeSchedulerConfigUpdate"},
                                     {"deletionProtection", "DeletionProtectionUpdate"}})
    if (call.has(member))
      return Planned{type, {{type, call.in.at(member).dump()}}, Json::object({{member, call.in.at(member)}})};
  for (const char* member : {"computeConfig", "storageConfig", "kubernetesNetworkConfig", "remoteNetworkConfig"})
    if (call.has(member)) return invalid_parameter(fmt::format("not supported yet: updating {} on the twin", member));
  return invalid_parameter("No changes were given to update the cluster with");
}

ApiResult update_config(Service& service, Call& call) {
  auto cluster = cluster_of(service.world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  if (auto refusal = busy(service.world, call, **cluster)) return tl::unexpected(*refusal);
  auto plan = plan_config(service, call, **cluster);
  if (!plan) return tl::unexpected(plan.error());
  return Json::object({{"update", wire(start_update(service, call, plan->type, plan->params, plan->then))}});
}

ApiResult associate_encryption(Service& service, Call& call) {
  auto cluster = cluster_of(service.world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  if (auto refusal = busy(service.world, call, **cluster)) return tl::unexpected(*refusal);
  if ((*cluster)->encryptionConfig) return invalid_parameter("Cluster already has encryption configuration");
  const Json config = call.in.at("encryptionConfig");
  Update& update = start_update(service, call, "AssociateEncryptionConfig", {{"EncryptionConfig", config.dump()}},
                                Json::object({{"encryptionConfig", config}}));
  return Json::object({{"update", wire(update)}});
}

ApiResult describe_update(World& world, Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  const std::string id = call.text("updateId");
  const Update* update = world.table<Update>(call.region).find(key_of((*cluster)->name, id));
  if (!update || update->nodegroupName != call.text("nodegroupName") || update->addonName != call.text("addonName"))
    return not_found(fmt::format("No update found for ID: {}", id), Json::object({{"clusterName", (*cluster)->name}}));
  return Json::object({{"update", wire(*update)}});
}

ApiResult list_updates(World& world, Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  std::vector<std::string> ids;
  for (const auto& [key, update] : world.table<Update>(call.region))
    if (update.clusterName == (*cluster)->name && update.nodegroupName == call.text("nodegroupName") &&
        update.addonName == call.text("addonName"))
      ids.push_back(update.id);
  return page(ids, call, "updateIds");
}

}  // namespace

Update& start_update(Service& service, const Call& call, std::string type, std::vector<UpdateParam> params, Json then,
                     std::string nodegroup, std::string addon, Millis takes) {
  World& world = service.world;
  Update update{.id = world.new_uuid(), .type = std::move(type), .params = std::move(params)};
  update.createdAt = now_seconds(world);
  update.clusterName = call.text("clusterName");
  update.nodegroupName = std::move(nodegroup);
  update.addonName = std::move(addon);
  update.then = std::move(then);
  const std::string key = key_of(update.clusterName, update.id);
  if (update.nodegroupName.empty() && update.addonName.empty())
    world.table<Cluster>(call.region).edit(update.clusterName)->status = "UPDATING";
  if (!update.nodegroupName.empty())
    world.table<Nodegroup>(call.region).edit(key_of(update.clusterName, update.nodegroupName))->status = "UPDATING";
  world.clock().after(takes, Clock::Kind::completes, "eks.update-done",
                      Json::object({{"region", call.region}, {"key", key}}));
  return world.table<Update>(call.region).put(key, std::move(update));
}

std::optional<ApiError> busy(World& world, const Call& call, const Cluster& cluster) {
  const Json extra = Json::object({{"clusterName", cluster.name}});
  for (const auto& [key, update] : world.table<Update>(call.region))
    if (update.clusterName == cluster.name && update.status == "InProgress" && update.nodegroupName.empty() &&
        update.addonName.empty())
      return in_use(fmt::format("Cannot update cluster {}: an update is in progress (id {})", cluster.name, update.id),
                    extra)
          .value();
  if (cluster.status != "ACTIVE")
    return in_use(fmt::format("Cluster {} is not in ACTIVE status: {}", cluster.name, cluster.status), extra).value();
  return std::nullopt;
}

void install_updates(Service& service) {
  Front& front = service.front;
  front.operation("eks", "UpdateClusterVersion", [&](World&, Call& call) { return update_version(service, call); });
  front.operation("eks", "UpdateClusterConfig", [&](World&, Call& call) { return update_config(service, call); });
  front.operation("eks", "AssociateEncryptionConfig",
                  [&](World&, Call& call) { return associate_encryption(service, call); });
  front.operation("eks", "DescribeUpdate", describe_update);
  front.operation("eks", "ListUpdates", list_updates);
  service.world.clock().handle("eks.update-done", [&](World&, const Json& argument) { finish(service, argument); });
}

}  // namespace drydock::twin::eks

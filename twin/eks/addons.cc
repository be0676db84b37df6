// Add-ons: CREATING until what they put into the cluster runs. A DaemonSet is content without nodes; a Deployment wants
// its replicas, and an add-on that waits for them in vain becomes DEGRADED.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "twin/eks/common.h"

namespace drydock::twin::eks {
namespace {

using namespace std::chrono_literals;
constexpr auto kApplyTakes = 20s;
constexpr auto kReplicasWaitFor = 15min;

Json addon_argument(const std::string& region, const Addon& addon) {
  return Json::object({{"region", region}, {"cluster", addon.clusterName}, {"name", addon.addonName}});
}

Addon* edit(World& world, const Json& argument) {
  return world.table<Addon>(argument.at("region").string_or())
      .edit(key_of(argument.at("cluster").string_or(), argument.at("name").string_or()));
}

tl::expected<Json, ApiError> parse_values(const Call& call) {
  if (!call.has("configurationValues") || call.text("configurationValues").empty()) return Json();
  auto values = parse_yaml(call.text("configurationValues"));
  if (!values || !values->is_object())
    return invalid_parameter("ConfigurationValue is not in valid JSON or YAML format",
                             Json::object({{"addonName", call.text("addonName")}}));
  return *values;
}

std::optional<ApiError> check_version(const std::string& addon, const std::string& version, const Cluster& cluster) {
  const auto list = addon_versions(addon, cluster.version);
  const Json extra = Json::object({{"clusterName", cluster.name}, {"addonName", addon}});
  if (list.empty())
    return invalid_parameter(
               fmt::format("Addon {} specified is not supported in {} kubernetes version", addon, cluster.version),
               extra)
        .value();
  if (std::find(list.begin(), list.end(), version) == list.end())
    return invalid_parameter(fmt::format("Addon version specified is not supported: {} {}", addon, version), extra)
        .value();
  return std::nullopt;
}

std::string service_account_of(std::string_view addon) { return addon == "vpc-cni" ? "aws-node" : std::string(addon); }

void apply(Service& service, const std::string& region, const Addon& addon) {
  auto* kube = service.kube(region, addon.clusterName);
  if (!kube) return;
  Json values;
  if (addon.configurationValues)
    if (auto parsed = parse_yaml(*addon.configurationValues)) values = *parsed;
  apply_addon(*kube, region, addon.addonName, addon.addonVersion, values);
  kube->edit("serviceaccounts", "kube-system", service_account_of(addon.addonName), [&](Json& account) {
    if (addon.serviceAccountRoleArn)
      account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] = *addon.serviceAccountRoleArn;
    else if (Json* annotations = account["metadata"].find("annotations"))
      annotations->erase("eks.amazonaws.com/role-arn");
  });
  kube->settle();
}

void drop_associations(World& world, const std::string& region, const Addon& addon) {
  auto& table = world.table<aws::eks::PodIdentityAssociation>(region);
  for (const std::string& arn : addon.podIdentityAssociations.value_or(std::vector<std::string>{}))
    table.erase(key_of(addon.clusterName, arn.substr(arn.rfind('/') + 1)));
}

/// podIdentityAssociations of a request: [{serviceAccount, roleArn}] take the place of those the add-on had.
std::optional<ApiError> replace_associations(Service& service, const Call& call, Addon& addon) {
  if (!call.has("podIdentityAssociations")) return std::nullopt;
  drop_associations(service.world, call.region, addon);
  addon.podIdentityAssociations.emplace();
  const Json& list = call.in.at("podIdentityAssociations");
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto made = make_association(service, call,
                                 {.clusterName = addon.clusterName,
                                  .roleArn = list.item(i).at("roleArn").string_or(),
                                  .serviceAccount = list.item(i).at("serviceAccount").string_or(),
                                  .name_space = "kube-system"});
    if (!made) return made.error();
    addon.podIdentityAssociations->push_back((*made)->associationArn);
  }
  return std::nullopt;
}

ApiResult create(Service& service, Call& call) {
  World& world = service.world;
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  Addon addon{.addonName = call.text("addonName"), .clusterName = (*cluster)->name};
  const Json extra = Json::object({{"clusterName", addon.clusterName}, {"addonName", addon.addonName}});
  if ((*cluster)->status != "ACTIVE" && (*cluster)->status != "UPDATING")
    return invalid_request(fmt::format("Cluster '{}' is not in ACTIVE status", addon.clusterName), extra);
  if (world.table<Addon>(call.region).contains(key_of(addon.clusterName, addon.addonName)))
    return in_use("Addon already exists.", extra);
  addon.addonVersion = call.text("addonVersion", default_addon_version(addon.addonName, (*cluster)->version));
  if (auto fault = check_version(addon.addonName, addon.addonVersion, **cluster)) return tl::unexpected(*fault);
  if (auto values = parse_values(call); !values) return tl::unexpected(values.error());
  addon.addonArn =
      arn_of(world, call.region, fmt::format("addon/{}/{}/{}", addon.clusterName, addon.addonName, world.new_uuid()));
  addon.createdAt = addon.modifiedAt = now_seconds(world);
  addon.configurationValues = call.maybe("configurationValues");
  addon.serviceAccountRoleArn = call.maybe("serviceAccountRoleArn");
  addon.tags = tags_of(call.in.at("tags"));
  if (auto fault = replace_associations(service, call, addon)) {
    drop_associations(world, call.region, addon);
    return tl::unexpected(*fault);
  }
  Addon& made = world.table<Addon>(call.region).put(key_of(addon.clusterName, addon.addonName), addon);
  world.clock().after(kApplyTakes, Clock::Kind::completes, "eks.addon-applied", addon_argument(call.region, made));
  made.deadline = world.clock().after(kReplicasWaitFor, Clock::Kind::gives_up, "eks.addon-gives-up",
                                      addon_argument(call.region, made));
  return Json::object({{"addon", wire(made)}});
}

/// Whether the add-on's Deployment has its replicas; add-ons without one are content at once.
bool has_replicas(Service& service, const std::string& region, const Addon& addon) {
  if (addon.addonName != "coredns") return true;
  auto* kube = service.kube(region, addon.clusterName);
  const Json* deployment = kube ? kube->get("deployments.apps", "kube-system", "coredns") : nullptr;
  if (!deployment) return false;
  return deployment->path("status.availableReplicas").int_or(0) >= deployment->path("spec.replicas").int_or(1);
}

void become(World& world, Addon& addon, std::string status) {
  if (!addon.deadline.empty()) world.clock().cancel(std::exchange(addon.deadline, {}));
  addon.status = std::move(status);
  addon.modifiedAt = now_seconds(world);
  addon.health.issues.clear();
}

void applied(Service& service, const Json& argument) {
  Addon* addon = edit(service.world, argument);
  if (!addon || (addon->status != "CREATING" && addon->status != "UPDATING")) return;
  const std::string region = argument.at("region").string_or();
  const Addon copy = *addon;
  apply(service, region, copy);
  addon = edit(service.world, argument);
  if (addon && has_replicas(service, region, *addon)) become(service.world, *addon, "ACTIVE");
}

/// Whether the add-on's pods were sent to Fargate.
bool on_fargate(Service& service, const std::string& region, const Addon& addon) {
  auto* kube = service.kube(region, addon.clusterName);
  if (!kube) return false;
  for (const Json* pod : kube->list("pods", "kube-system"))
    if (kube::label(*pod, "eks.amazonaws.com/component").string_or() == addon.addonName &&
        pod->path("spec.schedulerName").string_or() == "fargate-scheduler")
      return true;
  return false;
}

void gives_up(Service& service, const Json& argument) {
  Addon* addon = edit(service.world, argument);
  if (!addon || (addon->status != "CREATING" && addon->status != "UPDATING")) return;
  become(service.world, *addon, "DEGRADED");
  std::string text = "The add-on is unhealthy because it doesn't have the desired number of replicas.";
  const std::string region = argument.at("region").string_or(),
                    missing = capacity_not_lived(service.world, region, addon->clusterName,
                                                 on_fargate(service, region, *addon));
  if (!missing.empty()) text += " (" + missing + ")";
  addon->health.issues.push_back({"InsufficientNumberOfReplicas", text, {}});
}

/// Deployments come up whenever nodes do: looks again after the cluster changed.
void look_again(Service& service) {
  for (const std::string& region : service.world.regions(Addon::kTable)) {
    Table<Addon>& table = service.world.table<Addon>(region);
    std::vector<std::string> done;
    for (const auto& [key, addon] : table) {
      const bool waits = addon.status == "CREATING" || addon.status == "UPDATING" || addon.status == "DEGRADED";
      // At the very moment at which it is applied, another add-on's event may come first: later than that only.
      const double applied_at = addon.modifiedAt + std::chrono::duration<double>(kApplyTakes).count();
      const bool started = applied_at + 0.001 < now_seconds(service.world);
      if (waits && started && has_replicas(service, region, addon)) done.push_back(key);
    }
    for (const std::string& key : done) become(service.world, *table.edit(key), "ACTIVE");
  }
}

tl::expected<const Addon*, ApiError> addon_of(World& world, const Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  const std::string name = call.text("addonName");
  const Addon* addon = world.table<Addon>(call.region).find(key_of((*cluster)->name, name));
  if (!addon)
    return not_found(fmt::format("No addon: {} found in cluster: {}", name, (*cluster)->name),
                     Json::object({{"clusterName", (*cluster)->name}, {"addonName", name}}));
  return addon;
}

ApiResult update(Service& service, Call& call) {
  World& world = service.world;
  auto found = addon_of(world, call);
  if (!found) return tl::unexpected(found.error());
  Addon& addon = *edit(world, addon_argument(call.region, **found));
  const Cluster* cluster = world.table<Cluster>(call.region).find(addon.clusterName);
  if (addon.status == "CREATING" || addon.status == "DELETING" || addon.status == "UPDATING")
    return in_use(
        fmt::format("Addon {} cannot be updated as it is currently in {} state", addon.addonName, addon.status));
  const std::string version = call.text("addonVersion", addon.addonVersion);
  if (auto fault = check_version(addon.addonName, version, *cluster)) return tl::unexpected(*fault);
  if (auto values = parse_values(call); !values) return tl::unexpected(values.error());
  addon.addonVersion = version;
  if (call.has("configurationValues")) addon.configurationValues = call.maybe("configurationValues");
  if (call.has("serviceAccountRoleArn")) addon.serviceAccountRoleArn = call.maybe("serviceAccountRoleArn");
  if (auto fault = replace_associations(service, call, addon)) return tl::unexpected(*fault);
  addon.status = "UPDATING";
  addon.modifiedAt = now_seconds(world);
  const Json argument = addon_argument(call.region, addon);
  world.clock().after(kApplyTakes, Clock::Kind::completes, "eks.addon-applied", argument);
  addon.deadline = world.clock().after(kReplicasWaitFor, Clock::Kind::gives_up, "eks.addon-gives-up", argument);
  const std::string name = addon.addonName;
  Update& made = start_update(service, call, "AddonUpdate",
                              {{"AddonVersion", version}, {"ResolveConflicts", call.text("resolveConflicts", "NONE")}},
                              Json(), {}, name, kApplyTakes);
  return Json::object({{"update", wire(made)}});
}

ApiResult remove(Service& service, Call& call) {
  auto found = addon_of(service.world, call);
  if (!found) return tl::unexpected(found.error());
  Addon& addon = *edit(service.world, addon_argument(call.region, **found));
  if (addon.status == "DELETING") return in_use(fmt::format("Addon {} is being deleted", addon.addonName));
  become(service.world, addon, "DELETING");
  Json argument = addon_argument(call.region, addon);
  argument["preserve"] = call.text("preserve") == "true" || call.in.at("preserve").bool_or(false);
  service.world.clock().after(kApplyTakes, Clock::Kind::completes, "eks.addon-deleted", argument);
  return Json::object({{"addon", wire(addon)}});
}

void deleted(Service& service, const Json& argument) {
  const std::string region = argument.at("region").string_or(), cluster = argument.at("cluster").string_or();
  const std::string name = argument.at("name").string_or();
  if (const Addon* addon = service.world.table<Addon>(region).find(key_of(cluster, name)))
    drop_associations(service.world, region, *addon);
  if (!service.world.table<Addon>(region).erase(key_of(cluster, name))) return;
  auto* kube = service.kube(region, cluster);
  if (!kube || argument.at("preserve").bool_or(false)) return;
  remove_addon(*kube, name);
  kube->settle();
}

Json version_entry(const std::string& addon, const std::string& version, const std::vector<std::string>& kubernetes) {
  Json compatibilities = Json::array();
  for (const std::string& k : kubernetes)
    compatibilities.push_back(Json::object({{"clusterVersion", k},
                                            {"platformVersions", Json::array({"*"})},
                                            {"defaultVersion", default_addon_version(addon, k) == version}}));
  return Json::object({{"addonVersion", version},
                       {"architecture", Json::array({"amd64", "arm64"})},
                       {"compatibilities", compatibilities},
                       {"requiresConfiguration", false},
                       {"requiresIamPermissions", addon == "vpc-cni"}});
}

ApiResult describe_versions(World&, Call& call) {
  const std::string only = call.text("addonName"), kubernetes = call.text("kubernetesVersion");
  Json addons = Json::array();
  for (const std::string& name : known_addons()) {
    if (!only.empty() && only != name) continue;
    std::vector<std::pair<std::string, std::vector<std::string>>> found;  // in order of the newest Kubernetes first
    for (const VersionInfo& info : versions()) {
      if (!kubernetes.empty() && info.kubernetes != kubernetes) continue;
      for (const std::string& version : addon_versions(name, info.kubernetes)) {
        auto it = std::find_if(found.begin(), found.end(), [&](const auto& entry) { return entry.first == version; });
        if (it == found.end()) it = found.insert(found.end(), {version, {}});
        it->second.push_back(info.kubernetes);
      }
    }
    Json list = Json::array();
    for (const auto& [version, where] : found) list.push_back(version_entry(name, version, where));
    if (list.size())
      addons.push_back(Json::object({{"addonName", name},
                                     {"type", name == "vpc-cni" ? "networking" : "infra-management"},
                                     {"addonVersions", list},
                                     {"publisher", "eks"},
                                     {"owner", "aws"}}));
  }
  if (!only.empty() && addons.size() == 0 &&
      std::find(known_addons().begin(), known_addons().end(), only) == known_addons().end())
    return not_found(fmt::format("No addon versions found: {} is not among the add-ons of this twin", only));
  return Json::object({{"addons", addons}, {"nextToken", Json()}});
}

}  // namespace

void install_addons(Service& service) {
  Front& front = service.front;
  Clock& clock = service.world.clock();
  front.operation("eks", "CreateAddon", [&](World&, Call& call) { return create(service, call); });
  front.operation("eks", "UpdateAddon", [&](World&, Call& call) { return update(service, call); });
  front.operation("eks", "DeleteAddon", [&](World&, Call& call) { return remove(service, call); });
  front.operation("eks", "DescribeAddonVersions", describe_versions);
  front.operation("eks", "DescribeAddon", [](World& world, Call& call) -> ApiResult {
    auto addon = addon_of(world, call);
    if (!addon) return tl::unexpected(addon.error());
    return Json::object({{"addon", wire(**addon)}});
  });
  front.operation("eks", "ListAddons", [](World& world, Call& call) -> ApiResult {
    auto cluster = cluster_of(world, call);
    if (!cluster) return tl::unexpected(cluster.error());
    std::vector<std::string> names;
    for (const auto& [key, addon] : world.table<Addon>(call.region))
      if (addon.clusterName == (*cluster)->name) names.push_back(addon.addonName);
    return page(names, call, "addons");
  });
  clock.handle("eks.addon-applied", [&](World&, const Json& argument) { applied(service, argument); });
  clock.handle("eks.addon-gives-up", [&](World&, const Json& argument) { gives_up(service, argument); });
  clock.handle("eks.addon-deleted", [&](World&, const Json& argument) { deleted(service, argument); });
  service.world.on_change([&] { look_again(service); });
}

}  // namespace drydock::twin::eks

// Managed node groups: CREATING until their nodes are Ready, or until EKS gives up on them.
#include "twin/eks/nodegroups.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "cloud/aws/ec2.h"
#include "twin/iam/access.h"

namespace drydock::twin::eks {
namespace {

using namespace std::chrono_literals;
using aws::eks::Issue;
constexpr auto kStartTakes = 15s;
constexpr auto kNodesWaitFor = 15min;  // https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html
constexpr auto kDeletionTakes = 5min;

Json group_argument(const std::string& region, const Nodegroup& group) {
  return Json::object({{"region", region}, {"cluster", group.clusterName}, {"name", group.nodegroupName}});
}
Nodegroup* edit(World& world, const Json& argument) {
  return world.table<Nodegroup>(argument.at("region").string_or())
      .edit(key_of(argument.at("cluster").string_or(), argument.at("name").string_or()));
}
Json extra_of(const Nodegroup& group) {
  return Json::object({{"clusterName", group.clusterName}, {"nodegroupName", group.nodegroupName}});
}

std::optional<ApiError> check_template(World& world, const Call& call, Nodegroup& group) {
  if (!group.launchTemplate) return std::nullopt;
  const auto fault = [&](std::string text) { return invalid_parameter(std::move(text), extra_of(group)).value(); };
  const Json asked = *group.launchTemplate;
  const aws::LaunchTemplate* found = nullptr;
  for (const auto& [id, noun] : world.table<aws::LaunchTemplate>(call.region))
    if (id == asked.at("id").string_or() || noun.launchTemplateName == asked.at("name").string_or()) found = &noun;
  if (!found)
    return fault("The launch template does not exist: " + asked.at("id").string_or(asked.at("name").string_or()));
  std::string version = asked.at("version").string_or("$Default");
  if (version == "$Default") version = std::to_string(found->defaultVersionNumber);
  if (version == "$Latest") version = std::to_string(found->latestVersionNumber);
  const auto* noun = world.table<aws::LaunchTemplateVersion>(call.region).find(found->launchTemplateId + "/" + version);
  if (!noun) return fault("The launch template version does not exist: " + version);
  const Json& data = noun->launchTemplateData;
  if (data.has("iamInstanceProfile"))
    return fault("Launch template " + found->launchTemplateName +
                 " should not specify an instance profile. The noderole in your request will be used to construct an "
                 "instance profile.");
  for (std::size_t i = 0; i < data.at("networkInterfaceSet").size(); ++i)
    if (data.at("networkInterfaceSet").item(i).has("subnetId"))
      return fault(
          "Launch template " + found->launchTemplateName +
          " should not specify a subnet ID in its network interfaces. The subnets in your request will be used.");
  if (call.has("diskSize")) return fault("Disk size must be specified within the launch template.");
  if (call.has("remoteAccess")) return fault("Remote access configuration cannot be specified with a launch template.");
  if (data.has("instanceType") && call.has("instanceTypes"))
    return fault("Instance types must be specified in either the launch template or in the API request, not in both.");
  if (data.has("imageId")) group.amiType = "CUSTOM";
  group.launchTemplate =
      Json::object({{"id", found->launchTemplateId}, {"name", found->launchTemplateName}, {"version", version}});
  return std::nullopt;
}

std::optional<ApiError> check_subnets(World& world, const Call& call, const Nodegroup& group, const Cluster& cluster) {
  if (group.subnets.empty()) return invalid_parameter("subnets can not be empty", extra_of(group)).value();
  for (const std::string& id : group.subnets) {
    const aws::Subnet* subnet = world.table<aws::Subnet>(call.region).find(id);
    if (!subnet)
      return invalid_parameter(fmt::format("The subnet ID '{}' does not exist", id), extra_of(group)).value();
    if (subnet->vpcId != cluster.resourcesVpcConfig.vpcId)
      return invalid_parameter(
                 "Subnets are not tagged with the required tag or do not belong to the cluster's VPC: " + id,
                 extra_of(group))
          .value();
  }
  return std::nullopt;
}

std::optional<ApiError> check_scaling(const Nodegroup& group) {
  const auto& s = group.scalingConfig;
  const auto fault = [&](const char* text) { return invalid_parameter(text, extra_of(group)).value(); };
  if (s.minSize < 0) return fault("Minimum capacity can't be less than 0");
  if (s.maxSize < 1) return fault("Maximum capacity can't be less than 1");
  if (s.minSize > s.desiredSize) return fault("Minimum capacity can't be greater than desired size");
  if (s.desiredSize > s.maxSize) return fault("Desired capacity can't be greater than max size");
  return std::nullopt;
}

ApiResult create(Service& service, Call& call) {
  World& world = service.world;
  auto found = cluster_of(world, call);
  if (!found) return tl::unexpected(found.error());
  const Cluster cluster = **found;
  Nodegroup group{.nodegroupName = call.text("nodegroupName"), .clusterName = cluster.name};
  if (cluster.status != "ACTIVE" && cluster.status != "UPDATING")
    return invalid_request(fmt::format("Cluster '{}' is not in ACTIVE status", cluster.name), extra_of(group));
  if (group.nodegroupName.empty() || group.nodegroupName.size() > 63)
    return invalid_parameter("nodegroupName must have 1 to 63 characters", extra_of(group));
  const std::string key = key_of(cluster.name, group.nodegroupName);
  if (world.table<Nodegroup>(call.region).contains(key))
    return in_use(
        fmt::format("NodeGroup already exists with name {} and cluster name {}", group.nodegroupName, cluster.name),
        extra_of(group));
  group.nodeRole = call.text("nodeRole");
  switch (role_state(world, group.nodeRole, "ec2.amazonaws.com")) {
    case RoleState::missing:
      return invalid_parameter(fmt::format("The role with name {} cannot be found.", group.nodeRole), extra_of(group));
    case RoleState::distrusts:
      return invalid_parameter(fmt::format("Following required service principals [ec2.amazonaws.com] were not found "
                                           "in the trust relationships of nodeRole {}",
                                           group.nodeRole),
                               extra_of(group));
    case RoleState::ok:
      break;
  }
  if (auto refusal = service.front.may(call, "iam:PassRole", {group.nodeRole})) return tl::unexpected(*refusal);
  group.subnets = call.texts("subnets");
  group.amiType = call.text("amiType", group.amiType);
  if (!group.amiType.starts_with("AL2023_") || group.amiType.find("STANDARD") == std::string::npos)
    if (group.amiType != "CUSTOM")
      return invalid_parameter(
          "not supported yet: amiType " + group.amiType + " on the twin (AL2023_*_STANDARD and CUSTOM are)",
          extra_of(group));
  group.capacityType = call.text("capacityType", group.capacityType);
  fields::decode(call.in.at("scalingConfig"), group.scalingConfig);
  fields::decode(call.in.at("labels"), group.labels);
  fields::decode(call.in.at("taints"), group.taints);
  fields::decode(call.in.at("launchTemplate"), group.launchTemplate);
  fields::decode(call.in.at("remoteAccess"), group.remoteAccess);
  fields::decode(call.in.at("nodeRepairConfig"), group.nodeRepairConfig);
  for (const auto& fault :
       {check_subnets(world, call, group, cluster), check_scaling(group), check_template(world, call, group)})
    if (fault) return tl::unexpected(*fault);
  group.instanceTypes = call.texts("instanceTypes");
  if (group.instanceTypes.empty() && !group.launchTemplate) group.instanceTypes = {"t3.medium"};
  if (group.instanceTypes.empty()) {  // the template's type, unless it has none either
    const auto* version =
        world.table<aws::LaunchTemplateVersion>(call.region)
            .find(group.launchTemplate->at("id").string_or() + "/" + group.launchTemplate->at("version").string_or());
    if (version && !version->launchTemplateData.has("instanceType")) group.instanceTypes = {"t3.medium"};
  }
  if (!group.launchTemplate) group.diskSize = call.number("diskSize").value_or(20);
  group.updateConfig = call.has("updateConfig") ? call.in.at("updateConfig") : Json::object({{"maxUnavailable", 1}});
  group.version = call.text("version", cluster.version);
  const VersionInfo* version = version_info(group.version);
  if (!version)
    return invalid_parameter("Requested Nodegroup version is not supported: " + group.version, extra_of(group));
  group.releaseVersion = call.text("releaseVersion", version->release);
  group.createdAt = group.modifiedAt = now_seconds(world);
  group.tags = tags_of(call.in.at("tags"));
  group.id = world.new_uuid();
  group.nodegroupArn =
      arn_of(world, call.region, fmt::format("nodegroup/{}/{}/{}", cluster.name, group.nodegroupName, group.id));
  iam::ensure_service_linked_role(world, "eks-nodegroup.amazonaws.com");
  const Nodegroup& made = world.table<Nodegroup>(call.region).put(key, group);
  world.clock().after(kStartTakes, Clock::Kind::completes, "eks.nodegroup-start", group_argument(call.region, made));
  return Json::object({{"nodegroup", wire(made)}});
}

void create_failed(World& world, Nodegroup& group, Issue issue) {
  group.status = "CREATE_FAILED";
  group.modifiedAt = now_seconds(world);
  group.health.issues = {std::move(issue)};
}

/// A public subnet whose instances get no public address can not join.
std::optional<Issue> public_subnet_fault(World& world, const std::string& region, const Nodegroup& group) {
  for (const std::string& id : group.subnets) {
    const aws::Subnet* subnet = world.table<aws::Subnet>(region).find(id);
    if (!subnet || subnet->mapPublicIpOnLaunch) continue;
    if (is_public_subnet(world, region, *subnet))
      return Issue{
          "Ec2SubnetInvalidConfiguration",
          fmt::format(
              "One or more Amazon EC2 Subnets of [{}] for node group {} does not automatically assign public IP "
              "addresses to instances launched into it. If you want your instances to be assigned a public IP "
              "address, then you need to enable auto-assign public IP address for the subnet. See IP addressing in "
              "VPC guide: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html#subnet-public-ip",
              id, group.nodegroupName),
          {id}};
  }
  return std::nullopt;
}

void start(Service& service, const Json& argument) {
  World& world = service.world;
  const std::string region = argument.at("region").string_or();
  const Nodegroup* found =
      world.table<Nodegroup>(region).find(key_of(argument.at("cluster").string_or(), argument.at("name").string_or()));
  if (!found || found->status != "CREATING") return;
  Nodegroup group = *found;
  const Cluster* cluster = world.table<Cluster>(region).find(group.clusterName);
  if (!cluster) return;
  if (auto issue = public_subnet_fault(world, region, group))
    return create_failed(world, *edit(world, argument), *issue);
  admit_node_role(service, region, *cluster, group.nodeRole);
  if (auto issue = make_resources(service, region, group)) create_failed(world, group, *issue);
  *edit(world, argument) = group;
  if (group.status == "CREATING")
    edit(world, argument)->deadline =
        world.clock().after(kNodesWaitFor, Clock::Kind::gives_up, "eks.nodegroup-gives-up", argument);
}

struct Count {
  std::int64_t joined = 0, ready = 0;
};
Count count_nodes(Service& service, const std::string& region, const Nodegroup& group) {
  Count count;
  auto* kube = service.kube(region, group.clusterName);
  if (!kube) return count;
  for (const Json* node : kube->list("nodes")) {
    if (kube::label(*node, "eks.amazonaws.com/nodegroup").string_or() != group.nodegroupName) continue;
    ++count.joined;
    if (kube::condition(*node, "Ready").at("status").string_or() == "True") ++count.ready;
  }
  return count;
}

std::vector<std::string> instances_of(World& world, const std::string& region, const Nodegroup& group) {
  std::vector<std::string> ids;
  for (const auto& [id, instance] : world.table<aws::Instance>(region)) {
    if (instance.instanceState.name == "terminated") continue;
    const auto has = [&](std::string_view key, std::string_view value) {
      return std::any_of(instance.tagSet.begin(), instance.tagSet.end(),
                         [&](const aws::Tag& tag) { return tag.key == key && tag.value == value; });
    };
    if (has("eks:nodegroup-name", group.nodegroupName) && has("eks:cluster-name", group.clusterName)) ids.push_back(id);
  }
  return ids;
}

/// The text of the last launch that failed; empty if none did.
std::string launch_failure(Service& service, const std::string& region, const Nodegroup& group) {
  for (const auto& asg : group.resources.autoScalingGroups) {
    auto list = service.ask("autoscaling", "DescribeScalingActivities", region,
                            Json::object({{"AutoScalingGroupName", asg.name}}));
    if (!list) continue;
    for (std::size_t i = 0; i < list->at("Activities").size(); ++i)
      if (list->at("Activities").item(i).at("StatusCode").string_or() == "Failed")
        return list->at("Activities").item(i).at("StatusMessage").string_or();
  }
  return {};
}

void gives_up(Service& service, const Json& argument) {
  World& world = service.world;
  const std::string region = argument.at("region").string_or();
  Nodegroup* group = edit(world, argument);
  if (!group || group->status != "CREATING") return;
  const Nodegroup copy = *group;
  const Count count = count_nodes(service, region, copy);
  if (count.ready >= copy.scalingConfig.desiredSize) return;
  const auto ids = instances_of(world, region, copy);
  const std::string failure = ids.empty() ? launch_failure(service, region, copy) : "";
  if (!failure.empty())
    return create_failed(world, *edit(world, argument),
                         {"AsgInstanceLaunchFailures", failure, {copy.resources.autoScalingGroups.front().name}});
  const bool all_joined = count.joined >= copy.scalingConfig.desiredSize;
  create_failed(
      world, *edit(world, argument),
      {"NodeCreationFailure",
       all_joined ? "Unhealthy nodes in the kubernetes cluster" : "Instances failed to join the kubernetes cluster",
       ids});
}

/// Nodes come when they come: looks again after a cluster's nodes changed.
class Watcher {
 public:
  explicit Watcher(Service& service) : service_(service) {}
  void look() {
    for (const std::string& region : service_.world.regions(Nodegroup::kTable)) {
      std::vector<std::string> done;
      for (const auto& [key, group] : service_.world.table<Nodegroup>(region))
        if (group.status == "CREATING" && changed(region, group) &&
            count_nodes(service_, region, group).ready >= group.scalingConfig.desiredSize &&
            !group.resources.autoScalingGroups.empty())
          done.push_back(key);
      for (const std::string& key : done) {
        Nodegroup* group = service_.world.table<Nodegroup>(region).edit(key);
        group->status = "ACTIVE";
        service_.world.clock().cancel(std::exchange(group->deadline, {}));
        group->modifiedAt = now_seconds(service_.world);
      }
    }
  }

 private:
  bool changed(const std::string& region, const Nodegroup& group) {
    auto* kube = service_.kube(region, group.clusterName);
    if (!kube) return false;
    auto& seen = seen_[region + "/" + group.clusterName + "/" + group.nodegroupName];
    // At most one count a simulated second: a thousand nodes change often.
    const auto now = std::pair{kube->version(), epoch_millis(service_.world.now()) / 1000};
    if (seen.first == now.first || (seen.second == now.second && group.scalingConfig.desiredSize > 50)) return false;
    seen = now;
    return true;
  }
  Service& service_;
  std::map<std::string, std::pair<std::uint64_t, std::int64_t>> seen_;
};

tl::expected<const Nodegroup*, ApiError> group_of(World& world, const Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  const std::string name = call.text("nodegroupName");
  const Nodegroup* group = world.table<Nodegroup>(call.region).find(key_of((*cluster)->name, name));
  if (!group)
    return not_found(fmt::format("No node group found for name: {}.", name),
                     Json::object({{"clusterName", (*cluster)->name}, {"nodegroupName", name}}));
  return group;
}

std::optional<ApiError> group_busy(const Nodegroup& group) {
  if (group.status == "ACTIVE" || group.status == "DEGRADED") return std::nullopt;
  return in_use(fmt::format("Nodegroup cannot be updated as it is currently not in Active State: {}", group.status),
                extra_of(group))
      .value();
}

ApiResult update_config(Service& service, Call& call) {
  World& world = service.world;
  auto found = group_of(world, call);
  if (!found) return tl::unexpected(found.error());
  if (auto refusal = group_busy(**found)) return tl::unexpected(*refusal);
  Nodegroup next = **found;
  fields::decode(call.in.at("scalingConfig"), next.scalingConfig);
  if (auto fault = check_scaling(next)) return tl::unexpected(*fault);
  if (call.in.path("labels.addOrUpdateLabels").is_object())
    for (const auto& [key, value] : call.in.path("labels.addOrUpdateLabels").as_object())
      next.labels[key] = value.string_or();
  for (const std::string& key : texts(call.in.path("labels.removeLabels"))) next.labels.erase(key);
  const auto without = [&](const Json& list) {
    for (std::size_t i = 0; i < list.size(); ++i)
      std::erase_if(next.taints, [&](const auto& taint) {
        return taint.key == list.item(i).at("key").string_or() && taint.effect == list.item(i).at("effect").string_or();
      });
  };
  without(call.in.path("taints.removeTaints"));
  without(call.in.path("taints.addOrUpdateTaints"));
  for (std::size_t i = 0; i < call.in.path("taints.addOrUpdateTaints").size(); ++i)
    fields::decode(call.in.path("taints.addOrUpdateTaints").item(i), next.taints.emplace_back());
  if (call.has("updateConfig")) next.updateConfig = call.in.at("updateConfig");
  if (call.has("nodeRepairConfig")) next.nodeRepairConfig = call.in.at("nodeRepairConfig");
  std::vector<aws::eks::UpdateParam> params;
  if (call.has("scalingConfig")) {
    params = {{"MinSize", std::to_string(next.scalingConfig.minSize)},
              {"MaxSize", std::to_string(next.scalingConfig.maxSize)},
              {"DesiredSize", std::to_string(next.scalingConfig.desiredSize)}};
    for (const auto& asg : next.resources.autoScalingGroups) {
      auto changed = service.ask("autoscaling", "UpdateAutoScalingGroup", call.region,
                                 Json::object({{"AutoScalingGroupName", asg.name},
                                               {"MinSize", params[0].value},
                                               {"MaxSize", params[1].value},
                                               {"DesiredCapacity", params[2].value}}));
      if (!changed) return tl::unexpected(changed.error());
    }
  }
  world.table<Nodegroup>(call.region).put(key_of(next.clusterName, next.nodegroupName), next);
  return Json::object(
      {{"update", wire(start_update(service, call, "ConfigUpdate", params, Json(), next.nodegroupName, {}, 30s))}});
}

ApiResult update_version(Service& service, Call& call) {
  World& world = service.world;
  auto found = group_of(world, call);
  if (!found) return tl::unexpected(found.error());
  if (auto refusal = group_busy(**found)) return tl::unexpected(*refusal);
  Nodegroup next = **found;
  const Cluster* cluster = world.table<Cluster>(call.region).find(next.clusterName);
  next.version = call.text("version", call.has("launchTemplate") ? next.version : cluster->version);
  const VersionInfo* info = version_info(next.version);
  if (!info) return invalid_parameter("Requested Nodegroup version is not supported: " + next.version, extra_of(next));
  next.releaseVersion = call.text("releaseVersion", info->release);
  if (call.has("launchTemplate")) {
    if (!next.launchTemplate)
      return invalid_request("You cannot add a launch template to a node group that was created without one",
                             extra_of(next));
    next.launchTemplate = call.in.at("launchTemplate");
    if (auto fault = check_template(world, call, next)) return tl::unexpected(*fault);
  }
  if (auto issue = renew_template(service, call.region, next)) return invalid_request(issue->message, extra_of(next));
  world.table<Nodegroup>(call.region).put(key_of(next.clusterName, next.nodegroupName), next);
  return Json::object(
      {{"update", wire(start_update(service, call, "VersionUpdate",
                                    {{"Version", next.version}, {"ReleaseVersion", next.releaseVersion}}, Json(),
                                    next.nodegroupName, {}, 4min))}});
}

ApiResult remove(Service& service, Call& call) {
  World& world = service.world;
  auto found = group_of(world, call);
  if (!found) return tl::unexpected(found.error());
  Nodegroup& group = *world.table<Nodegroup>(call.region).edit(key_of((*found)->clusterName, (*found)->nodegroupName));
  if (group.status == "UPDATING")
    return in_use(fmt::format("Nodegroup cannot be deleted while it is {}", group.status), extra_of(group));
  if (group.status != "DELETING") {
    group.status = "DELETING";
    if (!group.deadline.empty()) world.clock().cancel(std::exchange(group.deadline, {}));
    for (const auto& asg : group.resources.autoScalingGroups)
      (void)service.ask("autoscaling", "UpdateAutoScalingGroup", call.region,
                        Json::object({{"AutoScalingGroupName", asg.name}, {"MinSize", "0"}, {"DesiredCapacity", "0"}}));
    world.clock().after(kDeletionTakes, Clock::Kind::completes, "eks.nodegroup-deleted",
                        group_argument(call.region, group));
  }
  return Json::object({{"nodegroup", wire(group)}});
}

void deleted(Service& service, const Json& argument) {
  World& world = service.world;
  const std::string region = argument.at("region").string_or();
  const Nodegroup* found = edit(world, argument);
  if (!found) return;
  const Nodegroup gone = *found;
  remove_resources(service, region, gone);
  world.table<Nodegroup>(region).erase(key_of(gone.clusterName, gone.nodegroupName));
  if (const Cluster* cluster = world.table<Cluster>(region).find(gone.clusterName))
    dismiss_node_role(service, region, *cluster, gone.nodeRole);
}

}  // namespace

void install_nodegroups(Service& service) {
  Front& front = service.front;
  Clock& clock = service.world.clock();
  front.operation("eks", "CreateNodegroup", [&](World&, Call& call) { return create(service, call); });
  front.operation("eks", "UpdateNodegroupConfig", [&](World&, Call& call) { return update_config(service, call); });
  front.operation("eks", "UpdateNodegroupVersion", [&](World&, Call& call) { return update_version(service, call); });
  front.operation("eks", "DeleteNodegroup", [&](World&, Call& call) { return remove(service, call); });
  front.operation("eks", "DescribeNodegroup", [](World& world, Call& call) -> ApiResult {
    auto group = group_of(world, call);
    if (!group) return tl::unexpected(group.error());
    return Json::object({{"nodegroup", wire(**group)}});
  });
  front.operation("eks", "ListNodegroups", [](World& world, Call& call) -> ApiResult {
    auto cluster = cluster_of(world, call);
    if (!cluster) return tl::unexpected(cluster.error());
    std::vector<std::string> names;
    for (const auto& [key, group] : world.table<Nodegroup>(call.region))
      if (group.clusterName == (*cluster)->name) names.push_back(group.nodegroupName);
    return page(names, call, "nodegroups");
  });
  clock.handle("eks.nodegroup-start", [&](World&, const Json& argument) { start(service, argument); });
  clock.handle("eks.nodegroup-gives-up", [&](World&, const Json& argument) { gives_up(service, argument); });
  clock.handle("eks.nodegroup-deleted", [&](World&, const Json& argument) { deleted(service, argument); });
  service.world.on_change([watcher = std::make_shared<Watcher>(service)] { watcher->look(); });
}

}  // namespace drydock::twin::eks

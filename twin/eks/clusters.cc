#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/cidr.h"
#include "cloud/aws/ec2.h"
#include "twin/eks/common.h"
#include "twin/iam/access.h"

namespace drydock::twin::eks {
namespace {

using namespace std::chrono_literals;
constexpr auto kCreationTakes = 9min;  // several minutes by the docs; 7 to 15 in the field
constexpr auto kDeletionTakes = 3min;
constexpr std::size_t kMaxSecurityGroups = 5;

struct Placement {
  std::string vpc;
  std::vector<const aws::Subnet*> subnets;
};

tl::expected<Placement, ApiError> place(World& world, const Call& call, const std::vector<std::string>& ids) {
  Placement out;
  std::set<std::string> zones;
  if (ids.empty()) return invalid_parameter("subnets can not be empty");
  for (const std::string& id : ids) {
    const aws::Subnet* subnet = world.table<aws::Subnet>(call.region).find(id);
    if (!subnet) return invalid_parameter(fmt::format("The subnet ID '{}' does not exist", id));
    if (!out.vpc.empty() && out.vpc != subnet->vpcId)
      return invalid_parameter("Subnets specified must belong to the same VPC");
    out.vpc = subnet->vpcId;
    out.subnets.push_back(subnet);
    zones.insert(subnet->availabilityZone);
    for (const char* closed : {"use1-az3", "usw1-az2", "cac1-az3"})
      if (subnet->availabilityZoneId == closed)
        return refuse(
            "UnsupportedAvailabilityZoneException",
            fmt::format("Cannot create cluster '{}' because {}, the targeted Availability Zone, does not currently "
                        "have sufficient capacity to support the cluster. Retry and choose from other "
                        "Availability Zones.",
                        call.text("name", call.text("clusterName")), subnet->availabilityZone));
  }
  if (zones.size() < 2) return invalid_parameter("Subnets specified must be in at least two different AZs");
  return out;
}

std::optional<ApiError> check_groups(World& world, const Call& call, const std::vector<std::string>& groups,
                                     const std::string& vpc) {
  if (groups.size() > kMaxSecurityGroups)
    return invalid_parameter(fmt::format("Number of security groups must not exceed {}", kMaxSecurityGroups)).value();
  for (const std::string& id : groups) {
    const aws::SecurityGroup* group = world.table<aws::SecurityGroup>(call.region).find(id);
    if (!group) return invalid_parameter(fmt::format("The security group ID '{}' does not exist", id)).value();
    if (group->vpcId != vpc)
      return invalid_parameter(fmt::format("Security group(s) [{}] are not in the same VPC as the subnets", id))
          .value();
  }
  return std::nullopt;
}

std::optional<ApiError> check_role(World& world, const std::string& arn) {
  switch (role_state(world, arn, "eks.amazonaws.com")) {
    case RoleState::ok:
      return std::nullopt;
    case RoleState::missing:
      return invalid_parameter(fmt::format("Role with arn: {}, could not be assumed because it does not exist or the "
                                           "trusted entity is not correct",
                                           arn))
          .value();
    case RoleState::distrusts:
      return invalid_parameter("Role could not be assumed because the trusted entity is not correct").value();
  }
  return std::nullopt;
}

bool is_cluster_name(std::string_view name) {
  const auto good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= 100 && std::isalnum(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), good);
}

/// 172.20/16 where the VPC uses 10/8, as EKS chooses.
std::string default_service_cidr(World& world, const Call& call, const std::string& vpc) {
  const aws::Vpc* noun = world.table<aws::Vpc>(call.region).find(vpc);
  const auto block = noun ? aws::Cidr::parse(noun->cidrBlock) : std::nullopt;
  return block && aws::Cidr::parse("10.0.0.0/8")->contains(*block) ? "172.20.0.0/16" : "10.100.0.0/16";
}

std::optional<ApiError> check_service_cidr(World& world, const Call& call, const std::string& text,
                                           const std::string& vpc) {
  const auto cidr = aws::Cidr::parse(text, true);
  const auto fault = [&](std::string why) { return invalid_parameter(std::move(why)).value(); };
  if (!cidr || cidr->bits < 12 || cidr->bits > 24)
    return fault("The specified Kubernetes network configuration CIDR is invalid: " + text);
  bool is_private = false;
  for (const char* range : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"})
    is_private = is_private || aws::Cidr::parse(range)->contains(*cidr);
  if (!is_private)
    return fault("The specified Kubernetes network configuration CIDR is not within a private range: " + text);
  const aws::Vpc* noun = world.table<aws::Vpc>(call.region).find(vpc);
  for (const aws::CidrAssociation& block : noun ? noun->cidrBlockAssociationSet : std::vector<aws::CidrAssociation>{})
    if (auto other = aws::Cidr::parse(block.cidrBlock); other && other->overlaps(*cidr))
      return fault("The specified Kubernetes network configuration CIDR overlaps with the VPC's CIDR block: " + text);
  return std::nullopt;
}

Json logging_of(const Json& asked) {
  static const std::vector<std::string> kTypes = {"api", "audit", "authenticator", "controllerManager", "scheduler"};
  std::set<std::string> enabled;
  for (std::size_t i = 0; i < asked.at("clusterLogging").size(); ++i) {
    const Json& item = asked.at("clusterLogging").item(i);
    if (item.at("enabled").bool_or(false))
      for (const std::string& type : texts(item.at("types"))) enabled.insert(type);
  }
  Json on = Json::array(), off = Json::array();
  for (const std::string& type : kTypes) (enabled.contains(type) ? on : off).push_back(type);
  Json list = Json::array();
  if (on.size()) list.push_back(Json::object({{"types", on}, {"enabled", true}}));
  if (off.size()) list.push_back(Json::object({{"types", off}, {"enabled", false}}));
  return Json::object({{"clusterLogging", list}});
}

ApiResult create_cluster(Service& service, Call& call) {
  World& world = service.world;
  Cluster cluster;
  cluster.name = call.text("name");
  if (!is_cluster_name(cluster.name))
    return invalid_parameter(
        "The cluster name may have up to 100 characters: letters, digits, '-' and '_', the first a "
        "letter or digit");
  const std::string token = call.text("clientRequestToken");
  if (const Cluster* there = world.table<Cluster>(call.region).find(cluster.name)) {
    if (!token.empty() && there->clientRequestToken == token) return Json::object({{"cluster", wire(*there)}});
    return in_use(fmt::format("Cluster already exists with name: {}", cluster.name),
                  Json::object({{"clusterName", cluster.name}}));
  }
  cluster.version = call.text("version", kDefaultVersion);
  const VersionInfo* version = version_info(cluster.version);
  if (!version) return invalid_parameter("unsupported Kubernetes version");
  cluster.roleArn = call.text("roleArn");
  if (auto refusal = service.front.may(call, "iam:PassRole", {cluster.roleArn})) return tl::unexpected(*refusal);
  if (auto fault = check_role(world, cluster.roleArn)) return tl::unexpected(*fault);

  fields::decode(call.in.at("resourcesVpcConfig"), cluster.resourcesVpcConfig);
  aws::eks::VpcConfig& network = cluster.resourcesVpcConfig;
  network.clusterSecurityGroupId.clear();
  if (network.publicAccessCidrs.empty()) network.publicAccessCidrs = {"0.0.0.0/0"};
  if (!network.endpointPublicAccess && !network.endpointPrivateAccess)
    return invalid_parameter("Private and public endpoint access cannot be false");
  const auto placement = place(world, call, network.subnetIds);
  if (!placement) return tl::unexpected(placement.error());
  network.vpcId = placement->vpc;
  if (auto fault = check_groups(world, call, network.securityGroupIds, network.vpcId)) return tl::unexpected(*fault);

  cluster.kubernetesNetworkConfig.serviceIpv4Cidr = default_service_cidr(world, call, network.vpcId);
  fields::decode(call.in.at("kubernetesNetworkConfig"), cluster.kubernetesNetworkConfig);
  if (cluster.kubernetesNetworkConfig.ipFamily != "ipv4")
    return invalid_parameter("not supported yet: ipFamily ipv6 on the twin");
  if (auto fault = check_service_cidr(world, call, cluster.kubernetesNetworkConfig.serviceIpv4Cidr, network.vpcId))
    return tl::unexpected(*fault);
  for (const char* member : {"outpostConfig", "remoteNetworkConfig"})
    if (call.in.at(member).is_object())
      return invalid_parameter(fmt::format("not supported yet: {} on the twin", member));
  fields::decode(call.in.at("accessConfig"), cluster.accessConfig);
  static const std::set<std::string> kModes = {"CONFIG_MAP", "API_AND_CONFIG_MAP", "API"};
  if (!kModes.contains(cluster.accessConfig.authenticationMode))
    return invalid_parameter("Invalid authentication mode");
  cluster.bootstrapSelfManagedAddons = call.in.at("bootstrapSelfManagedAddons").bool_or(true);
  if (auto fault = take_auto_mode(world, call, cluster)) return tl::unexpected(*fault);

  cluster.arn = arn_of(world, call.region, "cluster/" + cluster.name);
  cluster.createdAt = now_seconds(world);
  cluster.platformVersion = version->platform;
  cluster.logging = logging_of(call.in.at("logging"));
  cluster.upgradePolicy =
      call.in.has("upgradePolicy") ? call.in.at("upgradePolicy") : Json::object({{"supportType", "EXTENDED"}});
  if (call.in.has("encryptionConfig")) cluster.encryptionConfig = call.in.at("encryptionConfig");
  for (const auto& [member, kept] : {std::pair{"zonalShiftConfig", &cluster.zonalShiftConfig},
                                     {"controlPlaneScalingConfig", &cluster.controlPlaneScalingConfig},
                                     {"kubeApiServerConfig", &cluster.kubeApiServerConfig},
                                     {"kubeControllerManagerConfig", &cluster.kubeControllerManagerConfig},
                                     {"kubeSchedulerConfig", &cluster.kubeSchedulerConfig}})
    if (call.in.at(member).is_object()) *kept = call.in.at(member);
  cluster.deletionProtection = call.in.at("deletionProtection").bool_or(false);
  cluster.tags = tags_of(call.in.at("tags"));
  cluster.clientRequestToken = token;
  cluster.creator = call.caller.role_arn.empty() ? call.caller.arn : call.caller.role_arn;
  iam::ensure_service_linked_role(world, "eks.amazonaws.com");
  const Cluster& made = world.table<Cluster>(call.region).put(cluster.name, cluster);
  world.clock().after(kCreationTakes, Clock::Kind::completes, "eks.cluster-created",
                      Json::object({{"region", call.region}, {"name", cluster.name}}));
  return Json::object({{"cluster", wire(made)}});
}

// --- What EKS makes for a cluster.

/// Ingress all from itself, egress all (the default of new groups).
tl::expected<std::string, ApiError> make_security_group(Service& service, const std::string& region,
                                                        const Cluster& cluster) {
  const std::string name = fmt::format("eks-cluster-sg-{}-{}", cluster.name, service.world.new_hex(10));
  auto id = service.ec2.create_group(
      region, cluster.resourcesVpcConfig.vpcId, name,
      "EKS created security group applied to ENI that is attached to EKS Control Plane "
      "master nodes, as well as any managed workloads.",
      {{"Name", name}, {"kubernetes.io/cluster/" + cluster.name, "owned"}, {"aws:eks:cluster-name", cluster.name}});
  if (!id) return id;
  aws::SecurityGroupRule rule{.groupId = *id, .ipProtocol = "-1"};
  rule.referencedGroupInfo = aws::ReferencedGroup{*id, service.world.account()};
  service.ec2.add_rule(region, rule);
  return id;
}

/// One interface in each of two zones, as the control plane's way into the VPC.
tl::expected<std::vector<std::string>, ApiError> make_interfaces(Service& service, const std::string& region,
                                                                 const Cluster& cluster, const std::string& group) {
  std::vector<std::string> ids, groups = {group};
  std::set<std::string> zones;
  const auto& own = cluster.resourcesVpcConfig.securityGroupIds;
  groups.insert(groups.end(), own.begin(), own.end());
  for (const std::string& subnet_id : cluster.resourcesVpcConfig.subnetIds) {
    const aws::Subnet* subnet = service.world.table<aws::Subnet>(region).find(subnet_id);
    if (!subnet || ids.size() >= 2 || !zones.insert(subnet->availabilityZone).second) continue;
    InterfaceRequest request{.subnet_id = subnet_id, .description = "Amazon EKS " + cluster.name, .groups = groups};
    auto made = service.ec2.create_interface(region, request);
    if (!made) return tl::unexpected(made.error());
    ids.push_back(*made);
    aws::NetworkInterface* interface = service.world.table<aws::NetworkInterface>(region).edit(*made);
    interface->status = "in-use";
    interface->attachment = aws::NetworkInterfaceAttachment{.attachmentId = "ela-attach-0" + service.world.new_hex(16),
                                                            .attachTime = iso_millis(service.world.now()),
                                                            .instanceOwnerId = "amazon-aws",
                                                            .deviceIndex = 1,
                                                            .deleteOnTermination = false};
  }
  return ids;
}

void fail(Service& service, const std::string& region, const std::string& name, const ApiError& error) {
  Cluster* cluster = service.world.table<Cluster>(region).edit(name);
  cluster->status = "FAILED";
  cluster->health.issues.push_back({error.code, error.message, {}});
}

std::string oidc_issuer(World& world, const std::string& region) {
  return fmt::format("https://oidc.eks.{}.{}/id/{}", region, aws::dns_suffix_of(region), [&] {
    std::string id = world.new_hex(32);
    std::transform(id.begin(), id.end(), id.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return id;
  }());
}

void cluster_created(Service& service, const Json& argument) {
  World& world = service.world;
  const std::string region = argument.at("region").string_or(), name = argument.at("name").string_or();
  const Cluster* found = world.table<Cluster>(region).find(name);
  if (!found || found->status != "CREATING") return;
  const Cluster plan = *found;
  auto group = make_security_group(service, region, plan);
  if (!group) return fail(service, region, name, group.error());
  auto interfaces = make_interfaces(service, region, plan, *group);
  if (!interfaces) return fail(service, region, name, interfaces.error());
  const std::string issuer = oidc_issuer(world, region);
  auto kube =
      service.kubernetes.create({name, region, plan.version, plan.kubernetesNetworkConfig.serviceIpv4Cidr, issuer});
  if (!kube) return fail(service, region, name, ApiError{500, "InternalFailure", kube.error().message});

  Cluster& cluster = *world.table<Cluster>(region).edit(name);
  cluster.resourcesVpcConfig.clusterSecurityGroupId = *group;
  cluster.networkInterfaceIds = *interfaces;
  cluster.status = "ACTIVE";
  cluster.host = (*kube)->record().hostname;
  cluster.endpoint = service.kubernetes.url(**kube);
  cluster.certificateAuthority = Json::object({{"data", base64(service.kubernetes.authority())}});
  cluster.identity = Json::object({{"oidc", Json::object({{"issuer", issuer}})}});
  if (cluster.accessConfig.authenticationMode != "CONFIG_MAP" &&
      cluster.accessConfig.bootstrapClusterCreatorAdminPermissions) {
    AccessEntry entry{.clusterName = name, .principalArn = cluster.creator, .username = cluster.creator};
    entry.accessEntryArn = arn_of(world, region, fmt::format("access-entry/{}/user/{}", name, world.new_uuid()));
    entry.createdAt = entry.modifiedAt = now_seconds(world);
    entry.principalId = principal_id(world, cluster.creator);
    entry.policies.push_back({.policyArn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                              .accessScope = {},
                              .associatedAt = entry.createdAt,
                              .modifiedAt = entry.createdAt});
    world.table<AccessEntry>(region).put(key_of(name, cluster.creator), entry);
  }
  const Cluster made = cluster;
  if (has_auto_mode(made))
    if (std::string role = made.computeConfig->at("nodeRoleArn").string_or(); !role.empty())
      admit_role(service, region, made, role, "EC2");
  if (made.bootstrapSelfManagedAddons)
    for (const char* addon : {"vpc-cni", "kube-proxy", "coredns"})
      apply_addon(**kube, region, addon, default_addon_version(addon, made.version), Json());
}

ApiResult delete_cluster(Service& service, Call& call) {
  World& world = service.world;
  auto found = cluster_of(world, call);
  if (!found) return tl::unexpected(found.error());
  const std::string name = (*found)->name;
  const Json extra = Json::object({{"clusterName", name}});
  for (const auto& [key, group] : world.table<Nodegroup>(call.region))
    if (group.clusterName == name) return in_use("Cluster has nodegroups attached", extra);
  for (const auto& [key, profile] : world.table<FargateProfile>(call.region))
    if (profile.clusterName == name) return in_use("Cluster has Fargate profiles attached", extra);
  if ((*found)->deletionProtection)
    return invalid_request(fmt::format("Cluster {} has deletion protection enabled", name), extra);
  if ((*found)->status == "CREATING" || (*found)->status == "UPDATING")
    return in_use(fmt::format("Cluster has an operation in progress: {}", (*found)->status), extra);
  Cluster& cluster = *world.table<Cluster>(call.region).edit(name);
  if (cluster.status != "DELETING")
    world.clock().after(kDeletionTakes, Clock::Kind::completes, "eks.cluster-deleted",
                        Json::object({{"region", call.region}, {"name", name}}));
  cluster.status = "DELETING";
  return Json::object({{"cluster", wire(cluster)}});
}

template <class T>
void erase_of(World& world, const std::string& region, const std::string& cluster) {
  Table<T>& table = world.table<T>(region);
  std::vector<std::string> keys;
  for (const auto& [key, noun] : table)
    if (noun.clusterName == cluster) keys.push_back(key);
  for (const std::string& key : keys) table.erase(key);
}

void cluster_deleted(Service& service, const Json& argument) {
  World& world = service.world;
  const std::string region = argument.at("region").string_or(), name = argument.at("name").string_or();
  const Cluster* found = world.table<Cluster>(region).find(name);
  if (!found) return;
  const Cluster gone = *found;
  for (const std::string& id : gone.networkInterfaceIds) service.ec2.delete_interface(region, id);
  // Stays, as on AWS, when something still uses it.
  if (!gone.resourcesVpcConfig.clusterSecurityGroupId.empty())
    (void)service.ask("ec2", "DeleteSecurityGroup", region,
                      Json::object({{"GroupId", gone.resourcesVpcConfig.clusterSecurityGroupId}}));
  service.kubernetes.remove(region, name);
  erase_of<AccessEntry>(world, region, name);
  erase_of<Addon>(world, region, name);
  erase_of<aws::eks::PodIdentityAssociation>(world, region, name);
  erase_of<Update>(world, region, name);
  world.table<Cluster>(region).erase(name);
}

ApiResult describe_versions() {
  Json list = Json::array();
  for (const VersionInfo& version : versions())
    list.push_back(Json::object({{"clusterVersion", version.kubernetes},
                                 {"clusterType", "eks"},
                                 {"defaultVersion", version.kubernetes == kDefaultVersion},
                                 {"defaultPlatformVersion", version.platform},
                                 {"versionStatus", "STANDARD_SUPPORT"},
                                 {"status", "standard-support"}}));
  return Json::object({{"clusterVersions", list}});
}

}  // namespace

void install_clusters(Service& service) {
  Front& front = service.front;
  front.operation("eks", "CreateCluster", [&](World&, Call& call) { return create_cluster(service, call); });
  front.operation("eks", "DeleteCluster", [&](World&, Call& call) { return delete_cluster(service, call); });
  front.operation("eks", "DescribeCluster", [](World& world, Call& call) -> ApiResult {
    auto cluster = cluster_of(world, call);
    if (!cluster) return tl::unexpected(cluster.error());
    return Json::object({{"cluster", wire(**cluster)}});
  });
  front.operation("eks", "ListClusters", [](World& world, Call& call) {
    std::vector<std::string> names;
    for (const auto& [name, cluster] : world.table<Cluster>(call.region)) names.push_back(name);
    return page(names, call, "clusters");
  });
  front.operation("eks", "DescribeClusterVersions", [](World&, Call&) { return describe_versions(); });
  service.world.clock().handle("eks.cluster-created",
                               [&](World&, const Json& argument) { cluster_created(service, argument); });
  service.world.clock().handle("eks.cluster-deleted",
                               [&](World&, const Json& argument) { cluster_deleted(service, argument); });
}

std::optional<ApiError> check_placement(World& world, const Call& call, const Json& network) {
  if (network.has("subnetIds"))
    if (auto placement = place(world, call, texts(network.at("subnetIds"))); !placement) return placement.error();
  if (network.has("securityGroupIds")) {
    const Cluster* cluster = world.table<Cluster>(call.region).find(call.text("clusterName"));
    return check_groups(world, call, texts(network.at("securityGroupIds")), cluster->resourcesVpcConfig.vpcId);
  }
  return std::nullopt;
}

Json normal_logging(const Json& asked) { return logging_of(asked); }

}  // namespace drydock::twin::eks

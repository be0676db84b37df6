#include "twin/eks/common.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "twin/iam/access.h"

namespace drydock::twin::eks {

ApiResult Service::ask(const std::string& service, const std::string& action, const std::string& region,
                       Json in) const {
  Principal eks;
  eks.kind = Principal::Kind::service;
  eks.account = world.account();
  eks.arn = eks.user_id = "eks.amazonaws.com";
  return front.call(service, action, region, eks, std::move(in));
}

double now_seconds(const World& world) { return epoch_seconds(const_cast<World&>(world).now()); }

tl::unexpected<ApiError> not_found(std::string message, Json extra) {
  return refuse("ResourceNotFoundException", std::move(message), 404, std::move(extra));
}
tl::unexpected<ApiError> invalid_parameter(std::string message, Json extra) {
  return refuse("InvalidParameterException", std::move(message), 400, std::move(extra));
}
tl::unexpected<ApiError> invalid_request(std::string message, Json extra) {
  return refuse("InvalidRequestException", std::move(message), 400, std::move(extra));
}
tl::unexpected<ApiError> in_use(std::string message, Json extra) {
  return refuse("ResourceInUseException", std::move(message), 409, std::move(extra));
}
tl::unexpected<ApiError> no_cluster(std::string_view name) {
  return not_found(fmt::format("No cluster found for name: {}.", name), Json::object({{"clusterName", name}}));
}

std::string arn_of(const World& world, std::string_view region, std::string_view resource) {
  return fmt::format("arn:{}:eks:{}:{}:{}", aws::partition_of(region), region, world.account(), resource);
}

tl::expected<const Cluster*, ApiError> cluster_of(World& world, const Call& call) {
  const std::string name = call.text("clusterName");
  const Cluster* cluster = world.table<Cluster>(call.region).find(name);
  if (!cluster) return no_cluster(name);
  return cluster;
}

ApiResult page(const std::vector<std::string>& names, const Call& call, const char* member) {
  std::size_t limit = 100;
  if (const auto asked = call.number("maxResults")) {
    if (*asked < 1 || *asked > 100) return invalid_parameter("maxResults needs to be 1 or greater and 100 or less");
    limit = static_cast<std::size_t>(*asked);
  }
  const std::string token = call.text("nextToken");
  auto from = token.empty() ? names.begin() : std::lower_bound(names.begin(), names.end(), token);
  Json out = Json::object({{member, Json::array()}});
  for (; from != names.end() && out.at(member).size() < limit; ++from) out[member].push_back(*from);
  out["nextToken"] = from == names.end() ? Json() : Json(*from);
  return out;
}

std::vector<std::string> texts(const Json& array) {
  std::vector<std::string> out;
  if (array.is_string()) out.push_back(array.as_string());
  if (array.is_array())
    for (const Json& item : array.as_array())
      if (item.is_string()) out.push_back(item.as_string());
  return out;
}

aws::eks::TagMap tags_of(const Json& object) {
  aws::eks::TagMap tags;
  if (object.is_object())
    for (const auto& [key, value] : object.as_object()) tags[key] = value.string_or();
  return tags;
}

RoleState role_state(World& world, std::string_view arn, std::string_view service) {
  const aws::Role* role = iam::role_by_arn(world, arn);
  if (!role) return RoleState::missing;
  return iam::trusts_service(world, *role, service) ? RoleState::ok : RoleState::distrusts;
}

bool is_public_subnet(World& world, const std::string& region, const aws::Subnet& subnet) {
  const aws::RouteTable *own = nullptr, *main = nullptr;
  for (const auto& [key, table] : world.table<aws::RouteTable>(region))
    for (const auto& association : table.associationSet) {
      if (association.subnetId == subnet.subnetId) own = &table;
      if (association.main && table.vpcId == subnet.vpcId) main = &table;
    }
  const aws::RouteTable* table = own ? own : main;
  return table && std::any_of(table->routeSet.begin(), table->routeSet.end(), [](const aws::Route& route) {
           return route.gatewayId && route.gatewayId->starts_with("igw-");
         });
}

std::string principal_id(World& world, std::string_view arn) {
  if (const aws::Role* role = iam::role_by_arn(world, arn)) return role->RoleId;
  for (const auto& [name, user] : world.table<aws::User>())
    if (user.Arn == arn) return user.UserId;
  return {};
}

namespace {

constexpr auto kLoopback = "https://127.0.0.1:";

void register_routes(Front& front) {
  struct Route {
    const char *method, *path, *action;
  };
  static constexpr Route kRoutes[] = {
      {"POST", "/clusters", "CreateCluster"},
      {"GET", "/clusters", "ListClusters"},
      {"GET", "/clusters/{clusterName}", "DescribeCluster"},
      {"DELETE", "/clusters/{clusterName}", "DeleteCluster"},
      {"POST", "/clusters/{clusterName}/update-config", "UpdateClusterConfig"},
      {"POST", "/clusters/{clusterName}/updates", "UpdateClusterVersion"},
      {"GET", "/clusters/{clusterName}/updates", "ListUpdates"},
      {"GET", "/clusters/{clusterName}/updates/{updateId}", "DescribeUpdate"},
      {"POST", "/clusters/{clusterName}/encryption-config/associate", "AssociateEncryptionConfig"},
      {"GET", "/cluster-versions", "DescribeClusterVersions"},
      {"POST", "/clusters/{clusterName}/node-groups", "CreateNodegroup"},
      {"GET", "/clusters/{clusterName}/node-groups", "ListNodegroups"},
      {"GET", "/clusters/{clusterName}/node-groups/{nodegroupName}", "DescribeNodegroup"},
      {"DELETE", "/clusters/{clusterName}/node-groups/{nodegroupName}", "DeleteNodegroup"},
      {"POST", "/clusters/{clusterName}/node-groups/{nodegroupName}/update-config", "UpdateNodegroupConfig"},
      {"POST", "/clusters/{clusterName}/node-groups/{nodegroupName}/update-version", "UpdateNodegroupVersion"},
      {"POST", "/clusters/{clusterName}/fargate-profiles", "CreateFargateProfile"},
      {"GET", "/clusters/{clusterName}/fargate-profiles", "ListFargateProfiles"},
      {"GET", "/clusters/{clusterName}/fargate-profiles/{fargateProfileName}", "DescribeFargateProfile"},
      {"DELETE", "/clusters/{clusterName}/fargate-profiles/{fargateProfileName}", "DeleteFargateProfile"},
      {"POST", "/clusters/{clusterName}/access-entries", "CreateAccessEntry"},
      {"GET", "/clusters/{clusterName}/access-entries", "ListAccessEntries"},
      {"GET", "/clusters/{clusterName}/access-entries/{principalArn}", "DescribeAccessEntry"},
      {"POST", "/clusters/{clusterName}/access-entries/{principalArn}", "UpdateAccessEntry"},
      {"DELETE", "/clusters/{clusterName}/access-entries/{principalArn}", "DeleteAccessEntry"},
      {"POST", "/clusters/{clusterName}/access-entries/{principalArn}/access-policies", "AssociateAccessPolicy"},
      {"GET", "/clusters/{clusterName}/access-entries/{principalArn}/access-policies", "ListAssociatedAccessPolicies"},
      {"DELETE", "/clusters/{clusterName}/access-entries/{principalArn}/access-policies/{policyArn}",
       "DisassociateAccessPolicy"},
      {"GET", "/access-policies", "ListAccessPolicies"},
      {"POST", "/clusters/{clusterName}/addons", "CreateAddon"},
      {"GET", "/clusters/{clusterName}/addons", "ListAddons"},
      {"GET", "/clusters/{clusterName}/addons/{addonName}", "DescribeAddon"},
      {"DELETE", "/clusters/{clusterName}/addons/{addonName}", "DeleteAddon"},
      {"POST", "/clusters/{clusterName}/addons/{addonName}/update", "UpdateAddon"},
      {"GET", "/addons/supported-versions", "DescribeAddonVersions"},
      {"POST", "/clusters/{clusterName}/pod-identity-associations", "CreatePodIdentityAssociation"},
      {"GET", "/clusters/{clusterName}/pod-identity-associations", "ListPodIdentityAssociations"},
      {"GET", "/clusters/{clusterName}/pod-identity-associations/{associationId}", "DescribePodIdentityAssociation"},
      {"POST", "/clusters/{clusterName}/pod-identity-associations/{associationId}", "UpdatePodIdentityAssociation"},
      {"DELETE", "/clusters/{clusterName}/pod-identity-associations/{associationId}", "DeletePodIdentityAssociation"},
      {"GET", "/tags/{resourceArn}", "ListTagsForResource"},
      {"POST", "/tags/{resourceArn}", "TagResource"},
      {"DELETE", "/tags/{resourceArn}", "UntagResource"},
  };
  for (const Route& route : kRoutes) front.rest("eks", route.method, route.path, route.action);
}

}  // namespace

void install(World& world, const Neighbours& neighbours) {
  auto service = std::make_shared<Service>(world, neighbours);
  // The clock's and the Front's handlers refer to the service; this listener keeps it as long as the world.
  world.on_change([service] {});
  register_routes(*neighbours.front);
  install_clusters(*service);
  install_updates(*service);
  install_nodegroups(*service);
  install_fargate(*service);
  install_access(*service);
  install_addons(*service);
  install_pod_identity(*service);
  install_tags(*service);
}

const Cluster* cluster_at(World& world, const std::string& region, std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  if (!url.starts_with("https://")) return nullptr;
  std::string host = to_lower(url.substr(8));
  if (host.ends_with(":443")) host.resize(host.size() - 4);
  for (const auto& [name, cluster] : world.table<Cluster>(region)) {
    if (to_lower(cluster.host) == host) return &cluster;
    if (url.starts_with(kLoopback) && cluster.endpoint && *cluster.endpoint == url) return &cluster;
  }
  return nullptr;
}

}  // namespace drydock::twin::eks

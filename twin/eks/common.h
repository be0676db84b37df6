// What the files of this folder share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloud/aws/ec2.h"
#include "cloud/aws/eks.h"
#include "twin/eks/eks.h"

namespace drydock::twin::eks {

using aws::eks::AccessEntry;
using aws::eks::Addon;
using aws::eks::Cluster;
using aws::eks::FargateProfile;
using aws::eks::Nodegroup;
using aws::eks::Update;

/// The service of one twin: its neighbours and what it does with them. Lives as long as the Front.
class Service {
 public:
  Service(World& world, Neighbours neighbours)
      : world(world), front(*neighbours.front), ec2(*neighbours.ec2), kubernetes(*neighbours.kubernetes) {}
  World& world;
  Front& front;
  Ec2& ec2;
  kubernetes::Kubernetes& kubernetes;

  /// Another AWS API, called by EKS itself.
  ApiResult ask(const std::string& service, const std::string& action, const std::string& region, Json in) const;
  /// REQUIRES: the cluster is not CREATING.
  kubernetes::KubeCluster* kube(const std::string& region, const std::string& cluster) const {
    return kubernetes.find(region, cluster);
  }
};

// Registration, one per file.
void install_clusters(Service& service);
void install_updates(Service& service);
void install_nodegroups(Service& service);
void install_fargate(Service& service);
void install_access(Service& service);
void install_addons(Service& service);
void install_pod_identity(Service& service);
void install_tags(Service& service);

// --- Answers and refusals.
double now_seconds(const World& world);
template <class T>
Json wire(const T& noun) {
  return fields::encode(noun, fields::Scope::wire);
}
tl::unexpected<ApiError> not_found(std::string message, Json extra = {});
tl::unexpected<ApiError> invalid_parameter(std::string message, Json extra = {});
tl::unexpected<ApiError> invalid_request(std::string message, Json extra = {});
tl::unexpected<ApiError> in_use(std::string message, Json extra = {});
tl::unexpected<ApiError> no_cluster(std::string_view name);

inline std::string key_of(std::string_view cluster, std::string_view name) {
  return std::string(cluster) + "/" + std::string(name);
}
std::string arn_of(const World& world, std::string_view region, std::string_view resource);

/// The cluster that the call's path names; the refusal if there is none.
tl::expected<const Cluster*, ApiError> cluster_of(World& world, const Call& call);

/// Subnets and security groups of an update's resourcesVpcConfig, checked as at creation.
std::optional<ApiError> check_placement(World& world, const Call& call, const Json& network);
/// Logging as DescribeCluster shows it: the enabled types, then the disabled ones.
Json normal_logging(const Json& asked);

/// The page of `names` that maxResults and nextToken ask for: {member: [...], nextToken}.
ApiResult page(const std::vector<std::string>& names, const Call& call, const char* member);

std::vector<std::string> texts(const Json& array);
aws::eks::TagMap tags_of(const Json& object);

/// A new update of a cluster; takes effect (see updates.cc) after `takes`. Only one per cluster runs at a time: check
/// `busy` before.
Update& start_update(Service& service, const Call& call, std::string type, std::vector<aws::eks::UpdateParam> params,
                     Json then, std::string nodegroup = {}, std::string addon = {},
                     Millis takes = std::chrono::minutes(2));
std::optional<ApiError> busy(World& world, const Call& call, const Cluster& cluster);

/// The roles' side: exists and trusts `service`?
enum class RoleState { missing, distrusts, ok };
RoleState role_state(World& world, std::string_view arn, std::string_view service);
/// Whether the subnet's route table leads to an internet gateway.
bool is_public_subnet(World& world, const std::string& region, const aws::Subnet& subnet);
/// Checks computeConfig and its kin of CreateCluster, and takes them over.
/// https://docs.aws.amazon.com/eks/latest/userguide/automode.html
std::optional<ApiError> take_auto_mode(World& world, const Call& call, Cluster& cluster);
bool has_auto_mode(const Cluster& cluster);
/// Unique id of a role or user; "" if there is none.
std::string principal_id(World& world, std::string_view arn);

/// A new Pod Identity association, checked as CreatePodIdentityAssociation does; ids are filled in.
tl::expected<const aws::eks::PodIdentityAssociation*, ApiError> make_association(Service& service, const Call& call,
                                                                                 aws::eks::PodIdentityAssociation made);

// --- What stands in a cluster.
/// Versions an add-on has for a Kubernetes version, newest first; empty for an unknown add-on.
std::vector<std::string> addon_versions(std::string_view addon, std::string_view kubernetes_version);
std::string default_addon_version(std::string_view addon, std::string_view kubernetes_version);
const std::vector<std::string>& known_addons();
/// Writes the add-on's objects into the cluster. `values` is the parsed configurationValues, or null.
void apply_addon(kubernetes::KubeCluster& kube, std::string_view region, std::string_view addon,
                 std::string_view version, const Json& values);
void remove_addon(kubernetes::KubeCluster& kube, std::string_view addon);

constexpr std::string_view kDefaultVersion = "1.32";

/// Lets a node role in: an EC2_LINUX access entry, or a line in aws-auth, by the cluster's mode.
void admit_node_role(Service& service, const std::string& region, const Cluster& cluster, const std::string& role_arn);
/// The same for a role of auto mode's nodes (type EC2) or of pods on Fargate (FARGATE_LINUX).
void admit_role(Service& service, const std::string& region, const Cluster& cluster, const std::string& role_arn,
                const std::string& type);
/// Takes the mapping away again, unless another node group has the role.
void dismiss_node_role(Service& service, const std::string& region, const Cluster& cluster,
                       const std::string& role_arn);

}  // namespace drydock::twin::eks

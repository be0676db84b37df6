// EKS's API (https://docs.aws.amazon.com/eks/latest/APIReference): clusters, node groups, access entries, add-ons, Pod
// Identity associations, updates, tags. What EKS makes on its own account (interfaces, security group, launch template,
// Auto Scaling group, Kubernetes API server) it makes through the same services as everyone, as a service principal.
#pragma once

#include <functional>
#include <string>

#include "cloud/aws/eks.h"
#include "cloud/aws/iam.h"
#include "twin/ec2/ec2.h"
#include "twin/kernel/front.h"
#include "twin/kernel/world.h"
#include "twin/kubernetes/cluster.h"

namespace drydock::twin::eks {

/// Whom EKS works with. Everything outlives the Front.
struct Neighbours {
  Front* front = nullptr;
  Ec2* ec2 = nullptr;
  kubernetes::Kubernetes* kubernetes = nullptr;
};

struct VersionInfo {
  std::string kubernetes, platform, release;  // "1.32", "eks.11", "1.32.3-20250519"
  std::string kubelet;                        // "v1.32.3-eks-473151a"
};
/// Kubernetes versions EKS offers, newest first.
const std::vector<VersionInfo>& versions();
const VersionInfo* version_info(std::string_view kubernetes);

/// Registers operations, routes, and the clock's events.
void install(World& world, const Neighbours& neighbours);

/// For kubernetes::Neighbours::access: mode, entries and creator of a cluster. API mode without entries if EKS knows
/// none.
kubernetes::AccessConfig access_config(World& world, const std::string& region, const std::string& cluster);

/// For kubernetes::Neighbours::admit: the webhook that gives new pods the environment and tokens of their role.
void admit_pod(World& world, const kubernetes::KubeCluster& cluster, Json& pod);
/// The association of a service account; null if there is none.
const aws::eks::PodIdentityAssociation* pod_identity_of(World& world, const std::string& region,
                                                        std::string_view cluster, std::string_view name_space,
                                                        std::string_view service_account);

/// The association's role, if it trusts the Pod Identity service with both AssumeRole and TagSession; else null.
const aws::Role* pod_identity_role(World& world, const aws::eks::PodIdentityAssociation& association);

/// The Fargate profile that takes a new pod; "" if none does.
std::string fargate_profile_of(World& world, const std::string& region, const std::string& cluster, const Json& pod);
/// For kubernetes::Neighbours::not_lived: the capacity that a pod waits for in vain; "" if there is none such.
std::string capacity_not_lived(World& world, const std::string& region, const std::string& cluster, bool on_fargate);

/// The cluster that this API server address means: its loopback URL, or the host it has inside a VPC. Null if none.
const aws::eks::Cluster* cluster_at(World& world, const std::string& region, std::string_view url);

}  // namespace drydock::twin::eks

// EKS's API (https://docs.aws.amazon.com/eks/latest/APIReference): clusters, node groups, access entries, add-ons, Pod
// Identity associations, updates, tags. What EKS makes on its own account (interfaces, security group, launch template,
// Auto Scaling group, Kubernetes API server) it makes through the same services as everyone, as a service principal.
#pragma once

#include <functional>
#include <string>

#include "cloud/aws/eks.h"
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

/// The cluster that this API server address means: its loopback URL, or the host it has inside a VPC. Null if none.
const aws::eks::Cluster* cluster_at(World& world, const std::string& region, std::string_view url);

}  // namespace drydock::twin::eks

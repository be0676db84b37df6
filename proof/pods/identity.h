// As whom a pod calls AWS: under the node's role through instance metadata, under a role of its own by a web identity
// (IRSA), or by EKS Pod Identity; and whether that works.
// https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html
#pragma once

#include <string>

#include "proof/caller.h"
#include "proof/finding.h"
#include "proof/pods/workload.h"

namespace drydock::proof {

struct PodIdentity {
  enum class Source { instance_role, irsa, pod_identity };
  Source source = Source::instance_role;
  std::string role_arn;             // of the pod's own role
  const aws::Role* role = nullptr;  // null: not in the world, or the node's
  Place said_by;                    // what gives the pod its role
  std::string sts_host;             // of IRSA: whom its SDK asks
};

PodIdentity identity_of(const WorldView& view, const Workload& workload);
/// Of the VPC CNI's own pods, aws-node.
Workload vpc_cni_of(const cloud::World& world, std::string_view cluster);

/// Hosts that name no region answer from us-east-1, and no endpoint of another service answers for them.
std::string global_sts_host(const WorldView& view);

/// May the service account take the role by its token?
Answer may_assume_as_web_identity(const WorldView& view, const aws::eks::Cluster& cluster, const aws::Role& role,
                                  const Workload& workload);
/// The issuer of the cluster's tokens, without the scheme; of a cluster that is only planned, the one that the role's
/// trust policy speaks of. Empty: nobody knows.
std::string issuer_of(const aws::eks::Cluster& cluster, const aws::Role& role);
/// Null where the account has none for this issuer.
const aws::OpenIdConnectProvider* oidc_provider_of(const cloud::World& world, std::string_view issuer);

/// Whether something gives out credentials by Pod Identity in the cluster.
bool has_pod_identity_agent(const cloud::World& world, const aws::eks::Cluster& cluster);

}  // namespace drydock::proof

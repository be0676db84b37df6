// The workloads of a cluster, whatever brings them: an EKS add-on, an object in the API server, a Helm release. A
// release stands among the Kubernetes objects as {kind: HelmRelease, metadata, spec: {chart, values}}.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/eks/controllers.h"
#include "cloud/world/world.h"

namespace drydock::proof {

struct Workload {
  std::string cluster, name_space, name, service_account;
  cloud::Ref noun;                              // add-on or Kubernetes object
  const eks::Controller* controller = nullptr;  // null: one of the user's own
  bool host_network = false, daemon = false;
  std::vector<std::string> images;  // as they are written; those of add-ons and charts are not known
  // What is set, by argument ("--aws-vpc-id"), variable, or chart value (dotted path).
  std::map<std::string, std::string, std::less<>> settings;

  bool has(const eks::Setting& setting, const cloud::World& world) const;
  /// The value of a setting; empty if it is not set.
  std::string value(std::string_view name) const;
};

/// What runs pods: add-ons that are controllers, Deployments, DaemonSets, StatefulSets and Helm releases.
std::vector<Workload> workloads_of(const cloud::World& world, std::string_view cluster);

}  // namespace drydock::proof

// One workload while its calls are looked at; what the files of proof/pods share.
#pragma once

#include <string>
#include <vector>

#include "proof/pods/controllers.h"
#include "proof/pods/identity.h"
#include "proof/pods/workload.h"

namespace drydock::proof {

struct PodCheck {
  const WorldView& view;
  const aws::eks::Cluster& cluster;
  const std::vector<const Group*>& groups;  // of the cluster, on whose nodes pods may run
  Contacts& contacts;
  Problems& out;
  const Workload& workload;
  const eks::Controller& controller;

  /// "aws-ebs-csi-driver.create-volume".
  std::string step(std::string_view call) const { return std::string(controller.name) + "." + std::string(call); }
  /// Degraded, with the words of the component and what people miss.
  Problem problem(std::string_view code, std::string_view call, std::string words) const;
  std::string fill(std::string_view pattern) const;
};

/// As whom its pods call, with findings where that does not work. Nothing: they get no credentials.
struct Caller {
  const aws::Role* role = nullptr;     // null: a role that is not in the world
  const Group* instance_of = nullptr;  // set: the role of this group's nodes
};
std::vector<Caller> check_identity(const PodCheck& check);

/// Whether a host answers from every node its pods may run on, with findings where it does not.
std::vector<Way> check_host(const PodCheck& check, std::string_view call, std::string_view what,
                            const std::string& host, std::string_view service, const Group* only = nullptr);

/// What the control plane calls on its pods.
void check_served_port(const PodCheck& check);
/// What Karpenter launches with, and where.
void check_node_classes(const PodCheck& check, const std::vector<Caller>& callers);
/// Tags and names by which it finds groups and node groups.
void check_discovery(const PodCheck& check);
/// File systems' mount targets.
void check_mount_targets(const PodCheck& check);
/// Registries of images that are not the boot chain's.
void check_images(const WorldView& view, const std::vector<const Group*>& groups, Contacts& contacts, Problems& out,
                  const std::vector<Workload>& workloads);

/// Port 53 from every node to every other: CoreDNS may run on any.
void check_between_nodes(const WorldView& view, const std::vector<const Group*>& groups, Contacts& contacts,
                         Problems& out);
/// Pods whose private addresses reach an internet gateway as they are.
void check_source_nat(const WorldView& view, const std::vector<const Group*>& groups, Problems& out);
void check_fargate(const WorldView& view, std::string_view cluster, Problems& out);
/// Whether its default route leads to an internet gateway.
bool is_public_subnet(const WorldView& view, const std::string& subnet);

}  // namespace drydock::proof

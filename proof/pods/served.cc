// What the control plane calls on a controller's pods: webhooks and aggregated APIs. Its packets come from the
// interfaces EKS keeps in the cluster's subnets. https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
#include <fmt/format.h>

#include <cstdlib>

#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

const ApiServer* api_server_of(const PodCheck& check) {
  for (const ApiServer& api : check.view.network().api_servers())
    if (api.cluster == check.cluster.name) return &api;
  return nullptr;
}

/// As the pods are told, else as the controller's own page has it.
int served_port(const PodCheck& check) {
  for (const char* name : {"--secure-port", "--webhook-bind-port", "containerPort", "webhookBindPort"})
    if (const int port = std::atoi(check.workload.value(name).c_str()); port > 0) return port;
  return check.controller.served_port;
}

void report(const PodCheck& check, const Group& group, int port, const Wall& wall) {
  Problem p = check.problem("controller.port", "served",
                            fmt::format("failed calling webhook or API: dial tcp: :{}: i/o timeout", port));
  p.finding.where = place_of(check.view, wall.component, group);
  p.finding.message = fmt::format("the control plane cannot reach {} of {} on port {} of the nodes of {}",
                                  check.controller.served, check.controller.name, port, group.name);
  p.finding.evidence.push_back({wall.component, wall.evidence});
  p.need.groups = group.groups;
  p.need.port = port;
  if (const ApiServer* api = api_server_of(check)) p.need.peer_groups = api->securityGroupIds;
  check.out.add(std::move(p));
}

}  // namespace

void check_served_port(const PodCheck& check) {
  const int port = served_port(check);
  const ApiServer* api = api_server_of(check);
  if (port == 0 || !api) return;
  for (const Group* group : check.groups) {
    const Walk walk{check.view, *group, check.out, check.contacts};
    for (const std::string& from : api->subnetIds)
      for (const std::string& to : group->subnets) {
        const Site control_plane{"the control plane in " + from, from, {}, api->securityGroupIds, false};
        const Reach reach = reach_site(check.view.network(), control_plane, walk.site(to), port);
        if (reach.reached == Tri::no && !reach.walls.empty()) report(check, *group, port, reach.walls.front());
      }
  }
}

void check_mount_targets(const PodCheck& check) {
  if (check.controller.name != "aws-efs-csi-driver") return;
  constexpr int kNfs = 2049;
  for (const auto& eni : check.view.world().network_interfaces) {
    if (eni.interfaceType != "efs") continue;
    Site target{eni.networkInterfaceId, eni.subnetId, {}, {}, false};
    for (const auto& group : eni.groupSet) target.groups.push_back(group.groupId);
    for (const Group* group : check.groups) {
      const Walk walk{check.view, *group, check.out, check.contacts};
      for (const std::string& subnet : group->subnets) {
        if (walk.vpc_of(subnet) != walk.vpc_of(eni.subnetId)) continue;
        const Reach reach = reach_site(check.view.network(), walk.site(subnet), target, kNfs);
        if (reach.reached != Tri::no || reach.walls.empty()) continue;
        const Wall& wall = reach.walls.front();
        Problem p = check.problem("efs.mount-target", "mount", "Unable to attach or mount volumes: timed out");
        p.finding.where = place_of(check.view, wall.component, *group);
        p.finding.message = fmt::format("nodes of {} cannot reach mount target {} on port {}", group->name,
                                        eni.networkInterfaceId, kNfs);
        p.finding.evidence.push_back({wall.component, wall.evidence});
        p.need.groups = group->groups;
        p.need.peer_groups = target.groups;
        p.need.port = kNfs;
        check.out.add(std::move(p));
      }
    }
  }
}

}  // namespace drydock::proof

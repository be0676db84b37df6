// The VPC CNI: is there one when the nodes arrive?
#include <fmt/format.h>

#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

bool has_addon(const Walk& walk, std::string_view name) {
  for (const auto& addon : walk.view.world().addons)
    if (addon.clusterName == walk.group.cluster->name && addon.addonName == name) return true;
  return false;
}

bool has_object(const Walk& walk, std::string_view kind, std::string_view name) {
  for (const auto& object : walk.view.world().kubernetes_objects)
    if (object.cluster == walk.group.cluster->name && object.object.at("kind").string_or() == kind &&
        object.object.at("metadata").at("name").string_or() == name)
      return true;
  return false;
}

bool auto_mode(const aws::eks::Cluster& cluster) {
  return cluster.computeConfig && cluster.computeConfig->at("enabled").bool_or(false);
}

}  // namespace

void check_cni(const Walk& walk) {
  const aws::eks::Cluster& cluster = *walk.group.cluster;
  if (cluster.bootstrapSelfManagedAddons || auto_mode(cluster) || has_addon(walk, "vpc-cni") ||
      has_object(walk, "DaemonSet", "aws-node") || has_object(walk, "DaemonSet", "cilium") ||
      has_object(walk, "DaemonSet", "calico-node"))
    return;
  Problem p = walk.problem("cni.missing", "pull.cni-init.token", Fault::denied);
  p.finding.where = {cloud::ref_of(cluster), "bootstrapSelfManagedAddons"};
  p.finding.message = fmt::format(
      "nothing installs a CNI in {}: it is made without EKS's own add-ons, and has no vpc-cni", cluster.name);
  p.finding.symptom.text =
      "nodes NotReady, cni plugin not initialized, no aws-node pod; NodeCreationFailure: Unhealthy nodes in the "
      "kubernetes "
      "cluster";
  p.need.cluster = cluster.name;
  walk.out.add(std::move(p));
}

void check_addons(const Walk& walk) {
  const aws::eks::Cluster& cluster = *walk.group.cluster;
  if (cluster.bootstrapSelfManagedAddons || auto_mode(cluster)) return;
  const auto missing = [&](std::string_view addon, std::string_view kind, std::string message, std::string symptom) {
    if (has_addon(walk, addon) || has_object(walk, kind, addon)) return;
    Problem p = walk.problem("addon.missing", "", Fault::denied);
    p.finding.where = {cloud::ref_of(cluster), "bootstrapSelfManagedAddons"};
    p.finding.effect = Verdict::degraded;
    p.finding.severity = Severity::warning;
    p.finding.message = std::move(message);
    p.finding.symptom = {std::move(symptom), "when pods run"};
    p.subject = addon;
    p.need.cluster = cluster.name;
    walk.out.add(std::move(p));
  };
  missing("kube-proxy", "DaemonSet", fmt::format("nothing installs kube-proxy in {}", cluster.name),
          "nodes are Ready; addresses of Services time out");
  missing("coredns", "Deployment", fmt::format("nothing installs CoreDNS in {}", cluster.name),
          "nodes are Ready; pods resolve no names");
}

}  // namespace drydock::proof

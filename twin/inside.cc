#include "twin/inside.h"

#include "twin/eks/eks.h"
#include "twin/iam/install.h"
#include "twin/kubernetes/service_tokens.h"
#include "twin/kubernetes/sts.h"
#include "twin/storage/storage.h"
#include "twin/visit/visit.h"

namespace drydock::twin {
namespace {

/// What a cluster's API server asks of STS, EKS, IAM and EC2.
kubernetes::Neighbours kubernetes_neighbours(World& world, Front& front) {
  kubernetes::Neighbours out;
  out.sts = kubernetes::ask_sts(front);
  out.access = [&world](const kubernetes::KubeCluster& cluster) {
    return eks::access_config(world, cluster.record().region, cluster.record().name);
  };
  out.private_dns_name = [&world](const kubernetes::KubeCluster& cluster, const std::string& id) {
    return nodes::private_dns_name(world, cluster.record().region, id);
  };
  out.admit = [&world](const kubernetes::KubeCluster& cluster, Json& pod) { eks::admit_pod(world, cluster, pod); };
  out.not_lived = [&world](const kubernetes::KubeCluster& cluster, bool on_fargate) {
    return eks::capacity_not_lived(world, cluster.record().region, cluster.record().name, on_fargate);
  };
  out.logs = [&world](const kubernetes::KubeCluster& cluster, const Json& pod, const std::string& container, bool) {
    return nodes::logs(world, cluster.record().region, cluster.record().name, pod, container);
  };
  return out;
}

}  // namespace

Result<std::unique_ptr<Inside>> Inside::open(World::Options options, Loop* loop) {
  auto world = World::open(std::move(options));
  if (!world) return pass(world, "opening the twin's world");
  auto inside = std::make_unique<Inside>();
  inside->world = std::move(*world);
  inside->front = std::make_unique<Front>(*inside->world);
  inside->ec2 = std::make_unique<Ec2>(*inside->front, *inside->world);
  iam::install(*inside->front, *inside->world);
  inside->scaling = std::make_unique<AutoScaling>(*inside->front, *inside->world, *inside->ec2);
  storage::install(*inside->front, *inside->world);
  inside->kubernetes = std::make_unique<kubernetes::Kubernetes>(
      *inside->world, kubernetes_neighbours(*inside->world, *inside->front), loop);
  iam::verify_web_identity_by(*inside->world, kubernetes::signed_by_a_cluster_of(*inside->kubernetes));
  eks::install(*inside->world, {inside->front.get(), inside->ec2.get(), inside->kubernetes.get()});
  inside->nodes = std::make_unique<nodes::Nodes>(
      *inside->world, nodes::Neighbours{inside->front.get(), inside->ec2.get(), inside->kubernetes.get()});
  visit::install(*inside->world, {inside->front.get(), inside->kubernetes.get(), inside->nodes.get()});
  install_load(inside->place());
  inside->world->commit();
  return inside;
}

}  // namespace drydock::twin

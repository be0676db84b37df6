#include "cloud/eks/images.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace drydock::eks {
namespace {

/// https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html and the add-ons' own charts.
constexpr std::string_view kAddOns[] = {"amazon-k8s-cni-init",
                                        "amazon-k8s-cni",
                                        "amazon/aws-network-policy-agent",
                                        "amazon/aws-load-balancer-controller",
                                        "eks/kube-proxy",
                                        "eks/coredns",
                                        "eks/pause",
                                        "eks/eks-pod-identity-agent",
                                        "eks/aws-ebs-csi-driver",
                                        "eks/aws-efs-csi-driver",
                                        "eks/aws-fsx-csi-driver",
                                        "eks/csi-provisioner",
                                        "eks/csi-attacher",
                                        "eks/csi-snapshotter",
                                        "eks/csi-resizer",
                                        "eks/csi-node-driver-registrar",
                                        "eks/livenessprobe",
                                        "eks/snapshot-controller",
                                        "eks/metrics-server",
                                        "eks/observability/cloudwatch-agent",
                                        "eks/aws-for-fluent-bit",
                                        "eks/aws-mountpoint-s3-csi-driver",
                                        "eks/eks-node-monitoring-agent"};

struct Repository {
  std::string_view host, name;  // a name that ends in '/' stands for all below it
};
constexpr Repository kPublic[] = {
    {"docker.io", "library/alpine"},
    {"docker.io", "library/amazonlinux"},
    {"docker.io", "library/busybox"},
    {"docker.io", "library/caddy"},
    {"docker.io", "library/debian"},
    {"docker.io", "library/eclipse-temurin"},
    {"docker.io", "library/golang"},
    {"docker.io", "library/haproxy"},
    {"docker.io", "library/hello-world"},
    {"docker.io", "library/httpd"},
    {"docker.io", "library/mariadb"},
    {"docker.io", "library/memcached"},
    {"docker.io", "library/mongo"},
    {"docker.io", "library/mysql"},
    {"docker.io", "library/nginx"},
    {"docker.io", "library/node"},
    {"docker.io", "library/perl"},
    {"docker.io", "library/php"},
    {"docker.io", "library/postgres"},
    {"docker.io", "library/python"},
    {"docker.io", "library/rabbitmq"},
    {"docker.io", "library/redis"},
    {"docker.io", "library/registry"},
    {"docker.io", "library/ruby"},
    {"docker.io", "library/rust"},
    {"docker.io", "library/tomcat"},
    {"docker.io", "library/traefik"},
    {"docker.io", "library/ubuntu"},
    {"docker.io", "library/wordpress"},
    {"docker.io", "apache/kafka"},
    {"docker.io", "bitnami/"},
    {"docker.io", "curlimages/curl"},
    {"docker.io", "fluent/fluent-bit"},
    {"docker.io", "grafana/"},
    {"docker.io", "hashicorp/http-echo"},
    {"docker.io", "nicolaka/netshoot"},
    {"docker.io", "prom/"},
    {"docker.io", "traefik/whoami"},
    {"ghcr.io", "external-secrets/external-secrets"},
    {"ghcr.io", "fluxcd/"},
    {"ghcr.io", "stefanprodan/podinfo"},
    {"public.ecr.aws", "amazonlinux/amazonlinux"},
    {"public.ecr.aws", "aws-cli/aws-cli"},
    {"public.ecr.aws", "aws-containers/"},
    {"public.ecr.aws", "aws-observability/"},
    {"public.ecr.aws", "docker/library/"},
    {"public.ecr.aws", "ebs-csi-driver/aws-ebs-csi-driver"},
    {"public.ecr.aws", "eks/"},
    {"public.ecr.aws", "eks-distro/"},
    {"public.ecr.aws", "karpenter/"},
    {"public.ecr.aws", "nginx/nginx"},
    {"quay.io", "argoproj/argocd"},
    {"quay.io", "cilium/"},
    {"quay.io", "jetstack/"},
    {"quay.io", "prometheus/"},
    {"registry.k8s.io", "autoscaling/"},
    {"registry.k8s.io", "coredns/coredns"},
    {"registry.k8s.io", "e2e-test-images/agnhost"},
    {"registry.k8s.io", "external-dns/external-dns"},
    {"registry.k8s.io", "ingress-nginx/"},
    {"registry.k8s.io", "kube-state-metrics/kube-state-metrics"},
    {"registry.k8s.io", "metrics-server/metrics-server"},
    {"registry.k8s.io", "pause"},
    {"registry.k8s.io", "sig-storage/"},
};

bool holds(const Repository& known, const ImageName& image) {
  if (known.host != image.host) return false;
  return known.name.ends_with('/') ? image.repository.starts_with(known.name) : known.name == image.repository;
}

}  // namespace

bool is_known_repository(const ImageName& image) {
  if (!image.ecr_account.empty())
    return image.ecr_account == addon_registry(image.ecr_region) &&
           std::find(std::begin(kAddOns), std::end(kAddOns), image.repository) != std::end(kAddOns);
  return std::any_of(std::begin(kPublic), std::end(kPublic),
                     [&](const Repository& known) { return holds(known, image); });
}

}  // namespace drydock::eks

// The provider of package "kubernetes": any kind the cluster serves, found by discovery and written by server-side
// apply. Tokens, inputs, ids and annotations are those of pulumi-kubernetes:
//   kubernetes:core/v1:ConfigMap, kubernetes:storage.k8s.io/v1:StorageClass, ...; id "namespace/name" or "name".
// https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cloud/aws/sigv4.h"
#include "sdk/provider.h"

namespace drydock::kubernetes {

struct KubernetesOptions {
  /// Keys for tokens of EKS clusters, made without the aws CLI when a kubeconfig asks for `aws eks get-token` (profile
  /// "" if it names none). Empty function: the environment's keys, or else the command of the kubeconfig is run.
  std::function<Result<aws::Credentials>(const std::string& profile)> credentials;
  /// "http://127.0.0.1:4566" where the clusters are a twin's, so that waiting lets its time go on; else empty.
  std::string twin_url;
};

std::unique_ptr<Provider> make_kubernetes_provider(KubernetesOptions options = {});

}  // namespace drydock::kubernetes

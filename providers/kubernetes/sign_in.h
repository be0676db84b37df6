// The bearer token of a connection: static, made here for EKS, or printed by the kubeconfig's exec plugin.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>

#include "providers/kubernetes/kubeconfig.h"
#include "providers/kubernetes/provider.h"

namespace drydock::kubernetes {

/// What `aws eks get-token` was asked for; cluster "" when the plugin is something else or needs the real command (a
/// role to assume).
struct EksToken {
  std::string cluster, region, profile;
};
EksToken eks_token_of(const ExecPlugin& plugin);
std::string make_eks_token(const EksToken& what, const aws::Credentials& credentials, aws::WallTime now);

/// Keeps a token until it is old. Safe from several threads.
class SignIn {
 public:
  SignIn(const Connection& connection, KubernetesOptions options)
      : connection_(connection), options_(std::move(options)) {}
  Result<std::string> token(std::stop_token stop);
  /// After a 401: the next token is a fresh one.
  void forget();

 private:
  Result<std::string> fetch(std::stop_token stop);
  Result<std::string> run_plugin(std::stop_token stop);

  const Connection& connection_;
  KubernetesOptions options_;
  std::mutex mutex_;  // guards the rest
  std::string token_;
  std::chrono::steady_clock::time_point until_;
};

}  // namespace drydock::kubernetes

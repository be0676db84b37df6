// What EKS offers: Kubernetes versions, add-ons and their versions. A snapshot, made up where it need not be exact.
#include <algorithm>
#include <map>

#include "twin/eks/common.h"

namespace drydock::twin::eks {

const std::vector<VersionInfo>& versions() {
  static const std::vector<VersionInfo> kVersions = {
      {"1.34", "eks.4", "1.34.0-20250920", "v1.34.0-eks-642f211"},
      {"1.33", "eks.11", "1.33.3-20250819", "v1.33.3-eks-3abbec1"},
      {"1.32", "eks.18", "1.32.7-20250807", "v1.32.7-eks-3abbec1"},
      {"1.31", "eks.34", "1.31.9-20250704", "v1.31.9-eks-473151a"},
      {"1.30", "eks.42", "1.30.11-20250519", "v1.30.11-eks-473151a"},
      {"1.29", "eks.45", "1.29.15-20250519", "v1.29.15-eks-473151a"},
  };
  return kVersions;
}

const VersionInfo* version_info(std::string_view kubernetes) {
  for (const VersionInfo& version : versions())
    if (version.kubernetes == kubernetes) return &version;
  return nullptr;
}

const std::vector<std::string>& known_addons() {
  static const std::vector<std::string> kAddons = {"coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"};
  return kAddons;
}

std::vector<std::string> addon_versions(std::string_view addon, std::string_view kubernetes_version) {
  if (!version_info(kubernetes_version)) return {};
  if (addon == "vpc-cni")
    return {"v1.20.1-eksbuild.3", "v1.20.0-eksbuild.1", "v1.19.6-eksbuild.7", "v1.19.2-eksbuild.1"};
  if (addon == "coredns") return {"v1.12.2-eksbuild.4", "v1.11.4-eksbuild.22", "v1.11.4-eksbuild.2"};
  if (addon == "eks-pod-identity-agent") return {"v1.3.8-eksbuild.2", "v1.3.4-eksbuild.1"};
  if (addon != "kube-proxy") return {};
  const std::string version = "v" + std::string(kubernetes_version);
  return {version + ".3-eksbuild.7", version + ".0-eksbuild.2"};
}

std::string default_addon_version(std::string_view addon, std::string_view kubernetes_version) {
  const auto list = addon_versions(addon, kubernetes_version);
  return list.empty() ? "" : list.size() == 1 ? list[0] : list[1];
}

}  // namespace drydock::twin::eks

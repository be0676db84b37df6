// Which image nodes start from, by the options amiId, amiType, operatingSystem, gpu, instanceType(s) and version.
#pragma once

#include "cloud/eks/user_data.h"
#include "providers/eks/parts.h"

namespace drydock::eks_provider {

using eks::make_user_data;
using eks::NodeSystem;
using eks::UserDataSettings;

struct ImageKind {
  NodeSystem system = NodeSystem::al2023;
  bool gpu = false;
  std::string architecture;  // "x86_64", "arm64"; empty: by the instance type
};

/// REQUIRES: options that are known now. Throws ProgramError when they contradict each other, or are none we know.
ImageKind image_kind(const ComponentInputs& options);
/// "t4g.medium" -> arm64. Throws ProgramError when the types do not share one architecture.
std::string architecture_of(const std::vector<std::string>& instance_types);
/// AMI type of EKS: "BOTTLEROCKET_ARM_64".
std::string ami_type(const ImageKind& kind, const std::string& architecture);
/// Public SSM parameter that holds the newest image's id.
std::string image_parameter(const ImageKind& kind, const std::string& version, const std::string& architecture);

/// amiId, or the newest image of the kind.
Output<std::string> image_id(Context& ctx, const Resource& parent, const ComponentInputs& options,
                             const Output<std::string>& cluster_version,
                             const Output<std::vector<std::string>>& instance_types);

/// What the options of every kind of node group say about the user data.
UserDataSettings common_settings(const PropertyMap& options);
/// Base64 of the user data, once options and cluster are known; `settings` reads the options.
Output<std::string> user_data_of(const ClusterValues& cluster, const ComponentInputs& options,
                                 std::function<UserDataSettings(const PropertyMap&)> settings);

}  // namespace drydock::eks_provider

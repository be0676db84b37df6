// What a node of the components of pulumi-eks reads at its first boot, before base64.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace drydock::eks {

enum class NodeSystem { al2, al2023, bottlerocket };

struct NodeTaint {
  std::string value, effect;
};
struct UserDataPart {
  std::string content_type, content;
};
struct UserDataSettings {
  NodeSystem system = NodeSystem::al2023;
  bool managed = false;  // of a managed node group
  std::string group;     // the node group's name
  std::string name, endpoint, certificate, service_cidr;
  std::map<std::string, std::string> labels;
  std::map<std::string, NodeTaint> taints;
  std::string kubelet_args, bootstrap_args;
  std::vector<UserDataPart> more;  // AL2023: further parts
  std::string script;              // of the user
  Json bottlerocket;               // settings of one's own; those of Kubernetes win over ours
};

/// AL2023: MIME parts for nodeadm (https://awslabs.github.io/amazon-eks-ami/nodeadm/). AL2: a script for bootstrap.sh.
/// Bottlerocket: TOML (https://bottlerocket.dev/en/os/latest/api/settings/). Error invalid_input for a setting that the
/// system does not know.
Result<std::string> make_user_data(const UserDataSettings& settings);

/// An object as TOML, its keys sorted. Null members are left out.
std::string to_toml(const Json& object);

}  // namespace drydock::eks

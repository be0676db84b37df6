// What a node of the components of pulumi-eks reads at its first boot, before base64.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace drydock::eks {

enum class NodeSystem { al2, al2023 };

struct NodeTaint {
  std::string value, effect;
};
struct UserDataPart {
  std::string content_type, content;
};
struct UserDataSettings {
  NodeSystem system = NodeSystem::al2023;
  std::string name, endpoint, certificate, service_cidr;
  std::map<std::string, std::string> labels;
  std::map<std::string, NodeTaint> taints;
  std::string kubelet_args, bootstrap_args;
  std::vector<UserDataPart> more;  // AL2023: further parts
  std::string script;              // of the user
};

/// AL2023: MIME parts for nodeadm (https://awslabs.github.io/amazon-eks-ami/nodeadm/). AL2: a script for bootstrap.sh.
std::string make_user_data(const UserDataSettings& settings);

}  // namespace drydock::eks

// NodeConfig (node.eks.aws/v1alpha1), as a node finds it in its user data.
// https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace drydock::eks {

struct NodeConfig {
  std::string name, apiServerEndpoint, certificateAuthority, cidr;  // spec.cluster; empty where missing
  std::vector<std::string> kubeletFlags;                            // spec.kubelet.flags of all parts, in order
  Json kubeletConfig;                                               // spec.kubelet.config, merged
  bool instanceIdNodeName = false;                                  // spec.featureGates.InstanceIdNodeName

  /// "k=v" pairs of --node-labels and "key=value:Effect" of --register-with-taints.
  std::vector<std::string> labels() const;
  std::vector<std::string> taints() const;
};

struct UserData {
  NodeConfig config;                 // all NodeConfig parts merged, later ones win
  std::vector<std::string> scripts;  // shell parts, in order
  bool has_config = false;
  std::string fault;  // nodeadm's words when a part could not be read or no part is a NodeConfig
};

/// `user_data` is what IMDS hands out (already base64-decoded once): a document, a shell script or MIME multipart;
/// a whole or a part may be base64 again. gzip is not read yet and says so in `fault`.
UserData parse_user_data(std::string_view user_data);

/// "10.100.0.0/16" -> "10.100.0.10"; empty if it is no v4 prefix.
std::string cluster_dns_of(std::string_view service_cidr);

}  // namespace drydock::eks

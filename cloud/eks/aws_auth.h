// The ConfigMap kube-system/aws-auth: which identities of IAM are who in a cluster.
// https://github.com/kubernetes-sigs/aws-iam-authenticator#full-configuration-format
#pragma once

#include <string>
#include <vector>

namespace drydock::eks {

struct RoleLine {
  std::string arn, username;
  std::vector<std::string> groups;
};
/// The YAML list of aws-auth: key is rolearn or userarn.
std::string mapping_yaml(const std::string& key, const std::vector<RoleLine>& lines);
/// The line that lets nodes of a role in.
RoleLine node_line(const std::string& role_arn);

}  // namespace drydock::eks

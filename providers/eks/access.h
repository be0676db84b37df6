// Who is let into a cluster's Kubernetes API.
#pragma once

#include "providers/eks/parts.h"
#include "sdk/generic_resource.h"

namespace drydock::eks_provider {

struct RoleLine {
  std::string arn, username;
  std::vector<std::string> groups;
};
/// The YAML list of aws-auth: key is rolearn or userarn.
std::string mapping_yaml(const std::string& key, const std::vector<RoleLine>& lines);
/// The line that lets nodes of a role in.
RoleLine node_line(const std::string& role_arn);

/// ConfigMap kube-system/aws-auth.
GenericResource make_node_access(ComponentHost& host, const GenericProvider& kubernetes,
                                 const std::vector<aws::iam::Role>& node_roles);
/// One entry per key of input accessEntries, and its policies; what must be there before nodes come is appended to
/// `made`.
void make_access_entries(ComponentHost& host, const aws::eks::Cluster& cluster, ResourceList& made);
void make_storage_classes(ComponentHost& host, const GenericProvider& kubernetes, const ResourceList& after);

}  // namespace drydock::eks_provider

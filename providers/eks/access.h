// Who is let into a cluster's Kubernetes API.
#pragma once

#include "providers/eks/parts.h"
#include "sdk/generic_resource.h"

namespace drydock::eks_provider {

/// ConfigMap kube-system/aws-auth.
GenericResource make_node_access(ComponentHost& host, const GenericProvider& kubernetes,
                                 const std::vector<aws::iam::Role>& node_roles);
/// One entry per key of input accessEntries, and its policies; what must be there before nodes come is appended to
/// `made`.
void make_access_entries(ComponentHost& host, const aws::eks::Cluster& cluster, ResourceList& made);
void make_storage_classes(ComponentHost& host, const GenericProvider& kubernetes, const ResourceList& after);

}  // namespace drydock::eks_provider

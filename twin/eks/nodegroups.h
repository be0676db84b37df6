// The parts of a managed node group that EKS makes: launch template, Auto Scaling group, instance profile.
#pragma once

#include "twin/eks/common.h"

namespace drydock::twin::eks {

/// MIME user data: the template's own parts, and EKS's NodeConfig with labels and taints. With an image of one's own
/// EKS adds nothing (https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html).
std::string nodegroup_user_data(const Cluster& cluster, const Nodegroup& group, const std::string& image,
                                const std::string& own_user_data);

/// Makes everything; fills in resources. The error's code is one of the node group's issue codes.
std::optional<aws::eks::Issue> make_resources(Service& service, const std::string& region, Nodegroup& group);
/// The template's next version, from what the group says now; the ASG follows by an instance refresh.
std::optional<aws::eks::Issue> renew_template(Service& service, const std::string& region, const Nodegroup& group);
void remove_resources(Service& service, const std::string& region, const Nodegroup& group);

}  // namespace drydock::twin::eks

#include "providers/eks/parts.h"

namespace drydock::eks_provider {

NodeSecurityGroup make_node_security_group(Context& ctx, const std::string& name, const Resource& parent,
                                           const Output<std::string>& vpc_id,
                                           const Output<std::string>& cluster_security_group_id,
                                           const Output<std::string>& cluster_name, const Tags& tags) {
  using aws::ec2::SecurityGroupRule;
  const ResourceOptions child{.parent = parent};
  auto own = cluster_name.apply([name](const std::string& cluster) {
    return std::map<std::string, std::string>{{"Name", name + "-nodeSecurityGroup"},
                                              {"kubernetes.io/cluster/" + cluster, "owned"}};
  });
  aws::ec2::SecurityGroup group(ctx, name + "-nodeSecurityGroup",
                                {.revokeRulesOnDelete = true, .tags = merged({own, tags}), .vpcId = vpc_id}, child);
  SecurityGroupRule(ctx, name + "-eksNodeIngressRule",
                    {.description = "Allow nodes to communicate with each other",
                     .fromPort = 0,
                     .protocol = "-1",
                     .securityGroupId = group.id,
                     .self = true,
                     .toPort = 0,
                     .type = "ingress"},
                    child);
  SecurityGroupRule(ctx, name + "-eksNodeClusterIngressRule",
                    {.description = "Allow the control plane to reach kubelets and pods",
                     .fromPort = 1025,
                     .protocol = "tcp",
                     .securityGroupId = group.id,
                     .sourceSecurityGroupId = cluster_security_group_id,
                     .toPort = 65535,
                     .type = "ingress"},
                    child);
  SecurityGroupRule(ctx, name + "-eksExtApiServerClusterIngressRule",
                    {.description = "Allow the control plane to reach extension API servers on port 443",
                     .fromPort = 443,
                     .protocol = "tcp",
                     .securityGroupId = group.id,
                     .sourceSecurityGroupId = cluster_security_group_id,
                     .toPort = 443,
                     .type = "ingress"},
                    child);
  SecurityGroupRule(ctx, name + "-eksNodeInternetEgressRule",
                    {.cidrBlocks = {"0.0.0.0/0"},
                     .description = "Allow internet access.",
                     .fromPort = 0,
                     .protocol = "-1",
                     .securityGroupId = group.id,
                     .toPort = 0,
                     .type = "egress"},
                    child);
  SecurityGroupRule cluster_ingress(ctx, name + "-eksClusterIngressRule",
                                    {.description = "Allow pods to communicate with the cluster API Server",
                                     .fromPort = 443,
                                     .protocol = "tcp",
                                     .securityGroupId = cluster_security_group_id,
                                     .sourceSecurityGroupId = group.id,
                                     .toPort = 443,
                                     .type = "ingress"},
                                    child);
  return {group, cluster_ingress};
}

AnyInputs make_node_group_security_group(ComponentHost& host) {
  const auto& in = host.inputs();
  auto made = make_node_security_group(host.ctx(), host.name(), host.self(), in.output<std::string>("vpcId"),
                                       in.resource<aws::ec2::SecurityGroup>("clusterSecurityGroup").id,
                                       in.resource<aws::eks::Cluster>("eksCluster").name, tags_of(in, "tags"));
  return AnyInputs{{"securityGroup", made.group}, {"securityGroupRule", made.cluster_ingress}};
}

}  // namespace drydock::eks_provider

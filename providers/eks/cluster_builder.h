// How a component eks:index:Cluster comes about: each step makes some of the children, and later steps use what earlier
// ones left behind. The order of the steps is that of the tree people see.
#pragma once

#include "providers/eks/access.h"
#include "providers/eks/parts.h"

namespace drydock::eks_provider {

class ClusterBuilder {
 public:
  ClusterBuilder(ComponentHost& host, const Surroundings& around)
      : host_(host),
        around_(around),
        ctx_(host.ctx()),
        in_(host.inputs()),
        n_(host.name()),
        child_{.parent = host.self()} {}

  AnyInputs build();

 private:
  // cluster.cc: what was asked for, and the control plane.
  void read_choices();
  void validate();
  void network();
  void service_role();
  void auto_mode_role();
  void add_auto_mode(aws::eks::ClusterArgs& args);
  void cluster_security_group();
  void cluster();
  void kube_proxy();
  std::string run_profile();
  void kubeconfig();
  void oidc_provider();
  // cluster_nodes.cc: who runs pods, and what they need.
  void node_roles();
  void access();
  void fargate_profile();
  void vpc_cni();
  void coredns();
  void node_security_group();
  void default_node_group();
  // cluster_outputs.cc
  AnyInputs outputs();
  AnyInput core();
  AnyInput default_node_group_output();

  Texts list(const char* name);
  Tags node_group_tags() { return merged({tags_of(in_, "nodeSecurityGroupTags"), tags_}); }
  AddonSettings addon(const char* name, const char* options_input);
  /// Settings of the default node group that can also stand on the cluster itself, but not in both places.
  static const std::vector<std::string>& node_options();
  /// Whether an add-on is to be managed, by its options' `enabled`.
  bool enabled(const char* options_input, bool otherwise = true);

  ComponentHost& host_;
  const Surroundings& around_;
  Context& ctx_;
  const ComponentInputs& in_;
  const std::string n_;
  const ResourceOptions child_;

  std::string mode_;  // authenticationMode; empty: EKS's own choice
  bool config_map_ = true, entries_ = false, skip_node_group_ = false, fargate_ = false, auto_mode_ = false,
       skip_security_groups_ = false, node_group_ = true;
  Output<std::string> vpc_id_, cluster_group_id_;
  Texts public_, private_, subnets_;
  Tags tags_;
  std::optional<aws::iam::Role> service_role_, auto_role_, own_role_;
  ResourceList cluster_waits_for_, access_, nodes_ready_;
  std::vector<aws::iam::Role> roles_;
  std::optional<Output<std::string>> profile_;
  std::optional<aws::ec2::SecurityGroup> cluster_group_;
  std::optional<aws::eks::Cluster> cluster_;
  ClusterValues values_;
  Output<Json> kubeconfig_;
  std::optional<GenericProvider> kubernetes_;
  std::optional<GenericResource> node_access_;
  std::optional<VpcCniAddon> vpc_cni_;
  std::optional<aws::eks::FargateProfile> fargate_profile_;
  std::optional<aws::iam::OpenIdConnectProvider> oidc_;
  std::optional<NodeSecurityGroup> node_group_rules_;
  std::optional<NodeGroup> made_group_;
};

}  // namespace drydock::eks_provider

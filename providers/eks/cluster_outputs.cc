// Component eks:index:Cluster: its outputs.
#include "providers/eks/cluster_builder.h"

namespace drydock::eks_provider {

AnyInputs ClusterBuilder::outputs() {
  InputValue::Map out;
  auto put = [&](const char* name, AnyInput value) {
    if (value.given()) out.emplace(name, std::move(value));
  };
  put("kubeconfig", kubeconfig_.apply([](const Json& config) { return from_json(config); }));
  put("kubeconfigJson", kubeconfig_.apply([](const Json& config) { return config.dump(); }));
  put("eksCluster", *cluster_);
  put("core", core());
  if (cluster_group_) put("clusterSecurityGroup", *cluster_group_);
  put("clusterSecurityGroupId", cluster_group_id_);
  if (node_group_rules_) {
    put("nodeSecurityGroup", node_group_rules_->group);
    put("eksClusterIngressRule", node_group_rules_->cluster_ingress);
  }
  put("nodeSecurityGroupId", node_group_rules_ ? node_group_rules_->group.id : values_.own_security_group);
  put("clusterIngressRuleId", node_group_rules_ ? node_group_rules_->cluster_ingress.id : output_of(""));
  put("instanceRoles", roles_);
  put("defaultNodeGroupAsgName", made_group_ ? made_group_->group.name : output_of(""));
  if (made_group_) put("defaultNodeGroup", default_node_group_output());
  put("autoModeNodeRoleName", auto_role_ ? auto_role_->name : output_of(""));
  put("fargateProfileId", fargate_profile_ ? fargate_profile_->id : output_of(""));
  put("fargateProfileStatus", fargate_profile_ ? fargate_profile_->status : output_of(""));
  put("oidcProviderArn", oidc_ ? oidc_->arn : output_of(""));
  put("oidcProviderUrl", values_.issuer);
  put("oidcIssuer",
      values_.issuer.apply([](const std::string& url) { return url.starts_with("https://") ? url.substr(8) : url; }));
  AnyInputs outputs;
  static_cast<InputValue&>(outputs) = InputValue(std::move(out));
  return outputs;
}

AnyInput ClusterBuilder::default_node_group_output() {
  InputValue::Map group{{"autoScalingGroup", AnyInput(made_group_->group)}};
  if (made_group_->security_group) group.emplace("nodeSecurityGroup", AnyInput(*made_group_->security_group));
  if (made_group_->extra_security_groups.given())
    group.emplace("extraNodeSecurityGroups", made_group_->extra_security_groups);
  AnyInput out;
  hand_on(out, InputValue(std::move(group)));
  return out;
}

/// What further node groups and add-ons take. It holds nothing that is known only after the nodes are there.
AnyInput ClusterBuilder::core() {
  InputValue::Map core{
      {"cluster", AnyInput(*cluster_)},
      {"vpcId", AnyInput(vpc_id_)},
      {"subnetIds", AnyInput(subnets_)},
      {"publicSubnetIds", AnyInput(public_)},
      {"privateSubnetIds", AnyInput(private_)},
      {"endpoint", AnyInput(values_.endpoint)},
      {"provider", AnyInput(*kubernetes_)},
      {"kubeconfig", AnyInput(kubeconfig_.apply([](const Json& config) { return from_json(config); }))},
      {"instanceRoles", AnyInput(roles_)},
      {"clusterIamRole", AnyInput(*service_role_)},
      {"tags", AnyInput(tags_)},
      {"nodeSecurityGroupTags", AnyInput(tags_of(in_, "nodeSecurityGroupTags"))}};
  InputValue::Map group_options;
  if (profile_) group_options.emplace("instanceProfileName", AnyInput(*profile_));
  core.emplace("nodeGroupOptions",
               in_.has("nodeGroupOptions") ? in_.input("nodeGroupOptions") : InputValue(group_options));
  if (cluster_group_) core.emplace("clusterSecurityGroup", AnyInput(*cluster_group_));
  // Whoever takes the core starts after this, so that nodes of further groups are let in when they come.
  if (node_access_) core.emplace("eksNodeAccess", AnyInput(*node_access_));
  if (vpc_cni_) core.emplace("vpcCni", AnyInput(*vpc_cni_));
  if (fargate_profile_) core.emplace("fargateProfile", AnyInput(*fargate_profile_));
  if (in_.has("encryptionConfigKeyArn")) {
    InputValue::Map provider{{"keyArn", in_.input("encryptionConfigKeyArn")}};
    InputValue::Map config{{"provider", InputValue(std::move(provider))},
                           {"resources", AnyInput(PropertyValue(PropertyList{"secrets"}))}};
    core.emplace("encryptionConfig", InputValue(std::move(config)));
  }
  if (oidc_) core.emplace("oidcProvider", AnyInput(*oidc_));
  if (in_.has("accessEntries")) core.emplace("accessEntries", in_.input("accessEntries"));
  AnyInput out;
  hand_on(out, InputValue(std::move(core)));
  return out;
}

}  // namespace drydock::eks_provider

// Clusters and what belongs to them, as EKS's own types and as CDK's custom resources.
#include <fmt/format.h>

#include <cctype>

#include "readers/cloudformation/stack.h"

namespace drydock::readers::cloudformation {
namespace {

namespace eks = aws::eks;

Json lower_keys(const Json& value) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& item : value.as_array()) out.push_back(lower_keys(item));
    return out;
  }
  if (!value.is_object()) return value;
  Json out = Json::object();
  for (const auto& [key, member] : value.as_object()) {
    std::string lower = key;
    if (!lower.empty()) lower[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(lower[0])));
    // Labels, tags and selectors have keys of the user's own.
    out[lower] = key == "Labels" || key == "Tags" ? member : lower_keys(member);
  }
  return out;
}

/// The same name in the spelling of a type: CDK's custom resource writes them as the API does.
struct Spelling {
  bool api;
  std::string operator()(std::string_view name) const {
    std::string out(name);
    if (api) out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
    return out;
  }
};

void read_cluster(Stack& s, const std::string& id, const Props& p, Spelling named) {
  const std::string name = name_of(s.eval, s.source, id);
  eks::Cluster x{.name = name, .arn = s.eval.arn("eks", s.eval.region(), s.eval.account(), "cluster/" + name)};
  x.version = p.text(named("Version"), "");
  x.roleArn = p.text(named("RoleArn"), "roleArn");
  x.status = "ACTIVE";
  const Props vpc = p.child(named("ResourcesVpcConfig"));
  eks::VpcConfig& config = x.resourcesVpcConfig;
  config.subnetIds = vpc.texts(named("SubnetIds"), "resourcesVpcConfig.subnetIds");
  config.securityGroupIds = vpc.texts(named("SecurityGroupIds"), "resourcesVpcConfig.securityGroupIds");
  config.endpointPublicAccess =
      vpc.flag(named("EndpointPublicAccess"), "resourcesVpcConfig.endpointPublicAccess", true);
  config.endpointPrivateAccess =
      vpc.flag(named("EndpointPrivateAccess"), "resourcesVpcConfig.endpointPrivateAccess", false);
  if (vpc.has(named("PublicAccessCidrs")))
    config.publicAccessCidrs = vpc.texts(named("PublicAccessCidrs"), "resourcesVpcConfig.publicAccessCidrs");
  config.clusterSecurityGroupId = cloud::cluster_security_group_id(name);
  if (!config.subnetIds.empty())
    if (const auto* subnet = Stack::find(s.world.subnets, config.subnetIds.front())) config.vpcId = subnet->vpcId;
  const Props network = p.child(named("KubernetesNetworkConfig"));
  auto& kubernetes = x.kubernetesNetworkConfig;
  kubernetes.ipFamily = network.text(named("IpFamily"), "kubernetesNetworkConfig.ipFamily", "ipv4");
  kubernetes.serviceIpv4Cidr =
      network.text(named("ServiceIpv4Cidr"), "kubernetesNetworkConfig.serviceIpv4Cidr", kubernetes.serviceIpv4Cidr);
  const Props access = p.child(named("AccessConfig"));
  x.accessConfig.authenticationMode =
      access.text(named("AuthenticationMode"), "accessConfig.authenticationMode", "CONFIG_MAP");
  x.accessConfig.bootstrapClusterCreatorAdminPermissions =
      access.flag(named("BootstrapClusterCreatorAdminPermissions"), "", true);
  x.bootstrapSelfManagedAddons = p.flag(named("BootstrapSelfManagedAddons"), "bootstrapSelfManagedAddons", true);
  if (p.has(named("EncryptionConfig")))
    x.encryptionConfig = lower_keys(p.raw(named("EncryptionConfig"), "encryptionConfig"));
  if (p.has(named("ComputeConfig"))) x.computeConfig = lower_keys(p.raw(named("ComputeConfig"), "computeConfig"));
  const Json issuer = s.eval.value(Json::object({{"Fn::GetAtt", Json::array({id, "OpenIdConnectIssuerUrl"})}}), {});
  x.identity = Json::object({{"oidc", Json::object({{"issuer", issuer}})}});
  s.add(s.world.clusters, std::move(x), id);
}

void cluster(Stack& s, const std::string& id) {
  read_cluster(s, id, Props(s, id, {eks::Cluster::kTable, name_of(s.eval, s.source, id)}), Spelling{false});
}
void cdk_cluster(Stack& s, const std::string& id) {
  const Props p(s, id, {eks::Cluster::kTable, name_of(s.eval, s.source, id)});
  read_cluster(s, id, p.child("Config"), Spelling{true});
}

void nodegroup(Stack& s, const std::string& id) {
  const std::string name = name_of(s.eval, s.source, id);
  const std::string cluster = Props(s, id, {}).text("ClusterName", "");
  const Props p(s, id, {eks::Nodegroup::kTable, cluster + "/" + name});
  eks::Nodegroup x{.nodegroupName = name, .clusterName = p.text("ClusterName", "clusterName")};
  x.version = p.text("Version", "");
  x.status = "ACTIVE";
  x.capacityType = p.text("CapacityType", "", "ON_DEMAND");
  x.nodeRole = p.text("NodeRole", "nodeRole");
  x.amiType = p.text("AmiType", "amiType", x.amiType);
  const Props scaling = p.child("ScalingConfig");
  x.scalingConfig.minSize = scaling.number("MinSize", "scalingConfig.minSize", 1);
  x.scalingConfig.maxSize = scaling.number("MaxSize", "scalingConfig.maxSize", 2);
  x.scalingConfig.desiredSize = scaling.number("DesiredSize", "scalingConfig.desiredSize", 2);
  x.instanceTypes = p.texts("InstanceTypes", "instanceTypes");
  x.subnets = p.texts("Subnets", "subnets");
  const Json labels = p.raw("Labels", "labels");
  if (labels.is_object())
    for (const auto& [key, value] : labels.as_object()) x.labels[key] = value.string_or();
  for (const Props& taint : p.children("Taints", "taints"))
    x.taints.push_back({taint.text("Key", ""), taint.text("Value", ""), taint.text("Effect", "")});
  if (p.has("LaunchTemplate")) x.launchTemplate = lower_keys(p.raw("LaunchTemplate", "launchTemplate"));
  if (p.has("RemoteAccess")) x.remoteAccess = lower_keys(p.raw("RemoteAccess", "remoteAccess"));
  s.add(s.world.nodegroups, std::move(x), id);
}

void access_entry(Stack& s, const std::string& id) {
  const Props probe(s, id, {});
  const std::string principal = probe.text("PrincipalArn", "");
  const Props p(s, id, {eks::AccessEntry::kTable, probe.text("ClusterName", "") + "/" + principal});
  eks::AccessEntry x{.clusterName = p.text("ClusterName", "clusterName"),
                     .principalArn = p.text("PrincipalArn", "principalArn"),
                     .username = p.text("Username", "")};
  x.type = p.text("Type", "type", "STANDARD");
  x.kubernetesGroups = p.texts("KubernetesGroups", "kubernetesGroups");
  for (const Props& policy : p.children("AccessPolicies", "policies")) {
    const Props scope = policy.child("AccessScope");
    x.policies.push_back({.policyArn = policy.text("PolicyArn", "policies"),
                          .accessScope = {scope.text("Type", "", "cluster"), scope.texts("Namespaces", "")}});
  }
  s.add(s.world.access_entries, std::move(x), id);
}

void addon(Stack& s, const std::string& id) {
  const Props probe(s, id, {});
  const Props p(s, id, {eks::Addon::kTable, probe.text("ClusterName", "") + "/" + probe.text("AddonName", "")});
  eks::Addon x{.addonName = p.text("AddonName", "addonName"), .clusterName = p.text("ClusterName", "clusterName")};
  x.addonVersion = p.text("AddonVersion", "");
  x.status = "ACTIVE";
  if (std::string role = p.text("ServiceAccountRoleArn", "serviceAccountRoleArn"); !role.empty())
    x.serviceAccountRoleArn = role;
  if (std::string values = p.text("ConfigurationValues", "configurationValues"); !values.empty())
    x.configurationValues = values;
  const std::string cluster = x.clusterName, name = x.addonName;
  s.add(s.world.addons, std::move(x), id);
  for (const Props& pod : p.children("PodIdentityAssociations", "podIdentityAssociations")) {
    eks::PodIdentityAssociation one{.clusterName = cluster,
                                    .associationId = id + "/" + pod.text("ServiceAccount", ""),
                                    .roleArn = pod.text("RoleArn", "podIdentityAssociations"),
                                    .serviceAccount = pod.text("ServiceAccount", "")};
    one.name_space = "kube-system";
    s.add(s.world.pod_identity_associations, std::move(one), id);
  }
}

void pod_identity(Stack& s, const std::string& id) {
  const std::string cluster = Props(s, id, {}).text("ClusterName", "");
  const Props p(s, id, {eks::PodIdentityAssociation::kTable, cluster + "/" + id});
  eks::PodIdentityAssociation x{.clusterName = p.text("ClusterName", "clusterName"), .associationId = id};
  x.roleArn = p.text("RoleArn", "roleArn");
  x.serviceAccount = p.text("ServiceAccount", "serviceAccount");
  x.name_space = p.text("Namespace", "namespace");
  s.add(s.world.pod_identity_associations, std::move(x), id);
}

void read_fargate(Stack& s, const std::string& id, const Props& p, Spelling named) {
  cloud::FargateProfile x{.clusterName = p.text(named("ClusterName"), "clusterName"),
                          .fargateProfileName = name_of(s.eval, s.source, id)};
  x.podExecutionRoleArn = p.text(named("PodExecutionRoleArn"), "podExecutionRoleArn");
  x.subnets = p.texts(named("Subnets"), "subnets");
  x.selectors = lower_keys(p.raw(named("Selectors"), "selectors"));
  s.add(s.world.fargate_profiles, std::move(x), id);
}
void fargate(Stack& s, const std::string& id) {
  const std::string cluster = Props(s, id, {}).text("ClusterName", "");
  const cloud::Ref noun{cloud::FargateProfile::kTable, cluster + "/" + name_of(s.eval, s.source, id)};
  read_fargate(s, id, Props(s, id, noun), Spelling{false});
}
void cdk_fargate(Stack& s, const std::string& id) {
  const std::string cluster = Props(s, id, {}).child("Config").text("clusterName", "");
  const cloud::Ref noun{cloud::FargateProfile::kTable, cluster + "/" + name_of(s.eval, s.source, id)};
  read_fargate(s, id, Props(s, id, noun).child("Config"), Spelling{true});
}

/// CDK applies manifests: a JSON list of objects as text.
void cdk_manifest(Stack& s, const std::string& id) {
  const Props p(s, id, {});
  const std::string cluster = p.text("ClusterName", "");
  const Json& text = p.value().at("Manifest");
  if (const std::string* source = unknown_source(text)) {
    s.world.unmodelled.push_back(
        {id + " (its manifest depends on " + *source + ")", "Custom::AWSCDK-EKS-KubernetesResource", true});
    return;
  }
  auto objects = Json::parse(text.string_or());
  if (!objects || !objects->is_array())
    return s.eval.wrong({"Resources", id, "Properties", "Manifest"}, "Manifest must be a JSON list of objects");
  for (const Json& object : objects->as_array()) {
    if (object.at("kind").string_or() == "Secret") continue;  // its data have no business here
    s.add(s.world.kubernetes_objects, cloud::KubernetesObject{cluster, object}, id);
  }
}

}  // namespace

std::vector<Handler> eks_handlers() {
  return {{"AWS::EKS::Cluster", 3, cluster},
          {"Custom::AWSCDK-EKS-Cluster", 3, cdk_cluster},
          {"AWS::EKS::Nodegroup", 4, nodegroup},
          {"AWS::EKS::AccessEntry", 4, access_entry},
          {"AWS::EKS::Addon", 4, addon},
          {"AWS::EKS::PodIdentityAssociation", 4, pod_identity},
          {"AWS::EKS::FargateProfile", 4, fargate},
          {"Custom::AWSCDK-EKS-FargateProfile", 4, cdk_fargate},
          {"Custom::AWSCDK-EKS-KubernetesResource", 4, cdk_manifest}};
}

}  // namespace drydock::readers::cloudformation

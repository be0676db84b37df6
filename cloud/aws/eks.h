// EKS's nouns as plain values, named and spelled as the API's JSON does
// (https://docs.aws.amazon.com/eks/latest/APIReference/API_Types.html). No behaviour, no judging. Times are seconds
// since the epoch, with fractions. A name that starts with '_' never goes on the wire (base/fields.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

// A name of their own for the linker: programs have classes called drydock::aws::eks::Cluster, too, and one binary
// holds both.
namespace drydock::aws::eks_nouns {

using TagMap = std::map<std::string, std::string>;

struct Issue {
  std::string code, message;
  std::vector<std::string> resourceIds;
};
template <class V>
void each_field(V& v, Issue& x) {
  v("code", x.code), v("message", x.message), v("resourceIds", x.resourceIds);
}
struct Health {
  std::vector<Issue> issues;
};
template <class V>
void each_field(V& v, Health& x) {
  v("issues", x.issues);
}

struct VpcConfig {
  std::vector<std::string> subnetIds, securityGroupIds;
  std::string clusterSecurityGroupId, vpcId;
  bool endpointPublicAccess = true, endpointPrivateAccess = false;
  std::vector<std::string> publicAccessCidrs = {"0.0.0.0/0"};
};
template <class V>
void each_field(V& v, VpcConfig& x) {
  v("subnetIds", x.subnetIds), v("securityGroupIds", x.securityGroupIds);
  v("clusterSecurityGroupId", x.clusterSecurityGroupId), v("vpcId", x.vpcId);
  v("endpointPublicAccess", x.endpointPublicAccess), v("endpointPrivateAccess", x.endpointPrivateAccess);
  v("publicAccessCidrs", x.publicAccessCidrs);
}

struct KubernetesNetworkConfig {
  std::string serviceIpv4Cidr = "10.100.0.0/16", ipFamily = "ipv4";
  Json elasticLoadBalancing = Json::object({{"enabled", false}});
};
template <class V>
void each_field(V& v, KubernetesNetworkConfig& x) {
  v("serviceIpv4Cidr", x.serviceIpv4Cidr), v("ipFamily", x.ipFamily);
  v("elasticLoadBalancing", x.elasticLoadBalancing);
}

struct ClusterAccess {  // AccessConfigResponse
  bool bootstrapClusterCreatorAdminPermissions = true;
  std::string authenticationMode = "CONFIG_MAP";  // API_AND_CONFIG_MAP, API
};
template <class V>
void each_field(V& v, ClusterAccess& x) {
  v("bootstrapClusterCreatorAdminPermissions", x.bootstrapClusterCreatorAdminPermissions);
  v("authenticationMode", x.authenticationMode);
}

struct Cluster {  // key: name
  static constexpr const char* kTable = "eks.cluster";
  std::string name, arn, version, roleArn, status = "CREATING", platformVersion = "eks.1";
  double createdAt = 0;
  std::optional<std::string> endpoint;  // absent while CREATING
  std::optional<Json> certificateAuthority, identity;
  VpcConfig resourcesVpcConfig;
  KubernetesNetworkConfig kubernetesNetworkConfig;
  ClusterAccess accessConfig;
  Json logging, upgradePolicy;
  std::optional<Json> encryptionConfig, computeConfig, storageConfig, zonalShiftConfig, remoteNetworkConfig;
  std::optional<Json> controlPlaneScalingConfig, kubeApiServerConfig, kubeControllerManagerConfig, kubeSchedulerConfig;
  bool deletionProtection = false;
  Health health;
  TagMap tags;
  std::string host;     // <id>.<xx>.<region>.eks.amazonaws.com: what `endpoint` means inside a VPC
  std::string creator;  // ARN (a role's without session)
  std::string clientRequestToken;
  bool bootstrapSelfManagedAddons = true;
  std::vector<std::string> networkInterfaceIds;  // EKS's own, in the cluster's subnets
};
template <class V>
void each_field(V& v, Cluster& x) {
  v("name", x.name), v("arn", x.arn), v("version", x.version), v("roleArn", x.roleArn), v("status", x.status);
  v("platformVersion", x.platformVersion), v("createdAt", x.createdAt), v("endpoint", x.endpoint);
  v("certificateAuthority", x.certificateAuthority), v("identity", x.identity);
  v("resourcesVpcConfig", x.resourcesVpcConfig), v("kubernetesNetworkConfig", x.kubernetesNetworkConfig);
  v("accessConfig", x.accessConfig), v("logging", x.logging), v("upgradePolicy", x.upgradePolicy);
  v("encryptionConfig", x.encryptionConfig), v("computeConfig", x.computeConfig);
  v("storageConfig", x.storageConfig), v("zonalShiftConfig", x.zonalShiftConfig);
  v("controlPlaneScalingConfig", x.controlPlaneScalingConfig), v("kubeApiServerConfig", x.kubeApiServerConfig);
  v("kubeControllerManagerConfig", x.kubeControllerManagerConfig), v("kubeSchedulerConfig", x.kubeSchedulerConfig);
  v("remoteNetworkConfig", x.remoteNetworkConfig), v("deletionProtection", x.deletionProtection);
  v("health", x.health), v("tags", x.tags), v("_host", x.host), v("_creator", x.creator);
  v("_clientRequestToken", x.clientRequestToken), v("_bootstrapSelfManagedAddons", x.bootstrapSelfManagedAddons);
  v("_networkInterfaceIds", x.networkInterfaceIds);
}

struct ScalingConfig {
  std::int64_t minSize = 1, maxSize = 2, desiredSize = 2;
};
template <class V>
void each_field(V& v, ScalingConfig& x) {
  v("minSize", x.minSize), v("maxSize", x.maxSize), v("desiredSize", x.desiredSize);
}
struct Taint {
  std::string key, value, effect;  // NO_SCHEDULE, NO_EXECUTE, PREFER_NO_SCHEDULE
};
template <class V>
void each_field(V& v, Taint& x) {
  v("key", x.key), v("value", x.value), v("effect", x.effect);
}
struct GroupName {
  std::string name;
};
template <class V>
void each_field(V& v, GroupName& x) {
  v("name", x.name);
}
struct NodegroupResources {
  std::vector<GroupName> autoScalingGroups;
  std::optional<std::string> remoteAccessSecurityGroup;
};
template <class V>
void each_field(V& v, NodegroupResources& x) {
  v("autoScalingGroups", x.autoScalingGroups), v("remoteAccessSecurityGroup", x.remoteAccessSecurityGroup);
}

struct Nodegroup {  // key: cluster/name
  static constexpr const char* kTable = "eks.nodegroup";
  std::string nodegroupName, nodegroupArn, clusterName, version, releaseVersion, status = "CREATING";
  std::string capacityType = "ON_DEMAND", nodeRole, amiType = "AL2023_x86_64_STANDARD";
  double createdAt = 0, modifiedAt = 0;
  ScalingConfig scalingConfig;
  std::vector<std::string> instanceTypes, subnets;
  std::optional<std::int64_t> diskSize;
  std::map<std::string, std::string> labels;
  std::vector<Taint> taints;
  std::optional<Json> remoteAccess, launchTemplate, nodeRepairConfig;
  Json updateConfig;
  NodegroupResources resources;
  Health health;
  TagMap tags;
  std::string id;                   // the uuid in the names of what EKS makes for it
  std::string ownLaunchTemplateId;  // EKS's, with the node's user data
  std::string instanceProfile;
  std::string deadline;  // the clock's id of the time at which EKS gives up on it
};
template <class V>
void each_field(V& v, Nodegroup& x) {
  v("nodegroupName", x.nodegroupName), v("nodegroupArn", x.nodegroupArn), v("clusterName", x.clusterName);
  v("version", x.version), v("releaseVersion", x.releaseVersion), v("status", x.status);
  v("capacityType", x.capacityType), v("nodeRole", x.nodeRole), v("amiType", x.amiType);
  v("createdAt", x.createdAt), v("modifiedAt", x.modifiedAt), v("scalingConfig", x.scalingConfig);
  v("instanceTypes", x.instanceTypes), v("subnets", x.subnets), v("diskSize", x.diskSize), v("labels", x.labels);
  v("taints", x.taints), v("remoteAccess", x.remoteAccess), v("launchTemplate", x.launchTemplate);
  v("nodeRepairConfig", x.nodeRepairConfig), v("updateConfig", x.updateConfig), v("resources", x.resources);
  v("health", x.health), v("tags", x.tags), v("_id", x.id), v("_ownLaunchTemplateId", x.ownLaunchTemplateId);
  v("_instanceProfile", x.instanceProfile), v("_deadline", x.deadline);
}

struct FargateSelector {
  std::string name_space;
  std::map<std::string, std::string> labels;
};
template <class V>
void each_field(V& v, FargateSelector& x) {
  v("namespace", x.name_space), v("labels", x.labels);
}
struct FargateProfile {  // key: cluster/name
  static constexpr const char* kTable = "eks.fargate-profile";
  std::string fargateProfileName, fargateProfileArn, clusterName, podExecutionRoleArn, status = "CREATING";
  double createdAt = 0;
  std::vector<std::string> subnets;
  std::vector<FargateSelector> selectors;
  Health health;
  TagMap tags;
  std::string clientRequestToken;
};
template <class V>
void each_field(V& v, FargateProfile& x) {
  v("fargateProfileName", x.fargateProfileName), v("fargateProfileArn", x.fargateProfileArn);
  v("clusterName", x.clusterName), v("podExecutionRoleArn", x.podExecutionRoleArn), v("status", x.status);
  v("createdAt", x.createdAt), v("subnets", x.subnets), v("selectors", x.selectors), v("health", x.health);
  v("tags", x.tags), v("_clientRequestToken", x.clientRequestToken);
}

struct AccessScope {
  std::string type = "cluster";  // or namespace
  std::vector<std::string> namespaces;
};
template <class V>
void each_field(V& v, AccessScope& x) {
  v("type", x.type), v("namespaces", x.namespaces);
}
struct AssociatedPolicy {
  std::string policyArn;
  AccessScope accessScope;
  double associatedAt = 0, modifiedAt = 0;
};
template <class V>
void each_field(V& v, AssociatedPolicy& x) {
  v("policyArn", x.policyArn), v("accessScope", x.accessScope), v("associatedAt", x.associatedAt);
  v("modifiedAt", x.modifiedAt);
}
struct AccessEntry {  // key: cluster/principalArn
  static constexpr const char* kTable = "eks.access-entry";
  std::string clusterName, principalArn, accessEntryArn, username, type = "STANDARD";
  std::vector<std::string> kubernetesGroups;
  double createdAt = 0, modifiedAt = 0;
  TagMap tags;
  std::string principalId;  // unique id of the role or user at creation: a remade one is another
  std::vector<AssociatedPolicy> policies;
};
template <class V>
void each_field(V& v, AccessEntry& x) {
  v("clusterName", x.clusterName), v("principalArn", x.principalArn), v("accessEntryArn", x.accessEntryArn);
  v("username", x.username), v("type", x.type), v("kubernetesGroups", x.kubernetesGroups);
  v("createdAt", x.createdAt), v("modifiedAt", x.modifiedAt), v("tags", x.tags), v("_principalId", x.principalId);
  v("_policies", x.policies);
}

struct Addon {  // key: cluster/name
  static constexpr const char* kTable = "eks.addon";
  std::string addonName, addonArn, clusterName, addonVersion, status = "CREATING";
  double createdAt = 0, modifiedAt = 0;
  std::optional<std::string> serviceAccountRoleArn, configurationValues;
  std::optional<std::vector<std::string>> podIdentityAssociations;  // ARNs
  Health health;
  TagMap tags;
  std::string deadline;  // the clock's id of the time at which it becomes DEGRADED
};
template <class V>
void each_field(V& v, Addon& x) {
  v("addonName", x.addonName), v("addonArn", x.addonArn), v("clusterName", x.clusterName);
  v("addonVersion", x.addonVersion), v("status", x.status), v("createdAt", x.createdAt);
  v("modifiedAt", x.modifiedAt), v("serviceAccountRoleArn", x.serviceAccountRoleArn);
  v("configurationValues", x.configurationValues), v("podIdentityAssociations", x.podIdentityAssociations);
  v("health", x.health), v("tags", x.tags), v("_deadline", x.deadline);
}

struct PodIdentityAssociation {  // key: cluster/id
  static constexpr const char* kTable = "eks.pod-identity-association";
  std::string clusterName, associationArn, associationId, roleArn, serviceAccount;
  std::string name_space;
  std::optional<std::string> ownerArn, targetRoleArn, externalId;
  bool disableSessionTags = false;
  double createdAt = 0, modifiedAt = 0;
  TagMap tags;
};
template <class V>
void each_field(V& v, PodIdentityAssociation& x) {
  v("clusterName", x.clusterName), v("associationArn", x.associationArn), v("associationId", x.associationId);
  v("roleArn", x.roleArn), v("serviceAccount", x.serviceAccount), v("namespace", x.name_space);
  v("ownerArn", x.ownerArn), v("targetRoleArn", x.targetRoleArn), v("externalId", x.externalId);
  v("disableSessionTags", x.disableSessionTags), v("createdAt", x.createdAt), v("modifiedAt", x.modifiedAt);
  v("tags", x.tags);
}

struct UpdateParam {
  std::string type, value;
};
template <class V>
void each_field(V& v, UpdateParam& x) {
  v("type", x.type), v("value", x.value);
}
struct UpdateError {
  std::string errorCode, errorMessage;
  std::vector<std::string> resourceIds;
};
template <class V>
void each_field(V& v, UpdateError& x) {
  v("errorCode", x.errorCode), v("errorMessage", x.errorMessage), v("resourceIds", x.resourceIds);
}
struct Update {  // key: cluster/id
  static constexpr const char* kTable = "eks.update";
  std::string id, status = "InProgress", type;
  std::vector<UpdateParam> params;
  double createdAt = 0;
  std::vector<UpdateError> errors;
  std::string clusterName, nodegroupName, addonName;
  Json then;  // what takes effect when it is done
};
template <class V>
void each_field(V& v, Update& x) {
  v("id", x.id), v("status", x.status), v("type", x.type), v("params", x.params), v("createdAt", x.createdAt);
  v("errors", x.errors), v("_clusterName", x.clusterName), v("_nodegroupName", x.nodegroupName);
  v("_addonName", x.addonName), v("_then", x.then);
}

}  // namespace drydock::aws::eks_nouns

namespace drydock::aws {
namespace eks = eks_nouns;
}

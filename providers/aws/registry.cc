#include "providers/aws/resource_type.h"

namespace drydock::aws_provider {

// One file each below resources/, sometimes with near relatives in it.
extern const ResourceType kVpc, kSubnet, kRouteTable, kRouteTableAssociation, kMainRouteTableAssociation, kRoute,
    kSecurityGroup, kSecurityGroupRule, kSecurityGroupIngressRule, kSecurityGroupEgressRule, kVpcEndpoint,
    kVpcEndpointPolicy, kVpcEndpointRouteTableAssociation, kVpcEndpointSubnetAssociation, kRole, kRolePolicyAttachment,
    kRolePolicy, kPolicy, kInstanceProfile, kOpenIdConnectProvider, kCluster, kAddon, kAccessEntry,
    kAccessPolicyAssociation, kPodIdentityAssociation, kNodeGroup, kFargateProfile, kLaunchTemplate, kKeyPair,
    kAutoscalingGroup, kInternetGateway, kEip, kNatGateway, kTag, kRepository, kRepositoryPolicy, kNetworkAcl,
    kNetworkAclRule;

namespace {

const ResourceType* const kTypes[] = {
    &kVpc,
    &kSubnet,
    &kRouteTable,
    &kRouteTableAssociation,
    &kMainRouteTableAssociation,
    &kRoute,
    &kSecurityGroup,
    &kSecurityGroupRule,
    &kSecurityGroupIngressRule,
    &kSecurityGroupEgressRule,
    &kVpcEndpoint,
    &kVpcEndpointPolicy,
    &kVpcEndpointRouteTableAssociation,
    &kVpcEndpointSubnetAssociation,
    &kRole,
    &kRolePolicyAttachment,
    &kRolePolicy,
    &kPolicy,
    &kInstanceProfile,
    &kOpenIdConnectProvider,
    &kCluster,
    &kAddon,
    &kAccessEntry,
    &kAccessPolicyAssociation,
    &kPodIdentityAssociation,
    &kNodeGroup,
    &kFargateProfile,
    &kLaunchTemplate,
    &kKeyPair,
    &kAutoscalingGroup,
    &kInternetGateway,
    &kEip,
    &kNatGateway,
    &kTag,
    &kRepository,
    &kRepositoryPolicy,
    &kNetworkAcl,
    &kNetworkAclRule,
};

}  // namespace

const ResourceType* find_type(std::string_view token) {
  for (const ResourceType* type : kTypes)
    if (token == type->token) return type;
  return nullptr;
}

std::vector<std::string> type_tokens() {
  std::vector<std::string> tokens;
  for (const ResourceType* type : kTypes) tokens.emplace_back(type->token);
  return tokens;
}

}  // namespace drydock::aws_provider

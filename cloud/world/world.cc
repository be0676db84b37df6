#include "cloud/world/world.h"

namespace drydock::cloud {

std::string key_of(const aws::Vpc& x) { return x.vpcId; }
std::string key_of(const aws::DhcpOptions& x) { return x.dhcpOptionsId; }
std::string key_of(const aws::Subnet& x) { return x.subnetId; }
std::string key_of(const aws::RouteTable& x) { return x.routeTableId; }
std::string key_of(const aws::SecurityGroup& x) { return x.groupId; }
std::string key_of(const aws::SecurityGroupRule& x) { return x.securityGroupRuleId; }
std::string key_of(const aws::NetworkAcl& x) { return x.networkAclId; }
std::string key_of(const aws::VpcEndpoint& x) { return x.vpcEndpointId; }
std::string key_of(const aws::PrefixList& x) { return x.prefixListId; }
std::string key_of(const aws::InternetGateway& x) { return x.internetGatewayId; }
std::string key_of(const aws::NatGateway& x) { return x.natGatewayId; }
std::string key_of(const aws::Address& x) { return x.allocationId; }
std::string key_of(const aws::NetworkInterface& x) { return x.networkInterfaceId; }
std::string key_of(const aws::LaunchTemplateVersion& x) {
  return x.launchTemplateId + ":" + std::to_string(x.versionNumber);
}
std::string key_of(const aws::Instance& x) { return x.instanceId; }
std::string key_of(const aws::Image& x) { return x.imageId; }
std::string key_of(const PeeringConnection& x) { return x.vpcPeeringConnectionId; }
std::string key_of(const TransitGateway& x) { return x.transitGatewayId; }
std::string key_of(const Firewall& x) { return x.id; }
std::string key_of(const HostedZone& x) { return x.id; }
std::string key_of(const KmsKey& x) { return x.keyId; }
std::string key_of(const aws::AutoScalingGroup& x) { return x.AutoScalingGroupName; }
std::string key_of(const aws::Role& x) { return x.RoleName; }
std::string key_of(const aws::Policy& x) { return x.Arn; }
std::string key_of(const aws::InstanceProfile& x) { return x.InstanceProfileName; }
std::string key_of(const aws::OpenIdConnectProvider& x) { return x.Arn; }
std::string key_of(const OrganizationPolicy& x) { return x.name; }
std::string key_of(const aws::eks::Cluster& x) { return x.name; }
std::string key_of(const aws::eks::Nodegroup& x) { return x.clusterName + "/" + x.nodegroupName; }
std::string key_of(const aws::eks::AccessEntry& x) { return x.clusterName + "/" + x.principalArn; }
std::string key_of(const aws::eks::Addon& x) { return x.clusterName + "/" + x.addonName; }
std::string key_of(const aws::eks::PodIdentityAssociation& x) { return x.clusterName + "/" + x.associationId; }
std::string key_of(const FargateProfile& x) { return x.clusterName + "/" + x.fargateProfileName; }
std::string key_of(const KubernetesObject& x) {
  const Json& meta = x.object.at("metadata");
  return x.cluster + "/" + x.object.at("kind").string_or() + "/" + meta.at("namespace").string_or() + "/" +
         meta.at("name").string_or();
}

std::string default_security_group_id(std::string_view vpc) { return std::string(vpc) + "/default"; }
std::string main_route_table_id(std::string_view vpc) { return std::string(vpc) + "/main"; }
std::string cluster_security_group_id(std::string_view cluster) { return std::string(cluster) + "/eks-cluster-sg"; }

const Origin* origin_of(const World& world, const Ref& noun) {
  for (const Origin& origin : world.origins)
    if (origin.noun == noun) return &origin;
  return nullptr;
}

}  // namespace drydock::cloud

// What a noun's field is called in a Pulumi program.
#include <algorithm>

#include "cloud/world/world.h"
#include "readers/pulumi/pulumi.h"

namespace drydock::readers::pulumi {
namespace {

struct Row {
  std::string_view table, field, property;
};
// Only where the names differ; longer fields before their beginnings.
constexpr Row kNames[] = {
    {aws::Vpc::kTable, "ipv6CidrBlocks", "ipv6CidrBlock"},
    {aws::Vpc::kTable, "tagSet", "tags"},
    {aws::DhcpOptions::kTable, "configurations", "domainName"},
    {aws::Subnet::kTable, "ipv6CidrBlocks", "ipv6CidrBlock"},
    {aws::Subnet::kTable, "privateDnsNameOptionsOnLaunch.hostnameType", "privateDnsHostnameTypeOnLaunch"},
    {aws::Subnet::kTable, "privateDnsNameOptionsOnLaunch", "privateDnsHostnameTypeOnLaunch"},
    {aws::Subnet::kTable, "tagSet", "tags"},
    {aws::RouteTable::kTable, "routeSet", "routes"},
    {aws::RouteTable::kTable, "associationSet", "subnetId"},
    {aws::SecurityGroup::kTable, "ipPermissionsEgress", "egress"},
    {aws::SecurityGroup::kTable, "ipPermissions", "ingress"},
    {aws::SecurityGroup::kTable, "groupDescription", "description"},
    {aws::SecurityGroup::kTable, "groupName", "name"},
    {aws::SecurityGroup::kTable, "tagSet", "tags"},
    {aws::SecurityGroupRule::kTable, "cidrIpv4", "cidrBlocks"},
    {aws::SecurityGroupRule::kTable, "cidrIpv6", "ipv6CidrBlocks"},
    {aws::SecurityGroupRule::kTable, "prefixListId", "prefixListIds"},
    {aws::SecurityGroupRule::kTable, "referencedGroupInfo.groupId", "sourceSecurityGroupId"},
    {aws::SecurityGroupRule::kTable, "referencedGroupInfo", "sourceSecurityGroupId"},
    {aws::SecurityGroupRule::kTable, "ipProtocol", "protocol"},
    {aws::SecurityGroupRule::kTable, "groupId", "securityGroupId"},
    {aws::SecurityGroupRule::kTable, "isEgress", "type"},
    {aws::NetworkAcl::kTable, "entrySet", "ingress"},
    {aws::NetworkAcl::kTable, "associationSet", "subnetIds"},
    {aws::VpcEndpoint::kTable, "policyDocument", "policy"},
    {aws::VpcEndpoint::kTable, "routeTableIdSet", "routeTableIds"},
    {aws::VpcEndpoint::kTable, "subnetIdSet", "subnetIds"},
    {aws::VpcEndpoint::kTable, "groupSet", "securityGroupIds"},
    {aws::VpcEndpoint::kTable, "tagSet", "tags"},
    {aws::InternetGateway::kTable, "attachmentSet", "vpcId"},
    {aws::NatGateway::kTable, "natGatewayAddressSet", "allocationId"},
    {aws::LaunchTemplateVersion::kTable, "launchTemplateData.networkInterfaceSet", "networkInterfaces"},
    {aws::LaunchTemplateVersion::kTable, "launchTemplateData.securityGroupIdSet", "vpcSecurityGroupIds"},
    {aws::LaunchTemplateVersion::kTable, "launchTemplateData.blockDeviceMappingSet", "blockDeviceMappings"},
    {aws::LaunchTemplateVersion::kTable, "launchTemplateData.tagSpecificationSet", "tagSpecifications"},
    {aws::LaunchTemplateVersion::kTable, "launchTemplateName", "name"},
    {aws::AutoScalingGroup::kTable, "AutoScalingGroupName", "name"},
    {aws::AutoScalingGroup::kTable, "VPCZoneIdentifier", "vpcZoneIdentifiers"},
    {aws::AutoScalingGroup::kTable, "LaunchTemplate.LaunchTemplateId", "launchTemplate.id"},
    {aws::AutoScalingGroup::kTable, "LaunchTemplate.LaunchTemplateName", "launchTemplate.name"},
    {aws::AutoScalingGroup::kTable, "LaunchTemplate.Version", "launchTemplate.version"},
    {aws::Role::kTable, "AssumeRolePolicyDocument", "assumeRolePolicy"},
    {aws::Role::kTable, "PermissionsBoundary", "permissionsBoundary"},
    {aws::Role::kTable, "boundary", "permissionsBoundary"},
    {aws::Role::kTable, "grants.attached", "managedPolicyArns"},
    {aws::Role::kTable, "grants.inlined", "inlinePolicies"},
    {aws::Role::kTable, "RoleName", "name"},
    {aws::Policy::kTable, "versions", "policy"},
    {aws::OpenIdConnectProvider::kTable, "ClientIDList", "clientIdLists"},
    {aws::InstanceProfile::kTable, "role", "role"},
    {aws::eks::Cluster::kTable, "resourcesVpcConfig", "vpcConfig"},
    {aws::eks::Cluster::kTable, "encryptionConfig", "encryptionConfig"},
    {aws::eks::Nodegroup::kTable, "nodeRole", "nodeRoleArn"},
    {aws::eks::Nodegroup::kTable, "subnets", "subnetIds"},
    {aws::eks::Nodegroup::kTable, "nodegroupName", "nodeGroupName"},
    {aws::eks::AccessEntry::kTable, "username", "userName"},
    {aws::eks::AccessEntry::kTable, "policies", "accessPolicies"},
    {cloud::FargateProfile::kTable, "subnets", "subnetIds"},
    {cloud::PeeringConnection::kTable, "requesterVpcId", "vpcId"},
    {cloud::PeeringConnection::kTable, "accepterVpcId", "peerVpcId"},
    {cloud::KubernetesObject::kTable, "object", ""},
    {aws::LaunchTemplateVersion::kTable, "launchTemplateData", ""},
};

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "Statement.0.Resource" -> "Statement[0].Resource".
void append(std::string& out, std::string_view path) {
  while (!path.empty()) {
    const auto dot = path.find('.');
    const std::string_view part = path.substr(0, dot);
    path = dot == path.npos ? std::string_view() : path.substr(dot + 1);
    if (is_number(part)) {
      out += "[" + std::string(part) + "]";
    } else {
      if (!out.empty()) out += '.';
      out += part;
    }
  }
}

}  // namespace

std::string property(std::string_view table, std::string_view field) {
  std::string out;
  for (const Row& row : kNames) {
    if (row.table != table || !field.starts_with(row.field)) continue;
    if (field.size() > row.field.size() && field[row.field.size()] != '.') continue;
    out = row.property;
    field.remove_prefix(std::min(field.size(), row.field.size() + 1));
    break;
  }
  // AWS's names begin with a capital where Pulumi's do not.
  const bool own_name = out.empty() && table != cloud::KubernetesObject::kTable;
  append(out, field);
  if (own_name && !out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] - 'A' + 'a');
  return out;
}

}  // namespace drydock::readers::pulumi

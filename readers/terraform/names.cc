// The nouns' fields in the words of Terraform's aws provider.
#include <algorithm>
#include <cctype>

#include "readers/terraform/terraform.h"

namespace drydock::readers::terraform {
namespace {

struct Name {
  const char* table;  // "" for every table
  const char* field;
  const char* attribute;
};
constexpr Name kNames[] = {
    {"ec2.vpc-endpoint", "policyDocument", "policy"},
    {"ec2.vpc-endpoint", "routeTableIdSet", "route_table_ids"},
    {"ec2.vpc-endpoint", "subnetIdSet", "subnet_ids"},
    {"ec2.vpc-endpoint", "groupSet", "security_group_ids"},
    {"ec2.route-table", "routeSet", "route"},
    {"ec2.route-table", "associationSet", "aws_route_table_association.subnet_id"},
    {"ec2.network-acl", "associationSet", "subnet_ids"},
    {"ec2.internet-gateway", "attachmentSet", "vpc_id"},
    {"ec2.security-group-rule", "ipProtocol", "protocol"},
    {"ec2.security-group-rule", "referencedGroupInfo", "source_security_group_id"},
    {"ec2.security-group-rule", "cidrIpv4", "cidr_blocks"},
    {"ec2.security-group-rule", "cidrIpv6", "ipv6_cidr_blocks"},
    {"ec2.security-group-rule", "prefixListId", "prefix_list_ids"},
    {"ec2.subnet", "privateDnsNameOptionsOnLaunch", "private_dns_hostname_type_on_launch"},
    {"ec2.launch-template-version", "launchTemplateData.securityGroupIdSet", "vpc_security_group_ids"},
    {"ec2.launch-template-version", "launchTemplateData.networkInterfaceSet", "network_interfaces"},
    {"ec2.launch-template-version", "launchTemplateData.tagSpecificationSet", "tag_specifications"},
    {"ec2.launch-template-version", "launchTemplateData.blockDeviceMappingSet", "block_device_mappings"},
    {"autoscaling.group", "VPCZoneIdentifier", "vpc_zone_identifier"},
    {"autoscaling.group", "Tags", "tag"},
    {"iam.role", "AssumeRolePolicyDocument", "assume_role_policy"},
    {"iam.role", "PermissionsBoundary", "permissions_boundary"},
    {"iam.role", "grants.attached", "aws_iam_role_policy_attachment.policy_arn"},
    {"iam.role", "grants.inlined", "aws_iam_role_policy.policy"},
    {"iam.policy", "versions", "policy"},
    {"iam.oidc-provider", "ClientIDList", "client_id_list"},
    {"eks.cluster", "resourcesVpcConfig", "vpc_config"},
    {"eks.nodegroup", "nodeRole", "node_role_arn"},
    {"eks.nodegroup", "subnets", "subnet_ids"},
    {"eks.fargate-profile", "subnets", "subnet_ids"},
    {"eks.access-entry", "username", "user_name"},
    {"eks.access-entry", "policies", "aws_eks_access_policy_association.policy_arn"},
    {"kubernetes.object", "object", "manifest"},
    {"", "tagSet", "tags"},
    {"", "Tags", "tags"},
};

// "enableDnsSupport" -> "enable_dns_support"; "VPCZone" -> "vpc_zone".
std::string snake(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool upper = std::isupper(c) != 0;
    const bool after_lower = i > 0 && !std::isupper(static_cast<unsigned char>(name[i - 1])) && name[i - 1] != '.';
    const bool before_lower =
        i > 0 && i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1])) && name[i - 1] != '.';
    if (upper && (after_lower || before_lower)) out += '_';
    out += static_cast<char>(std::tolower(c));
  }
  return out;
}

// Documents inside of a field keep their own keys: policy.Statement.0.Resource.
bool is_document(std::string_view attribute) {
  return attribute == "policy" || attribute == "assume_role_policy" || attribute == "manifest";
}

}  // namespace

std::string property_name(std::string_view table, std::string_view field) {
  if (field.starts_with("_")) field.remove_prefix(1);
  // The longest known beginning, then the rest in snake case.
  for (std::string_view head = field; !head.empty(); head = head.substr(0, std::min(head.rfind('.'), head.size()))) {
    for (const Name& name : kNames) {
      if (name.field != head || (*name.table && name.table != table)) continue;
      const std::string_view rest = field.substr(head.size());
      return name.attribute + (is_document(name.attribute) ? std::string(rest) : snake(rest));
    }
    if (head.rfind('.') == head.npos) break;
  }
  constexpr std::string_view kData = "launchTemplateData.";
  return snake(field.starts_with(kData) ? field.substr(kData.size()) : field);
}

}  // namespace drydock::readers::terraform

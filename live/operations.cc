#include "live/operations.h"

#include <algorithm>
#include <string>
#include <vector>

namespace drydock::live {
namespace {

constexpr Operation kOperations[] = {
    {"autoscaling", "DescribeAutoScalingGroups", "self-managed nodes"},
    {"ec2", "DescribeDhcpOptions", "name servers and the domain name of nodes"},
    {"ec2", "DescribeInternetGateways", "ways out"},
    {"ec2", "DescribeLaunchTemplateVersions", "user data, groups, metadata options"},
    {"ec2", "DescribeNatGateways", "ways out"},
    {"ec2", "DescribeNetworkAcls", "filters of subnets"},
    {"ec2", "DescribePrefixLists", "what routes and rules mean by a prefix list"},
    {"ec2", "DescribeRouteTables", "routes"},
    {"ec2", "DescribeSecurityGroups", "filters of interfaces"},
    {"ec2", "DescribeSubnets", "zones and free addresses"},
    {"ec2", "DescribeVpcAttribute", "DNS support and DNS host names"},
    {"ec2", "DescribeVpcEndpoints", "the ways to AWS's services, and their policies"},
    {"ec2", "DescribeVpcPeeringConnections", "ways to other VPCs"},
    {"ec2", "DescribeVpcs", "the network"},
    {"eks", "DescribeAccessEntry", "who may join"},
    {"eks", "DescribeAddon", "add-ons and their roles"},
    {"eks", "DescribeCluster", "the cluster"},
    {"eks", "DescribeFargateProfile", "Fargate"},
    {"eks", "DescribeNodegroup", "managed nodes"},
    {"eks", "DescribePodIdentityAssociation", "roles of pods"},
    {"eks", "ListAccessEntries", "who may join"},
    {"eks", "ListAddons", "add-ons"},
    {"eks", "ListAssociatedAccessPolicies", "who may join"},
    {"eks", "ListClusters", "the clusters, where none is named"},
    {"eks", "ListFargateProfiles", "Fargate"},
    {"eks", "ListNodegroups", "managed nodes"},
    {"eks", "ListPodIdentityAssociations", "roles of pods"},
    {"iam", "GetInstanceProfile", "the role of self-managed nodes"},
    {"iam", "GetOpenIDConnectProvider", "roles of service accounts"},
    {"iam", "GetPolicy", "which version of a policy counts"},
    {"iam", "GetPolicyVersion", "what a policy allows"},
    {"iam", "GetRole", "who may take a role"},
    {"iam", "GetRolePolicy", "what a role allows"},
    {"iam", "ListAttachedRolePolicies", "what a role allows"},
    {"iam", "ListOpenIDConnectProviders", "roles of service accounts"},
    {"iam", "ListRolePolicies", "what a role allows"},
};

}  // namespace

std::span<const Operation> operations() { return kOperations; }

bool is_allowed(std::string_view service, std::string_view name) {
  // Asks who is asking; nobody needs a permission for it, and none can deny it.
  if (service == "sts" && name == "GetCallerIdentity") return true;
  return std::any_of(std::begin(kOperations), std::end(kOperations),
                     [&](const Operation& o) { return o.service == service && o.name == name; });
}

Json minimal_policy() {
  Json::Array actions;
  for (const Operation& o : kOperations) actions.push_back(std::string(o.service) + ":" + std::string(o.name));
  return Json::object(
      {{"Version", "2012-10-17"},
       {"Statement",
        Json::array({Json::object(
            {{"Sid", "DrydockCheckLive"}, {"Effect", "Allow"}, {"Action", std::move(actions)}, {"Resource", "*"}})})}});
}

}  // namespace drydock::live

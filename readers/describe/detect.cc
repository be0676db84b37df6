#include <algorithm>

#include "readers/describe/describe.h"

namespace drydock::readers::describe {
namespace {

// The outermost key of each call's output.
constexpr const char* kKeys[] = {
    "Vpcs",
    "Subnets",
    "RouteTables",
    "SecurityGroups",
    "SecurityGroupRules",
    "NetworkAcls",
    "VpcEndpoints",
    "DhcpOptions",
    "InternetGateways",
    "EgressOnlyInternetGateways",
    "NatGateways",
    "Addresses",
    "NetworkInterfaces",
    "Reservations",
    "LaunchTemplates",
    "LaunchTemplateVersions",
    "PrefixLists",
    "ManagedPrefixLists",
    "VpcPeeringConnections",
    "TransitGateways",
    "TransitGatewayAttachments",
    "AutoScalingGroups",
    "RoleDetailList",
    "cluster",
    "nodegroup",
    "addon",
    "accessEntry",
    "fargateProfile",
    "podIdentityAssociation",
    "Role",
    "Roles",
};

}  // namespace

bool looks_like(const Outline& o) {
  return std::any_of(std::begin(kKeys), std::end(kKeys), [&](const char* key) { return o.has(key); });
}

}  // namespace drydock::readers::describe

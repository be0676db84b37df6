#include <algorithm>

#include "readers/describe/collection.h"
#include "readers/describe/describe.h"
#include "readers/describe/wire.h"

namespace drydock::readers::describe {
namespace {

enum class Shape { ec2_list, list, one };
struct Call {
  const char* key;   // the outermost key of its output
  const char* wire;  // of the API's answer, where live calls hand that on
  Shape shape;
};
// The calls that are understood. A whole answer may be one thing (`one`), or list things.
constexpr Call kCalls[] = {
    {"Vpcs", "vpcSet", Shape::ec2_list},
    {"EnableDnsSupport", "enableDnsSupport", Shape::one},
    {"EnableDnsHostnames", "enableDnsHostnames", Shape::one},
    {"Subnets", "subnetSet", Shape::ec2_list},
    {"DhcpOptions", "dhcpOptionsSet", Shape::ec2_list},
    {"RouteTables", "routeTableSet", Shape::ec2_list},
    {"SecurityGroups", "securityGroupInfo", Shape::ec2_list},
    {"SecurityGroupRules", "securityGroupRuleSet", Shape::ec2_list},
    {"NetworkAcls", "networkAclSet", Shape::ec2_list},
    {"VpcEndpoints", "vpcEndpointSet", Shape::ec2_list},
    {"InternetGateways", "internetGatewaySet", Shape::ec2_list},
    {"EgressOnlyInternetGateways", "egressOnlyInternetGatewaySet", Shape::ec2_list},
    {"NatGateways", "natGatewaySet", Shape::ec2_list},
    {"Addresses", "addressesSet", Shape::ec2_list},
    {"NetworkInterfaces", "networkInterfaceSet", Shape::ec2_list},
    {"PrefixLists", "prefixListSet", Shape::ec2_list},
    {"VpcPeeringConnections", "vpcPeeringConnectionSet", Shape::ec2_list},
    {"TransitGateways", "transitGatewaySet", Shape::ec2_list},
    {"TransitGatewayVpcAttachments", "transitGatewayVpcAttachments", Shape::ec2_list},
    {"Reservations", "reservationSet", Shape::ec2_list},
    {"LaunchTemplates", "launchTemplates", Shape::ec2_list},
    {"LaunchTemplateVersions", "launchTemplateVersionSet", Shape::ec2_list},
    {"Images", "imagesSet", Shape::ec2_list},
    {"AutoScalingGroups", "AutoScalingGroups", Shape::list},
    {"RoleDetailList", "RoleDetailList", Shape::list},
    {"Policies", "Policies", Shape::list},
    {"InstanceProfiles", "InstanceProfiles", Shape::list},
    {"Role", "Role", Shape::one},
    {"InstanceProfile", "InstanceProfile", Shape::one},
    {"Url", "Url", Shape::one},                // get-open-id-connect-provider
    {"PolicyName", "PolicyName", Shape::one},  // get-role-policy
    {"KeyMetadata", "KeyMetadata", Shape::one},
    {"HostedZone", "HostedZone", Shape::one},
    {"ResourceRecordSets", "ResourceRecordSets", Shape::list},
    {"cluster", "cluster", Shape::one},
    {"nodegroup", "nodegroup", Shape::one},
    {"addon", "addon", Shape::one},
    {"accessEntry", "accessEntry", Shape::one},
    {"associatedAccessPolicies", "associatedAccessPolicies", Shape::one},
    {"fargateProfile", "fargateProfile", Shape::one},
    {"association", "association", Shape::one},
    {"kind", "kind", Shape::one},  // kubectl get -o json
};
// Answers that say nothing more: lists of names.
constexpr const char* kIgnored[] = {"clusters",
                                    "nodegroups",
                                    "addons",
                                    "accessEntries",
                                    "fargateProfileNames",
                                    "associations",
                                    "UserId",
                                    "AvailabilityZones",
                                    "OpenIDConnectProviderList",
                                    "Roles",
                                    "PolicyNames",
                                    "HostedZones",
                                    "HostedZoneSummaries",
                                    "Aliases"};

const Call* call_of(std::string_view key) {
  for (const Call& call : kCalls)
    if (key == call.key || key == call.wire) return &call;
  return nullptr;
}

}  // namespace

bool looks_like(const Outline& o) {
  if (o.kind != Outline::Kind::json_object || o.has("format_version")) return false;
  if (std::any_of(std::begin(kIgnored), std::end(kIgnored), [&](const char* key) { return o.has(key); })) return true;
  return std::any_of(o.keys.begin(), o.keys.end(), [&](const std::string& key) {
    return key == "kind" ? o.has("apiVersion") : call_of(key) != nullptr;
  });
}

Result<void> Collection::add(const File& file) {
  auto json = Json::parse(file.text);
  if (!json) return pass(json, "reading " + file.name);
  if (!json->is_object()) return fail(ErrorCode::invalid_input, file.name + " is not the output of a describe call");
  bool known = std::any_of(std::begin(kIgnored), std::end(kIgnored), [&](const char* key) { return json->has(key); });
  for (const auto& [key, value] : json->as_object()) {
    const Call* call = call_of(key);
    if (!call) continue;
    known = true;
    auto& items = items_[call->key];
    if (call->shape == Shape::one) {
      items.push_back({*json, &file});
      continue;
    }
    if (!value.is_array())
      return fail(ErrorCode::invalid_input, file.name + ": " + key + " is not a list, as the call's output has it");
    const bool rename = call->shape == Shape::ec2_list && key == call->key;
    for (const Json& item : value.as_array()) items.push_back({rename ? wire_names(item) : item, &file});
  }
  if (!known) return fail(ErrorCode::invalid_input, file.name + " is not the output of a describe call that is known");
  return {};
}

const std::vector<Item>& Collection::of(const std::string& key) const {
  static const std::vector<Item> kNone;
  const auto found = items_.find(key);
  return found == items_.end() ? kNone : found->second;
}

}  // namespace drydock::readers::describe

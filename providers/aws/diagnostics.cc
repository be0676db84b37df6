#include "providers/aws/diagnostics.h"

#include <fmt/format.h>

#include "providers/aws/schema.h"

namespace drydock::aws_provider {
namespace {

// What a code begins with -> properties it may speak of; the first that the type has is named.
struct Hint {
  std::string_view code;
  std::initializer_list<std::string_view> properties;
};
const Hint kByCode[] = {
    {"InvalidVpcRange", {"cidrBlock"}},
    {"InvalidVpc.Range", {"cidrBlock"}},
    {"InvalidSubnet.", {"cidrBlock"}},
    {"InvalidVpcID", {"vpcId"}},
    {"InvalidSubnetID", {"subnetId", "subnetIds", "vpcZoneIdentifiers"}},
    {"InvalidSubnetId", {"subnetId", "subnetIds"}},
    {"DuplicateSubnetsInSameZone", {"subnetIds"}},
    {"InvalidRouteTableID", {"routeTableId", "routeTableIds"}},
    {"InvalidRouteTableId", {"routeTableId", "routeTableIds"}},
    {"InvalidGroup.NotFound", {"securityGroupId", "securityGroupIds", "vpcSecurityGroupIds"}},
    {"InvalidSecurityGroupID", {"securityGroupId", "securityGroupIds", "vpcSecurityGroupIds"}},
    {"InvalidGroup.Duplicate", {"name"}},
    {"InvalidGatewayID", {"gatewayId", "routes"}},
    {"InvalidServiceName", {"serviceName"}},
    {"InvalidVpcEndpointService", {"serviceName"}},
    {"InvalidAMIID", {"imageId"}},
    {"InvalidKeyPair", {"keyName"}},
    {"InvalidLaunchTemplate", {"launchTemplate"}},
    {"RouteAlreadyExists", {"destinationCidrBlock", "routes", "routeTableIds"}},
    {"MalformedPolicyDocument", {"assumeRolePolicy", "policy"}},
    {"InvalidPolicyDocument", {"policy"}},
    {"EntityAlreadyExists", {"name", "url"}},
    {"RepositoryAlreadyExists", {"name"}},
    {"AlreadyExists", {"name"}},
};
// What AWS calls a parameter in its message -> ours.
struct Word {
  std::string_view text;
  std::initializer_list<std::string_view> properties;
};
const Word kByWord[] = {
    {"private-dns-enabled", {"privateDnsEnabled"}}, {"enableDnsSupport", {"privateDnsEnabled", "enableDnsSupport"}},
    {"CIDR", {"cidrBlock", "cidrBlocks"}},          {"Role", {"nodeRoleArn", "roleArn"}},
    {"role", {"nodeRoleArn", "roleArn", "role"}},   {"principalArn", {"principalArn"}},
    {"ubnet", {"vpcConfig", "subnetIds"}},          {"olicy", {"policy", "policyArn"}},
};

std::string first_known(const Json& specs, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names)
    if (specs.has(name)) return std::string(name);
  return "";
}

std::string words(const AwsError& error, const std::string& property) {
  std::string text;
  if (!error.call.empty()) text += error.call + ": ";
  if (!error.code.empty()) text += error.code + ": ";
  text += error.message;
  std::string extra;
  if (!property.empty()) extra += fmt::format("property '{}'", property);
  if (!error.request_id.empty()) extra += fmt::format("{}request id {}", extra.empty() ? "" : ", ", error.request_id);
  return extra.empty() ? text : fmt::format("{} ({})", text, extra);
}

}  // namespace

std::string property_of(const AwsError& error, std::string_view type_token) {
  const Json& specs = resource_schema(type_token).at("inputProperties");
  if (error.code.empty()) return "";
  for (const Hint& hint : kByCode)
    if (error.code.starts_with(hint.code))
      if (std::string name = first_known(specs, hint.properties); !name.empty()) return name;
  if (error.kind != ErrorCode::invalid_input) return "";
  for (const Word& word : kByWord)
    if (error.mentions(word.text))
      if (std::string name = first_known(specs, word.properties); !name.empty()) return name;
  return "";
}

Error explain(const AwsError& error, const ResourceType& type, const Urn& urn, const char* doing) {
  Error out{error.kind, words(error, property_of(error, type.token)), {}};
  return std::move(out).during(fmt::format("{} {}", doing, urn.str()));
}

Error explain(const AwsError& error, std::string_view token) {
  Error out{error.kind, words(error, ""), {}};
  return std::move(out).during(std::string(token));
}

}  // namespace drydock::aws_provider

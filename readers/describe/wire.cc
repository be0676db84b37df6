#include "readers/describe/wire.h"

#include <cctype>
#include <map>

namespace drydock::readers::describe {
namespace {

// Lists whose names differ by more than the first letter.
const std::map<std::string, const char*, std::less<>>& lists() {
  static const std::map<std::string, const char*, std::less<>> kLists = {
      {"Tags", "tagSet"},
      {"Groups", "groupSet"},
      {"Routes", "routeSet"},
      {"Associations", "associationSet"},
      {"Attachments", "attachmentSet"},
      {"SubnetIds", "subnetIdSet"},
      {"RouteTableIds", "routeTableIdSet"},
      {"NetworkInterfaceIds", "networkInterfaceIdSet"},
      {"Entries", "entrySet"},
      {"DnsEntries", "dnsEntrySet"},
      {"NatGatewayAddresses", "natGatewayAddressSet"},
      {"Cidrs", "cidrSet"},
      {"SecurityGroupIds", "securityGroupIdSet"},
      {"NetworkInterfaces", "networkInterfaceSet"},
      {"TagSpecifications", "tagSpecificationSet"},
      {"BlockDeviceMappings", "blockDeviceMappingSet"},
      {"PrivateIpAddresses", "privateIpAddressesSet"},
      {"Ipv6Addresses", "ipv6AddressesSet"},
  };
  return kLists;
}

std::string wire_name(const std::string& name) {
  if (const auto found = lists().find(name); found != lists().end()) return found->second;
  std::string out = name;
  if (!out.empty()) out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

}  // namespace

Json wire_names(const Json& cli) {
  if (cli.is_array()) {
    Json::Array out;
    for (const Json& item : cli.as_array()) out.push_back(wire_names(item));
    return out;
  }
  if (!cli.is_object()) return cli;
  Json::Object out;
  for (const auto& [key, value] : cli.as_object()) out.emplace(wire_name(key), wire_names(value));
  return out;
}

}  // namespace drydock::readers::describe

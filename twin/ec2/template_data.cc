#include "twin/ec2/template_data.h"

#include <cctype>
#include <map>

#include "base/hash.h"

namespace drydock::twin::ec2 {
namespace {

std::string lower_first(std::string name) {
  name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return name;
}

/// Lists have another name in answers than in requests.
std::string answer_name(const std::string& name, bool in_interface) {
  static const std::map<std::string, std::string> kNames = {
      {"BlockDeviceMapping", "blockDeviceMappingSet"},
      {"NetworkInterface", "networkInterfaceSet"},
      {"TagSpecification", "tagSpecificationSet"},
      {"Tag", "tagSet"},
      {"SecurityGroupId", "securityGroupIdSet"},
      {"SecurityGroup", "securityGroupSet"},
      {"LicenseSpecification", "licenseSet"},
      {"ElasticGpuSpecification", "elasticGpuSpecificationSet"},
      {"ElasticInferenceAccelerator", "elasticInferenceAcceleratorSet"},
      {"SecondaryInterface", "secondaryInterfaceSet"},
      {"Ipv6Addresses", "ipv6AddressesSet"},
      {"PrivateIpAddresses", "privateIpAddressesSet"},
      {"Ipv4Prefix", "ipv4PrefixSet"},
      {"Ipv6Prefix", "ipv6PrefixSet"},
      {"AcceleratorManufacturer", "acceleratorManufacturerSet"},
      {"AcceleratorName", "acceleratorNameSet"},
      {"AcceleratorType", "acceleratorTypeSet"},
      {"AllowedInstanceType", "allowedInstanceTypeSet"},
      {"CpuManufacturer", "cpuManufacturerSet"},
      {"ExcludedInstanceType", "excludedInstanceTypeSet"},
      {"InstanceGeneration", "instanceGenerationSet"},
      {"LocalStorageType", "localStorageTypeSet"},
  };
  if (in_interface && name == "SecurityGroupId") return "groupSet";
  if (const auto known = kNames.find(name); known != kNames.end()) return known->second;
  return lower_first(name);
}

Json answer_shape(const Json& value, bool in_interface) {
  if (value.is_array()) {
    Json::Array out;
    for (const Json& item : value.as_array()) out.push_back(answer_shape(item, in_interface));
    return out;
  }
  if (!value.is_object()) return value;
  Json out = Json::object();
  for (const auto& [name, member] : value.as_object()) {
    if (name.empty()) continue;
    const Json shaped = answer_shape(member, in_interface || name == "NetworkInterface");
    // An item may be named as its list: Ipv4Prefix.1.Ipv4Prefix.
    out[member.is_array() ? answer_name(name, in_interface) : lower_first(name)] = shaped;
  }
  return out;
}

}  // namespace

Json template_data(const Json& parameters) { return answer_shape(parameters, false); }

std::optional<ApiError> check_template_data(const Json& data) {
  const std::string user_data = data.at("userData").string_or();
  const auto plain = unbase64(user_data);
  if (!plain) return ApiError{400, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."};
  if (plain->size() > 16384) {
    return ApiError{400, "InvalidParameterValue", "User data is limited to 16384 bytes"};
  }
  return std::nullopt;
}

Json merged_template_data(Json base, const Json& over) {
  if (!base.is_object()) base = Json::object();
  if (!over.is_object()) return base;
  for (const auto& [name, value] : over.as_object()) base[name] = value;
  return base;
}

}  // namespace drydock::twin::ec2

#include "providers/aws/resources/launch_template_data.h"

#include <algorithm>
#include <cctype>

#include "providers/aws/resources/common.h"
#include "providers/aws/schema.h"

namespace drydock::aws_provider {
namespace {

// Where a name differs from ours in more than its first letter: in requests lists are called by their items, in answers
// they are sets.
struct Name {
  std::string_view ours;
  const char *request, *answer;
};
constexpr Name kNames[] = {
    {"networkInterfaces", "NetworkInterface", "networkInterfaceSet"},
    {"vpcSecurityGroupIds", "SecurityGroupId", "securityGroupIdSet"},
    {"securityGroupNames", "SecurityGroup", "securityGroupSet"},
    {"securityGroups", "SecurityGroupId", "groupSet"},
    {"blockDeviceMappings", "BlockDeviceMapping", "blockDeviceMappingSet"},
    {"tagSpecifications", "TagSpecification", "tagSpecificationSet"},
    {"licenseSpecifications", "LicenseSpecification", "licenseSet"},
    {"secondaryInterfaces", "SecondaryInterface", "secondaryInterfaceSet"},
    {"ipv4AddressCount", "SecondaryPrivateIpAddressCount", "secondaryPrivateIpAddressCount"},
    {"ipv4Addresses", "PrivateIpAddresses", "privateIpAddressesSet"},
    {"privateIpAddresses", "PrivateIpAddress", "privateIpAddressesSet"},
    {"ipv6Addresses", "Ipv6Addresses", "ipv6AddressesSet"},
    {"ipv4Prefixes", "Ipv4Prefix", "ipv4PrefixSet"},
    {"ipv6Prefixes", "Ipv6Prefix", "ipv6PrefixSet"},
    {"acceleratorManufacturers", "AcceleratorManufacturer", "acceleratorManufacturerSet"},
    {"acceleratorNames", "AcceleratorName", "acceleratorNameSet"},
    {"acceleratorTypes", "AcceleratorType", "acceleratorTypeSet"},
    {"acceleratorTotalMemoryMib", "AcceleratorTotalMemoryMiB", "acceleratorTotalMemoryMiB"},
    {"allowedInstanceTypes", "AllowedInstanceType", "allowedInstanceTypeSet"},
    {"cpuManufacturers", "CpuManufacturer", "cpuManufacturerSet"},
    {"excludedInstanceTypes", "ExcludedInstanceType", "excludedInstanceTypeSet"},
    {"instanceGenerations", "InstanceGeneration", "instanceGenerationSet"},
    {"localStorageTypes", "LocalStorageType", "localStorageTypeSet"},
    {"memoryGibPerVcpu", "MemoryGiBPerVCpu", "memoryGiBPerVCpu"},
    {"memoryMib", "MemoryMiB", "memoryMiB"},
    {"totalLocalStorageGb", "TotalLocalStorageGB", "totalLocalStorageGB"},
    {"vcpuCount", "VCpuCount", "vCpuCount"},
    {"enableResourceNameDnsAaaaRecord", "EnableResourceNameDnsAAAARecord", "enableResourceNameDnsAAAARecord"}};

const Name* find_name(std::string_view ours) {
  auto it = std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& n) { return n.ours == ours; });
  return it == std::end(kNames) ? nullptr : it;
}
std::string request_name(const std::string& ours) {
  if (const Name* known = find_name(ours)) return known->request;
  std::string name = ours;
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}
std::string answer_name(const std::string& ours) {
  const Name* known = find_name(ours);
  return known ? known->answer : ours;
}

// Lists of texts for us, of objects with one member on the wire: {"PrivateIpAddress": "10.0.0.5"}.
struct Wrapped {
  std::string_view ours;
  const char *request, *answer;
};
constexpr Wrapped kWrapped[] = {{"ipv4Addresses", "PrivateIpAddress", "privateIpAddress"},
                                {"privateIpAddresses", "PrivateIpAddress", "privateIpAddress"},
                                {"ipv6Addresses", "Ipv6Address", "ipv6Address"},
                                {"ipv4Prefixes", "Ipv4Prefix", "ipv4Prefix"},
                                {"ipv6Prefixes", "Ipv6Prefix", "ipv6Prefix"}};
const Wrapped* find_wrapped(std::string_view ours) {
  auto it = std::find_if(std::begin(kWrapped), std::end(kWrapped), [&](const Wrapped& w) { return w.ours == ours; });
  return it == std::end(kWrapped) ? nullptr : it;
}

Json to_request(const Json& value);

Json members_to_request(const Json& from) {
  Json out = Json::object();
  for (const auto& [key, value] : from.as_object()) {
    if (value.is_null() || (value.is_string() && value.as_string().empty())) continue;
    if (key == "tags") {
      out["Tag"] = tag_list(value);
    } else if (const Wrapped* wrapped = find_wrapped(key)) {
      for (const Json& one : items(value)) out[request_name(key)].push_back(Json::object({{wrapped->request, one}}));
    } else {
      out[request_name(key)] = to_request(value);
    }
  }
  return out;
}

Json to_request(const Json& value) {
  if (value.is_object()) return members_to_request(value);
  if (!value.is_array()) return value;
  Json::Array out;
  for (const Json& item : value.as_array()) out.push_back(to_request(item));
  return out;
}

Json from_answer(const Json& property, const Json& value);

/// The members that the answer holds, in the order of the description.
void members_from_answer(const Json& properties, const Json& answer, Json& out) {
  for (const auto& [name, property] : properties.as_object()) {
    if (name == "tags") {
      if (items(answer.at("tagSet")).size() > 0) out[name] = tag_map(answer.at("tagSet"));
      continue;
    }
    const Json& value = answer.at(answer_name(name));
    if (const Wrapped* wrapped = find_wrapped(name)) {
      if (items(value).size() > 0) out[name] = pluck(value, wrapped->answer);
      continue;
    }
    if (Json read = from_answer(property, value); !read.is_null()) out[name] = std::move(read);
  }
}

Json from_answer(const Json& property, const Json& value) {
  if (value.is_null()) return {};
  switch (kind_of(property)) {
    case Kind::boolean:
      return flag(value);
    case Kind::integer:
      return number_or_null(value);
    case Kind::number:
      return value.is_number() ? value : Json(std::atof(value.string_or().c_str()));
    case Kind::list: {
      Json::Array out;
      for (const Json& item : items(value)) out.push_back(from_answer(items_of(property), item));
      return out.empty() ? Json() : Json(std::move(out));
    }
    case Kind::object: {
      if (!value.is_object()) return {};
      Json out = Json::object();
      members_from_answer(object_of(property).at("properties"), value, out);
      return out;
    }
    default:
      return value.is_string() && value.as_string().empty() ? Json() : value;
  }
}

// What belongs to the template and not to its data.
constexpr std::string_view kOwn[] = {"name", "namePrefix", "description", "defaultVersion", "updateDefaultVersion",
                                     "tags", "tagsAll",    "region"};

}  // namespace

Json template_data(const Json& in) {
  Json data = in;
  for (std::string_view name : kOwn) data.erase(name);
  Json out = members_to_request(data);
  if (!out.has("UserData")) out["UserData"] = "";  // a version without user data says so
  return out;
}

void read_template_data(const Json& data, Json& out) {
  Json properties = resource_schema("aws:ec2/launchTemplate:LaunchTemplate").at("inputProperties");
  for (std::string_view name : kOwn) properties.erase(name);
  members_from_answer(properties, data, out);
}

}  // namespace drydock::aws_provider

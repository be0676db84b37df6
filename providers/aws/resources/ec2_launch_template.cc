// aws:ec2/launchTemplate:LaunchTemplate
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html
#include <algorithm>
#include <cctype>

#include "cloud/aws/arn.h"
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

std::string upper_first(std::string name) {
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

// Where the wire's name is not ours with a capital letter. Lists are called by their items.
struct Name {
  std::string_view ours;
  const char* wire;
};
constexpr Name kNames[] = {{"networkInterfaces", "NetworkInterface"},
                           {"vpcSecurityGroupIds", "SecurityGroupId"},
                           {"securityGroupNames", "SecurityGroup"},
                           {"securityGroups", "SecurityGroupId"},
                           {"blockDeviceMappings", "BlockDeviceMapping"},
                           {"tagSpecifications", "TagSpecification"},
                           {"licenseSpecifications", "LicenseSpecification"},
                           {"secondaryInterfaces", "SecondaryInterface"},
                           {"hibernationOptions", "HibernationOptions"},
                           {"ipv4Prefixes", "Ipv4Prefix"},
                           {"ipv6Prefixes", "Ipv6Prefix"},
                           {"acceleratorManufacturers", "AcceleratorManufacturer"},
                           {"acceleratorNames", "AcceleratorName"},
                           {"acceleratorTypes", "AcceleratorType"},
                           {"acceleratorTotalMemoryMib", "AcceleratorTotalMemoryMiB"},
                           {"allowedInstanceTypes", "AllowedInstanceType"},
                           {"cpuManufacturers", "CpuManufacturer"},
                           {"excludedInstanceTypes", "ExcludedInstanceType"},
                           {"instanceGenerations", "InstanceGeneration"},
                           {"localStorageTypes", "LocalStorageType"},
                           {"memoryGibPerVcpu", "MemoryGiBPerVCpu"},
                           {"memoryMib", "MemoryMiB"},
                           {"totalLocalStorageGb", "TotalLocalStorageGB"},
                           {"vcpuCount", "VCpuCount"},
                           {"totalLocalStorageGB", "TotalLocalStorageGB"},
                           {"enableResourceNameDnsAaaaRecord", "EnableResourceNameDnsAAAARecord"}};

Json data_value(const Json& value);

Json data_members(const Json& from) {
  Json out = Json::object();
  for (const auto& [key, value] : from.as_object()) {
    if (value.is_null() || (value.is_string() && value.as_string().empty())) continue;
    const auto* known = std::find_if(std::begin(kNames), std::end(kNames),
                                     [&, k = std::string_view(key)](const Name& n) { return n.ours == k; });
    if (key == "tags") {
      out["Tag"] = tag_list(value);
    } else if (key == "ipv4Addresses") {
      for (const Json& address : items(value))
        out["PrivateIpAddresses"].push_back(Json::object({{"PrivateIpAddress", address}}));
    } else if (key == "ipv6Addresses" || key == "ipv4Prefixes" || key == "ipv6Prefixes") {
      const char* member = key == "ipv6Addresses" ? "Ipv6Address" : known->wire;
      for (const Json& one : items(value))
        out[key == "ipv6Addresses" ? "Ipv6Addresses" : known->wire].push_back(Json::object({{member, one}}));
    } else {
      out[known == std::end(kNames) ? upper_first(key) : known->wire] = data_value(value);
    }
  }
  return out;
}

Json data_value(const Json& value) {
  if (value.is_object()) return data_members(value);
  if (!value.is_array()) return value;
  Json::Array out;
  for (const Json& item : value.as_array()) out.push_back(data_value(item));
  return out;
}

// What belongs to the template and not to its data.
constexpr std::string_view kOwn[] = {"name", "namePrefix", "description", "defaultVersion", "updateDefaultVersion",
                                     "tags", "tagsAll",    "region"};

Json template_data(const Json& in) {
  Json data = in;
  for (std::string_view name : kOwn) data.erase(name);
  Json out = data_members(data);
  if (!out.has("UserData")) out["UserData"] = "";  // a version without user data says so
  return out;
}

Aws<Json> describe_template(Operation& op, const std::string& id) {
  return describe(op, "DescribeLaunchTemplates", "LaunchTemplateId", id, "launchTemplates");
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made = op.retry(
      minutes(2),
      [](const AwsError& e) { return e.is("InvalidParameterValue") && e.mentions("Invalid IAM Instance Profile"); },
      [&] {
        return op.ec2("CreateLaunchTemplate",
                      Json::object({{"LaunchTemplateName", text(in, "name")},
                                    {"VersionDescription", text(in, "description")},
                                    {"LaunchTemplateData", template_data(in)},
                                    {"ClientToken", Operation::token()},
                                    {"TagSpecification", tag_specification("launch-template", in)}}));
      });
  if (!made) return up(made);
  id = made->path("launchTemplate.launchTemplateId").string_or();
  return {};
}

void read_data(const Json& data, Json& out) {
  for (const char* name : {"imageId", "instanceType", "keyName", "userData", "kernelId", "ramDiskId",
                           "instanceInitiatedShutdownBehavior", "ebsOptimized"})
    put(out, name, data.at(name));
  for (const char* name : {"disableApiStop", "disableApiTermination"})
    if (data.has(name)) out[name] = flag(data.at(name));
  if (items(data.at("securityGroupIdSet")).size() > 0) out["vpcSecurityGroupIds"] = data.at("securityGroupIdSet");
  if (const Json& profile = data.at("iamInstanceProfile"); profile.is_object()) out["iamInstanceProfile"] = profile;
  if (const Json& options = data.at("metadataOptions"); options.is_object()) {
    Json metadata = Json::object();
    for (const char* name : {"httpEndpoint", "httpProtocolIpv6", "httpTokens", "instanceMetadataTags"})
      put(metadata, name, options.at(name));
    if (Json hops = number_or_null(options.at("httpPutResponseHopLimit")); !hops.is_null())
      metadata["httpPutResponseHopLimit"] = hops;
    out["metadataOptions"] = std::move(metadata);
  }
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto found = describe_template(op, id);
  if (!found || found->is_null()) return found;
  auto versions =
      unless(op.ec2("DescribeLaunchTemplateVersions",
                    Json::object({{"LaunchTemplateId", id}, {"LaunchTemplateVersion", Json::array({"$Latest"})}})),
             {"InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.VersionNotFound"});
  if (!versions || versions->is_null()) return versions;
  const Json& latest = versions->at("launchTemplateVersionSet").item(0);
  Json out;
  out["name"] = text(*found, "launchTemplateName");
  out["latestVersion"] = number(found->at("latestVersionNumber"));
  out["defaultVersion"] = number(found->at("defaultVersionNumber"));
  out["description"] = text(latest, "versionDescription");
  const auto creator = aws::Arn::parse(text(*found, "createdBy"));  // in the same account
  out["arn"] = ec2_arn(op, creator ? creator->account : "", "launch-template/" + id);
  read_data(latest.at("launchTemplateData"), out);
  out["tagsAll"] = tag_map(found->at("tagSet"));
  return out;
}

Aws<void> set_default(Operation& op, const std::string& id, const Json& version) {
  TRY_AWS(op.ec2("ModifyLaunchTemplate", Json::object({{"LaunchTemplateId", id}, {"SetDefaultVersion", version}})));
  return {};
}

bool data_changed(const Json& old, const Json& in) {
  return changed(old, in, "description") || !(template_data(old) == template_data(in));
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  Json latest;
  if (data_changed(old, in)) {
    auto made = op.ec2("CreateLaunchTemplateVersion", Json::object({{"LaunchTemplateId", id},
                                                                    {"VersionDescription", text(in, "description")},
                                                                    {"LaunchTemplateData", template_data(in)},
                                                                    {"ClientToken", Operation::token()}}));
    if (!made) return up(made);
    latest = made->path("launchTemplateVersion.versionNumber");
  }
  if (in.at("updateDefaultVersion").bool_or(false)) {
    if (latest.is_null()) {
      auto found = describe_template(op, id);
      if (!found) return up(found);
      latest = found->at("latestVersionNumber");
    }
    return set_default(op, id, latest);
  }
  if (changed(old, in, "defaultVersion") && in.has("defaultVersion"))
    return set_default(op, id, in.at("defaultVersion"));
  return {};
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  auto done = op.ec2("DeleteLaunchTemplate", Json::object({{"LaunchTemplateId", id}}));
  if (!done && !not_found(done.error())) return up(done);
  return {};
}

void check(const Json& in, const std::vector<std::string>&, std::vector<CheckFailure>& failures) {
  if (in.has("defaultVersion") && in.at("updateDefaultVersion").bool_or(false))
    failures.push_back(
        {"defaultVersion", "'defaultVersion' and 'updateDefaultVersion' exclude each other: leave one out"});
  if (in.has("instanceType") && in.has("instanceRequirements"))
    failures.push_back(
        {"instanceRequirements", "'instanceType' and 'instanceRequirements' exclude each other: leave one out"});
}

}  // namespace

extern const ResourceType kLaunchTemplate;
const ResourceType kLaunchTemplate = {.token = "aws:ec2/launchTemplate:LaunchTemplate",
                                      .naming = {.property = "name"},
                                      .sets = {"vpcSecurityGroupIds", "securityGroupNames"},
                                      .moves = {"latestVersion"},
                                      .create = create,
                                      .read = read,
                                      .update = update,
                                      .retag = retag_ec2,
                                      .remove = remove,
                                      .check = check};

}  // namespace drydock::aws_provider

// Launch templates and Auto Scaling groups.
#include "base/text.h"
#include "readers/pulumi/lift.h"

namespace drydock::readers::pulumi {
namespace {

Json texts_json(const std::vector<std::string>& list) { return Json::Array(list.begin(), list.end()); }

/// Names of the API's ResponseLaunchTemplateData for those members that may decide about nodes.
Json interface_of(const Fields& f, const std::string& at) {
  const std::string field = "launchTemplateData.networkInterfaceSet";
  Json out = Json::object({{"deviceIndex", f.text(at + "deviceIndex", field, "0")}});
  if (auto groups = f.refs(at + "securityGroups", field, {kSecurityGroup, kCluster}); !groups.empty())
    out["groupSet"] = texts_json(groups);
  if (auto open = f.text(at + "associatePublicIpAddress", field); !open.empty()) out["associatePublicIpAddress"] = open;
  if (auto subnet = f.ref(at + "subnetId", field, {kSubnet}); !subnet.empty()) out["subnetId"] = subnet;
  if (auto id = f.text(at + "networkInterfaceId", field); !id.empty()) out["networkInterfaceId"] = id;
  if (auto count = f.text(at + "ipv6AddressCount", field); !count.empty()) out["ipv6AddressCount"] = count;
  return out;
}

void user_data(Lift& lift, const Source& source, const Fields& f, Json& data) {
  const Json& value = source.at("userData");
  if (knowledge_of(value) == Knowledge::known) {
    if (!value.string_or().empty()) data["userData"] = value;
  } else if (auto computed = component_user_data(lift, source)) {
    data["userData"] = std::move(*computed);
  } else {
    f.unknown("userData", "launchTemplateData.userData");
  }
}

/// An image by its SSM parameter, in the words that launch templates have for it:
/// https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
void image(Lift& lift, const Source& source, const Fields& f, Json& data) {
  const Json& value = source.at("imageId");
  if (knowledge_of(value) == Knowledge::known) {
    if (!value.string_or().empty()) data["imageId"] = value;
  } else if (auto computed = component_image(lift, source)) {
    data["imageId"] = std::move(*computed);
  } else {
    f.unknown("imageId", "launchTemplateData.imageId");
  }
}

void block_devices(const Source& source, const Fields& f, Json& data) {
  const Json& devices = source.at("blockDeviceMappings");
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const std::string at = "blockDeviceMappings." + std::to_string(i) + ".";
    const std::string field = "launchTemplateData.blockDeviceMappingSet";
    Json ebs = Json::object();
    for (const char* name : {"encrypted", "kmsKeyId", "volumeSize", "volumeType", "snapshotId"})
      if (auto text = f.text(at + "ebs." + name, field); !text.empty()) ebs[name] = text;
    data["blockDeviceMappingSet"].push_back(
        Json::object({{"deviceName", f.text(at + "deviceName", field)}, {"ebs", std::move(ebs)}}));
  }
}

void metadata_options(const Fields& f, Json& data) {
  Json options = Json::object();
  for (const char* name :
       {"httpEndpoint", "httpTokens", "httpPutResponseHopLimit", "httpProtocolIpv6", "instanceMetadataTags"})
    if (auto text = f.text(std::string("metadataOptions.") + name, "launchTemplateData.metadataOptions"); !text.empty())
      options[name] = text;
  if (options.size() > 0) data["metadataOptions"] = std::move(options);
}

void tag_specifications(const Source& source, Json& data) {
  const Json& list = source.at("tagSpecifications");
  for (std::size_t i = 0; i < list.size(); ++i) {
    Json tags = Json::array();
    const Json& map = list.item(i).at("tags");
    if (map.is_object())
      for (const auto& [key, value] : map.as_object()) tags.push_back(Json::object({{"key", key}, {"value", value}}));
    data["tagSpecificationSet"].push_back(
        Json::object({{"resourceType", list.item(i).at("resourceType")}, {"tagSet", std::move(tags)}}));
  }
}

void launch_template(Lift& lift, const Source& source) {
  aws::LaunchTemplateVersion noun{.launchTemplateId = lift.key(source), .launchTemplateName = lift.name(source)};
  noun.versionNumber = source.exists() ? source.outputs.at("latestVersion").int_or(1) : 1;
  noun.defaultVersion = true;
  const Fields f(lift, source, cloud::ref_of(noun));
  Json data = Json::object();
  const std::string prefix = "launchTemplateData.";
  user_data(lift, source, f, data);
  image(lift, source, f, data);
  if (auto type = f.text("instanceType", prefix + "instanceType"); !type.empty()) data["instanceType"] = type;
  Json profile = Json::object();
  if (auto name = f.ref("iamInstanceProfile.name", prefix + "iamInstanceProfile", {kInstanceProfile}); !name.empty())
    profile["name"] = name;
  if (auto arn = f.arn("iamInstanceProfile.arn", prefix + "iamInstanceProfile", {kInstanceProfile}); !arn.empty())
    profile["arn"] = arn;
  if (profile.size() > 0) data["iamInstanceProfile"] = std::move(profile);
  const Json& interfaces = source.at("networkInterfaces");
  if (knowledge_of(interfaces) != Knowledge::known) f.unknown("networkInterfaces", prefix + "networkInterfaceSet");
  for (std::size_t i = 0; i < interfaces.size(); ++i)
    data["networkInterfaceSet"].push_back(interface_of(f, "networkInterfaces." + std::to_string(i) + "."));
  if (auto groups = f.refs("vpcSecurityGroupIds", prefix + "securityGroupIdSet", {kSecurityGroup, kCluster});
      !groups.empty())
    data["securityGroupIdSet"] = texts_json(groups);
  metadata_options(f, data);
  block_devices(source, f, data);
  tag_specifications(source, data);
  if (auto type = f.text("privateDnsNameOptions.hostnameType", prefix + "privateDnsNameOptions"); !type.empty())
    data["privateDnsNameOptions"] = Json::object({{"hostnameType", type}});
  if (auto market = f.text("instanceMarketOptions.marketType", prefix + "instanceMarketOptions"); !market.empty())
    data["instanceMarketOptions"] = Json::object({{"marketType", market}});
  noun.launchTemplateData = std::move(data);
  lift.made(source, f.noun());
  lift.world.launch_templates.push_back(std::move(noun));
}

/// By id, else by name; which version an unknown one is, is the newest the plan makes.
std::optional<aws::LaunchTemplateSpecification> template_of(Lift& lift, const Source& source, const Fields& f,
                                                            const std::string& at, const std::string& field) {
  aws::LaunchTemplateSpecification spec;
  if (!source.at(at).is_object()) return std::nullopt;
  spec.LaunchTemplateId = f.ref(at + ".id", field, {kLaunchTemplate});
  if (spec.LaunchTemplateId.empty()) spec.LaunchTemplateName = f.text(at + ".name", field);
  const Json& version = source.at(at + ".version");
  if (knowledge_of(version) == Knowledge::known) {
    spec.Version = version.is_string() ? version.as_string() : version.is_null() ? "$Default" : version.dump();
  } else {
    spec.Version = "$Latest";
    if (lift.sources.behind(source, at + ".version", {kLaunchTemplate}, 1).empty()) f.unknown(at + ".version", field);
  }
  return spec;
}

void group(Lift& lift, const Source& source) {
  aws::AutoScalingGroup noun{.AutoScalingGroupName = lift.key(source)};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.MinSize = f.number("minSize", "MinSize", 0);
  noun.MaxSize = f.number("maxSize", "MaxSize", 0);
  noun.DesiredCapacity = f.number("desiredCapacity", "DesiredCapacity", noun.MinSize);
  noun.LaunchTemplate = template_of(lift, source, f, "launchTemplate", "LaunchTemplate");
  if (const Json& mixed = source.at("mixedInstancesPolicy"); mixed.is_object()) {
    const std::string at = "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification";
    Json spec = Json::object({{"Version", f.text(at + ".version", "MixedInstancesPolicy", "$Default")}});
    if (auto id = f.ref(at + ".launchTemplateId", "MixedInstancesPolicy", {kLaunchTemplate}); !id.empty())
      spec["LaunchTemplateId"] = id;
    else
      spec["LaunchTemplateName"] = f.text(at + ".launchTemplateName", "MixedInstancesPolicy");
    Json whole = Json::object({{"LaunchTemplateSpecification", std::move(spec)}});
    const Json& overrides = mixed.path("launchTemplate.overrides");
    for (std::size_t i = 0; i < overrides.size(); ++i)
      if (const Json& type = overrides.item(i).at("instanceType"); type.is_string())
        whole["Overrides"].push_back(Json::object({{"InstanceType", type}}));
    noun.MixedInstancesPolicy = Json::object({{"LaunchTemplate", std::move(whole)}});
  }
  std::vector<std::string> subnets;
  if (auto chosen = component_worker_subnets(lift, source))
    subnets = std::move(*chosen);
  else
    subnets = f.refs("vpcZoneIdentifiers", "VPCZoneIdentifier", {kSubnet});
  noun.VPCZoneIdentifier = join(subnets, ",");
  noun.AvailabilityZones = f.texts("availabilityZones", "AvailabilityZones");
  const Json& tags = source.at("tags");
  for (std::size_t i = 0; i < tags.size(); ++i)
    noun.Tags.push_back({.ResourceId = noun.AutoScalingGroupName,
                         .Key = tags.item(i).at("key").string_or(),
                         .Value = tags.item(i).at("value").string_or(),
                         .PropagateAtLaunch = tags.item(i).at("propagateAtLaunch").bool_or(false)});
  if (has_unknowns(tags)) f.unknown("tags", "Tags");
  lift.made(source, f.noun());
  lift.world.auto_scaling_groups.push_back(std::move(noun));
}

}  // namespace

std::span<const TypeRow> compute_types() {
  static constexpr TypeRow kRows[] = {
      {kLaunchTemplate, 1, launch_template},
      {kGroup, 1, group},
  };
  return kRows;
}

}  // namespace drydock::readers::pulumi

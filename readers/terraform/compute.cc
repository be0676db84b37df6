// Launch templates, Auto Scaling groups, instances, images.
#include "base/text.h"
#include "readers/terraform/handlers.h"

namespace drydock::readers::terraform {
namespace {

using cloud::Ref;

constexpr const char* kData = "launchTemplateData";

std::string in_data(std::string_view field) { return std::string(kData) + "." + std::string(field); }

Json texts_json(const std::vector<std::string>& values) { return Json::Array(values.begin(), values.end()); }

Json tag_set(const Json& map) {
  Json out = Json::Array{};
  if (map.is_object())
    for (const auto& [key, value] : map.as_object())
      out.push_back(Json::object({{"key", key}, {"value", value.string_or()}}));
  return out;
}

void put_text(Json& into, const char* field, std::string value) {
  if (!value.empty()) into[field] = std::move(value);
}

// What is left open here is AWS's to choose; a plan has no other unknowns in it.
Json metadata_of(Context& c, const Block& b) {
  Json out = Json::object();
  put_text(out, "httpEndpoint", c.text(b, "http_endpoint", {}));
  put_text(out, "httpTokens", c.text(b, "http_tokens", {}));
  put_text(out, "httpProtocolIpv6", c.text(b, "http_protocol_ipv6", {}));
  put_text(out, "instanceMetadataTags", c.text(b, "instance_metadata_tags", {}));
  const std::int64_t hops = c.number(b, "http_put_response_hop_limit", {}, 0);
  if (hops > 0) out["httpPutResponseHopLimit"] = hops;
  return out;
}

Json interface_of(Context& c, const Block& b, const Ref& ref) {
  Json out = Json::object({{"deviceIndex", c.number(b, "device_index", {}, 0)}});
  const Json& public_address = b.at("associate_public_ip_address");
  if (!public_address.is_null() && public_address.string_or("x") != "")
    out["associatePublicIpAddress"] = c.flag(b, "associate_public_ip_address", {}, false);
  const auto groups =
      c.ids(b, "security_groups", Kind::security_group, {ref, in_data("networkInterfaceSet.0.groupSet")});
  if (!groups.empty()) out["groupSet"] = texts_json(groups);
  put_text(out, "subnetId", c.id(b, "subnet_id", Kind::subnet, {}));
  put_text(out, "networkInterfaceId", c.id(b, "network_interface_id", Kind::interface, {}));
  return out;
}

Json devices_of(Context& c, const Block& b, const Ref& ref) {
  Json out = Json::Array{};
  for (const Block& device : b.blocks("block_device_mappings")) {
    Json one = Json::object({{"deviceName", device.at("device_name").string_or()}});
    for (const Block& ebs : device.blocks("ebs")) {
      const std::string encrypted = ebs.at("encrypted").is_bool() ? (ebs.at("encrypted").as_bool() ? "true" : "")
                                                                  : ebs.at("encrypted").string_or();
      if (!encrypted.empty()) one["ebs"]["encrypted"] = encrypted == "true";
      const std::string key = c.id(ebs, "kms_key_id", Kind::kms_key, {ref, in_data("blockDeviceMappingSet")});
      if (!key.empty()) one["ebs"]["kmsKeyId"] = key;
      if (ebs.at("volume_size").is_int()) one["ebs"]["volumeSize"] = ebs.at("volume_size");
      if (ebs.has("volume_type")) one["ebs"]["volumeType"] = ebs.at("volume_type");
    }
    out.push_back(std::move(one));
  }
  return out;
}

Json profile_of(Context& c, const Block& b, const Ref& ref) {
  Json out;
  const Mark mark{ref, in_data("iamInstanceProfile")};
  const std::string name = c.id(b, "name", Kind::instance_profile_name, mark);
  const std::string arn = c.id(b, "arn", Kind::instance_profile_arn, mark);
  if (!name.empty()) out["name"] = name;
  if (!arn.empty()) out["arn"] = arn;
  return out;
}

void launch_template(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::LaunchTemplateVersion x;
  x.launchTemplateId = c.id_of(r);
  x.launchTemplateName = c.text(b, "name", {}, r.address);
  x.versionNumber = c.number(b, "latest_version", {}, 1);
  x.defaultVersion = true;
  const Ref ref = cloud::ref_of(x);
  Json data = Json::object();
  put_text(data, "imageId", c.text(b, "image_id", {ref, in_data("imageId")}));
  put_text(data, "instanceType", c.text(b, "instance_type", {ref, in_data("instanceType")}));
  put_text(data, "userData", c.text(b, "user_data", {ref, in_data("userData")}));
  put_text(data, "keyName", c.text(b, "key_name", {}));
  const auto groups = c.ids(b, "vpc_security_group_ids", Kind::security_group, {ref, in_data("securityGroupIdSet")});
  if (!groups.empty()) data["securityGroupIdSet"] = texts_json(groups);
  for (const Block& profile : b.blocks("iam_instance_profile"))
    if (Json found = profile_of(c, profile, ref); !found.is_null()) data["iamInstanceProfile"] = std::move(found);
  for (const Block& interface : b.blocks("network_interfaces"))
    data["networkInterfaceSet"].push_back(interface_of(c, interface, ref));
  for (const Block& options : b.blocks("metadata_options")) data["metadataOptions"] = metadata_of(c, options);
  for (const Block& names : b.blocks("private_dns_name_options"))
    put_text(data["privateDnsNameOptions"], "hostnameType", c.text(names, "hostname_type", {}));
  for (const Block& spec : b.blocks("tag_specifications"))
    data["tagSpecificationSet"].push_back(
        Json::object({{"resourceType", spec.at("resource_type").string_or()}, {"tagSet", tag_set(spec.at("tags"))}}));
  if (Json devices = devices_of(c, b, ref); devices.size() > 0) data["blockDeviceMappingSet"] = std::move(devices);
  x.launchTemplateData = std::move(data);
  c.world.launch_templates.push_back(std::move(x));
  c.stands(r, ref);
}

void auto_scaling_group(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::AutoScalingGroup x;
  x.AutoScalingGroupName = c.name_of(r);
  const Ref ref = cloud::ref_of(x);
  x.AutoScalingGroupARN = b.at("arn").string_or();
  x.VPCZoneIdentifier = join(c.ids(b, "vpc_zone_identifier", Kind::subnet, {ref, "VPCZoneIdentifier"}), ",");
  x.AvailabilityZones = c.texts(b, "availability_zones", {});
  x.MinSize = c.number(b, "min_size", {ref, "MinSize"}, 0);
  x.MaxSize = c.number(b, "max_size", {ref, "MaxSize"}, 0);
  x.DesiredCapacity = c.number(b, "desired_capacity", {ref, "DesiredCapacity"}, x.MinSize);
  for (const Block& lt : b.blocks("launch_template"))
    x.LaunchTemplate = launch_template_of(c, lt, ref, "LaunchTemplate");
  for (const Block& mixed : b.blocks("mixed_instances_policy")) {
    const Block spec = mixed.block("launch_template").block("launch_template_specification");
    x.LaunchTemplate = launch_template_of(c, spec, ref, "LaunchTemplate");
    Json overrides = Json::Array{};
    for (const Block& o : mixed.block("launch_template").blocks("override"))
      if (o.has("instance_type")) overrides.push_back(Json::object({{"InstanceType", o.at("instance_type")}}));
    x.MixedInstancesPolicy = Json::object({{"LaunchTemplate", Json::object({{"Overrides", overrides}})}});
  }
  for (const Block& tag : b.blocks("tag")) {
    aws::AutoScalingTag one;
    one.ResourceId = x.AutoScalingGroupName;
    one.Key = tag.at("key").string_or();
    one.Value = c.text(tag, "value", {ref, "Tags"});
    one.PropagateAtLaunch = c.flag(tag, "propagate_at_launch", {}, false);
    x.Tags.push_back(std::move(one));
  }
  if (b.is_hidden("tag")) c.note_unknown({ref, "Tags"}, b, "tag");
  x.TargetGroupARNs = c.texts(b, "target_group_arns", {});
  c.world.auto_scaling_groups.push_back(std::move(x));
  c.stands(r, ref);
}

// aws_autoscaling_group_tag
void auto_scaling_tag(Context& c, const Resource& r) {
  const Block b = block_of(r);
  auto* group = c.noun(c.world.auto_scaling_groups, c.id(b, "autoscaling_group_name", Kind::auto_scaling_group, {}));
  if (!group) return;  // of a managed node group, whose own group is not in the plan
  const Block tag = b.block("tag");
  aws::AutoScalingTag one;
  one.ResourceId = group->AutoScalingGroupName;
  one.Key = tag.at("key").string_or();
  one.Value = tag.at("value").string_or();
  one.PropagateAtLaunch = tag.at("propagate_at_launch").bool_or(false);
  c.adds(r, cloud::ref_of(*group), "Tags", fields::encode(one));
  group->Tags.push_back(std::move(one));
}

void instance(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Instance x;
  x.instanceId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.imageId = c.text(b, "ami", {ref, "imageId"});
  x.instanceType = c.text(b, "instance_type", {ref, "instanceType"}, "m1.small");
  x.subnetId = c.id(b, "subnet_id", Kind::subnet, {ref, "subnetId"});
  if (const auto* subnet = c.noun(c.world.subnets, x.subnetId)) {
    x.vpcId = subnet->vpcId;
    x.availabilityZone = subnet->availabilityZone;
  }
  x.privateIpAddress = c.text(b, "private_ip", {});
  x.instanceState = {16, "running"};
  for (const std::string& group : c.ids(b, "vpc_security_group_ids", Kind::security_group, {ref, "groupSet"}))
    x.groupSet.push_back({group, ""});
  const std::string profile = c.id(b, "iam_instance_profile", Kind::instance_profile_name, {ref, "iamInstanceProfile"});
  if (!profile.empty()) {
    const auto* noun = c.noun(c.world.instance_profiles, profile);
    x.iamInstanceProfile =
        aws::IamInstanceProfileRef{noun ? noun->Arn : c.arn("iam", "", "instance-profile/" + profile), profile};
  }
  x.userData = c.text(b, "user_data_base64", {ref, "userData"});
  for (const Block& options : b.blocks("metadata_options")) {
    x.metadataOptions.httpTokens = c.text(options, "http_tokens", {}, "optional");
    x.metadataOptions.httpEndpoint = c.text(options, "http_endpoint", {}, "enabled");
    x.metadataOptions.httpPutResponseHopLimit = c.number(options, "http_put_response_hop_limit", {}, 1);
  }
  x.tagSet = tags(c, b);
  c.world.instances.push_back(std::move(x));
  c.stands(r, ref);
}

void image(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Image x;
  x.imageId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.name = b.at("name").string_or();
  x.description = b.at("description").string_or();
  x.imageOwnerId = b.at("owner_id").string_or();
  x.imageOwnerAlias = b.at("image_owner_alias").string_or();
  x.architecture = b.at("architecture").string_or("x86_64");
  x.platformDetails = b.at("platform_details").string_or("Linux/UNIX");
  if (c.noun(c.world.images, x.imageId)) return;
  c.world.images.push_back(std::move(x));
  c.stands(r, ref);
}

void network_interface(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::NetworkInterface x;
  x.networkInterfaceId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.subnetId = c.id(b, "subnet_id", Kind::subnet, {ref, "subnetId"});
  if (const auto* subnet = c.noun(c.world.subnets, x.subnetId)) x.vpcId = subnet->vpcId;
  x.privateIpAddress = c.text(b, "private_ip", {});
  x.sourceDestCheck = c.flag(b, "source_dest_check", {}, true);
  for (const std::string& group : c.ids(b, "security_groups", Kind::security_group, {ref, "groupSet"}))
    x.groupSet.push_back({group, ""});
  c.world.network_interfaces.push_back(std::move(x));
  c.stands(r, ref);
}

}  // namespace

std::optional<aws::LaunchTemplateSpecification> launch_template_of(Context& c, const Block& b, const Ref& noun,
                                                                   const std::string& field) {
  aws::LaunchTemplateSpecification x;
  const char* id = b.has("launch_template_id") || b.is_unknown("launch_template_id") ? "launch_template_id" : "id";
  x.LaunchTemplateId = c.id(b, id, Kind::launch_template, {noun, field});
  x.LaunchTemplateName = c.text(b, b.has("launch_template_name") ? "launch_template_name" : "name", {});
  // The version a template is made with is its first; `latest_version` of a planned one is known after apply.
  x.Version = b.at("version").string_or(b.at("version").is_int() ? std::to_string(b.at("version").as_int()) : "");
  if (x.Version->empty()) x.Version = b.is_unknown("version") ? "$Latest" : "$Default";
  if (x.LaunchTemplateId.empty() && x.LaunchTemplateName.empty()) return std::nullopt;
  if (x.LaunchTemplateId.empty())
    for (const auto& known : c.world.launch_templates)
      if (known.launchTemplateName == x.LaunchTemplateName) x.LaunchTemplateId = known.launchTemplateId;
  return x;
}

std::vector<Handler> compute_handlers() {
  return {{"data.aws_ami", image},
          {"aws_ami", image},
          {"aws_launch_template", launch_template},
          {"aws_network_interface", network_interface},
          {"aws_autoscaling_group", auto_scaling_group},
          {"aws_autoscaling_group_tag", auto_scaling_tag},
          {"aws_instance", instance}};
}

}  // namespace drydock::readers::terraform

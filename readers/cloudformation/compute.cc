// Launch templates, launch configurations and Auto Scaling groups.
#include "base/text.h"
#include "readers/cloudformation/stack.h"

namespace drydock::readers::cloudformation {
namespace {

void launch_template(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::LaunchTemplateVersion::kTable, id + ":1"});
  aws::LaunchTemplateVersion x{.launchTemplateId = id, .launchTemplateName = p.text("LaunchTemplateName", "", id)};
  x.defaultVersion = true;
  x.launchTemplateData = launch_template_data(p.raw("LaunchTemplateData", "launchTemplateData"));
  s.add(s.world.launch_templates, std::move(x), id);
}

/// The older form of a launch template; it becomes one.
void launch_configuration(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::LaunchTemplateVersion::kTable, id + ":1"});
  const auto field = [](const char* name) { return std::string("launchTemplateData.") + name; };
  aws::LaunchTemplateVersion x{.launchTemplateId = id, .launchTemplateName = id, .defaultVersion = true};
  Json data = Json::object();
  for (const auto& [name, noun] : {std::pair("ImageId", "imageId"), std::pair("InstanceType", "instanceType"),
                                   std::pair("UserData", "userData"), std::pair("KeyName", "keyName")})
    if (std::string v = p.text(name, field(noun)); !v.empty()) data[noun] = v;
  if (std::string profile = p.text("IamInstanceProfile", field("iamInstanceProfile")); !profile.empty())
    data["iamInstanceProfile"] = Json::object({{profile.starts_with("arn:") ? "arn" : "name", profile}});
  Json groups = Json::array();
  for (const std::string& group : p.texts("SecurityGroups", field("securityGroupIdSet"))) groups.push_back(group);
  if (p.has("AssociatePublicIpAddress")) {
    Json interface = Json::object({{"deviceIndex", 0}, {"groupSet", std::move(groups)}});
    interface["associatePublicIpAddress"] = p.flag("AssociatePublicIpAddress", field("networkInterfaceSet"), false);
    data["networkInterfaceSet"] = Json::array({std::move(interface)});
  } else {
    data["securityGroupIdSet"] = std::move(groups);
  }
  data["metadataOptions"] = launch_template_data(p.raw("MetadataOptions", field("metadataOptions")));
  x.launchTemplateData = std::move(data);
  s.add(s.world.launch_templates, std::move(x), id);
}

void auto_scaling_group(Stack& s, const std::string& id) {
  const std::string name = name_of(s.eval, s.source, id);
  const Props p(s, id, {aws::AutoScalingGroup::kTable, name});
  aws::AutoScalingGroup x{.AutoScalingGroupName = name};
  const Props choice = p.child("LaunchTemplate");
  if (p.has("LaunchTemplate")) {
    x.LaunchTemplate =
        aws::LaunchTemplateSpecification{.LaunchTemplateId = choice.text("LaunchTemplateId", "LaunchTemplate"),
                                         .LaunchTemplateName = choice.text("LaunchTemplateName", "LaunchTemplate"),
                                         .Version = choice.text("Version", "LaunchTemplate")};
  } else if (p.has("LaunchConfigurationName")) {
    x.LaunchTemplate = aws::LaunchTemplateSpecification{
        .LaunchTemplateId = p.text("LaunchConfigurationName", "LaunchTemplate"), .Version = "1"};
  }
  if (p.has("MixedInstancesPolicy")) x.MixedInstancesPolicy = p.raw("MixedInstancesPolicy", "MixedInstancesPolicy");
  x.MinSize = p.number("MinSize", "MinSize", 0);
  x.MaxSize = p.number("MaxSize", "MaxSize", 0);
  x.DesiredCapacity = p.number("DesiredCapacity", "DesiredCapacity", x.MinSize);
  x.AvailabilityZones = p.texts("AvailabilityZones", "AvailabilityZones");
  x.VPCZoneIdentifier = join(p.texts("VPCZoneIdentifier", "VPCZoneIdentifier"), ",");
  for (const Props& tag : p.children("Tags", "Tags"))
    x.Tags.push_back({.ResourceId = name,
                      .Key = tag.text("Key", ""),
                      .Value = tag.text("Value", ""),
                      .PropagateAtLaunch = tag.flag("PropagateAtLaunch", "", false)});
  s.add(s.world.auto_scaling_groups, std::move(x), id);
}

void kms_key(Stack& s, const std::string& id) {
  const Props p(s, id, {cloud::KmsKey::kTable, id});
  cloud::KmsKey x{.keyId = id, .arn = s.eval.arn("kms", s.eval.region(), s.eval.account(), "key/" + id)};
  if (!p.flag("Enabled", "state", true)) x.state = "Disabled";
  x.policy = p.document("KeyPolicy", "policy");
  s.add(s.world.kms_keys, std::move(x), id);
}

}  // namespace

std::vector<Handler> compute_handlers() {
  return {{"AWS::KMS::Key", 0, kms_key},
          {"AWS::EC2::LaunchTemplate", 2, launch_template},
          {"AWS::AutoScaling::LaunchConfiguration", 2, launch_configuration},
          {"AWS::AutoScaling::AutoScalingGroup", 3, auto_scaling_group}};
}

}  // namespace drydock::readers::cloudformation

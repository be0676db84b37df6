#include "base/hash.h"
#include "cloud/eks/user_data.h"
#include "providers/eks/parts.h"

namespace drydock::eks_provider {

using eks::make_user_data;
using eks::UserDataSettings;

namespace {

/// Options that only a launch template can carry.
bool needs_launch_template(const ComponentInputs& in) {
  for (const char* name : {"bootstrapExtraArgs", "kubeletExtraArgs", "bottlerocketSettings", "nodeadmExtraOptions",
                           "enableIMDSv2", "userData", "amiId", "enableEfaSupport"})
    if (in.has(name)) return true;
  return false;
}

/// EKS puts its own NodeConfig before these parts unless the image is the user's own.
Output<std::string> managed_user_data(const Core& core, const ComponentInputs& in) {
  if (in.has("userData"))
    return in.output<std::string>("userData").apply([](const std::string& text) { return base64(text); });
  const auto& v = core.values;
  return all(in.only({"kubeletExtraArgs", "nodeadmExtraOptions"}).whole(), v.name, v.endpoint, v.certificate,
             v.service_cidr)
      .apply([](const PropertyMap& options, const std::string& name, const std::string& endpoint,
                const std::string& certificate, const std::string& cidr) {
        UserDataSettings s;
        s.name = name;
        s.endpoint = endpoint;
        s.certificate = certificate;
        s.service_cidr = cidr;
        s.kubelet_args = at(options, "kubeletExtraArgs").string_or();
        if (const auto& parts = at(options, "nodeadmExtraOptions"); parts.is_list())
          for (const auto& one : parts.as_list())
            s.more.push_back({one.at("contentType").string_or(), one.at("content").string_or()});
        return base64(make_user_data(s));
      });
}

aws::ec2::LaunchTemplate make_launch_template(ComponentHost& host, const Core& core) {
  const auto& in = host.inputs();
  for (const char* name : {"bootstrapExtraArgs", "bottlerocketSettings", "enableEfaSupport"})
    if (in.has(name)) throw ProgramError(std::string("not supported yet: ManagedNodeGroup.") + name);
  if (in.has("launchTemplate")) {
    throw ProgramError(
        "launchTemplate excludes kubeletExtraArgs, nodeadmExtraOptions, enableIMDSv2, userData and amiId: put them "
        "into it");
  }
  aws::ec2::LaunchTemplateArgs args{.tags = tags_of(in, "tags")};
  if (in.has("userData") || in.has("amiId") || in.has("kubeletExtraArgs") || in.has("nodeadmExtraOptions")) {
    args.userData = managed_user_data(core, in);
  }
  hand_on(args.imageId, in.input("amiId"));
  args.metadataOptions.httpEndpoint = "enabled";
  args.metadataOptions.httpPutResponseHopLimit = 2;
  args.metadataOptions.httpTokens =
      (in.has("enableIMDSv2") ? in.output<bool>("enableIMDSv2") : output_of(false)).apply([](bool on) {
        return std::string(on ? "required" : "optional");
      });
  return aws::ec2::LaunchTemplate(host.ctx(), host.name() + "-launchTemplate", args, {.parent = host.self()});
}

}  // namespace

AnyInputs make_managed_node_group(ComponentHost& host) {
  const auto& in = host.inputs();
  if (in.has("nodeRole") == in.has("nodeRoleArn"))
    throw ProgramError("give one of nodeRole and nodeRoleArn, the role of the nodes");
  auto core = core_of(host);
  aws::eks::NodeGroupArgs args{
      .clusterName = in.has("clusterName") ? in.output<std::string>("clusterName") : core.values.name,
      .nodeRoleArn =
          in.has("nodeRole") ? in.resource<aws::iam::Role>("nodeRole").arn : in.output<std::string>("nodeRoleArn"),
      .subnetIds = in.has("subnetIds") ? in.output<std::vector<std::string>>("subnetIds") : core.subnet_ids};
  hand_on(args.capacityType, in.input("capacityType"));
  hand_on(args.diskSize, in.input("diskSize"));
  hand_on(args.forceUpdateVersion, in.input("forceUpdateVersion"));
  static_cast<InputValue&>(args.instanceTypes) = in.input("instanceTypes");
  static_cast<InputValue&>(args.labels) = in.input("labels");
  hand_on(args.nodeGroupName, in.input("nodeGroupName"));
  hand_on(args.nodeGroupNamePrefix, in.input("nodeGroupNamePrefix"));
  hand_on(args.remoteAccess.whole_, in.input("remoteAccess"));
  static_cast<InputValue&>(args.tags) = in.input("tags");
  static_cast<InputValue&>(args.taints) = in.input("taints");
  if (in.has("scalingConfig")) {
    hand_on(args.scalingConfig.whole_, in.input("scalingConfig"));
  } else {
    args.scalingConfig = {.desiredSize = 2, .maxSize = 2, .minSize = 1};
  }
  // With user data or an image of one's own, EKS chooses neither version nor image.
  const bool own_image = in.has("userData") || in.has("amiId");
  if (!own_image) {
    hand_on(args.amiType, in.input("amiType"));
    hand_on(args.releaseVersion, in.input("releaseVersion"));
    hand_on(args.version, in.has("version") ? in.input("version") : AnyInput(core.values.version));
  }
  if (needs_launch_template(in)) {
    auto lt = make_launch_template(host, core);
    args.launchTemplate.id = lt.id;
    args.launchTemplate.version = lt.latestVersion.apply([](int version) { return std::to_string(version); });
  } else {
    hand_on(args.launchTemplate.whole_, in.input("launchTemplate"));
  }
  ResourceOptions options{.parent = host.self()};
  if (in.plain_or<bool>("ignoreScalingChanges", false)) options.ignoreChanges = {"scalingConfig.desiredSize"};
  // The nodes must be let in before they come: what the cluster's core names is waited for by naming it.
  aws::eks::NodeGroup group(host.ctx(), host.name(), args, options);
  return AnyInputs{{"nodeGroup", group}, {"placementGroupName", ""}};
}

}  // namespace drydock::eks_provider

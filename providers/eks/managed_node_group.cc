// Component eks:index:ManagedNodeGroup: a node group of EKS's own, with a launch template where an option needs one.
#include <algorithm>

#include "base/hash.h"
#include "providers/eks/images.h"

namespace drydock::eks_provider {

namespace {

const std::vector<std::string> kUserDataOptions = {"bootstrapExtraArgs", "kubeletExtraArgs", "bottlerocketSettings",
                                                   "nodeadmExtraOptions"};

bool has_any(const ComponentInputs& in, const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (in.has(name)) return true;
  return false;
}

/// Nodes then start from an image that the template names, and EKS adds nothing to their user data.
bool own_user_data(const ComponentInputs& in) {
  return has_any(in, kUserDataOptions) || in.has("userData") || in.has("amiId");
}
bool needs_launch_template(const ComponentInputs& in) { return own_user_data(in) || in.has("enableIMDSv2"); }

void refuse(bool wrong, const std::string& why) {
  if (wrong) throw ProgramError(why);
}

void validate(const ComponentInputs& in) {
  refuse(in.has("nodeRole") == in.has("nodeRoleArn"), "give one of nodeRole and nodeRoleArn, the role of the nodes");
  refuse(in.has("enableEfaSupport") && in.plain<bool>("enableEfaSupport"),
         "not supported yet: ManagedNodeGroup.enableEfaSupport");
  for (const char* name : {"gpu", "amiType"})
    refuse(in.has("amiId") && in.has(name), std::string("amiId and ") + name + " exclude each other; give one");
  refuse(in.has("userData") && has_any(in, kUserDataOptions),
         "userData is the whole user data: put what bootstrapExtraArgs, kubeletExtraArgs, bottlerocketSettings and "
         "nodeadmExtraOptions say into it");
  refuse(in.has("launchTemplate") && needs_launch_template(in),
         "launchTemplate excludes bootstrapExtraArgs, kubeletExtraArgs, bottlerocketSettings, nodeadmExtraOptions, "
         "enableIMDSv2, userData and amiId: put them into it");
}

/// "NO_SCHEDULE" of EKS is "NoSchedule" of Kubernetes.
std::string kubernetes_effect(const std::string& effect) {
  if (effect == "NO_SCHEDULE") return "NoSchedule";
  if (effect == "NO_EXECUTE") return "NoExecute";
  if (effect == "PREFER_NO_SCHEDULE") return "PreferNoSchedule";
  throw ProgramError("taints: effect '" + effect + "' is none of NO_SCHEDULE, NO_EXECUTE and PREFER_NO_SCHEDULE");
}

Output<std::string> user_data(ComponentHost& host, const ClusterValues& cluster) {
  const auto& in = host.inputs();
  if (in.has("userData"))
    return in.output<std::string>("userData").apply([](const std::string& text) { return base64(text); });
  auto names = kUserDataOptions;
  names.insert(names.end(), {"labels", "taints"});
  return user_data_of(cluster, in.only(names),
                      [group = host.name(), system = image_kind(in).system](const PropertyMap& options) {
                        auto s = common_settings(options);
                        s.system = system;
                        s.managed = true;
                        s.group = group;
                        if (const auto& taints = at(options, "taints"); taints.is_list())
                          for (const auto& taint : taints.as_list())
                            s.taints[taint.at("key").string_or()] = {taint.at("value").string_or(),
                                                                     kubernetes_effect(taint.at("effect").string_or())};
                        return s;
                      });
}

Output<std::vector<std::string>> instance_types(const ComponentInputs& in) {
  return in.has("instanceTypes") ? in.output<std::vector<std::string>>("instanceTypes")
                                 : Texts(std::vector<std::string>());
}

aws::ec2::LaunchTemplate make_launch_template(ComponentHost& host, const ClusterValues& cluster) {
  const auto& in = host.inputs();
  aws::ec2::LaunchTemplateArgs args;
  if (own_user_data(in)) {
    args.userData = user_data(host, cluster);
    args.imageId = image_id(host.ctx(), host.self(), in, cluster.version, instance_types(in));
  }
  if (in.has("enableIMDSv2")) {
    args.metadataOptions.httpEndpoint = "enabled";
    args.metadataOptions.httpPutResponseHopLimit = 2;
    args.metadataOptions.httpTokens =
        in.output<bool>("enableIMDSv2").apply([](bool on) { return std::string(on ? "required" : "optional"); });
  }
  if (in.has("diskSize")) {
    aws::ec2::LaunchTemplateBlockDeviceMappingArgs disk;
    disk.deviceName = image_kind(in).system == NodeSystem::bottlerocket ? "/dev/xvdb" : "/dev/xvda";
    hand_on(disk.ebs.volumeSize, in.input("diskSize"));
    args.blockDeviceMappings = {disk};
  }
  return aws::ec2::LaunchTemplate(host.ctx(), host.name() + "-launchTemplate", args, {.parent = host.self()});
}

/// Without access entries a role that aws-auth does not name would never be let in.
Output<std::string> role_that_is_let_in(const ComponentInputs& in, const Core& core) {
  auto arn = in.has("nodeRole") ? in.resource<aws::iam::Role>("nodeRole").arn : in.output<std::string>("nodeRoleArn");
  return all(arn, core.values.authentication_mode, core.instance_role_arns)
      .apply([](const std::string& role, const std::string& mode, const std::vector<std::string>& let_in) {
        const bool entries = mode == "API" || mode == "API_AND_CONFIG_MAP";
        refuse(!entries && std::find(let_in.begin(), let_in.end(), role) == let_in.end(),
               "nodeRole '" + role +
                   "' is not among the cluster's instanceRoles, so its nodes would not be let in: name it there, or "
                   "give the cluster authenticationMode API_AND_CONFIG_MAP");
        return role;
      });
}

}  // namespace

AnyInputs make_managed_node_group(ComponentHost& host) {
  const auto& in = host.inputs();
  validate(in);
  auto core = core_of(host);
  if (in.has("clusterName")) core.values.name = in.output<std::string>("clusterName");
  aws::eks::NodeGroupArgs args{
      .clusterName = core.values.name,
      .nodeRoleArn = role_that_is_let_in(in, core),
      .subnetIds = in.has("subnetIds") ? in.output<std::vector<std::string>>("subnetIds") : core.subnet_ids};
  hand_on(args.capacityType, in.input("capacityType"));
  hand_on(args.forceUpdateVersion, in.input("forceUpdateVersion"));
  static_cast<InputValue&>(args.instanceTypes) = in.input("instanceTypes");
  static_cast<InputValue&>(args.labels) = in.input("labels");
  hand_on(args.nodeGroupName, in.input("nodeGroupName"));
  hand_on(args.nodeGroupNamePrefix, in.input("nodeGroupNamePrefix"));
  hand_on(args.remoteAccess.whole_, in.input("remoteAccess"));
  static_cast<InputValue&>(args.tags) = in.input("tags");
  static_cast<InputValue&>(args.taints) = in.input("taints");
  const auto scaling = in.has("scalingConfig") ? in.inside("scalingConfig") : in.only({});
  auto size = [&](const char* name, int otherwise) {
    return scaling.has(name) ? scaling.output<int>(name) : output_of(otherwise);
  };
  args.scalingConfig.desiredSize = size("desiredSize", 2);
  args.scalingConfig.maxSize = size("maxSize", 2);
  args.scalingConfig.minSize = size("minSize", 1);
  if (!own_user_data(in)) {
    hand_on(args.amiType, in.input("amiType"));
    if (!in.has("amiType") && in.has("operatingSystem")) {
      args.amiType = instance_types(in).apply([kind = image_kind(in)](const std::vector<std::string>& types) {
        return ami_type(kind, architecture_of(types));
      });
    }
    hand_on(args.releaseVersion, in.input("releaseVersion"));
    hand_on(args.version, in.input("version"));
    if (!in.has("version") && !in.has("launchTemplate")) args.version = core.values.version;
  }
  if (needs_launch_template(in)) {
    auto lt = make_launch_template(host, core.values);
    args.launchTemplate.id = lt.id;
    args.launchTemplate.version = lt.latestVersion.apply([](int version) { return std::to_string(version); });
  } else {
    hand_on(args.diskSize, in.input("diskSize"));
    hand_on(args.launchTemplate.whole_, in.input("launchTemplate"));
  }
  ResourceOptions options{.parent = host.self()};
  if (in.plain_or<bool>("ignoreScalingChanges", false)) options.ignoreChanges = {"scalingConfig.desiredSize"};
  // The nodes are let in before they come: the core that was taken above is there only after the cluster's aws-auth.
  aws::eks::NodeGroup group(host.ctx(), host.name(), args, options);
  return AnyInputs{{"nodeGroup", group}, {"placementGroupName", ""}};
}

}  // namespace drydock::eks_provider

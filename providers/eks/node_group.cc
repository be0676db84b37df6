// Self-managed nodes: a launch template with the user data, and an Auto Scaling group.
#include "base/hash.h"
#include "providers/eks/images.h"
#include "providers/eks/parts.h"

namespace drydock::eks_provider {

namespace {

using aws::autoscaling::GroupTagArgs;

/// An option that is a constant of the program; empty when it was not given.
std::string known_text(const ComponentInputs& options, const std::string& name) {
  return options.plain_or<std::string>(name, "");
}

UserDataSettings settings_from(const PropertyMap& options) {
  auto s = common_settings(options);
  s.script = at(options, "nodeUserData").string_or();
  if (const auto& taints = at(options, "taints"); taints.is_map())
    for (const auto& [key, taint] : taints.as_map())
      s.taints[key] = {taint.at("value").string_or(), taint.at("effect").string_or()};
  return s;
}

Output<std::string> user_data(const std::string& name, const ClusterFacts& facts, const ComponentInputs& options) {
  if (options.has("nodeUserDataOverride")) {
    for (const char* other : {"nodeUserData", "labels", "taints", "kubeletExtraArgs", "bootstrapExtraArgs"})
      if (options.has(other))
        throw ProgramError(std::string("nodeUserDataOverride excludes ") + other + "; give one of them");
    return options.output<std::string>("nodeUserDataOverride").apply([](const std::string& text) {
      return base64(text);
    });
  }
  const auto given = options.only({"kubeletExtraArgs", "bootstrapExtraArgs", "nodeUserData", "labels", "taints",
                                   "nodeadmExtraOptions", "bottlerocketSettings"});
  return user_data_of(facts.values, given, [name, system = image_kind(options).system](const PropertyMap& values) {
    auto s = settings_from(values);
    s.system = system;
    s.group = name;
    return s;
  });
}

AnyInput boolean_text(const ComponentInputs& options, const std::string& name, bool otherwise) {
  if (!options.has(name)) return AnyInput(otherwise ? "true" : "false");
  return options.output<bool>(name).apply([](bool on) { return std::string(on ? "true" : "false"); });
}

/// The volume that grows: the root, or on Bottlerocket, whose root never changes, the one with the data.
Output<std::string> volume_name(Context& ctx, const Resource& parent, const Output<std::string>& image,
                                NodeSystem system) {
  auto found = aws::ec2::GetAmi(
      ctx,
      {.filters = {{.name = "image-id", .values = {image}}}, .includeDeprecated = true, .owners = {"self", "amazon"}},
      {.parent = parent});
  if (system != NodeSystem::bottlerocket) return found.get(&aws::ec2::GetAmiResult::rootDeviceName);
  return found.apply([](const aws::ec2::GetAmiResult& ami) {
    for (const auto& device : ami.blockDeviceMappings)
      if (device.deviceName != ami.rootDeviceName) return device.deviceName;
    return std::string("/dev/xvdb");
  });
}

/// The image's own root volume stays as it is unless an option says otherwise (AL2: always 20 GiB of gp2).
void add_root_volume(Context& ctx, const Resource& parent, const ComponentInputs& options,
                     const Output<std::string>& image, aws::ec2::LaunchTemplateArgs& args) {
  const auto system = image_kind(options).system;
  bool wanted = system == NodeSystem::al2;
  for (const char* name : {"nodeRootVolumeSize", "nodeRootVolumeType", "nodeRootVolumeIops", "nodeRootVolumeThroughput",
                           "nodeRootVolumeEncrypted", "nodeRootVolumeDeleteOnTermination", "encryptRootBlockDevice"})
    wanted = wanted || options.has(name);
  if (!wanted) return;
  const auto type = known_text(options, "nodeRootVolumeType");
  if (options.has("nodeRootVolumeIops") && type != "io1")
    throw ProgramError("nodeRootVolumeIops needs nodeRootVolumeType io1");
  if (options.has("nodeRootVolumeThroughput") && type != "gp3") {
    throw ProgramError("nodeRootVolumeThroughput needs nodeRootVolumeType gp3");
  }
  aws::ec2::LaunchTemplateBlockDeviceMappingArgs device;
  device.deviceName = volume_name(ctx, parent, image, system);
  hand_on(device.ebs.deleteOnTermination, boolean_text(options, "nodeRootVolumeDeleteOnTermination", true));
  const char* encrypted = options.has("nodeRootVolumeEncrypted") ? "nodeRootVolumeEncrypted" : "encryptRootBlockDevice";
  hand_on(device.ebs.encrypted, boolean_text(options, encrypted, false));
  hand_on(device.ebs.volumeSize,
          options.has("nodeRootVolumeSize") ? options.input("nodeRootVolumeSize") : AnyInput(20));
  hand_on(device.ebs.volumeType,
          options.has("nodeRootVolumeType") ? options.input("nodeRootVolumeType") : AnyInput("gp2"));
  hand_on(device.ebs.iops, options.input("nodeRootVolumeIops"));
  hand_on(device.ebs.throughput, options.input("nodeRootVolumeThroughput"));
  args.blockDeviceMappings = {device};
}

struct Groups {
  std::optional<aws::ec2::SecurityGroup> own;
  Output<std::string> id;
  Input<std::vector<std::string>> all;
};

Groups security_groups(Context& ctx, const std::string& name, const Resource& parent, const ClusterFacts& facts,
                       const ComponentInputs& options) {
  if (options.has("nodeSecurityGroup") && options.has("nodeSecurityGroupId")) {
    throw ProgramError("nodeSecurityGroup and nodeSecurityGroupId exclude each other; give one");
  }
  Groups out;
  if (options.has("nodeSecurityGroup")) {
    if (!options.has("clusterIngressRule") && !options.has("clusterIngressRuleId")) {
      throw ProgramError("nodeSecurityGroup needs clusterIngressRule, the rule that lets these nodes reach the API");
    }
    out.own = options.resource<aws::ec2::SecurityGroup>("nodeSecurityGroup");
    out.id = out.own->id;
  } else if (options.has("nodeSecurityGroupId")) {
    if (!options.has("clusterIngressRule") && !options.has("clusterIngressRuleId")) {
      throw ProgramError(
          "nodeSecurityGroupId needs clusterIngressRuleId, the rule that lets these nodes reach the API");
    }
    out.id = options.output<std::string>("nodeSecurityGroupId");
  } else {
    out.own = facts.node_security_group
                  ? *facts.node_security_group
                  : make_node_security_group(ctx, name, parent, facts.vpc_id, facts.cluster_security_group_id,
                                             facts.values.name, facts.node_security_group_tags)
                        .group;
    out.id = out.own->id;
  }
  out.all.push_back(out.id);
  for (const auto& extra : options.resources<aws::ec2::SecurityGroup>("extraNodeSecurityGroups"))
    out.all.push_back(extra.id);
  return out;
}

Output<std::string> profile_name(const ComponentInputs& options, const std::optional<Output<std::string>>& of_cluster) {
  if (options.has("instanceProfile") && options.has("instanceProfileName")) {
    throw ProgramError("instanceProfile and instanceProfileName exclude each other; give one");
  }
  if (options.has("instanceProfile")) return options.resource<aws::iam::InstanceProfile>("instanceProfile").name;
  if (options.has("instanceProfileName")) return options.output<std::string>("instanceProfileName");
  if (!of_cluster)
    throw ProgramError("a node group needs an instance profile: give instanceProfile or instanceProfileName");
  return *of_cluster;
}

aws::ec2::LaunchTemplate launch_template(Context& ctx, const std::string& name, const Resource& parent,
                                         const ClusterFacts& facts, const ComponentInputs& options,
                                         const Output<std::string>& profile, const Groups& groups) {
  if (options.has("amiId") && options.plain_or<bool>("gpu", false))
    throw ProgramError("amiId and gpu exclude each other; give one");
  auto instance_type = text_or(options, "instanceType", "t3.medium");
  auto image = image_id(ctx, parent, options, facts.values.version,
                        instance_type.apply([](const std::string& type) { return std::vector<std::string>{type}; }));
  aws::ec2::LaunchTemplateArgs args{
      .iamInstanceProfile = {.name = profile},
      .imageId = image,
      .instanceType = instance_type,
      .metadataOptions = {.httpEndpoint = "enabled", .httpPutResponseHopLimit = 2, .httpTokens = "required"},
      .userData = user_data(name, facts, options)};
  aws::ec2::LaunchTemplateNetworkInterfaceArgs interface;
  hand_on(interface.associatePublicIpAddress, boolean_text(options, "nodeAssociatePublicIpAddress", true));
  interface.securityGroups = groups.all;
  args.networkInterfaces = {interface};
  hand_on(args.monitoring.enabled, options.input("enableDetailedMonitoring"));
  static_cast<InputValue&>(args.tagSpecifications) = options.input("launchTemplateTagSpecifications");
  if (options.has("spotPrice")) {
    args.instanceMarketOptions.marketType = "spot";
    hand_on(args.instanceMarketOptions.spotOptions.maxPrice, options.input("spotPrice"));
  }
  add_root_volume(ctx, parent, options, image, args);
  if (options.has("keyName") && options.has("nodePublicKey"))
    throw ProgramError("keyName and nodePublicKey exclude each other; give one");
  hand_on(args.keyName, options.input("keyName"));
  if (options.has("nodePublicKey")) {
    aws::ec2::KeyPairArgs key;
    hand_on(key.publicKey, options.input("nodePublicKey"));
    args.keyName = aws::ec2::KeyPair(ctx, name + "-keyPair", key, {.parent = parent}).keyName;
  }
  return aws::ec2::LaunchTemplate(ctx, name + "-launchTemplate", args, {.parent = parent});
}

Output<std::vector<GroupTagArgs>> group_tags(const ClusterFacts& facts, const ComponentInputs& options) {
  return all(facts.values.name, tags_of(options, "autoScalingGroupTags"))
      .apply([](const std::string& cluster, std::map<std::string, std::string> tags) {
        tags["kubernetes.io/cluster/" + cluster] = "owned";
        tags["Name"] = cluster + "-worker";
        std::vector<GroupTagArgs> out;
        for (const auto& [key, value] : tags) out.push_back({.key = key, .propagateAtLaunch = true, .value = value});
        return out;
      });
}

}  // namespace

UserDataSettings common_settings(const PropertyMap& options) {
  UserDataSettings s;
  s.kubelet_args = at(options, "kubeletExtraArgs").string_or();
  s.bootstrap_args = at(options, "bootstrapExtraArgs").string_or();
  if (const auto& own = at(options, "bottlerocketSettings"); own.is_map()) s.bottlerocket = to_json(own);
  if (const auto& labels = at(options, "labels"); labels.is_map())
    for (const auto& [key, value] : labels.as_map()) s.labels[key] = value.string_or();
  if (const auto& parts = at(options, "nodeadmExtraOptions"); parts.is_list())
    for (const auto& one : parts.as_list())
      s.more.push_back({one.at("contentType").string_or(), one.at("content").string_or()});
  return s;
}

Output<std::string> user_data_of(const ClusterValues& cluster, const ComponentInputs& options,
                                 std::function<UserDataSettings(const PropertyMap&)> settings) {
  return all(options.whole(), cluster.name, cluster.endpoint, cluster.certificate, cluster.service_cidr)
      .apply([settings = std::move(settings)](const PropertyMap& values, const std::string& name,
                                              const std::string& endpoint, const std::string& certificate,
                                              const std::string& cidr) {
        auto s = settings(values);
        s.name = name;
        s.endpoint = endpoint;
        s.certificate = certificate;
        s.service_cidr = cidr;
        auto text = make_user_data(s);
        if (!text) throw ProgramError(text.error().message);
        return base64(*text);
      });
}

NodeGroup make_node_group(Context& ctx, const std::string& name, const Resource& parent, const ClusterFacts& facts,
                          const ComponentInputs& options,
                          const std::optional<Output<std::string>>& instance_profile_name) {
  auto profile = profile_name(options, instance_profile_name);
  auto groups = security_groups(ctx, name, parent, facts, options);
  auto lt = launch_template(ctx, name, parent, facts, options, profile, groups);
  aws::autoscaling::GroupArgs args{.launchTemplate = {.name = lt.name}, .tags = group_tags(facts, options)};
  args.launchTemplate.version = lt.latestVersion.apply([](int version) { return std::to_string(version); });
  args.instanceRefresh.strategy = "Rolling";
  hand_on(args.instanceRefresh.preferences.minHealthyPercentage,
          options.has("minRefreshPercentage") ? options.input("minRefreshPercentage") : AnyInput(50));
  hand_on(args.minSize, options.has("minSize") ? options.input("minSize") : AnyInput(1));
  hand_on(args.maxSize, options.has("maxSize") ? options.input("maxSize") : AnyInput(2));
  hand_on(args.desiredCapacity, options.has("desiredCapacity") ? options.input("desiredCapacity") : AnyInput(2));
  args.vpcZoneIdentifiers =
      options.has("nodeSubnetIds") ? options.output<std::vector<std::string>>("nodeSubnetIds") : facts.worker_subnets;
  ResourceOptions group_options{.dependsOn = facts.ready, .parent = parent};
  if (options.plain_or<bool>("ignoreScalingChanges", false)) group_options.ignoreChanges = {"desiredCapacity"};
  aws::autoscaling::Group group(ctx, name, args, group_options);
  AnyInput extra;
  hand_on(extra, options.input("extraNodeSecurityGroups"));
  return {group, groups.own, groups.id, extra};
}

AnyInputs refuse_node_group(ComponentHost&) {
  throw ProgramError(
      "not supported yet: eks NodeGroup, whose nodes are started by CloudFormation; NodeGroupV2 takes the same options "
      "and starts them by a launch template and an Auto Scaling group");
}

AnyInputs make_node_group_v2(ComponentHost& host) {
  auto core = core_of(host);
  ClusterFacts facts{.values = core.values,
                     .vpc_id = core.vpc_id,
                     .worker_subnets = core.worker_subnets,
                     .cluster_security_group_id = core.cluster_security_group_id,
                     .node_security_group = std::nullopt,
                     .ready = {},
                     .node_security_group_tags = merged({core.tags, core.node_security_group_tags})};
  // The options of the cluster's default node group say which instance profile to take where this group does not.
  std::optional<Output<std::string>> profile;
  if (!host.inputs().has("instanceProfile") && !host.inputs().has("instanceProfileName")) {
    profile = core.data.apply([](const PropertyValue& v) {
      auto name = v.at("nodeGroupOptions").at("instanceProfileName").string_or();
      if (name.empty())
        throw ProgramError("a node group needs an instance profile: give instanceProfile or instanceProfileName");
      return name;
    });
  }
  auto made = make_node_group(host.ctx(), host.name(), host.self(), facts, host.inputs(), profile);
  InputValue::Map out{
      {"autoScalingGroup", AnyInput(made.group)},
      {"nodeSecurityGroupId", AnyInput(made.security_group_id)},
      {"extraNodeSecurityGroups",
       made.extra_security_groups.given() ? made.extra_security_groups : AnyInput(PropertyValue(PropertyList{}))}};
  if (made.security_group) out.emplace("nodeSecurityGroup", AnyInput(*made.security_group));
  AnyInputs outputs;
  static_cast<InputValue&>(outputs) = InputValue(std::move(out));
  return outputs;
}

}  // namespace drydock::eks_provider

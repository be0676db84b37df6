// Component eks:index:Cluster. The order of the steps is that of the tree people see.
#include <drydock/aws.h>

#include "providers/eks/access.h"
#include "providers/eks/parts.h"

namespace drydock::eks_provider {

namespace {

/// Options of the default node group that can also stand on the cluster itself, but not in both places.
const std::vector<std::string> kNodeOptions = {"nodeSubnetIds",
                                               "nodeAssociatePublicIpAddress",
                                               "instanceType",
                                               "instanceProfileName",
                                               "nodePublicKey",
                                               "nodeRootVolumeSize",
                                               "nodeRootVolumeEncrypted",
                                               "nodeUserData",
                                               "minSize",
                                               "maxSize",
                                               "desiredCapacity",
                                               "nodeAmiId",
                                               "gpu"};

class ClusterBuilder {
 public:
  explicit ClusterBuilder(ComponentHost& host)
      : host_(host), ctx_(host.ctx()), in_(host.inputs()), n_(host.name()), child_{.parent = host.self()} {}

  AnyInputs build() {
    read_choices();
    validate();
    network();
    service_role();
    cluster_security_group();
    cluster();
    kube_proxy();
    kubeconfig();
    node_roles();
    access();
    vpc_cni();
    coredns();
    oidc_provider();
    node_security_group();
    default_node_group();
    return outputs();
  }

 private:
  void read_choices() {
    mode_ = in_.plain_or<std::string>("authenticationMode", "");
    config_map_ = mode_ != "API";
    entries_ = mode_ == "API" || mode_ == "API_AND_CONFIG_MAP";
    skip_node_group_ = in_.plain_or<bool>("skipDefaultNodeGroup", false);
    fargate_ = in_.has("fargate") && in_.raw("fargate") != PropertyValue(false);
    auto_mode_ = in_.has("autoMode") && in_.inside("autoMode").plain_or<bool>("enabled", false);
    skip_security_groups_ = in_.plain_or<bool>("skipDefaultSecurityGroups", auto_mode_);
    node_group_ = !skip_node_group_ && !fargate_ && !auto_mode_;
  }

  void refuse(bool wrong, const std::string& why) {
    if (wrong) throw ProgramError(why);
  }
  void validate() {
    refuse(fargate_, "not supported yet: eks Cluster with fargate");
    refuse(auto_mode_, "not supported yet: eks Cluster with autoMode");
    refuse(in_.has("subnetIds") && (in_.has("publicSubnetIds") || in_.has("privateSubnetIds")),
           "subnetIds excludes publicSubnetIds and privateSubnetIds; give either");
    refuse(in_.has("instanceRole") && in_.has("instanceRoles"),
           "instanceRole and instanceRoles exclude each other; give one");
    refuse(
        in_.has("creationRoleProvider"),
        "creationRoleProvider does not work in components: give the Cluster a provider that acts as the role instead");
    refuse(in_.has("accessEntries") && !entries_, "accessEntries need authenticationMode API or API_AND_CONFIG_MAP");
    for (const char* name : {"roleMappings", "userMappings", "instanceRoles"})
      refuse(in_.has(name) && !config_map_,
             std::string(name) + " need the ConfigMap aws-auth: authenticationMode must not be API");
    if (!in_.has("nodeGroupOptions")) return;
    for (const auto& name : kNodeOptions)
      refuse(in_.has(name), "nodeGroupOptions excludes " + name + ": move it into nodeGroupOptions");
  }

  void network() {
    const InvokeOptions invoke{.parent = host_.self()};
    vpc_id_ = in_.has("vpcId")
                  ? in_.output<std::string>("vpcId")
                  : aws::ec2::LookupVpc(ctx_, {.default_ = true}, invoke).get(&aws::ec2::LookupVpcResult::id);
    public_ = list("publicSubnetIds");
    private_ = list("privateSubnetIds");
    if (in_.has("subnetIds")) {
      subnets_ = list("subnetIds");
    } else if (in_.has("publicSubnetIds") || in_.has("privateSubnetIds")) {
      subnets_ = all(public_, private_).apply([](std::vector<std::string> open, const std::vector<std::string>& own) {
        open.insert(open.end(), own.begin(), own.end());
        return open;
      });
    } else {
      Input<std::vector<std::string>> vpc{vpc_id_};
      aws::FilterArgs filter{.name = "vpc-id", .values = vpc};
      subnets_ = aws::ec2::GetSubnets(ctx_, {.filters = {filter}}, invoke).get(&aws::ec2::GetSubnetsResult::ids);
    }
    tags_ = tags_of(in_, "tags");
  }
  Texts list(const char* name) {
    return in_.has(name) ? in_.output<std::vector<std::string>>(name) : Texts(std::vector<std::string>());
  }

  void service_role() {
    if (in_.has("serviceRole")) {
      service_role_ = in_.resource<aws::iam::Role>("serviceRole");
      return;
    }
    ServiceRole made(ctx_, n_ + "-eksRole",
                     {.service = "eks.amazonaws.com",
                      .actions = {"sts:AssumeRole", "sts:TagSession"},
                      .description = "Allows EKS to manage clusters on your behalf.",
                      .policies = {"AmazonEKSClusterPolicy"},
                      .tags = tags_},
                     child_);
    service_role_ = made.role;
    service_role_ready_ = made.ready;
  }

  void cluster_security_group() {
    if (in_.has("clusterSecurityGroup")) {
      cluster_group_ = in_.resource<aws::ec2::SecurityGroup>("clusterSecurityGroup");
      return;
    }
    if (skip_security_groups_) return;
    const std::string name = n_ + "-eksClusterSecurityGroup";
    cluster_group_.emplace(
        ctx_, name,
        aws::ec2::SecurityGroupArgs{
            .revokeRulesOnDelete = true,
            .tags = merged({just({{"Name", name}}), tags_of(in_, "clusterSecurityGroupTags"), tags_}),
            .vpcId = vpc_id_},
        child_);
    aws::ec2::SecurityGroupRule(ctx_, n_ + "-eksClusterInternetEgressRule",
                                {.cidrBlocks = {"0.0.0.0/0"},
                                 .description = "Allow internet access.",
                                 .fromPort = 0,
                                 .protocol = "-1",
                                 .securityGroupId = cluster_group_->id,
                                 .toPort = 0,
                                 .type = "egress"},
                                child_);
  }

  void cluster() {
    const std::string name = n_ + "-eksCluster";
    aws::eks::ClusterArgs args{
        .roleArn = service_role_->arn,
        .tags = merged({just({{"Name", name}}), tags_of(in_, "clusterTags"), tags_}),
    };
    hand_on(args.name, in_.input("name"));
    hand_on(args.version, in_.input("version"));
    hand_on(args.deletionProtection, in_.input("deletionProtection"));
    hand_on(args.upgradePolicy.whole_, in_.input("upgradePolicy"));
    hand_on(args.bootstrapSelfManagedAddons,
            in_.has("bootstrapSelfManagedAddons") ? in_.input("bootstrapSelfManagedAddons") : AnyInput(true));
    static_cast<InputValue&>(args.enabledClusterLogTypes) = in_.input("enabledClusterLogTypes");
    static_cast<InputValue&>(args.defaultAddonsToRemoves) = in_.input("defaultAddonsToRemove");
    if (in_.has("encryptionConfigKeyArn")) {
      args.encryptionConfig.resources = {"secrets"};
      hand_on(args.encryptionConfig.provider.keyArn, in_.input("encryptionConfigKeyArn"));
    }
    auto& vpc = args.vpcConfig;
    vpc.subnetIds = subnets_;
    if (cluster_group_) vpc.securityGroupIds = {cluster_group_->id};
    hand_on(vpc.endpointPrivateAccess, in_.input("endpointPrivateAccess"));
    hand_on(vpc.endpointPublicAccess, in_.input("endpointPublicAccess"));
    static_cast<InputValue&>(vpc.publicAccessCidrs) = in_.input("publicAccessCidrs");
    hand_on(args.kubernetesNetworkConfig.serviceIpv4Cidr, in_.input("kubernetesServiceIpAddressRange"));
    hand_on(args.kubernetesNetworkConfig.ipFamily, in_.input("ipFamily"));
    if (!mode_.empty()) {
      args.accessConfig.authenticationMode = mode_;
      args.accessConfig.bootstrapClusterCreatorAdminPermissions = true;
    }
    ResourceOptions options = child_;
    options.dependsOn = service_role_ready_;
    options.ignoreChanges = {"accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"};
    cluster_.emplace(ctx_, name, args, options);
    values_ = ClusterValues::of(output_of(*cluster_));
    cluster_group_id_ = cluster_group_ ? cluster_group_->id : values_.own_security_group;
  }

  AddonSettings addon(const char* name, const char* options_input) {
    AddonSettings settings{.name = name, .cluster_name = values_.name, .kubernetes_version = values_.version};
    if (in_.has("tags")) settings.tags = AnyInput(tags_);
    if (!in_.has(options_input)) return settings;
    const auto options = in_.inside(options_input);
    hand_on(settings.version, options.input("version"));
    hand_on(settings.configuration, options.input("configurationValues"));
    hand_on(settings.on_create, options.input("resolveConflictsOnCreate"));
    hand_on(settings.on_update, options.input("resolveConflictsOnUpdate"));
    return settings;
  }
  bool enabled(const char* options_input) {
    return !in_.has(options_input) || in_.inside(options_input).plain_or<bool>("enabled", true);
  }

  void kube_proxy() {
    if (enabled("kubeProxyAddonOptions"))
      make_addon(ctx_, n_ + "-kube-proxy", addon("kube-proxy", "kubeProxyAddonOptions"), child_);
  }

  void kubeconfig() {
    Output<std::string> role = output_of(""), profile = output_of("");
    if (in_.has("providerCredentialOpts")) {
      auto given = in_.output<PropertyValue>("providerCredentialOpts");
      role = given.apply([](const PropertyValue& v) { return v.at("roleArn").string_or(); });
      profile = given.apply([](const PropertyValue& v) { return v.at("profileName").string_or(); });
    }
    kubeconfig_ = make_kubeconfig(values_, output_of(""), role);
    InputValue::Map settings{
        {"kubeconfig",
         AnyInput(make_kubeconfig(values_, profile, role).apply([](const Json& config) { return config.dump(); }))}};
    if (in_.has("enableConfigMapMutable")) {
      settings.emplace("enableConfigMapMutable", detail::as_json_text(in_.input("enableConfigMapMutable")));
    }
    AnyInputs inputs;
    static_cast<InputValue&>(inputs) = InputValue(std::move(settings));
    kubernetes_.emplace(ctx_, "kubernetes", n_ + "-eks-k8s", inputs, child_);
  }

  void node_roles() {
    if (in_.has("instanceRole")) {
      roles_ = {in_.resource<aws::iam::Role>("instanceRole")};
      own_role_ = roles_.front();
    } else if (in_.has("instanceRoles")) {
      roles_ = in_.resources<aws::iam::Role>("instanceRoles");
    } else if (in_.plain_or<bool>("createInstanceRole", !skip_node_group_)) {
      ServiceRole made(
          ctx_, n_ + "-instanceRole",
          {.service = "ec2.amazonaws.com",
           .actions = {"sts:AssumeRole"},
           .description = "",
           .policies = {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"},
           .tags = tags_},
          child_);
      own_role_ = made.role;
      roles_ = {*made.role};
      nodes_ready_ = made.ready;
    }
    if (in_.has("instanceProfileName")) {
      auto name = in_.output<std::string>("instanceProfileName");
      profile_ = aws::iam::InstanceProfile::get(ctx_, n_ + "-instanceProfile", name, child_).name;
    } else if (own_role_ && (node_group_ || !in_.has("instanceRole"))) {
      aws::iam::InstanceProfileArgs args{.role = own_role_->name, .tags = tags_};
      profile_ = aws::iam::InstanceProfile(ctx_, n_ + "-instanceProfile", args, child_).name;
    }
  }

  void access() {
    if (config_map_) {
      auto map = make_node_access(host_, *kubernetes_, roles_);
      access_.add(map);
    }
    if (entries_ && own_role_) {
      ResourceOptions options = child_;
      options.dependsOn = *cluster_;
      access_.add(aws::eks::AccessEntry(
          ctx_, n_ + "-defaultNodeGroupInstanceRole",
          {.clusterName = values_.name, .principalArn = own_role_->arn, .tags = tags_, .type = "EC2_LINUX"}, options));
    }
    if (entries_) make_access_entries(host_, *cluster_, access_);
    make_storage_classes(host_, *kubernetes_, access_);
    for (const auto& one : access_.items()) nodes_ready_.add(one);
  }

  void vpc_cni() {
    if (in_.plain_or<bool>("useDefaultVpcCni", false)) return;
    ResourceOptions options = child_;
    options.dependsOn = access_;
    const auto settings = in_.has("vpcCniOptions") ? in_.inside("vpcCniOptions") : in_.only({});
    VpcCniAddon made(ctx_, n_ + "-vpc-cni", settings, values_.name, values_.version,
                     in_.has("tags") ? AnyInput(tags_) : AnyInput(), options);
    nodes_ready_.add(made);
  }

  /// Without nodes of its own a cluster has no place for it, unless it is asked for.
  void coredns() {
    const char* input = "corednsAddonOptions";
    bool wanted = enabled(input);
    if (wanted && skip_node_group_) {
      wanted = in_.has(input) && (in_.inside(input).has("enabled") || in_.inside(input).has("configurationValues"));
    }
    if (wanted) make_addon(ctx_, n_ + "-coredns", addon("coredns", input), child_);
  }

  void oidc_provider() {
    if (!in_.has("createOidcProvider") || !in_.plain<bool>("createOidcProvider")) return;
    // The certificate of the issuer is one that IAM trusts by itself, so no thumbprint is sent.
    oidc_.emplace(ctx_, n_ + "-oidcProvider",
                  aws::iam::OpenIdConnectProviderArgs{
                      .clientIdLists = {"sts.amazonaws.com"}, .tags = tags_, .url = values_.issuer},
                  child_);
  }

  void node_security_group() {
    if (skip_security_groups_) return;
    node_group_rules_ = make_node_security_group(ctx_, n_, host_.self(), vpc_id_, cluster_group_id_, values_.name,
                                                 merged({tags_of(in_, "nodeSecurityGroupTags"), tags_}));
  }

  void default_node_group() {
    if (!node_group_) return;
    // Settings of the cluster itself go by the names that a node group has for them.
    // The profile's name does not: it has become a resource.
    const auto options = in_.has("nodeGroupOptions")
                             ? in_.inside("nodeGroupOptions")
                             : in_.only(kNodeOptions).without("instanceProfileName").renamed("nodeAmiId", "amiId");
    ClusterFacts facts{.values = values_,
                       .vpc_id = vpc_id_,
                       .worker_subnets = worker_subnets(ctx_, host_.self(), private_, public_, subnets_),
                       .cluster_security_group_id = cluster_group_id_,
                       .node_security_group = std::nullopt,
                       .ready = nodes_ready_,
                       .node_security_group_tags = merged({tags_of(in_, "nodeSecurityGroupTags"), tags_})};
    if (node_group_rules_) facts.node_security_group = node_group_rules_->group;
    made_group_ = make_node_group(ctx_, n_, host_.self(), facts, options, profile_);
  }

  AnyInputs outputs() {
    InputValue::Map out;
    auto put = [&](const char* name, AnyInput value) {
      if (value.given()) out.emplace(name, std::move(value));
    };
    put("kubeconfig", kubeconfig_.apply([](const Json& config) { return from_json(config); }));
    put("kubeconfigJson", kubeconfig_.apply([](const Json& config) { return config.dump(); }));
    put("eksCluster", *cluster_);
    put("core", core());
    if (cluster_group_) put("clusterSecurityGroup", *cluster_group_);
    put("clusterSecurityGroupId", cluster_group_id_);
    if (node_group_rules_) {
      put("nodeSecurityGroup", node_group_rules_->group);
      put("eksClusterIngressRule", node_group_rules_->cluster_ingress);
    }
    put("nodeSecurityGroupId", node_group_rules_ ? node_group_rules_->group.id : values_.own_security_group);
    put("clusterIngressRuleId", node_group_rules_ ? node_group_rules_->cluster_ingress.id : output_of(""));
    put("instanceRoles", roles_);
    put("defaultNodeGroupAsgName", made_group_ ? made_group_->group.name : output_of(""));
    if (made_group_) put("defaultNodeGroup", default_node_group_output());
    for (const char* name : {"autoModeNodeRoleName", "fargateProfileId", "fargateProfileStatus"}) put(name, "");
    put("oidcProviderArn", oidc_ ? oidc_->arn : output_of(""));
    put("oidcProviderUrl", values_.issuer);
    put("oidcIssuer",
        values_.issuer.apply([](const std::string& url) { return url.starts_with("https://") ? url.substr(8) : url; }));
    AnyInputs outputs;
    static_cast<InputValue&>(outputs) = InputValue(std::move(out));
    return outputs;
  }

  AnyInput default_node_group_output() {
    InputValue::Map group{{"autoScalingGroup", AnyInput(made_group_->group)}};
    if (made_group_->security_group) group.emplace("nodeSecurityGroup", AnyInput(*made_group_->security_group));
    if (made_group_->extra_security_groups.given())
      group.emplace("extraNodeSecurityGroups", made_group_->extra_security_groups);
    AnyInput out;
    hand_on(out, InputValue(std::move(group)));
    return out;
  }

  /// What further node groups and add-ons take. It holds nothing that is known only after the nodes are there.
  AnyInput core() {
    InputValue::Map core{
        {"cluster", AnyInput(*cluster_)},
        {"vpcId", AnyInput(vpc_id_)},
        {"subnetIds", AnyInput(subnets_)},
        {"publicSubnetIds", AnyInput(public_)},
        {"privateSubnetIds", AnyInput(private_)},
        {"endpoint", AnyInput(values_.endpoint)},
        {"provider", AnyInput(*kubernetes_)},
        {"kubeconfig", AnyInput(kubeconfig_.apply([](const Json& config) { return from_json(config); }))},
        {"instanceRoles", AnyInput(roles_)},
        {"clusterIamRole", AnyInput(*service_role_)},
        {"tags", AnyInput(tags_)},
        {"nodeSecurityGroupTags", AnyInput(tags_of(in_, "nodeSecurityGroupTags"))}};
    InputValue::Map group_options;
    if (profile_) group_options.emplace("instanceProfileName", AnyInput(*profile_));
    core.emplace("nodeGroupOptions",
                 in_.has("nodeGroupOptions") ? in_.input("nodeGroupOptions") : InputValue(group_options));
    if (cluster_group_) core.emplace("clusterSecurityGroup", AnyInput(*cluster_group_));
    if (oidc_) core.emplace("oidcProvider", AnyInput(*oidc_));
    if (in_.has("accessEntries")) core.emplace("accessEntries", in_.input("accessEntries"));
    AnyInput out;
    hand_on(out, InputValue(std::move(core)));
    return out;
  }

  ComponentHost& host_;
  Context& ctx_;
  const ComponentInputs& in_;
  const std::string n_;
  const ResourceOptions child_;

  std::string mode_;
  bool config_map_ = true, entries_ = false, skip_node_group_ = false, fargate_ = false, auto_mode_ = false,
       skip_security_groups_ = false, node_group_ = true;
  Output<std::string> vpc_id_, cluster_group_id_;
  Texts public_, private_, subnets_;
  Tags tags_;
  std::optional<aws::iam::Role> service_role_, own_role_;
  ResourceList service_role_ready_, access_, nodes_ready_;
  std::vector<aws::iam::Role> roles_;
  std::optional<Output<std::string>> profile_;
  std::optional<aws::ec2::SecurityGroup> cluster_group_;
  std::optional<aws::eks::Cluster> cluster_;
  ClusterValues values_;
  Output<Json> kubeconfig_;
  std::optional<GenericProvider> kubernetes_;
  std::optional<aws::iam::OpenIdConnectProvider> oidc_;
  std::optional<NodeSecurityGroup> node_group_rules_;
  std::optional<NodeGroup> made_group_;
};

}  // namespace

AnyInputs make_cluster(ComponentHost& host) { return ClusterBuilder(host).build(); }

}  // namespace drydock::eks_provider

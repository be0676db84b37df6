// Component eks:index:Cluster: what was asked for, and the control plane.
#include <drydock/aws.h>

#include <cstdlib>

#include "providers/eks/cluster_builder.h"
#include "sdk/background.h"

namespace drydock::eks_provider {

namespace {

const std::vector<std::string> kAutoModePolicies = {"AmazonEKSClusterPolicy", "AmazonEKSComputePolicy",
                                                    "AmazonEKSBlockStoragePolicy", "AmazonEKSLoadBalancingPolicy",
                                                    "AmazonEKSNetworkingPolicy"};

/// `fargate` is true, or an object of settings.
bool asks_for_fargate(const ComponentInputs& in) {
  if (!in.has("fargate")) return false;
  const PropertyValue& raw = in.raw("fargate");
  const PropertyValue& value = raw.is_output() ? *raw.as_output().value : raw;
  return value.is_map() || in.plain<bool>("fargate");
}

void refuse(bool wrong, const std::string& why) {
  if (wrong) throw ProgramError(why);
}

}  // namespace

AnyInputs ClusterBuilder::build() {
  read_choices();
  validate();
  network();
  service_role();
  auto_mode_role();
  cluster_security_group();
  cluster();
  kube_proxy();
  kubeconfig();
  node_roles();
  access();
  fargate_profile();
  vpc_cni();
  coredns();
  oidc_provider();
  node_security_group();
  default_node_group();
  return outputs();
}

void ClusterBuilder::read_choices() {
  mode_ = in_.plain_or<std::string>("authenticationMode", "");
  config_map_ = mode_ != "API";
  entries_ = mode_ == "API" || mode_ == "API_AND_CONFIG_MAP";
  skip_node_group_ = in_.plain_or<bool>("skipDefaultNodeGroup", false);
  fargate_ = asks_for_fargate(in_);
  auto_mode_ = in_.has("autoMode") && in_.inside("autoMode").plain_or<bool>("enabled", false);
  skip_security_groups_ = in_.plain_or<bool>("skipDefaultSecurityGroups", auto_mode_);
  node_group_ = !skip_node_group_ && !fargate_ && !auto_mode_;
}

void ClusterBuilder::validate() {
  refuse(auto_mode_ && !entries_,
         "autoMode needs authenticationMode API or API_AND_CONFIG_MAP: EKS lets its nodes in by access entries");
  refuse(in_.has("proxy"), "not supported yet: proxy; run drydock where the cluster's endpoint is reached directly");
  refuse(in_.has("subnetIds") && (in_.has("publicSubnetIds") || in_.has("privateSubnetIds")),
         "subnetIds excludes publicSubnetIds and privateSubnetIds; give either");
  refuse(in_.has("instanceRole") && in_.has("instanceRoles"),
         "instanceRole and instanceRoles exclude each other; give one");
  refuse(in_.has("creationRoleProvider"),
         "creationRoleProvider does not work in components: give the Cluster a provider that acts as the role instead");
  refuse(in_.has("accessEntries") && !entries_, "accessEntries need authenticationMode API or API_AND_CONFIG_MAP");
  for (const char* name : {"roleMappings", "userMappings", "instanceRoles"})
    refuse(in_.has(name) && !config_map_,
           std::string(name) + " need the ConfigMap aws-auth: authenticationMode must not be API");
  if (!in_.has("nodeGroupOptions")) return;
  for (const auto& name : node_options())
    refuse(name != "nodeRootVolumeEncrypted" && in_.has(name),
           "nodeGroupOptions excludes " + name + ": move it into nodeGroupOptions");
}

void ClusterBuilder::network() {
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

Texts ClusterBuilder::list(const char* name) {
  return in_.has(name) ? in_.output<std::vector<std::string>>(name) : Texts(std::vector<std::string>());
}

void ClusterBuilder::service_role() {
  if (in_.has("serviceRole")) {
    service_role_ = in_.resource<aws::iam::Role>("serviceRole");
    return;
  }
  ServiceRole made(ctx_, n_ + "-eksRole",
                   {.service = "eks.amazonaws.com",
                    .actions = {"sts:AssumeRole", "sts:TagSession"},
                    .description = "Allows EKS to manage clusters on your behalf.",
                    .policies = auto_mode_ ? kAutoModePolicies : std::vector<std::string>{"AmazonEKSClusterPolicy"},
                    .tags = tags_},
                   child_);
  service_role_ = made.role;
  cluster_waits_for_ = made.ready;
}

/// The role of the nodes that EKS itself starts in auto mode.
void ClusterBuilder::auto_mode_role() {
  if (!auto_mode_ || !in_.inside("autoMode").plain_or<bool>("createNodeRole", true)) return;
  ServiceRole made(ctx_, n_ + "-nodeRole",
                   {.service = "ec2.amazonaws.com",
                    .actions = {"sts:AssumeRole"},
                    .description = "",
                    .policies = {"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"},
                    .tags = tags_},
                   child_);
  auto_role_ = made.role;
  for (const auto& one : made.ready.items()) cluster_waits_for_.add(one);
}

/// Auto mode is three settings that EKS wants together.
void ClusterBuilder::add_auto_mode(aws::eks::ClusterArgs& args) {
  const auto mode = in_.inside("autoMode");
  const auto given = mode.has("computeConfig") ? mode.inside("computeConfig") : mode.only({});
  auto& compute = args.computeConfig;
  compute.enabled = true;
  compute.nodePools = {"general-purpose", "system"};
  if (given.has("nodePools")) static_cast<InputValue&>(compute.nodePools) = given.input("nodePools");
  if (auto_role_) compute.nodeRoleArn = auto_role_->arn;
  if (given.has("nodeRoleArn")) hand_on(compute.nodeRoleArn, given.input("nodeRoleArn"));
  args.storageConfig.blockStorage.enabled = true;
  args.kubernetesNetworkConfig.elasticLoadBalancing.enabled = true;
  args.bootstrapSelfManagedAddons = false;
}

void ClusterBuilder::cluster_security_group() {
  if (in_.has("clusterSecurityGroup")) {
    cluster_group_ = in_.resource<aws::ec2::SecurityGroup>("clusterSecurityGroup");
    return;
  }
  if (skip_security_groups_) return;
  const std::string name = n_ + "-eksClusterSecurityGroup";
  cluster_group_.emplace(ctx_, name,
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

void ClusterBuilder::cluster() {
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
  if (in_.has("kubernetesServiceIpAddressRange") || in_.has("ipFamily") || auto_mode_)
    args.kubernetesNetworkConfig.ipFamily = text_or(in_, "ipFamily", "ipv4");
  if (auto_mode_) add_auto_mode(args);
  if (!mode_.empty()) {
    args.accessConfig.authenticationMode = mode_;
    args.accessConfig.bootstrapClusterCreatorAdminPermissions = true;
  }
  ResourceOptions options = child_;
  options.dependsOn = cluster_waits_for_;
  options.ignoreChanges = {"accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"};
  cluster_.emplace(ctx_, name, args, options);
  values_ = ClusterValues::of(output_of(*cluster_));
  cluster_group_id_ = cluster_group_ ? cluster_group_->id : values_.own_security_group;
}

AddonSettings ClusterBuilder::addon(const char* name, const char* options_input) {
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

bool ClusterBuilder::enabled(const char* options_input, bool otherwise) {
  return in_.has(options_input) ? in_.inside(options_input).plain_or<bool>("enabled", otherwise) : otherwise;
}

void ClusterBuilder::kube_proxy() {
  if (enabled("kubeProxyAddonOptions", !auto_mode_))
    make_addon(ctx_, n_ + "-kube-proxy", addon("kube-proxy", "kubeProxyAddonOptions"), child_);
}

/// Whose credentials the run's own Kubernetes provider asks for, when the program does not say.
std::string ClusterBuilder::run_profile() {
  if (const char* profile = std::getenv("AWS_PROFILE"); profile && *profile) return profile;
  return ctx_.config("aws").get_or("profile", "");
}

void ClusterBuilder::kubeconfig() {
  // EKS says ACTIVE before the public endpoint answers everywhere.
  values_.endpoint =
      in_.has("endpointPublicAccess")
          ? all(values_.endpoint, in_.output<bool>("endpointPublicAccess"))
                .apply([&ctx = ctx_, await = around_.await_endpoint](const std::string& url, bool open) {
                  return open && await && !ctx.dry_run() ? in_background<std::string>(ctx, url, await) : output_of(url);
                })
          : values_.endpoint;
  Output<std::string> role = output_of(""), profile = output_of(run_profile());
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

void ClusterBuilder::oidc_provider() {
  if (!in_.has("createOidcProvider") || !in_.plain<bool>("createOidcProvider")) return;
  aws::iam::OpenIdConnectProviderArgs args{
      .clientIdLists = {"sts.amazonaws.com"}, .tags = tags_, .url = values_.issuer};
  // Without a way to the issuer (on the twin it is a name only) the list is left to IAM.
  if (around_.issuer_thumbprint) {
    args.thumbprintLists = values_.issuer.apply([&ctx = ctx_, ask = around_.issuer_thumbprint](const std::string& url) {
      return in_background<std::string>(ctx, url, ask).apply([](const std::string& print) {
        return std::vector<std::string>{print};
      });
    });
  }
  oidc_.emplace(ctx_, n_ + "-oidcProvider", args, child_);
}

AnyInputs make_cluster(ComponentHost& host, const Surroundings& around) { return ClusterBuilder(host, around).build(); }

}  // namespace drydock::eks_provider

// Component eks:index:Cluster: who runs pods, and what they need.
#include "providers/eks/cluster_builder.h"

#include "base/text.h"

namespace drydock::eks_provider {

namespace {

bool is_object(const PropertyValue& value) {
  return value.is_map() || (value.is_output() && value.as_output().value->is_map());
}

/// Names that begin with "eks-" are reserved for EKS.
std::string fargate_profile_name(const std::string& cluster) {
  const std::string lower = to_lower(cluster);
  if (lower != "eks" && !lower.starts_with("eks-")) return cluster + "-fargateProfile";
  std::string name = cluster;
  if (auto dash = name.find('-'); dash != std::string::npos) name[dash] = '_';
  return name + "fargateProfile";
}

/// CoreDNS's settings with the kind of computer it runs on.
AnyInput on_fargate(const ComponentInputs& in, const char* options_input) {
  const auto options = in.has(options_input) ? in.inside(options_input) : in.only({});
  return options.only({"configurationValues"}).whole().apply([](const PropertyMap& options) {
    Json config = Json::object({{"computeType", "Fargate"}});
    if (const auto& given = at(options, "configurationValues"); given.is_map()) {
      for (const auto& [key, value] : given.as_map()) config[key] = to_json(value);
    }
    return config;
  });
}

}  // namespace

const std::vector<std::string>& ClusterBuilder::node_options() {
  static const std::vector<std::string> kNames = {"nodeSubnetIds",
                                                  "nodeAssociatePublicIpAddress",
                                                  "instanceType",
                                                  "instanceProfileName",
                                                  "nodePublicKey",
                                                  "nodeRootVolumeSize",
                                                  "nodeUserData",
                                                  "nodeRootVolumeEncrypted",
                                                  "minSize",
                                                  "maxSize",
                                                  "desiredCapacity",
                                                  "nodeAmiId",
                                                  "gpu"};
  return kNames;
}

void ClusterBuilder::node_roles() {
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

void ClusterBuilder::access() {
  if (config_map_) {
    node_access_ = make_node_access(host_, *kubernetes_, roles_);
    access_.add(*node_access_);
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

/// Pods that match go to Fargate; without selectors those of the namespaces that every cluster has.
void ClusterBuilder::fargate_profile() {
  if (!fargate_) return;
  const auto options = is_object(in_.raw("fargate")) ? in_.inside("fargate") : in_.only({});
  const Texts none{std::vector<std::string>()};
  aws::eks::FargateProfileArgs args{
      .clusterName = values_.name,
      .selectors = {{.namespace_ = "default"}, {.namespace_ = "kube-system"}},
      .subnetIds =
          worker_subnets(ctx_, host_.self(), none, none,
                         options.has("subnetIds") ? options.output<std::vector<std::string>>("subnetIds") : subnets_)};
  if (options.has("podExecutionRoleArn")) {
    hand_on(args.podExecutionRoleArn, options.input("podExecutionRoleArn"));
  } else {
    ServiceRole made(ctx_, n_ + "-podExecutionRole",
                     {.service = "eks-fargate-pods.amazonaws.com",
                      .actions = {"sts:AssumeRole"},
                      .description = "",
                      .policies = {"AmazonEKSFargatePodExecutionRolePolicy"},
                      .tags = tags_},
                     child_);
    // Not before its policy is attached.
    args.podExecutionRoleArn = made.attached_arn();
  }
  if (options.has("selectors")) static_cast<InputValue&>(args.selectors) = options.input("selectors");
  ResourceOptions waits = child_;
  if (node_access_) waits.dependsOn = *node_access_;
  fargate_profile_.emplace(ctx_, fargate_profile_name(n_), args, waits);
}

void ClusterBuilder::vpc_cni() {
  if (in_.plain_or<bool>("useDefaultVpcCni", auto_mode_)) return;
  ResourceOptions options = child_;
  options.dependsOn = access_;
  const auto settings = in_.has("vpcCniOptions") ? in_.inside("vpcCniOptions") : in_.only({});
  vpc_cni_.emplace(ctx_, n_ + "-vpc-cni", settings, values_.name, values_.version,
                   in_.has("tags") ? AnyInput(tags_) : AnyInput(), *kubernetes_, options);
  nodes_ready_.add(*vpc_cni_);
}

/// Without nodes of its own a cluster has no place for it, unless it is asked for.
void ClusterBuilder::coredns() {
  const char* input = "corednsAddonOptions";
  const bool asked_for = in_.has(input) && (in_.inside(input).plain_or<bool>("enabled", false) ||
                                            in_.inside(input).has("configurationValues"));
  if (!asked_for && (!enabled(input) || (skip_node_group_ && !fargate_ && !auto_mode_))) return;
  auto settings = addon("coredns", input);
  ResourceOptions options = child_;
  if (fargate_profile_) {
    settings.configuration = on_fargate(in_, input);
    options.dependsOn = *fargate_profile_;
  }
  make_addon(ctx_, n_ + "-coredns", settings, options);
}

void ClusterBuilder::node_security_group() {
  if (skip_security_groups_) return;
  node_group_rules_ =
      make_node_security_group(ctx_, n_, host_.self(), vpc_id_, cluster_group_id_, values_.name, node_group_tags());
}

void ClusterBuilder::default_node_group() {
  if (!node_group_) return;
  // Settings of the cluster itself go by the names that a node group has for them.
  // The profile's name does not: it has become a resource.
  const auto options = in_.has("nodeGroupOptions")
                           ? in_.inside("nodeGroupOptions")
                           : in_.only(node_options()).without("instanceProfileName").renamed("nodeAmiId", "amiId");
  ClusterFacts facts{.values = values_,
                     .vpc_id = vpc_id_,
                     .worker_subnets = worker_subnets(ctx_, host_.self(), private_, public_, subnets_),
                     .cluster_security_group_id = cluster_group_id_,
                     .node_security_group = std::nullopt,
                     .ready = nodes_ready_,
                     .node_security_group_tags = node_group_tags()};
  if (node_group_rules_) facts.node_security_group = node_group_rules_->group;
  made_group_ = make_node_group(ctx_, n_, host_.self(), facts, options, profile_);
}

}  // namespace drydock::eks_provider

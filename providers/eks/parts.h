// What the components of this package are made of. Names, rules and order follow pulumi-eks, so that a stack can change
// engines: https://github.com/pulumi/pulumi-eks/tree/master/nodejs/eks
#pragma once

#include <drydock/aws/autoscaling.h>
#include <drydock/aws/ec2.h>
#include <drydock/aws/eks.h>
#include <drydock/aws/iam.h>

#include <optional>
#include <string>
#include <vector>

#include "sdk/component_host.h"
#include "sdk/generic_resource.h"

namespace drydock::eks_provider {

using Tags = Output<std::map<std::string, std::string>>;
using Texts = Output<std::vector<std::string>>;

/// An input that is a map of texts; empty when it was not given.
Tags tags_of(const ComponentInputs& inputs, const std::string& name);
/// Later ones win.
Tags merged(const std::vector<Tags>& all);
Tags just(std::map<std::string, std::string> tags);
/// Empty, when the input was not given.
Output<std::string> text_or(const ComponentInputs& inputs, const std::string& name, std::string otherwise);

/// The role of a service, with managed policies attached: component eks:index:ServiceRole.
struct ServiceRole : ComponentResource {
  struct Args {
    std::string service;
    std::vector<std::string> actions;
    std::string description;
    std::vector<std::string> policies;  // names of managed policies
    Tags tags;
  };
  ServiceRole(Context& ctx, const std::string& name, const Args& args, ResourceOptions options);

  std::optional<aws::iam::Role> role;
  ResourceList ready;  // the role and its attachments
  /// The role's ARN, known when the policies are attached.
  Output<std::string> attached_arn() const;

 private:
  std::vector<Output<std::string>> attachments_;
};

/// Security group of nodes, and the five rules between it and the control plane's.
struct NodeSecurityGroup {
  aws::ec2::SecurityGroup group;
  aws::ec2::SecurityGroupRule cluster_ingress;  // lets nodes reach the API
};
NodeSecurityGroup make_node_security_group(Context& ctx, const std::string& name, const Resource& parent,
                                           const Output<std::string>& vpc_id,
                                           const Output<std::string>& cluster_security_group_id,
                                           const Output<std::string>& cluster_name, const Tags& tags);

/// Add-ons that EKS manages. An empty version is looked up: the newest for the cluster.
struct AddonSettings {
  std::string name;  // of the add-on
  Output<std::string> cluster_name;
  std::optional<Output<std::string>> kubernetes_version;
  AnyInput version{};
  AnyInput configuration{};  // an object
  AnyInput on_create{}, on_update{}, role_arn{}, preserve{};
  AnyInput tags{};
};
aws::eks::Addon make_addon(Context& ctx, const std::string& name, const AddonSettings& settings,
                           ResourceOptions options);
/// Component eks:index:VpcCniAddon, as a part of a cluster.
struct VpcCniAddon : ComponentResource {
  VpcCniAddon(Context& ctx, const std::string& name, const ComponentInputs& options,
              const Output<std::string>& cluster_name, const Output<std::string>& cluster_version, const AnyInput& tags,
              const GenericProvider& kubernetes, ResourceOptions resource_options);
  std::optional<aws::eks::Addon> addon;
};
/// The child of it; also of the component when a program makes it by itself.
aws::eks::Addon make_vpc_cni(Context& ctx, const std::string& name, const ComponentInputs& options,
                             const Output<std::string>& cluster_name,
                             const std::optional<Output<std::string>>& cluster_version, const AnyInput& tags,
                             ResourceOptions resource_options);
/// The add-on's configuration, by the options' names. Exposed for tests.
Json vpc_cni_configuration(const PropertyMap& options);

/// What is taken from a cluster.
struct ClusterValues {
  Output<std::string> name, version, endpoint, certificate, service_cidr;
  Output<std::string> own_security_group;  // the one that EKS makes
  Output<std::string> arn, issuer;         // issuer: with https://
  Output<std::string> authentication_mode;

  static ClusterValues of(const Output<aws::eks::Cluster>& cluster);
};

/// The input `cluster` of components beside a cluster: the component, or its output `core`.
struct Core {
  Output<PropertyValue> data;
  ClusterValues values;
  Output<std::string> vpc_id;
  Texts subnet_ids, worker_subnets;
  Output<std::string> cluster_security_group_id;
  Texts instance_role_arns;  // roles that the cluster's aws-auth lets in
  Tags tags, node_security_group_tags;
};
Core core_of(ComponentHost& host);

/// What a node group must know of its cluster.
struct ClusterFacts {
  ClusterValues values;
  Output<std::string> vpc_id;
  Texts worker_subnets;
  Output<std::string> cluster_security_group_id;
  std::optional<aws::ec2::SecurityGroup> node_security_group;  // shared with the default node group
  ResourceList ready;                                          // what nodes need in the cluster before they start
  Tags node_security_group_tags;
};
/// Subnets for workers, of those a cluster was given: private before public before a split of `all` by their routes.
Texts worker_subnets(Context& ctx, const Resource& parent, const Texts& private_ids, const Texts& public_ids,
                     const Texts& all_ids);

/// kubeconfig as an object; with a profile only where the run's own provider uses it.
Output<Json> make_kubeconfig(const ClusterValues& cluster, const Output<std::string>& profile,
                             const Output<std::string>& role_arn);

struct NodeGroup {
  aws::autoscaling::Group group;
  std::optional<aws::ec2::SecurityGroup> security_group;
  Output<std::string> security_group_id;
  AnyInput extra_security_groups;
};
/// A launch template and an Auto Scaling group whose instances join by themselves. `options` are those of NodeGroupV2.
NodeGroup make_node_group(Context& ctx, const std::string& name, const Resource& parent, const ClusterFacts& facts,
                          const ComponentInputs& options,
                          const std::optional<Output<std::string>>& instance_profile_name);

/// What components ask of the world beside the engine. Both functions block, and are called on threads of their own.
struct Surroundings {
  /// The URL itself, once the endpoint answers or enough was tried.
  std::function<std::string(const std::string& url)> await_endpoint;
  /// SHA-1 of the authority behind an issuer's certificate, as IAM wants it. Empty: left to IAM.
  std::function<Result<std::string>(const std::string& issuer)> issuer_thumbprint;
  /// How long a new role takes until it can be taken everywhere.
  std::chrono::seconds role_settles{0};
};

// The components.
AnyInputs make_cluster(ComponentHost& host, const Surroundings& around);
AnyInputs make_creation_role_provider(ComponentHost& host, const Surroundings& around);
AnyInputs refuse_node_group(ComponentHost& host);
AnyInputs make_node_group_v2(ComponentHost& host);
AnyInputs make_managed_node_group(ComponentHost& host);
AnyInputs make_addon_component(ComponentHost& host);
AnyInputs make_vpc_cni_component(ComponentHost& host);
AnyInputs make_node_group_security_group(ComponentHost& host);

}  // namespace drydock::eks_provider

// One AWS account in one region as plain values: everything that decides whether the nodes of its clusters become
// Ready. It is what readers make of a plan, a template or describe output, what world files say (world_file.h), what
// the twin loads, and what the proof reasons about. No I/O, no judging.
//
// Ids are any text that is unique in its table and that references repeat: `vpc-0a1b...` of a real VPC, the URN,
// address or logical ID of a planned one. ARNs are written out in full; where a name is not known yet the id stands in
// its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/aws/autoscaling.h"
#include "cloud/aws/ec2.h"
#include "cloud/aws/eks.h"
#include "cloud/aws/iam.h"
#include "cloud/world/nouns.h"

namespace drydock::cloud {

/// A noun by its table (aws::Vpc::kTable) and its key there (key_of). Both empty: none.
struct Ref {
  std::string table, id;
  auto operator<=>(const Ref&) const = default;
  explicit operator bool() const { return !table.empty(); }
};
template <class V>
void each_field(V& v, Ref& x) {
  v("table", x.table), v("id", x.id);
}

/// Unknown::field of a noun that the source names and does not hold (a subnet by its id): neither its fields nor what
/// lies in it or is attached to it (a VPC's endpoints, a subnet's routes, a group's rules, a role's policies) are
/// known.
inline constexpr const char* kAllOfIt = "*";

/// A field whose value nobody knows yet; what the noun holds there means nothing. A field may reach into a map:
/// "grants.inlined.NAME", "launchTemplateData.userData", "records.NAME"; or be kAllOfIt.
struct Unknown {
  Ref noun;
  std::string field;   // as each_field names it: "policyDocument", "routeTableIdSet", "grants.attached"
  std::string source;  // on what it depends, in the reader's words: "aws:ec2/vpcEndpoint:VpcEndpoint::s3.routeTableIds"
};
template <class V>
void each_field(V& v, Unknown& x) {
  v("noun", x.noun), v("field", x.field), v("source", x.source);
}

/// Where a noun stands in the user's source.
struct Origin {
  Ref noun;
  std::string address;  // URN, Terraform address, logical ID, file of describe output
  std::string type;     // of the source: "aws:ec2/vpcEndpoint:VpcEndpoint", "aws_vpc_endpoint", "AWS::EC2::VPCEndpoint"
  std::string file;     // empty where nobody knows
  std::int64_t line = 0, column = 0;  // from 1; 0: not known
};
template <class V>
void each_field(V& v, Origin& x) {
  v("noun", x.noun), v("address", x.address), v("type", x.type), v("file", x.file), v("line", x.line);
  v("column", x.column);
}

/// A part of a noun that a step of its own makes: the attachment of a policy, a route, an association. The noun in the
/// world has it already; who looks at a time before that step takes it out.
struct PlanPart {
  Ref noun;
  std::string field;  // as Unknown::field: "grants.attached", "routeSet", "associationSet", "routeTableIdSet"
  Json value;         // the item of the list; of a map {key: value}
};
template <class V>
void each_field(V& v, PlanPart& x) {
  v("noun", x.noun), v("field", x.field), v("value", x.value);
}

/// One step of the plan that makes the world: what it makes and what must be done before it begins. Empty plan: all of
/// it is there already.
///
/// A component is a step, too, that makes nothing itself; its children name it as `parent`. Who names a component in
/// `after` uses one of its outputs: to Pulumi's own engine that means all of its children, to Drydock's only that the
/// component has answered. An explicit dependsOn on a component names its children as well (both engines wait for
/// them).
struct PlanStep {
  std::string address;             // as Origin::address
  std::vector<std::string> after;  // addresses; an explicit dependsOn and references alike
  bool waits_for_nodes = false;    // done only when nodes are Ready: a managed node group, the CoreDNS add-on
  std::vector<Ref> makes;
  std::vector<PlanPart> adds;
  std::string parent;  // address of the component it is a child of; empty: of none
};
template <class V>
void each_field(V& v, PlanStep& x) {
  v("address", x.address), v("after", x.after), v("waitsForNodes", x.waits_for_nodes), v("makes", x.makes);
  v("adds", x.adds), v("parent", x.parent);
}

/// A resource of the source that no noun stands for.
struct Unmodelled {
  std::string address, type;
  bool could_matter = false;  // it may decide about nodes: then the verdict depends on it
};
template <class V>
void each_field(V& v, Unmodelled& x) {
  v("address", x.address), v("type", x.type), v("couldMatter", x.could_matter);
}

/// Whose rules of ordering hold, and in whose names edits are written.
enum class Dialect { aws, drydock, pulumi, terraform, cloudformation };

struct World {
  std::string account = "123456789012", region = "us-east-1", partition = "aws";
  Dialect dialect = Dialect::aws;

  std::vector<aws::Vpc> vpcs;
  std::vector<aws::DhcpOptions> dhcp_options;
  std::vector<aws::Subnet> subnets;
  std::vector<aws::RouteTable> route_tables;
  std::vector<aws::SecurityGroup> security_groups;
  std::vector<aws::SecurityGroupRule> security_group_rules;
  std::vector<aws::NetworkAcl> network_acls;
  std::vector<aws::VpcEndpoint> vpc_endpoints;
  std::vector<aws::PrefixList> prefix_lists;  // AWS's own of the region are understood without being listed
  std::vector<aws::InternetGateway> internet_gateways;
  std::vector<aws::NatGateway> nat_gateways;
  std::vector<aws::Address> addresses;
  std::vector<aws::NetworkInterface> network_interfaces;  // those of endpoints and clusters are understood
  std::vector<aws::LaunchTemplateVersion> launch_templates;
  std::vector<aws::Instance> instances;
  std::vector<aws::Image> images;  // those of AWS are understood
  std::vector<PeeringConnection> peering_connections;
  std::vector<TransitGateway> transit_gateways;
  std::vector<Firewall> firewalls;
  std::vector<HostedZone> hosted_zones;
  std::vector<KmsKey> kms_keys;
  std::vector<aws::AutoScalingGroup> auto_scaling_groups;
  std::vector<aws::Role> roles;
  std::vector<aws::Policy> policies;  // the account's own; AWS's managed ones are understood
  std::vector<aws::InstanceProfile> instance_profiles;
  std::vector<aws::OpenIdConnectProvider> oidc_providers;
  std::vector<OrganizationPolicy> organization_policies;
  std::vector<aws::eks::Cluster> clusters;
  std::vector<aws::eks::Nodegroup> nodegroups;
  std::vector<aws::eks::AccessEntry> access_entries;
  std::vector<aws::eks::Addon> addons;
  std::vector<aws::eks::PodIdentityAssociation> pod_identity_associations;
  std::vector<FargateProfile> fargate_profiles;
  std::vector<KubernetesObject> kubernetes_objects;  // aws-auth, controllers, node classes ...

  std::vector<Unknown> unknowns;
  std::vector<Origin> origins;
  std::vector<PlanStep> plan;
  std::vector<Unmodelled> unmodelled;
};

/// Visits every table: v("vpcs", world.vpcs) and so on, in the order above, without unknowns, origins and plan. The
/// names are those of world files.
template <class V, class W>
void each_table(V&& v, W& w) {
  v("vpcs", w.vpcs), v("dhcpOptions", w.dhcp_options), v("subnets", w.subnets), v("routeTables", w.route_tables);
  v("securityGroups", w.security_groups), v("securityGroupRules", w.security_group_rules);
  v("networkAcls", w.network_acls), v("vpcEndpoints", w.vpc_endpoints), v("prefixLists", w.prefix_lists);
  v("internetGateways", w.internet_gateways), v("natGateways", w.nat_gateways), v("addresses", w.addresses);
  v("networkInterfaces", w.network_interfaces), v("launchTemplates", w.launch_templates);
  v("instances", w.instances), v("images", w.images), v("peeringConnections", w.peering_connections);
  v("transitGateways", w.transit_gateways), v("firewalls", w.firewalls), v("hostedZones", w.hosted_zones);
  v("kmsKeys", w.kms_keys), v("autoScalingGroups", w.auto_scaling_groups), v("roles", w.roles);
  v("policies", w.policies), v("instanceProfiles", w.instance_profiles), v("oidcProviders", w.oidc_providers);
  v("organizationPolicies", w.organization_policies), v("clusters", w.clusters), v("nodegroups", w.nodegroups);
  v("accessEntries", w.access_entries), v("addons", w.addons);
  v("podIdentityAssociations", w.pod_identity_associations), v("fargateProfiles", w.fargate_profiles);
  v("kubernetesObjects", w.kubernetes_objects);
}

/// The key of a noun in its table: the id of EC2's nouns, the name or ARN of IAM's, "cluster/name" of EKS's,
/// "cluster/kind/namespace/name" of Kubernetes objects, "id:version" of launch templates.
std::string key_of(const aws::Vpc&);
std::string key_of(const aws::DhcpOptions&);
std::string key_of(const aws::Subnet&);
std::string key_of(const aws::RouteTable&);
std::string key_of(const aws::SecurityGroup&);
std::string key_of(const aws::SecurityGroupRule&);
std::string key_of(const aws::NetworkAcl&);
std::string key_of(const aws::VpcEndpoint&);
std::string key_of(const aws::PrefixList&);
std::string key_of(const aws::InternetGateway&);
std::string key_of(const aws::NatGateway&);
std::string key_of(const aws::Address&);
std::string key_of(const aws::NetworkInterface&);
std::string key_of(const aws::LaunchTemplateVersion&);
std::string key_of(const aws::Instance&);
std::string key_of(const aws::Image&);
std::string key_of(const PeeringConnection&);
std::string key_of(const TransitGateway&);
std::string key_of(const Firewall&);
std::string key_of(const HostedZone&);
std::string key_of(const KmsKey&);
std::string key_of(const aws::AutoScalingGroup&);
std::string key_of(const aws::Role&);
std::string key_of(const aws::Policy&);
std::string key_of(const aws::InstanceProfile&);
std::string key_of(const aws::OpenIdConnectProvider&);
std::string key_of(const OrganizationPolicy&);
std::string key_of(const aws::eks::Cluster&);
std::string key_of(const aws::eks::Nodegroup&);
std::string key_of(const aws::eks::AccessEntry&);
std::string key_of(const aws::eks::Addon&);
std::string key_of(const aws::eks::PodIdentityAssociation&);
std::string key_of(const FargateProfile&);
std::string key_of(const KubernetesObject&);

/// Ids of what AWS makes unasked, for worlds that do not list it: a VPC's default security group and main route table,
/// and the group that EKS makes for a cluster. Readers, proof and twin use the same.
std::string default_security_group_id(std::string_view vpc);      // "<vpc>/default"
std::string main_route_table_id(std::string_view vpc);            // "<vpc>/main"
std::string cluster_security_group_id(std::string_view cluster);  // "<cluster>/eks-cluster-sg"

template <class T>
Ref ref_of(const T& noun) {
  return {T::kTable, key_of(noun)};
}
/// Null if there is none; linear.
template <class T>
const T* find(const std::vector<T>& table, std::string_view key) {
  for (const T& noun : table)
    if (key_of(noun) == key) return &noun;
  return nullptr;
}
/// Null if nobody knows where the noun stands.
const Origin* origin_of(const World& world, const Ref& noun);

}  // namespace drydock::cloud

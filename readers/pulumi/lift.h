// The inside of lift(): what the files about single types write nouns with.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "readers/pulumi/pulumi.h"
#include "readers/pulumi/source.h"

namespace drydock::readers::pulumi {

// Types that a reference may lead to.
inline constexpr std::string_view kVpc = "aws:ec2/vpc:Vpc", kDefaultVpc = "aws:ec2/defaultVpc:DefaultVpc",
                                  kSubnet = "aws:ec2/subnet:Subnet", kRouteTable = "aws:ec2/routeTable:RouteTable",
                                  kSecurityGroup = "aws:ec2/securityGroup:SecurityGroup",
                                  kVpcEndpoint = "aws:ec2/vpcEndpoint:VpcEndpoint",
                                  kNetworkAcl = "aws:ec2/networkAcl:NetworkAcl",
                                  kInternetGateway = "aws:ec2/internetGateway:InternetGateway",
                                  kEgressOnly = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
                                  kNatGateway = "aws:ec2/natGateway:NatGateway", kEip = "aws:ec2/eip:Eip",
                                  kDhcpOptions = "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
                                  kPeering = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
                                  kLaunchTemplate = "aws:ec2/launchTemplate:LaunchTemplate",
                                  kGroup = "aws:autoscaling/group:Group", kRole = "aws:iam/role:Role",
                                  kPolicy = "aws:iam/policy:Policy",
                                  kInstanceProfile = "aws:iam/instanceProfile:InstanceProfile",
                                  kOidcProvider = "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
                                  kCluster = "aws:eks/cluster:Cluster", kNodeGroup = "aws:eks/nodeGroup:NodeGroup";

class Lift {
 public:
  explicit Lift(const Stack& stack);
  Reading run() &&;

  const Sources sources;
  cloud::World world;

  /// How other nouns refer to it: its id, or its URN as long as it is planned; an EKS cluster's or role's name.
  std::string key(const Source& source) const;
  /// Where a security group is wanted, a cluster stands for the group that EKS makes for it.
  std::string key_as(std::string_view wanted, const Source& source) const;
  std::string name(const Source& source, std::string_view property = "name") const;
  std::string arn(const Source& source) const;
  /// Its tags, as the provider's default tags complete them.
  std::vector<std::pair<std::string, std::string>> tags(const Source& source) const;

  /// The noun comes from this resource.
  void made(const Source& source, const cloud::Ref& noun);
  /// This resource makes a part of a noun of another one.
  void added(const Source& source, const cloud::Ref& noun, std::string field, Json value);
  void unknown(const Source& source, std::string_view path, const cloud::Ref& noun, std::string field);
  void could_matter(const Source& source);

  /// By key, for parts that are resources of their own; null if the noun is not among the resources.
  template <class T>
  static T* edit(std::vector<T>& table, std::string_view key) {
    for (T& noun : table)
      if (cloud::key_of(noun) == key) return &noun;
    return nullptr;
  }

 private:
  cloud::PlanStep* step(const Source& source);  // null: it is there already
  bool elsewhere(const Source& source) const;
  void find_place(const Stack& stack);
  void lift_all();
  void plan();
  void notes(Reading& reading) const;

  std::map<std::string, std::size_t, std::less<>> steps_;  // URN -> index of world.plan
};

/// One noun's fields, read by the property names of its source. What is not known is marked on the noun.
class Fields {
 public:
  Fields(Lift& lift, const Source& source, cloud::Ref noun) : lift_(lift), source_(source), noun_(std::move(noun)) {}

  std::string text(std::string_view path, std::string field, std::string_view otherwise = {}) const;
  std::optional<std::string> maybe(std::string_view path, std::string field) const;
  bool flag(std::string_view path, std::string field, bool otherwise) const;
  std::int64_t number(std::string_view path, std::string field, std::int64_t otherwise) const;
  std::vector<std::string> texts(std::string_view path, std::string field) const;

  using Types = std::initializer_list<std::string_view>;
  /// The key of the resource it refers to; the first of the types says what is wanted.
  std::string ref(std::string_view path, std::string field, Types types) const;
  std::string arn(std::string_view path, std::string field, Types types) const;
  std::vector<std::string> refs(std::string_view path, std::string field, Types types) const;
  /// A JSON document, as text or as an object.
  std::string document(std::string_view path, std::string field) const;

  void unknown(std::string_view path, std::string field) const {
    lift_.unknown(source_, path, noun_, std::move(field));
  }
  bool known(std::string_view path) const { return !has_unknowns(source_.at(path)); }
  const cloud::Ref& noun() const { return noun_; }

 private:
  const Source* behind_one(std::string_view path, const Types& types) const;

  Lift& lift_;
  const Source& source_;
  cloud::Ref noun_;
};

/// What pulumi-eks's components compute from their inputs (component.cc). Empty if the inputs do not say.
std::optional<std::string> component_user_data(const Lift& lift, const Source& launch_template);
std::optional<std::string> component_image(const Lift& lift, const Source& launch_template);
std::optional<std::string> component_map_roles(const Lift& lift, const Source& config_map);
std::optional<std::vector<std::string>> component_worker_subnets(const Lift& lift, const Source& group);
/// The API server of a cluster that is planned: no name anybody can look up, but the same wherever it is needed.
std::string planned_host(const Lift& lift, const Source& cluster);
std::string planned_endpoint(const Lift& lift, const Source& cluster);

using Handler = void (*)(Lift&, const Source&);
struct TypeRow {
  std::string_view type;
  int pass;  // nouns first, then what is a part of another noun, then parts of parts
  Handler lift;
};
std::span<const TypeRow> network_types();
std::span<const TypeRow> filter_types();  // groups, rules, network ACLs
std::span<const TypeRow> identity_types();
std::span<const TypeRow> compute_types();
std::span<const TypeRow> cluster_types();

}  // namespace drydock::readers::pulumi

// A world as the proof looks at it: everything by its key, what AWS adds without being asked (main route tables, the
// routes of gateway endpoints, default groups, EKS's own group, prefix lists), and compiled policies. What is still
// "pending" in a plan counts as done: the walk in time is proof/order's. Borrows the world, which must outlive it,
// unmoved. One thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/world/world.h"
#include "proof/network/network.h"
#include "proof/permission/permission.h"

namespace drydock::proof {

/// A policy as it stands, or AWS's own words why it cannot stand.
struct PolicyText {
  std::unique_ptr<CompiledPolicy> policy;  // null: refused
  std::string refused;
};

class WorldView {
 public:
  explicit WorldView(const cloud::World& world);
  WorldView(const WorldView&) = delete;
  WorldView& operator=(const WorldView&) = delete;

  const cloud::World& world() const { return world_; }
  const Network& network() const { return network_; }
  std::string_view suffix() const;  // amazonaws.com

  // Null where there is none.
  const aws::SecurityGroup* security_group(std::string_view id) const { return find(groups_, id); }
  const aws::RouteTable* route_table(std::string_view id) const { return find(tables_, id); }
  const aws::VpcEndpoint* endpoint(std::string_view id) const { return find(endpoints_, id); }
  const aws::LaunchTemplateVersion* launch_template(std::string_view id, std::string_view name,
                                                    std::string_view version) const;
  const aws::Role* role(std::string_view name_or_arn) const;
  const aws::InstanceProfile* instance_profile(std::string_view name_or_arn) const;
  const aws::eks::Cluster* cluster(std::string_view name) const { return find(clusters_, name); }
  const aws::Image* image(std::string_view id) const { return find(images_, id); }
  const aws::OpenIdConnectProvider* oidc_provider(std::string_view arn) const { return find(oidc_, arn); }

  /// EKS's own group of the cluster, named by it or not.
  std::string cluster_group(const aws::eks::Cluster& cluster) const;
  std::string default_group(std::string_view vpc) const;
  /// What a name must be to be the cluster's API server: its host, or a name that stands for the one it will get.
  static std::string api_host(const aws::eks::Cluster& cluster);
  /// The VPC's endpoints for a service ("ecr.api"), of any type and state.
  std::vector<const aws::VpcEndpoint*> endpoints_for(std::string_view vpc, std::string_view service) const;

  /// Addresses of the subnet that interfaces hold.
  std::int64_t used_addresses(std::string_view subnet) const;
  /// The account's own policies and AWS's; nullopt for one that nobody here knows.
  std::optional<std::string> managed_document(std::string_view arn) const;
  /// Compiled once a text.
  /// Documents that were compiled before, for any world, are not read again.
  const PolicyText& policy(const std::string& name, const std::string& document, aws::PolicyKind kind) const;
  /// Levels of organization policies of a type, root first.
  const std::vector<std::vector<const cloud::OrganizationPolicy*>>& levels(std::string_view type) const;

 private:
  template <class T>
  using ById = std::map<std::string, T, std::less<>>;
  template <class T>
  static const T* find(const ById<const T*>& map, std::string_view id) {
    const auto it = map.find(id);
    return it == map.end() ? nullptr : it->second;
  }
  template <class T>
  const T& own(std::deque<T>& store, T noun) {
    return store.emplace_back(std::move(noun));
  }
  void add_names();
  void add_prefix_lists();
  void add_vpcs();
  void add_groups();
  void add_route_tables();
  void add_endpoints();
  void add_clusters();
  aws::SecurityGroupRule rule(const std::string& group, bool egress, const std::string& peer) const;

  const cloud::World& world_;
  Network network_;
  ById<const aws::SecurityGroup*> groups_;
  ById<const aws::RouteTable*> tables_;
  ById<const aws::VpcEndpoint*> endpoints_;
  ById<std::vector<const aws::VpcEndpoint*>> endpoints_of_service_;  // "vpc/service"
  ById<const aws::Role*> roles_, roles_by_arn_;
  ById<const aws::InstanceProfile*> profiles_, profiles_by_arn_;
  ById<const aws::eks::Cluster*> clusters_;
  ById<const aws::Image*> images_;
  ById<const aws::OpenIdConnectProvider*> oidc_;
  ById<const aws::Policy*> policies_;
  ById<std::string> default_groups_;  // VPC -> group
  ById<std::vector<const aws::LaunchTemplateVersion*>> templates_;
  std::vector<std::vector<const cloud::OrganizationPolicy*>> scps_, rcps_;
  // What the world does not list, and copies of what looks different here. Deques: pointers into them stay good.
  std::deque<aws::PrefixList> own_lists_;
  std::deque<aws::RouteTable> own_tables_;
  std::deque<aws::SecurityGroupRule> own_rules_;
  std::deque<aws::VpcEndpoint> own_endpoints_;
  std::deque<aws::NatGateway> own_nats_;
  ById<std::int64_t> used_;  // addresses of subnets that interfaces hold
  mutable std::map<std::pair<int, std::string>, std::shared_ptr<const PolicyText>> compiled_;
};

}  // namespace drydock::proof

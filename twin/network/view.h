// What one packet can meet in one region: EC2's nouns, looked up the ways a network does. A view borrows the nouns it
// is given (they must outlive it, unmoved) and only reads them; build a new one after the nouns changed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/aws/cidr.h"
#include "cloud/aws/ec2.h"
#include "cloud/world/nouns.h"

namespace drydock::twin::network {

/// A cluster's API server as the network sees it
/// (https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html).
struct ClusterEndpoint {
  std::string name, host, vpcId;  // host: <id>.<xx>.<region>.eks.amazonaws.com
  bool publicAccess = true, privateAccess = false;
  std::vector<std::string> publicAccessCidrs;
  std::vector<std::string> networkInterfaceIds;  // EKS's interfaces in the cluster's subnets
};

class View {
 public:
  explicit View(std::string region) : region_(std::move(region)) {}
  const std::string& region() const { return region_; }

  void add(const aws::Vpc& x) { vpcs_[x.vpcId] = &x; }
  void add(const aws::DhcpOptions& x) { dhcp_options_[x.dhcpOptionsId] = &x; }
  void add(const aws::Subnet& x) { subnets_[x.subnetId] = &x; }
  void add(const aws::RouteTable& x);
  void add(const aws::SecurityGroupRule& x) { rules_[x.groupId].push_back(&x); }
  void add(const aws::NetworkAcl& x);
  void add(const aws::VpcEndpoint& x);
  void add(const aws::PrefixList& x) { prefix_lists_[x.prefixListId] = &x; }
  void add(const aws::InternetGateway& x) { internet_gateways_[x.internetGatewayId] = &x; }
  void add(const aws::NatGateway& x) { nat_gateways_[x.natGatewayId] = &x; }
  void add(const aws::NetworkInterface& x);
  void add(const aws::Instance& x) { instances_[x.instanceId] = &x; }
  void add(ClusterEndpoint x) { clusters_.push_back(std::move(x)); }
  void add(const cloud::HostedZone& x) { zones_.push_back(&x); }
  void add(const cloud::PeeringConnection& x) { peerings_[x.vpcPeeringConnectionId] = &x; }
  void add(const cloud::TransitGateway& x) { transit_gateways_[x.transitGatewayId] = &x; }

  // Null where there is none.
  const aws::Vpc* vpc(std::string_view id) const { return find(vpcs_, id); }
  const aws::DhcpOptions* dhcp_options(std::string_view id) const { return find(dhcp_options_, id); }
  const aws::Subnet* subnet(std::string_view id) const { return find(subnets_, id); }
  const aws::NetworkInterface* interface(std::string_view id) const { return find(interfaces_, id); }
  const aws::InternetGateway* internet_gateway(std::string_view id) const { return find(internet_gateways_, id); }
  const aws::NatGateway* nat_gateway(std::string_view id) const { return find(nat_gateways_, id); }
  const aws::Instance* instance(std::string_view id) const { return find(instances_, id); }
  const aws::PrefixList* prefix_list(std::string_view id) const { return find(prefix_lists_, id); }
  const aws::VpcEndpoint* endpoint(std::string_view id) const { return find(endpoints_, id); }
  const aws::PrefixList* prefix_list_named(std::string_view name) const;

  /// The table of the subnet's association, else the VPC's main one.
  const aws::RouteTable* route_table_of(const aws::Subnet& subnet) const;
  /// The associated ACL, else the VPC's default one.
  const aws::NetworkAcl* network_acl_of(const aws::Subnet& subnet) const;
  const std::vector<const aws::SecurityGroupRule*>& rules_of(std::string_view group) const;
  const aws::NetworkInterface* interface_at(std::string_view vpc, std::string_view address) const;
  /// The endpoint one of whose interfaces this is.
  const aws::VpcEndpoint* endpoint_of_interface(std::string_view interface) const;
  const std::vector<const aws::VpcEndpoint*>& endpoints_in(std::string_view vpc) const;
  const std::vector<ClusterEndpoint>& clusters() const { return clusters_; }
  const std::vector<const cloud::HostedZone*>& hosted_zones() const { return zones_; }
  const cloud::PeeringConnection* peering(std::string_view id) const { return find(peerings_, id); }
  const cloud::TransitGateway* transit_gateway(std::string_view id) const { return find(transit_gateways_, id); }

 private:
  template <class T>
  using ById = std::map<std::string, T, std::less<>>;
  template <class T>
  static const T* find(const ById<const T*>& map, std::string_view id) {
    auto it = map.find(id);
    return it == map.end() ? nullptr : it->second;
  }

  std::string region_;
  ById<const aws::Vpc*> vpcs_;
  ById<const aws::DhcpOptions*> dhcp_options_;
  ById<const aws::Subnet*> subnets_;
  ById<const aws::RouteTable*> table_of_subnet_, main_table_of_vpc_;
  ById<const aws::NetworkAcl*> acl_of_subnet_, default_acl_of_vpc_;
  ById<std::vector<const aws::SecurityGroupRule*>> rules_;
  ById<const aws::VpcEndpoint*> endpoints_, endpoint_of_interface_;
  ById<std::vector<const aws::VpcEndpoint*>> endpoints_of_vpc_;
  ById<const aws::PrefixList*> prefix_lists_;
  ById<const aws::InternetGateway*> internet_gateways_;
  ById<const aws::NatGateway*> nat_gateways_;
  ById<const aws::NetworkInterface*> interfaces_;
  ById<ById<const aws::NetworkInterface*>> interface_at_;  // VPC, then address
  ById<const aws::Instance*> instances_;
  std::vector<ClusterEndpoint> clusters_;
  std::vector<const cloud::HostedZone*> zones_;
  ById<const cloud::PeeringConnection*> peerings_;
  ById<const cloud::TransitGateway*> transit_gateways_;
};

}  // namespace drydock::twin::network

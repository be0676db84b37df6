// The network of one region as the proof sees it: EC2's nouns, real or only planned, and a way to look them up.
// Borrows the nouns it is given; they must outlive it, unmoved.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/aws/ec2.h"
#include "proof/network/address_set.h"

namespace drydock::proof {

/// An API server of EKS: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
struct ApiServer {
  std::string cluster, host, vpcId;
  bool publicAccess = true, privateAccess = false;
  std::vector<std::string> publicAccessCidrs;
  std::vector<std::string> subnetIds;         // EKS puts an interface into each
  std::vector<std::string> securityGroupIds;  // on those interfaces, EKS's own group included
};

/// A private hosted zone of Route 53.
/// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html
struct PrivateZone {
  std::string id, name;
  std::vector<std::string> vpcIds;
  std::map<std::string, std::vector<std::string>> records;  // name, "*.x" too -> addresses, or "alias <endpoint>"
};
struct PeeringConnection {
  std::string id, requesterVpcId, accepterVpcId, status;
};
struct TransitGateway {
  struct Attachment {
    std::string vpcId;
    std::map<std::string, std::string> routes;  // CIDR -> VPC behind it
  };
  std::string id;
  std::vector<Attachment> attachments;
  bool leads_out = false;  // it has a default route: what lies behind is not modelled
};

class Network {
 public:
  explicit Network(std::string region) : region_(std::move(region)) {}
  const std::string& region() const { return region_; }

  void add(const aws::Vpc& x) { vpcs_[x.vpcId] = &x; }
  void add(const aws::DhcpOptions& x) { dhcp_[x.dhcpOptionsId] = &x; }
  void add(const aws::Subnet& x) { subnets_[x.subnetId] = &x; }
  void add(const aws::RouteTable& x);
  void add(const aws::SecurityGroupRule& x) { rules_[x.groupId].push_back(&x); }
  void add(const aws::NetworkAcl& x);
  void add(const aws::VpcEndpoint& x) { endpoints_[x.vpcId].push_back(&x), endpoint_[x.vpcEndpointId] = &x; }
  void add(const aws::PrefixList& x) { prefix_lists_[x.prefixListId] = &x; }
  void add(const aws::InternetGateway& x) { internet_gateways_[x.internetGatewayId] = &x; }
  void add(const aws::NatGateway& x) { nat_gateways_[x.natGatewayId] = &x; }
  void add(const aws::NetworkInterface& x);
  void add(const aws::Instance& x) { instances_[x.instanceId] = &x; }
  void add(PrivateZone x) { zones_.push_back(std::move(x)); }
  void add(PeeringConnection x) { peerings_[x.id] = std::move(x); }
  void add(TransitGateway x) { transit_gateways_[x.id] = std::move(x); }
  void add(ApiServer x) { api_servers_.push_back(std::move(x)); }

  // Null where there is none.
  const aws::Vpc* vpc(std::string_view id) const { return find(vpcs_, id); }
  const aws::DhcpOptions* dhcp_options(std::string_view id) const { return find(dhcp_, id); }
  const aws::Subnet* subnet(std::string_view id) const { return find(subnets_, id); }
  const aws::PrefixList* prefix_list(std::string_view id) const { return find(prefix_lists_, id); }
  const aws::PrefixList* prefix_list_of(std::string_view service) const;
  const aws::InternetGateway* internet_gateway(std::string_view id) const { return find(internet_gateways_, id); }
  const aws::NatGateway* nat_gateway(std::string_view id) const { return find(nat_gateways_, id); }
  const aws::NetworkInterface* interface(std::string_view id) const { return find(interfaces_, id); }
  const aws::NetworkInterface* interface_at(std::string_view vpc, std::string_view address) const;
  const aws::Instance* instance(std::string_view id) const { return find(instances_, id); }
  const aws::VpcEndpoint* endpoint(std::string_view id) const { return find(endpoint_, id); }
  const std::vector<const aws::VpcEndpoint*>& endpoints_in(std::string_view vpc) const;
  const std::vector<PrivateZone>& zones() const { return zones_; }
  bool peered(std::string_view a, std::string_view b) const;
  const PeeringConnection* peering(std::string_view id) const { return own(peerings_, id); }
  const TransitGateway* transit_gateway(std::string_view id) const { return own(transit_gateways_, id); }
  const std::vector<ApiServer>& api_servers() const { return api_servers_; }
  const std::vector<const aws::SecurityGroupRule*>& rules_of(std::string_view group) const;
  /// The table of the subnet's own association, else the VPC's main one.
  const aws::RouteTable* route_table(const aws::Subnet& subnet) const;
  const aws::NetworkAcl* network_acl(const aws::Subnet& subnet) const;
  /// The subnet of any VPC that holds the address. Linear.
  const aws::Subnet* subnet_holding(const aws::IpAddress& address) const;

 private:
  template <class T>
  using ById = std::map<std::string, T, std::less<>>;
  template <class T>
  static const T* find(const ById<const T*>& map, std::string_view id) {
    const auto it = map.find(id);
    return it == map.end() ? nullptr : it->second;
  }

  template <class T>
  static const T* own(const ById<T>& map, std::string_view id) {
    const auto it = map.find(id);
    return it == map.end() ? nullptr : &it->second;
  }

  std::string region_;
  ById<const aws::Vpc*> vpcs_;
  ById<const aws::DhcpOptions*> dhcp_;
  ById<const aws::Subnet*> subnets_;
  ById<const aws::RouteTable*> table_of_subnet_, main_table_;
  ById<const aws::NetworkAcl*> acl_of_subnet_, default_acl_;
  ById<std::vector<const aws::SecurityGroupRule*>> rules_;
  ById<std::vector<const aws::VpcEndpoint*>> endpoints_;  // by VPC
  ById<const aws::VpcEndpoint*> endpoint_;
  ById<const aws::PrefixList*> prefix_lists_;
  ById<const aws::InternetGateway*> internet_gateways_;
  ById<const aws::NatGateway*> nat_gateways_;
  ById<const aws::NetworkInterface*> interfaces_, interface_at_;  // the latter by "vpc/address"
  ById<const aws::Instance*> instances_;
  std::vector<PrivateZone> zones_;
  ById<PeeringConnection> peerings_;
  ById<TransitGateway> transit_gateways_;
  std::vector<ApiServer> api_servers_;
};

}  // namespace drydock::proof

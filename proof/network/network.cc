#include "proof/network/network.h"

namespace drydock::proof {

void Network::add(const aws::RouteTable& x) {
  for (const aws::RouteTableAssociation& a : x.associationSet) {
    if (a.main) main_table_[x.vpcId] = &x;
    if (a.subnetId) table_of_subnet_[*a.subnetId] = &x;
  }
}

void Network::add(const aws::NetworkAcl& x) {
  if (x.isDefault) default_acl_[x.vpcId] = &x;
  for (const aws::NetworkAclAssociation& a : x.associationSet) acl_of_subnet_[a.subnetId] = &x;
}

void Network::add(const aws::NetworkInterface& x) {
  interfaces_[x.networkInterfaceId] = &x;
  interface_at_[x.vpcId + "/" + x.privateIpAddress] = &x;
}

const aws::NetworkInterface* Network::interface_at(std::string_view vpc, std::string_view address) const {
  return find(interface_at_, std::string(vpc) + "/" + std::string(address));
}

const aws::PrefixList* Network::prefix_list_of(std::string_view service) const {
  for (const auto& [id, list] : prefix_lists_)
    if (list->prefixListName.ends_with("." + region_ + "." + std::string(service))) return list;
  return nullptr;
}

const std::vector<const aws::VpcEndpoint*>& Network::endpoints_in(std::string_view vpc) const {
  static const std::vector<const aws::VpcEndpoint*> kNone;
  const auto it = endpoints_.find(vpc);
  return it == endpoints_.end() ? kNone : it->second;
}

const std::vector<const aws::SecurityGroupRule*>& Network::rules_of(std::string_view group) const {
  static const std::vector<const aws::SecurityGroupRule*> kNone;
  const auto it = rules_.find(group);
  return it == rules_.end() ? kNone : it->second;
}

const aws::RouteTable* Network::route_table(const aws::Subnet& subnet) const {
  const aws::RouteTable* own = find(table_of_subnet_, subnet.subnetId);
  return own ? own : find(main_table_, subnet.vpcId);
}

const aws::NetworkAcl* Network::network_acl(const aws::Subnet& subnet) const {
  const aws::NetworkAcl* own = find(acl_of_subnet_, subnet.subnetId);
  return own ? own : find(default_acl_, subnet.vpcId);
}

const aws::Subnet* Network::subnet_holding(const aws::IpAddress& address) const {
  for (const auto& [id, subnet] : subnets_)
    if (const auto cidr = aws::Cidr::parse(subnet->cidrBlock); cidr && cidr->contains(address)) return subnet;
  return nullptr;
}

bool Network::peered(std::string_view a, std::string_view b) const {
  for (const auto& [id, p] : peerings_)
    if ((p.requesterVpcId == a && p.accepterVpcId == b) || (p.requesterVpcId == b && p.accepterVpcId == a)) return true;
  return false;
}

}  // namespace drydock::proof

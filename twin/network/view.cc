#include "twin/network/view.h"

namespace drydock::twin::network {

void View::add(const aws::RouteTable& x) {
  for (const aws::RouteTableAssociation& association : x.associationSet) {
    if (association.main) main_table_of_vpc_[x.vpcId] = &x;
    if (association.subnetId) table_of_subnet_[*association.subnetId] = &x;
  }
}

void View::add(const aws::NetworkAcl& x) {
  if (x.isDefault) default_acl_of_vpc_[x.vpcId] = &x;
  for (const aws::NetworkAclAssociation& association : x.associationSet) acl_of_subnet_[association.subnetId] = &x;
}

void View::add(const aws::VpcEndpoint& x) {
  endpoints_[x.vpcEndpointId] = &x;
  endpoints_of_vpc_[x.vpcId].push_back(&x);
  for (const std::string& id : x.networkInterfaceIdSet) endpoint_of_interface_[id] = &x;
}

void View::add(const aws::NetworkInterface& x) {
  interfaces_[x.networkInterfaceId] = &x;
  auto& at = interface_at_[x.vpcId];
  at[x.privateIpAddress] = &x;
  for (const std::string& address : x.secondaryAddresses) at[address] = &x;
}

const aws::PrefixList* View::prefix_list_named(std::string_view name) const {
  for (const auto& [id, list] : prefix_lists_)
    if (list->prefixListName == name) return list;
  return nullptr;
}

const aws::RouteTable* View::route_table_of(const aws::Subnet& subnet) const {
  if (auto* table = find(table_of_subnet_, subnet.subnetId)) return table;
  return find(main_table_of_vpc_, subnet.vpcId);
}

const aws::NetworkAcl* View::network_acl_of(const aws::Subnet& subnet) const {
  if (auto* acl = find(acl_of_subnet_, subnet.subnetId)) return acl;
  return find(default_acl_of_vpc_, subnet.vpcId);
}

const std::vector<const aws::SecurityGroupRule*>& View::rules_of(std::string_view group) const {
  static const std::vector<const aws::SecurityGroupRule*> kNone;
  auto it = rules_.find(group);
  return it == rules_.end() ? kNone : it->second;
}

const aws::NetworkInterface* View::interface_at(std::string_view vpc, std::string_view address) const {
  auto it = interface_at_.find(vpc);
  return it == interface_at_.end() ? nullptr : find(it->second, address);
}

const aws::VpcEndpoint* View::endpoint_of_interface(std::string_view interface) const {
  return find(endpoint_of_interface_, interface);
}

const std::vector<const aws::VpcEndpoint*>& View::endpoints_in(std::string_view vpc) const {
  static const std::vector<const aws::VpcEndpoint*> kNone;
  auto it = endpoints_of_vpc_.find(vpc);
  return it == endpoints_of_vpc_.end() ? kNone : it->second;
}

}  // namespace drydock::twin::network

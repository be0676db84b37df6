// What AWS makes with a VPC or a cluster: main route table, default security group, default network ACL, the cluster's
// own group. A plan names them by attributes of the VPC or cluster.
#include <algorithm>

#include "readers/terraform/context.h"

namespace drydock::readers::terraform {
namespace {

void main_table(cloud::World& world, const std::string& vpc, const std::string& id) {
  aws::RouteTable x;
  x.routeTableId = id;
  x.vpcId = vpc;
  aws::RouteTableAssociation association;
  association.routeTableId = id;
  association.main = true;
  x.associationSet.push_back(std::move(association));
  world.route_tables.push_back(std::move(x));
}

void default_acl(cloud::World& world, const std::string& vpc, const std::string& id) {
  aws::NetworkAcl x;
  x.networkAclId = id;
  x.vpcId = vpc;
  x.ownerId = world.account;
  x.isDefault = true;
  for (const bool egress : {false, true}) {
    aws::NetworkAclEntry entry;
    entry.ruleNumber = 100;
    entry.ruleAction = "allow";
    entry.egress = egress;
    entry.cidrBlock = "0.0.0.0/0";
    x.entrySet.push_back(std::move(entry));
  }
  world.network_acls.push_back(std::move(x));
}

}  // namespace

std::string Context::derived(std::string_view owner, std::string_view attribute) {
  std::string id;
  if (attribute == "default_security_group_id") {
    id = cloud::default_security_group_id(owner);
  } else if (attribute == "cluster_security_group_id") {
    id = cloud::cluster_security_group_id(owner);
  } else if (attribute == "main_route_table_id" || attribute == "default_route_table_id") {
    id = cloud::main_route_table_id(owner);
  } else {
    id = std::string(owner) + "/" + std::string(attribute);
  }
  make_derived(owner, attribute, id);
  return id;
}

// Groups are understood without a noun; a table takes routes and an ACL rules, so they need one.
void Context::make_derived(std::string_view owner, std::string_view attribute, const std::string& id) {
  if (!derived_.insert(id).second) return;
  owners_[id] = owner;
  const std::string vpc(owner);
  if (attribute == "main_route_table_id" || attribute == "default_route_table_id") {
    if (!noun(world.route_tables, id)) main_table(world, vpc, id);
  } else if (attribute == "default_network_acl_id") {
    if (!noun(world.network_acls, id)) default_acl(world, vpc, id);
  }
}

std::string Context::vpc_of_derived(std::string_view id) const {
  const auto found = owners_.find(id);
  return found == owners_.end() ? std::string() : found->second;
}

void Context::forget_derived(std::string_view id) {
  std::erase_if(world.route_tables, [&](const auto& x) { return x.routeTableId == id; });
  std::erase_if(world.network_acls, [&](const auto& x) { return x.networkAclId == id; });
  std::erase_if(world.security_groups, [&](const auto& x) { return x.groupId == id; });
  std::erase_if(world.security_group_rules, [&](const auto& x) { return x.groupId == id; });
}

}  // namespace drydock::readers::terraform

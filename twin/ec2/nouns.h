// How the twin's EC2 nouns come to be and hang together: shared by the operations' files. Nothing here checks a
// caller's input; operations do, then call these.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloud/aws/cidr.h"
#include "twin/ec2/describe.h"
#include "twin/ec2/ec2.h"

namespace drydock::twin::ec2 {

// --- Making.
/// With DHCP options, main route table, default network ACL and default security group, as CreateVpc makes them.
aws::Vpc& make_vpc(World& world, const std::string& region, const std::string& cidr, bool is_default);
aws::Subnet& make_subnet(World& world, const std::string& region, const std::string& vpc_id, const std::string& cidr,
                         const Availability& zone);
aws::SecurityGroup& make_group(World& world, const std::string& region, const std::string& vpc_id,
                               const std::string& name, const std::string& description);
aws::SecurityGroupRule& make_rule(World& world, const std::string& region, aws::SecurityGroupRule rule);
/// AWS's public AMIs of a region.
void make_images(World& world, const std::string& region);
aws::RouteTable& make_route_table(World& world, const std::string& region, const aws::Vpc& vpc);

// --- Looking.
const aws::RouteTable* main_table(World& world, const std::string& region, std::string_view vpc_id);
const aws::RouteTable* table_of_subnet(World& world, const std::string& region, const aws::Subnet& subnet);
const aws::SecurityGroup* default_group(World& world, const std::string& region, std::string_view vpc_id);
const aws::NetworkAcl* default_acl(World& world, const std::string& region, std::string_view vpc_id);
const aws::Vpc* default_vpc(World& world, const std::string& region);
std::vector<aws::GroupIdentifier> group_identifiers(World& world, const std::string& region,
                                                    const std::vector<std::string>& ids);
const aws::PrefixList* prefix_list_named(World& world, const std::string& region, std::string_view name);

// --- Addresses of a subnet: the first four and the last are AWS's.
std::optional<std::string> take_address(World& world, const std::string& region, const std::string& subnet_id,
                                        const std::string& wanted = {});
void give_back(World& world, const std::string& region, const std::string& subnet_id, const std::string& address);

/// Removes from the tables what only lingers to be described (terminated instances, deleted NAT gateways) of a VPC.
void forget_remains(World& world, const std::string& region, std::string_view vpc_id);

Json render_interface(World& world, const Call& call, const aws::NetworkInterface& eni);

/// Erases security group rules of, and route or group references to, something that goes.
void erase_rules_of(World& world, const std::string& region, std::string_view group_id);

// --- The operations, one function a file.
void install_vpcs(Front& front, World& world);
void install_subnets(Front& front, World& world);
void install_route_tables(Front& front, World& world);
void install_routes(Front& front, World& world);
void install_groups(Front& front, World& world);
void install_endpoints(Front& front, World& world, Ec2& ec2);
void install_acls(Front& front, World& world);
void install_gateways(Front& front, World& world, Ec2& ec2);
void install_addresses(Front& front);
void install_interfaces(Front& front, World& world, Ec2& ec2);
void install_templates(Front& front, World& world, Ec2& ec2);
void install_instances(Front& front, World& world, Ec2& ec2);
void install_images(Front& front, World& world);
void install_places(Front& front, World& world);
void install_tags(Front& front, World& world);
void install_key_pairs(Front& front, World& world);

}  // namespace drydock::twin::ec2

#include "twin/ec2/nouns.h"

#include <algorithm>

namespace drydock::twin::ec2 {

namespace {

std::string arn(World& world, const std::string& region, const char* type, const std::string& id) {
  return "arn:aws:ec2:" + region + ":" + world.account() + ":" + type + "/" + id;
}

const std::string& amazon_dhcp_options(World& world, const std::string& region) {
  auto& table = world.table<aws::DhcpOptions>(region);
  for (const auto& [id, options] : table)
    for (const auto& item : options.configurations)
      if (item.key == "domain-name-servers" && item.values == std::vector<std::string>{"AmazonProvidedDNS"}) return id;
  aws::DhcpOptions options;
  options.dhcpOptionsId = world.new_id("dopt");
  options.ownerId = world.account();
  options.configurations = {{"domain-name", {region == "us-east-1" ? "ec2.internal" : region + ".compute.internal"}},
                            {"domain-name-servers", {"AmazonProvidedDNS"}}};
  return table.put(options.dhcpOptionsId, options).dhcpOptionsId;
}

void make_default_acl(World& world, const std::string& region, const aws::Vpc& vpc) {
  aws::NetworkAcl acl;
  acl.networkAclId = world.new_id("acl");
  acl.vpcId = vpc.vpcId;
  acl.ownerId = world.account();
  acl.isDefault = true;
  for (bool egress : {true, false}) {
    acl.entrySet.push_back({100, "-1", "allow", egress, "0.0.0.0/0"});
    acl.entrySet.push_back({32767, "-1", "deny", egress, "0.0.0.0/0"});
  }
  world.table<aws::NetworkAcl>(region).put(acl.networkAclId, acl);
}

void make_default_group(World& world, const std::string& region, const aws::Vpc& vpc) {
  aws::SecurityGroup& group = make_group(world, region, vpc.vpcId, "default", "default VPC security group");
  aws::SecurityGroupRule own;
  own.groupId = group.groupId;
  own.ipProtocol = "-1";
  own.referencedGroupInfo = aws::ReferencedGroup{group.groupId, world.account()};
  make_rule(world, region, own);
}

}  // namespace

aws::Vpc& make_vpc(World& world, const std::string& region, const std::string& cidr, bool is_default) {
  aws::Vpc vpc;
  vpc.vpcId = world.new_id("vpc");
  vpc.ownerId = world.account();
  vpc.cidrBlock = cidr;
  vpc.isDefault = is_default;
  vpc.dhcpOptionsId = amazon_dhcp_options(world, region);
  vpc.cidrBlockAssociationSet.push_back({world.new_id("vpc-cidr-assoc"), cidr});
  aws::Vpc& row = world.table<aws::Vpc>(region).put(vpc.vpcId, vpc);
  aws::RouteTable& main = make_route_table(world, region, row);
  main.associationSet.push_back({world.new_id("rtbassoc"), main.routeTableId, std::nullopt, std::nullopt, true});
  make_default_acl(world, region, row);
  make_default_group(world, region, row);
  return row;
}

aws::Subnet& make_subnet(World& world, const std::string& region, const std::string& vpc_id, const std::string& cidr,
                         const Availability& zone) {
  aws::Subnet subnet;
  subnet.subnetId = world.new_id("subnet");
  subnet.subnetArn = arn(world, region, "subnet", subnet.subnetId);
  subnet.ownerId = world.account();
  subnet.vpcId = vpc_id;
  subnet.cidrBlock = cidr;
  subnet.availabilityZone = zone.name;
  subnet.availabilityZoneId = zone.id;
  subnet.availableIpAddressCount = (std::int64_t{1} << (32 - aws::Cidr::parse(cidr)->bits)) - 5;
  const std::string acl_id = default_acl(world, region, vpc_id)->networkAclId;
  world.table<aws::NetworkAcl>(region).edit(acl_id)->associationSet.push_back(
      {world.new_id("aclassoc"), acl_id, subnet.subnetId});
  return world.table<aws::Subnet>(region).put(subnet.subnetId, subnet);
}

aws::SecurityGroup& make_group(World& world, const std::string& region, const std::string& vpc_id,
                               const std::string& name, const std::string& description) {
  aws::SecurityGroup group;
  group.groupId = world.new_id("sg");
  group.groupName = name;
  group.groupDescription = description;
  group.ownerId = world.account();
  group.vpcId = vpc_id;
  group.securityGroupArn = arn(world, region, "security-group", group.groupId);
  aws::SecurityGroupRule egress;
  egress.groupId = group.groupId;
  egress.isEgress = true;
  egress.ipProtocol = "-1";
  egress.cidrIpv4 = "0.0.0.0/0";
  make_rule(world, region, egress);
  return world.table<aws::SecurityGroup>(region).put(group.groupId, group);
}

aws::SecurityGroupRule& make_rule(World& world, const std::string& region, aws::SecurityGroupRule rule) {
  rule.securityGroupRuleId = world.new_id("sgr");
  rule.securityGroupRuleArn = arn(world, region, "security-group-rule", rule.securityGroupRuleId);
  rule.groupOwnerId = world.account();
  return world.table<aws::SecurityGroupRule>(region).put(rule.securityGroupRuleId, rule);
}

aws::RouteTable& make_route_table(World& world, const std::string& region, const aws::Vpc& vpc) {
  aws::RouteTable table;
  table.routeTableId = world.new_id("rtb");
  table.ownerId = world.account();
  table.vpcId = vpc.vpcId;
  for (const auto& block : vpc.cidrBlockAssociationSet) {
    aws::Route local;
    local.destinationCidrBlock = block.cidrBlock;
    local.gatewayId = "local";
    table.routeSet.push_back(local);
  }
  for (const auto& block : vpc.ipv6CidrBlocks) {
    aws::Route local;
    local.destinationIpv6CidrBlock = block.cidrBlock;
    local.gatewayId = "local";
    table.routeSet.push_back(local);
  }
  return world.table<aws::RouteTable>(region).put(table.routeTableId, table);
}

const aws::RouteTable* main_table(World& world, const std::string& region, std::string_view vpc_id) {
  for (const auto& [id, table] : world.table<aws::RouteTable>(region))
    if (table.vpcId == vpc_id)
      for (const auto& association : table.associationSet)
        if (association.main) return &table;
  return nullptr;
}

const aws::RouteTable* table_of_subnet(World& world, const std::string& region, const aws::Subnet& subnet) {
  for (const auto& [id, table] : world.table<aws::RouteTable>(region))
    if (table.vpcId == subnet.vpcId)
      for (const auto& association : table.associationSet)
        if (association.subnetId == subnet.subnetId) return &table;
  return main_table(world, region, subnet.vpcId);
}

const aws::SecurityGroup* default_group(World& world, const std::string& region, std::string_view vpc_id) {
  for (const auto& [id, group] : world.table<aws::SecurityGroup>(region))
    if (group.vpcId == vpc_id && group.groupName == "default") return &group;
  return nullptr;
}

const aws::NetworkAcl* default_acl(World& world, const std::string& region, std::string_view vpc_id) {
  for (const auto& [id, acl] : world.table<aws::NetworkAcl>(region))
    if (acl.vpcId == vpc_id && acl.isDefault) return &acl;
  return nullptr;
}

const aws::Vpc* default_vpc(World& world, const std::string& region) {
  for (const auto& [id, vpc] : world.table<aws::Vpc>(region))
    if (vpc.isDefault) return &vpc;
  return nullptr;
}

std::vector<aws::GroupIdentifier> group_identifiers(World& world, const std::string& region,
                                                    const std::vector<std::string>& ids) {
  std::vector<aws::GroupIdentifier> groups;
  for (const std::string& id : ids)
    if (const aws::SecurityGroup* group = world.table<aws::SecurityGroup>(region).find(id))
      groups.push_back({id, group->groupName});
  return groups;
}

const aws::PrefixList* prefix_list_named(World& world, const std::string& region, std::string_view name) {
  for (const auto& [id, list] : world.table<aws::PrefixList>(region))
    if (list.prefixListName == name) return &list;
  return nullptr;
}

namespace {

std::int64_t usable_addresses(const aws::Cidr& block) { return (std::int64_t{1} << (32 - block.bits)) - 5; }

/// The list is not journaled (it would be written whole with each address): after a restart it is read off the
/// interfaces, which its length against the count of free ones tells.
void fill_used_addresses(World& world, const std::string& region, aws::Subnet& subnet) {
  const std::int64_t used = usable_addresses(*aws::Cidr::parse(subnet.cidrBlock)) - subnet.availableIpAddressCount;
  if (static_cast<std::int64_t>(subnet.usedAddresses.size()) == used) return;
  subnet.usedAddresses.clear();
  for (const auto& [id, eni] : world.table<aws::NetworkInterface>(region)) {
    if (eni.subnetId != subnet.subnetId) continue;
    subnet.usedAddresses.push_back(eni.privateIpAddress);
    subnet.usedAddresses.insert(subnet.usedAddresses.end(), eni.secondaryAddresses.begin(),
                                eni.secondaryAddresses.end());
  }
  std::sort(subnet.usedAddresses.begin(), subnet.usedAddresses.end());
}

/// Whether the address can be had. Looks only: who tries again whenever the world changes would never end if a refusal
/// left a trace.
bool is_free(World& world, const std::string& region, const aws::Subnet& subnet, const std::string& wanted) {
  const aws::Cidr block = *aws::Cidr::parse(subnet.cidrBlock);
  const auto address = aws::IpAddress::parse(wanted);
  if (!address || !block.contains(*address)) return false;
  const std::uint64_t offset = address->v4_value() - block.base.v4_value();
  if (offset < 4 || offset == (std::uint64_t{1} << (32 - block.bits)) - 1) return false;
  for (const auto& [id, eni] : world.table<aws::NetworkInterface>(region)) {
    const auto& more = eni.secondaryAddresses;
    if (eni.subnetId == subnet.subnetId &&
        (eni.privateIpAddress == wanted || std::find(more.begin(), more.end(), wanted) != more.end()))
      return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> take_address(World& world, const std::string& region, const std::string& subnet_id,
                                        const std::string& wanted) {
  const aws::Subnet* there = world.table<aws::Subnet>(region).find(subnet_id);
  if (!there || there->availableIpAddressCount <= 0) return std::nullopt;
  if (!wanted.empty() && !is_free(world, region, *there, wanted)) return std::nullopt;
  aws::Subnet* subnet = world.table<aws::Subnet>(region).edit(subnet_id);
  const aws::Cidr block = *aws::Cidr::parse(subnet->cidrBlock);
  const std::uint64_t size = std::uint64_t{1} << (32 - block.bits);
  fill_used_addresses(world, region, *subnet);
  auto& used = subnet->usedAddresses;
  auto take = [&](const std::string& address) {
    auto at = std::lower_bound(used.begin(), used.end(), address);
    if (at != used.end() && *at == address) return false;
    used.insert(at, address);
    --subnet->availableIpAddressCount;
    return true;
  };
  if (!wanted.empty()) {
    take(wanted);
    return wanted;
  }
  // AWS hands out addresses all over the subnet; a start drawn from the world, then the next free one.
  const std::uint64_t usable = size - 5;
  const std::uint64_t start = std::stoull(world.new_hex(8), nullptr, 16) % usable;
  for (std::uint64_t i = 0; i < usable; ++i) {
    const std::string address = block.base.plus(4 + (start + i) % usable).str();
    if (take(address)) return address;
  }
  return std::nullopt;
}

void give_back(World& world, const std::string& region, const std::string& subnet_id, const std::string& address) {
  aws::Subnet* subnet = world.table<aws::Subnet>(region).edit(subnet_id);
  if (!subnet) return;
  fill_used_addresses(world, region, *subnet);
  if (std::erase(subnet->usedAddresses, address) > 0) ++subnet->availableIpAddressCount;
}

namespace {

template <class T, class Gone>
void erase_where(Table<T>& table, Gone gone) {
  std::vector<std::string> ids;
  for (const auto& [id, row] : table)
    if (gone(row)) ids.push_back(id);
  for (const std::string& id : ids) table.erase(id);
}

}  // namespace

void forget_remains(World& world, const std::string& region, std::string_view vpc_id) {
  erase_where(world.table<aws::Instance>(region),
              [&](const aws::Instance& x) { return x.vpcId == vpc_id && x.instanceState.name == "terminated"; });
  erase_where(world.table<aws::NatGateway>(region),
              [&](const aws::NatGateway& x) { return x.vpcId == vpc_id && x.state == "deleted"; });
}

void erase_rules_of(World& world, const std::string& region, std::string_view group_id) {
  erase_where(world.table<aws::SecurityGroupRule>(region),
              [&](const aws::SecurityGroupRule& rule) { return rule.groupId == group_id; });
}

}  // namespace drydock::twin::ec2

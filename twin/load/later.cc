// What can only come about once the rest is there.
#include <fmt/format.h>

#include <algorithm>

#include "twin/ec2/nouns.h"
#include "twin/load/loader.h"

namespace drydock::twin::load {
namespace {

Json permission(const aws::SecurityGroupRule& rule, const std::string& peer_group, const std::string& list) {
  Json out = Json::object({{"IpProtocol", rule.ipProtocol}});
  if (rule.ipProtocol != "-1") {
    out["FromPort"] = std::to_string(rule.fromPort);
    out["ToPort"] = std::to_string(rule.toPort);
  }
  if (rule.cidrIpv4) out["IpRanges"] = Json::array({Json::object({{"CidrIp", *rule.cidrIpv4}})});
  if (rule.cidrIpv6) out["Ipv6Ranges"] = Json::array({Json::object({{"CidrIpv6", *rule.cidrIpv6}})});
  if (rule.prefixListId) out["PrefixListIds"] = Json::array({Json::object({{"PrefixListId", list}})});
  if (rule.referencedGroupInfo) out["Groups"] = Json::array({Json::object({{"GroupId", peer_group}})});
  return out;
}

}  // namespace

/// All rules of the group in one direction as the world has them.
Step Loader::rules_of(const std::string& group, bool egress) {
  const std::string there = id<aws::SecurityGroup>(group);
  std::vector<std::string> old;
  // A group that the world does not list (EKS's, a VPC's default one) has its rules beside those that AWS gave it.
  const bool listed = cloud::find(w_.security_groups, group);
  for (const auto& [key, rule] : table<aws::SecurityGroupRule>())
    if (listed && rule.groupId == there && rule.isEgress == egress) old.push_back(key);
  for (const std::string& key : old) table<aws::SecurityGroupRule>().erase(key);
  for (const auto& rule : w_.security_group_rules) {
    if (rule.groupId != group || rule.isEgress != egress) continue;
    std::string list = rule.prefixListId.value_or("");
    if (!list.empty() && !table<aws::PrefixList>().contains(list))  // AWS's own by name: com.amazonaws.REGION.s3
      if (const auto* known = ec2::prefix_list_named(place_.world, w_.region, list)) list = known->prefixListId;
    const std::string peer = rule.referencedGroupInfo ? id<aws::SecurityGroup>(rule.referencedGroupInfo->groupId) : "";
    auto reply = call("ec2", egress ? "AuthorizeSecurityGroupEgress" : "AuthorizeSecurityGroupIngress",
                      {{"GroupId", there}, {"IpPermissions", Json::array({permission(rule, peer, list)})}});
    if (!reply && !listed && reply.error().code == "InvalidPermission.Duplicate") continue;
    if (!reply) return fault(rule, reply);
    made(rule, reply->path("securityGroupRuleSet.0.securityGroupRuleId").string_or());
  }
  return {};
}

Step Loader::acl(const aws::NetworkAcl& x) {
  const std::string vpc = id<aws::Vpc>(x.vpcId);
  std::string there;
  if (x.isDefault) {
    const auto* found = ec2::default_acl(place_.world, w_.region, vpc);
    if (!found) return fault(cloud::ref_of(x), "its VPC " + x.vpcId + " is not there");
    there = found->networkAclId;
    std::erase_if(table<aws::NetworkAcl>().edit(there)->entrySet,
                  [](const auto& entry) { return entry.ruleNumber < 32767; });
  } else {
    auto reply = call("ec2", "CreateNetworkAcl", {{"VpcId", vpc}});
    if (!reply) return fault(x, reply);
    there = reply->path("networkAcl.networkAclId").string_or();
  }
  made(x, there);
  const auto optional = [](const auto& value) { return value ? Json(fmt::to_string(*value)) : Json(); };
  for (const auto& entry : x.entrySet) {
    if (entry.ruleNumber > 32766) continue;  // the last one, which denies, is AWS's
    Json ports, icmp;
    if (entry.portFrom) ports = Json::object({{"From", optional(entry.portFrom)}, {"To", optional(entry.portTo)}});
    if (entry.icmpType) icmp = Json::object({{"Type", optional(entry.icmpType)}, {"Code", optional(entry.icmpCode)}});
    auto reply = call("ec2", "CreateNetworkAclEntry",
                      {{"NetworkAclId", there},
                       {"RuleNumber", std::to_string(entry.ruleNumber)},
                       {"Protocol", entry.protocol},
                       {"RuleAction", entry.ruleAction},
                       {"Egress", entry.egress ? "true" : "false"},
                       {"CidrBlock", optional(entry.cidrBlock)},
                       {"Ipv6CidrBlock", optional(entry.ipv6CidrBlock)},
                       {"PortRange", ports},
                       {"Icmp", icmp}});
    if (!reply) return fault(x, reply);
  }
  for (const auto& wanted : x.associationSet) {
    const std::string subnet = id<aws::Subnet>(wanted.subnetId);
    std::string association;
    for (const auto& [key, other] : table<aws::NetworkAcl>())
      for (const auto& held : other.associationSet)
        if (held.subnetId == subnet && key != there) association = held.networkAclAssociationId;
    if (association.empty()) continue;
    auto reply = call("ec2", "ReplaceNetworkAclAssociation", {{"AssociationId", association}, {"NetworkAclId", there}});
    if (!reply) return fault(x, reply);
  }
  return {};
}

/// Others take addresses until the subnet has as few free ones as the world says.
void Loader::free_addresses(const aws::Subnet& x) {
  const std::string id = this->id<aws::Subnet>(x.subnetId);
  const aws::Subnet* there = table<aws::Subnet>().find(id);
  if (!there) return;
  const std::int64_t surplus = there->availableIpAddressCount - x.availableIpAddressCount;
  const auto block = aws::Cidr::parse(x.cidrBlock);
  // A count that leaves out only what AWS itself keeps says nothing about others.
  if (surplus <= 0 || !block || x.availableIpAddressCount + 5 >= (std::int64_t{1} << (32 - block->bits))) return;
  InterfaceRequest request;
  request.subnet_id = id, request.description = "taken by others";
  const auto made = place_.ec2.create_interface(w_.region, request);
  if (!made) return;
  // Thousands at once, from the end of the block.
  aws::Subnet& subnet = *table<aws::Subnet>().edit(id);
  const std::set<std::string> before(subnet.usedAddresses.begin(), subnet.usedAddresses.end());
  auto& taken = table<aws::NetworkInterface>().edit(*made)->secondaryAddresses;
  const std::uint64_t size = std::uint64_t{1} << (32 - block->bits);
  for (std::uint64_t i = size - 2; i > 3 && subnet.availableIpAddressCount > x.availableIpAddressCount; --i) {
    std::string address = block->base.plus(i).str();
    if (before.contains(address)) continue;
    subnet.usedAddresses.push_back(address);
    taken.push_back(std::move(address));
    --subnet.availableIpAddressCount;
  }
  std::sort(subnet.usedAddresses.begin(), subnet.usedAddresses.end());
}

Step Loader::later_changes() {
  std::set<std::string> groups;
  for (const auto& x : w_.security_groups) groups.insert(x.groupId);
  for (const auto& x : w_.security_group_rules) groups.insert(x.groupId);
  for (const std::string& group : groups) {
    if (!loaded_.ids.contains({aws::SecurityGroup::kTable, group})) continue;
    for (bool egress : {false, true})
      if (Step error = rules_of(group, egress)) return error;
  }
  for (const auto& x : w_.network_acls)
    if (Step error = acl(x)) return error;
  for (const auto& x : w_.vpc_endpoints)
    if (aws::VpcEndpoint* there = table<aws::VpcEndpoint>().edit(id<aws::VpcEndpoint>(x.vpcEndpointId));
        there && x.state != "available" && x.state != "Available" && x.state != "pending" && !x.state.empty())
      there->state = x.state;
  for (const auto& x : w_.nat_gateways)
    if (x.state != "available" && x.state != "pending")
      table<aws::NatGateway>().edit(id<aws::NatGateway>(x.natGatewayId))->state = x.state;
  for (const auto& x : w_.vpcs) {
    aws::Vpc* there = table<aws::Vpc>().edit(id<aws::Vpc>(x.vpcId));
    there->enableDnsHostnames = x.enableDnsHostnames;
    there->enableDnsSupport = x.enableDnsSupport;
  }
  for (const auto& x : w_.subnets) free_addresses(x);
  return {};
}

}  // namespace drydock::twin::load

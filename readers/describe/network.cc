#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "readers/describe/collection.h"
#include "readers/describe/wire.h"

namespace drydock::readers::describe {
namespace {

template <class T>
void add(Filler& f, std::vector<T>& table, T noun, const Item& item, const char* type) {
  if (cloud::find(table, cloud::key_of(noun))) return;  // two files said the same
  f.stands(cloud::ref_of(noun), item, type);
  table.push_back(std::move(noun));
}

// Blocks of IPv6, whose state is a document of its own.
std::vector<aws::CidrAssociation> ipv6_of(const Json& json) {
  std::vector<aws::CidrAssociation> out;
  const Json& list = json.at("ipv6CidrBlockAssociationSet");
  if (!list.is_array()) return out;
  for (const Json& item : list.as_array()) {
    if (item.path("ipv6CidrBlockState.state").string_or("associated") != "associated") continue;
    aws::CidrAssociation one;
    one.associationId = item.at("associationId").string_or();
    one.cidrBlock = item.at("ipv6CidrBlock").string_or();
    out.push_back(std::move(one));
  }
  return out;
}

void vpcs(Filler& f) {
  for (const Item& item : f.all.of("Vpcs")) {
    auto x = noun_of<aws::Vpc>(item.json);
    x.ipv6CidrBlocks = ipv6_of(item.json);
    add(f, f.world.vpcs, std::move(x), item, "vpc");
  }
  // Attributes come from a call of their own, one a VPC and attribute.
  std::set<std::string> told;
  for (const char* key : {"EnableDnsSupport", "EnableDnsHostnames"})
    for (const Item& item : f.all.of(key)) {
      std::string own = key;
      own[0] = 'e';
      const Json& value = item.json.has(key) ? item.json.at(key) : item.json.at(own);
      const std::string id = item.json.at("VpcId").string_or(item.json.at("vpcId").string_or());
      bool on = false;
      loosely(value.has("Value") ? value.at("Value") : value.at("value"), on);
      for (aws::Vpc& vpc : f.world.vpcs) {
        if (vpc.vpcId != id) continue;
        (std::string_view(key) == "EnableDnsSupport" ? vpc.enableDnsSupport : vpc.enableDnsHostnames) = on;
        told.insert(id + key);
      }
    }
  for (const aws::Vpc& vpc : f.world.vpcs) {
    if (!told.contains(vpc.vpcId + "EnableDnsSupport"))
      f.world.unknowns.push_back({cloud::ref_of(vpc), "enableDnsSupport",
                                  "describe-vpc-attribute --attribute enableDnsSupport of " + vpc.vpcId});
    if (!told.contains(vpc.vpcId + "EnableDnsHostnames"))
      f.world.unknowns.push_back({cloud::ref_of(vpc), "enableDnsHostnames",
                                  "describe-vpc-attribute --attribute enableDnsHostnames of " + vpc.vpcId});
  }
}

void subnets(Filler& f) {
  for (const Item& item : f.all.of("Subnets")) {
    auto x = noun_of<aws::Subnet>(item.json);
    x.ipv6CidrBlocks = ipv6_of(item.json);
    add(f, f.world.subnets, std::move(x), item, "subnet");
  }
}

void dhcp_options(Filler& f) {
  for (const Item& item : f.all.of("DhcpOptions")) {
    auto x = noun_of<aws::DhcpOptions>(item.json);
    const Json& list =
        item.json.has("dhcpConfigurations") ? item.json.at("dhcpConfigurations") : item.json.at("dhcpConfigurationSet");
    if (list.is_array())
      for (const Json& one : list.as_array()) {
        aws::DhcpConfiguration configuration{one.at("key").string_or(), {}};
        const Json& values = one.has("values") ? one.at("values") : one.at("valueSet");
        if (values.is_array())
          for (const Json& v : values.as_array())
            configuration.values.push_back(v.at("value").string_or(v.string_or()));
        x.configurations.push_back(std::move(configuration));
      }
    add(f, f.world.dhcp_options, std::move(x), item, "dhcp-options");
  }
}

// One rule a peer, of the grouping that describe-security-groups prints; only where the rules themselves are not there.
void rules_of_permissions(Filler& f, const std::string& group, const Json& permissions, bool egress, const Item& item) {
  if (!permissions.is_array()) return;
  std::size_t n = 0;
  for (const Json& p : permissions.as_array()) {
    aws::SecurityGroupRule base;
    base.groupId = group;
    base.isEgress = egress;
    loosely(p.at("ipProtocol"), base.ipProtocol);
    loosely(p.at("fromPort"), base.fromPort);
    loosely(p.at("toPort"), base.toPort);
    const auto each = [&](const char* list, auto&& fill) {
      if (!p.at(list).is_array()) return;
      for (const Json& peer : p.at(list).as_array()) {
        aws::SecurityGroupRule rule = base;
        rule.securityGroupRuleId = group + (egress ? ".egress[" : ".ingress[") + std::to_string(n++) + "]";
        fill(rule, peer);
        add(f, f.world.security_group_rules, std::move(rule), item, "security-group");
      }
    };
    each("ipRanges", [](auto& rule, const Json& peer) { rule.cidrIpv4 = peer.at("cidrIp").string_or(); });
    each("ipv6Ranges", [](auto& rule, const Json& peer) { rule.cidrIpv6 = peer.at("cidrIpv6").string_or(); });
    each("prefixListIds",
         [](auto& rule, const Json& peer) { rule.prefixListId = peer.at("prefixListId").string_or(); });
    for (const char* list : {"userIdGroupPairs", "groups", "groupSet"})
      each(list, [](auto& rule, const Json& peer) {
        rule.referencedGroupInfo = aws::ReferencedGroup{peer.at("groupId").string_or(), peer.at("userId").string_or()};
      });
  }
}

void security_groups(Filler& f) {
  const bool rules = f.all.has("SecurityGroupRules");
  for (const Item& item : f.all.of("SecurityGroups")) {
    auto x = noun_of<aws::SecurityGroup>(item.json);
    if (item.json.has("description")) x.groupDescription = item.json.at("description").string_or();
    if (!rules) {
      rules_of_permissions(f, x.groupId, item.json.at("ipPermissions"), false, item);
      rules_of_permissions(f, x.groupId, item.json.at("ipPermissionsEgress"), true, item);
    }
    add(f, f.world.security_groups, std::move(x), item, "security-group");
  }
  for (const Item& item : f.all.of("SecurityGroupRules"))
    add(f, f.world.security_group_rules, noun_of<aws::SecurityGroupRule>(item.json), item, "security-group-rule");
}

void network_acls(Filler& f) {
  for (const Item& item : f.all.of("NetworkAcls")) {
    auto x = noun_of<aws::NetworkAcl>(item.json);
    loosely(item.json.at("isDefault"), x.isDefault);
    const Json& entries = item.json.at("entrySet");
    for (std::size_t i = 0; i < x.entrySet.size(); ++i) {
      const Json& range = entries.item(i).at("portRange");
      if (!range.is_object()) continue;
      std::int64_t from = 0, to = 0;
      loosely(range.at("from"), from);
      loosely(range.at("to"), to);
      x.entrySet[i].portFrom = from;
      x.entrySet[i].portTo = to;
    }
    // The last rule, which denies the rest, is there without being listed.
    std::erase_if(x.entrySet, [](const aws::NetworkAclEntry& entry) { return entry.ruleNumber >= 32767; });
    add(f, f.world.network_acls, std::move(x), item, "network-acl");
  }
}

void endpoints(Filler& f) {
  for (const Item& item : f.all.of("VpcEndpoints")) {
    auto x = noun_of<aws::VpcEndpoint>(item.json);
    x.state = to_lower(x.state);
    if (x.state == "deleted" || x.state == "deleting") continue;
    add(f, f.world.vpc_endpoints, std::move(x), item, "vpc-endpoint");
  }
}

void gateways(Filler& f) {
  for (const char* key : {"InternetGateways", "EgressOnlyInternetGateways"})
    for (const Item& item : f.all.of(key)) {
      auto x = noun_of<aws::InternetGateway>(item.json);
      if (x.internetGatewayId.empty()) x.internetGatewayId = item.json.at("egressOnlyInternetGatewayId").string_or();
      add(f, f.world.internet_gateways, std::move(x), item, "internet-gateway");
    }
  for (const Item& item : f.all.of("NatGateways")) {
    auto x = noun_of<aws::NatGateway>(item.json);
    if (x.state == "deleted" || x.state == "deleting" || x.state == "failed") continue;
    add(f, f.world.nat_gateways, std::move(x), item, "nat-gateway");
  }
  for (const Item& item : f.all.of("Addresses"))
    add(f, f.world.addresses, noun_of<aws::Address>(item.json), item, "elastic-ip");
}

void interfaces(Filler& f) {
  for (const Item& item : f.all.of("NetworkInterfaces")) {
    auto x = noun_of<aws::NetworkInterface>(item.json);
    if (const Json& all = item.json.at("privateIpAddressesSet"); all.is_array())
      for (const Json& one : all.as_array()) {
        bool primary = false;
        loosely(one.at("primary"), primary);
        if (!primary) x.secondaryAddresses.push_back(one.at("privateIpAddress").string_or());
        if (const std::string ip = one.path("association.publicIp").string_or(); primary && !ip.empty())
          x.publicIp = ip;
      }
    if (const Json& all = item.json.at("ipv6AddressesSet"); all.is_array())
      for (const Json& one : all.as_array()) x.ipv6Addresses.push_back(one.at("ipv6Address").string_or());
    add(f, f.world.network_interfaces, std::move(x), item, "network-interface");
  }
}

void connections(Filler& f) {
  for (const Item& item : f.all.of("PrefixLists"))
    add(f, f.world.prefix_lists, noun_of<aws::PrefixList>(item.json), item, "prefix-list");
  for (const Item& item : f.all.of("VpcPeeringConnections")) {
    cloud::PeeringConnection x;
    x.vpcPeeringConnectionId = item.json.at("vpcPeeringConnectionId").string_or();
    x.status = item.json.path("status.code").string_or();
    const Json &requester = item.json.at("requesterVpcInfo"), &accepter = item.json.at("accepterVpcInfo");
    x.requesterVpcId = requester.at("vpcId").string_or();
    x.accepterVpcId = accepter.at("vpcId").string_or();
    loosely(requester.path("peeringOptions.allowDnsResolutionFromRemoteVpc"), x.requesterDnsResolution);
    loosely(accepter.path("peeringOptions.allowDnsResolutionFromRemoteVpc"), x.accepterDnsResolution);
    add(f, f.world.peering_connections, std::move(x), item, "vpc-peering-connection");
  }
  for (const Item& item : f.all.of("TransitGateways")) {
    cloud::TransitGateway x;
    x.transitGatewayId = item.json.at("transitGatewayId").string_or();
    // What its route tables say is not asked for; what lies behind it is not known.
    f.world.unknowns.push_back({cloud::ref_of(x), "attachments", "routes of " + x.transitGatewayId});
    add(f, f.world.transit_gateways, std::move(x), item, "transit-gateway");
  }
}

}  // namespace

void fill_network(Filler& f) {
  vpcs(f);
  subnets(f);
  dhcp_options(f);
  security_groups(f);
  network_acls(f);
  for (const Item& item : f.all.of("RouteTables"))
    add(f, f.world.route_tables, noun_of<aws::RouteTable>(item.json), item, "route-table");
  endpoints(f);
  gateways(f);
  interfaces(f);
  connections(f);
  // Private zones and their records, which name no zone: the longest zone that is their end.
  for (const Item& item : f.all.of("HostedZone")) {
    cloud::HostedZone x;
    x.id = item.json.path("HostedZone.Id").string_or();
    x.id = x.id.substr(x.id.rfind('/') + 1);
    x.name = item.json.path("HostedZone.Name").string_or();
    if (x.name.ends_with(".")) x.name.pop_back();
    if (const Json& all = item.json.at("VPCs"); all.is_array())
      for (const Json& vpc : all.as_array()) x.vpcIds.push_back(vpc.at("VPCId").string_or());
    if (!x.vpcIds.empty()) add(f, f.world.hosted_zones, std::move(x), item, "hosted-zone");
  }
  for (const Item& item : f.all.of("ResourceRecordSets")) {
    const std::string type = item.json.at("Type").string_or();
    std::string name = replace_all(item.json.at("Name").string_or(), "\\052", "*");
    if (name.ends_with(".")) name.pop_back();
    if (type != "A" && type != "AAAA" && type != "CNAME") continue;
    cloud::HostedZone* zone = nullptr;
    for (cloud::HostedZone& one : f.world.hosted_zones)
      if ((name == one.name || name.ends_with("." + one.name)) && (!zone || one.name.size() > zone->name.size()))
        zone = &one;
    if (!zone) continue;
    if (const Json& all = item.json.at("ResourceRecords"); all.is_array())
      for (const Json& one : all.as_array()) zone->records[name].push_back(one.at("Value").string_or());
    if (const std::string alias = item.json.path("AliasTarget.DNSName").string_or(); !alias.empty())
      for (const aws::VpcEndpoint& endpoint : f.world.vpc_endpoints)
        if (alias.starts_with(endpoint.vpcEndpointId)) zone->records[name].push_back("alias " + endpoint.vpcEndpointId);
  }
}

}  // namespace drydock::readers::describe

// VPCs, subnets, routes, gateways, endpoints.
#include <algorithm>

#include "base/fields.h"
#include "base/text.h"
#include "readers/pulumi/lift.h"

namespace drydock::readers::pulumi {
namespace {

using cloud::Ref;

aws::Tags ec2_tags(const Lift& lift, const Source& source) {
  aws::Tags out;
  for (auto& [key, value] : lift.tags(source)) out.push_back({key, value});
  return out;
}

/// A range that AWS will choose stands as unknown.
void add_ipv6(const Fields& f, std::vector<aws::CidrAssociation>& blocks, bool assigned) {
  const std::string block = f.text("ipv6CidrBlock", "ipv6CidrBlocks");
  if (!block.empty()) blocks.push_back({"", block});
  if (block.empty() && assigned && f.known("ipv6CidrBlock")) f.unknown("ipv6CidrBlock", "ipv6CidrBlocks");
}

void vpc(Lift& lift, const Source& source) {
  aws::Vpc noun{.vpcId = lift.key(source), .ownerId = lift.world.account, .state = "available"};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.cidrBlock = f.text("cidrBlock", "cidrBlock");
  if (noun.cidrBlock.empty() && f.known("cidrBlock")) f.unknown("cidrBlock", "cidrBlock");  // from an IPAM pool
  noun.dhcpOptionsId = source.exists() ? source.outputs.at("dhcpOptionsId").string_or() : "";
  noun.enableDnsSupport = f.flag("enableDnsSupport", "enableDnsSupport", true);
  noun.enableDnsHostnames = f.flag("enableDnsHostnames", "enableDnsHostnames", source.type == kDefaultVpc);
  noun.isDefault = source.type == kDefaultVpc;
  if (!noun.cidrBlock.empty()) noun.cidrBlockAssociationSet.push_back({"", noun.cidrBlock});
  add_ipv6(f, noun.ipv6CidrBlocks, f.flag("assignGeneratedIpv6CidrBlock", "ipv6CidrBlocks", false));
  noun.tagSet = ec2_tags(lift, source);
  lift.made(source, f.noun());
  lift.world.vpcs.push_back(std::move(noun));
}

void dhcp_options(Lift& lift, const Source& source) {
  aws::DhcpOptions noun{.dhcpOptionsId = lift.key(source), .ownerId = lift.world.account};
  const Fields f(lift, source, cloud::ref_of(noun));
  if (const auto domain = f.maybe("domainName", "configurations"))
    noun.configurations.push_back({"domain-name", {*domain}});
  if (auto servers = f.texts("domainNameServers", "configurations"); !servers.empty())
    noun.configurations.push_back({"domain-name-servers", std::move(servers)});
  noun.tagSet = ec2_tags(lift, source);
  lift.made(source, f.noun());
  lift.world.dhcp_options.push_back(std::move(noun));
}

void dhcp_association(Lift& lift, const Source& source) {
  const Fields which(lift, source, {});
  const std::string id = which.ref("vpcId", "", {kVpc, kDefaultVpc});
  const Fields f(lift, source, {aws::Vpc::kTable, id});
  const std::string options = f.ref("dhcpOptionsId", "dhcpOptionsId", {kDhcpOptions});
  if (aws::Vpc* vpc = Lift::edit(lift.world.vpcs, id)) vpc->dhcpOptionsId = options;
}

void subnet(Lift& lift, const Source& source) {
  aws::Subnet noun{.subnetId = lift.key(source), .ownerId = lift.world.account, .state = "available"};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.vpcId = f.ref("vpcId", "vpcId", {kVpc, kDefaultVpc});
  noun.cidrBlock = f.text("cidrBlock", "cidrBlock");
  noun.availabilityZone = f.text("availabilityZone", "availabilityZone");
  noun.availabilityZoneId = f.text("availabilityZoneId", "availabilityZoneId");
  if (noun.availabilityZone.empty() && noun.availabilityZoneId.empty() && f.known("availabilityZone"))
    f.unknown("availabilityZone", "availabilityZone");  // AWS chooses one
  noun.mapPublicIpOnLaunch = f.flag("mapPublicIpOnLaunch", "mapPublicIpOnLaunch", false);
  noun.assignIpv6AddressOnCreation = f.flag("assignIpv6AddressOnCreation", "assignIpv6AddressOnCreation", false);
  noun.ipv6Native = f.flag("ipv6Native", "ipv6Native", false);
  noun.enableDns64 = f.flag("enableDns64", "enableDns64", false);
  add_ipv6(f, noun.ipv6CidrBlocks, false);
  auto& names = noun.privateDnsNameOptionsOnLaunch;
  names.hostnameType = f.text("privateDnsHostnameTypeOnLaunch", "privateDnsNameOptionsOnLaunch", "ip-name");
  names.enableResourceNameDnsARecord =
      f.flag("enableResourceNameDnsARecordOnLaunch", "privateDnsNameOptionsOnLaunch", false);
  noun.tagSet = ec2_tags(lift, source);
  lift.made(source, f.noun());
  lift.world.subnets.push_back(std::move(noun));
}

/// The destination and target of a route; inline routes have shorter names.
aws::Route route_of(const Fields& f, const std::string& at, const std::string& field, bool is_inline) {
  const auto set = [&](std::optional<std::string>& member, const char* property, Fields::Types types) {
    if (std::string value = f.ref(at + property, field, types); !value.empty()) member = std::move(value);
  };
  aws::Route route{.origin = "CreateRoute"};
  set(route.destinationCidrBlock, is_inline ? "cidrBlock" : "destinationCidrBlock", {});
  set(route.destinationIpv6CidrBlock, is_inline ? "ipv6CidrBlock" : "destinationIpv6CidrBlock", {});
  set(route.destinationPrefixListId, "destinationPrefixListId", {kVpcEndpoint});
  set(route.gatewayId, "gatewayId", {kInternetGateway});
  set(route.natGatewayId, "natGatewayId", {kNatGateway});
  set(route.egressOnlyInternetGatewayId, "egressOnlyGatewayId", {kEgressOnly});
  set(route.vpcPeeringConnectionId, "vpcPeeringConnectionId", {kPeering});
  set(route.transitGatewayId, "transitGatewayId", {"aws:ec2transitgateway/transitGateway:TransitGateway"});
  set(route.networkInterfaceId, "networkInterfaceId", {});
  if (!route.gatewayId) set(route.gatewayId, "vpcEndpointId", {kVpcEndpoint});
  return route;
}

void route_table(Lift& lift, const Source& source) {
  aws::RouteTable noun{.routeTableId = lift.key(source), .ownerId = lift.world.account};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.vpcId = f.ref("vpcId", "vpcId", {kVpc, kDefaultVpc});
  const Json& routes = source.at("routes");
  if (knowledge_of(routes) != Knowledge::known) f.unknown("routes", "routeSet");
  for (std::size_t i = 0; i < routes.size(); ++i)
    noun.routeSet.push_back(route_of(f, "routes." + std::to_string(i) + ".", "routeSet", true));
  noun.tagSet = ec2_tags(lift, source);
  lift.made(source, f.noun());
  lift.world.route_tables.push_back(std::move(noun));
}

/// What a resource adds to a noun of another one; the other one's key is at `path`.
template <class T>
std::pair<T*, Fields> part_of(Lift& lift, const Source& source, std::vector<T>& table, std::string_view path,
                              const char* field, Fields::Types types) {
  const Json& value = source.at(path);
  std::string key = value.string_or();
  if (knowledge_of(value) != Knowledge::known) {
    const auto found = lift.sources.behind(source, path, types, 1);
    key = found.empty() ? "" : lift.key_as(*types.begin(), *found.front());
  }
  // Whom it belongs to is not known: it could be any of them.
  if (key.empty())
    for (T& noun : table) lift.unknown(source, path, cloud::ref_of(noun), field);
  return {Lift::edit(table, key), Fields(lift, source, {T::kTable, key})};
}

void route(Lift& lift, const Source& source) {
  auto [table, f] = part_of(lift, source, lift.world.route_tables, "routeTableId", "routeSet", {kRouteTable});
  if (!table) return;
  aws::Route noun = route_of(f, "", "routeSet", false);
  lift.added(source, f.noun(), "routeSet", fields::encode(noun));
  lift.world.origins.push_back({f.noun(), source.urn, source.type, source.file, source.line, source.column});
  // Inline routes read back hold it already.
  for (const aws::Route& there : table->routeSet)
    if (there.destinationCidrBlock == noun.destinationCidrBlock &&
        there.destinationIpv6CidrBlock == noun.destinationIpv6CidrBlock &&
        there.destinationPrefixListId == noun.destinationPrefixListId)
      return;
  table->routeSet.push_back(std::move(noun));
}

void associate(Lift& lift, const Source& source, const std::string& table_id, aws::RouteTableAssociation noun) {
  aws::RouteTable* table = Lift::edit(lift.world.route_tables, table_id);
  if (!table) return lift.could_matter(source);  // a table that is not among the resources
  noun.routeTableAssociationId = lift.key(source);
  noun.routeTableId = table_id;
  lift.added(source, cloud::ref_of(*table), "associationSet", fields::encode(noun));
  table->associationSet.push_back(std::move(noun));
}

void association(Lift& lift, const Source& source) {
  auto [table, f] = part_of(lift, source, lift.world.route_tables, "routeTableId", "associationSet", {kRouteTable});
  if (f.noun().id.empty()) return;
  aws::RouteTableAssociation noun;
  if (source.at("gatewayId").string_or().empty())
    noun.subnetId = f.ref("subnetId", "associationSet", {kSubnet});
  else
    noun.gatewayId = f.text("gatewayId", "associationSet");
  associate(lift, source, f.noun().id, std::move(noun));
}

void main_association(Lift& lift, const Source& source) {
  auto [table, f] = part_of(lift, source, lift.world.route_tables, "routeTableId", "associationSet", {kRouteTable});
  if (!f.noun().id.empty()) associate(lift, source, f.noun().id, {.main = true});
}

void internet_gateway(Lift& lift, const Source& source) {
  aws::InternetGateway noun{.internetGatewayId = lift.key(source), .ownerId = lift.world.account};
  const Fields f(lift, source, cloud::ref_of(noun));
  if (std::string vpc = f.ref("vpcId", "attachmentSet", {kVpc, kDefaultVpc}); !vpc.empty())
    noun.attachmentSet.push_back({std::move(vpc)});
  noun.tagSet = ec2_tags(lift, source);
  lift.made(source, f.noun());
  lift.world.internet_gateways.push_back(std::move(noun));
}

void gateway_attachment(Lift& lift, const Source& source) {
  auto [gateway, f] =
      part_of(lift, source, lift.world.internet_gateways, "internetGatewayId", "attachmentSet", {kInternetGateway});
  if (!gateway) return;
  aws::InternetGatewayAttachment noun{f.ref("vpcId", "attachmentSet", {kVpc, kDefaultVpc})};
  lift.added(source, f.noun(), "attachmentSet", fields::encode(noun));
  gateway->attachmentSet.push_back(std::move(noun));
}

void nat_gateway(Lift& lift, const Source& source) {
  aws::NatGateway noun{.natGatewayId = lift.key(source), .state = "available"};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.subnetId = f.ref("subnetId", "subnetId", {kSubnet});
  noun.connectivityType = f.text("connectivityType", "connectivityType", "public");
  for (const aws::Subnet& subnet : lift.world.subnets)
    if (subnet.subnetId == noun.subnetId) noun.vpcId = subnet.vpcId;
  aws::NatGatewayAddress address;
  if (auto allocation = f.ref("allocationId", "natGatewayAddressSet", {kEip}); !allocation.empty())
    address.allocationId = std::move(allocation);
  noun.natGatewayAddressSet.push_back(std::move(address));
  noun.tagSet = ec2_tags(lift, source);
  lift.made(source, f.noun());
  lift.world.nat_gateways.push_back(std::move(noun));
}

void eip(Lift& lift, const Source& source) {
  aws::Address noun{.allocationId = lift.key(source)};
  noun.publicIp = source.exists() ? source.outputs.at("publicIp").string_or() : "";
  noun.tagSet = ec2_tags(lift, source);
  lift.made(source, cloud::ref_of(noun));
  lift.world.addresses.push_back(std::move(noun));
}

void peering(Lift& lift, const Source& source) {
  cloud::PeeringConnection noun{.vpcPeeringConnectionId = lift.key(source)};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.requesterVpcId = f.ref("vpcId", "requesterVpcId", {kVpc, kDefaultVpc});
  noun.accepterVpcId = f.ref("peerVpcId", "accepterVpcId", {kVpc, kDefaultVpc});
  noun.requesterDnsResolution = f.flag("requester.allowRemoteVpcDnsResolution", "requesterDnsResolution", false);
  noun.accepterDnsResolution = f.flag("accepter.allowRemoteVpcDnsResolution", "accepterDnsResolution", false);
  lift.made(source, f.noun());
  lift.world.peering_connections.push_back(std::move(noun));
}

void endpoint(Lift& lift, const Source& source) {
  aws::VpcEndpoint noun{.vpcEndpointId = lift.key(source), .state = "available", .ownerId = lift.world.account};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.vpcEndpointType = f.text("vpcEndpointType", "vpcEndpointType", "Gateway");
  noun.vpcId = f.ref("vpcId", "vpcId", {kVpc, kDefaultVpc});
  noun.serviceName = f.text("serviceName", "serviceName");
  noun.policyDocument = f.document("policy", "policyDocument");
  noun.routeTableIdSet = f.refs("routeTableIds", "routeTableIdSet", {kRouteTable});
  noun.subnetIdSet = f.refs("subnetIds", "subnetIdSet", {kSubnet});
  for (std::string& group : f.refs("securityGroupIds", "groupSet", {kSecurityGroup, kCluster}))
    noun.groupSet.push_back({std::move(group)});
  noun.privateDnsEnabled = f.flag("privateDnsEnabled", "privateDnsEnabled", false);
  noun.ipAddressType = f.text("ipAddressType", "ipAddressType", "ipv4");
  noun.dnsOptions.dnsRecordIpType = f.text("dnsOptions.dnsRecordIpType", "dnsOptions", "ipv4");
  if (source.exists()) {
    if (std::string state = source.outputs.at("state").string_or(); !state.empty()) noun.state = std::move(state);
    noun.prefixListId = source.outputs.at("prefixListId").string_or();
  }
  noun.tagSet = ec2_tags(lift, source);
  lift.made(source, f.noun());
  lift.world.vpc_endpoints.push_back(std::move(noun));
}

void endpoint_policy(Lift& lift, const Source& source) {
  auto [endpoint, f] =
      part_of(lift, source, lift.world.vpc_endpoints, "vpcEndpointId", "policyDocument", {kVpcEndpoint});
  if (endpoint) endpoint->policyDocument = f.document("policy", "policyDocument");
}

void endpoint_route_table(Lift& lift, const Source& source) {
  auto [endpoint, f] =
      part_of(lift, source, lift.world.vpc_endpoints, "vpcEndpointId", "routeTableIdSet", {kVpcEndpoint});
  if (!endpoint) return;
  const std::string table = f.ref("routeTableId", "routeTableIdSet", {kRouteTable});
  lift.added(source, f.noun(), "routeTableIdSet", table);
  auto& set = endpoint->routeTableIdSet;
  if (!table.empty() && std::find(set.begin(), set.end(), table) == set.end()) set.push_back(table);
}

void endpoint_subnet(Lift& lift, const Source& source) {
  auto [endpoint, f] = part_of(lift, source, lift.world.vpc_endpoints, "vpcEndpointId", "subnetIdSet", {kVpcEndpoint});
  if (!endpoint) return;
  const std::string subnet = f.ref("subnetId", "subnetIdSet", {kSubnet});
  lift.added(source, f.noun(), "subnetIdSet", subnet);
  auto& set = endpoint->subnetIdSet;
  if (!subnet.empty() && std::find(set.begin(), set.end(), subnet) == set.end()) set.push_back(subnet);
}

void endpoint_group(Lift& lift, const Source& source) {
  auto [endpoint, f] = part_of(lift, source, lift.world.vpc_endpoints, "vpcEndpointId", "groupSet", {kVpcEndpoint});
  if (!endpoint) return;
  aws::GroupIdentifier noun{f.ref("securityGroupId", "groupSet", {kSecurityGroup, kCluster})};
  lift.added(source, f.noun(), "groupSet", fields::encode(noun));
  endpoint->groupSet.push_back(std::move(noun));
}

void tag(Lift& lift, const Source& source) {
  const Fields which(lift, source, {});
  const std::string id = which.ref("resourceId", "", {kSubnet, kSecurityGroup, kVpc});
  const aws::Tag noun{source.at("key").string_or(), source.at("value").string_or()};
  if (aws::Subnet* subnet = Lift::edit(lift.world.subnets, id)) subnet->tagSet.push_back(noun);
  if (aws::SecurityGroup* group = Lift::edit(lift.world.security_groups, id)) group->tagSet.push_back(noun);
  if (aws::Vpc* vpc = Lift::edit(lift.world.vpcs, id)) vpc->tagSet.push_back(noun);
}

}  // namespace

std::span<const TypeRow> network_types() {
  static constexpr TypeRow kRows[] = {
      {kVpc, 0, vpc},
      {kDefaultVpc, 0, vpc},
      {kDhcpOptions, 0, dhcp_options},
      {"aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation", 1, dhcp_association},
      {kSubnet, 0, subnet},
      {kRouteTable, 0, route_table},
      {"aws:ec2/route:Route", 1, route},
      {"aws:ec2/routeTableAssociation:RouteTableAssociation", 1, association},
      {"aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", 1, main_association},
      {kInternetGateway, 0, internet_gateway},
      {"aws:ec2/internetGatewayAttachment:InternetGatewayAttachment", 1, gateway_attachment},
      {kEgressOnly, 0, internet_gateway},
      {kNatGateway, 1, nat_gateway},
      {kEip, 0, eip},
      {kPeering, 0, peering},
      {kVpcEndpoint, 0, endpoint},
      {"aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy", 1, endpoint_policy},
      {"aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation", 1, endpoint_route_table},
      {"aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation", 1, endpoint_subnet},
      {"aws:ec2/vpcEndpointSecurityGroupAssociation:VpcEndpointSecurityGroupAssociation", 1, endpoint_group},
      {"aws:ec2/tag:Tag", 1, tag},
  };
  return kRows;
}

}  // namespace drydock::readers::pulumi

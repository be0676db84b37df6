// VPCs, subnets, routes, gateways and endpoints.
#include "base/fields.h"
#include "readers/cloudformation/stack.h"

namespace drydock::readers::cloudformation {
namespace {

using cloud::Ref;

void vpc(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::Vpc::kTable, id});
  aws::Vpc x{.vpcId = id, .ownerId = s.world.account, .state = "available"};
  x.cidrBlock = p.text("CidrBlock", "cidrBlock");
  if (!x.cidrBlock.empty()) x.cidrBlockAssociationSet.push_back({.cidrBlock = x.cidrBlock});
  x.enableDnsSupport = p.flag("EnableDnsSupport", "enableDnsSupport", true);
  x.enableDnsHostnames = p.flag("EnableDnsHostnames", "enableDnsHostnames", false);
  x.tagSet = tags_of(p);
  s.add(s.world.vpcs, std::move(x), id);
}

void vpc_cidr(Stack& s, const std::string& id) {
  const Props probe(s, id, {});
  aws::Vpc* vpc = Stack::find(s.world.vpcs, probe.text("VpcId", ""));
  if (!vpc) return s.homeless(id, "VpcId");
  const Props p(s, id, cloud::ref_of(*vpc));
  if (p.has("CidrBlock")) {
    vpc->cidrBlockAssociationSet.push_back({.cidrBlock = p.text("CidrBlock", "cidrBlockAssociationSet")});
  } else {
    s.unknown(cloud::ref_of(*vpc), "ipv6CidrBlocks", id + " (the prefix Amazon gives)");
  }
}

void subnet(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::Subnet::kTable, id});
  aws::Subnet x{.subnetId = id, .ownerId = s.world.account, .state = "available"};
  x.vpcId = p.text("VpcId", "vpcId");
  x.cidrBlock = p.text("CidrBlock", "cidrBlock");
  x.availabilityZone = p.text("AvailabilityZone", "availabilityZone");
  x.mapPublicIpOnLaunch = p.flag("MapPublicIpOnLaunch", "mapPublicIpOnLaunch", false);
  x.assignIpv6AddressOnCreation = p.flag("AssignIpv6AddressOnCreation", "assignIpv6AddressOnCreation", false);
  x.ipv6Native = p.flag("Ipv6Native", "ipv6Native", false);
  x.enableDns64 = p.flag("EnableDns64", "enableDns64", false);
  const std::string v6 = p.text("Ipv6CidrBlock", "ipv6CidrBlocks");
  if (!v6.empty()) x.ipv6CidrBlocks.push_back({.cidrBlock = v6});
  const Props names = p.child("PrivateDnsNameOptionsOnLaunch");
  x.privateDnsNameOptionsOnLaunch.hostnameType =
      names.text("HostnameType", "privateDnsNameOptionsOnLaunch.hostnameType", "ip-name");
  x.tagSet = tags_of(p);
  s.add(s.world.subnets, std::move(x), id);
}

void route_table(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::RouteTable::kTable, id});
  aws::RouteTable x{.routeTableId = id, .ownerId = s.world.account, .vpcId = p.text("VpcId", "vpcId")};
  x.tagSet = tags_of(p);
  s.add(s.world.route_tables, std::move(x), id);
}

void route(Stack& s, const std::string& id) {
  const std::string table_id = Props(s, id, {}).text("RouteTableId", "");
  aws::RouteTable* table = Stack::find(s.world.route_tables, table_id);
  if (!table) return s.homeless(id, "RouteTableId");
  const Ref ref = cloud::ref_of(*table);
  const Props p(s, id, ref);
  aws::Route x{.origin = "CreateRoute"};
  const auto put = [&](std::optional<std::string>& field, const char* name) {
    if (std::string v = p.text(name, "routeSet"); !v.empty()) field = std::move(v);
  };
  put(x.destinationCidrBlock, "DestinationCidrBlock");
  put(x.destinationIpv6CidrBlock, "DestinationIpv6CidrBlock");
  put(x.destinationPrefixListId, "DestinationPrefixListId");
  put(x.gatewayId, "GatewayId");
  put(x.gatewayId, "VpcEndpointId");
  put(x.natGatewayId, "NatGatewayId");
  put(x.transitGatewayId, "TransitGatewayId");
  put(x.vpcPeeringConnectionId, "VpcPeeringConnectionId");
  put(x.networkInterfaceId, "NetworkInterfaceId");
  put(x.instanceId, "InstanceId");
  put(x.egressOnlyInternetGatewayId, "EgressOnlyInternetGatewayId");
  s.part(id, ref, "routeSet", fields::encode(x));
  table->routeSet.push_back(std::move(x));
}

void route_association(Stack& s, const std::string& id) {
  const Props probe(s, id, {});
  aws::RouteTable* table = Stack::find(s.world.route_tables, probe.text("RouteTableId", ""));
  if (!table) return s.homeless(id, "RouteTableId");
  const Ref ref = cloud::ref_of(*table);
  const Props p(s, id, ref);
  aws::RouteTableAssociation x{.routeTableAssociationId = id, .routeTableId = table->routeTableId};
  x.subnetId = p.text("SubnetId", "associationSet");
  s.part(id, ref, "associationSet", fields::encode(x));
  table->associationSet.push_back(std::move(x));
}

void internet_gateway(Stack& s, const std::string& id) {
  aws::InternetGateway x{.internetGatewayId = id, .ownerId = s.world.account};
  x.tagSet = tags_of(Props(s, id, {aws::InternetGateway::kTable, id}));
  s.add(s.world.internet_gateways, std::move(x), id);
}

void gateway_attachment(Stack& s, const std::string& id) {
  const Props probe(s, id, {});
  if (!probe.has("InternetGatewayId")) return;  // a VPN gateway
  auto* gateway = Stack::find(s.world.internet_gateways, probe.text("InternetGatewayId", ""));
  if (!gateway) return s.homeless(id, "InternetGatewayId");
  const Ref ref = cloud::ref_of(*gateway);
  const Props p(s, id, ref);
  aws::InternetGatewayAttachment x{.vpcId = p.text("VpcId", "attachmentSet")};
  s.part(id, ref, "attachmentSet", fields::encode(x));
  gateway->attachmentSet.push_back(std::move(x));
}

void nat_gateway(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::NatGateway::kTable, id});
  aws::NatGateway x{.natGatewayId = id, .subnetId = p.text("SubnetId", "subnetId"), .state = "available"};
  if (const auto* subnet = Stack::find(s.world.subnets, x.subnetId)) x.vpcId = subnet->vpcId;
  x.connectivityType = p.text("ConnectivityType", "connectivityType", "public");
  aws::NatGatewayAddress address;
  if (std::string allocation = p.text("AllocationId", ""); !allocation.empty()) address.allocationId = allocation;
  x.natGatewayAddressSet.push_back(std::move(address));
  x.tagSet = tags_of(p);
  s.add(s.world.nat_gateways, std::move(x), id);
}

void elastic_ip(Stack& s, const std::string& id) {
  aws::Address x{.allocationId = id};
  x.tagSet = tags_of(Props(s, id, {aws::Address::kTable, id}));
  s.add(s.world.addresses, std::move(x), id);
}

void dhcp_options(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::DhcpOptions::kTable, id});
  aws::DhcpOptions x{.dhcpOptionsId = id, .ownerId = s.world.account};
  if (p.has("DomainName")) x.configurations.push_back({"domain-name", {p.text("DomainName", "configurations")}});
  if (p.has("DomainNameServers"))
    x.configurations.push_back({"domain-name-servers", p.texts("DomainNameServers", "configurations")});
  s.add(s.world.dhcp_options, std::move(x), id);
}

void dhcp_association(Stack& s, const std::string& id) {
  const Props probe(s, id, {});
  aws::Vpc* vpc = Stack::find(s.world.vpcs, probe.text("VpcId", ""));
  if (!vpc) return s.homeless(id, "VpcId");
  const Ref ref = cloud::ref_of(*vpc);
  vpc->dhcpOptionsId = Props(s, id, ref).text("DhcpOptionsId", "dhcpOptionsId");
  s.part(id, ref, "dhcpOptionsId", vpc->dhcpOptionsId);
}

void endpoint(Stack& s, const std::string& id) {
  const Props p(s, id, {aws::VpcEndpoint::kTable, id});
  aws::VpcEndpoint x{.vpcEndpointId = id};
  x.vpcEndpointType = p.text("VpcEndpointType", "vpcEndpointType", "Gateway");
  x.vpcId = p.text("VpcId", "vpcId");
  x.serviceName = p.text("ServiceName", "serviceName");
  x.state = "available";
  x.policyDocument = p.document("PolicyDocument", "policyDocument");
  x.routeTableIdSet = p.texts("RouteTableIds", "routeTableIdSet");
  x.subnetIdSet = p.texts("SubnetIds", "subnetIdSet");
  for (std::string& group : p.texts("SecurityGroupIds", "groupSet")) x.groupSet.push_back({std::move(group), ""});
  x.privateDnsEnabled = p.flag("PrivateDnsEnabled", "privateDnsEnabled", false);
  x.ipAddressType = p.text("IpAddressType", "ipAddressType", "ipv4");
  x.tagSet = tags_of(p);
  s.add(s.world.vpc_endpoints, std::move(x), id);
}

void peering(Stack& s, const std::string& id) {
  const Props p(s, id, {cloud::PeeringConnection::kTable, id});
  cloud::PeeringConnection x{.vpcPeeringConnectionId = id};
  x.requesterVpcId = p.text("VpcId", "requesterVpcId");
  x.accepterVpcId = p.text("PeerVpcId", "accepterVpcId");
  if (p.has("PeerOwnerId")) x.status = "pending-acceptance";
  s.add(s.world.peering_connections, std::move(x), id);
}

void transit_gateway(Stack& s, const std::string& id) {
  s.add(s.world.transit_gateways, cloud::TransitGateway{.transitGatewayId = id}, id);
}

void transit_gateway_attachment(Stack& s, const std::string& id) {
  const Props probe(s, id, {});
  auto* gateway = Stack::find(s.world.transit_gateways, probe.text("TransitGatewayId", ""));
  if (!gateway) return s.homeless(id, "TransitGatewayId");
  const Ref ref = cloud::ref_of(*gateway);
  const Props p(s, id, ref);
  gateway->attachments.push_back({p.text("VpcId", "attachments"), p.texts("SubnetIds", "attachments"), {}});
  // Its route tables are not read; what lies behind it is not known.
  s.unknown(ref, "attachments", id + " (routes of the transit gateway)");
}

}  // namespace

std::vector<Handler> network_handlers() {
  return {{"AWS::EC2::VPC", 0, vpc},
          {"AWS::EC2::DHCPOptions", 0, dhcp_options},
          {"AWS::EC2::InternetGateway", 0, internet_gateway},
          {"AWS::EC2::EIP", 0, elastic_ip},
          {"AWS::EC2::TransitGateway", 0, transit_gateway},
          {"AWS::EC2::VPCCidrBlock", 1, vpc_cidr},
          {"AWS::EC2::VPCDHCPOptionsAssociation", 1, dhcp_association},
          {"AWS::EC2::VPCGatewayAttachment", 1, gateway_attachment},
          {"AWS::EC2::Subnet", 1, subnet},
          {"AWS::EC2::RouteTable", 1, route_table},
          {"AWS::EC2::VPCPeeringConnection", 1, peering},
          {"AWS::EC2::TransitGatewayAttachment", 1, transit_gateway_attachment},
          {"AWS::EC2::TransitGatewayVpcAttachment", 1, transit_gateway_attachment},
          {"AWS::EC2::NatGateway", 2, nat_gateway},
          {"AWS::EC2::VPCEndpoint", 2, endpoint},
          {"AWS::EC2::Route", 2, route},
          {"AWS::EC2::SubnetRouteTableAssociation", 2, route_association}};
}

}  // namespace drydock::readers::cloudformation

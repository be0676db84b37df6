// VPCs, subnets, routes and gateways.
#include "cloud/aws/cidr.h"
#include "readers/terraform/handlers.h"

namespace drydock::readers::terraform {
namespace {

using cloud::Ref;

void set_cidrs(std::vector<aws::CidrAssociation>& into, const std::string& cidr) {
  if (cidr.empty()) return;
  aws::CidrAssociation association;
  association.cidrBlock = cidr;
  into.push_back(std::move(association));
}

// AWS keeps five addresses of every subnet.
std::int64_t usable_addresses(const std::string& cidr) {
  const auto parsed = aws::Cidr::parse(cidr);
  return parsed && !parsed->base.v6 && parsed->bits >= 16 && parsed->bits <= 28 ? (1LL << (32 - parsed->bits)) - 5 : 0;
}

void vpc(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Vpc x;
  x.vpcId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.ownerId = c.world.account;
  x.state = "available";
  x.cidrBlock = c.text(b, "cidr_block", {ref, "cidrBlock"}, r.type == "aws_default_vpc" ? "172.31.0.0/16" : "");
  set_cidrs(x.cidrBlockAssociationSet, x.cidrBlock);
  x.isDefault = r.type == "aws_default_vpc";
  x.enableDnsSupport = c.flag(b, "enable_dns_support", {ref, "enableDnsSupport"}, true);
  // Of its own accord a VPC has no host names; the default VPC has.
  x.enableDnsHostnames = c.flag(b, "enable_dns_hostnames", {ref, "enableDnsHostnames"}, x.isDefault);
  set_cidrs(x.ipv6CidrBlocks, c.text(b, "ipv6_cidr_block", {}));
  if (x.ipv6CidrBlocks.empty() && c.flag(b, "assign_generated_ipv6_cidr_block", {}, false))
    c.note_unknown({ref, "ipv6CidrBlocks"}, b, "ipv6_cidr_block");
  x.dhcpOptionsId = c.text(b, "dhcp_options_id", {});
  x.tagSet = tags(c, b);
  c.world.vpcs.push_back(std::move(x));
  c.stands(r, ref);
  if (r.data) c.note_unknown({ref, cloud::kAllOfIt}, r.address);
}

void cidr_association(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Vpc* vpc = c.noun(c.world.vpcs, c.id(b, "vpc_id", Kind::vpc, {}));
  if (!vpc) return;
  const Ref ref = cloud::ref_of(*vpc);
  const bool v6 = r.type == "aws_vpc_ipv6_cidr_block_association";
  const std::string cidr =
      c.text(b, v6 ? "ipv6_cidr_block" : "cidr_block", {ref, v6 ? "ipv6CidrBlocks" : "cidrBlockAssociationSet"});
  set_cidrs(v6 ? vpc->ipv6CidrBlocks : vpc->cidrBlockAssociationSet, cidr);
}

void subnet(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Subnet x;
  x.subnetId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.ownerId = c.world.account;
  x.state = "available";
  x.vpcId = c.id(b, "vpc_id", Kind::vpc, {ref, "vpcId"});
  x.cidrBlock = c.text(b, "cidr_block", {ref, "cidrBlock"});
  x.availabilityZone = c.text(b, "availability_zone", {ref, b.has("availability_zone_id") ? "" : "availabilityZone"});
  x.availabilityZoneId = c.text(b, "availability_zone_id", {});
  x.mapPublicIpOnLaunch = c.flag(b, "map_public_ip_on_launch", {ref, "mapPublicIpOnLaunch"}, false);
  x.assignIpv6AddressOnCreation =
      c.flag(b, "assign_ipv6_address_on_creation", {ref, "assignIpv6AddressOnCreation"}, false);
  x.ipv6Native = c.flag(b, "ipv6_native", {ref, "ipv6Native"}, false);
  x.enableDns64 = c.flag(b, "enable_dns64", {ref, "enableDns64"}, false);
  auto& names = x.privateDnsNameOptionsOnLaunch;
  names.hostnameType = c.text(b, "private_dns_hostname_type_on_launch", {}, "ip-name");
  names.enableResourceNameDnsARecord = c.flag(b, "enable_resource_name_dns_a_record_on_launch", {}, false);
  names.enableResourceNameDnsAAAARecord = c.flag(b, "enable_resource_name_dns_aaaa_record_on_launch", {}, false);
  set_cidrs(x.ipv6CidrBlocks, c.text(b, "ipv6_cidr_block", {ref, "ipv6CidrBlocks"}));
  x.availableIpAddressCount = usable_addresses(x.cidrBlock);
  x.tagSet = tags(c, b);
  c.world.subnets.push_back(std::move(x));
  c.stands(r, ref);
  if (r.data) c.note_unknown({ref, cloud::kAllOfIt}, r.address);
}

void dhcp_options(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::DhcpOptions x;
  x.dhcpOptionsId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  const auto add = [&](const char* key, std::vector<std::string> values) {
    if (!values.empty() && !values[0].empty()) x.configurations.push_back({key, std::move(values)});
  };
  add("domain-name", {c.text(b, "domain_name", {ref, "configurations"})});
  add("domain-name-servers", c.texts(b, "domain_name_servers", {ref, "configurations"}));
  add("ntp-servers", c.texts(b, "ntp_servers", {}));
  x.tagSet = tags(c, b);
  c.world.dhcp_options.push_back(std::move(x));
  c.stands(r, ref);
}

void dhcp_association(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Vpc* vpc = c.noun(c.world.vpcs, c.id(b, "vpc_id", Kind::vpc, {}));
  if (!vpc) return;
  const Ref ref = cloud::ref_of(*vpc);
  vpc->dhcpOptionsId = c.id(b, "dhcp_options_id", Kind::dhcp_options, {ref, "dhcpOptionsId"});
  c.adds(r, ref, "dhcpOptionsId", vpc->dhcpOptionsId);
}

// One route, of a block of a table or of a resource of its own (whose names of destinations are longer).
aws::Route route_of(Context& c, const Block& b, const Ref& table, bool own) {
  aws::Route x;
  const Mark mark{table, "routeSet"};
  const auto put = [](std::optional<std::string>& into, std::string value) {
    if (!value.empty()) into = std::move(value);
  };
  put(x.destinationCidrBlock, c.text(b, own ? "destination_cidr_block" : "cidr_block", mark));
  put(x.destinationIpv6CidrBlock, c.text(b, own ? "destination_ipv6_cidr_block" : "ipv6_cidr_block", mark));
  put(x.destinationPrefixListId, c.id(b, "destination_prefix_list_id", Kind::prefix_list, mark));
  put(x.gatewayId, c.id(b, "gateway_id", Kind::internet_gateway, mark));
  put(x.gatewayId, c.id(b, "vpc_endpoint_id", Kind::endpoint, mark));
  put(x.natGatewayId, c.id(b, "nat_gateway_id", Kind::nat_gateway, mark));
  put(x.transitGatewayId, c.id(b, "transit_gateway_id", Kind::transit_gateway, mark));
  put(x.vpcPeeringConnectionId, c.id(b, "vpc_peering_connection_id", Kind::peering, mark));
  put(x.networkInterfaceId, c.id(b, "network_interface_id", Kind::interface, mark));
  put(x.egressOnlyInternetGatewayId, c.id(b, "egress_only_gateway_id", Kind::egress_gateway, mark));
  put(x.carrierGatewayId, c.text(b, "carrier_gateway_id", {}));
  put(x.localGatewayId, c.text(b, "local_gateway_id", {}));
  put(x.coreNetworkArn, c.text(b, "core_network_arn", {}));
  x.origin = "CreateRoute";
  return x;
}

void route_table(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::RouteTable x;
  const bool main = r.type == "aws_default_route_table";
  const std::string id = main ? c.id(b, "default_route_table_id", Kind::route_table, {}) : "";
  x.routeTableId = id.empty() ? c.id_of(r) : id;
  if (main) c.forget_derived(x.routeTableId);
  const Ref ref = cloud::ref_of(x);
  x.vpcId = c.id(b, "vpc_id", Kind::vpc, {main ? Ref() : ref, main ? "" : "vpcId"});
  if (main && x.vpcId.empty()) x.vpcId = c.vpc_of_derived(x.routeTableId);
  for (const Block& route : b.blocks("route")) x.routeSet.push_back(route_of(c, route, ref, false));
  if (b.is_hidden("route") && b.is_unknown("route")) c.note_unknown({ref, "routeSet"}, b, "route");
  if (main) {
    aws::RouteTableAssociation association;
    association.routeTableId = x.routeTableId;
    association.main = true;
    x.associationSet.push_back(std::move(association));
  }
  x.tagSet = tags(c, b);
  c.world.route_tables.push_back(std::move(x));
  c.stands(r, ref);
}

void route(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::RouteTable* table = c.noun(c.world.route_tables, c.id(b, "route_table_id", Kind::route_table, {}));
  if (!table) return c.homeless(r, "route_table_id");
  const Ref ref = cloud::ref_of(*table);
  aws::Route x = route_of(c, b, ref, true);
  c.adds(r, ref, "routeSet", fields::encode(x));
  table->routeSet.push_back(std::move(x));
}

void association(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::RouteTable* table = c.noun(c.world.route_tables, c.id(b, "route_table_id", Kind::route_table, {}));
  if (!table) return c.homeless(r, "route_table_id");
  const Ref ref = cloud::ref_of(*table);
  aws::RouteTableAssociation x;
  x.routeTableAssociationId = c.id_of(r);
  x.routeTableId = table->routeTableId;
  if (r.type == "aws_main_route_table_association") {
    x.main = true;
  } else {
    const std::string subnet = c.id(b, "subnet_id", Kind::subnet, {ref, "associationSet"});
    const std::string gateway = c.id(b, "gateway_id", Kind::internet_gateway, {ref, "associationSet"});
    if (!subnet.empty()) x.subnetId = subnet;
    if (!gateway.empty()) x.gatewayId = gateway;
  }
  c.adds(r, ref, "associationSet", fields::encode(x));
  table->associationSet.push_back(std::move(x));
}

void internet_gateway(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::InternetGateway x;
  x.internetGatewayId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  const std::string vpc = c.id(b, "vpc_id", Kind::vpc, {ref, "attachmentSet"});
  if (!vpc.empty()) x.attachmentSet.push_back({vpc, "available"});
  x.tagSet = tags(c, b);
  c.world.internet_gateways.push_back(std::move(x));
  c.stands(r, ref);
}

void internet_gateway_attachment(Context& c, const Resource& r) {
  const Block b = block_of(r);
  auto* gateway = c.noun(c.world.internet_gateways, c.id(b, "internet_gateway_id", Kind::internet_gateway, {}));
  if (!gateway) return c.homeless(r, "internet_gateway_id");
  const Ref ref = cloud::ref_of(*gateway);
  const std::string vpc = c.id(b, "vpc_id", Kind::vpc, {ref, "attachmentSet"});
  if (!vpc.empty()) gateway->attachmentSet.push_back({vpc, "available"});
}

void nat_gateway(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::NatGateway x;
  x.natGatewayId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.subnetId = c.id(b, "subnet_id", Kind::subnet, {ref, "subnetId"});
  if (const auto* subnet = c.noun(c.world.subnets, x.subnetId)) x.vpcId = subnet->vpcId;
  x.state = "available";
  x.connectivityType = c.text(b, "connectivity_type", {ref, "connectivityType"}, "public");
  const std::string allocation = c.id(b, "allocation_id", Kind::address, {});
  aws::NatGatewayAddress address;
  if (x.connectivityType == "public") address.allocationId = allocation;
  address.privateIp = c.text(b, "private_ip", {});
  x.natGatewayAddressSet.push_back(std::move(address));
  x.tagSet = tags(c, b);
  c.world.nat_gateways.push_back(std::move(x));
  c.stands(r, ref);
}

void elastic_ip(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::Address x;
  x.allocationId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.publicIp = c.text(b, "public_ip", {});
  x.tagSet = tags(c, b);
  c.world.addresses.push_back(std::move(x));
  c.stands(r, ref);
}

void peering(Context& c, const Resource& r) {
  const Block b = block_of(r);
  cloud::PeeringConnection x;
  x.vpcPeeringConnectionId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.requesterVpcId = c.id(b, "vpc_id", Kind::vpc, {ref, "requesterVpcId"});
  x.accepterVpcId = c.id(b, "peer_vpc_id", Kind::vpc, {ref, "accepterVpcId"});
  const bool accepted = c.flag(b, "auto_accept", {}, false);
  x.status = accepted ? "active" : b.at("accept_status").string_or("pending-acceptance");
  x.requesterDnsResolution = b.block("requester").at("allow_remote_vpc_dns_resolution").bool_or(false);
  x.accepterDnsResolution = b.block("accepter").at("allow_remote_vpc_dns_resolution").bool_or(false);
  c.world.peering_connections.push_back(std::move(x));
  c.stands(r, ref);
}

void peering_accepter(Context& c, const Resource& r) {
  const Block b = block_of(r);
  auto* x = c.noun(c.world.peering_connections, c.id(b, "vpc_peering_connection_id", Kind::peering, {}));
  if (x && c.flag(b, "auto_accept", {}, false)) x->status = "active";
}

void transit_gateway(Context& c, const Resource& r) {
  cloud::TransitGateway x;
  x.transitGatewayId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  c.world.transit_gateways.push_back(std::move(x));
  c.stands(r, ref);
  if (r.data) c.note_unknown({ref, cloud::kAllOfIt}, r.address);
}

void transit_gateway_attachment(Context& c, const Resource& r) {
  const Block b = block_of(r);
  auto* gateway = c.noun(c.world.transit_gateways, c.id(b, "transit_gateway_id", Kind::transit_gateway, {}));
  if (!gateway) return c.homeless(r, "transit_gateway_id");
  const Mark mark{cloud::ref_of(*gateway), "attachments"};
  cloud::TransitGatewayAttachment x;
  x.vpcId = c.id(b, "vpc_id", Kind::vpc, mark);
  x.subnetIds = c.ids(b, "subnet_ids", Kind::subnet, mark);
  gateway->attachments.push_back(std::move(x));
  // Its route tables are not read; what lies behind it is not known.
  c.note_unknown(mark, r.address + " (routes of the transit gateway)");
}

void prefix_list(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::PrefixList x;
  x.prefixListId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.prefixListName = c.text(b, "name", {});
  if (!r.data || r.type != "aws_prefix_list") x.ownerId = c.text(b, "owner_id", {}, c.world.account);
  for (const Block& entry : b.blocks(r.data ? "entries" : "entry"))
    x.cidrSet.push_back(c.text(entry, "cidr", {ref, "cidrSet"}));
  if (r.type == "aws_prefix_list") x.cidrSet = c.texts(b, "cidr_blocks", {ref, "cidrSet"});
  c.world.prefix_lists.push_back(std::move(x));
  c.stands(r, ref);
}

}  // namespace

std::vector<Handler> network_handlers() {
  return {{"aws_vpc", vpc},
          {"aws_default_vpc", vpc},
          {"data.aws_vpc", vpc},
          {"aws_vpc_ipv4_cidr_block_association", cidr_association},
          {"aws_vpc_ipv6_cidr_block_association", cidr_association},
          {"aws_vpc_dhcp_options", dhcp_options},
          {"aws_vpc_dhcp_options_association", dhcp_association},
          {"aws_subnet", subnet},
          {"aws_default_subnet", subnet},
          {"data.aws_subnet", subnet},
          {"aws_ec2_managed_prefix_list", prefix_list},
          {"data.aws_ec2_managed_prefix_list", prefix_list},
          {"data.aws_prefix_list", prefix_list},
          {"aws_internet_gateway", internet_gateway},
          {"aws_internet_gateway_attachment", internet_gateway_attachment},
          {"aws_eip", elastic_ip},
          {"aws_nat_gateway", nat_gateway},
          {"aws_vpc_peering_connection", peering},
          {"aws_vpc_peering_connection_accepter", peering_accepter},
          {"aws_ec2_transit_gateway", transit_gateway},
          {"data.aws_ec2_transit_gateway", transit_gateway},
          {"aws_ec2_transit_gateway_vpc_attachment", transit_gateway_attachment},
          {"aws_default_route_table", route_table},
          {"aws_route_table", route_table},
          {"aws_route_table_association", association},
          {"aws_main_route_table_association", association},
          {"aws_route", route}};
}

}  // namespace drydock::readers::terraform

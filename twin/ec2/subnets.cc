// Subnets.
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

using aws::Subnet;

namespace {

constexpr const char* kNotFound = "InvalidSubnetID.NotFound";

ApiError no_subnet(const std::string& id) { return no_such(kNotFound, "subnet ID", id); }

Values values(World&, const Call&, const Subnet& subnet, std::string_view name) {
  if (name == "subnet-id") return {{subnet.subnetId}};
  if (name == "vpc-id") return {{subnet.vpcId}};
  if (name == "state") return {{subnet.state}};
  if (name == "subnet-arn") return {{subnet.subnetArn}};
  if (name == "owner-id") return {{subnet.ownerId}};
  if (name == "cidr" || name == "cidrBlock" || name == "cidr-block") return {{subnet.cidrBlock}};
  if (name == "availability-zone" || name == "availabilityZone") return {{subnet.availabilityZone}};
  if (name == "availability-zone-id" || name == "availabilityZoneId") return {{subnet.availabilityZoneId}};
  if (name == "available-ip-address-count") return {{std::to_string(subnet.availableIpAddressCount)}};
  if (name == "default-for-az" || name == "defaultForAz") return {{text_of(subnet.defaultForAz)}};
  if (name == "map-public-ip-on-launch") return {{text_of(subnet.mapPublicIpOnLaunch)}};
  if (name == "ipv6-native") return {{text_of(subnet.ipv6Native)}};
  std::vector<std::string> list;
  for (const auto& block : subnet.ipv6CidrBlocks) {
    if (name == "ipv6-cidr-block-association.ipv6-cidr-block") list.push_back(block.cidrBlock);
    if (name == "ipv6-cidr-block-association.association-id") list.push_back(block.associationId);
    if (name == "ipv6-cidr-block-association.state") list.push_back(block.state);
  }
  if (name.starts_with("ipv6-cidr-block-association.")) return list;
  return std::nullopt;
}

Json render_subnet(World&, const Call&, const Subnet& subnet) {
  Json out = rendered(subnet);
  Json::Array blocks;
  for (const auto& block : subnet.ipv6CidrBlocks)
    blocks.push_back(Json::object({{"associationId", block.associationId},
                                   {"ipv6CidrBlock", block.cidrBlock},
                                   {"ipv6CidrBlockState", Json::object({{"state", block.state}})}}));
  out["ipv6CidrBlockAssociationSet"] = std::move(blocks);
  return out;
}

const Description<Subnet> kSubnets{"subnetSet", "SubnetId", kNotFound, "subnet ID", values, render_subnet};

/// A zone by name or id; the region's first zone when neither is given.
tl::expected<Availability, ApiError> pick_zone(const Call& call) {
  const auto& zones = zones_of(call.region);
  const std::string name = call.text("AvailabilityZone"), id = call.text("AvailabilityZoneId");
  if (name.empty() && id.empty()) return zones.front();
  for (const Availability& zone : zones)
    if (zone.name == name || zone.id == id) return zone;
  std::string known;
  for (const Availability& zone : zones) known += (known.empty() ? "" : ", ") + (id.empty() ? zone.name : zone.id);
  return tl::unexpected<ApiError>(
      bad_value(id.empty() ? name : id, id.empty() ? "availabilityZone" : "availabilityZoneId",
                "Subnets can currently only be created in the following availability zones: " + known + "."));
}

std::optional<ApiError> bad_subnet_block(World& world, const Call& call, const aws::Vpc& vpc, const std::string& text) {
  auto block = aws::Cidr::parse(text);
  if (!block || block->base.v6) return bad_value(text, "cidrBlock", "This is not a valid CIDR block.");
  if (block->bits < 16 || block->bits > 28)
    return ApiError{400, "InvalidSubnet.Range", "The CIDR '" + text + "' is invalid."};
  bool inside = false;
  for (const auto& own : vpc.cidrBlockAssociationSet) inside |= aws::Cidr::parse(own.cidrBlock)->contains(*block);
  if (!inside) return ApiError{400, "InvalidSubnet.Range", "The CIDR '" + text + "' is invalid."};
  for (const auto& [id, other] : of<Subnet>(world, call))
    if (other.vpcId == vpc.vpcId && aws::Cidr::parse(other.cidrBlock)->overlaps(*block))
      return ApiError{400, "InvalidSubnet.Conflict", "The CIDR '" + text + "' conflicts with another subnet"};
  return std::nullopt;
}

ApiResult create_subnet(World& world, Call& call) {
  auto tags = read_tags(call, "subnet");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  for (const char* name : {"Ipv4IpamPoolId", "Ipv6IpamPoolId", "OutpostArn"})
    if (call.has(name)) return refuse("NotModelled", std::string("not supported yet: CreateSubnet with ") + name, 501);
  if (call.flag("Ipv6Native").value_or(false))
    return refuse("NotModelled", "not supported yet: CreateSubnet with Ipv6Native", 501);
  const aws::Vpc* vpc = of<aws::Vpc>(world, call).find(call.text("VpcId"));
  if (!vpc) return tl::unexpected<ApiError>(no_such("InvalidVpcID.NotFound", "vpc ID", call.text("VpcId")));
  if (!call.has("CidrBlock")) return tl::unexpected<ApiError>(missing("cidrBlock"));
  auto zone = pick_zone(call);
  if (!zone) return tl::unexpected<ApiError>(zone.error());
  if (auto bad = bad_subnet_block(world, call, *vpc, call.text("CidrBlock"))) return tl::unexpected<ApiError>(*bad);
  Subnet& subnet = make_subnet(world, call.region, vpc->vpcId, aws::Cidr::parse(call.text("CidrBlock"))->str(), *zone);
  subnet.tagSet = std::move(*tags);
  if (const std::string block = call.text("Ipv6CidrBlock"); !block.empty())
    subnet.ipv6CidrBlocks.push_back({world.new_id("subnet-cidr-assoc"), block});
  later(world, call.region, Millis(1000), "ec2.subnet-available", subnet.subnetId);
  return Json::object({{"subnet", render_subnet(world, call, subnet)}});
}

ApiResult delete_subnet(World& world, Call& call) {
  const std::string id = call.text("SubnetId");
  if (!of<Subnet>(world, call).contains(id)) return tl::unexpected<ApiError>(no_subnet(id));
  for (const auto& [eni, x] : of<aws::NetworkInterface>(world, call))
    if (x.subnetId == id)
      return refuse("DependencyViolation", "The subnet '" + id + "' has dependencies and cannot be deleted.");
  for (const auto& [key, table] : of<aws::RouteTable>(world, call)) {
    bool explicit_one = false;
    for (const auto& association : table.associationSet) explicit_one |= association.subnetId == id;
    if (!explicit_one) continue;
    aws::RouteTable* row = of<aws::RouteTable>(world, call).edit(key);  // the association goes with the subnet
    std::erase_if(row->associationSet, [&](const auto& x) { return x.subnetId == id; });
  }
  for (const auto& [key, acl] : of<aws::NetworkAcl>(world, call)) {
    bool here = false;
    for (const auto& association : acl.associationSet) here |= association.subnetId == id;
    if (here)
      std::erase_if(of<aws::NetworkAcl>(world, call).edit(key)->associationSet,
                    [&](const auto& x) { return x.subnetId == id; });
  }
  of<Subnet>(world, call).erase(id);
  return yes();
}

ApiResult modify_attribute(World& world, Call& call) {
  Subnet* subnet = of<Subnet>(world, call).edit(call.text("SubnetId"));
  if (!subnet) return tl::unexpected<ApiError>(no_subnet(call.text("SubnetId")));
  const std::pair<const char*, bool*> flags[] = {
      {"MapPublicIpOnLaunch", &subnet->mapPublicIpOnLaunch},
      {"AssignIpv6AddressOnCreation", &subnet->assignIpv6AddressOnCreation},
      {"EnableDns64", &subnet->enableDns64},
      {"EnableResourceNameDnsARecordOnLaunch", &subnet->privateDnsNameOptionsOnLaunch.enableResourceNameDnsARecord},
      {"EnableResourceNameDnsAAAARecordOnLaunch",
       &subnet->privateDnsNameOptionsOnLaunch.enableResourceNameDnsAAAARecord}};
  int given = 0;
  for (const auto& [name, flag] : flags) given += call.has(name);
  given += call.has("PrivateDnsHostnameTypeOnLaunch");
  if (given > 1) return refuse("InvalidParameterCombination", "You can modify only one subnet attribute at a time");
  if (given == 0) return refuse("NotModelled", "not supported yet: this attribute of ModifySubnetAttribute", 501);
  if (call.has("AssignIpv6AddressOnCreation") &&
      call.in.path("AssignIpv6AddressOnCreation.Value").string_or() == "true" && subnet->ipv6CidrBlocks.empty())
    return refuse(
        "InvalidParameterValue",
        "Invalid value 'true' for assignIpv6AddressOnCreation. Subnet must have an associated IPv6 CIDR block.");
  for (const auto& [name, flag] : flags)
    if (call.has(name)) *flag = call.in.at(name).at("Value").string_or() == "true";
  if (const std::string type = call.text("PrivateDnsHostnameTypeOnLaunch"); !type.empty()) {
    if (type != "ip-name" && type != "resource-name")
      return tl::unexpected<ApiError>(
          bad_value(type, "privateDnsHostnameTypeOnLaunch", "Expected ip-name or resource-name."));
    subnet->privateDnsNameOptionsOnLaunch.hostnameType = type;
  }
  return yes();
}

}  // namespace

void install_subnets(Front& front, World& world) {
  front.operation("ec2", "CreateSubnet", create_subnet);
  front.operation("ec2", "DeleteSubnet", delete_subnet);
  front.operation("ec2", "DescribeSubnets", [](World& w, Call& call) { return describe(w, call, kSubnets); });
  front.operation("ec2", "ModifySubnetAttribute", modify_attribute);
  world.clock().handle("ec2.subnet-available", [](World& w, const Json& x) {
    if (Subnet* subnet = w.table<Subnet>(x.at("region").string_or()).edit(x.at("id").string_or()))
      subnet->state = "available";
  });
}

}  // namespace drydock::twin::ec2

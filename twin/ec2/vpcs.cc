// VPCs and their DHCP options.
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

using aws::Vpc;

namespace {

constexpr const char* kNotFound = "InvalidVpcID.NotFound";

ApiError no_vpc(const std::string& id) { return no_such(kNotFound, "vpc ID", id); }

Values values(World&, const Call&, const Vpc& vpc, std::string_view name) {
  if (name == "vpc-id") return {{vpc.vpcId}};
  if (name == "state") return {{vpc.state}};
  if (name == "cidr" || name == "cidrBlock") return {{vpc.cidrBlock}};
  if (name == "is-default" || name == "isDefault") return {{text_of(vpc.isDefault)}};
  if (name == "dhcp-options-id") return {{vpc.dhcpOptionsId}};
  if (name == "owner-id") return {{vpc.ownerId}};
  std::vector<std::string> list;
  for (const auto& block : vpc.cidrBlockAssociationSet) {
    if (name == "cidr-block-association.cidr-block") list.push_back(block.cidrBlock);
    if (name == "cidr-block-association.association-id") list.push_back(block.associationId);
    if (name == "cidr-block-association.state") list.push_back(block.state);
  }
  for (const auto& block : vpc.ipv6CidrBlocks) {
    if (name == "ipv6-cidr-block-association.ipv6-cidr-block") list.push_back(block.cidrBlock);
    if (name == "ipv6-cidr-block-association.association-id") list.push_back(block.associationId);
    if (name == "ipv6-cidr-block-association.state") list.push_back(block.state);
  }
  if (name.starts_with("cidr-block-association.") || name.starts_with("ipv6-cidr-block-association.")) return list;
  return std::nullopt;
}

Json block_state(const std::string& state) { return Json::object({{"state", state}}); }

Json render_vpc(World&, const Call&, const Vpc& vpc) {
  Json out = rendered(vpc);
  Json::Array blocks, ipv6;
  for (const auto& block : vpc.cidrBlockAssociationSet)
    blocks.push_back(Json::object({{"associationId", block.associationId},
                                   {"cidrBlock", block.cidrBlock},
                                   {"cidrBlockState", block_state(block.state)}}));
  for (const auto& block : vpc.ipv6CidrBlocks)
    ipv6.push_back(Json::object({{"associationId", block.associationId},
                                 {"ipv6CidrBlock", block.cidrBlock},
                                 {"ipv6CidrBlockState", block_state(block.state)},
                                 {"ipv6Pool", "Amazon"}}));
  out["cidrBlockAssociationSet"] = std::move(blocks);
  out["ipv6CidrBlockAssociationSet"] = std::move(ipv6);
  return out;
}

const Description<Vpc> kVpcs{"vpcSet", "VpcId", kNotFound, "vpc ID", values, render_vpc};

/// Sizes /16 to /28 (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html).
std::optional<ApiError> bad_vpc_block(const std::string& text) {
  auto block = aws::Cidr::parse(text);
  if (!block || block->base.v6) return bad_value(text, "cidrBlock", "This is not a valid CIDR block.");
  if (block->bits < 16 || block->bits > 28)
    return ApiError{400, "InvalidVpc.Range", "The CIDR '" + text + "' is invalid."};
  return std::nullopt;
}

constexpr std::size_t kVpcsPerRegion = 1000;  // AWS's default is 5 and can be raised; nobody wants that limit here

std::string ipv6_block(World& world) {  // Amazon's pool, a /56
  const std::string h = world.new_hex(4);
  return "2600:1f18:" + h + ":" + world.new_hex(2) + "00::/56";
}

ApiResult create_vpc(World& world, Call& call) {
  auto tags = read_tags(call, "vpc");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  if (call.has("Ipv4IpamPoolId")) return refuse("NotModelled", "not supported yet: CreateVpc with Ipv4IpamPoolId", 501);
  if (!call.has("CidrBlock")) return tl::unexpected<ApiError>(missing("cidrBlock"));
  if (auto bad = bad_vpc_block(call.text("CidrBlock"))) return tl::unexpected<ApiError>(*bad);
  const std::string tenancy = call.text("InstanceTenancy", "default");
  if (tenancy != "default" && tenancy != "dedicated" && tenancy != "host")
    return tl::unexpected<ApiError>(bad_value(tenancy, "instanceTenancy", "Invalid tenancy."));
  if (of<Vpc>(world, call).size() >= kVpcsPerRegion)
    return refuse("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
  Vpc& vpc = make_vpc(world, call.region, aws::Cidr::parse(call.text("CidrBlock"))->str(), false);
  vpc.instanceTenancy = tenancy;
  vpc.tagSet = std::move(*tags);
  if (call.flag("AmazonProvidedIpv6CidrBlock").value_or(false)) {
    vpc.ipv6CidrBlocks.push_back({world.new_id("vpc-cidr-assoc"), ipv6_block(world)});
    aws::Route local;
    local.destinationIpv6CidrBlock = vpc.ipv6CidrBlocks.back().cidrBlock;
    local.gatewayId = "local";
    const std::string main = main_table(world, call.region, vpc.vpcId)->routeTableId;
    of<aws::RouteTable>(world, call).edit(main)->routeSet.push_back(local);
  }
  later(world, call.region, Millis(1000), "ec2.vpc-available", vpc.vpcId);
  return Json::object({{"vpc", render_vpc(world, call, vpc)}});
}

/// What keeps a VPC from going: anything in it that CreateVpc did not make.
bool vpc_in_use(World& world, const Call& call, const std::string& id) {
  for (const auto& [key, x] : of<aws::Subnet>(world, call))
    if (x.vpcId == id) return true;
  for (const auto& [key, x] : of<aws::SecurityGroup>(world, call))
    if (x.vpcId == id && x.groupName != "default") return true;
  for (const auto& [key, x] : of<aws::RouteTable>(world, call))
    if (x.vpcId == id && main_table(world, call.region, id) != &x) return true;
  for (const auto& [key, x] : of<aws::NetworkAcl>(world, call))
    if (x.vpcId == id && !x.isDefault) return true;
  for (const auto& [key, x] : of<aws::VpcEndpoint>(world, call))
    if (x.vpcId == id) return true;
  for (const auto& [key, x] : of<aws::NetworkInterface>(world, call))
    if (x.vpcId == id) return true;
  for (const auto& [key, x] : of<aws::InternetGateway>(world, call))
    for (const auto& attachment : x.attachmentSet)
      if (attachment.vpcId == id) return true;
  return false;
}

ApiResult delete_vpc(World& world, Call& call) {
  const std::string id = call.text("VpcId");
  if (id.empty()) return tl::unexpected<ApiError>(missing("vpcId"));
  if (!of<Vpc>(world, call).contains(id)) return tl::unexpected<ApiError>(no_vpc(id));
  if (vpc_in_use(world, call, id))
    return refuse("DependencyViolation", "The vpc '" + id + "' has dependencies and cannot be deleted.");
  forget_remains(world, call.region, id);
  of<aws::RouteTable>(world, call).erase(main_table(world, call.region, id)->routeTableId);
  of<aws::NetworkAcl>(world, call).erase(default_acl(world, call.region, id)->networkAclId);
  const std::string group = default_group(world, call.region, id)->groupId;
  erase_rules_of(world, call.region, group);
  of<aws::SecurityGroup>(world, call).erase(group);
  of<Vpc>(world, call).erase(id);
  return yes();
}

ApiResult describe_attribute(World& world, Call& call) {
  const Vpc* vpc = of<Vpc>(world, call).find(call.text("VpcId"));
  if (!vpc) return tl::unexpected<ApiError>(no_vpc(call.text("VpcId")));
  const std::string name = call.text("Attribute");
  bool value;
  if (name == "enableDnsSupport")
    value = vpc->enableDnsSupport;
  else if (name == "enableDnsHostnames")
    value = vpc->enableDnsHostnames;
  else if (name == "enableNetworkAddressUsageMetrics")
    value = vpc->enableNetworkAddressUsageMetrics;
  else
    return tl::unexpected<ApiError>(bad_value(name, "attribute", "Unknown VPC attribute."));
  Json out = Json::object({{"vpcId", vpc->vpcId}});
  out[name] = Json::object({{"value", value}});
  return out;
}

ApiResult modify_attribute(World& world, Call& call) {
  const std::string id = call.text("VpcId");
  const Vpc* vpc = of<Vpc>(world, call).find(id);
  if (!vpc) return tl::unexpected<ApiError>(no_vpc(id));
  int given = 0;
  for (const char* name : {"EnableDnsSupport", "EnableDnsHostnames", "EnableNetworkAddressUsageMetrics"}) {
    const std::string value = call.in.at(name).at("Value").string_or();
    if (value.empty()) continue;
    if (++given > 1) return refuse("InvalidParameterCombination", "Fields for multiple attribute types specified");
    const bool on = value == "true";
    if (name == std::string_view("EnableDnsSupport")) {
      if (!on && vpc->enableDnsHostnames)
        return refuse("InvalidParameterValue",
                      "Cannot disable DNS support while DNS hostnames are enabled for VPC " + id);
      of<Vpc>(world, call).edit(id)->enableDnsSupport = on;
    } else if (name == std::string_view("EnableDnsHostnames")) {
      if (on && !vpc->enableDnsSupport)
        return refuse("InvalidParameterValue",
                      "DNS hostnames cannot be enabled while DNS support is disabled for VPC " + id);
      of<Vpc>(world, call).edit(id)->enableDnsHostnames = on;
    } else {
      of<Vpc>(world, call).edit(id)->enableNetworkAddressUsageMetrics = on;
    }
  }
  if (!given) return refuse("MissingParameter", "No attributes specified.");
  return yes();
}

ApiResult modify_tenancy(World& world, Call& call) {
  Vpc* vpc = of<Vpc>(world, call).edit(call.text("VpcId"));
  if (!vpc) return tl::unexpected<ApiError>(no_vpc(call.text("VpcId")));
  if (call.text("InstanceTenancy") != "default")
    return tl::unexpected<ApiError>(
        bad_value(call.text("InstanceTenancy"), "instanceTenancy", "Only default is allowed."));
  vpc->instanceTenancy = "default";
  return Json::object({{"returnValue", "true"}});
}

void for_each_table(World& world, const Call& call, const std::string& vpc_id,
                    const std::function<void(aws::RouteTable&)>& change) {
  std::vector<std::string> ids;
  for (const auto& [id, table] : of<aws::RouteTable>(world, call))
    if (table.vpcId == vpc_id) ids.push_back(id);
  for (const std::string& id : ids) change(*of<aws::RouteTable>(world, call).edit(id));
}

constexpr std::size_t kBlocksPerVpc = 5;

ApiResult associate_block(World& world, Call& call) {
  const std::string id = call.text("VpcId");
  Vpc* vpc = of<Vpc>(world, call).edit(id);
  if (!vpc) return tl::unexpected<ApiError>(no_vpc(id));
  aws::Route local;
  local.gatewayId = "local";
  Json out = Json::object({{"vpcId", id}});
  if (call.flag("AmazonProvidedIpv6CidrBlock").value_or(false)) {
    vpc->ipv6CidrBlocks.push_back({world.new_id("vpc-cidr-assoc"), ipv6_block(world)});
    local.destinationIpv6CidrBlock = vpc->ipv6CidrBlocks.back().cidrBlock;
    out["ipv6CidrBlockAssociation"] = render_vpc(world, call, *vpc).at("ipv6CidrBlockAssociationSet").as_array().back();
  } else {
    if (auto bad = bad_vpc_block(call.text("CidrBlock"))) return tl::unexpected<ApiError>(*bad);
    if (vpc->cidrBlockAssociationSet.size() >= kBlocksPerVpc)
      return refuse("CidrLimitExceeded", "This network '" + id + "' has met its maximum number of allowed CIDRs: 5");
    const aws::Cidr block = *aws::Cidr::parse(call.text("CidrBlock"));
    for (const auto& other : vpc->cidrBlockAssociationSet)
      if (aws::Cidr::parse(other.cidrBlock)->overlaps(block))
        return refuse("InvalidVpc.Range",
                      "The CIDR '" + block.str() + "' conflicts with one of the CIDRs of VPC " + id);
    vpc->cidrBlockAssociationSet.push_back({world.new_id("vpc-cidr-assoc"), block.str()});
    local.destinationCidrBlock = block.str();
    out["cidrBlockAssociation"] = render_vpc(world, call, *vpc).at("cidrBlockAssociationSet").as_array().back();
  }
  for_each_table(world, call, id, [&](aws::RouteTable& table) { table.routeSet.push_back(local); });
  return out;
}

ApiResult disassociate_block(World& world, Call& call) {
  const std::string id = call.text("AssociationId");
  for (const auto& [vpc_id, vpc] : of<Vpc>(world, call)) {
    for (const auto* list : {&vpc.cidrBlockAssociationSet, &vpc.ipv6CidrBlocks}) {
      for (const auto& block : *list) {
        if (block.associationId != id) continue;
        if (block.cidrBlock == vpc.cidrBlock)
          return refuse("OperationNotPermitted",
                        "The vpc CIDR block with association ID " + id +
                            " may not be disassociated. It is the primary IPv4 CIDR block of the VPC");
        for (const auto& [subnet_id, subnet] : of<aws::Subnet>(world, call))
          if (subnet.vpcId == vpc_id &&
              aws::Cidr::parse(block.cidrBlock)->contains(*aws::Cidr::parse(subnet.cidrBlock)))
            return refuse("InvalidCidrBlock.InUse",
                          "The vpc CIDR block " + block.cidrBlock + " is currently in use by one or more subnets");
        const std::string gone = block.cidrBlock;
        Vpc* row = of<Vpc>(world, call).edit(vpc_id);
        std::erase_if(row->cidrBlockAssociationSet, [&](const auto& x) { return x.associationId == id; });
        std::erase_if(row->ipv6CidrBlocks, [&](const auto& x) { return x.associationId == id; });
        for_each_table(world, call, vpc_id, [&](aws::RouteTable& table) {
          std::erase_if(table.routeSet, [&](const aws::Route& route) {
            return route.gatewayId == "local" &&
                   (route.destinationCidrBlock == gone || route.destinationIpv6CidrBlock == gone);
          });
        });
        return Json::object({{"vpcId", vpc_id}});
      }
    }
  }
  return refuse("InvalidVpcCidrBlockAssociationID.NotFound",
                "The vpc CIDR block association ID '" + id + "' does not exist");
}

// --- DHCP options.

Json render_options(World&, const Call&, const aws::DhcpOptions& options) {
  Json out = rendered(options);
  Json::Array set;
  for (const auto& item : options.configurations) {
    Json::Array list;
    for (const std::string& value : item.values) list.push_back(Json::object({{"value", value}}));
    set.push_back(Json::object({{"key", item.key}, {"valueSet", std::move(list)}}));
  }
  out["dhcpConfigurationSet"] = std::move(set);
  return out;
}

const Description<aws::DhcpOptions> kOptions{
    "dhcpOptionsSet",
    "DhcpOptionsId",
    "InvalidDhcpOptionID.NotFound",
    "dhcpOption ID",
    [](World&, const Call&, const aws::DhcpOptions& options, std::string_view name) -> Values {
      if (name == "dhcp-options-id") return {{options.dhcpOptionsId}};
      if (name == "owner-id") return {{options.ownerId}};
      if (name != "key" && name != "value") return std::nullopt;
      std::vector<std::string> found;
      for (const auto& item : options.configurations) {
        if (name == "key") found.push_back(item.key);
        if (name == "value") found.insert(found.end(), item.values.begin(), item.values.end());
      }
      return found;
    },
    render_options};

ApiResult create_options(World& world, Call& call) {
  auto tags = read_tags(call, "dhcp-options");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  aws::DhcpOptions options;
  options.dhcpOptionsId = world.new_id("dopt");
  options.ownerId = world.account();
  options.tagSet = *tags;
  const Json& list = call.in.at("DhcpConfiguration");
  if (list.size() == 0) return tl::unexpected<ApiError>(missing("dhcpConfiguration"));
  for (std::size_t i = 0; i < list.size(); ++i) {
    aws::DhcpConfiguration item{list.item(i).at("Key").string_or(), {}};
    const Json& given = list.item(i).at("Value");
    for (std::size_t j = 0; j < given.size(); ++j) item.values.push_back(given.item(j).string_or());
    options.configurations.push_back(std::move(item));
  }
  const auto& row = of<aws::DhcpOptions>(world, call).put(options.dhcpOptionsId, options);
  return Json::object({{"dhcpOptions", render_options(world, call, row)}});
}

ApiResult associate_options(World& world, Call& call) {
  Vpc* vpc = of<Vpc>(world, call).edit(call.text("VpcId"));
  if (!vpc) return tl::unexpected<ApiError>(no_vpc(call.text("VpcId")));
  const std::string id = call.text("DhcpOptionsId");
  if (id != "default" && !of<aws::DhcpOptions>(world, call).contains(id))
    return tl::unexpected<ApiError>(no_such("InvalidDhcpOptionID.NotFound", "dhcpOption ID", id));
  vpc->dhcpOptionsId = id;
  return yes();
}

ApiResult delete_options(World& world, Call& call) {
  const std::string id = call.text("DhcpOptionsId");
  if (!of<aws::DhcpOptions>(world, call).contains(id))
    return tl::unexpected<ApiError>(no_such("InvalidDhcpOptionID.NotFound", "dhcpOption ID", id));
  for (const auto& [vpc_id, vpc] : of<Vpc>(world, call))
    if (vpc.dhcpOptionsId == id)
      return refuse("DependencyViolation", "The dhcpOptions '" + id + "' has dependencies and cannot be deleted.");
  of<aws::DhcpOptions>(world, call).erase(id);
  return yes();
}

}  // namespace

void install_vpcs(Front& front, World& world) {
  front.operation("ec2", "CreateVpc", create_vpc);
  front.operation("ec2", "DeleteVpc", delete_vpc);
  front.operation("ec2", "DescribeVpcs", [](World& w, Call& call) { return describe(w, call, kVpcs); });
  front.operation("ec2", "DescribeVpcAttribute", describe_attribute);
  front.operation("ec2", "ModifyVpcAttribute", modify_attribute);
  front.operation("ec2", "ModifyVpcTenancy", modify_tenancy);
  front.operation("ec2", "AssociateVpcCidrBlock", associate_block);
  front.operation("ec2", "DisassociateVpcCidrBlock", disassociate_block);
  front.operation("ec2", "CreateDhcpOptions", create_options);
  front.operation("ec2", "AssociateDhcpOptions", associate_options);
  front.operation("ec2", "DeleteDhcpOptions", delete_options);
  front.operation("ec2", "DescribeDhcpOptions", [](World& w, Call& call) { return describe(w, call, kOptions); });
  world.clock().handle("ec2.vpc-available", [](World& w, const Json& x) {
    if (Vpc* vpc = w.table<Vpc>(x.at("region").string_or()).edit(x.at("id").string_or())) vpc->state = "available";
  });
}

}  // namespace drydock::twin::ec2

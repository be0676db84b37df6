// VPCs and what lies in them.
#include <fmt/format.h>

#include "twin/ec2/nouns.h"
#include "twin/load/loader.h"

namespace drydock::twin::load {
namespace {

Json value(bool on) { return Json::object({{"Value", on ? "true" : "false"}}); }

/// Fields of a route that name a target, with the operation's parameter.
struct Target {
  const char* parameter;
  std::optional<std::string> aws::Route::*field;
};
constexpr Target kTargets[] = {{"GatewayId", &aws::Route::gatewayId},
                               {"NatGatewayId", &aws::Route::natGatewayId},
                               {"NetworkInterfaceId", &aws::Route::networkInterfaceId},
                               {"InstanceId", &aws::Route::instanceId}};

}  // namespace

Step Loader::vpc(const aws::Vpc& x) {
  auto reply =
      call("ec2", "CreateVpc", {{"CidrBlock", x.cidrBlock}, {"TagSpecification", tag_specification(x.tagSet, "vpc")}});
  if (!reply) return fault(x, reply);
  const std::string id = reply->path("vpc.vpcId").string_or();
  made(x, id);
  loaded_.ids[{aws::RouteTable::kTable, cloud::main_route_table_id(x.vpcId)}] =
      ec2::main_table(place_.world, w_.region, id)->routeTableId;
  loaded_.ids[{aws::SecurityGroup::kTable, cloud::default_security_group_id(x.vpcId)}] =
      ec2::default_group(place_.world, w_.region, id)->groupId;
  for (const auto& block : x.cidrBlockAssociationSet) {
    if (block.cidrBlock == x.cidrBlock) continue;
    reply = call("ec2", "AssociateVpcCidrBlock", {{"VpcId", id}, {"CidrBlock", block.cidrBlock}});
    if (!reply) return fault(x, reply);
  }
  for (const auto& block : x.ipv6CidrBlocks) {
    reply = call("ec2", "AssociateVpcCidrBlock", {{"VpcId", id}, {"AmazonProvidedIpv6CidrBlock", "true"}});
    if (!reply) return fault(x, reply);
    // The world's own block in place of the one that was drawn.
    auto& drawn = table<aws::Vpc>().edit(id)->ipv6CidrBlocks.back().cidrBlock;
    const std::string main = ec2::main_table(place_.world, w_.region, id)->routeTableId;
    for (aws::Route& route : table<aws::RouteTable>().edit(main)->routeSet)
      if (route.destinationIpv6CidrBlock == drawn) route.destinationIpv6CidrBlock = block.cidrBlock;
    drawn = block.cidrBlock;
  }
  // Endpoints with private DNS need both; what the world says comes when they are there.
  for (const char* name : {"EnableDnsSupport", "EnableDnsHostnames"}) {
    reply = call("ec2", "ModifyVpcAttribute", {{"VpcId", id}, {name, value(true)}});
    if (!reply) return fault(x, reply);
  }
  if (x.dhcpOptionsId.empty() || !cloud::find(w_.dhcp_options, x.dhcpOptionsId)) return {};
  return fault(x, call("ec2", "AssociateDhcpOptions",
                       {{"VpcId", id}, {"DhcpOptionsId", this->id<aws::DhcpOptions>(x.dhcpOptionsId)}}));
}

Step Loader::subnet(const aws::Subnet& x) {
  Json v6;
  if (!x.ipv6CidrBlocks.empty()) v6 = x.ipv6CidrBlocks.front().cidrBlock;
  auto reply = call("ec2", "CreateSubnet",
                    {{"VpcId", id<aws::Vpc>(x.vpcId)},
                     {"CidrBlock", x.cidrBlock},
                     {"Ipv6CidrBlock", v6},
                     {"AvailabilityZone", x.availabilityZone.empty() ? Json() : Json(x.availabilityZone)},
                     {"TagSpecification", tag_specification(x.tagSet, "subnet")}});
  if (!reply) return fault(x, reply);
  const std::string id = reply->path("subnet.subnetId").string_or();
  made(x, id);
  const std::pair<const char*, bool> flags[] = {{"MapPublicIpOnLaunch", x.mapPublicIpOnLaunch},
                                                {"AssignIpv6AddressOnCreation", x.assignIpv6AddressOnCreation},
                                                {"EnableDns64", x.enableDns64}};
  for (const auto& [name, on] : flags) {
    if (!on) continue;
    reply = call("ec2", "ModifySubnetAttribute", {{"SubnetId", id}, {name, value(true)}});
    if (!reply) return fault(x, reply);
  }
  if (const std::string& type = x.privateDnsNameOptionsOnLaunch.hostnameType; type != "ip-name")
    reply = call("ec2", "ModifySubnetAttribute", {{"SubnetId", id}, {"PrivateDnsHostnameTypeOnLaunch", type}});
  return fault(x, reply);
}

Step Loader::gateway(const aws::InternetGateway& x) {
  auto reply =
      call("ec2", "CreateInternetGateway", {{"TagSpecification", tag_specification(x.tagSet, "internet-gateway")}});
  if (!reply) return fault(x, reply);
  const std::string id = reply->path("internetGateway.internetGatewayId").string_or();
  made(x, id);
  for (const auto& attachment : x.attachmentSet) {
    reply = call("ec2", "AttachInternetGateway",
                 {{"InternetGatewayId", id}, {"VpcId", this->id<aws::Vpc>(attachment.vpcId)}});
    if (!reply) return fault(x, reply);
  }
  return {};
}

Step Loader::nat(const aws::NatGateway& x) {
  Json allocation;
  if (x.connectivityType == "public") {
    const auto address = x.natGatewayAddressSet.empty() ? std::nullopt : x.natGatewayAddressSet.front().allocationId;
    auto it = loaded_.ids.find({aws::Address::kTable, address.value_or("")});
    if (it != loaded_.ids.end()) {
      allocation = it->second;
    } else {
      auto reply = call("ec2", "AllocateAddress", {{"Domain", "vpc"}});
      if (!reply) return fault(x, reply);
      allocation = reply->at("allocationId");
    }
  }
  auto reply = call("ec2", "CreateNatGateway",
                    {{"SubnetId", id<aws::Subnet>(x.subnetId)},
                     {"ConnectivityType", x.connectivityType},
                     {"AllocationId", allocation},
                     {"TagSpecification", tag_specification(x.tagSet, "natgateway")}});
  if (!reply) return fault(x, reply);
  made(x, reply->path("natGateway.natGatewayId").string_or());
  return {};
}

Step Loader::group(const aws::SecurityGroup& x) {
  const std::string vpc = id<aws::Vpc>(x.vpcId);
  if (x.groupName == "default" || x.groupId == cloud::default_security_group_id(x.vpcId)) {
    const auto* group = ec2::default_group(place_.world, w_.region, vpc);
    if (!group) return fault(cloud::ref_of(x), "its VPC " + x.vpcId + " is not there");
    made(x, group->groupId);
    return {};
  }
  auto reply =
      call("ec2", "CreateSecurityGroup",
           {{"GroupName", x.groupName.empty() || x.groupName.starts_with("sg-") ? "group " + x.groupId : x.groupName},
            {"GroupDescription", x.groupDescription.empty() ? "loaded" : x.groupDescription},
            {"VpcId", vpc},
            {"TagSpecification", tag_specification(x.tagSet, "security-group")}});
  if (!reply) return fault(x, reply);
  made(x, reply->at("groupId").string_or());
  return {};
}

Step Loader::route(const aws::RouteTable& table_noun, const aws::Route& x) {
  if (x.gatewayId == "local") return {};
  if (x.destinationPrefixListId && x.gatewayId && cloud::find(w_.vpc_endpoints, *x.gatewayId))
    return {};  // its endpoint makes it
  const std::string table_id = id<aws::RouteTable>(table_noun.routeTableId);
  aws::Route there = x;
  if (there.gatewayId) there.gatewayId = id<aws::InternetGateway>(*there.gatewayId);
  if (there.natGatewayId) there.natGatewayId = id<aws::NatGateway>(*there.natGatewayId);
  const bool dead = x.state == "blackhole" || (x.natGatewayId && !cloud::find(w_.nat_gateways, *x.natGatewayId)) ||
                    (x.gatewayId && !cloud::find(w_.internet_gateways, *x.gatewayId));
  Json parameter;
  const char* name = nullptr;
  for (const Target& target : kTargets)
    if (there.*target.field) name = target.parameter, parameter = *(there.*target.field);
  if (dead || !name) {  // a target that is gone, or one that only worlds have
    if (dead) there.state = "blackhole";
    table<aws::RouteTable>().edit(table_id)->routeSet.push_back(there);
    return {};
  }
  const auto optional = [](const std::optional<std::string>& text) { return text ? Json(*text) : Json(); };
  Json in = Json::object({{"RouteTableId", table_id}, {name, parameter}});
  for (const auto& [key, text] : {std::pair("DestinationCidrBlock", optional(x.destinationCidrBlock)),
                                  std::pair("DestinationIpv6CidrBlock", optional(x.destinationIpv6CidrBlock)),
                                  std::pair("DestinationPrefixListId", optional(x.destinationPrefixListId))})
    if (!text.is_null()) in[key] = text;
  return fault(table_noun, call("ec2", "CreateRoute", std::move(in)));
}

Step Loader::route_table(const aws::RouteTable& x) {
  const std::string vpc = id<aws::Vpc>(x.vpcId);
  bool main = x.routeTableId == cloud::main_route_table_id(x.vpcId);
  for (const auto& association : x.associationSet) main = main || association.main;
  if (main) {
    const auto* found = ec2::main_table(place_.world, w_.region, vpc);
    if (!found) return fault(cloud::ref_of(x), "its VPC " + x.vpcId + " is not there");
    made(x, found->routeTableId);
  } else {
    auto reply = call("ec2", "CreateRouteTable",
                      {{"VpcId", vpc}, {"TagSpecification", tag_specification(x.tagSet, "route-table")}});
    if (!reply) return fault(x, reply);
    made(x, reply->path("routeTable.routeTableId").string_or());
  }
  for (const auto& association : x.associationSet) {
    if (!association.subnetId) continue;
    auto reply = call(
        "ec2", "AssociateRouteTable",
        {{"RouteTableId", id<aws::RouteTable>(x.routeTableId)}, {"SubnetId", id<aws::Subnet>(*association.subnetId)}});
    if (!reply) return fault(x, reply);
  }
  return {};
}

Step Loader::network() {
  for (const auto& x : w_.dhcp_options) {
    Json list = Json::array({});
    for (const auto& item : x.configurations) {
      Json values = Json::array({});
      for (const std::string& value : item.values) values.push_back(value);
      list.push_back(Json::object({{"Key", item.key}, {"Value", values}}));
    }
    auto reply = call("ec2", "CreateDhcpOptions", {{"DhcpConfiguration", list}});
    if (!reply) return fault(x, reply);
    made(x, reply->path("dhcpOptions.dhcpOptionsId").string_or());
  }
  for (const auto& x : w_.vpcs)
    if (Step error = vpc(x)) return error;
  for (const auto& x : w_.subnets)
    if (Step error = subnet(x)) return error;
  for (const auto& x : w_.internet_gateways)
    if (Step error = gateway(x)) return error;
  for (const auto& x : w_.addresses) {
    auto reply = call("ec2", "AllocateAddress", {{"Domain", "vpc"}});
    if (!reply) return fault(x, reply);
    made(x, reply->at("allocationId").string_or());
  }
  for (const auto& x : w_.route_tables)
    if (Step error = route_table(x)) return error;
  for (const auto& x : w_.nat_gateways)
    if (Step error = nat(x)) return error;
  for (const auto& x : w_.route_tables)
    for (const auto& route : x.routeSet)
      if (Step error = this->route(x, route)) return error;
  for (const auto& x : w_.security_groups) {
    bool of_eks = false;  // found when its cluster is there
    for (const auto& cluster : w_.clusters)
      of_eks = of_eks || x.groupId == cluster.resourcesVpcConfig.clusterSecurityGroupId ||
               x.groupId == cloud::cluster_security_group_id(cluster.name);
    if (of_eks) continue;
    if (Step error = group(x)) return error;
  }
  return {};
}

Step Loader::endpoint(const aws::VpcEndpoint& x) {
  const bool gateway = x.vpcEndpointType == "Gateway";
  Json groups = Json::array({});
  for (const auto& group : x.groupSet) groups.push_back(id<aws::SecurityGroup>(group.groupId));
  auto reply = call("ec2", "CreateVpcEndpoint",
                    {{"VpcId", id<aws::Vpc>(x.vpcId)},
                     {"VpcEndpointType", x.vpcEndpointType},
                     {"ServiceName", x.serviceName},
                     {"PolicyDocument", x.policyDocument.empty() ? Json() : Json(text(x.policyDocument))},
                     {"RouteTableId", ids<aws::RouteTable>(x.routeTableIdSet)},
                     {"SubnetId", ids<aws::Subnet>(x.subnetIdSet)},
                     {"SecurityGroupId", groups},
                     {"PrivateDnsEnabled", gateway ? Json() : Json(x.privateDnsEnabled ? "true" : "false")},
                     {"TagSpecification", tag_specification(x.tagSet, "vpc-endpoint")}});
  if (!reply) return fault(x, reply);
  made(x, reply->path("vpcEndpoint.vpcEndpointId").string_or());
  return {};
}

Step Loader::endpoints() {
  for (const auto& x : w_.vpc_endpoints)
    if (Step error = endpoint(x)) return error;
  return {};
}

}  // namespace drydock::twin::load

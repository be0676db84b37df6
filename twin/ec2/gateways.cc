// Internet gateways and NAT gateways.
#include "twin/ec2/nouns.h"
#include "twin/ec2/tokens.h"

namespace drydock::twin::ec2 {

using aws::InternetGateway;
using aws::NatGateway;

namespace {

constexpr Millis kNatTime{90'000}, kNatDeleteTime{45'000};

ApiError no_gateway(const std::string& id) {
  return no_such("InvalidInternetGatewayID.NotFound", "internetGateway ID", id);
}

const Description<InternetGateway> kInternet{
    "internetGatewaySet",
    "InternetGatewayId",
    "InvalidInternetGatewayID.NotFound",
    "internetGateway ID",
    [](World&, const Call&, const InternetGateway& gateway, std::string_view name) -> Values {
      if (name == "internet-gateway-id") return {{gateway.internetGatewayId}};
      if (name == "owner-id") return {{gateway.ownerId}};
      std::vector<std::string> list;
      for (const auto& attachment : gateway.attachmentSet) {
        if (name == "attachment.vpc-id") list.push_back(attachment.vpcId);
        if (name == "attachment.state") list.push_back(attachment.state);
      }
      if (name.starts_with("attachment.")) return list;
      return std::nullopt;
    },
    [](World&, const Call&, const InternetGateway& gateway) { return rendered(gateway); }};

ApiResult create_internet(World& world, Call& call) {
  auto tags = read_tags(call, "internet-gateway");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  InternetGateway gateway;
  gateway.internetGatewayId = world.new_id("igw");
  gateway.ownerId = world.account();
  gateway.tagSet = *tags;
  return Json::object(
      {{"internetGateway", rendered(of<InternetGateway>(world, call).put(gateway.internetGatewayId, gateway))}});
}

ApiResult attach_internet(World& world, Call& call) {
  const std::string id = call.text("InternetGatewayId"), vpc = call.text("VpcId");
  InternetGateway* gateway = of<InternetGateway>(world, call).edit(id);
  if (!gateway) return tl::unexpected<ApiError>(no_gateway(id));
  if (!of<aws::Vpc>(world, call).contains(vpc))
    return tl::unexpected<ApiError>(no_such("InvalidVpcID.NotFound", "vpc ID", vpc));
  if (!gateway->attachmentSet.empty())
    return refuse("Resource.AlreadyAssociated",
                  "resource " + id + " is already attached to network " + gateway->attachmentSet[0].vpcId);
  for (const auto& [key, other] : of<InternetGateway>(world, call))
    for (const auto& attachment : other.attachmentSet)
      if (attachment.vpcId == vpc)
        return refuse("InvalidParameterValue", "Network " + vpc + " already has an internet gateway attached");
  gateway->attachmentSet.push_back({vpc});
  return yes();
}

/// Routes to what is gone or detached stay, as black holes.
void set_route_state(World& world, const Call& call, const std::function<bool(const aws::Route&)>& affected,
                     const char* state) {
  std::vector<std::string> ids;
  for (const auto& [id, table] : of<aws::RouteTable>(world, call))
    if (std::any_of(table.routeSet.begin(), table.routeSet.end(), affected)) ids.push_back(id);
  for (const std::string& id : ids)
    for (aws::Route& route : of<aws::RouteTable>(world, call).edit(id)->routeSet)
      if (affected(route)) route.state = state;
}

bool has_public_addresses(World& world, const Call& call, const std::string& vpc) {
  for (const auto& [id, eni] : of<aws::NetworkInterface>(world, call))
    if (eni.vpcId == vpc && eni.publicIp) return true;
  return false;
}

ApiResult detach_internet(World& world, Call& call) {
  const std::string id = call.text("InternetGatewayId"), vpc = call.text("VpcId");
  InternetGateway* gateway = of<InternetGateway>(world, call).edit(id);
  if (!gateway) return tl::unexpected<ApiError>(no_gateway(id));
  if (gateway->attachmentSet.empty() || gateway->attachmentSet[0].vpcId != vpc)
    return refuse("Gateway.NotAttached", "resource " + id + " is not attached to network " + vpc);
  if (has_public_addresses(world, call, vpc))
    return refuse(
        "DependencyViolation",
        "Network " + vpc +
            " has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.");
  gateway->attachmentSet.clear();
  set_route_state(
      world, call, [&](const aws::Route& route) { return route.gatewayId == id; }, "blackhole");
  return yes();
}

ApiResult delete_internet(World& world, Call& call) {
  const std::string id = call.text("InternetGatewayId");
  const InternetGateway* gateway = of<InternetGateway>(world, call).find(id);
  if (!gateway) return tl::unexpected<ApiError>(no_gateway(id));
  if (!gateway->attachmentSet.empty())
    return refuse("DependencyViolation", "The internetGateway '" + id + "' has dependencies and cannot be deleted.");
  of<InternetGateway>(world, call).erase(id);
  return yes();
}

// --- NAT gateways.

Values nat_values(World&, const Call&, const NatGateway& nat, std::string_view name) {
  if (name == "nat-gateway-id") return {{nat.natGatewayId}};
  if (name == "state") return {{nat.state}};
  if (name == "subnet-id") return {{nat.subnetId}};
  if (name == "vpc-id") return {{nat.vpcId}};
  return std::nullopt;
}

const Description<NatGateway> kNat{
    "natGatewaySet", "NatGatewayId", "NatGatewayNotFound",
    "NAT gateway",   nat_values,     [](World&, const Call&, const NatGateway& nat) { return rendered(nat); }};

ApiError no_nat(const std::string& id) { return {400, "NatGatewayNotFound", "NAT gateway " + id + " was not found"}; }

ApiResult create_nat(World& world, Call& call, Ec2& ec2) {
  const auto made = made_before<NatGateway>(world, call);
  if (!made) return tl::unexpected<ApiError>(made.error());
  if (!made->empty()) return Json::object({{"natGateway", rendered(*of<NatGateway>(world, call).find(*made))}});
  auto tags = read_tags(call, "natgateway");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  const std::string type = call.text("ConnectivityType", "public"), allocation = call.text("AllocationId");
  const aws::Subnet* subnet = of<aws::Subnet>(world, call).find(call.text("SubnetId"));
  if (!call.has("SubnetId"))
    return refuse("NotModelled", "not supported yet: regional NAT gateways (CreateNatGateway without SubnetId)", 501);
  if (!subnet) return refuse("InvalidSubnet", "The subnet ID '" + call.text("SubnetId") + "' does not exist");
  aws::Address* address = of<aws::Address>(world, call).edit(allocation);
  if (type == "public" && allocation.empty()) return tl::unexpected<ApiError>(missing("AllocationId"));
  if (type == "public" && !address)
    return refuse("InvalidAllocationID.NotFound", "The allocation ID '" + allocation + "' does not exist");
  if (address && address->associationId)
    return refuse("Resource.AlreadyAssociated", "Elastic IP address [" + allocation + "] is already associated");
  NatGateway nat;
  nat.natGatewayId = world.new_id("nat");
  nat.subnetId = subnet->subnetId, nat.vpcId = subnet->vpcId;
  nat.connectivityType = type;
  nat.createTime = iso_millis(world.now());
  nat.tagSet = *tags;
  InterfaceRequest request;
  request.subnet_id = subnet->subnetId;
  request.description = "Interface for NAT Gateway " + nat.natGatewayId;
  request.interface_type = "nat_gateway";
  request.requester_managed = true;
  request.requester_id = "amazon-aws";
  request.private_address = call.text("PrivateIpAddress");
  auto eni_id = ec2.create_interface(call.region, request);
  if (!eni_id) return tl::unexpected<ApiError>(eni_id.error());
  aws::NetworkInterface* eni = of<aws::NetworkInterface>(world, call).edit(*eni_id);
  eni->status = "in-use", eni->sourceDestCheck = false;
  eni->groupSet.clear();  // NAT gateways have no security groups
  aws::NatGatewayAddress own;
  own.networkInterfaceId = *eni_id, own.privateIp = eni->privateIpAddress;
  if (address) {
    own.allocationId = allocation, own.publicIp = address->publicIp, own.associationId = world.new_id("eipassoc");
    address->associationId = own.associationId, address->networkInterfaceId = *eni_id;
    address->privateIpAddress = eni->privateIpAddress, address->networkInterfaceOwnerId = world.account();
    eni->publicIp = address->publicIp;
  }
  nat.natGatewayAddressSet.push_back(own);
  remember(world, call, nat.natGatewayId);
  later(world, call.region, kNatTime, "ec2.nat-available", nat.natGatewayId);
  return Json::object({{"natGateway", rendered(of<NatGateway>(world, call).put(nat.natGatewayId, nat))}});
}

bool leads_out(World& world, const std::string& region, const NatGateway& nat) {
  if (nat.connectivityType != "public") return true;
  for (const auto& [id, gateway] : world.table<InternetGateway>(region))
    for (const auto& attachment : gateway.attachmentSet)
      if (attachment.vpcId == nat.vpcId) return true;
  return false;
}

void release(World& world, const std::string& region, Ec2& ec2, NatGateway& nat) {
  for (const auto& own : nat.natGatewayAddressSet) {
    ec2.delete_interface(region, own.networkInterfaceId);
    if (aws::Address* address = world.table<aws::Address>(region).edit(own.allocationId.value_or("")))
      address->associationId.reset(), address->networkInterfaceId.reset(), address->privateIpAddress.reset();
  }
}

ApiResult delete_nat(World& world, Call& call) {
  const std::string id = call.text("NatGatewayId");
  NatGateway* nat = of<NatGateway>(world, call).edit(id);
  if (!nat) return tl::unexpected<ApiError>(no_nat(id));
  if (nat->state == "deleted" || nat->state == "deleting") return Json::object({{"natGatewayId", id}});
  nat->state = "deleting";
  nat->deleteTime = iso_millis(world.now());
  set_route_state(
      world, call, [&](const aws::Route& route) { return route.natGatewayId == id; }, "blackhole");
  later(world, call.region, kNatDeleteTime, "ec2.nat-deleted", id);
  return Json::object({{"natGatewayId", id}});
}

ApiResult describe_nats(World& world, Call& call) {
  for (const std::string& id : call.texts("NatGatewayId"))
    if (!of<NatGateway>(world, call).contains(id)) return tl::unexpected<ApiError>(no_nat(id));
  return describe(world, call, kNat);
}

}  // namespace

void install_gateways(Front& front, World& world, Ec2& ec2) {
  front.operation("ec2", "CreateInternetGateway", create_internet);
  front.operation("ec2", "AttachInternetGateway", attach_internet);
  front.operation("ec2", "DetachInternetGateway", detach_internet);
  front.operation("ec2", "DeleteInternetGateway", delete_internet);
  front.operation("ec2", "DescribeInternetGateways", [](World& w, Call& call) { return describe(w, call, kInternet); });
  front.operation("ec2", "CreateNatGateway", [&ec2](World& w, Call& call) { return create_nat(w, call, ec2); });
  front.operation("ec2", "DeleteNatGateway", delete_nat);
  front.operation("ec2", "DescribeNatGateways", describe_nats);
  world.clock().handle("ec2.nat-available", [&ec2](World& w, const Json& x) {
    const std::string region = x.at("region").string_or();
    NatGateway* nat = w.table<NatGateway>(region).edit(x.at("id").string_or());
    if (!nat || nat->state != "pending") return;
    nat->state = "available";
    if (leads_out(w, region, *nat)) return;
    nat->state = "failed";
    nat->failureCode = "Gateway.NotAttached";
    nat->failureMessage = "Network " + nat->vpcId + " has no Internet gateway attached";
    release(w, region, ec2, *nat);
  });
  world.clock().handle("ec2.nat-deleted", [&ec2](World& w, const Json& x) {
    const std::string region = x.at("region").string_or();
    NatGateway* nat = w.table<NatGateway>(region).edit(x.at("id").string_or());
    if (!nat || nat->state != "deleting") return;
    nat->state = "deleted";
    release(w, region, ec2, *nat);
  });
  install_addresses(front);
}

}  // namespace drydock::twin::ec2

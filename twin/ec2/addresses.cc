// Elastic IP addresses.
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

using aws::Address;

namespace {

ApiError no_address(const std::string& id) { return no_such("InvalidAllocationID.NotFound", "allocation ID", id); }

const Description<Address> kAddresses{"addressesSet",
                                      "AllocationId",
                                      "InvalidAllocationID.NotFound",
                                      "allocation ID",
                                      [](World&, const Call&, const Address& address, std::string_view name) -> Values {
                                        if (name == "allocation-id") return {{address.allocationId}};
                                        if (name == "public-ip") return {{address.publicIp}};
                                        if (name == "domain") return {{address.domain}};
                                        if (name == "association-id") return one(address.associationId);
                                        if (name == "instance-id") return one(address.instanceId);
                                        if (name == "network-interface-id") return one(address.networkInterfaceId);
                                        if (name == "private-ip-address") return one(address.privateIpAddress);
                                        return std::nullopt;
                                      },
                                      [](World&, const Call&, const Address& address) { return rendered(address); }};

/// From 198.18.0.0/15, set aside for tests (RFC 2544): no one's real address is ever shown.
std::string fresh_public_address(World& world, const Call& call) {
  for (;;) {
    const auto drawn = std::stoul(world.new_hex(5), nullptr, 16);
    const std::string address = aws::IpAddress::parse("198.18.0.0")->plus(drawn % (1 << 17)).str();
    bool taken = false;
    for (const auto& [id, other] : of<Address>(world, call)) taken |= other.publicIp == address;
    if (!taken) return address;
  }
}

constexpr std::size_t kAddressesPerRegion = 100;

ApiResult allocate(World& world, Call& call) {
  auto tags = read_tags(call, "elastic-ip");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  if (of<Address>(world, call).size() >= kAddressesPerRegion)
    return refuse("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  Address address;
  address.allocationId = world.new_id("eipalloc");
  address.publicIp = fresh_public_address(world, call);
  address.networkBorderGroup = call.region;
  address.tagSet = *tags;
  return rendered(of<Address>(world, call).put(address.allocationId, address));
}

ApiResult associate(World& world, Call& call) {
  Address* address = of<Address>(world, call).edit(call.text("AllocationId"));
  if (!address) return tl::unexpected<ApiError>(no_address(call.text("AllocationId")));
  if (address->associationId && !call.flag("AllowReassociation").value_or(true))
    return refuse(
        "Resource.AlreadyAssociated",
        "resource " + address->allocationId + " is already associated with associate-id " + *address->associationId);
  std::string eni_id = call.text("NetworkInterfaceId");
  const std::string instance_id = call.text("InstanceId");
  if (!instance_id.empty()) {
    const aws::Instance* instance = of<aws::Instance>(world, call).find(instance_id);
    if (!instance || instance->networkInterfaceIds.empty())
      return tl::unexpected<ApiError>(no_such("InvalidInstanceID.NotFound", "instance ID", instance_id));
    eni_id = instance->networkInterfaceIds.front();
  }
  aws::NetworkInterface* eni = of<aws::NetworkInterface>(world, call).edit(eni_id);
  if (!eni)
    return tl::unexpected<ApiError>(no_such("InvalidNetworkInterfaceID.NotFound", "networkInterface ID", eni_id));
  address->associationId = world.new_id("eipassoc");
  address->networkInterfaceId = eni_id;
  address->privateIpAddress = eni->privateIpAddress;
  address->networkInterfaceOwnerId = eni->ownerId;
  if (eni->attachment && eni->attachment->instanceId) address->instanceId = eni->attachment->instanceId;
  eni->publicIp = address->publicIp;
  return Json::object({{"associationId", *address->associationId}, {"return", "true"}});
}

ApiResult disassociate(World& world, Call& call) {
  const std::string id = call.text("AssociationId");
  for (const auto& [key, row] : of<Address>(world, call)) {
    if (row.associationId != id) continue;
    Address* address = of<Address>(world, call).edit(key);
    aws::NetworkInterface* eni = of<aws::NetworkInterface>(world, call).edit(address->networkInterfaceId.value_or(""));
    if (eni && eni->interfaceType == "nat_gateway")
      return refuse("AuthFailure", "You do not have permission to access the specified resource.", 403);
    if (eni) eni->publicIp.reset();
    address->associationId.reset(), address->networkInterfaceId.reset(), address->instanceId.reset();
    address->privateIpAddress.reset(), address->networkInterfaceOwnerId.reset();
    return yes();
  }
  return tl::unexpected<ApiError>(no_such("InvalidAssociationID.NotFound", "association ID", id));
}

ApiResult release(World& world, Call& call) {
  const std::string id = call.text("AllocationId");
  const Address* address = of<Address>(world, call).find(id);
  if (!address) return tl::unexpected<ApiError>(no_address(id));
  if (address->associationId) {
    const aws::NetworkInterface* eni =
        of<aws::NetworkInterface>(world, call).find(address->networkInterfaceId.value_or(""));
    if (eni && eni->interfaceType == "nat_gateway")
      return refuse("AuthFailure", "You do not have permission to access the specified resource.", 403);
    return refuse("InvalidIPAddress.InUse", "Address " + address->publicIp + " is in use.");
  }
  of<Address>(world, call).erase(id);
  return yes();
}

ApiResult describe_names(World& world, Call& call) {
  Json::Array items;
  for (const std::string& id : call.texts("AllocationId")) {
    const Address* address = of<Address>(world, call).find(id);
    if (!address) return tl::unexpected<ApiError>(no_address(id));
    items.push_back(Json::object({{"publicIp", address->publicIp}, {"allocationId", id}}));
  }
  return Json::object({{"addressSet", std::move(items)}});
}

}  // namespace

void install_addresses(Front& front) {
  front.operation("ec2", "AllocateAddress", allocate);
  front.operation("ec2", "AssociateAddress", associate);
  front.operation("ec2", "DisassociateAddress", disassociate);
  front.operation("ec2", "ReleaseAddress", release);
  front.operation("ec2", "DescribeAddresses", [](World& w, Call& call) { return describe(w, call, kAddresses); });
  front.operation("ec2", "DescribeAddressesAttribute", describe_names);
}

}  // namespace drydock::twin::ec2

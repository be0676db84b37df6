// Network interfaces and their private addresses.
#include "base/text.h"
#include "cloud/aws/instance_types.h"
#include "twin/ec2/nouns.h"
#include "twin/ec2/tokens.h"

namespace drydock::twin {

using namespace ec2;
using aws::NetworkInterface;

namespace {

/// ip-10-0-1-17.ec2.internal; in other regions than us-east-1 ip-10-0-1-17.<region>.compute.internal.
std::string ip_name(const std::string& region, const std::string& address) {
  return "ip-" + replace_all(address, ".", "-") +
         (region == "us-east-1" ? ".ec2.internal" : "." + region + ".compute.internal");
}

std::string mac_address(World& world) {
  const std::string h = world.new_hex(8);
  return "0a:ff:" + h.substr(0, 2) + ":" + h.substr(2, 2) + ":" + h.substr(4, 2) + ":" + h.substr(6, 2);
}

constexpr std::size_t kGroupsPerInterface = 5;

/// The type of the instance an interface is attached to; null for a free interface and for an unknown type.
const aws::InstanceType* type_of(World& world, const std::string& region, const NetworkInterface& eni) {
  if (!eni.attachment || !eni.attachment->instanceId) return nullptr;
  const auto* instance = world.table<aws::Instance>(region).find(*eni.attachment->instanceId);
  return instance ? aws::instance_type(instance->instanceType) : nullptr;
}

}  // namespace

tl::expected<std::string, ApiError> Ec2::create_interface(const std::string& region, const InterfaceRequest& request) {
  const aws::Subnet* subnet = world_.table<aws::Subnet>(region).find(request.subnet_id);
  if (!subnet) return tl::unexpected<ApiError>(no_such("InvalidSubnetID.NotFound", "subnet ID", request.subnet_id));
  std::vector<std::string> groups = request.groups;
  if (groups.empty()) groups.push_back(default_group(world_, region, subnet->vpcId)->groupId);
  if (groups.size() > kGroupsPerInterface)
    return refuse("SecurityGroupsPerInterfaceLimitExceeded",
                  "The maximum number of security groups per interface has been reached.");
  for (const std::string& id : groups) {
    const auto* group = world_.table<aws::SecurityGroup>(region).find(id);
    if (!group) return refuse("InvalidGroup.NotFound", "The security group '" + id + "' does not exist");
    if (group->vpcId != subnet->vpcId)
      return refuse("InvalidParameter",
                    "Security group " + id + " and subnet " + subnet->subnetId + " belong to different networks.");
  }
  NetworkInterface eni;
  eni.subnetId = subnet->subnetId, eni.vpcId = subnet->vpcId, eni.availabilityZone = subnet->availabilityZone;
  auto address = take_address(world_, region, request.subnet_id, request.private_address);
  if (!address && !request.private_address.empty())
    return refuse("InvalidIPAddress.InUse", "Address " + request.private_address +
                                                " is in use or not usable in subnet " + request.subnet_id + ".");
  if (!address)
    return refuse("InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet '" +
                                                           request.subnet_id +
                                                           "' to satisfy the requested number of instances.");
  eni.networkInterfaceId = world_.new_id("eni");
  eni.ownerId = world_.account();
  eni.privateIpAddress = *address;
  eni.privateDnsName = ip_name(region, *address);
  eni.macAddress = mac_address(world_);
  eni.description = request.description;
  eni.interfaceType = request.interface_type;
  eni.requesterId = request.requester_id;
  eni.requesterManaged = request.requester_managed;
  eni.groupSet = group_identifiers(world_, region, groups);
  eni.tagSet = request.tags;
  return world_.table<NetworkInterface>(region).put(eni.networkInterfaceId, eni).networkInterfaceId;
}

void Ec2::delete_interface(const std::string& region, const std::string& interface_id) {
  const NetworkInterface* eni = world_.table<NetworkInterface>(region).find(interface_id);
  if (!eni) return;
  give_back(world_, region, eni->subnetId, eni->privateIpAddress);
  for (const std::string& address : eni->secondaryAddresses) give_back(world_, region, eni->subnetId, address);
  world_.table<NetworkInterface>(region).erase(interface_id);
}

tl::expected<std::string, ApiError> Ec2::attach_interface(const std::string& region, const std::string& interface_id,
                                                          const std::string& instance_id, std::int64_t device_index) {
  NetworkInterface* eni = world_.table<NetworkInterface>(region).edit(interface_id);
  if (!eni)
    return tl::unexpected<ApiError>(no_such("InvalidNetworkInterfaceID.NotFound", "networkInterface ID", interface_id));
  aws::Instance* instance = world_.table<aws::Instance>(region).edit(instance_id);
  if (!instance) return tl::unexpected<ApiError>(no_such("InvalidInstanceID.NotFound", "instance ID", instance_id));
  if (eni->attachment) return refuse("InvalidNetworkInterface.InUse", "Interface: [" + interface_id + "] in use.");
  if (eni->availabilityZone != instance->availabilityZone)
    return refuse("InvalidParameterValue",
                  "The network interface and the instance are in different availability zones");
  const aws::InstanceType* type = aws::instance_type(instance->instanceType);
  const std::size_t count = instance->networkInterfaceIds.size() + 1;
  if (type && count > static_cast<std::size_t>(type->interfaces))
    return refuse("AttachmentLimitExceeded",
                  "Interface count " + std::to_string(count) + " exceeds the limit for " + instance->instanceType);
  aws::NetworkInterfaceAttachment attachment;
  attachment.attachmentId = world_.new_id("eni-attach");
  attachment.attachTime = iso_millis(world_.now());
  attachment.instanceOwnerId = world_.account();
  attachment.instanceId = instance_id;
  attachment.deviceIndex = device_index;
  attachment.deleteOnTermination = false;
  eni->attachment = attachment;
  eni->status = "in-use";
  instance->networkInterfaceIds.push_back(interface_id);
  return attachment.attachmentId;
}

tl::expected<std::vector<std::string>, ApiError> Ec2::assign_addresses(const std::string& region,
                                                                       const std::string& interface_id, int count) {
  NetworkInterface* eni = world_.table<NetworkInterface>(region).edit(interface_id);
  if (!eni)
    return tl::unexpected<ApiError>(no_such("InvalidNetworkInterfaceID.NotFound", "networkInterface ID", interface_id));
  const aws::InstanceType* type = type_of(world_, region, *eni);
  if (type && static_cast<int>(eni->secondaryAddresses.size()) + 1 + count > type->addresses)
    return refuse("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.");
  const auto* subnet = world_.table<aws::Subnet>(region).find(eni->subnetId);
  if (subnet->availableIpAddressCount < count)
    return refuse("InsufficientFreeAddressesInSubnet",
                  "The specified subnet does not have enough free addresses to satisfy the request.");
  std::vector<std::string> addresses;
  for (int i = 0; i < count; ++i)
    if (auto address = take_address(world_, region, eni->subnetId)) addresses.push_back(*address);
  eni->secondaryAddresses.insert(eni->secondaryAddresses.end(), addresses.begin(), addresses.end());
  return addresses;
}

}  // namespace drydock::twin

namespace drydock::twin::ec2 {

namespace {

constexpr const char* kNotFound = "InvalidNetworkInterfaceID.NotFound";

ApiError no_interface(const std::string& id) { return no_such(kNotFound, "networkInterface ID", id); }

Values attachment_values(const NetworkInterface& eni, std::string_view name) {
  if (!eni.attachment) return std::vector<std::string>{};
  const auto& a = *eni.attachment;
  if (name == "attachment.attachment-id") return {{a.attachmentId}};
  if (name == "attachment.instance-id") return one(a.instanceId);
  if (name == "attachment.instance-owner-id") return {{a.instanceOwnerId}};
  if (name == "attachment.status") return {{a.status}};
  if (name == "attachment.device-index") return {{std::to_string(a.deviceIndex)}};
  if (name == "attachment.delete-on-termination") return {{text_of(a.deleteOnTermination)}};
  return std::nullopt;
}

Values values(World&, const Call&, const NetworkInterface& eni, std::string_view name) {
  if (name == "network-interface-id") return {{eni.networkInterfaceId}};
  if (name == "vpc-id") return {{eni.vpcId}};
  if (name == "subnet-id") return {{eni.subnetId}};
  if (name == "availability-zone") return {{eni.availabilityZone}};
  if (name == "description") return {{eni.description}};
  if (name == "interface-type") return {{eni.interfaceType}};
  if (name == "mac-address") return {{eni.macAddress}};
  if (name == "owner-id") return {{eni.ownerId}};
  if (name == "private-dns-name") return {{eni.privateDnsName}};
  if (name == "private-ip-address") return {{eni.privateIpAddress}};
  if (name == "requester-id") return {{eni.requesterId}};
  if (name == "requester-managed") return {{text_of(eni.requesterManaged)}};
  if (name == "source-dest-check") return {{text_of(eni.sourceDestCheck)}};
  if (name == "status") return {{eni.status}};
  if (name == "association.public-ip") return one(eni.publicIp);
  if (name.starts_with("attachment.")) return attachment_values(eni, name);
  std::vector<std::string> list;
  if (name == "group-id" || name == "group-name") {
    for (const auto& group : eni.groupSet) list.push_back(name == "group-id" ? group.groupId : group.groupName);
    return list;
  }
  if (name == "addresses.private-ip-address") {
    list = eni.secondaryAddresses;
    list.push_back(eni.privateIpAddress);
    return list;
  }
  if (name == "ipv6-addresses.ipv6-address") return eni.ipv6Addresses;
  return std::nullopt;
}

Json address_item(const Call& call, const std::string& address, bool primary, const Json& association) {
  Json item = Json::object(
      {{"privateIpAddress", address}, {"privateDnsName", ip_name(call.region, address)}, {"primary", primary}});
  if (primary && !association.is_null()) item["association"] = association;
  return item;
}

}  // namespace

Json render_interface(World&, const Call& call, const NetworkInterface& eni) {
  Json out = rendered(eni);
  Json association;
  if (eni.publicIp)
    association =
        Json::object({{"publicIp", *eni.publicIp},
                      {"ipOwnerId", "amazon"},
                      {"publicDnsName", "ec2-" + replace_all(*eni.publicIp, ".", "-") + ".compute-1.amazonaws.com"}});
  Json::Array addresses{address_item(call, eni.privateIpAddress, true, association)}, v6;
  for (const std::string& address : eni.secondaryAddresses) addresses.push_back(address_item(call, address, false, {}));
  for (const std::string& address : eni.ipv6Addresses) v6.push_back(Json::object({{"ipv6Address", address}}));
  out["privateIpAddressesSet"] = std::move(addresses);
  out["ipv6AddressesSet"] = std::move(v6);
  if (!association.is_null()) out["association"] = association;
  return out;
}

namespace {

const Description<NetworkInterface> kInterfaces{
    "networkInterfaceSet", "NetworkInterfaceId", kNotFound, "networkInterface ID", values, render_interface};

ApiResult create_interface(World& world, Call& call, Ec2& ec2) {
  const auto made = made_before<NetworkInterface>(world, call);
  if (!made) return tl::unexpected<ApiError>(made.error());
  if (!made->empty())
    return Json::object(
        {{"networkInterface", render_interface(world, call, *of<NetworkInterface>(world, call).find(*made))}});
  auto tags = read_tags(call, "network-interface");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  InterfaceRequest request;
  request.subnet_id = call.text("SubnetId");
  request.description = call.text("Description");
  request.groups = call.texts("SecurityGroupId");
  request.private_address = call.text("PrivateIpAddress");
  request.tags = *tags;
  const std::string type = call.text("InterfaceType");
  if (!type.empty()) request.interface_type = type;
  // What a service makes in a customer's VPC is the service's to manage.
  if (call.caller.kind == Principal::Kind::service)
    request.requester_managed = true, request.requester_id = call.caller.arn;
  auto id = ec2.create_interface(call.region, request);
  if (!id) return tl::unexpected<ApiError>(id.error());
  if (auto count = call.number("SecondaryPrivateIpAddressCount"); count && *count > 0)
    if (auto more = ec2.assign_addresses(call.region, *id, static_cast<int>(*count)); !more) {
      ec2.delete_interface(call.region, *id);
      return tl::unexpected<ApiError>(more.error());
    }
  remember(world, call, *id);
  return Json::object(
      {{"networkInterface", render_interface(world, call, *of<NetworkInterface>(world, call).find(*id))}});
}

ApiResult delete_interface(World& world, Call& call, Ec2& ec2) {
  const std::string id = call.text("NetworkInterfaceId");
  const NetworkInterface* eni = of<NetworkInterface>(world, call).find(id);
  if (!eni) return tl::unexpected<ApiError>(no_interface(id));
  if (eni->requesterManaged && call.caller.kind != Principal::Kind::service)
    return refuse("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.");
  if (eni->attachment) return refuse("InvalidParameterValue", "Network interface '" + id + "' is currently in use.");
  ec2.delete_interface(call.region, id);
  return yes();
}

ApiResult modify_interface(World& world, Call& call) {
  const std::string id = call.text("NetworkInterfaceId");
  NetworkInterface* eni = of<NetworkInterface>(world, call).edit(id);
  if (!eni) return tl::unexpected<ApiError>(no_interface(id));
  const std::vector<std::string> groups = call.texts("SecurityGroupId");
  for (const std::string& group : groups) {
    const auto* row = of<aws::SecurityGroup>(world, call).find(group);
    if (!row) return tl::unexpected<ApiError>(no_such("InvalidGroup.NotFound", "security group", group));
    if (row->vpcId != eni->vpcId)
      return refuse("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.");
  }
  if (!groups.empty()) {
    eni->groupSet = group_identifiers(world, call.region, groups);
    if (eni->attachment && eni->attachment->instanceId && eni->attachment->deviceIndex == 0)
      if (aws::Instance* instance = of<aws::Instance>(world, call).edit(*eni->attachment->instanceId))
        instance->groupSet = eni->groupSet;
  }
  if (call.has("SourceDestCheck"))
    eni->sourceDestCheck = call.in.at("SourceDestCheck").at("Value").string_or() == "true";
  if (call.has("Description")) eni->description = call.in.at("Description").at("Value").string_or();
  if (eni->attachment && call.has("Attachment"))
    eni->attachment->deleteOnTermination = call.in.at("Attachment").at("DeleteOnTermination").string_or() == "true";
  return yes();
}

ApiResult attach(Call& call, Ec2& ec2) {
  auto id = ec2.attach_interface(call.region, call.text("NetworkInterfaceId"), call.text("InstanceId"),
                                 call.number("DeviceIndex").value_or(1));
  if (!id) return tl::unexpected<ApiError>(id.error());
  return Json::object({{"attachmentId", *id}});
}

ApiResult detach(World& world, Call& call) {
  const std::string id = call.text("AttachmentId");
  for (const auto& [key, row] : of<NetworkInterface>(world, call)) {
    if (!row.attachment || row.attachment->attachmentId != id) continue;
    if (row.requesterManaged)
      return refuse("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.");
    if (row.attachment->deviceIndex == 0)
      return refuse("OperationNotPermitted", "The network interface at device index 0 cannot be detached.");
    NetworkInterface* eni = of<NetworkInterface>(world, call).edit(key);
    if (aws::Instance* instance = of<aws::Instance>(world, call).edit(eni->attachment->instanceId.value_or("")))
      std::erase(instance->networkInterfaceIds, key);
    eni->attachment.reset();
    eni->status = "available";
    return yes();
  }
  return tl::unexpected<ApiError>(no_such("InvalidAttachmentID.NotFound", "interface attachment", id));
}

ApiResult assign(World& world, Call& call, Ec2& ec2) {
  const std::string id = call.text("NetworkInterfaceId");
  auto addresses = ec2.assign_addresses(call.region, id,
                                        static_cast<int>(call.number("SecondaryPrivateIpAddressCount").value_or(1)));
  if (!addresses) return tl::unexpected<ApiError>(addresses.error());
  (void)world;
  Json::Array items;
  for (const std::string& address : *addresses) items.push_back(Json::object({{"privateIpAddress", address}}));
  return Json::object(
      {{"networkInterfaceId", id}, {"assignedPrivateIpAddressesSet", std::move(items)}, {"return", "true"}});
}

ApiResult unassign(World& world, Call& call) {
  const std::string id = call.text("NetworkInterfaceId");
  NetworkInterface* eni = of<NetworkInterface>(world, call).edit(id);
  if (!eni) return tl::unexpected<ApiError>(no_interface(id));
  for (const std::string& address : call.texts("PrivateIpAddress")) {
    if (std::erase(eni->secondaryAddresses, address) == 0)
      return refuse("InvalidParameterValue", "Some of the specified addresses are not assigned to interface " + id);
    give_back(world, call.region, eni->subnetId, address);
  }
  return yes();
}

}  // namespace

void install_interfaces(Front& front, World&, Ec2& ec2) {
  front.operation("ec2", "CreateNetworkInterface", [&ec2](World& w, Call& c) { return create_interface(w, c, ec2); });
  front.operation("ec2", "DeleteNetworkInterface", [&ec2](World& w, Call& c) { return delete_interface(w, c, ec2); });
  front.operation("ec2", "DescribeNetworkInterfaces", [](World& w, Call& c) { return describe(w, c, kInterfaces); });
  front.operation("ec2", "ModifyNetworkInterfaceAttribute", modify_interface);
  front.operation("ec2", "AttachNetworkInterface", [&ec2](World&, Call& c) { return attach(c, ec2); });
  front.operation("ec2", "DetachNetworkInterface", detach);
  front.operation("ec2", "AssignPrivateIpAddresses", [&ec2](World& w, Call& c) { return assign(w, c, ec2); });
  front.operation("ec2", "UnassignPrivateIpAddresses", unassign);
}

}  // namespace drydock::twin::ec2

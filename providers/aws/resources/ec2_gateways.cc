// aws:ec2/internetGateway:InternetGateway, aws:ec2/eip:Eip and aws:ec2/natGateway:NatGateway: the ways out.
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

// --- Internet gateway.

Aws<Json> describe_igw(Operation& op, const std::string& id) {
  return describe(op, "DescribeInternetGateways", "InternetGatewayId", id, "internetGatewaySet");
}
Aws<void> wait_attachment(Operation& op, const std::string& id, bool attached) {
  return op.wait(
      id + (attached ? " to be attached" : " to be detached"), op.timeout_or(minutes(20)), [&]() -> Aws<Poll> {
        auto gateway = describe_igw(op, id);
        if (!gateway) return up(gateway);
        const std::string state = gateway->at("attachmentSet").item(0).at("state").string_or();
        return Poll{attached ? state == "available" || state == "attached" : state.empty() || state == "detached",
                    state};
      });
}
Aws<void> attach(Operation& op, const std::string& id, const std::string& vpc) {
  if (vpc.empty()) return {};
  auto done = op.retry(
      minutes(20), [](const AwsError& e) { return e.is("InvalidInternetGatewayID.NotFound"); },
      [&] {
        return op.ec2("AttachInternetGateway", Json::object({{"InternetGatewayId", id}, {"VpcId", vpc}}));
      });
  if (!done) return up(done);
  return wait_attachment(op, id, true);
}
Aws<void> detach(Operation& op, const std::string& id, const std::string& vpc) {
  if (vpc.empty()) return {};
  auto done = op.retry(
      minutes(20), [](const AwsError& e) { return e.is("DependencyViolation"); },
      [&] {
        return op.ec2("DetachInternetGateway", Json::object({{"InternetGatewayId", id}, {"VpcId", vpc}}));
      });
  TRY_AWS(fine_if(done, {"Gateway.NotAttached", "InvalidInternetGatewayID.NotFound"}));
  return wait_attachment(op, id, false);
}

Aws<void> create_igw(Operation& op, const Json& in, std::string& id) {
  auto made =
      op.ec2("CreateInternetGateway", Json::object({{"TagSpecification", tag_specification("internet-gateway", in)}}));
  if (!made) return up(made);
  id = made->path("internetGateway.internetGatewayId").string_or();
  return attach(op, id, text(in, "vpcId"));
}
Aws<Json> read_igw(Operation& op, std::string& id, const Json&) {
  auto gateway = describe_igw(op, id);
  if (!gateway || gateway->is_null()) return gateway;
  Json out;
  out["vpcId"] = gateway->at("attachmentSet").item(0).at("vpcId").string_or();
  out["ownerId"] = text(*gateway, "ownerId");
  out["arn"] = ec2_arn(op, text(*gateway, "ownerId"), "internet-gateway/" + id);
  out["tagsAll"] = tag_map(gateway->at("tagSet"));
  return out;
}
Aws<void> update_igw(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (!changed(old, in, "vpcId")) return {};
  TRY_AWS(detach(op, id, text(old, "vpcId")));
  return attach(op, id, text(in, "vpcId"));
}
Aws<void> remove_igw(Operation& op, const std::string& id, const Json& known) {
  TRY_AWS(detach(op, id, text(known, "vpcId")));
  return delete_ec2(op, "DeleteInternetGateway", Json::object({{"InternetGatewayId", id}}), minutes(20));
}

// --- Elastic IP address.

Aws<Json> describe_eip(Operation& op, const std::string& id) {
  return describe(op, "DescribeAddresses", "AllocationId", id, "addressesSet");
}
Aws<void> associate(Operation& op, const std::string& id, const Json& in) {
  if (text(in, "instance").empty() && text(in, "networkInterface").empty()) return {};
  auto done = op.retry(
      minutes(5), [](const AwsError& e) { return e.is("InvalidAllocationID.NotFound"); },
      [&] {
        return op.ec2("AssociateAddress", Json::object({{"AllocationId", id},
                                                        {"InstanceId", text(in, "instance")},
                                                        {"NetworkInterfaceId", text(in, "networkInterface")},
                                                        {"PrivateIpAddress", text(in, "associateWithPrivateIp")}}));
      });
  if (!done) return up(done);
  return {};
}
Aws<void> disassociate(Operation& op, const Json& known) {
  const std::string association = text(known, "associationId");
  if (association.empty()) return {};
  return fine_if(op.ec2("DisassociateAddress", Json::object({{"AssociationId", association}})),
                 {"InvalidAssociationID.NotFound"});
}
Aws<void> create_eip(Operation& op, const Json& in, std::string& id) {
  auto made = op.ec2("AllocateAddress", Json::object({{"Domain", "vpc"},
                                                      {"Address", text(in, "address")},
                                                      {"IpamPoolId", text(in, "ipamPoolId")},
                                                      {"NetworkBorderGroup", text(in, "networkBorderGroup")},
                                                      {"PublicIpv4Pool", text(in, "publicIpv4Pool")},
                                                      {"CustomerOwnedIpv4Pool", text(in, "customerOwnedIpv4Pool")},
                                                      {"TagSpecification", tag_specification("elastic-ip", in)}}));
  if (!made) return up(made);
  id = text(*made, "allocationId");
  return associate(op, id, in);
}
Aws<Json> read_eip(Operation& op, std::string& id, const Json&) {
  auto address = describe_eip(op, id);
  if (!address || address->is_null()) return address;
  auto arn = own_ec2_arn(op, "elastic-ip/" + id);
  if (!arn) return up(arn);
  Json out;
  for (const char* name : {"domain", "allocationId", "associationId", "publicIp", "networkBorderGroup",
                           "publicIpv4Pool", "carrierIp", "customerOwnedIp"})
    put(out, name, address->at(name));
  put(out, "privateIp", address->at("privateIpAddress"));
  put(out, "instance", address->at("instanceId"));
  put(out, "networkInterface", address->at("networkInterfaceId"));
  out["arn"] = *arn;
  out["tagsAll"] = tag_map(address->at("tagSet"));
  return out;
}
Aws<void> update_eip(Operation& op, std::string& id, const Json& old, const Json& in, const Json& known) {
  if (!changed(old, in, "instance") && !changed(old, in, "networkInterface") &&
      !changed(old, in, "associateWithPrivateIp"))
    return {};
  TRY_AWS(disassociate(op, known));
  return associate(op, id, in);
}
Aws<void> remove_eip(Operation& op, const std::string& id, const Json& known) {
  TRY_AWS(disassociate(op, known));
  // AuthFailure: a NAT gateway that is going still holds it.
  return delete_ec2(op, "ReleaseAddress", Json::object({{"AllocationId", id}}), minutes(5),
                    {"AuthFailure", "InvalidIPAddress.InUse"});
}

// --- NAT gateway.

Aws<Json> describe_nat(Operation& op, const std::string& id) {
  auto gateway = describe(op, "DescribeNatGateways", "NatGatewayId", id, "natGatewaySet");
  if (gateway && text(*gateway, "state") == "deleted") return Json();
  return gateway;
}
Aws<void> create_nat(Operation& op, const Json& in, std::string& id) {
  if (text(in, "availabilityMode") == "regional")
    return no(ErrorCode::unsupported, "not supported yet: availabilityMode regional of aws:ec2/natGateway:NatGateway");
  auto made = op.ec2("CreateNatGateway",
                     Json::object({{"SubnetId", text(in, "subnetId")},
                                   {"AllocationId", text(in, "allocationId")},
                                   {"ConnectivityType", text(in, "connectivityType")},
                                   {"PrivateIpAddress", text(in, "privateIp")},
                                   {"SecondaryAllocationId", in.at("secondaryAllocationIds")},
                                   {"SecondaryPrivateIpAddress", in.at("secondaryPrivateIpAddresses")},
                                   {"SecondaryPrivateIpAddressCount", in.at("secondaryPrivateIpAddressCount")},
                                   {"ClientToken", Operation::token()},
                                   {"TagSpecification", tag_specification("natgateway", in)}}));
  if (!made) return up(made);
  id = made->path("natGateway.natGatewayId").string_or();
  return op.wait(id + " to become available", op.timeout_or(minutes(10)), [&]() -> Aws<Poll> {
    auto gateway = describe_nat(op, id);
    if (!gateway) return up(gateway);
    const std::string state = text(*gateway, "state");
    if (state == "failed")
      return no(ErrorCode::unavailable, text(*gateway, "failureMessage"), text(*gateway, "failureCode"));
    return Poll{state == "available", state};
  });
}
Aws<Json> read_nat(Operation& op, std::string& id, const Json&) {
  auto gateway = describe_nat(op, id);
  if (!gateway || gateway->is_null()) return gateway;
  Json out;
  put(out, "subnetId", gateway->at("subnetId"));
  put(out, "vpcId", gateway->at("vpcId"));
  put(out, "connectivityType", gateway->at("connectivityType"));
  Json secondary = Json::array(), secondary_private = Json::array();
  for (const Json& address : items(gateway->at("natGatewayAddressSet"))) {
    if (address.has("isPrimary") && !flag(address.at("isPrimary"))) {
      if (!text(address, "allocationId").empty()) secondary.push_back(address.at("allocationId"));
      secondary_private.push_back(address.at("privateIp"));
      continue;
    }
    for (const char* name : {"allocationId", "associationId", "networkInterfaceId", "privateIp", "publicIp"})
      put(out, name, address.at(name));
  }
  out["secondaryAllocationIds"] = std::move(secondary);
  out["secondaryPrivateIpAddresses"] = std::move(secondary_private);
  out["tagsAll"] = tag_map(gateway->at("tagSet"));
  return out;
}
Aws<void> update_nat(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (!in.has("secondaryAllocationIds")) return {};
  const ListChange change = list_change(old.at("secondaryAllocationIds"), in.at("secondaryAllocationIds"));
  if (!change.added.empty())
    TRY_AWS(op.ec2("AssociateNatGatewayAddress", Json::object({{"NatGatewayId", id}, {"AllocationId", change.added}})));
  if (!change.removed.empty())
    return no(ErrorCode::unsupported, "not supported yet: taking secondaryAllocationIds away from a NAT gateway");
  return {};
}
Aws<void> remove_nat(Operation& op, const std::string& id, const Json&) {
  TRY_AWS(fine_if(op.ec2("DeleteNatGateway", Json::object({{"NatGatewayId", id}})),
                  {"NatGatewayNotFound", "InvalidNatGatewayID.NotFound"}));
  return wait_gone(op, id, minutes(30), [&] { return describe_nat(op, id); }, {"deleted"});
}

}  // namespace

extern const ResourceType kInternetGateway, kEip, kNatGateway;
const ResourceType kInternetGateway = {.token = "aws:ec2/internetGateway:InternetGateway",
                                       .create = create_igw,
                                       .read = read_igw,
                                       .update = update_igw,
                                       .retag = retag_ec2,
                                       .remove = remove_igw};
const ResourceType kEip = {.token = "aws:ec2/eip:Eip",
                           .create = create_eip,
                           .read = read_eip,
                           .update = update_eip,
                           .retag = retag_ec2,
                           .remove = remove_eip};
const ResourceType kNatGateway = {.token = "aws:ec2/natGateway:NatGateway",
                                  .sets = {"secondaryAllocationIds", "secondaryPrivateIpAddresses"},
                                  .create = create_nat,
                                  .read = read_nat,
                                  .update = update_nat,
                                  .retag = retag_ec2,
                                  .remove = remove_nat};

}  // namespace drydock::aws_provider

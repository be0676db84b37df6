// aws:ec2/subnet:Subnet: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

// ModifySubnetAttribute takes one attribute a call.
struct Attribute {
  const char *property, *wire, *shown;
};
constexpr Attribute kFlags[] = {
    {"assignIpv6AddressOnCreation", "AssignIpv6AddressOnCreation", "assignIpv6AddressOnCreation"},
    {"enableDns64", "EnableDns64", "enableDns64"},
    {"enableResourceNameDnsAaaaRecordOnLaunch", "EnableResourceNameDnsAAAARecordOnLaunch",
     "privateDnsNameOptionsOnLaunch.enableResourceNameDnsAAAARecord"},
    {"enableResourceNameDnsARecordOnLaunch", "EnableResourceNameDnsARecordOnLaunch",
     "privateDnsNameOptionsOnLaunch.enableResourceNameDnsARecord"},
    {"mapPublicIpOnLaunch", "MapPublicIpOnLaunch", "mapPublicIpOnLaunch"}};

Aws<Json> describe_subnet(Operation& op, const std::string& id) {
  return describe(op, "DescribeSubnets", "SubnetId", id, "subnetSet");
}

Aws<void> modify(Operation& op, const std::string& id, const char* wire, Json value, const char* shown,
                 const std::string& wanted) {
  TRY_AWS(op.ec2("ModifySubnetAttribute", Json::object({{"SubnetId", id}, {wire, std::move(value)}})));
  return op.wait(
      id + " to take " + wire, op.timeout_or(minutes(5)),
      [&]() -> Aws<Poll> {
        auto subnet = describe_subnet(op, id);
        if (!subnet) return up(subnet);
        const std::string now = subnet->path(shown).string_or();
        return Poll{now == wanted, now};
      },
      seconds(3));
}

Aws<void> settle(Operation& op, const std::string& id, const Json& old, const Json& in) {
  for (bool to : {false, true})
    for (const Attribute& one : kFlags) {
      const bool was = old.at(one.property).bool_or(false), now = in.at(one.property).bool_or(false);
      if (was != now && now == to)
        TRY_AWS(modify(op, id, one.wire, Json::object({{"Value", now}}), one.shown, now ? "true" : "false"));
    }
  if (std::string type = text(in, "privateDnsHostnameTypeOnLaunch");
      !type.empty() && type != text(old, "privateDnsHostnameTypeOnLaunch"))
    TRY_AWS(modify(op, id, "PrivateDnsHostnameTypeOnLaunch", type, "privateDnsNameOptionsOnLaunch.hostnameType", type));
  return {};
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made =
      op.ec2("CreateSubnet", Json::object({{"VpcId", text(in, "vpcId")},
                                           {"CidrBlock", text(in, "cidrBlock")},
                                           {"AvailabilityZone", text(in, "availabilityZone")},
                                           {"AvailabilityZoneId", text(in, "availabilityZoneId")},
                                           {"Ipv6CidrBlock", text(in, "ipv6CidrBlock")},
                                           {"Ipv6Native", in.at("ipv6Native").bool_or(false) ? Json(true) : Json()},
                                           {"Ipv4IpamPoolId", text(in, "ipv4IpamPoolId")},
                                           {"Ipv4NetmaskLength", in.at("ipv4NetmaskLength")},
                                           {"Ipv6IpamPoolId", text(in, "ipv6IpamPoolId")},
                                           {"Ipv6NetmaskLength", in.at("ipv6NetmaskLength")},
                                           {"OutpostArn", text(in, "outpostArn")},
                                           {"TagSpecification", tag_specification("subnet", in)}}));
  if (!made) return up(made);
  id = made->path("subnet.subnetId").string_or();
  TRY_AWS(wait_state(op, id + " to become available", op.timeout_or(minutes(10)),
                     [&] { return describe_subnet(op, id); }, "state", {"available"},
                     {"failed", "failed-insufficient-capacity"}));
  return settle(op, id, Json::object(), in);
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto subnet = describe_subnet(op, id);
  if (!subnet || subnet->is_null()) return subnet;
  Json out;
  for (const char* name : {"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ownerId", "outpostArn"})
    put(out, name, subnet->at(name));
  put(out, "arn", subnet->at("subnetArn"));
  for (const Attribute& one : kFlags) out[one.property] = flag(subnet->path(one.shown));
  out["ipv6Native"] = flag(subnet->at("ipv6Native"));
  put(out, "privateDnsHostnameTypeOnLaunch", subnet->path("privateDnsNameOptionsOnLaunch.hostnameType"));
  for (const Json& ipv6 : items(subnet->at("ipv6CidrBlockAssociationSet"))) {
    out["ipv6CidrBlock"] = text(ipv6, "ipv6CidrBlock");
    out["ipv6CidrBlockAssociationId"] = text(ipv6, "associationId");
  }
  out["tagsAll"] = tag_map(subnet->at("tagSet"));
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json& known) {
  if (changed(old, in, "ipv6CidrBlock")) {
    if (std::string association = text(known, "ipv6CidrBlockAssociationId"); !association.empty())
      TRY_AWS(op.ec2("DisassociateSubnetCidrBlock", Json::object({{"AssociationId", association}})));
    if (std::string block = text(in, "ipv6CidrBlock"); !block.empty())
      TRY_AWS(op.ec2("AssociateSubnetCidrBlock", Json::object({{"SubnetId", id}, {"Ipv6CidrBlock", block}})));
  }
  return settle(op, id, old, in);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  TRY_AWS(clear_interfaces(op, "subnet-id", id));
  TRY_AWS(delete_ec2(op, "DeleteSubnet", Json::object({{"SubnetId", id}}), minutes(20)));
  return wait_gone(op, id, minutes(20), [&] { return describe_subnet(op, id); });
}

void check(const Json& in, const std::vector<std::string>&, std::vector<CheckFailure>& failures) {
  if (in.has("availabilityZone") && in.has("availabilityZoneId"))
    failures.push_back(
        {"availabilityZoneId", "'availabilityZone' and 'availabilityZoneId' exclude each other: leave one out"});
}

}  // namespace

extern const ResourceType kSubnet;
const ResourceType kSubnet = {.token = "aws:ec2/subnet:Subnet",
                              .create = create,
                              .read = read,
                              .update = update,
                              .retag = retag_ec2,
                              .remove = remove,
                              .check = check};

}  // namespace drydock::aws_provider

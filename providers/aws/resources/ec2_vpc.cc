// aws:ec2/vpc:Vpc: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

struct Attribute {
  const char *property, *wire;
  bool by_default;
};
// Support goes on before hostnames need it, and off after them.
constexpr Attribute kAttributes[] = {{"enableDnsSupport", "EnableDnsSupport", true},
                                     {"enableDnsHostnames", "EnableDnsHostnames", false},
                                     {"enableNetworkAddressUsageMetrics", "EnableNetworkAddressUsageMetrics", false}};

Aws<bool> attribute(Operation& op, const std::string& id, const char* name) {
  auto reply = op.ec2("DescribeVpcAttribute", Json::object({{"VpcId", id}, {"Attribute", name}}));
  if (!reply) return up(reply);
  return flag(reply->at(name).at("value"));
}

Aws<void> set_attribute(Operation& op, const std::string& id, const Attribute& one, bool value) {
  TRY_AWS(op.ec2("ModifyVpcAttribute", Json::object({{"VpcId", id}, {one.wire, Json::object({{"Value", value}})}})));
  return op.wait(id + " to take " + one.property, op.timeout_or(minutes(5)), [&]() -> Aws<Poll> {
    auto now = attribute(op, id, one.property);
    if (!now) return up(now);
    return Poll{*now == value, *now ? "true" : "false"};
  });
}

Aws<Json> describe_vpc(Operation& op, const std::string& id) {
  return describe(op, "DescribeVpcs", "VpcId", id, "vpcSet");
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  Json call = Json::object({{"CidrBlock", text(in, "cidrBlock")},
                            {"InstanceTenancy", text(in, "instanceTenancy")},
                            {"Ipv4IpamPoolId", text(in, "ipv4IpamPoolId")},
                            {"Ipv4NetmaskLength", in.at("ipv4NetmaskLength")},
                            {"Ipv6IpamPoolId", text(in, "ipv6IpamPoolId")},
                            {"Ipv6NetmaskLength", in.at("ipv6NetmaskLength")},
                            {"Ipv6CidrBlock", text(in, "ipv6CidrBlock")},
                            {"Ipv6CidrBlockNetworkBorderGroup", text(in, "ipv6CidrBlockNetworkBorderGroup")},
                            {"AmazonProvidedIpv6CidrBlock", in.at("assignGeneratedIpv6CidrBlock")},
                            {"TagSpecification", tag_specification("vpc", in)}});
  auto made = op.retry(
      minutes(5),
      [](const AwsError& error) { return error.is("UnsupportedOperation") && error.mentions("not monitored by IPAM"); },
      [&] { return op.ec2("CreateVpc", call); });
  if (!made) return up(made);
  id = made->path("vpc.vpcId").string_or();
  TRY_AWS(wait_state(op, id + " to become available", op.timeout_or(minutes(10)), [&] { return describe_vpc(op, id); },
                     "state", {"available"}));
  for (const Attribute& one : kAttributes)
    if (const bool wanted = in.at(one.property).bool_or(one.by_default); wanted != one.by_default)
      TRY_AWS(set_attribute(op, id, one, wanted));
  return {};
}

// The id of the one thing of its kind that AWS made together with the VPC.
Aws<std::string> companion(Operation& op, const char* action, const Json& filter, const char* list,
                           const char* member) {
  auto reply = op.ec2(action, Json::object({{"Filter", filter}}));
  if (!reply) return up(reply);
  return reply->at(list).item(0).at(member).string_or();
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto vpc = describe_vpc(op, id);
  if (!vpc || vpc->is_null()) return vpc;
  Json out;
  out["cidrBlock"] = text(*vpc, "cidrBlock");
  out["instanceTenancy"] = text(*vpc, "instanceTenancy");
  out["ownerId"] = text(*vpc, "ownerId");
  out["arn"] = ec2_arn(op, text(*vpc, "ownerId"), "vpc/" + id);
  out["dhcpOptionsId"] = text(*vpc, "dhcpOptionsId");
  out["tagsAll"] = tag_map(vpc->at("tagSet"));
  for (const Json& ipv6 : items(vpc->at("ipv6CidrBlockAssociationSet"))) {
    out["ipv6CidrBlock"] = text(ipv6, "ipv6CidrBlock");
    out["ipv6AssociationId"] = text(ipv6, "associationId");
  }
  for (const Attribute& one : kAttributes) {
    auto value = attribute(op, id, one.property);
    if (!value) return up(value);
    out[one.property] = *value;
  }
  auto acl = companion(op, "DescribeNetworkAcls", filters({{"vpc-id", id}, {"default", "true"}}), "networkAclSet",
                       "networkAclId");
  auto table = companion(op, "DescribeRouteTables", filters({{"vpc-id", id}, {"association.main", "true"}}),
                         "routeTableSet", "routeTableId");
  auto group = companion(op, "DescribeSecurityGroups", filters({{"vpc-id", id}, {"group-name", "default"}}),
                         "securityGroupInfo", "groupId");
  if (!acl) return up(acl);
  if (!table) return up(table);
  if (!group) return up(group);
  put(out, "defaultNetworkAclId", *acl);
  put(out, "mainRouteTableId", *table);
  put(out, "defaultRouteTableId", *table);
  put(out, "defaultSecurityGroupId", *group);
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (changed(old, in, "instanceTenancy"))
    TRY_AWS(
        op.ec2("ModifyVpcTenancy", Json::object({{"VpcId", id}, {"InstanceTenancy", text(in, "instanceTenancy")}})));
  auto turn = [&](const Attribute& one, bool to) -> Aws<void> {
    const bool was = old.at(one.property).bool_or(one.by_default), now = in.at(one.property).bool_or(one.by_default);
    if (was == now || now != to) return {};
    return set_attribute(op, id, one, now);
  };
  for (int i = 2; i >= 0; --i) TRY_AWS(turn(kAttributes[i], false));
  for (const Attribute& one : kAttributes) TRY_AWS(turn(one, true));
  return {};
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  TRY_AWS(delete_ec2(op, "DeleteVpc", Json::object({{"VpcId", id}}), minutes(5)));
  return wait_gone(op, id, minutes(5), [&] { return describe_vpc(op, id); });
}

void check(const Json& in, const std::vector<std::string>& unknown, std::vector<CheckFailure>& failures) {
  auto given = [&](const char* name) {
    return in.has(name) || std::find(unknown.begin(), unknown.end(), name) != unknown.end();
  };
  if (given("cidrBlock") == given("ipv4IpamPoolId"))
    failures.push_back({"cidrBlock", "a VPC needs exactly one of 'cidrBlock' and 'ipv4IpamPoolId'"});
}

bool replaces(std::string_view path, const Json& old, const Json& in, bool by_schema) {
  if (path == "instanceTenancy" && text(old, path) == "dedicated" && text(in, path) == "default") return false;
  return by_schema;
}

}  // namespace

extern const ResourceType kVpc;
const ResourceType kVpc = {.token = "aws:ec2/vpc:Vpc",
                           .create = create,
                           .read = read,
                           .update = update,
                           .retag = retag_ec2,
                           .remove = remove,
                           .check = check,
                           .replaces = replaces};

}  // namespace drydock::aws_provider

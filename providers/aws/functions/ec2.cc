// aws:ec2/get...: lookups of what exists. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "cloud/aws/arn.h"
#include "providers/aws/functions/common.h"

namespace drydock::aws_provider {
namespace {

/// Describe with the caller's filters and, where given, an id.
Aws<Json> find(Operation& op, const char* action, const char* list, const Json& in, const char* id_parameter,
               const std::string& id, std::initializer_list<std::pair<std::string, std::string>> pairs) {
  Json call = Json::object({{"Filter", all_filters(in, pairs)}});
  if (!id.empty()) call[id_parameter] = Json::array({id});
  return op.ec2_all(action, call, list);
}

std::string truth(const Json& flag_value) {
  return flag_value.is_bool() ? (flag_value.as_bool() ? "true" : "false") : "";
}

// --- Route tables.

Json route_of(const Json& item) {
  struct Field {
    const char *ours, *wire;
  };
  Json out = Json::object();
  for (const Field& field : {Field{"cidrBlock", "destinationCidrBlock"},
                             {"ipv6CidrBlock", "destinationIpv6CidrBlock"},
                             {"destinationPrefixListId", "destinationPrefixListId"},
                             {"carrierGatewayId", "carrierGatewayId"},
                             {"coreNetworkArn", "coreNetworkArn"},
                             {"egressOnlyGatewayId", "egressOnlyInternetGatewayId"},
                             {"gatewayId", "gatewayId"},
                             {"instanceId", "instanceId"},
                             {"localGatewayId", "localGatewayId"},
                             {"natGatewayId", "natGatewayId"},
                             {"networkInterfaceId", "networkInterfaceId"},
                             {"transitGatewayId", "transitGatewayId"},
                             {"vpcPeeringConnectionId", "vpcPeeringConnectionId"}})
    out[field.ours] = text(item, field.wire);
  out["vpcEndpointId"] = "";
  if (text(out, "gatewayId").starts_with("vpce-")) std::swap(out["vpcEndpointId"], out["gatewayId"]);
  return out;
}

// The local route, propagated ones and those of gateway endpoints are not a user's.
bool is_users_route(const Json& item) {
  if (text(item, "gatewayId") == "local" || text(item, "origin") == "EnableVgwRoutePropagation") return false;
  return text(item, "destinationPrefixListId").empty() || !text(item, "gatewayId").starts_with("vpce-");
}

Aws<Json> get_route_table(Operation& op, const Json& in) {
  if (text(in, "routeTableId").empty() && text(in, "vpcId").empty() && text(in, "subnetId").empty() &&
      text(in, "gatewayId").empty() && in.at("filters").size() == 0 && in.at("tags").size() == 0)
    return no(ErrorCode::invalid_input, "one of routeTableId, vpcId, subnetId, gatewayId, filters and tags is needed");
  auto tables = find(op, "DescribeRouteTables", "routeTableSet", in, "", "",
                     {{"route-table-id", text(in, "routeTableId")},
                      {"vpc-id", text(in, "vpcId")},
                      {"association.subnet-id", text(in, "subnetId")},
                      {"association.gateway-id", text(in, "gatewayId")}});
  if (!tables) return tables;
  auto table = only(*tables, "route table");
  if (!table) return table;
  Json out = Json::object();
  const std::string id = text(*table, "routeTableId");
  out["id"] = out["routeTableId"] = id;
  out["vpcId"] = text(*table, "vpcId");
  out["ownerId"] = text(*table, "ownerId");
  out["arn"] = ec2_arn(op, text(*table, "ownerId"), "route-table/" + id);
  out["routes"] = Json::array();
  for (const Json& route : items(table->at("routeSet")))
    if (is_users_route(route)) out["routes"].push_back(route_of(route));
  out["associations"] = Json::array();
  for (const Json& from : items(table->at("associationSet"))) {
    Json one = Json::object({{"main", flag(from.at("main"))}});
    for (const char* name : {"gatewayId", "routeTableAssociationId", "routeTableId", "subnetId"})
      one[name] = text(from, name);
    out["associations"].push_back(std::move(one));
  }
  out["tags"] = tag_map(table->at("tagSet"));
  return out;
}

Aws<Json> ids(Operation& op, Aws<Json> list, const char* member) {
  if (!list) return list;
  return Json::object({{"id", op.region()}, {"ids", pluck(*list, member)}});
}
Aws<Json> get_route_tables(Operation& op, const Json& in) {
  return ids(op, find(op, "DescribeRouteTables", "routeTableSet", in, "", "", {{"vpc-id", text(in, "vpcId")}}),
             "routeTableId");
}

// --- Subnets and VPCs.

Aws<Json> get_subnet(Operation& op, const Json& in) {
  auto list = find(op, "DescribeSubnets", "subnetSet", in, "SubnetId", text(in, "id"),
                   {{"vpc-id", text(in, "vpcId")},
                    {"cidr-block", text(in, "cidrBlock")},
                    {"ipv6-cidr-block-association.ipv6-cidr-block", text(in, "ipv6CidrBlock")},
                    {"availability-zone", text(in, "availabilityZone")},
                    {"availability-zone-id", text(in, "availabilityZoneId")},
                    {"default-for-az", truth(in.at("defaultForAz"))},
                    {"state", text(in, "state")}});
  if (!list) return list;
  auto subnet = only(*list, "subnet");
  if (!subnet) return subnet;
  Json out = Json::object();
  out["id"] = text(*subnet, "subnetId");
  out["arn"] = text(*subnet, "subnetArn");
  for (const char* name :
       {"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "state", "ownerId", "outpostArn"})
    out[name] = text(*subnet, name);
  out["availableIpAddressCount"] = number(subnet->at("availableIpAddressCount"));
  for (const char* name : {"defaultForAz", "mapPublicIpOnLaunch", "assignIpv6AddressOnCreation", "enableDns64"})
    out[name] = flag(subnet->at(name));
  out["tags"] = tag_map(subnet->at("tagSet"));
  return out;
}
Aws<Json> get_subnets(Operation& op, const Json& in) {
  return ids(op, find(op, "DescribeSubnets", "subnetSet", in, "", "", {}), "subnetId");
}

Aws<bool> vpc_attribute(Operation& op, const std::string& id, const char* name) {
  auto reply = op.ec2("DescribeVpcAttribute", Json::object({{"VpcId", id}, {"Attribute", name}}));
  if (!reply) return up(reply);
  return flag(reply->at(name).at("value"));
}

Aws<Json> get_vpc(Operation& op, const Json& in) {
  auto list = find(op, "DescribeVpcs", "vpcSet", in, "VpcId", text(in, "id"),
                   {{"cidr", text(in, "cidrBlock")},
                    {"dhcp-options-id", text(in, "dhcpOptionsId")},
                    {"is-default", truth(in.at("default"))},
                    {"state", text(in, "state")}});
  if (!list) return list;
  auto vpc = only(*list, "VPC");
  if (!vpc) return vpc;
  const std::string id = text(*vpc, "vpcId");
  Json out = Json::object({{"id", id}, {"default", flag(vpc->at("isDefault"))}});
  for (const char* name : {"cidrBlock", "dhcpOptionsId", "instanceTenancy", "ownerId", "state"})
    out[name] = text(*vpc, name);
  out["arn"] = ec2_arn(op, text(*vpc, "ownerId"), "vpc/" + id);
  out["cidrBlockAssociations"] = Json::array();
  for (const Json& from : items(vpc->at("cidrBlockAssociationSet")))
    out["cidrBlockAssociations"].push_back(Json::object({{"associationId", text(from, "associationId")},
                                                         {"cidrBlock", text(from, "cidrBlock")},
                                                         {"state", from.path("cidrBlockState.state").string_or()}}));
  for (const char* name : {"enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics"}) {
    auto value = vpc_attribute(op, id, name);
    if (!value) return up(value);
    out[name] = *value;
  }
  auto main = op.ec2("DescribeRouteTables",
                     Json::object({{"Filter", filters({{"vpc-id", id}, {"association.main", "true"}})}}));
  if (!main) return main;
  out["mainRouteTableId"] = main->at("routeTableSet").item(0).at("routeTableId").string_or();
  out["tags"] = tag_map(vpc->at("tagSet"));
  return out;
}
Aws<Json> get_vpcs(Operation& op, const Json& in) {
  return ids(op, find(op, "DescribeVpcs", "vpcSet", in, "", "", {}), "vpcId");
}

// --- Groups, endpoints, services, prefix lists.

Aws<Json> get_security_group(Operation& op, const Json& in) {
  auto list = find(op, "DescribeSecurityGroups", "securityGroupInfo", in, "GroupId", text(in, "id"),
                   {{"group-name", text(in, "name")}, {"vpc-id", text(in, "vpcId")}});
  if (!list) return list;
  auto group = only(*list, "security group");
  if (!group) return group;
  const std::string id = text(*group, "groupId");
  return Json::object({{"id", id},
                       {"arn", ec2_arn(op, text(*group, "ownerId"), "security-group/" + id)},
                       {"name", text(*group, "groupName")},
                       {"description", text(*group, "groupDescription")},
                       {"vpcId", text(*group, "vpcId")},
                       {"tags", tag_map(group->at("tagSet"))}});
}

Aws<Json> get_prefix_list(Operation& op, const Json& in) {
  auto list = find(op, "DescribePrefixLists", "prefixListSet", in, "PrefixListId", text(in, "prefixListId"),
                   {{"prefix-list-name", text(in, "name")}});
  if (!list) return list;
  auto one = only(*list, "prefix list");
  if (!one) return one;
  return Json::object({{"id", text(*one, "prefixListId")},
                       {"name", text(*one, "prefixListName")},
                       {"cidrBlocks", Json(items(one->at("cidrSet")))}});
}

Aws<Json> get_vpc_endpoint(Operation& op, const Json& in) {
  auto list = find(op, "DescribeVpcEndpoints", "vpcEndpointSet", in, "VpcEndpointId", text(in, "id"),
                   {{"vpc-id", text(in, "vpcId")},
                    {"service-name", text(in, "serviceName")},
                    {"vpc-endpoint-state", text(in, "state")}});
  if (!list) return list;
  auto endpoint = only(*list, "VPC endpoint");
  if (!endpoint) return endpoint;
  const std::string id = text(*endpoint, "vpcEndpointId");
  Json out = Json::object({{"id", id}, {"arn", ec2_arn(op, text(*endpoint, "ownerId"), "vpc-endpoint/" + id)}});
  for (const char* name : {"vpcId", "serviceName", "state", "vpcEndpointType", "ownerId"})
    out[name] = text(*endpoint, name);
  out["policy"] = text(*endpoint, "policyDocument");
  for (const char* name : {"privateDnsEnabled", "requesterManaged"}) out[name] = flag(endpoint->at(name));
  out["routeTableIds"] = Json(items(endpoint->at("routeTableIdSet")));
  out["subnetIds"] = Json(items(endpoint->at("subnetIdSet")));
  out["networkInterfaceIds"] = Json(items(endpoint->at("networkInterfaceIdSet")));
  out["securityGroupIds"] = pluck(endpoint->at("groupSet"), "groupId");
  out["dnsEntries"] = Json::array();
  for (const Json& entry : items(endpoint->at("dnsEntrySet")))
    out["dnsEntries"].push_back(
        Json::object({{"dnsName", text(entry, "dnsName")}, {"hostedZoneId", text(entry, "hostedZoneId")}}));
  out["tags"] = tag_map(endpoint->at("tagSet"));
  return out;
}

Aws<Json> get_vpc_endpoint_service(Operation& op, const Json& in) {
  std::string name = text(in, "serviceName");
  const bool china = op.region().starts_with("cn-");
  if (std::string service = text(in, "service"); name.empty() && !service.empty())
    name = fmt::format("{}com.amazonaws.{}.{}", china ? "cn." : "", op.region(), service);
  Json call = Json::object({{"Filter", all_filters(in, {{"service-type", text(in, "serviceType")}})}});
  if (!name.empty()) call["ServiceName"] = Json::array({name});
  auto list = op.ec2_all("DescribeVpcEndpointServices", call, "serviceDetailSet");
  if (!list) return list;
  auto one = only(*list, "endpoint service");
  if (!one) return one;
  const std::string id = text(*one, "serviceId");
  Json out = Json::object({{"id", id}, {"serviceId", id}, {"serviceName", text(*one, "serviceName")}});
  out["arn"] = ec2_arn(op, "", "vpc-endpoint-service/" + id);
  out["serviceType"] = one->at("serviceType").item(0).at("serviceType").string_or();
  out["owner"] = text(*one, "owner");
  out["privateDnsName"] = text(*one, "privateDnsName");
  out["availabilityZones"] = Json(items(one->at("availabilityZoneSet")));
  out["baseEndpointDnsNames"] = Json(items(one->at("baseEndpointDnsNameSet")));
  for (const char* member : {"acceptanceRequired", "managesVpcEndpoints", "vpcEndpointPolicySupported"})
    out[member] = flag(one->at(member));
  out["tags"] = tag_map(one->at("tagSet"));
  return out;
}

Aws<Json> get_internet_gateway(Operation& op, const Json& in) {
  auto list = find(op, "DescribeInternetGateways", "internetGatewaySet", in, "", "",
                   {{"internet-gateway-id", text(in, "internetGatewayId")}});
  if (!list) return list;
  auto one = only(*list, "internet gateway");
  if (!one) return one;
  const std::string id = text(*one, "internetGatewayId");
  Json out = Json::object({{"id", id}, {"internetGatewayId", id}, {"ownerId", text(*one, "ownerId")}});
  out["arn"] = ec2_arn(op, text(*one, "ownerId"), "internet-gateway/" + id);
  out["attachments"] = Json::array();
  for (const Json& from : items(one->at("attachmentSet")))
    out["attachments"].push_back(Json::object({{"state", text(from, "state")}, {"vpcId", text(from, "vpcId")}}));
  out["tags"] = tag_map(one->at("tagSet"));
  return out;
}

Aws<Json> get_managed_prefix_list(Operation& op, const Json& in) {
  auto list = find(op, "DescribeManagedPrefixLists", "prefixListSet", in, "PrefixListId", text(in, "id"),
                   {{"prefix-list-name", text(in, "name")}});
  if (!list) return list;
  auto one = only(*list, "managed prefix list");
  if (!one) return one;
  const std::string id = text(*one, "prefixListId");
  auto entries = op.ec2_all("GetManagedPrefixListEntries", Json::object({{"PrefixListId", id}}), "entrySet");
  if (!entries) return entries;
  Json out = Json::object({{"id", id}, {"name", text(*one, "prefixListName")}, {"arn", text(*one, "prefixListArn")}});
  out["addressFamily"] = text(*one, "addressFamily");
  out["ownerId"] = text(*one, "ownerId");
  out["maxEntries"] = number(one->at("maxEntries"));
  out["version"] = number(one->at("version"));
  out["entries"] = Json::array();
  for (const Json& from : items(*entries))
    out["entries"].push_back(Json::object({{"cidr", text(from, "cidr")}, {"description", text(from, "description")}}));
  out["tags"] = tag_map(one->at("tagSet"));
  return out;
}

// --- Images and instance types.

Aws<Json> matching_images(Operation& op, const Json& in) {
  Json call = Json::object({{"Filter", user_filters(in)}});
  put(call, "Owner", in.at("owners"));
  put(call, "ExecutableBy", in.at("executableUsers"));
  if (in.at("includeDeprecated").bool_or(false)) call["IncludeDeprecated"] = true;
  auto list = op.ec2_all("DescribeImages", call, "imagesSet");
  if (!list || text(in, "nameRegex").empty()) return list;
  try {
    const std::regex wanted(text(in, "nameRegex"));
    std::erase_if(list->as_array(), [&](const Json& image) { return !std::regex_search(text(image, "name"), wanted); });
  } catch (const std::regex_error& error) {
    return no(ErrorCode::invalid_input, fmt::format("'nameRegex' is no regular expression: {}", error.what()));
  }
  return list;
}

Aws<Json> get_ami(Operation& op, const Json& in) {
  auto list = matching_images(op, in);
  if (!list) return list;
  if (in.at("mostRecent").bool_or(false) && list->size() > 1) {
    auto newest = std::max_element(list->as_array().begin(), list->as_array().end(), [](const Json& a, const Json& b) {
      return text(a, "creationDate") < text(b, "creationDate");
    });
    list = Json::array({*newest});
  }
  auto image = only(*list, "machine image");
  if (!image) return image;
  const std::string id = text(*image, "imageId");
  Json out = Json::object({{"id", id}, {"imageId", id}, {"arn", ec2_arn(op, "", "image/" + id)}});
  for (const char* name : {"name", "description", "architecture", "creationDate", "rootDeviceName", "rootDeviceType",
                           "hypervisor", "virtualizationType", "imageLocation"})
    out[name] = text(*image, name);
  out["ownerId"] = text(*image, "imageOwnerId");
  out["state"] = text(*image, "imageState");
  out["public"] = flag(image->at("isPublic"));
  out["rootSnapshotId"] = "";
  out["blockDeviceMappings"] = Json::array();
  for (const Json& from : items(image->at("blockDeviceMapping"))) {
    Json ebs = from.at("ebs").is_object() ? from.at("ebs") : Json::object();
    if (text(from, "deviceName") == text(out, "rootDeviceName")) out["rootSnapshotId"] = text(ebs, "snapshotId");
    out["blockDeviceMappings"].push_back(Json::object({{"deviceName", text(from, "deviceName")},
                                                       {"ebs", std::move(ebs)},
                                                       {"noDevice", text(from, "noDevice")},
                                                       {"virtualName", text(from, "virtualName")}}));
  }
  out["tags"] = tag_map(image->at("tagSet"));
  return out;
}

Aws<Json> get_instance_type_offerings(Operation& op, const Json& in) {
  Json call = Json::object({{"Filter", user_filters(in)}});
  put(call, "LocationType", in.at("locationType"));
  auto list = op.ec2_all("DescribeInstanceTypeOfferings", call, "instanceTypeOfferingSet");
  if (!list) return list;
  return Json::object({{"id", op.region()},
                       {"instanceTypes", pluck(*list, "instanceType")},
                       {"locations", pluck(*list, "location")},
                       {"locationTypes", pluck(*list, "locationType")}});
}

}  // namespace

const std::vector<FunctionType>& ec2_functions() {
  static const std::vector<FunctionType> all = {
      {"aws:ec2/getRouteTable:getRouteTable", get_route_table},
      {"aws:ec2/getRouteTables:getRouteTables", get_route_tables},
      {"aws:ec2/getSubnet:getSubnet", get_subnet},
      {"aws:ec2/getSubnets:getSubnets", get_subnets},
      {"aws:ec2/getVpc:getVpc", get_vpc},
      {"aws:ec2/getVpcs:getVpcs", get_vpcs},
      {"aws:ec2/getSecurityGroup:getSecurityGroup", get_security_group},
      {"aws:ec2/getPrefixList:getPrefixList", get_prefix_list},
      {"aws:ec2/getVpcEndpoint:getVpcEndpoint", get_vpc_endpoint},
      {"aws:ec2/getVpcEndpointService:getVpcEndpointService", get_vpc_endpoint_service},
      {"aws:ec2/getInternetGateway:getInternetGateway", get_internet_gateway},
      {"aws:ec2/getManagedPrefixList:getManagedPrefixList", get_managed_prefix_list},
      {"aws:ec2/getAmi:getAmi", get_ami},
      {"aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings", get_instance_type_offerings}};
  return all;
}

}  // namespace drydock::aws_provider

// VPC endpoints, interface and gateway.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html, .../gateway-endpoints.html
#include <set>

#include "cloud/aws/endpoint_services.h"
#include "cloud/aws/policy.h"
#include "twin/ec2/nouns.h"
#include "twin/ec2/tokens.h"

namespace drydock::twin::ec2 {

using aws::EndpointService, aws::find_endpoint_service, aws::VpcEndpoint;

namespace {

constexpr const char* kNotFound = "InvalidVpcEndpointId.NotFound";
constexpr const char* kFullAccess =
    "{\"Statement\":[{\"Action\":\"*\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}]}";
// How long AWS takes, in simulated time (gateways are quick, interfaces take one to three minutes).
constexpr Millis kGatewayTime{5'000}, kInterfaceTime{75'000}, kDeleteTime{60'000};

ApiError no_endpoint(const std::string& id) {
  return {400, kNotFound, "The Vpc Endpoint Id '" + id + "' does not exist"};
}

bool is_interface(const VpcEndpoint& endpoint) { return endpoint.vpcEndpointType == "Interface"; }

Values values(World&, const Call&, const VpcEndpoint& endpoint, std::string_view name) {
  if (name == "vpc-endpoint-id") return {{endpoint.vpcEndpointId}};
  if (name == "vpc-id") return {{endpoint.vpcId}};
  if (name == "service-name") return {{endpoint.serviceName}};
  if (name == "vpc-endpoint-state") return {{endpoint.state}};
  if (name == "vpc-endpoint-type") return {{endpoint.vpcEndpointType}};
  if (name == "ip-address-type") return {{endpoint.ipAddressType}};
  return std::nullopt;
}

Json render_endpoint(World&, const Call&, const VpcEndpoint& endpoint) {
  Json out = rendered(endpoint);
  if (!is_interface(endpoint)) out.erase("dnsOptions"), out.erase("ipAddressType");
  return out;
}

const Description<VpcEndpoint> kEndpoints{"vpcEndpointSet",  "VpcEndpointId", kNotFound,
                                          "Vpc Endpoint Id", values,          render_endpoint};

std::optional<ApiError> bad_policy(const std::string& text) {
  if (text.size() > 20480)
    return ApiError{400, "InvalidPolicyDocument", "The policy exceeds the maximum size of 20480 characters"};
  auto parsed = aws::parse_policy(text, aws::PolicyKind::endpoint);
  if (!parsed)
    return ApiError{400, "InvalidPolicyDocument", "The policy document is invalid: " + parsed.error().message};
  return std::nullopt;
}

/// Private DNS needs both attributes, and the names for itself.
std::optional<ApiError> private_dns_refused(World& world, const Call& call, const aws::Vpc& vpc,
                                            const EndpointService& service, std::string_view own_id) {
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames)
    return ApiError{
        400, "InvalidParameter",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for " +
            vpc.vpcId};
  for (const auto& [id, other] : of<VpcEndpoint>(world, call)) {
    if (id == own_id || other.vpcId != vpc.vpcId || !other.privateDnsEnabled || other.state == "deleting") continue;
    const EndpointService* held = find_endpoint_service(call.region, other.serviceName);
    for (const std::string& name : service.private_names)
      if (held && std::find(held->private_names.begin(), held->private_names.end(), name) != held->private_names.end())
        return ApiError{400, "InvalidParameter",
                        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for " +
                            name + " in the VPC " + vpc.vpcId};
  }
  return std::nullopt;
}

std::optional<ApiError> bad_subnets(World& world, const Call& call, const std::string& vpc_id,
                                    const std::vector<std::string>& ids) {
  std::set<std::string> zones;
  for (const std::string& id : ids) {
    const aws::Subnet* subnet = of<aws::Subnet>(world, call).find(id);
    if (!subnet) return ApiError{400, "InvalidSubnetId.NotFound", "The subnet ID '" + id + "' does not exist"};
    if (subnet->vpcId != vpc_id)
      return ApiError{400, "InvalidParameter", "The subnet " + id + " does not belong to VPC " + vpc_id};
    if (!zones.insert(subnet->availabilityZone).second)
      return ApiError{400, "DuplicateSubnetsInSameZone",
                      "Found another VPC endpoint subnet in the availability zone of " + id};
  }
  return std::nullopt;
}

std::optional<ApiError> bad_groups(World& world, const Call& call, const std::string& vpc_id,
                                   const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    const aws::SecurityGroup* group = of<aws::SecurityGroup>(world, call).find(id);
    if (!group)
      return ApiError{400, "InvalidSecurityGroupId.NotFound", "The security group ID '" + id + "' does not exist"};
    if (group->vpcId != vpc_id)
      return ApiError{400, "InvalidParameter", "The security group " + id + " does not belong to VPC " + vpc_id};
  }
  return std::nullopt;
}

std::optional<ApiError> bad_tables(World& world, const Call& call, const std::string& vpc_id,
                                   const std::string& list_id, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    const aws::RouteTable* table = of<aws::RouteTable>(world, call).find(id);
    if (!table) return ApiError{400, "InvalidRouteTableId.NotFound", "The routeTable ID '" + id + "' does not exist"};
    if (table->vpcId != vpc_id)
      return ApiError{400, "InvalidParameter", "The route table " + id + " does not belong to VPC " + vpc_id};
    for (const aws::Route& route : table->routeSet)
      if (route.destinationPrefixListId == list_id)
        return ApiError{400, "RouteAlreadyExists",
                        "route table " + id + " already has a route with destination-prefix-list-id " + list_id};
  }
  return std::nullopt;
}

void add_table(World& world, const Call& call, VpcEndpoint& endpoint, const std::string& table_id) {
  aws::Route route;
  route.destinationPrefixListId = endpoint.prefixListId;
  route.gatewayId = endpoint.vpcEndpointId;
  route.origin = "CreateRoute";
  of<aws::RouteTable>(world, call).edit(table_id)->routeSet.push_back(route);
  endpoint.routeTableIdSet.push_back(table_id);
}

void drop_table(World& world, const std::string& region, VpcEndpoint& endpoint, const std::string& table_id) {
  if (aws::RouteTable* table = world.table<aws::RouteTable>(region).edit(table_id))
    std::erase_if(table->routeSet, [&](const aws::Route& route) { return route.gatewayId == endpoint.vpcEndpointId; });
  std::erase(endpoint.routeTableIdSet, table_id);
}

std::optional<ApiError> add_subnet(World& world, const Call& call, Ec2& ec2, VpcEndpoint& endpoint,
                                   const std::string& subnet_id) {
  InterfaceRequest request;
  request.subnet_id = subnet_id;
  request.description = "VPC Endpoint Interface " + endpoint.vpcEndpointId;
  request.interface_type = "vpc_endpoint";
  request.requester_id = world.account();
  request.requester_managed = true;
  for (const auto& group : endpoint.groupSet) request.groups.push_back(group.groupId);
  auto made = ec2.create_interface(call.region, request);
  if (!made) return made.error();
  aws::NetworkInterface* eni = of<aws::NetworkInterface>(world, call).edit(*made);
  eni->status = "in-use";
  eni->attachment = aws::NetworkInterfaceAttachment{
      "ela-attach-0" + world.new_hex(16), iso_millis(world.now()), "attached", "amazon-aws", std::nullopt, 1, false};
  endpoint.subnetIdSet.push_back(subnet_id);
  endpoint.networkInterfaceIdSet.push_back(*made);
  return std::nullopt;
}

void drop_subnet(World& world, const std::string& region, Ec2& ec2, VpcEndpoint& endpoint,
                 const std::string& subnet_id) {
  std::vector<std::string> kept;
  for (const std::string& id : endpoint.networkInterfaceIdSet) {
    const aws::NetworkInterface* eni = world.table<aws::NetworkInterface>(region).find(id);
    if (eni && eni->subnetId == subnet_id)
      ec2.delete_interface(region, id);
    else
      kept.push_back(id);
  }
  endpoint.networkInterfaceIdSet = kept;
  std::erase(endpoint.subnetIdSet, subnet_id);
}

/// Regional name, one a zone, and the private ones. Hosted zone ids are made up, one a region's own names and one a
/// VPC's.
void name_it(World& world, const std::string& region, VpcEndpoint& endpoint, const EndpointService& service) {
  std::string hash = endpoint.dnsEntrySet.empty() ? world.new_hex(8) : "";
  if (hash.empty()) {
    const std::string& first = endpoint.dnsEntrySet.front().dnsName;  // <vpce>-<hash>.<service>...
    hash = first.substr(endpoint.vpcEndpointId.size() + 1, 8);
  }
  const std::string tail = "." + service.service + "." + region + ".vpce.amazonaws.com";
  const std::string base = endpoint.vpcEndpointId + "-" + hash;
  endpoint.dnsEntrySet = {{base + tail, "Z7HUB22UULQXV"}};
  for (const std::string& id : endpoint.subnetIdSet)
    if (const aws::Subnet* subnet = world.table<aws::Subnet>(region).find(id))
      endpoint.dnsEntrySet.push_back({base + "-" + subnet->availabilityZone + tail, "Z7HUB22UULQXV"});
  if (endpoint.privateDnsEnabled)
    for (const std::string& name : service.private_names) endpoint.dnsEntrySet.push_back({name, "ZONEIDPENDING"});
}

std::optional<ApiError> make_gateway(World& world, Call& call, VpcEndpoint& endpoint) {
  if (call.has("SubnetId") || call.has("SecurityGroupId"))
    return ApiError{400, "InvalidParameter",
                    "Subnet IDs and security group IDs are only supported for Interface type VPC Endpoint."};
  if (call.flag("PrivateDnsEnabled").value_or(false))
    return ApiError{400, "InvalidParameter", "Private DNS can only be enabled for Interface type VPC Endpoint."};
  endpoint.prefixListId = prefix_list_named(world, call.region, endpoint.serviceName)->prefixListId;
  const std::vector<std::string> tables = call.texts("RouteTableId");
  if (auto bad = bad_tables(world, call, endpoint.vpcId, endpoint.prefixListId, tables)) return bad;
  for (const std::string& id : tables) add_table(world, call, endpoint, id);
  return std::nullopt;
}

std::optional<ApiError> make_interface(World& world, Call& call, Ec2& ec2, const aws::Vpc& vpc,
                                       const EndpointService& service, VpcEndpoint& endpoint) {
  if (call.has("RouteTableId"))
    return ApiError{400, "InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint."};
  const std::string family = call.text("IpAddressType", "ipv4");
  if (family != "ipv4")
    return ApiError{501, "NotModelled", "not supported yet: VPC endpoints with ipAddressType " + family};
  if (const std::string record = call.in.path("DnsOptions.DnsRecordIpType").string_or(); !record.empty())
    endpoint.dnsOptions.dnsRecordIpType = record;
  if (endpoint.privateDnsEnabled)
    if (auto bad = private_dns_refused(world, call, vpc, service, "")) return bad;
  std::vector<std::string> subnets = call.texts("SubnetId"), groups = call.texts("SecurityGroupId");
  if (auto bad = bad_subnets(world, call, vpc.vpcId, subnets)) return bad;
  if (auto bad = bad_groups(world, call, vpc.vpcId, groups)) return bad;
  if (groups.empty()) groups = {default_group(world, call.region, vpc.vpcId)->groupId};
  endpoint.groupSet = group_identifiers(world, call.region, groups);
  for (const std::string& id : subnets)
    if (auto bad = add_subnet(world, call, ec2, endpoint, id)) {
      for (const std::string& eni : endpoint.networkInterfaceIdSet) ec2.delete_interface(call.region, eni);
      return bad;
    }
  name_it(world, call.region, endpoint, service);
  return std::nullopt;
}

ApiResult create_endpoint(World& world, Call& call, Ec2& ec2) {
  const auto made = made_before<VpcEndpoint>(world, call);
  if (!made) return tl::unexpected<ApiError>(made.error());
  if (!made->empty())
    return Json::object({{"vpcEndpoint", render_endpoint(world, call, *of<VpcEndpoint>(world, call).find(*made))}});
  auto tags = read_tags(call, "vpc-endpoint");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  const std::string type = call.text("VpcEndpointType", "Gateway"), name = call.text("ServiceName");
  if (type != "Gateway" && type != "Interface")
    return refuse("NotModelled", "not supported yet: VPC endpoints of type " + type, 501);
  const aws::Vpc* vpc = of<aws::Vpc>(world, call).find(call.text("VpcId"));
  if (!vpc) return refuse("InvalidVpcId.NotFound", "The Vpc Id '" + call.text("VpcId") + "' does not exist");
  const EndpointService* service = find_endpoint_service(call.region, name);
  if (!service) return refuse("InvalidServiceName", "The Vpc Endpoint Service '" + name + "' does not exist");
  if (type == "Gateway" ? !service->gateway : !service->interface)
    return refuse("InvalidParameter", "Endpoint type (" + type + ") does not match available service types ([" +
                                          (service->gateway ? "Gateway" : "Interface") + "]).");
  const std::string policy = call.text("PolicyDocument");
  if (!policy.empty())
    if (auto bad = bad_policy(policy)) return tl::unexpected<ApiError>(*bad);
  VpcEndpoint endpoint;
  endpoint.vpcEndpointId = world.new_id("vpce");
  endpoint.vpcEndpointType = type;
  endpoint.vpcId = vpc->vpcId;
  endpoint.serviceName = name;
  endpoint.ownerId = world.account();
  endpoint.policyDocument = policy.empty() ? kFullAccess : policy;
  endpoint.privateDnsEnabled = call.flag("PrivateDnsEnabled").value_or(false);
  endpoint.creationTimestamp = iso_millis(world.now());
  endpoint.tagSet = *tags;
  auto bad = type == "Gateway" ? make_gateway(world, call, endpoint)
                               : make_interface(world, call, ec2, *vpc, *service, endpoint);
  if (bad) return tl::unexpected<ApiError>(*bad);
  remember(world, call, endpoint.vpcEndpointId);
  later(world, call.region, type == "Gateway" ? kGatewayTime : kInterfaceTime, "ec2.vpc-endpoint-available",
        endpoint.vpcEndpointId);
  const VpcEndpoint& row = of<VpcEndpoint>(world, call).put(endpoint.vpcEndpointId, endpoint);
  return Json::object({{"vpcEndpoint", render_endpoint(world, call, row)}});
}

std::optional<ApiError> change_dns(World& world, const Call& call, VpcEndpoint& endpoint,
                                   const EndpointService& service) {
  if (auto wanted = call.flag("PrivateDnsEnabled"); wanted && *wanted != endpoint.privateDnsEnabled) {
    if (*wanted)
      if (auto bad = private_dns_refused(world, call, *of<aws::Vpc>(world, call).find(endpoint.vpcId), service,
                                         endpoint.vpcEndpointId))
        return bad;
    endpoint.privateDnsEnabled = *wanted;
  }
  if (const std::string record = call.in.path("DnsOptions.DnsRecordIpType").string_or(); !record.empty())
    endpoint.dnsOptions.dnsRecordIpType = record;
  return std::nullopt;
}

std::optional<ApiError> change_interface(World& world, const Call& call, Ec2& ec2, VpcEndpoint& endpoint) {
  const EndpointService& service = *find_endpoint_service(call.region, endpoint.serviceName);
  std::vector<std::string> subnets = endpoint.subnetIdSet;
  for (const std::string& id : call.texts("RemoveSubnetId")) std::erase(subnets, id);
  for (const std::string& id : call.texts("AddSubnetId")) subnets.push_back(id);
  if (auto bad = bad_subnets(world, call, endpoint.vpcId, subnets)) return bad;
  if (auto bad = bad_groups(world, call, endpoint.vpcId, call.texts("AddSecurityGroupId"))) return bad;
  if (auto bad = change_dns(world, call, endpoint, service)) return bad;
  std::vector<std::string> groups;
  for (const auto& group : endpoint.groupSet) groups.push_back(group.groupId);
  for (const std::string& id : call.texts("RemoveSecurityGroupId")) std::erase(groups, id);
  for (const std::string& id : call.texts("AddSecurityGroupId"))
    if (std::find(groups.begin(), groups.end(), id) == groups.end()) groups.push_back(id);
  if (groups.empty())
    return ApiError{400, "InvalidParameter", "An interface endpoint needs at least one security group"};
  endpoint.groupSet = group_identifiers(world, call.region, groups);
  for (const std::string& id : call.texts("RemoveSubnetId")) drop_subnet(world, call.region, ec2, endpoint, id);
  for (const std::string& id : call.texts("AddSubnetId"))
    if (auto bad = add_subnet(world, call, ec2, endpoint, id)) return bad;
  for (const std::string& id : endpoint.networkInterfaceIdSet)
    of<aws::NetworkInterface>(world, call).edit(id)->groupSet = endpoint.groupSet;
  name_it(world, call.region, endpoint, service);
  return std::nullopt;
}

std::optional<ApiError> change_gateway(World& world, const Call& call, VpcEndpoint& endpoint) {
  if (auto bad = bad_tables(world, call, endpoint.vpcId, endpoint.prefixListId, call.texts("AddRouteTableId")))
    return bad;
  for (const std::string& id : call.texts("RemoveRouteTableId")) drop_table(world, call.region, endpoint, id);
  for (const std::string& id : call.texts("AddRouteTableId")) add_table(world, call, endpoint, id);
  return std::nullopt;
}

ApiResult modify_endpoint(World& world, Call& call, Ec2& ec2) {
  VpcEndpoint* endpoint = of<VpcEndpoint>(world, call).edit(call.text("VpcEndpointId"));
  if (!endpoint) return tl::unexpected<ApiError>(no_endpoint(call.text("VpcEndpointId")));
  if (endpoint->state == "deleting")
    return refuse("InvalidState", "The VPC endpoint " + endpoint->vpcEndpointId + " is being deleted");
  if (const std::string policy = call.text("PolicyDocument"); !policy.empty())
    if (auto bad = bad_policy(policy)) return tl::unexpected<ApiError>(*bad);
  auto bad =
      is_interface(*endpoint) ? change_interface(world, call, ec2, *endpoint) : change_gateway(world, call, *endpoint);
  if (bad) return tl::unexpected<ApiError>(*bad);
  if (const std::string policy = call.text("PolicyDocument"); !policy.empty()) endpoint->policyDocument = policy;
  if (call.flag("ResetPolicy").value_or(false)) endpoint->policyDocument = kFullAccess;
  return yes();
}

ApiResult delete_endpoints(World& world, Call& call) {
  Json::Array failed;
  for (const std::string& id : call.texts("VpcEndpointId")) {
    VpcEndpoint* endpoint = of<VpcEndpoint>(world, call).edit(id);
    if (!endpoint) {
      const ApiError error = no_endpoint(id);
      failed.push_back(Json::object(
          {{"error", Json::object({{"code", error.code}, {"message", error.message}})}, {"resourceId", id}}));
      continue;
    }
    if (endpoint->state == "deleting") continue;
    endpoint->state = "deleting";
    for (const std::string& table : std::vector<std::string>(endpoint->routeTableIdSet))
      drop_table(world, call.region, *endpoint, table);
    later(world, call.region, is_interface(*endpoint) ? kDeleteTime : kGatewayTime, "ec2.vpc-endpoint-gone", id);
  }
  return Json::object({{"unsuccessful", std::move(failed)}});
}

}  // namespace

void install_endpoint_services(Front& front);

void install_endpoints(Front& front, World& world, Ec2& ec2) {
  front.operation("ec2", "CreateVpcEndpoint", [&ec2](World& w, Call& call) { return create_endpoint(w, call, ec2); });
  front.operation("ec2", "ModifyVpcEndpoint", [&ec2](World& w, Call& call) { return modify_endpoint(w, call, ec2); });
  front.operation("ec2", "DescribeVpcEndpoints", [](World& w, Call& call) { return describe(w, call, kEndpoints); });
  front.operation("ec2", "DeleteVpcEndpoints", delete_endpoints);
  install_endpoint_services(front);
  world.clock().handle("ec2.vpc-endpoint-available", [](World& w, const Json& x) {
    auto& table = w.table<VpcEndpoint>(x.at("region").string_or());
    const VpcEndpoint* endpoint = table.find(x.at("id").string_or());
    if (!endpoint || endpoint->state != "pending") return;
    VpcEndpoint& row = *table.edit(endpoint->vpcEndpointId);
    row.state = "available";
    for (aws::DnsEntry& entry : row.dnsEntrySet)
      if (entry.hostedZoneId == "ZONEIDPENDING") entry.hostedZoneId = "Z0" + w.new_base32(18);
  });
  world.clock().handle("ec2.vpc-endpoint-gone", [&ec2](World& w, const Json& x) {
    const std::string region = x.at("region").string_or();
    const VpcEndpoint* endpoint = w.table<VpcEndpoint>(region).find(x.at("id").string_or());
    if (!endpoint) return;
    for (const std::string& eni : endpoint->networkInterfaceIdSet) ec2.delete_interface(region, eni);
    w.table<VpcEndpoint>(region).erase(x.at("id").string_or());
  });
}

}  // namespace drydock::twin::ec2

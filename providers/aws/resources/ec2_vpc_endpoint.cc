// aws:ec2/vpcEndpoint:VpcEndpoint: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
// and the three resources that manage a part of an endpoint.
#include <algorithm>

#include "base/hash.h"
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

Aws<Json> describe_endpoint(Operation& op, const std::string& id) {
  auto endpoint = describe(op, "DescribeVpcEndpoints", "VpcEndpointId", id, "vpcEndpointSet");
  if (!endpoint || endpoint->is_null()) return endpoint;
  const std::string state = text(*endpoint, "state");  // comes in varying letter case
  if (state == "deleted" || state == "deleting" || state == "Deleted" || state == "Deleting") return Json();
  return endpoint;
}

Aws<void> wait_available(Operation& op, const std::string& id) {
  return op.wait(
      id + " to become available", op.timeout_or(minutes(10)),
      [&]() -> Aws<Poll> {
        auto now = describe(op, "DescribeVpcEndpoints", "VpcEndpointId", id, "vpcEndpointSet");
        if (!now) return up(now);
        std::string state = text(*now, "state");
        std::transform(state.begin(), state.end(), state.begin(), [](unsigned char c) { return std::tolower(c); });
        if (state == "failed" || state == "rejected" || state == "expired")
          return no(ErrorCode::unavailable,
                    "its state became '" + state + "': " + now->path("lastError.message").string_or(),
                    now->path("lastError.code").string_or());
        return Poll{state == "available" || state == "pendingacceptance", state};
      },
      seconds(5));
}

Json dns_options(const Json& in) {
  const Json& from = in.at("dnsOptions");
  if (!from.is_object()) return {};
  Json out = Json::object();
  put(out, "DnsRecordIpType", from.at("dnsRecordIpType"));
  put(out, "PrivateDnsOnlyForInboundResolverEndpoint", from.at("privateDnsOnlyForInboundResolverEndpoint"));
  put(out, "PrivateDnsPreference", from.at("privateDnsPreference"));
  put(out, "PrivateDnsSpecifiedDomain", from.at("privateDnsSpecifiedDomains"));
  return out;
}

Json subnet_configurations(const Json& in) {
  Json::Array out;
  for (const Json& one : items(in.at("subnetConfigurations"))) {
    Json entry = Json::object();
    put(entry, "SubnetId", one.at("subnetId"));
    put(entry, "Ipv4", one.at("ipv4"));
    put(entry, "Ipv6", one.at("ipv6"));
    out.push_back(std::move(entry));
  }
  return out;
}

Aws<void> accept(Operation& op, const std::string& id, const std::string& service) {
  auto found = op.ec2("DescribeVpcEndpointServiceConfigurations",
                      Json::object({{"Filter", filters({{"service-name", service}})}}));
  if (!found) return up(found);
  const std::string service_id = found->path("serviceConfigurationSet.0.serviceId").string_or();
  TRY_AWS(op.ec2("AcceptVpcEndpointConnections",
                 Json::object({{"ServiceId", service_id}, {"VpcEndpointId", Json::array({id})}})));
  return {};
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made =
      op.ec2("CreateVpcEndpoint", Json::object({{"VpcId", text(in, "vpcId")},
                                                {"ServiceName", text(in, "serviceName")},
                                                {"ServiceRegion", text(in, "serviceRegion")},
                                                {"VpcEndpointType", text(in, "vpcEndpointType")},
                                                {"ResourceConfigurationArn", text(in, "resourceConfigurationArn")},
                                                {"ServiceNetworkArn", text(in, "serviceNetworkArn")},
                                                {"PrivateDnsEnabled", in.at("privateDnsEnabled").bool_or(false)},
                                                {"PolicyDocument", text(in, "policy")},
                                                {"RouteTableId", in.at("routeTableIds")},
                                                {"SubnetId", in.at("subnetIds")},
                                                {"SecurityGroupId", in.at("securityGroupIds")},
                                                {"IpAddressType", text(in, "ipAddressType")},
                                                {"DnsOptions", dns_options(in)},
                                                {"SubnetConfiguration", subnet_configurations(in)},
                                                {"ClientToken", Operation::token()},
                                                {"TagSpecification", tag_specification("vpc-endpoint", in)}}));
  if (!made) return up(made);
  id = made->path("vpcEndpoint.vpcEndpointId").string_or();
  if (in.at("autoAccept").bool_or(false) && made->path("vpcEndpoint.state").string_or() == "pendingAcceptance")
    TRY_AWS(accept(op, id, text(in, "serviceName")));
  return wait_available(op, id);
}

Aws<void> add_prefix_list(Operation& op, Json& out) {
  auto lists = op.ec2("DescribePrefixLists",
                      Json::object({{"Filter", filters({{"prefix-list-name", text(out, "serviceName")}})}}));
  if (!lists) return up(lists);
  const Json& list = lists->at("prefixListSet").item(0);
  put(out, "prefixListId", list.at("prefixListId"));
  out["cidrBlocks"] = Json(items(list.at("cidrSet")));
  return {};
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto endpoint = describe_endpoint(op, id);
  if (!endpoint || endpoint->is_null()) return endpoint;
  Json out;
  for (const char* name :
       {"vpcId", "serviceName", "serviceRegion", "vpcEndpointType", "ownerId", "ipAddressType", "state"})
    put(out, name, endpoint->at(name));
  put(out, "policy", endpoint->at("policyDocument"));
  out["arn"] = ec2_arn(op, text(*endpoint, "ownerId"), "vpc-endpoint/" + id);
  out["privateDnsEnabled"] = flag(endpoint->at("privateDnsEnabled"));
  out["requesterManaged"] = flag(endpoint->at("requesterManaged"));
  out["routeTableIds"] = Json(items(endpoint->at("routeTableIdSet")));
  out["subnetIds"] = Json(items(endpoint->at("subnetIdSet")));
  out["networkInterfaceIds"] = Json(items(endpoint->at("networkInterfaceIdSet")));
  out["securityGroupIds"] = pluck(endpoint->at("groupSet"), "groupId");
  out["dnsEntries"] = Json::array();
  for (const Json& entry : items(endpoint->at("dnsEntrySet"))) {
    Json one = Json::object();
    one["dnsName"] = text(entry, "dnsName");
    one["hostedZoneId"] = text(entry, "hostedZoneId");
    out["dnsEntries"].push_back(std::move(one));
  }
  out["tagsAll"] = tag_map(endpoint->at("tagSet"));
  if (text(out, "vpcEndpointType") == "Gateway") TRY_AWS(add_prefix_list(op, out));
  return out;
}

Aws<void> modify(Operation& op, const std::string& id, Json call) {
  call["VpcEndpointId"] = id;
  TRY_AWS(op.ec2("ModifyVpcEndpoint", call));
  return wait_available(op, id);
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  Json call = Json::object();
  auto lists = [&](const char* property, const char* add, const char* take) {
    if (!in.has(property) && !old.has(property)) return;
    const ListChange change = list_change(old.at(property), in.at(property));
    if (!change.added.empty()) call[add] = change.added;
    if (!change.removed.empty()) call[take] = change.removed;
  };
  lists("routeTableIds", "AddRouteTableId", "RemoveRouteTableId");
  lists("subnetIds", "AddSubnetId", "RemoveSubnetId");
  lists("securityGroupIds", "AddSecurityGroupId", "RemoveSecurityGroupId");
  if (changed(old, in, "policy")) {
    if (text(in, "policy").empty())
      call["ResetPolicy"] = true;
    else
      call["PolicyDocument"] = text(in, "policy");
  }
  if (changed(old, in, "privateDnsEnabled")) call["PrivateDnsEnabled"] = in.at("privateDnsEnabled").bool_or(false);
  if (changed(old, in, "dnsOptions")) call["DnsOptions"] = dns_options(in);
  if (changed(old, in, "ipAddressType")) call["IpAddressType"] = text(in, "ipAddressType");
  if (changed(old, in, "subnetConfigurations")) call["SubnetConfiguration"] = subnet_configurations(in);
  if (call.size() == 0) return {};
  return modify(op, id, std::move(call));
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  auto reply = op.ec2("DeleteVpcEndpoints", Json::object({{"VpcEndpointId", Json::array({id})}}));
  TRY_AWS(fine_if_gone(reply));
  if (reply)
    for (const Json& failed : items(reply->at("unsuccessful"))) {  // says no with HTTP 200
      AwsError error{failed.path("error.code").string_or(),
                     failed.path("error.message").string_or(),
                     text(*reply, "requestId"),
                     "ec2 DeleteVpcEndpoints",
                     200,
                     ErrorCode::conflict};
      if (!not_found(error)) return tl::unexpected(std::move(error));
    }
  // Until its interfaces are gone: what comes next are their subnets and groups.
  return op.wait(
      id + " to go", op.timeout_or(minutes(10)),
      [&]() -> Aws<Poll> {
        auto now = describe(op, "DescribeVpcEndpoints", "VpcEndpointId", id, "vpcEndpointSet");
        if (!now) return up(now);
        const std::string state = text(*now, "state");
        return Poll{now->is_null() || state == "deleted" || state == "Deleted", state};
      },
      seconds(5));
}

// Private DNS is switched in place only on interface endpoints.
bool replaces(std::string_view path, const Json&, const Json& in, bool by_schema) {
  if (path == "privateDnsEnabled") return text(in, "vpcEndpointType") != "Interface";
  return by_schema;
}

// --- Parts of an endpoint.

std::string part_id(const Json& in, const char* part) {
  return "a-" + text(in, "vpcEndpointId") + hex(sha256(text(in, part))).substr(0, 10);
}

bool has(const Json& list, const std::string& what) {
  return std::find(items(list).begin(), items(list).end(), Json(what)) != items(list).end();
}

struct Part {
  const char *property, *add, *take, *shown;
};
constexpr Part kTablePart{"routeTableId", "AddRouteTableId", "RemoveRouteTableId", "routeTableIdSet"};
constexpr Part kSubnetPart{"subnetId", "AddSubnetId", "RemoveSubnetId", "subnetIdSet"};

template <const Part& P>
Aws<void> create_part(Operation& op, const Json& in, std::string& id) {
  TRY_AWS(modify(op, text(in, "vpcEndpointId"), Json::object({{P.add, Json::array({text(in, P.property)})}})));
  id = part_id(in, P.property);
  return {};
}
// Import: ENDPOINT/TABLE or ENDPOINT/SUBNET.
template <const Part& P>
Aws<Json> read_part(Operation& op, std::string& id, const Json& known) {
  Json out = known;
  if (const std::size_t slash = id.find('/'); slash != id.npos)
    out = Json::object({{"vpcEndpointId", id.substr(0, slash)}, {P.property, id.substr(slash + 1)}});
  auto endpoint = describe_endpoint(op, text(out, "vpcEndpointId"));
  if (!endpoint || endpoint->is_null()) return endpoint;
  if (!has(endpoint->at(P.shown), text(out, P.property))) return Json();
  id = part_id(out, P.property);
  return out;
}
template <const Part& P>
Aws<void> remove_part(Operation& op, const std::string&, const Json& known) {
  return fine_if_gone(
      modify(op, text(known, "vpcEndpointId"), Json::object({{P.take, Json::array({text(known, P.property)})}})));
}

Aws<void> set_policy(Operation& op, const std::string& id, const std::string& policy) {
  return modify(op, id,
                policy.empty() ? Json::object({{"ResetPolicy", true}}) : Json::object({{"PolicyDocument", policy}}));
}
Aws<void> create_policy(Operation& op, const Json& in, std::string& id) {
  id = text(in, "vpcEndpointId");
  return set_policy(op, id, text(in, "policy"));
}
Aws<Json> read_policy(Operation& op, std::string& id, const Json&) {
  auto endpoint = describe_endpoint(op, id);
  if (!endpoint || endpoint->is_null()) return endpoint;
  return Json::object({{"vpcEndpointId", id}, {"policy", text(*endpoint, "policyDocument")}});
}
Aws<void> update_policy(Operation& op, std::string& id, const Json&, const Json& in, const Json&) {
  return set_policy(op, id, text(in, "policy"));
}
Aws<void> remove_policy(Operation& op, const std::string& id, const Json&) {
  return fine_if_gone(set_policy(op, id, ""));
}

}  // namespace

extern const ResourceType kVpcEndpoint, kVpcEndpointPolicy, kVpcEndpointRouteTableAssociation,
    kVpcEndpointSubnetAssociation;
const ResourceType kVpcEndpoint = {.token = "aws:ec2/vpcEndpoint:VpcEndpoint",
                                   .sets = {"routeTableIds", "subnetIds", "securityGroupIds", "subnetConfigurations"},
                                   .policies = {"policy"},
                                   .create = create,
                                   .read = read,
                                   .update = update,
                                   .retag = retag_ec2,
                                   .remove = remove,
                                   .replaces = replaces};
const ResourceType kVpcEndpointPolicy = {.token = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",
                                         .policies = {"policy"},
                                         .create = create_policy,
                                         .read = read_policy,
                                         .update = update_policy,
                                         .remove = remove_policy};
const ResourceType kVpcEndpointRouteTableAssociation = {
    .token = "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
    .create = create_part<kTablePart>,
    .read = read_part<kTablePart>,
    .remove = remove_part<kTablePart>};
const ResourceType kVpcEndpointSubnetAssociation = {
    .token = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",
    .create = create_part<kSubnetPart>,
    .read = read_part<kSubnetPart>,
    .remove = remove_part<kSubnetPart>};

}  // namespace drydock::aws_provider

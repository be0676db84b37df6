// VPC endpoints, in one resource or in several.
#include <algorithm>

#include "readers/terraform/handlers.h"

namespace drydock::readers::terraform {
namespace {

using cloud::Ref;

aws::VpcEndpoint* endpoint_of(Context& c, const Block& b) {
  return c.noun(c.world.vpc_endpoints, c.id(b, "vpc_endpoint_id", Kind::endpoint, {}));
}

void endpoint(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::VpcEndpoint x;
  x.vpcEndpointId = c.id_of(r);
  const Ref ref = cloud::ref_of(x);
  x.vpcEndpointType = c.text(b, "vpc_endpoint_type", {ref, "vpcEndpointType"}, "Gateway");
  x.vpcId = c.id(b, "vpc_id", Kind::vpc, {ref, "vpcId"});
  x.serviceName = c.text(b, "service_name", {ref, "serviceName"});
  x.state = b.at("state").string_or("available");
  x.policyDocument = c.policy(b, "policy", {ref, "policyDocument"});
  x.ownerId = c.world.account;
  // Attributes of the other type are computed, and so unknown without meaning anything.
  const bool gateway = x.vpcEndpointType == "Gateway";
  if (gateway) x.routeTableIdSet = c.ids(b, "route_table_ids", Kind::route_table, {ref, "routeTableIdSet"});
  if (!gateway) x.subnetIdSet = c.ids(b, "subnet_ids", Kind::subnet, {ref, "subnetIdSet"});
  for (const Block& subnet : b.blocks("subnet_configuration"))
    if (const std::string id = c.id(subnet, "subnet_id", Kind::subnet, {ref, "subnetIdSet"});
        !id.empty() && std::find(x.subnetIdSet.begin(), x.subnetIdSet.end(), id) == x.subnetIdSet.end())
      x.subnetIdSet.push_back(id);
  if (!gateway)
    for (const std::string& group : c.ids(b, "security_group_ids", Kind::security_group, {ref, "groupSet"}))
      x.groupSet.push_back({group, ""});
  // Without a group an interface endpoint takes the VPC's own.
  if (x.vpcEndpointType == "Interface" && x.groupSet.empty() && !b.is_unknown("security_group_ids") && !x.vpcId.empty())
    x.groupSet.push_back({c.derived(x.vpcId, "default_security_group_id"), "default"});
  x.privateDnsEnabled = c.flag(b, "private_dns_enabled", {}, false);
  x.ipAddressType = c.text(b, "ip_address_type", {}, "ipv4");
  const Block dns = b.block("dns_options");
  x.dnsOptions.dnsRecordIpType = c.text(dns, "dns_record_ip_type", {}, "ipv4");
  if (dns.has("private_dns_only_for_inbound_resolver_endpoint"))
    x.dnsOptions.privateDnsOnlyForInboundResolverEndpoint =
        c.flag(dns, "private_dns_only_for_inbound_resolver_endpoint", {}, false);
  if (b.has("prefix_list_id")) x.prefixListId = b.at("prefix_list_id").string_or();
  x.tagSet = tags(c, b);
  c.world.vpc_endpoints.push_back(std::move(x));
  c.stands(r, ref);
  if (r.data) c.note_unknown({ref, cloud::kAllOfIt}, r.address);
}

void route_table_association(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::VpcEndpoint* x = endpoint_of(c, b);
  if (!x) return c.homeless(r, "vpc_endpoint_id");
  const Ref ref = cloud::ref_of(*x);
  const std::string table = c.id(b, "route_table_id", Kind::route_table, {ref, "routeTableIdSet"});
  if (table.empty()) return;
  x->routeTableIdSet.push_back(table);
  c.adds(r, ref, "routeTableIdSet", table);
}

void subnet_association(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::VpcEndpoint* x = endpoint_of(c, b);
  if (!x) return c.homeless(r, "vpc_endpoint_id");
  const Ref ref = cloud::ref_of(*x);
  const std::string subnet = c.id(b, "subnet_id", Kind::subnet, {ref, "subnetIdSet"});
  if (subnet.empty()) return;
  x->subnetIdSet.push_back(subnet);
  c.adds(r, ref, "subnetIdSet", subnet);
}

void group_association(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::VpcEndpoint* x = endpoint_of(c, b);
  if (!x) return c.homeless(r, "vpc_endpoint_id");
  const Ref ref = cloud::ref_of(*x);
  const std::string group = c.id(b, "security_group_id", Kind::security_group, {ref, "groupSet"});
  if (group.empty()) return;
  if (c.flag(b, "replace_default_association", {}, false))
    std::erase_if(x->groupSet, [](const aws::GroupIdentifier& g) { return g.groupName == "default"; });
  x->groupSet.push_back({group, ""});
  c.adds(r, ref, "groupSet", fields::encode(x->groupSet.back()));
}

void endpoint_policy(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::VpcEndpoint* x = endpoint_of(c, b);
  if (!x) return c.homeless(r, "vpc_endpoint_id");
  const Ref ref = cloud::ref_of(*x);
  x->policyDocument = c.policy(b, "policy", {ref, "policyDocument"});
  c.adds(r, ref, "policyDocument", x->policyDocument);
}

}  // namespace

std::vector<Handler> endpoint_handlers() {
  return {{"aws_vpc_endpoint", endpoint},
          {"data.aws_vpc_endpoint", endpoint},
          {"aws_vpc_endpoint_policy", endpoint_policy},
          {"aws_vpc_endpoint_route_table_association", route_table_association},
          {"aws_vpc_endpoint_subnet_association", subnet_association},
          {"aws_vpc_endpoint_security_group_association", group_association}};
}

}  // namespace drydock::readers::terraform

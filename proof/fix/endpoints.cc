// Endpoints that are missing, or do not answer for their name.
#include <fmt/format.h>

#include <set>

#include "cloud/aws/endpoint_services.h"
#include "cloud/eks/registries.h"
#include "proof/fix/draft.h"

namespace drydock::proof {
namespace {

/// Private DNS needs both attributes of the VPC.
void want_names(const Draft& draft, const std::string& vpc_id, Edits& edits) {
  const aws::Vpc* vpc = cloud::find(draft.world().vpcs, vpc_id);
  if (vpc && !vpc->enableDnsSupport) edits.push_back(set(cloud::ref_of(*vpc), "enableDnsSupport", true));
  if (vpc && !vpc->enableDnsHostnames) edits.push_back(set(cloud::ref_of(*vpc), "enableDnsHostnames", true));
}

/// At most one subnet a zone; what a planned subnet's zone is may not be known, then each is taken for one of its own.
Json one_subnet_a_zone(const Draft& draft) {
  Json out = Json(Json::Array{});
  std::set<std::string> zones;
  for (const std::string& id : draft.need().subnets) {
    const aws::Subnet* subnet = cloud::find(draft.world().subnets, id);
    if (subnet && !subnet->availabilityZone.empty() && !zones.insert(subnet->availabilityZone).second) continue;
    out.push_back(id);
  }
  return out;
}

void offer_interface(const Draft& draft, const aws::EndpointService& service) {
  const Need& need = draft.need();
  aws::SecurityGroup group;
  group.groupId = group.groupName = new_id(draft.world().security_groups, fmt::format("endpoint-{}", service.service));
  group.groupDescription = fmt::format("HTTPS from the nodes to the endpoint for {}", service.service);
  group.vpcId = need.vpc;
  aws::VpcEndpoint endpoint;
  endpoint.vpcEndpointId = new_id(draft.world().vpc_endpoints, service.service);
  endpoint.vpcEndpointType = "Interface";
  endpoint.vpcId = need.vpc;
  endpoint.serviceName = service.name;
  endpoint.state = "available";
  endpoint.privateDnsEnabled = true;
  endpoint.groupSet = {{group.groupId, group.groupName}};
  fields::decode(one_subnet_a_zone(draft), endpoint.subnetIdSet);

  Edits edits = {create(endpoint), create(group)};
  for (const std::string& from : need.groups) edits.push_back(create(rule_for(group.groupId, false, from, 443)));
  want_names(draft, need.vpc, edits);
  draft.offer(fmt::format("add an interface endpoint for {} with private DNS in the nodes' subnets, with a security "
                          "group that admits 443 from the nodes",
                          service.service),
              std::move(edits));
}

/// ECR's layers are signed by a role of AWS's own, so the policy cannot name the account's principals.
std::string layers_only(const Draft& draft) {
  Json statement =
      allow({"s3:GetObject"},
            {fmt::format("arn:{}:s3:::{}/*", draft.world().partition, eks::layer_bucket(draft.world().region))});
  statement["Principal"] = "*";
  return Json::object({{"Version", "2012-10-17"}, {"Statement", Json::array({statement})}}).dump();
}

void offer_gateway(const Draft& draft, const aws::EndpointService& service) {
  const Need& need = draft.need();
  aws::VpcEndpoint endpoint;
  endpoint.vpcEndpointId = new_id(draft.world().vpc_endpoints, service.service);
  endpoint.vpcId = need.vpc;
  endpoint.serviceName = service.name;
  endpoint.state = "available";
  if (service.service == "s3") endpoint.policyDocument = layers_only(draft);
  for (const std::string& id : need.subnets)
    if (const aws::Subnet* subnet = draft.view.network().subnet(id))
      if (const aws::RouteTable* table = draft.view.network().route_table(*subnet))
        if (std::find(endpoint.routeTableIdSet.begin(), endpoint.routeTableIdSet.end(), table->routeTableId) ==
            endpoint.routeTableIdSet.end())
          endpoint.routeTableIdSet.push_back(table->routeTableId);
  draft.offer(fmt::format("add a gateway endpoint for {} on the route tables of the nodes' subnets", service.service),
              {create(endpoint)});
}

void offer_endpoint(const Draft& draft) {
  const std::string& region = draft.world().region;
  for (const aws::EndpointService& service : aws::endpoint_services(region)) {
    if (service.service != draft.need().service) continue;
    if (service.gateway) return offer_gateway(draft, service);  // costs nothing, and needs no name
    return offer_interface(draft, service);
  }
}

void offer_private_dns(const Draft& draft, const aws::VpcEndpoint& endpoint) {
  Edits edits;
  if (draft.where().field == "dnsOptions") {
    edits.push_back(set(draft.where().noun, "dnsOptions.privateDnsOnlyForInboundResolverEndpoint", false));
    return draft.offer(fmt::format("let private DNS of {} answer the VPC, too", endpoint.vpcEndpointId),
                       std::move(edits));
  }
  edits.push_back(set(draft.where().noun, "privateDnsEnabled", true));
  want_names(draft, endpoint.vpcId, edits);
  draft.offer(fmt::format("turn private DNS of {} on", endpoint.vpcEndpointId), std::move(edits));
}

}  // namespace

void fix_endpoints(const Draft& draft) {
  if (draft.code() == "endpoint.missing" || draft.code() == "route.none") offer_endpoint(draft);
  const auto* endpoint = draft.blamed(draft.world().vpc_endpoints);
  if (!endpoint) return;
  if (draft.code() == "endpoint.private-dns") offer_private_dns(draft, *endpoint);
  if (draft.code() == "s3.route-table" && !draft.need().table.empty())
    draft.offer(fmt::format("add {} to the route tables of {}", draft.need().table, endpoint->vpcEndpointId),
                {add(draft.where().noun, "routeTableIdSet", draft.need().table)});
}

}  // namespace drydock::proof

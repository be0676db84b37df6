// Endpoints that AWS does not make beside one another.
#include <fmt/format.h>

#include <map>

#include "cloud/aws/service_names.h"
#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

void report(const Walk& walk, const aws::VpcEndpoint& first, const aws::VpcEndpoint& second, std::string why,
            std::string words) {
  Problem p = walk.problem("endpoint.conflict", "", Fault::denied);
  p.finding.where = {cloud::ref_of(second), ""};
  p.finding.message =
      fmt::format("endpoint {} cannot be made beside {}: {}", second.vpcEndpointId, first.vpcEndpointId, why);
  p.finding.evidence.push_back({first.vpcEndpointId, why});
  p.finding.symptom = {std::move(words), "when the endpoint is made"};
  p.need.vpc = second.vpcId;
  walk.out.add(std::move(p));
}

}  // namespace

void check_conflicts(const Walk& walk) {
  if (walk.group.subnets.empty()) return;
  const std::string vpc = walk.vpc_of(walk.group.subnets.front());
  std::map<std::string, const aws::VpcEndpoint*> holder;  // of a route table's entry, or of a private name
  for (const aws::VpcEndpoint* e : walk.view.network().endpoints_in(vpc)) {
    if (e->state != "available") continue;
    const std::string service = aws::service_of(e->serviceName, walk.view.world().region);
    if (e->vpcEndpointType == "Gateway") {
      for (const std::string& table : e->routeTableIdSet)
        if (const auto [it, fresh] = holder.try_emplace(table + "/" + service, e); !fresh)
          report(walk, *it->second, *e, fmt::format("{} has a route to {} already", table, service),
                 fmt::format("RouteAlreadyExists: route table {} already has a route with destination-prefix-list-id",
                             table));
    } else if (e->vpcEndpointType == "Interface" && e->privateDnsEnabled) {
      if (const auto [it, fresh] = holder.try_emplace("/" + service, e); !fresh)
        report(walk, *it->second, *e, fmt::format("both claim the private names of {} in {}", service, vpc),
               fmt::format("InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting "
                           "DNS domain for {} in the VPC {}",
                           service, vpc));
    }
  }
}

}  // namespace drydock::proof

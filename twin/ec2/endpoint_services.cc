#include "cloud/aws/endpoint_services.h"

#include <algorithm>

#include "base/hash.h"
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

using aws::endpoint_services, aws::EndpointService, aws::find_endpoint_service;

namespace {

Json detail_of(const std::string& region, const EndpointService& service, bool gateway) {
  Json::Array zones, names;
  for (const Availability& zone : zones_of(region)) zones.push_back(zone.name);
  for (const std::string& name : service.private_names) names.push_back(Json::object({{"privateDnsName", name}}));
  Json out =
      Json::object({{"serviceName", service.name},
                    {"serviceId", "vpce-svc-0" + hex(sha256(service.name)).substr(0, 16)},
                    {"owner", "amazon"},
                    {"acceptanceRequired", false},
                    {"managesVpcEndpoints", false},
                    {"vpcEndpointPolicySupported", true},
                    {"availabilityZoneSet", std::move(zones)},
                    {"baseEndpointDnsNameSet", Json::array({service.service + "." + region + ".vpce.amazonaws.com"})},
                    {"supportedIpAddressTypeSet", Json::array({"ipv4"})},
                    {"tagSet", Json::array()}});
  out["serviceType"] = Json::array({Json::object({{"serviceType", gateway ? "Gateway" : "Interface"}})});
  if (!gateway) {
    out["privateDnsName"] = service.private_names.front();
    out["privateDnsNameSet"] = std::move(names);
    out["privateDnsNameVerificationState"] = "verified";
  }
  return out;
}

ApiResult describe_services(World&, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  const std::vector<std::string> wanted = call.texts("ServiceName");
  for (const std::string& name : wanted)
    if (!find_endpoint_service(call.region, name))
      return refuse("InvalidServiceName", "The Vpc Endpoint Service '" + name + "' does not exist");
  Json::Array names, details;
  for (const EndpointService& service : endpoint_services(call.region)) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), service.name) == wanted.end()) continue;
    for (bool gateway : {true, false}) {
      if (gateway ? !service.gateway : !service.interface) continue;
      bool keep = true;
      for (const Filter& filter : *filters) {
        Values values;
        if (filter.name == "service-name") values = {{service.name}};
        if (filter.name == "service-type") values = {{gateway ? "Gateway" : "Interface"}};
        if (filter.name == "owner") values = {{"amazon"}};
        if (filter.name == "supported-ip-address-types") values = {{"ipv4"}};
        if (filter.name.starts_with("tag")) values = tag_values({}, filter.name);
        if (!values) return refuse("InvalidParameterValue", "The filter '" + filter.name + "' is invalid");
        keep = keep && any_match(filter, *values);
      }
      if (!keep) continue;
      if (names.empty() || names.back().as_string() != service.name) names.push_back(service.name);
      details.push_back(detail_of(call.region, service, gateway));
    }
  }
  return Json::object({{"serviceNameSet", std::move(names)}, {"serviceDetailSet", std::move(details)}});
}

const Description<aws::PrefixList> kLists{
    "prefixListSet",
    "PrefixListId",
    "InvalidPrefixListID.NotFound",
    "prefix list ID",
    [](World&, const Call&, const aws::PrefixList& list, std::string_view name) -> Values {
      if (name == "prefix-list-id") return {{list.prefixListId}};
      if (name == "prefix-list-name") return {{list.prefixListName}};
      if (name == "owner-id") return {{list.ownerId}};
      return std::nullopt;
    },
    [](World&, const Call&, const aws::PrefixList& list) { return rendered(list); }};

Json managed_list(const Call& call, const aws::PrefixList& list) {
  return Json::object({{"prefixListId", list.prefixListId},
                       {"prefixListName", list.prefixListName},
                       {"prefixListArn", "arn:aws:ec2:" + call.region + ":aws:prefix-list/" + list.prefixListId},
                       {"addressFamily", "IPv4"},
                       {"state", "create-complete"},
                       {"ownerId", list.ownerId},
                       {"tagSet", Json::array()}});
}

const Description<aws::PrefixList> kManaged{
    "prefixListSet",
    "PrefixListId",
    "InvalidPrefixListID.NotFound",
    "prefix list ID",
    kLists.values,
    [](World&, const Call& call, const aws::PrefixList& list) { return managed_list(call, list); }};

ApiResult list_entries(World& world, Call& call) {
  const auto* list = of<aws::PrefixList>(world, call).find(call.text("PrefixListId"));
  if (!list)
    return tl::unexpected<ApiError>(
        no_such("InvalidPrefixListID.NotFound", "prefix list ID", call.text("PrefixListId")));
  Json::Array entries;
  for (const std::string& cidr : list->cidrSet) entries.push_back(Json::object({{"cidr", cidr}}));
  return Json::object({{"entrySet", std::move(entries)}});
}

}  // namespace

void install_endpoint_services(Front& front) {
  front.operation("ec2", "DescribeVpcEndpointServices", describe_services);
  front.operation("ec2", "DescribePrefixLists", [](World& w, Call& call) { return describe(w, call, kLists); });
  front.operation("ec2", "DescribeManagedPrefixLists",
                  [](World& w, Call& call) { return describe(w, call, kManaged); });
  front.operation("ec2", "GetManagedPrefixListEntries", list_entries);
}

}  // namespace drydock::twin::ec2

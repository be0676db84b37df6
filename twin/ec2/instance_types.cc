#include "cloud/aws/instance_types.h"
#include "cloud/aws/zone_offers.h"

#include "twin/ec2/instances.h"
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

using aws::instance_type, aws::InstanceType;

namespace {

Json render_type(const InstanceType& t) {
  const std::string name = t.name;
  return Json::object({{"instanceType", name},
                       {"currentGeneration", name.find("t2.") != 0},
                       {"hypervisor", name.find("t2.") == 0 ? "xen" : "nitro"},
                       {"bareMetal", false},
                       {"burstablePerformanceSupported", name[0] == 't'},
                       {"supportedUsageClasses", Json::array({"on-demand", "spot"})},
                       {"supportedRootDeviceTypes", Json::array({"ebs"})},
                       {"supportedVirtualizationTypes", Json::array({"hvm"})},
                       {"processorInfo", Json::object({{"supportedArchitectures", Json::array({t.architecture})}})},
                       {"vCpuInfo", Json::object({{"defaultVCpus", t.vcpus}})},
                       {"memoryInfo", Json::object({{"sizeInMiB", t.memory_mib}})},
                       {"networkInfo", Json::object({{"maximumNetworkInterfaces", t.interfaces},
                                                     {"maximumNetworkCards", 1},
                                                     {"defaultNetworkCardIndex", 0},
                                                     {"ipv4AddressesPerInterface", t.addresses},
                                                     {"ipv6AddressesPerInterface", t.addresses},
                                                     {"ipv6Supported", true},
                                                     {"enaSupport", "required"}})}});
}

Values values(const InstanceType& t, std::string_view name) {
  if (name == "instance-type") return {{t.name}};
  if (name == "processor-info.supported-architecture") return {{t.architecture}};
  if (name == "vcpu-info.default-vcpus") return {{std::to_string(t.vcpus)}};
  if (name == "memory-info.size-in-mib") return {{std::to_string(t.memory_mib)}};
  if (name == "current-generation") return {{text_of(std::string_view(t.name).substr(0, 3) != "t2.")}};
  if (name == "supported-usage-class") return {{"on-demand", "spot"}};
  if (name == "supported-virtualization-type") return {{"hvm"}};
  if (name == "bare-metal") return {{"false"}};
  return std::nullopt;
}

tl::expected<bool, ApiError> passes(const std::vector<Filter>& filters,
                                    const std::function<Values(std::string_view)>& of_name) {
  for (const Filter& filter : filters) {
    const Values v = of_name(filter.name);
    if (!v) return refuse("InvalidParameterValue", "The filter '" + filter.name + "' is invalid");
    if (!any_match(filter, *v)) return false;
  }
  return true;
}

ApiResult describe_types(World&, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  auto page = read_page(call);
  if (!page) return tl::unexpected<ApiError>(page.error());
  const std::vector<std::string> names = call.texts("InstanceType");
  for (const std::string& name : names)
    if (!instance_type(name))
      return refuse("InvalidInstanceType", "The following supplied instance types do not exist: [" + name + "]");
  Json::Array items;
  std::string token, last;
  bool skipping = !page->from.empty();
  for (const InstanceType& t : aws::instance_types()) {
    if (skipping) {
      skipping = page->from != t.name;
      continue;
    }
    if (!names.empty() && std::find(names.begin(), names.end(), t.name) == names.end()) continue;
    auto ok = passes(*filters, [&](std::string_view name) { return values(t, name); });
    if (!ok) return tl::unexpected<ApiError>(ok.error());
    if (!*ok) continue;
    if (page->limit && items.size() == page->limit) {
      token = next_token(last);
      break;
    }
    items.push_back(render_type(t));
    last = t.name;
  }
  Json out = Json::object({{"instanceTypeSet", std::move(items)}});
  if (!token.empty()) out["nextToken"] = token;
  return out;
}

/// Every type in every zone, but for those that are known to be missing (cloud/aws/zone_offers.h).
ApiResult describe_offerings(World&, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  const std::string type = call.text("LocationType", "region");
  std::vector<std::string> places;
  if (type == "region") places.push_back(call.region);
  for (const Availability& zone : zones_of(call.region)) {
    if (type == "availability-zone") places.push_back(zone.name);
    if (type == "availability-zone-id") places.push_back(zone.id);
  }
  Json::Array items;
  for (const InstanceType& t : aws::instance_types())
    for (const std::string& place : places) {
      if (type == "availability-zone" && aws::known_not_offered(t.name, place)) continue;
      auto ok = passes(*filters, [&](std::string_view name) -> Values {
        if (name == "instance-type") return {{t.name}};
        if (name == "location") return {{place}};
        return std::nullopt;
      });
      if (!ok) return tl::unexpected<ApiError>(ok.error());
      if (*ok) items.push_back(Json::object({{"instanceType", t.name}, {"locationType", type}, {"location", place}}));
    }
  return Json::object({{"instanceTypeOfferingSet", std::move(items)}});
}

}  // namespace

void install_instance_types(Front& front) {
  front.operation("ec2", "DescribeInstanceTypes", describe_types);
  front.operation("ec2", "DescribeInstanceTypeOfferings", describe_offerings);
}

}  // namespace drydock::twin::ec2

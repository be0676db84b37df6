#include "twin/ec2/instance_types.h"

#include "twin/ec2/instances.h"
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {
namespace {

constexpr InstanceType kTypes[] = {
    {"c5.large", 2, 4096, "x86_64", 3, 10},
    {"c5.xlarge", 4, 8192, "x86_64", 4, 15},
    {"c5.2xlarge", 8, 16384, "x86_64", 4, 15},
    {"c5.4xlarge", 16, 32768, "x86_64", 8, 30},
    {"c5.8xlarge", 32, 65536, "x86_64", 8, 30},
    {"c5.12xlarge", 48, 98304, "x86_64", 8, 30},
    {"c5.16xlarge", 64, 131072, "x86_64", 15, 50},
    {"c5.24xlarge", 96, 196608, "x86_64", 15, 50},
    {"c6g.large", 2, 4096, "arm64", 3, 10},
    {"c6g.xlarge", 4, 8192, "arm64", 4, 15},
    {"c6g.2xlarge", 8, 16384, "arm64", 4, 15},
    {"c6g.4xlarge", 16, 32768, "arm64", 8, 30},
    {"c6g.8xlarge", 32, 65536, "arm64", 8, 30},
    {"c6g.12xlarge", 48, 98304, "arm64", 8, 30},
    {"c6g.16xlarge", 64, 131072, "arm64", 15, 50},
    {"c6i.large", 2, 4096, "x86_64", 3, 10},
    {"c6i.xlarge", 4, 8192, "x86_64", 4, 15},
    {"c6i.2xlarge", 8, 16384, "x86_64", 4, 15},
    {"c6i.4xlarge", 16, 32768, "x86_64", 8, 30},
    {"c6i.8xlarge", 32, 65536, "x86_64", 8, 30},
    {"c6i.12xlarge", 48, 98304, "x86_64", 8, 30},
    {"c6i.16xlarge", 64, 131072, "x86_64", 15, 50},
    {"c6i.24xlarge", 96, 196608, "x86_64", 15, 50},
    {"c7g.large", 2, 4096, "arm64", 3, 10},
    {"c7g.xlarge", 4, 8192, "arm64", 4, 15},
    {"c7g.2xlarge", 8, 16384, "arm64", 4, 15},
    {"c7g.4xlarge", 16, 32768, "arm64", 8, 30},
    {"c7g.8xlarge", 32, 65536, "arm64", 8, 30},
    {"c7g.12xlarge", 48, 98304, "arm64", 8, 30},
    {"c7g.16xlarge", 64, 131072, "arm64", 15, 50},
    {"m5.large", 2, 8192, "x86_64", 3, 10},
    {"m5.xlarge", 4, 16384, "x86_64", 4, 15},
    {"m5.2xlarge", 8, 32768, "x86_64", 4, 15},
    {"m5.4xlarge", 16, 65536, "x86_64", 8, 30},
    {"m5.8xlarge", 32, 131072, "x86_64", 8, 30},
    {"m5.12xlarge", 48, 196608, "x86_64", 8, 30},
    {"m5.16xlarge", 64, 262144, "x86_64", 15, 50},
    {"m5.24xlarge", 96, 393216, "x86_64", 15, 50},
    {"m5a.large", 2, 8192, "x86_64", 3, 10},
    {"m5a.xlarge", 4, 16384, "x86_64", 4, 15},
    {"m5a.2xlarge", 8, 32768, "x86_64", 4, 15},
    {"m5a.4xlarge", 16, 65536, "x86_64", 8, 30},
    {"m5a.8xlarge", 32, 131072, "x86_64", 8, 30},
    {"m5a.12xlarge", 48, 196608, "x86_64", 8, 30},
    {"m5a.16xlarge", 64, 262144, "x86_64", 15, 50},
    {"m5a.24xlarge", 96, 393216, "x86_64", 15, 50},
    {"m6a.large", 2, 8192, "x86_64", 3, 10},
    {"m6a.xlarge", 4, 16384, "x86_64", 4, 15},
    {"m6a.2xlarge", 8, 32768, "x86_64", 4, 15},
    {"m6a.4xlarge", 16, 65536, "x86_64", 8, 30},
    {"m6a.8xlarge", 32, 131072, "x86_64", 8, 30},
    {"m6a.12xlarge", 48, 196608, "x86_64", 8, 30},
    {"m6a.16xlarge", 64, 262144, "x86_64", 15, 50},
    {"m6a.24xlarge", 96, 393216, "x86_64", 15, 50},
    {"m6g.large", 2, 8192, "arm64", 3, 10},
    {"m6g.xlarge", 4, 16384, "arm64", 4, 15},
    {"m6g.2xlarge", 8, 32768, "arm64", 4, 15},
    {"m6g.4xlarge", 16, 65536, "arm64", 8, 30},
    {"m6g.8xlarge", 32, 131072, "arm64", 8, 30},
    {"m6g.12xlarge", 48, 196608, "arm64", 8, 30},
    {"m6g.16xlarge", 64, 262144, "arm64", 15, 50},
    {"m6i.large", 2, 8192, "x86_64", 3, 10},
    {"m6i.xlarge", 4, 16384, "x86_64", 4, 15},
    {"m6i.2xlarge", 8, 32768, "x86_64", 4, 15},
    {"m6i.4xlarge", 16, 65536, "x86_64", 8, 30},
    {"m6i.8xlarge", 32, 131072, "x86_64", 8, 30},
    {"m6i.12xlarge", 48, 196608, "x86_64", 8, 30},
    {"m6i.16xlarge", 64, 262144, "x86_64", 15, 50},
    {"m6i.24xlarge", 96, 393216, "x86_64", 15, 50},
    {"m7g.large", 2, 8192, "arm64", 3, 10},
    {"m7g.xlarge", 4, 16384, "arm64", 4, 15},
    {"m7g.2xlarge", 8, 32768, "arm64", 4, 15},
    {"m7g.4xlarge", 16, 65536, "arm64", 8, 30},
    {"m7g.8xlarge", 32, 131072, "arm64", 8, 30},
    {"m7g.12xlarge", 48, 196608, "arm64", 8, 30},
    {"m7g.16xlarge", 64, 262144, "arm64", 15, 50},
    {"m7i.large", 2, 8192, "x86_64", 3, 10},
    {"m7i.xlarge", 4, 16384, "x86_64", 4, 15},
    {"m7i.2xlarge", 8, 32768, "x86_64", 4, 15},
    {"m7i.4xlarge", 16, 65536, "x86_64", 8, 30},
    {"m7i.8xlarge", 32, 131072, "x86_64", 8, 30},
    {"m7i.12xlarge", 48, 196608, "x86_64", 8, 30},
    {"m7i.16xlarge", 64, 262144, "x86_64", 15, 50},
    {"m7i.24xlarge", 96, 393216, "x86_64", 15, 50},
    {"r5.large", 2, 16384, "x86_64", 3, 10},
    {"r5.xlarge", 4, 32768, "x86_64", 4, 15},
    {"r5.2xlarge", 8, 65536, "x86_64", 4, 15},
    {"r5.4xlarge", 16, 131072, "x86_64", 8, 30},
    {"r5.8xlarge", 32, 262144, "x86_64", 8, 30},
    {"r5.12xlarge", 48, 393216, "x86_64", 8, 30},
    {"r5.16xlarge", 64, 524288, "x86_64", 15, 50},
    {"r5.24xlarge", 96, 786432, "x86_64", 15, 50},
    {"r6g.large", 2, 16384, "arm64", 3, 10},
    {"r6g.xlarge", 4, 32768, "arm64", 4, 15},
    {"r6g.2xlarge", 8, 65536, "arm64", 4, 15},
    {"r6g.4xlarge", 16, 131072, "arm64", 8, 30},
    {"r6g.8xlarge", 32, 262144, "arm64", 8, 30},
    {"r6g.12xlarge", 48, 393216, "arm64", 8, 30},
    {"r6g.16xlarge", 64, 524288, "arm64", 15, 50},
    {"r6i.large", 2, 16384, "x86_64", 3, 10},
    {"r6i.xlarge", 4, 32768, "x86_64", 4, 15},
    {"r6i.2xlarge", 8, 65536, "x86_64", 4, 15},
    {"r6i.4xlarge", 16, 131072, "x86_64", 8, 30},
    {"r6i.8xlarge", 32, 262144, "x86_64", 8, 30},
    {"r6i.12xlarge", 48, 393216, "x86_64", 8, 30},
    {"r6i.16xlarge", 64, 524288, "x86_64", 15, 50},
    {"r6i.24xlarge", 96, 786432, "x86_64", 15, 50},
    {"t2.nano", 1, 512, "x86_64", 2, 2},
    {"t2.micro", 1, 1024, "x86_64", 2, 2},
    {"t2.small", 1, 2048, "x86_64", 3, 4},
    {"t2.medium", 2, 4096, "x86_64", 3, 6},
    {"t2.large", 2, 8192, "x86_64", 3, 12},
    {"t2.xlarge", 4, 16384, "x86_64", 3, 15},
    {"t2.2xlarge", 8, 32768, "x86_64", 3, 15},
    {"t3.nano", 2, 512, "x86_64", 2, 2},
    {"t3.micro", 2, 1024, "x86_64", 2, 2},
    {"t3.small", 2, 2048, "x86_64", 3, 4},
    {"t3.medium", 2, 4096, "x86_64", 3, 6},
    {"t3.large", 2, 8192, "x86_64", 3, 12},
    {"t3.xlarge", 4, 16384, "x86_64", 4, 15},
    {"t3.2xlarge", 8, 32768, "x86_64", 4, 15},
    {"t3a.nano", 2, 512, "x86_64", 2, 2},
    {"t3a.micro", 2, 1024, "x86_64", 2, 2},
    {"t3a.small", 2, 2048, "x86_64", 2, 4},
    {"t3a.medium", 2, 4096, "x86_64", 3, 6},
    {"t3a.large", 2, 8192, "x86_64", 3, 12},
    {"t3a.xlarge", 4, 16384, "x86_64", 4, 15},
    {"t3a.2xlarge", 8, 32768, "x86_64", 4, 15},
    {"t4g.nano", 2, 512, "arm64", 2, 2},
    {"t4g.micro", 2, 1024, "arm64", 2, 2},
    {"t4g.small", 2, 2048, "arm64", 3, 4},
    {"t4g.medium", 2, 4096, "arm64", 3, 6},
    {"t4g.large", 2, 8192, "arm64", 3, 12},
    {"t4g.xlarge", 4, 16384, "arm64", 4, 15},
    {"t4g.2xlarge", 8, 32768, "arm64", 4, 15},
};

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
  for (const InstanceType& t : kTypes) {
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

/// Every type in every zone: no offering is missing anywhere in the twin.
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
  for (const InstanceType& t : kTypes)
    for (const std::string& place : places) {
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

std::span<const InstanceType> instance_types() { return kTypes; }

const InstanceType* instance_type(std::string_view name) {
  for (const InstanceType& t : kTypes)
    if (name == t.name) return &t;
  return nullptr;
}

void install_instance_types(Front& front) {
  front.operation("ec2", "DescribeInstanceTypes", describe_types);
  front.operation("ec2", "DescribeInstanceTypeOfferings", describe_offerings);
}

}  // namespace drydock::twin::ec2

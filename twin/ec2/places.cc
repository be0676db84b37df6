// Regions, zones, and what an account is allowed at all.
#include "twin/ec2/nouns.h"

namespace drydock::twin {

namespace {

/// Zones by region, in the order of their letters; the ids' numbers differ per account on AWS, and are fixed here.
/// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
struct RegionRow {
  const char *name, *short_name, *letters;
  const char* opt_in;
};
constexpr RegionRow kRegions[] = {{"ap-northeast-1", "apne1", "acd", "opt-in-not-required"},
                                  {"ap-northeast-2", "apne2", "abcd", "opt-in-not-required"},
                                  {"ap-south-1", "aps1", "abc", "opt-in-not-required"},
                                  {"ap-southeast-1", "apse1", "abc", "opt-in-not-required"},
                                  {"ap-southeast-2", "apse2", "abc", "opt-in-not-required"},
                                  {"ca-central-1", "cac1", "abd", "opt-in-not-required"},
                                  {"eu-central-1", "euc1", "abc", "opt-in-not-required"},
                                  {"eu-north-1", "eun1", "abc", "opt-in-not-required"},
                                  {"eu-west-1", "euw1", "abc", "opt-in-not-required"},
                                  {"eu-west-2", "euw2", "abc", "opt-in-not-required"},
                                  {"eu-west-3", "euw3", "abc", "opt-in-not-required"},
                                  {"sa-east-1", "sae1", "abc", "opt-in-not-required"},
                                  {"us-east-1", "use1", "abcdef", "opt-in-not-required"},
                                  {"us-east-2", "use2", "abc", "opt-in-not-required"},
                                  {"us-west-1", "usw1", "ac", "opt-in-not-required"},
                                  {"us-west-2", "usw2", "abcd", "opt-in-not-required"}};

std::map<std::string, std::vector<Availability>, std::less<>> make_zones() {
  std::map<std::string, std::vector<Availability>, std::less<>> zones;
  for (const RegionRow& row : kRegions) {
    int number = 0;
    for (const char* letter = row.letters; *letter; ++letter)
      zones[row.name].push_back(
          {std::string(row.name) + *letter, std::string(row.short_name) + "-az" + std::to_string(++number)});
  }
  return zones;
}

}  // namespace

const std::vector<Availability>& zones_of(std::string_view region) {
  static const auto zones = make_zones();
  static const std::vector<Availability> none;
  auto it = zones.find(region);
  return it == zones.end() ? none : it->second;
}

std::vector<std::string> region_names() {
  std::vector<std::string> names;
  for (const RegionRow& row : kRegions) names.emplace_back(row.name);
  return names;
}

}  // namespace drydock::twin

namespace drydock::twin::ec2 {

namespace {

/// Filters over plain documents: a filter's name picks a value by the table given.
tl::expected<bool, ApiError> passes(const std::vector<Filter>& filters,
                                    const std::map<std::string, std::string, std::less<>>& values) {
  for (const Filter& filter : filters) {
    auto value = values.find(filter.name);
    if (value == values.end()) return refuse("InvalidParameterValue", "The filter '" + filter.name + "' is invalid");
    if (!any_match(filter, {value->second})) return false;
  }
  return true;
}

ApiResult describe_zones(World&, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  const std::vector<std::string> names = call.texts("ZoneName"), ids = call.texts("ZoneId");
  const auto& zones = zones_of(call.region);
  auto known = [&](const std::string& text, bool by_id) {
    return std::any_of(zones.begin(), zones.end(),
                       [&](const Availability& z) { return (by_id ? z.id : z.name) == text; });
  };
  for (const std::string& name : names)
    if (!known(name, false)) return refuse("InvalidParameterValue", "Invalid availability zone: [" + name + "]");
  for (const std::string& id : ids)
    if (!known(id, true)) return refuse("InvalidParameterValue", "Invalid availability zone-id: [" + id + "]");
  Json::Array items;
  for (const Availability& zone : zones) {
    if (!names.empty() && std::find(names.begin(), names.end(), zone.name) == names.end()) continue;
    if (!ids.empty() && std::find(ids.begin(), ids.end(), zone.id) == ids.end()) continue;
    const std::string group = call.region + "-zg-1";
    auto keep = passes(*filters, {{"zone-name", zone.name},
                                  {"zone-id", zone.id},
                                  {"state", "available"},
                                  {"zone-state", "available"},
                                  {"region-name", call.region},
                                  {"group-name", group},
                                  {"opt-in-status", "opt-in-not-required"},
                                  {"zone-type", "availability-zone"}});
    if (!keep) return tl::unexpected<ApiError>(keep.error());
    if (!*keep) continue;
    items.push_back(Json::object({{"zoneName", zone.name},
                                  {"zoneId", zone.id},
                                  {"zoneState", "available"},
                                  {"regionName", call.region},
                                  {"groupName", group},
                                  {"groupLongName", call.region},
                                  {"networkBorderGroup", call.region},
                                  {"optInStatus", "opt-in-not-required"},
                                  {"zoneType", "availability-zone"},
                                  {"messageSet", Json::array()}}));
  }
  return Json::object({{"availabilityZoneInfo", std::move(items)}});
}

ApiResult describe_regions(World&, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  const std::vector<std::string> names = call.texts("RegionName");
  for (const std::string& name : names)
    if (zones_of(name).empty()) return refuse("InvalidParameterValue", "Invalid region names: [" + name + "]");
  Json::Array items;
  for (const std::string& name : region_names()) {
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    const std::string endpoint = "ec2." + name + ".amazonaws.com";
    auto keep =
        passes(*filters, {{"region-name", name}, {"endpoint", endpoint}, {"opt-in-status", "opt-in-not-required"}});
    if (!keep) return tl::unexpected<ApiError>(keep.error());
    if (*keep)
      items.push_back(
          Json::object({{"regionName", name}, {"regionEndpoint", endpoint}, {"optInStatus", "opt-in-not-required"}}));
  }
  return Json::object({{"regionInfo", std::move(items)}});
}

ApiResult describe_account(World& world, Call& call) {
  const aws::Vpc* own = default_vpc(world, call.region);
  const std::pair<const char*, std::string> attributes[] = {
      {"supported-platforms", "VPC"}, {"default-vpc", own ? own->vpcId : "none"},
      {"max-instances", "1000"},      {"vpc-max-security-groups-per-interface", "5"},
      {"max-elastic-ips", "5"},       {"vpc-max-elastic-ips", "5"}};
  const std::vector<std::string> names = call.texts("AttributeName");
  Json::Array items;
  for (const auto& [name, value] : attributes)
    if (names.empty() || std::find(names.begin(), names.end(), name) != names.end())
      items.push_back(Json::object(
          {{"attributeName", name}, {"attributeValueSet", Json::array({Json::object({{"attributeValue", value}})})}}));
  return Json::object({{"accountAttributeSet", std::move(items)}});
}

}  // namespace

void install_places(Front& front, World&) {
  front.operation("ec2", "DescribeAvailabilityZones", describe_zones);
  front.operation("ec2", "DescribeRegions", describe_regions);
  front.operation("ec2", "DescribeAccountAttributes", describe_account);
}

}  // namespace drydock::twin::ec2

// aws:index/...: the region, the caller, the partition, zones. No call where none is needed.
#include <algorithm>

#include "cloud/aws/arn.h"
#include "providers/aws/functions/common.h"

namespace drydock::aws_provider {
namespace {

std::string region_of(Operation& op, const Json& in) {
  for (const char* name : {"region", "name"})
    if (std::string wanted = text(in, name); !wanted.empty()) return wanted;
  if (std::string endpoint = text(in, "endpoint"); endpoint.starts_with("ec2."))
    return endpoint.substr(4, endpoint.find('.', 4) - 4);
  return op.region();
}

// As the console shows them.
std::string city_of(const std::string& region) {
  static const std::map<std::string, std::string> kCities = {{"us-east-1", "US East (N. Virginia)"},
                                                             {"us-east-2", "US East (Ohio)"},
                                                             {"us-west-1", "US West (N. California)"},
                                                             {"us-west-2", "US West (Oregon)"},
                                                             {"eu-west-1", "Europe (Ireland)"},
                                                             {"eu-west-2", "Europe (London)"},
                                                             {"eu-west-3", "Europe (Paris)"},
                                                             {"eu-central-1", "Europe (Frankfurt)"},
                                                             {"eu-north-1", "Europe (Stockholm)"},
                                                             {"ap-northeast-1", "Asia Pacific (Tokyo)"},
                                                             {"ap-southeast-1", "Asia Pacific (Singapore)"},
                                                             {"ap-southeast-2", "Asia Pacific (Sydney)"},
                                                             {"ap-south-1", "Asia Pacific (Mumbai)"},
                                                             {"ca-central-1", "Canada (Central)"},
                                                             {"sa-east-1", "South America (Sao Paulo)"}};
  auto it = kCities.find(region);
  return it == kCities.end() ? region : it->second;
}

Aws<Json> get_region(Operation& op, const Json& in) {
  const std::string region = region_of(op, in);
  return Json::object({{"id", region},
                       {"name", region},
                       {"region", region},
                       {"description", city_of(region)},
                       {"endpoint", "ec2." + region + "." + std::string(aws::dns_suffix_of(region))}});
}

Aws<Json> get_caller(Operation& op, const Json&) {
  auto caller = op.client().query("sts", "GetCallerIdentity", {}, op.stop());
  if (!caller) return caller;
  return Json::object({{"id", text(*caller, "Account")},
                       {"accountId", text(*caller, "Account")},
                       {"arn", text(*caller, "Arn")},
                       {"userId", text(*caller, "UserId")}});
}

Aws<Json> get_partition(Operation& op, const Json&) {
  const std::string partition(aws::partition_of(op.region()));
  return Json::object({{"id", partition},
                       {"partition", partition},
                       {"dnsSuffix", aws::dns_suffix_of(op.region())},
                       {"reverseDnsPrefix", partition == "aws-cn" ? "cn.com.amazonaws" : "com.amazonaws"}});
}

Aws<Json> describe_zones(Operation& op, const Json& in) {
  Json call = Json::object({{"Filter", user_filters(in)}});
  if (std::string state = text(in, "state"); !state.empty())
    call["Filter"].push_back(Json::object({{"Name", "state"}, {"Value", Json::array({state})}}));
  if (in.at("allAvailabilityZones").bool_or(false)) call["AllAvailabilityZones"] = true;
  if (std::string name = text(in, "name"); !name.empty()) call["ZoneName"] = Json::array({name});
  if (std::string id = text(in, "zoneId"); !id.empty()) call["ZoneId"] = Json::array({id});
  auto reply = op.ec2("DescribeAvailabilityZones", call);
  if (!reply) return reply;
  Json::Array zones = items(reply->at("availabilityZoneInfo"));
  std::sort(zones.begin(), zones.end(),
            [](const Json& a, const Json& b) { return text(a, "zoneName") < text(b, "zoneName"); });
  return Json(std::move(zones));
}

bool listed(const Json& list, const std::string& what) {
  return std::find(items(list).begin(), items(list).end(), Json(what)) != items(list).end();
}

Aws<Json> get_zones(Operation& op, const Json& in) {
  auto zones = describe_zones(op, in);
  if (!zones) return zones;
  Json names = Json::array(), ids = Json::array();
  std::set<std::string> groups;
  for (const Json& zone : items(*zones)) {
    if (listed(in.at("excludeNames"), text(zone, "zoneName")) || listed(in.at("excludeZoneIds"), text(zone, "zoneId")))
      continue;
    names.push_back(zone.at("zoneName"));
    ids.push_back(zone.at("zoneId"));
    groups.insert(text(zone, "groupName"));
  }
  Json group_names = Json::array();
  for (const std::string& group : groups) group_names.push_back(group);
  return Json::object({{"id", op.region()}, {"names", names}, {"zoneIds", ids}, {"groupNames", group_names}});
}

Aws<Json> get_zone(Operation& op, const Json& in) {
  auto zones = describe_zones(op, in);
  if (!zones) return zones;
  auto one = only(*zones, "availability zone");
  if (!one) return one;
  Json out = Json::object();
  out["id"] = out["name"] = text(*one, "zoneName");
  out["region"] = op.region();
  out["nameSuffix"] = text(out, "name").substr(std::min(op.region().size(), text(out, "name").size()));
  out["state"] = text(*one, "zoneState");
  for (const char* name :
       {"zoneId", "zoneType", "groupName", "optInStatus", "networkBorderGroup", "parentZoneId", "parentZoneName"})
    out[name] = text(*one, name);
  return out;
}

Aws<Json> get_regions(Operation& op, const Json& in) {
  Json call = Json::object({{"Filter", user_filters(in)}});
  if (in.at("allRegions").bool_or(false)) call["AllRegions"] = true;
  auto reply = op.ec2("DescribeRegions", call);
  if (!reply) return reply;
  return Json::object(
      {{"id", aws::partition_of(op.region())}, {"names", sorted(pluck(reply->at("regionInfo"), "regionName"))}});
}

Aws<Json> get_arn(Operation&, const Json& in) {
  auto arn = aws::Arn::parse(text(in, "arn"));
  if (!arn) return no(ErrorCode::invalid_input, "'" + text(in, "arn") + "' is no ARN");
  return Json::object({{"id", text(in, "arn")},
                       {"partition", arn->partition},
                       {"service", arn->service},
                       {"region", arn->region},
                       {"account", arn->account},
                       {"resource", arn->resource}});
}

}  // namespace

const std::vector<FunctionType>& general_functions() {
  static const std::vector<FunctionType> all = {{"aws:index/getRegion:getRegion", get_region},
                                                {"aws:index/getCallerIdentity:getCallerIdentity", get_caller},
                                                {"aws:index/getPartition:getPartition", get_partition},
                                                {"aws:index/getAvailabilityZones:getAvailabilityZones", get_zones},
                                                {"aws:index/getAvailabilityZone:getAvailabilityZone", get_zone},
                                                {"aws:index/getRegions:getRegions", get_regions},
                                                {"aws:index/getArn:getArn", get_arn}};
  return all;
}

}  // namespace drydock::aws_provider

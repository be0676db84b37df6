// What people and providers look at.
#include <algorithm>
#include <charconv>

#include "twin/autoscaling/autoscaling.h"
#include "twin/autoscaling/common.h"

namespace drydock::twin {
namespace {

using Group = aws::AutoScalingGroup;
using Member = aws::AutoScalingInstance;

bool lists(const std::vector<std::string>& names, const std::string& one) {
  return std::find(names.begin(), names.end(), one) != names.end();
}

/// tag:KEY, tag-key, tag-value.
bool passes_filters(const Group& g, const Json& filters) {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::string name = filters.item(i).at("Name").string_or();
    std::vector<std::string> values;
    const Json& listed = filters.item(i).at("Values");
    for (std::size_t v = 0; v < listed.size(); ++v) values.push_back(listed.item(v).string_or());
    const bool any = std::any_of(g.Tags.begin(), g.Tags.end(), [&](const aws::AutoScalingTag& t) {
      if (name == "tag-key") return lists(values, t.Key);
      if (name == "tag-value") return lists(values, t.Value);
      return name == "tag:" + t.Key && lists(values, t.Value);
    });
    if (!any) return false;
  }
  return true;
}

Json wire(World& world, const std::string& region, const Group& g) {
  Json out = fields::encode(g, fields::Scope::wire);
  Json::Array members;
  each_of_group<Member>(world, region, g.AutoScalingGroupName,
                        [&](auto&, const Member& m) { members.push_back(fields::encode(m, fields::Scope::wire)); });
  out["Instances"] = std::move(members);
  return out;
}

}  // namespace

Json asg_page(const Call& call, const char* name, std::vector<Json> items, std::int64_t default_size) {
  std::size_t from = 0;
  const std::string token = call.text("NextToken");
  std::from_chars(token.data(), token.data() + token.size(), from);
  const auto size =
      static_cast<std::size_t>(std::clamp<std::int64_t>(call.number("MaxRecords").value_or(default_size), 1, 100));
  from = std::min(from, items.size());
  const std::size_t to = std::min(from + size, items.size());
  Json out = Json::object();
  out[name] = Json::Array(std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(from)),
                          std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(to)));
  if (to < items.size()) out["NextToken"] = std::to_string(to);
  return out;
}

void AutoScaling::install_describe(Front& front) {
  front.operation("autoscaling", "DescribeAutoScalingGroups", [](World& world, Call& call) -> ApiResult {
    const std::vector<std::string> names = call.texts("AutoScalingGroupNames");
    std::vector<Json> items;
    for (const auto& [name, g] : world.table<Group>(call.region)) {
      if (!names.empty() && !lists(names, name)) continue;
      if (passes_filters(g, call.in.at("Filters"))) items.push_back(wire(world, call.region, g));
    }
    return asg_page(call, "AutoScalingGroups", std::move(items), 50);
  });

  front.operation("autoscaling", "DescribeAutoScalingInstances", [](World& world, Call& call) -> ApiResult {
    const std::vector<std::string> ids = call.texts("InstanceIds");
    std::vector<Json> items;
    for (const auto& [key, m] : world.table<Member>(call.region)) {
      if (!ids.empty() && !lists(ids, m.InstanceId)) continue;
      Json item = fields::encode(m, fields::Scope::wire);
      item["AutoScalingGroupName"] = m.group;
      item["HealthStatus"] = m.HealthStatus == "Healthy" ? "HEALTHY" : "UNHEALTHY";
      items.push_back(std::move(item));
    }
    return asg_page(call, "AutoScalingInstances", std::move(items), 50);
  });

  front.operation("autoscaling", "DescribeScalingActivities", [](World& world, Call& call) -> ApiResult {
    const std::string name = call.text("AutoScalingGroupName");
    if (!name.empty() && !world.table<Group>(call.region).contains(name)) return no_group(name);
    const std::vector<std::string> ids = call.texts("ActivityIds");
    std::vector<Json> items;
    for (const auto& [key, a] : world.table<aws::ScalingActivity>(call.region)) {
      if (!name.empty() && a.AutoScalingGroupName != name) continue;
      if (ids.empty() || lists(ids, a.ActivityId)) items.push_back(fields::encode(a, fields::Scope::wire));
    }
    std::reverse(items.begin(), items.end());  // newest first
    return asg_page(call, "Activities", std::move(items), 100);
  });

  front.operation("autoscaling", "DescribeTags", [](World& world, Call& call) -> ApiResult {
    const Json& filters = call.in.at("Filters");
    auto passes = [&](const aws::AutoScalingTag& t) {
      for (std::size_t i = 0; i < filters.size(); ++i) {
        const std::string field = filters.item(i).at("Name").string_or();
        const std::string& value = field == "auto-scaling-group" ? t.ResourceId : field == "key" ? t.Key : t.Value;
        bool any = false;
        const Json& values = filters.item(i).at("Values");
        for (std::size_t v = 0; v < values.size(); ++v) any |= values.item(v).string_or() == value;
        if (!any) return false;
      }
      return true;
    };
    std::vector<Json> items;
    for (const auto& [name, g] : world.table<Group>(call.region)) {
      for (const aws::AutoScalingTag& t : g.Tags) {
        if (passes(t)) items.push_back(fields::encode(t));
      }
    }
    return asg_page(call, "Tags", std::move(items), 50);
  });

  // Kinds of things the twin does not have; their lists are honestly empty.
  auto empty_list = [&](const char* action, const char* member) {
    front.operation("autoscaling", action, [member](World&, Call&) -> ApiResult {
      return Json::object({{member, Json::Array{}}});
    });
  };
  empty_list("DescribeLifecycleHooks", "LifecycleHooks");
  empty_list("DescribeLoadBalancers", "LoadBalancers");
  empty_list("DescribeLoadBalancerTargetGroups", "LoadBalancerTargetGroups");
  empty_list("DescribeTrafficSources", "TrafficSources");
  empty_list("DescribePolicies", "ScalingPolicies");
  empty_list("DescribeScheduledActions", "ScheduledUpdateGroupActions");
  empty_list("DescribeNotificationConfigurations", "NotificationConfigurations");
  empty_list("DescribeLaunchConfigurations", "LaunchConfigurations");
  empty_list("DescribeWarmPool", "Instances");
}

}  // namespace drydock::twin

// What the files of this folder share.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "cloud/aws/autoscaling.h"
#include "twin/kernel/call.h"
#include "twin/kernel/world.h"

namespace drydock::twin {

inline tl::unexpected<ApiError> asg_invalid(std::string message) {
  return refuse("ValidationError", std::move(message));
}
inline tl::unexpected<ApiError> no_group(std::string_view name) {
  return asg_invalid(fmt::format("AutoScalingGroup name not found - AutoScalingGroup {} not found", name));
}

inline bool is_suspended(const aws::AutoScalingGroup& g, std::string_view process) {
  for (const auto& p : g.SuspendedProcesses) {
    if (p.ProcessName == process) return true;
  }
  return false;
}
/// Calls `f(key, row)` for the rows of a table that belong to the group; rows may not be erased meanwhile.
template <class T, class F>
void each_of_group(World& world, std::string_view region, const std::string& group, F f) {
  const std::string prefix = group + ":";
  const auto& table = world.table<T>(region);
  for (auto it = table.lower_bound(prefix); it != table.end() && it->first.starts_with(prefix); ++it) {
    f(it->first, it->second);
  }
}
/// How many instances count towards the capacity.
inline std::int64_t capacity(World& world, std::string_view region, const std::string& group) {
  std::int64_t count = 0;
  each_of_group<aws::AutoScalingInstance>(world, region, group,
                                          [&](auto&, const auto& i) { count += !i.is_leaving(); });
  return count;
}
inline std::vector<std::string> subnets_of(const aws::AutoScalingGroup& g) {
  std::vector<std::string> out;
  for (const std::string& id : split(g.VPCZoneIdentifier, ',')) {
    if (!trim(id).empty()) out.emplace_back(trim(id));
  }
  return out;
}
/// The template a group launches from, whether given directly or in a mixed instances policy; null: none.
inline std::optional<aws::LaunchTemplateSpecification> template_of(const aws::AutoScalingGroup& g) {
  if (g.LaunchTemplate) return g.LaunchTemplate;
  if (!g.MixedInstancesPolicy) return std::nullopt;
  return fields::decoded<aws::LaunchTemplateSpecification>(
      g.MixedInstancesPolicy->at("LaunchTemplate").at("LaunchTemplateSpecification"));
}

/// Cuts `items` by NextToken and MaxRecords and answers {name: [...], NextToken}.
Json asg_page(const Call& call, const char* name, std::vector<Json> items, std::int64_t default_size);

}  // namespace drydock::twin

// Instance refresh, rolling: some instances leave, their replacements come into service, then the next ones leave.
// Warm-up and checkpoint delays are taken as over at once.
#include <algorithm>

#include "twin/autoscaling/autoscaling.h"
#include "twin/autoscaling/common.h"

namespace drydock::twin {
namespace {

using Group = aws::AutoScalingGroup;
using Member = aws::AutoScalingInstance;
using Refresh = aws::InstanceRefresh;

bool is_running(const Refresh& r) {
  return r.Status == "Pending" || r.Status == "InProgress" || r.Status == "Cancelling";
}

const Refresh* running_refresh(World& world, const std::string& region, const std::string& group) {
  for (const auto& [id, r] : world.table<Refresh>(region)) {
    if (r.AutoScalingGroupName == group && is_running(r)) return &r;
  }
  return nullptr;
}

std::int64_t min_healthy(const Refresh& r, std::int64_t otherwise) {
  const std::string text = r.Preferences.at("MinHealthyPercentage").string_or();
  return text.empty() ? otherwise : std::atoll(text.c_str());
}

void finish(World& world, Refresh& r, const char* status) {
  r.Status = status;
  r.EndTime = iso_seconds(world.now());
}

}  // namespace

void AutoScaling::step_refresh(const std::string& region, const std::string& name) {
  const Refresh* found = running_refresh(world_, region, name);
  if (!found) return;
  const Group* group = world_.table<Group>(region).find(name);
  Refresh& r = *world_.table<Refresh>(region).edit(found->InstanceRefreshId);
  if (!group || group->Status || r.Status == "Cancelling") return finish(world_, r, "Cancelled");
  r.Status = "InProgress";
  std::int64_t in_service = 0, leaving = 0;
  std::vector<std::string> left;
  each_of_group<Member>(world_, region, name, [&](auto&, const Member& m) {
    in_service += m.LifecycleState == "InService";
    const bool old = std::find(r.to_replace.begin(), r.to_replace.end(), m.InstanceId) != r.to_replace.end();
    if (old) (m.is_leaving() ? ++leaving : (left.push_back(m.InstanceId), 0));
  });
  r.InstancesToUpdate = static_cast<std::int64_t>(left.size());
  r.PercentageComplete = r.total ? 100 * (r.total - r.InstancesToUpdate - leaving) / r.total : 100;
  if (left.empty() && leaving == 0 && in_service >= group->DesiredCapacity) {
    r.PercentageComplete = 100;
    return finish(world_, r, "Successful");
  }
  // At least one may leave at a time, or a group of one could never be refreshed.
  const std::int64_t floor = group->DesiredCapacity * min_healthy(r, 90) / 100;
  std::int64_t may_leave = std::max<std::int64_t>(in_service - floor, in_service >= group->DesiredCapacity ? 1 : 0);
  const std::string id = r.InstanceRefreshId;
  for (const std::string& instance : left) {
    if (may_leave-- <= 0) break;
    terminate(region, name, instance,
              fmt::format("At {} an instance was taken out of service in response to an instance refresh.",
                          iso_seconds(world_.now())));
  }
  reconcile(region, name, "an instance was launched in response to an instance refresh.");
}

void AutoScaling::install_refresh(Front& front) {
  front.operation("autoscaling", "StartInstanceRefresh", [this](World& world, Call& call) -> ApiResult {
    const std::string name = call.text("AutoScalingGroupName");
    const Group* group = world.table<Group>(call.region).find(name);
    if (!group) return no_group(name);
    if (running_refresh(world, call.region, name)) {
      return refuse("InstanceRefreshInProgress",
                    "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.");
    }
    if (call.text("Strategy", "Rolling") != "Rolling") {
      return refuse("NotModelled", fmt::format("instance refresh strategy {}", call.text("Strategy")), 501);
    }
    if (const Json& wanted = call.in.at("DesiredConfiguration").at("LaunchTemplate"); wanted.is_object()) {
      world.table<Group>(call.region).edit(name)->LaunchTemplate =
          fields::decoded<aws::LaunchTemplateSpecification>(wanted);
    }
    Refresh r;
    r.InstanceRefreshId = world.new_uuid();
    r.AutoScalingGroupName = name;
    r.StartTime = iso_seconds(world.now());
    r.Preferences = call.in.at("Preferences").is_object() ? call.in.at("Preferences") : Json::object();
    const auto spec = template_of(*group);
    std::string newest;
    if (spec) {
      const auto version = ec2_.template_version(call.region, spec->LaunchTemplateId, spec->LaunchTemplateName,
                                                 spec->Version.value_or("$Default"));
      if (version) newest = std::to_string(version->versionNumber);
    }
    const bool skip_matching = r.Preferences.at("SkipMatching").string_or() == "true";
    each_of_group<Member>(world, call.region, name, [&](auto&, const Member& m) {
      if (m.is_leaving() || (skip_matching && m.LaunchTemplate.Version == newest)) return;
      r.to_replace.push_back(m.InstanceId);
    });
    r.total = r.InstancesToUpdate = static_cast<std::int64_t>(r.to_replace.size());
    const std::string id = r.InstanceRefreshId;
    world.table<Refresh>(call.region).put(id, std::move(r));
    step_refresh(call.region, name);
    return Json::object({{"InstanceRefreshId", id}});
  });

  front.operation("autoscaling", "CancelInstanceRefresh", [](World& world, Call& call) -> ApiResult {
    const Refresh* r = running_refresh(world, call.region, call.text("AutoScalingGroupName"));
    if (!r) {
      return refuse("ActiveInstanceRefreshNotFound",
                    fmt::format("No in progress or pending Instance Refresh found for Auto Scaling group {}",
                                call.text("AutoScalingGroupName")));
    }
    const std::string id = r->InstanceRefreshId;
    finish(world, *world.table<Refresh>(call.region).edit(id), "Cancelled");
    return Json::object({{"InstanceRefreshId", id}});
  });

  front.operation("autoscaling", "DescribeInstanceRefreshes", [](World& world, Call& call) -> ApiResult {
    const std::string name = call.text("AutoScalingGroupName");
    if (!world.table<Group>(call.region).contains(name)) return no_group(name);
    const std::vector<std::string> ids = call.texts("InstanceRefreshIds");
    std::vector<Json> items;
    for (const auto& [id, r] : world.table<Refresh>(call.region)) {
      if (r.AutoScalingGroupName != name) continue;
      if (!ids.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
      Json item = fields::encode(r, fields::Scope::wire);
      if (!r.StatusReason) item.erase("StatusReason");
      items.push_back(std::move(item));
    }
    std::sort(items.begin(), items.end(), [](const Json& a, const Json& b) {
      return a.at("StartTime").string_or() > b.at("StartTime").string_or();
    });
    return asg_page(call, "InstanceRefreshes", std::move(items), 50);
  });
}

}  // namespace drydock::twin

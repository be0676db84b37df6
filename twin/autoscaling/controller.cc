// The controller: what is missing is launched, what is too much or unhealthy is terminated.
#include <algorithm>
#include <map>

#include "cloud/aws/iam.h"
#include "twin/autoscaling/autoscaling.h"
#include "twin/autoscaling/common.h"

namespace drydock::twin {
namespace {

std::string at_time(World& world) { return fmt::format("At {}", iso_seconds(world.now())); }

using Group = aws::AutoScalingGroup;
using Member = aws::AutoScalingInstance;

/// Where the next instance goes: the zone, and in it the subnet, that has the fewest; in the order the group lists
/// them. What comes later is for when EC2 refuses a launch in the first.
/// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#arch-AutoScalingMultiAZ
std::vector<std::string> next_subnets(World& world, const std::string& region, const Group& group) {
  const auto& subnets = world.table<aws::Subnet>(region);
  std::map<std::string, int> by_subnet, by_zone;
  each_of_group<Member>(world, region, group.AutoScalingGroupName, [&](auto&, const Member& i) {
    if (!i.is_leaving()) ++by_zone[i.AvailabilityZone], ++by_subnet[i.subnet];
  });
  const auto load = [&](const std::string& id) {
    const aws::Subnet* subnet = subnets.find(id);
    return std::pair(subnet ? by_zone[subnet->availabilityZone] : 0, by_subnet[id]);
  };
  std::vector<std::string> order = subnets_of(group);
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) { return load(a) < load(b); });
  return order;
}

std::string next_subnet(World& world, const std::string& region, const Group& group) {
  const std::vector<std::string> order = next_subnets(world, region, group);
  return order.empty() ? "" : order.front();
}

std::string profile_arn(World& world, const Json& reference) {
  if (const std::string arn = reference.at("arn").string_or(); !arn.empty()) return arn;
  const aws::InstanceProfile* p = world.table<aws::InstanceProfile>().find(reference.at("name").string_or());
  return p ? p->Arn : std::string();
}

aws::Tags tags_for(const Group& group, const aws::LaunchTemplateVersion& version) {
  aws::Tags tags;
  for (const aws::AutoScalingTag& t : group.Tags) {
    if (t.PropagateAtLaunch) tags.push_back({t.Key, t.Value});
  }
  tags.push_back({"aws:autoscaling:groupName", group.AutoScalingGroupName});
  tags.push_back({"aws:ec2launchtemplate:id", version.launchTemplateId});
  tags.push_back({"aws:ec2launchtemplate:version", std::to_string(version.versionNumber)});
  return tags;
}

/// A mixed instances policy names its types; the first one is what we launch.
void apply_override(const Group& group, Json& data) {
  if (!group.MixedInstancesPolicy) return;
  const std::string type =
      group.MixedInstancesPolicy->at("LaunchTemplate").at("Overrides").item(0).at("InstanceType").string_or();
  if (!type.empty()) data["instanceType"] = type;
}

/// AWS's default order of leaving: from the fullest zone, the oldest template first, then the oldest instance.
std::string chosen_to_leave(World& world, const std::string& region, const std::string& group) {
  std::map<std::string, int> by_zone;
  each_of_group<Member>(world, region, group,
                        [&](auto&, const Member& i) { by_zone[i.AvailabilityZone] += !i.is_leaving(); });
  const Member* chosen = nullptr;
  auto order = [&](const Member& i) {
    const std::int64_t version = i.LaunchTemplate.Version ? std::atoll(i.LaunchTemplate.Version->c_str()) : 0;
    return std::tuple(-by_zone[i.AvailabilityZone], version, std::string_view(i.launched),
                      std::string_view(i.InstanceId));
  };
  each_of_group<Member>(world, region, group, [&](auto&, const Member& i) {
    if (i.is_leaving() || i.ProtectedFromScaleIn) return;
    if (!chosen || order(i) < order(*chosen)) chosen = &i;
  });
  return chosen ? chosen->InstanceId : std::string();
}

std::string details_of(const std::string& subnet, const std::string& zone) {
  return fmt::format(R"({{"Subnet ID":"{}","Availability Zone":"{}"}})", subnet, zone);
}

}  // namespace

AutoScaling::AutoScaling(Front& front, World& world, Ec2& ec2) : world_(world), ec2_(ec2) {
  install_groups(front);
  install_refresh(front);
  install_describe(front);
  ec2.on_instance([this](World&, const std::string& region, const aws::Instance& instance, const std::string& what) {
    instance_changed(region, instance, what);
  });
  world.on_change([this] { retry_failed(); });
}

const aws::AutoScalingGroup* AutoScaling::group_of(const std::string& region, std::string_view instance_id) const {
  const aws::Instance* instance = world_.table<aws::Instance>(region).find(instance_id);
  if (!instance) return nullptr;
  for (const aws::Tag& tag : instance->tagSet) {
    if (tag.key != "aws:autoscaling:groupName") continue;
    if (!world_.table<Member>(region).contains(tag.value + ":" + instance->instanceId)) return nullptr;
    return world_.table<Group>(region).find(tag.value);
  }
  return nullptr;
}

std::string AutoScaling::grow_cause(std::int64_t from, std::int64_t to, const std::string& why) const {
  const std::string now = at_time(world_);
  return fmt::format(
      "{}{} an instance was started in response to a difference between desired and actual capacity, "
      "increasing the capacity from {} to {}.",
      why.empty() ? "" : now + " " + why + "  ", now, from, to);
}

std::string AutoScaling::launch_one(const std::string& region, Group& group, const std::string& cause) {
  const auto spec = template_of(group);
  if (!spec) return "The group has no launch template";
  auto version = ec2_.template_version(region, spec->LaunchTemplateId, spec->LaunchTemplateName,
                                       spec->Version.value_or("$Default"));
  if (!version) return version.error().message;
  LaunchRequest request;
  request.data = version->launchTemplateData;
  apply_override(group, request.data);
  request.tags = tags_for(group, *version);
  request.profile_arn = [this](const Json& reference) { return profile_arn(world_, reference); };
  std::vector<std::string> order = next_subnets(world_, region, group);
  if (order.empty()) order.emplace_back();  // the template's own, or a default one
  tl::expected<std::string, ApiError> launched;
  std::string refusal;  // the first one
  for (const std::string& subnet : order) {
    request.subnet_id = subnet;
    launched = ec2_.launch(region, request);
    if (launched) break;
    if (refusal.empty()) refusal = launched.error().message;
  }
  if (!launched) return refusal;
  const aws::Instance& made = *world_.table<aws::Instance>(region).find(*launched);
  Member member;
  member.InstanceId = *launched;
  member.InstanceType = made.instanceType;
  member.AvailabilityZone = made.availabilityZone;
  member.LaunchTemplate = {version->launchTemplateId, version->launchTemplateName,
                           std::to_string(version->versionNumber)};
  member.ProtectedFromScaleIn = group.NewInstancesProtectedFromScaleIn;
  member.group = group.AutoScalingGroupName;
  member.subnet = made.subnetId;
  member.launched = made.launchTime;
  member.activity = begin_activity(region, group, fmt::format("Launching a new EC2 instance: {}", *launched), cause,
                                   details_of(made.subnetId, made.availabilityZone));
  std::string key = group.AutoScalingGroupName + ":" + *launched;
  world_.table<Member>(region).put(std::move(key), std::move(member));
  return {};
}

void AutoScaling::terminate(const std::string& region, const std::string& name, const std::string& instance_id,
                            const std::string& cause) {
  Member* member = world_.table<Member>(region).edit(name + ":" + instance_id);
  Group* group = world_.table<Group>(region).edit(name);
  if (!group || !member || member->is_leaving()) return;
  end_activity(region, *member);
  member->LifecycleState = "Terminating";
  member->activity = begin_activity(region, *group, fmt::format("Terminating EC2 instance: {}", instance_id), cause,
                                    details_of(member->subnet, member->AvailabilityZone));
  ec2_.terminate(region, instance_id);  // may come back through instance_changed()
}

void AutoScaling::shrink(const std::string& region, Group& group, const std::string& why) {
  const std::string name = group.AutoScalingGroupName, now = at_time(world_);
  const std::int64_t from = capacity(world_, region, name), to = group.DesiredCapacity;
  for (std::int64_t n = from; n > to; --n) {
    const std::string id = chosen_to_leave(world_, region, name);
    if (id.empty()) return;
    terminate(region, name, id,
              fmt::format("{}{} an instance was taken out of service in response to a difference between desired and "
                          "actual capacity, shrinking the capacity from {} to {}.  {} instance {} was selected for "
                          "termination.",
                          why.empty() ? "" : now + " " + why + "  ", now, from, to, now, id));
  }
}

void AutoScaling::reconcile(const std::string& region, const std::string& name, const std::string& why) {
  Group* group = world_.table<Group>(region).edit(name);
  if (!group) return;
  const std::int64_t have = capacity(world_, region, name), want = group->DesiredCapacity;
  if (have > want && !is_suspended(*group, "Terminate")) shrink(region, *group, why);
  group->failing = false;
  if (have < want && !is_suspended(*group, "Launch") && !group->Status) {
    const std::string cause = grow_cause(have, want, why);
    for (std::int64_t n = have; n < want && !group->failing; ++n) {
      const std::string refusal = launch_one(region, *group, cause);
      if (refusal.empty()) continue;
      group->failing = true;
      failed_activity(region, *group, cause, refusal, details_of(next_subnet(world_, region, *group), ""));
    }
  }
  finish_delete(region, name);
}

void AutoScaling::finish_delete(const std::string& region, const std::string& name) {
  const Group* group = world_.table<Group>(region).find(name);
  if (!group || !group->Status) return;
  bool empty = true;
  each_of_group<Member>(world_, region, name, [&](auto&, auto&) { empty = false; });
  if (!empty) return;
  std::vector<std::string> keys;
  each_of_group<aws::ScalingActivity>(world_, region, name,
                                      [&](const std::string& key, auto&) { keys.push_back(key); });
  for (const std::string& key : keys) world_.table<aws::ScalingActivity>(region).erase(key);
  keys.clear();
  for (const auto& [key, refresh] : world_.table<aws::InstanceRefresh>(region)) {
    if (refresh.AutoScalingGroupName == name) keys.push_back(key);
  }
  for (const std::string& key : keys) world_.table<aws::InstanceRefresh>(region).erase(key);
  world_.table<Group>(region).erase(name);
}

void AutoScaling::instance_changed(const std::string& region, const aws::Instance& instance, const std::string& what) {
  const Group* found = group_of(region, instance.instanceId);
  if (!found) return;
  const std::string name = found->AutoScalingGroupName, id = instance.instanceId, key = name + ":" + id;
  Member& member = *world_.table<Member>(region).edit(key);
  if (what == "running" && member.LifecycleState == "Pending") {
    member.LifecycleState = "InService";
    end_activity(region, member);
    step_refresh(region, name);
  } else if (what == "shutting-down" && !member.is_leaving()) {
    // Somebody else did it: the health check notices, and the instance is replaced.
    end_activity(region, member);
    member.LifecycleState = "Terminating";
    member.HealthStatus = "Unhealthy";
    member.activity = begin_activity(
        region, *world_.table<Group>(region).edit(name), fmt::format("Terminating EC2 instance: {}", id),
        fmt::format("{} an instance was taken out of service in response to an EC2 health check indicating it has been "
                    "terminated or stopped.",
                    at_time(world_)),
        details_of(member.subnet, member.AvailabilityZone));
    reconcile(region, name, "an instance was launched in response to an unhealthy instance needing to be replaced.");
  } else if (what == "terminated") {
    end_activity(region, member);
    world_.table<Member>(region).erase(key);
    step_refresh(region, name);
    reconcile(region, name);
  }
}

void AutoScaling::retry_failed() {
  if (retrying_) return;
  retrying_ = true;
  for (const std::string& region : world_.regions(Group::kTable)) {
    std::vector<std::string> failing;
    for (const auto& [name, group] : world_.table<Group>(region)) {
      if (group.failing && !group.Status) failing.push_back(name);
    }
    for (const std::string& name : failing) {
      // A copy tries first: a launch that is refused again leaves no trace, or this would never end.
      Group trial = *world_.table<Group>(region).find(name);
      const std::int64_t have = capacity(world_, region, name);
      if (have < trial.DesiredCapacity &&
          !launch_one(region, trial, grow_cause(have, trial.DesiredCapacity, "")).empty()) {
        continue;
      }
      *world_.table<Group>(region).edit(name) = std::move(trial);
      reconcile(region, name);
    }
  }
  retrying_ = false;
}

}  // namespace drydock::twin

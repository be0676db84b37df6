// aws:autoscaling/group:Group: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
#include <fmt/format.h>

#include "base/text.h"
#include "providers/aws/resources/autoscaling_blocks.h"
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

Json named(const std::string& name) { return Json::object({{"AutoScalingGroupName", name}}); }

Json tags_of(const Json& list, const std::string& group) {
  Json::Array out;
  for (const Json& tag : items(list))
    out.push_back(Json::object({{"ResourceId", group},
                                {"ResourceType", "auto-scaling-group"},
                                {"Key", text(tag, "key")},
                                {"Value", text(tag, "value")},
                                {"PropagateAtLaunch", tag.at("propagateAtLaunch").bool_or(false)}}));
  return out;
}

Json launch_template(const Json& in) {
  const Json& from = in.at("launchTemplate");
  if (!from.is_object()) return {};
  Json out = Json::object();
  // The id is enough; after a create the state may know both.
  if (from.has("id"))
    put(out, "LaunchTemplateId", from.at("id"));
  else
    put(out, "LaunchTemplateName", from.at("name"));
  put(out, "Version", from.at("version"));
  return out;
}

std::string comma_list(const Json& list) {
  std::vector<std::string> parts;
  for (const Json& item : items(list)) parts.push_back(item.string_or());
  return join(parts, ",");
}

// Blocks that differ from the wire in the first letter of their names only.
constexpr std::pair<const char*, const char*> kPlainBlocks[] = {
    {"instanceMaintenancePolicy", "InstanceMaintenancePolicy"},
    {"availabilityZoneDistribution", "AvailabilityZoneDistribution"},
    {"capacityReservationSpecification", "CapacityReservationSpecification"},
    {"instanceLifecyclePolicy", "InstanceLifecyclePolicy"}};

// What create and update have in common.
Json settings(const Json& in) {
  Json out = Json::object({{"AutoScalingGroupName", text(in, "name")},
                           {"MinSize", in.at("minSize")},
                           {"MaxSize", in.at("maxSize")},
                           {"VPCZoneIdentifier", comma_list(in.at("vpcZoneIdentifiers"))}});
  put(out, "LaunchTemplate", launch_template(in));
  put(out, "AvailabilityZones", in.at("availabilityZones"));
  put(out, "LaunchConfigurationName", in.at("launchConfiguration"));
  put(out, "DesiredCapacity", in.at("desiredCapacity"));
  put(out, "HealthCheckType", in.at("healthCheckType"));
  put(out, "HealthCheckGracePeriod", in.at("healthCheckGracePeriod"));
  put(out, "DefaultCooldown", in.at("defaultCooldown"));
  put(out, "DefaultInstanceWarmup", in.at("defaultInstanceWarmup"));
  put(out, "TerminationPolicies", in.at("terminationPolicies"));
  put(out, "NewInstancesProtectedFromScaleIn", in.at("protectFromScaleIn"));
  put(out, "CapacityRebalance", in.at("capacityRebalance"));
  put(out, "MaxInstanceLifetime", in.at("maxInstanceLifetime"));
  put(out, "PlacementGroup", in.at("placementGroup"));
  put(out, "ServiceLinkedRoleARN", in.at("serviceLinkedRoleArn"));
  put(out, "Context", in.at("context"));
  put(out, "DesiredCapacityType", in.at("desiredCapacityType"));
  put(out, "MixedInstancesPolicy", mixed_instances_to_wire(in.at("mixedInstancesPolicy")));
  for (const auto& [ours, wire] : kPlainBlocks)
    if (in.at(ours).is_object()) out[wire] = block_to_wire(in.at(ours));
  return out;
}

Aws<Json> describe_asg(Operation& op, const std::string& name) {
  auto reply =
      op.autoscaling("DescribeAutoScalingGroups", Json::object({{"AutoScalingGroupNames", Json::array({name})}}));
  if (!reply) return reply;
  return reply->at("AutoScalingGroups").item(0);
}

// "10m" -> minutes; 0: do not wait.
std::chrono::milliseconds capacity_timeout(const Json& in) {
  const std::string words = text(in, "waitForCapacityTimeout");
  if (words.empty()) return minutes(10);
  const double amount = std::atof(words.c_str());
  const char unit = words.back();
  const double seconds_each = unit == 'h' ? 3600 : unit == 'm' ? 60 : 1;
  return std::chrono::milliseconds(static_cast<long>(amount * seconds_each * 1000));
}

// The last activity that went wrong, in AWS's words.
std::string failed_activity(Operation& op, const std::string& name) {
  auto reply = op.autoscaling("DescribeScalingActivities", named(name));
  if (!reply) return "";
  for (const Json& activity : items(reply->at("Activities")))
    if (text(activity, "StatusCode") == "Failed" || text(activity, "StatusCode") == "Cancelled")
      return fmt::format("{}: {}", text(activity, "Description"), text(activity, "StatusMessage"));
  return "";
}

Aws<void> wait_for_capacity(Operation& op, const std::string& name, const Json& in) {
  const auto timeout = capacity_timeout(in);
  if (timeout.count() == 0) return {};
  const std::int64_t wanted = in.at("desiredCapacity").int_or(in.at("minSize").int_or(0));
  const bool forgiving = in.at("ignoreFailedScalingActivities").bool_or(false);
  return op.wait(fmt::format("{} healthy instances of {}", wanted, name), timeout, [&]() -> Aws<Poll> {
    auto group = describe_asg(op, name);
    if (!group) return up(group);
    std::int64_t healthy = 0;
    for (const Json& instance : items(group->at("Instances")))
      healthy += text(instance, "LifecycleState") == "InService" && text(instance, "HealthStatus") == "Healthy";
    if (healthy >= wanted) return Poll{true, ""};
    if (std::string failed = forgiving ? "" : failed_activity(op, name); !failed.empty())
      return no(ErrorCode::unavailable, failed);
    return Poll{false, fmt::format("{} healthy", healthy)};
  });
}

Aws<void> put_warm_pool(Operation& op, const std::string& id, const Json& pool) {
  Json call = warm_pool_to_wire(pool);
  call["AutoScalingGroupName"] = id;
  auto put_there = op.autoscaling("PutWarmPool", call);
  if (!put_there) return up(put_there);
  return {};
}

// Its instances end first.
Aws<void> remove_warm_pool(Operation& op, const std::string& id, bool force) {
  Json call = named(id);
  if (force) call["ForceDelete"] = true;
  auto begun = op.autoscaling("DeleteWarmPool", call);
  if (!begun && !begun.error().mentions("not found") && !begun.error().mentions("No warm pool")) return up(begun);
  return op.wait("the warm pool of " + id + " to go", op.timeout_or(minutes(10)), [&]() -> Aws<Poll> {
    auto group = describe_asg(op, id);
    if (!group) return up(group);
    return Poll{!group->at("WarmPoolConfiguration").is_object(), text(group->at("WarmPoolConfiguration"), "Status")};
  });
}

// What hangs on the group by calls of its own.
Aws<void> update_traffic_sources(Operation& op, const std::string& id, const Json& old, const Json& in) {
  const ListChange change = list_change(old.at("trafficSources"), in.at("trafficSources"));
  for (const auto& [action, list] :
       {std::pair{"DetachTrafficSources", &change.removed}, {"AttachTrafficSources", &change.added}}) {
    if (list->empty()) continue;
    Json call = named(id);
    call["TrafficSources"] = traffic_sources_to_wire(Json(*list));
    auto done = op.autoscaling(action, call);
    if (!done) return up(done);
  }
  return {};
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  Json call = settings(in);
  put(call, "TargetGroupARNs", in.at("targetGroupArns"));
  put(call, "LoadBalancerNames", in.at("loadBalancers"));
  put(call, "TrafficSources", traffic_sources_to_wire(in.at("trafficSources")));
  put(call, "LifecycleHookSpecificationList", hooks_to_wire(in.at("initialLifecycleHooks")));
  if (Json tags = tags_of(in.at("tags"), text(in, "name")); tags.size() > 0) call["Tags"] = std::move(tags);
  auto made = op.retry(
      minutes(2),
      [](const AwsError& e) { return e.is("ValidationError") && e.mentions("Invalid IAM Instance Profile"); },
      [&] { return op.autoscaling("CreateAutoScalingGroup", call); });
  if (!made) return up(made);
  id = text(in, "name");
  TRY_AWS(wait_for_capacity(op, id, in));
  if (in.at("suspendedProcesses").size() > 0)
    TRY_AWS(op.autoscaling("SuspendProcesses", Json::object({{"AutoScalingGroupName", id},
                                                             {"ScalingProcesses", in.at("suspendedProcesses")}})));
  if (in.at("enabledMetrics").size() > 0)
    TRY_AWS(op.autoscaling("EnableMetricsCollection", Json::object({{"AutoScalingGroupName", id},
                                                                    {"Granularity", text(in, "metricsGranularity")},
                                                                    {"Metrics", in.at("enabledMetrics")}})));
  if (in.at("warmPool").is_object()) return put_warm_pool(op, id, in.at("warmPool"));
  return {};
}

Json subnets_of(const Json& group) {
  Json out = Json::array();
  for (const std::string& part : split(text(group, "VPCZoneIdentifier"), ','))
    if (!trim(part).empty()) out.push_back(std::string(trim(part)));
  return out;
}

Aws<Json> read(Operation& op, std::string& id, const Json& known) {
  auto group = describe_asg(op, id);
  if (!group || group->is_null() || text(*group, "Status") == "Delete in progress")
    return group ? Aws<Json>(Json()) : group;
  Json out;
  out["name"] = id;
  out["arn"] = text(*group, "AutoScalingGroupARN");
  struct Number {
    const char *ours, *wire;
  };
  for (const Number& one : {Number{"minSize", "MinSize"},
                            {"maxSize", "MaxSize"},
                            {"desiredCapacity", "DesiredCapacity"},
                            {"healthCheckGracePeriod", "HealthCheckGracePeriod"},
                            {"defaultCooldown", "DefaultCooldown"},
                            {"defaultInstanceWarmup", "DefaultInstanceWarmup"},
                            {"predictedCapacity", "PredictedCapacity"},
                            {"warmPoolSize", "WarmPoolSize"}})
    if (Json value = number_or_null(group->at(one.wire)); !value.is_null()) out[one.ours] = value;
  for (const char* name : {"predictedCapacity", "warmPoolSize"})
    if (!out.has(name)) out[name] = 0;
  put(out, "healthCheckType", group->at("HealthCheckType"));
  put(out, "serviceLinkedRoleArn", group->at("ServiceLinkedRoleARN"));
  out["vpcZoneIdentifiers"] = subnets_of(*group);
  out["availabilityZones"] = Json(items(group->at("AvailabilityZones")));
  out["protectFromScaleIn"] = flag(group->at("NewInstancesProtectedFromScaleIn"));
  if (const Json& from = group->at("LaunchTemplate"); from.is_object()) {
    Json one = Json::object();
    put(one, "id", from.at("LaunchTemplateId"));
    put(one, "name", from.at("LaunchTemplateName"));
    put(one, "version", from.at("Version"));
    out["launchTemplate"] = std::move(one);
  }
  put(out, "mixedInstancesPolicy", mixed_instances_from_wire(group->at("MixedInstancesPolicy")));
  put(out, "warmPool", warm_pool_from_wire(group->at("WarmPoolConfiguration")));
  for (const auto& [ours, wire] : kPlainBlocks)
    if (known.has(ours) || group->at(wire).is_object()) put(out, ours, block_from_wire(group->at(wire)));
  out["trafficSources"] = traffic_sources_from_wire(group->at("TrafficSources"));
  Json tags = Json::array();
  for (const Json& tag : items(group->at("Tags")))
    if (!text(tag, "Key").starts_with("aws:"))
      tags.push_back(Json::object({{"key", text(tag, "Key")},
                                   {"value", text(tag, "Value")},
                                   {"propagateAtLaunch", flag(tag.at("PropagateAtLaunch"))}}));
  out["tags"] = std::move(tags);
  return out;
}

Aws<void> refresh(Operation& op, const std::string& id, const Json& in) {
  Json preferences = Json::object();
  if (const Json& from = in.path("instanceRefresh.preferences"); from.is_object()) {
    put(preferences, "MinHealthyPercentage", from.at("minHealthyPercentage"));
    put(preferences, "MaxHealthyPercentage", from.at("maxHealthyPercentage"));
    put(preferences, "InstanceWarmup", from.at("instanceWarmup"));
    put(preferences, "SkipMatching", from.at("skipMatching"));
    put(preferences, "AutoRollback", from.at("autoRollback"));
    put(preferences, "CheckpointDelay", from.at("checkpointDelay"));
    put(preferences, "CheckpointPercentages", from.at("checkpointPercentages"));
    put(preferences, "ScaleInProtectedInstances", from.at("scaleInProtectedInstances"));
    put(preferences, "StandbyInstances", from.at("standbyInstances"));
  }
  Json call = Json::object({{"AutoScalingGroupName", id}, {"Strategy", in.path("instanceRefresh.strategy")}});
  if (preferences.size() > 0) call["Preferences"] = std::move(preferences);
  auto begun = op.autoscaling("StartInstanceRefresh", call);
  if (begun) return {};
  if (!begun.error().is_any({"InstanceRefreshInProgress", "InstanceRefreshInProgressFault"})) return up(begun);
  TRY_AWS(fine_if(op.autoscaling("CancelInstanceRefresh", named(id)),
                  {"ActiveInstanceRefreshNotFound", "ActiveInstanceRefreshNotFoundFault"}));
  begun = op.retry(
      minutes(15),
      [](const AwsError& e) {
        return e.is_any({"InstanceRefreshInProgress", "InstanceRefreshInProgressFault"});
      },
      [&] { return op.autoscaling("StartInstanceRefresh", call); });
  if (!begun) return up(begun);
  return {};
}

Aws<void> update_tags(Operation& op, const std::string& id, const Json& old, const Json& in) {
  const ListChange keys = list_change(pluck(old.at("tags"), "key"), pluck(in.at("tags"), "key"));
  if (!keys.removed.empty()) {
    Json gone = Json::array();
    for (const Json& key : keys.removed)
      gone.push_back(Json::object({{"ResourceId", id}, {"ResourceType", "auto-scaling-group"}, {"Key", key}}));
    TRY_AWS(op.autoscaling("DeleteTags", Json::object({{"Tags", gone}})));
  }
  if (Json set = tags_of(list_change(old.at("tags"), in.at("tags")).added, id); set.size() > 0)
    TRY_AWS(op.autoscaling("CreateOrUpdateTags", Json::object({{"Tags", set}})));
  return {};
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  Json call = settings(in);
  call.erase("Tags");
  if (!changed(old, in, "desiredCapacity")) call.erase("DesiredCapacity");
  TRY_AWS(op.autoscaling("UpdateAutoScalingGroup", call));
  TRY_AWS(update_tags(op, id, old, in));
  if (changed(old, in, "suspendedProcesses")) {
    const ListChange change = list_change(old.at("suspendedProcesses"), in.at("suspendedProcesses"));
    for (const auto& [action, list] :
         {std::pair{"ResumeProcesses", &change.removed}, {"SuspendProcesses", &change.added}})
      if (!list->empty())
        TRY_AWS(op.autoscaling(action, Json::object({{"AutoScalingGroupName", id}, {"ScalingProcesses", *list}})));
  }
  TRY_AWS(update_traffic_sources(op, id, old, in));
  if (changed(old, in, "warmPool")) {
    if (in.at("warmPool").is_object())
      TRY_AWS(put_warm_pool(op, id, in.at("warmPool")));
    else
      TRY_AWS(remove_warm_pool(op, id, in.at("forceDeleteWarmPool").bool_or(false)));
  }
  bool trigger = changed(old, in, "launchTemplate") || changed(old, in, "launchConfiguration") ||
                 changed(old, in, "mixedInstancesPolicy");
  for (const Json& name : items(in.path("instanceRefresh.triggers")))
    trigger = trigger || (name.string_or() == "tag" ? changed(old, in, "tags") : changed(old, in, name.string_or()));
  if (trigger && in.has("instanceRefresh")) TRY_AWS(refresh(op, id, in));
  if (changed(old, in, "desiredCapacity") || changed(old, in, "minSize")) return wait_for_capacity(op, id, in);
  return {};
}

Aws<void> remove(Operation& op, const std::string& id, const Json& known) {
  auto group = describe_asg(op, id);
  if (!group) return up(group);
  if (group->is_null()) return {};
  const bool force = known.at("forceDelete").bool_or(false);
  if (group->at("WarmPoolConfiguration").is_object())
    TRY_AWS(remove_warm_pool(op, id, force || known.at("forceDeleteWarmPool").bool_or(false)));
  if (!force && text(*group, "Status") != "Delete in progress") {
    Json empty = named(id);
    for (const char* name : {"MinSize", "MaxSize", "DesiredCapacity"}) empty[name] = 0;
    auto drained = op.autoscaling("UpdateAutoScalingGroup", empty);
    if (!drained && !drained.error().mentions("not found")) return up(drained);
    TRY_AWS(op.wait("the instances of " + id + " to end", op.timeout_or(minutes(10)), [&]() -> Aws<Poll> {
      auto now = describe_asg(op, id);
      if (!now) return up(now);
      return Poll{items(now->at("Instances")).empty(), fmt::format("{} instances", items(now->at("Instances")).size())};
    }));
  }
  Json call = named(id);
  if (force) call["ForceDelete"] = true;
  auto done = op.retry(
      minutes(10),
      [](const AwsError& e) {
        return e.is_any(
            {"ResourceInUse", "ScalingActivityInProgress", "ResourceInUseFault", "ScalingActivityInProgressFault"});
      },
      [&] { return op.autoscaling("DeleteAutoScalingGroup", call); });
  if (!done && !done.error().mentions("not found")) return up(done);
  return op.wait(id + " to go", op.timeout_or(minutes(10)), [&]() -> Aws<Poll> {
    auto now = describe_asg(op, id);
    if (!now) return up(now);
    return Poll{now->is_null(), text(*now, "Status")};
  });
}

void check(const Json& in, const std::vector<std::string>& unknown, std::vector<CheckFailure>& failures) {
  int ways = 0;
  for (const char* name : {"launchTemplate", "launchConfiguration", "mixedInstancesPolicy"})
    ways += in.has(name) || std::find(unknown.begin(), unknown.end(), name) != unknown.end();
  if (ways != 1)
    failures.push_back(
        {"launchTemplate",
         "a group needs exactly one of 'launchTemplate', 'launchConfiguration' and 'mixedInstancesPolicy'"});
  if (in.at("minSize").int_or(0) > in.at("maxSize").int_or(in.at("minSize").int_or(0)))
    failures.push_back({"maxSize", "'maxSize' must not be smaller than 'minSize'"});
}

}  // namespace

extern const ResourceType kAutoscalingGroup;
const ResourceType kAutoscalingGroup = {
    .token = "aws:autoscaling/group:Group",
    .naming = {.property = "name"},
    .sets = {"vpcZoneIdentifiers", "availabilityZones", "tags", "targetGroupArns", "loadBalancers",
             "suspendedProcesses", "enabledMetrics", "trafficSources", "initialLifecycleHooks"},
    .create = create,
    .read = read,
    .update = update,
    .remove = remove,
    .check = check};

}  // namespace drydock::aws_provider

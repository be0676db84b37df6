// The operations that change groups:
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
#include <algorithm>
#include <set>

#include "twin/autoscaling/autoscaling.h"
#include "twin/autoscaling/common.h"
#include "twin/iam/access.h"

namespace drydock::twin {
namespace {

using Group = aws::AutoScalingGroup;
using Member = aws::AutoScalingInstance;

std::optional<ApiError> check_sizes(const Group& g) {
  if (g.MinSize < 0 || g.MaxSize < 0) return asg_invalid("Min and max sizes must not be negative.").value();
  if (g.MaxSize < g.MinSize) {
    return asg_invalid(
               fmt::format("Max bound, {}, must be greater than or equal to min bound, {}", g.MaxSize, g.MinSize))
        .value();
  }
  if (g.DesiredCapacity < g.MinSize || g.DesiredCapacity > g.MaxSize) {
    return asg_invalid(fmt::format("Desired capacity:{} must be between the specified min size:{} and max size:{}",
                                   g.DesiredCapacity, g.MinSize, g.MaxSize))
        .value();
  }
  return std::nullopt;
}

/// The zones of the group's subnets; the subnets must exist and share a VPC.
std::optional<ApiError> set_subnets(World& world, const std::string& region, Group& g, const std::string& list) {
  g.VPCZoneIdentifier = list;
  std::set<std::string> zones, vpcs;
  for (const std::string& id : subnets_of(g)) {
    const aws::Subnet* subnet = world.table<aws::Subnet>(region).find(id);
    if (!subnet) return asg_invalid(fmt::format("The subnet ID '{}' does not exist", id)).value();
    zones.insert(subnet->availabilityZone);
    vpcs.insert(subnet->vpcId);
  }
  if (vpcs.size() > 1) return asg_invalid("The specified subnets are not all in the same VPC.").value();
  g.AvailabilityZones.assign(zones.begin(), zones.end());
  return std::nullopt;
}

/// The template must exist and, as far as AWS looks at this point, be whole.
std::optional<ApiError> check_template(World& world, const Ec2& ec2, const std::string& region, const Group& g) {
  const auto spec = template_of(g);
  if (!spec || (spec->LaunchTemplateId.empty() && spec->LaunchTemplateName.empty())) {
    return asg_invalid(
               "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
               "MixedInstancesPolicy parameter.")
        .value();
  }
  const auto version = ec2.template_version(region, spec->LaunchTemplateId, spec->LaunchTemplateName,
                                            spec->Version.value_or("$Default"));
  if (!version) {
    const std::string which = spec->LaunchTemplateId.empty() ? fmt::format("template name {}", spec->LaunchTemplateName)
                                                             : fmt::format("template ID {}", spec->LaunchTemplateId);
    return asg_invalid(fmt::format("You must use a valid fully-formed launch template. The specified launch template, "
                                   "with {}, does not exist.",
                                   which))
        .value();
  }
  const Json& profile = version->launchTemplateData.at("iamInstanceProfile");
  const std::string name = profile.at("name").string_or(), arn = profile.at("arn").string_or();
  const std::string key = name.empty() ? arn.substr(arn.rfind('/') + 1) : name;
  if (!key.empty() && !world.table<aws::InstanceProfile>().contains(key)) {
    return asg_invalid(fmt::format("You must use a valid fully-formed launch template. Value ({}) for parameter "
                                   "iamInstanceProfile.{} is invalid. Invalid IAM Instance Profile {}",
                                   name.empty() ? arn : name, name.empty() ? "arn" : "name",
                                   name.empty() ? "ARN" : "name"))
        .value();
  }
  if (version->launchTemplateData.at("imageId").string_or().empty()) {
    return asg_invalid(
               "You must use a valid fully-formed launch template. The request must contain the parameter ImageId")
        .value();
  }
  return std::nullopt;
}

void set_tag(Group& g, const Json& in) {
  aws::AutoScalingTag tag;
  tag.ResourceId = g.AutoScalingGroupName;
  tag.Key = in.at("Key").string_or();
  tag.Value = in.at("Value").string_or();
  tag.PropagateAtLaunch = in.at("PropagateAtLaunch").string_or() == "true";
  std::erase_if(g.Tags, [&](const aws::AutoScalingTag& t) { return t.Key == tag.Key; });
  g.Tags.push_back(std::move(tag));
  std::sort(g.Tags.begin(), g.Tags.end(), [](const auto& a, const auto& b) { return a.Key < b.Key; });
}

/// What CreateAutoScalingGroup and UpdateAutoScalingGroup have in common.
std::optional<ApiError> apply(World& world, const Call& call, Group& g) {
  for (const auto& [parameter, what] :
       {std::pair{"LaunchConfigurationName", "launch configurations are not supported yet: use a launch template"},
        {"LifecycleHookSpecificationList", "not supported yet on the twin: lifecycle hooks"},
        {"InstanceLifecyclePolicy", "not supported yet on the twin: InstanceLifecyclePolicy"},
        {"TrafficSources", "not supported yet on the twin: traffic sources, for there are no load balancers"}})
    if (call.has(parameter)) return ApiError{501, "NotModelled", what, {}};
  for (const auto& [parameter, kept] : {std::pair{"InstanceMaintenancePolicy", &g.InstanceMaintenancePolicy},
                                        {"AvailabilityZoneDistribution", &g.AvailabilityZoneDistribution},
                                        {"CapacityReservationSpecification", &g.CapacityReservationSpecification}})
    if (call.in.at(parameter).is_object()) *kept = call.in.at(parameter);
  if (const Json& t = call.in.at("LaunchTemplate"); t.is_object()) {
    g.LaunchTemplate = fields::decoded<aws::LaunchTemplateSpecification>(t);
    g.MixedInstancesPolicy.reset();
  }
  if (const Json& policy = call.in.at("MixedInstancesPolicy"); policy.is_object()) {
    g.MixedInstancesPolicy = policy;
    g.LaunchTemplate.reset();
  }
  g.MinSize = call.number("MinSize").value_or(g.MinSize);
  g.MaxSize = call.number("MaxSize").value_or(g.MaxSize);
  g.DefaultCooldown = call.number("DefaultCooldown").value_or(g.DefaultCooldown);
  g.HealthCheckType = call.text("HealthCheckType", g.HealthCheckType);
  g.HealthCheckGracePeriod = call.number("HealthCheckGracePeriod").value_or(g.HealthCheckGracePeriod);
  g.CapacityRebalance = call.flag("CapacityRebalance").value_or(g.CapacityRebalance);
  g.NewInstancesProtectedFromScaleIn =
      call.flag("NewInstancesProtectedFromScaleIn").value_or(g.NewInstancesProtectedFromScaleIn);
  if (const auto warmup = call.number("DefaultInstanceWarmup")) {
    g.DefaultInstanceWarmup = *warmup;
    if (*warmup < 0) g.DefaultInstanceWarmup.reset();
  }
  if (const auto lifetime = call.number("MaxInstanceLifetime")) g.MaxInstanceLifetime = *lifetime;
  if (call.has("TerminationPolicies")) g.TerminationPolicies = call.texts("TerminationPolicies");
  if (call.has("TargetGroupARNs")) g.TargetGroupARNs = call.texts("TargetGroupARNs");
  if (const auto subnets = call.maybe("VPCZoneIdentifier")) {
    if (auto fault = set_subnets(world, call.region, g, *subnets)) return fault;
  } else if (call.has("AvailabilityZones")) {
    g.AvailabilityZones = call.texts("AvailabilityZones");
    std::vector<std::string> ids;  // default subnets of the default VPC, as AWS takes them
    for (const auto& [id, subnet] : world.table<aws::Subnet>(call.region)) {
      const auto& zones = g.AvailabilityZones;
      if (subnet.defaultForAz && std::find(zones.begin(), zones.end(), subnet.availabilityZone) != zones.end()) {
        ids.push_back(id);
      }
    }
    g.VPCZoneIdentifier = join(ids, ",");
  }
  return std::nullopt;
}

}  // namespace

void AutoScaling::install_groups(Front& front) {
  auto group_named = [](World& world, const Call& call) -> tl::expected<Group*, ApiError> {
    const std::string name = call.text("AutoScalingGroupName");
    if (Group* g = world.table<Group>(call.region).edit(name)) return g;
    return no_group(name);
  };

  front.operation("autoscaling", "CreateAutoScalingGroup", [this](World& world, Call& call) -> ApiResult {
    Group g;
    g.AutoScalingGroupName = call.text("AutoScalingGroupName");
    if (g.AutoScalingGroupName.empty() || g.AutoScalingGroupName.find(':') != std::string::npos) {
      return asg_invalid("AutoScalingGroupName must be given and must not contain a colon.");
    }
    if (world.table<Group>(call.region).contains(g.AutoScalingGroupName)) {
      return refuse(
          "AlreadyExists",
          fmt::format("AutoScalingGroup by this name already exists - A group with the name {} already exists",
                      g.AutoScalingGroupName));
    }
    if (auto fault = apply(world, call, g)) return tl::unexpected(*fault);
    g.DesiredCapacity = call.number("DesiredCapacity").value_or(g.MinSize);
    if (auto fault = check_template(world, ec2_, call.region, g)) return tl::unexpected(*fault);
    if (subnets_of(g).empty()) return asg_invalid("At least one Availability Zone or VPC Subnet is required.");
    if (auto fault = check_sizes(g)) return tl::unexpected(*fault);
    g.AutoScalingGroupARN = fmt::format("arn:aws:autoscaling:{}:{}:autoScalingGroup:{}:autoScalingGroupName/{}",
                                        call.region, world.account(), world.new_uuid(), g.AutoScalingGroupName);
    g.CreatedTime = iso_millis(world.now());
    g.ServiceLinkedRoleARN = call.text("ServiceLinkedRoleARN");
    if (g.ServiceLinkedRoleARN.empty()) {
      g.ServiceLinkedRoleARN = iam::ensure_service_linked_role(world, "autoscaling.amazonaws.com");
    }
    const Json& tags = call.in.at("Tags");
    for (std::size_t i = 0; i < tags.size(); ++i) set_tag(g, tags.item(i));
    const std::string name = g.AutoScalingGroupName;
    const std::string why = fmt::format(
        "a user request created an AutoScalingGroup changing the desired capacity from 0 to {}.", g.DesiredCapacity);
    world.table<Group>(call.region).put(name, std::move(g));
    reconcile(call.region, name, why);
    return Json::object();
  });

  front.operation("autoscaling", "UpdateAutoScalingGroup", [this, group_named](World& world, Call& call) -> ApiResult {
    auto found = group_named(world, call);
    if (!found) return tl::unexpected(found.error());
    Group g = **found;
    const std::int64_t before = g.DesiredCapacity;
    if (auto fault = apply(world, call, g)) return tl::unexpected(*fault);
    // Without a wish of its own, the capacity follows the bounds.
    g.DesiredCapacity =
        call.number("DesiredCapacity").value_or(std::clamp(before, g.MinSize, std::max(g.MinSize, g.MaxSize)));
    if (auto fault = check_template(world, ec2_, call.region, g)) return tl::unexpected(*fault);
    if (auto fault = check_sizes(g)) return tl::unexpected(*fault);
    const std::string why = fmt::format(
        "a user request update of AutoScalingGroup constraints to min: {}, max: {}, desired: {} changing the desired "
        "capacity from {} to {}.",
        g.MinSize, g.MaxSize, g.DesiredCapacity, before, g.DesiredCapacity);
    **found = std::move(g);
    reconcile(call.region, call.text("AutoScalingGroupName"), why);
    return Json::object();
  });

  front.operation("autoscaling", "DeleteAutoScalingGroup", [this, group_named](World& world, Call& call) -> ApiResult {
    auto found = group_named(world, call);
    if (!found) return tl::unexpected(found.error());
    const std::string name = call.text("AutoScalingGroupName");
    std::vector<std::string> here, leaving;
    each_of_group<Member>(world, call.region, name,
                          [&](auto&, const Member& m) { (m.is_leaving() ? leaving : here).push_back(m.InstanceId); });
    if (call.text("ForceDelete") != "true") {
      if (!here.empty()) {
        return refuse("ResourceInUse",
                      "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
                      "request(s) still in the group.");
      }
      if (!leaving.empty()) {
        return refuse("ScalingActivityInProgress",
                      "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that "
                      "group.");
      }
    }
    (*found)->Status = "Delete in progress";
    (*found)->MinSize = (*found)->DesiredCapacity = 0;
    for (const std::string& id : here) {
      terminate(
          call.region, name, id,
          fmt::format("At {} a user request force deleted AutoScalingGroup changing the desired capacity to 0.  At "
                      "{} instance {} was selected for termination.",
                      iso_seconds(world.now()), iso_seconds(world.now()), id));
    }
    finish_delete(call.region, name);
    return Json::object();
  });

  front.operation("autoscaling", "SetDesiredCapacity", [this, group_named](World& world, Call& call) -> ApiResult {
    auto found = group_named(world, call);
    if (!found) return tl::unexpected(found.error());
    Group& g = **found;
    const std::int64_t before = g.DesiredCapacity, wanted = call.number("DesiredCapacity").value_or(before);
    if (wanted > g.MaxSize) {
      return asg_invalid(fmt::format("New SetDesiredCapacity value {} is above max value {} for the AutoScalingGroup.",
                                     wanted, g.MaxSize));
    }
    if (wanted < g.MinSize) {
      return asg_invalid(fmt::format("New SetDesiredCapacity value {} is below min value {} for the AutoScalingGroup.",
                                     wanted, g.MinSize));
    }
    g.DesiredCapacity = wanted;
    reconcile(
        call.region, g.AutoScalingGroupName,
        fmt::format("a user request explicitly set group desired capacity changing the desired capacity from {} to "
                    "{}.",
                    before, wanted));
    return Json::object();
  });

  front.operation("autoscaling", "TerminateInstanceInAutoScalingGroup", [this](World& world, Call& call) -> ApiResult {
    const std::string id = call.text("InstanceId");
    const Group* g = group_of(call.region, id);
    if (!g)
      return asg_invalid(fmt::format("Instance Id not found - No managed instance found for instance ID: {}", id));
    const std::string name = g->AutoScalingGroupName;
    const std::int64_t before = g->DesiredCapacity;
    if (call.text("ShouldDecrementDesiredCapacity") == "true") {
      if (before - 1 < g->MinSize) {
        return asg_invalid(
            fmt::format("Currently, desiredSize equals minSize ({}). Terminating instance without "
                        "replacement will violate group's min size constraint. Either set "
                        "shouldDecrementDesiredCapacity flag to false or lower group's min size.",
                        g->MinSize));
      }
      world.table<Group>(call.region).edit(name)->DesiredCapacity = before - 1;
    }
    terminate(call.region, name, id,
              fmt::format("At {} instance {} was taken out of service in response to a user request.",
                          iso_seconds(world.now()), id));
    reconcile(call.region, name);
    const Group* after = world.table<Group>(call.region).find(name);
    Json out = Json::object();
    if (after) {
      if (const auto* a =
              world.table<aws::ScalingActivity>(call.region).find(fmt::format("{}:{:08}", name, after->activities))) {
        out["Activity"] = fields::encode(*a, fields::Scope::wire);
      }
    }
    return out;
  });

  front.operation("autoscaling", "SetInstanceHealth", [this](World& world, Call& call) -> ApiResult {
    const std::string id = call.text("InstanceId");
    const Group* g = group_of(call.region, id);
    if (!g)
      return asg_invalid(fmt::format("Instance Id not found - No managed instance found for instance ID: {}", id));
    const std::string name = g->AutoScalingGroupName;
    world.table<Member>(call.region).edit(name + ":" + id)->HealthStatus = call.text("HealthStatus");
    if (call.text("HealthStatus") != "Unhealthy") return Json::object();
    terminate(call.region, name, id,
              fmt::format("At {} an instance was taken out of service in response to a user health-check.",
                          iso_seconds(world.now())));
    reconcile(call.region, name,
              "an instance was launched in response to an unhealthy instance needing to be replaced.");
    return Json::object();
  });

  front.operation("autoscaling", "SetInstanceProtection", [](World& world, Call& call) -> ApiResult {
    const std::string name = call.text("AutoScalingGroupName");
    for (const std::string& id : call.texts("InstanceIds")) {
      Member* m = world.table<Member>(call.region).edit(name + ":" + id);
      if (!m) return asg_invalid(fmt::format("The instance {} is not part of Auto Scaling group {}.", id, name));
      m->ProtectedFromScaleIn = call.text("ProtectedFromScaleIn") == "true";
    }
    return Json::object();
  });

  auto processes = [](const Call& call) {
    std::vector<std::string> named = call.texts("ScalingProcesses");
    if (!named.empty()) return named;
    return std::vector<std::string>{"Launch",           "Terminate",         "HealthCheck",
                                    "ReplaceUnhealthy", "AZRebalance",       "AlarmNotification",
                                    "ScheduledActions", "AddToLoadBalancer", "InstanceRefresh"};
  };
  front.operation("autoscaling", "SuspendProcesses", [group_named, processes](World& world, Call& call) -> ApiResult {
    auto found = group_named(world, call);
    if (!found) return tl::unexpected(found.error());
    for (const std::string& p : processes(call)) {
      if (is_suspended(**found, p)) continue;
      (*found)->SuspendedProcesses.push_back({p, fmt::format("User suspended at {}", iso_seconds(world.now()))});
    }
    return Json::object();
  });
  front.operation("autoscaling", "ResumeProcesses",
                  [this, group_named, processes](World& world, Call& call) -> ApiResult {
                    auto found = group_named(world, call);
                    if (!found) return tl::unexpected(found.error());
                    for (const std::string& p : processes(call)) {
                      std::erase_if((*found)->SuspendedProcesses, [&](const auto& s) { return s.ProcessName == p; });
                    }
                    reconcile(call.region, call.text("AutoScalingGroupName"));
                    return Json::object();
                  });

  front.operation("autoscaling", "EnableMetricsCollection", [group_named](World& world, Call& call) -> ApiResult {
    auto found = group_named(world, call);
    if (!found) return tl::unexpected(found.error());
    for (const std::string& metric : call.texts("Metrics")) (*found)->EnabledMetrics.push_back({metric});
    return Json::object();
  });
  front.operation("autoscaling", "DisableMetricsCollection", [group_named](World& world, Call& call) -> ApiResult {
    auto found = group_named(world, call);
    if (!found) return tl::unexpected(found.error());
    const std::vector<std::string> metrics = call.texts("Metrics");
    std::erase_if((*found)->EnabledMetrics, [&](const aws::EnabledMetric& m) {
      return metrics.empty() || std::find(metrics.begin(), metrics.end(), m.Metric) != metrics.end();
    });
    return Json::object();
  });

  front.operation("autoscaling", "CreateOrUpdateTags", [](World& world, Call& call) -> ApiResult {
    const Json& tags = call.in.at("Tags");
    for (std::size_t i = 0; i < tags.size(); ++i) {
      const std::string name = tags.item(i).at("ResourceId").string_or();
      Group* g = world.table<Group>(call.region).edit(name);
      if (!g) return no_group(name);
      set_tag(*g, tags.item(i));
    }
    return Json::object();
  });
  front.operation("autoscaling", "DeleteTags", [](World& world, Call& call) -> ApiResult {
    const Json& tags = call.in.at("Tags");
    for (std::size_t i = 0; i < tags.size(); ++i) {
      const std::string name = tags.item(i).at("ResourceId").string_or(), key = tags.item(i).at("Key").string_or();
      Group* g = world.table<Group>(call.region).edit(name);
      if (!g) return no_group(name);
      std::erase_if(g->Tags, [&](const aws::AutoScalingTag& t) { return t.Key == key; });
    }
    return Json::object();
  });
}

}  // namespace drydock::twin

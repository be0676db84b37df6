// Auto Scaling's nouns as plain values, named and spelled as the API's XML does
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Types.html). Times are ISO 8601, simulated time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace drydock::aws {

struct AutoScalingTag {
  std::string ResourceId, ResourceType = "auto-scaling-group", Key, Value;
  bool PropagateAtLaunch = false;
};
template <class V>
void each_field(V& v, AutoScalingTag& x) {
  v("ResourceId", x.ResourceId), v("ResourceType", x.ResourceType), v("Key", x.Key), v("Value", x.Value);
  v("PropagateAtLaunch", x.PropagateAtLaunch);
}

struct LaunchTemplateSpecification {
  std::string LaunchTemplateId, LaunchTemplateName;
  std::optional<std::string> Version;  // a number, $Latest or $Default
};
template <class V>
void each_field(V& v, LaunchTemplateSpecification& x) {
  v("LaunchTemplateId", x.LaunchTemplateId), v("LaunchTemplateName", x.LaunchTemplateName), v("Version", x.Version);
}

/// Key: group + ":" + instance id, so that a group's instances lie together; a group's name has no colon.
struct AutoScalingInstance {
  static constexpr const char* kTable = "autoscaling.instance";
  std::string InstanceId, InstanceType, AvailabilityZone, LifecycleState = "Pending", HealthStatus = "Healthy";
  LaunchTemplateSpecification LaunchTemplate;
  bool ProtectedFromScaleIn = false;
  std::string group, subnet, launched;
  std::string activity;  // key of the activity that is under way for it; empty: none
  bool is_leaving() const { return LifecycleState.starts_with("Terminat"); }
};
template <class V>
void each_field(V& v, AutoScalingInstance& x) {
  v("InstanceId", x.InstanceId), v("InstanceType", x.InstanceType), v("AvailabilityZone", x.AvailabilityZone);
  v("LifecycleState", x.LifecycleState), v("HealthStatus", x.HealthStatus), v("LaunchTemplate", x.LaunchTemplate);
  v("ProtectedFromScaleIn", x.ProtectedFromScaleIn), v("_group", x.group), v("_subnet", x.subnet);
  v("_launched", x.launched), v("_activity", x.activity);
}

struct SuspendedProcess {
  std::string ProcessName, SuspensionReason;
};
template <class V>
void each_field(V& v, SuspendedProcess& x) {
  v("ProcessName", x.ProcessName), v("SuspensionReason", x.SuspensionReason);
}

struct EnabledMetric {
  std::string Metric, Granularity = "1Minute";
};
template <class V>
void each_field(V& v, EnabledMetric& x) {
  v("Metric", x.Metric), v("Granularity", x.Granularity);
}

/// Its instances are rows of their own: a group of a thousand is not written anew for each of them.
struct AutoScalingGroup {  // key: AutoScalingGroupName
  static constexpr const char* kTable = "autoscaling.group";
  std::string AutoScalingGroupName, AutoScalingGroupARN;
  std::optional<LaunchTemplateSpecification> LaunchTemplate;
  std::optional<Json> MixedInstancesPolicy;
  std::optional<Json> InstanceMaintenancePolicy, AvailabilityZoneDistribution, CapacityReservationSpecification;
  std::int64_t MinSize = 0, MaxSize = 0, DesiredCapacity = 0, DefaultCooldown = 300, HealthCheckGracePeriod = 0;
  std::vector<std::string> AvailabilityZones;
  std::string HealthCheckType = "EC2", CreatedTime, VPCZoneIdentifier;  // comma-separated subnet ids
  std::vector<SuspendedProcess> SuspendedProcesses;
  std::vector<EnabledMetric> EnabledMetrics;
  std::optional<std::string> Status;  // "Delete in progress"
  std::vector<AutoScalingTag> Tags;
  std::vector<std::string> TerminationPolicies{"Default"}, TargetGroupARNs, LoadBalancerNames;
  bool NewInstancesProtectedFromScaleIn = false, CapacityRebalance = false;
  std::string ServiceLinkedRoleARN;
  std::optional<std::int64_t> DefaultInstanceWarmup, MaxInstanceLifetime;
  bool failing = false;         // the last launch was refused
  std::int64_t activities = 0;  // how many were begun
};
template <class V>
void each_field(V& v, AutoScalingGroup& x) {
  v("AutoScalingGroupName", x.AutoScalingGroupName), v("AutoScalingGroupARN", x.AutoScalingGroupARN);
  v("LaunchTemplate", x.LaunchTemplate), v("MixedInstancesPolicy", x.MixedInstancesPolicy);
  v("MinSize", x.MinSize), v("MaxSize", x.MaxSize), v("DesiredCapacity", x.DesiredCapacity);
  v("DefaultCooldown", x.DefaultCooldown), v("HealthCheckGracePeriod", x.HealthCheckGracePeriod);
  v("AvailabilityZones", x.AvailabilityZones), v("HealthCheckType", x.HealthCheckType);
  v("CreatedTime", x.CreatedTime), v("VPCZoneIdentifier", x.VPCZoneIdentifier);
  v("SuspendedProcesses", x.SuspendedProcesses), v("EnabledMetrics", x.EnabledMetrics), v("Status", x.Status);
  v("Tags", x.Tags), v("TerminationPolicies", x.TerminationPolicies), v("TargetGroupARNs", x.TargetGroupARNs);
  v("LoadBalancerNames", x.LoadBalancerNames);
  v("NewInstancesProtectedFromScaleIn", x.NewInstancesProtectedFromScaleIn);
  v("CapacityRebalance", x.CapacityRebalance), v("ServiceLinkedRoleARN", x.ServiceLinkedRoleARN);
  v("InstanceMaintenancePolicy", x.InstanceMaintenancePolicy);
  v("AvailabilityZoneDistribution", x.AvailabilityZoneDistribution);
  v("CapacityReservationSpecification", x.CapacityReservationSpecification);
  v("DefaultInstanceWarmup", x.DefaultInstanceWarmup), v("MaxInstanceLifetime", x.MaxInstanceLifetime);
  v("_failing", x.failing), v("_activities", x.activities);
}

struct ScalingActivity {  // key: group + ":" + eight digits, so that a group's activities lie together in order
  static constexpr const char* kTable = "autoscaling.activity";
  std::string ActivityId, AutoScalingGroupName, AutoScalingGroupARN, Description, Cause, StartTime;
  std::optional<std::string> EndTime, StatusMessage;
  std::string StatusCode = "InProgress";  // Successful, Failed, Cancelled, ...
  std::int64_t Progress = 0;
  std::string Details;
};
template <class V>
void each_field(V& v, ScalingActivity& x) {
  v("ActivityId", x.ActivityId), v("AutoScalingGroupName", x.AutoScalingGroupName);
  v("AutoScalingGroupARN", x.AutoScalingGroupARN), v("Description", x.Description), v("Cause", x.Cause);
  v("StartTime", x.StartTime), v("EndTime", x.EndTime), v("StatusCode", x.StatusCode);
  v("StatusMessage", x.StatusMessage), v("Progress", x.Progress), v("Details", x.Details);
}

struct InstanceRefresh {  // key: InstanceRefreshId
  static constexpr const char* kTable = "autoscaling.instance-refresh";
  std::string InstanceRefreshId, AutoScalingGroupName, Status = "Pending", StartTime;
  std::optional<std::string> EndTime, StatusReason;
  std::int64_t PercentageComplete = 0, InstancesToUpdate = 0;
  Json Preferences;
  std::vector<std::string> to_replace;  // instances that were there at the start and are not yet terminated
  std::int64_t total = 0;
};
template <class V>
void each_field(V& v, InstanceRefresh& x) {
  v("InstanceRefreshId", x.InstanceRefreshId), v("AutoScalingGroupName", x.AutoScalingGroupName);
  v("Status", x.Status), v("StatusReason", x.StatusReason), v("StartTime", x.StartTime), v("EndTime", x.EndTime);
  v("PercentageComplete", x.PercentageComplete), v("InstancesToUpdate", x.InstancesToUpdate);
  v("Preferences", x.Preferences), v("_toReplace", x.to_replace), v("_total", x.total);
}

}  // namespace drydock::aws

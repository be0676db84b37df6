// Scaling activities: the group's diary, in AWS's words.
#include "twin/autoscaling/autoscaling.h"
#include "twin/autoscaling/common.h"

namespace drydock::twin {

std::string AutoScaling::begin_activity(const std::string& region, Group& group, std::string description,
                                        std::string cause, std::string details) {
  aws::ScalingActivity activity;
  activity.ActivityId = world_.new_uuid();
  activity.AutoScalingGroupName = group.AutoScalingGroupName;
  activity.AutoScalingGroupARN = group.AutoScalingGroupARN;
  activity.Description = std::move(description);
  activity.Cause = std::move(cause);
  activity.StartTime = iso_seconds(world_.now());
  activity.Progress = 50;
  activity.Details = std::move(details);
  std::string key = fmt::format("{}:{:08}", group.AutoScalingGroupName, ++group.activities);
  world_.table<aws::ScalingActivity>(region).put(key, std::move(activity));
  return key;
}

void AutoScaling::end_activity(const std::string& region, aws::AutoScalingInstance& instance) {
  if (instance.activity.empty()) return;
  if (aws::ScalingActivity* activity = world_.table<aws::ScalingActivity>(region).edit(instance.activity)) {
    activity->StatusCode = "Successful";
    activity->Progress = 100;
    activity->EndTime = iso_seconds(world_.now());
  }
  instance.activity.clear();
}

void AutoScaling::failed_activity(const std::string& region, Group& group, const std::string& cause,
                                  const std::string& reason, const std::string& details) {
  const std::string message = fmt::format("{}. Launching EC2 instance failed.",
                                          reason.ends_with('.') ? reason.substr(0, reason.size() - 1) : reason);
  // The same refusal again is no news; the last entry already tells it.
  const aws::ScalingActivity* last = world_.table<aws::ScalingActivity>(region).find(
      fmt::format("{}:{:08}", group.AutoScalingGroupName, group.activities));
  if (last && last->StatusCode == "Failed" && last->StatusMessage == message) return;
  const std::string key = begin_activity(
      region, group, fmt::format("Launching a new EC2 instance.  Status Reason: {}", message), cause, details);
  aws::ScalingActivity& activity = *world_.table<aws::ScalingActivity>(region).edit(key);
  activity.StatusCode = "Failed";
  activity.StatusMessage = message;
  activity.Progress = 100;
  activity.EndTime = activity.StartTime;
}

}  // namespace drydock::twin

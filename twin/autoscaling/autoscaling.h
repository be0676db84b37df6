// The twin's Auto Scaling: the API, and the controller that keeps each group at its desired capacity.
//
// The controller is one function, reconcile(): it compares a group with what it should be and does what is missing. It
// runs after every call that changes a group and after every change of an instance's state. A launch that EC2 refuses
// is written down once as a failed activity and tried again whenever the world has changed; nothing is spun.
#pragma once

#include <string>
#include <string_view>

#include "cloud/aws/autoscaling.h"
#include "twin/ec2/ec2.h"
#include "twin/kernel/front.h"
#include "twin/kernel/world.h"

namespace drydock::twin {

class AutoScaling {
 public:
  /// Registers the API and listens to EC2. REQUIRES: all three outlive it.
  AutoScaling(Front& front, World& world, Ec2& ec2);

  /// Brings the group nearer to what it should be. `why` opens the cause of the activities this leads to ("a user
  /// request created an AutoScalingGroup changing the desired capacity from 0 to 2."); empty: no request, something
  /// happened.
  void reconcile(const std::string& region, const std::string& group, const std::string& why = {});

  /// The group an instance belongs to; null if it belongs to none.
  const aws::AutoScalingGroup* group_of(const std::string& region, std::string_view instance_id) const;

  /// Takes one instance out of service, with the cause people will read.
  void terminate(const std::string& region, const std::string& group, const std::string& instance_id,
                 const std::string& cause);

 private:
  using Group = aws::AutoScalingGroup;
  void install_groups(Front& front);
  void install_refresh(Front& front);
  void install_describe(Front& front);

  void instance_changed(const std::string& region, const aws::Instance& instance, const std::string& what);
  void retry_failed();
  /// Empty when launched, else EC2's words; `cause` is for the activity. Nothing is written on a refusal.
  std::string launch_one(const std::string& region, Group& group, const std::string& cause);
  std::string grow_cause(std::int64_t from, std::int64_t to, const std::string& why) const;
  void shrink(const std::string& region, Group& group, const std::string& why);
  void finish_delete(const std::string& region, const std::string& name);
  void step_refresh(const std::string& region, const std::string& group);

  // --- Activities: written when something begins, closed when it ends. All give or take the activity's key.
  std::string begin_activity(const std::string& region, Group& group, std::string description, std::string cause,
                             std::string details);
  void end_activity(const std::string& region, aws::AutoScalingInstance& instance);
  void failed_activity(const std::string& region, Group& group, const std::string& cause, const std::string& reason,
                       const std::string& details);

  World& world_;
  Ec2& ec2_;
  bool retrying_ = false;
};

}  // namespace drydock::twin

// Groups keep what they promise: stories over EC2's default VPC, with a clock that the test drives.
#include "twin/autoscaling/autoscaling.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "twin/iam/access.h"
#include "twin/iam/install.h"

namespace drydock::twin {
namespace {

class AutoScalingStory : public testing::Test {
 protected:
  AutoScalingStory() : world_(std::move(*World::open({.seed = "asg"}))), front_(*world_) {
    iam::install(front_, *world_);
    ec2_ = std::make_unique<Ec2>(front_, *world_);
    scaling_ = std::make_unique<AutoScaling>(front_, *world_, *ec2_);
    for (const auto& [id, subnet] : world_->table<aws::Subnet>("us-east-1")) {
      if (subnet.availabilityZone <= "us-east-1b") subnets_ += (subnets_.empty() ? "" : ",") + id;
    }
    make_profile("nodes");
    call("ec2", "CreateLaunchTemplate",
         "{'LaunchTemplateName':'lt-nodes','LaunchTemplateData':{'ImageId':'" +
             image_id_of("us-east-1", eks_image_name("1.32")) +
             "','InstanceType':'t3.medium','IamInstanceProfile':{'Name':'nodes'}}}");
  }

  Json call(const std::string& service, const std::string& action, const std::string& parameters) {
    ApiResult result =
        front_.call(service, action, "us-east-1", iam::credential(*world_, Account::access_key)->principal,
                    *Json::parse(replace_all(parameters, "'", "\"")));
    world_->commit();
    last_ = result ? "" : result.error().code + ": " + result.error().message;
    return result ? *result : Json();
  }
  void make_profile(const std::string& name) {
    call("iam", "CreateInstanceProfile", "{'InstanceProfileName':'" + name + "'}");
  }
  void create_group(int desired, const std::string& more = "") {
    call("autoscaling", "CreateAutoScalingGroup",
         "{'AutoScalingGroupName':'g','MinSize':'0','MaxSize':'9','DesiredCapacity':'" + std::to_string(desired) +
             "','VPCZoneIdentifier':'" + subnets_ +
             "','LaunchTemplate':{'LaunchTemplateName':'lt-nodes','Version':'$Latest'}" + more + "}");
    ASSERT_EQ(last_, "");
  }
  Json group() { return call("autoscaling", "DescribeAutoScalingGroups", "{}").path("AutoScalingGroups.0"); }
  Json activities() {
    return call("autoscaling", "DescribeScalingActivities", "{'AutoScalingGroupName':'g'}").at("Activities");
  }
  /// Ids of the group's instances in this state.
  std::set<std::string> in_state(const std::string& state) {
    std::set<std::string> ids;
    const Json members = group().at("Instances");
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members.item(i).at("LifecycleState").string_or() == state)
        ids.insert(members.item(i).at("InstanceId").string_or());
    }
    return ids;
  }
  void settle() {
    world_->clock().run_completions(10'000);
    world_->commit();
  }

  std::unique_ptr<World> world_;
  Front front_;
  std::unique_ptr<Ec2> ec2_;
  std::unique_ptr<AutoScaling> scaling_;
  std::string subnets_, last_;
};

TEST_F(AutoScalingStory, GoesToAnotherZoneWhereOneRefuses) {
  for (const auto& [id, subnet] : world_->table<aws::Subnet>("us-east-1"))
    if (subnet.availabilityZone == "us-east-1e") subnets_ = id + "," + subnets_.substr(0, subnets_.find(','));
  create_group(2);
  settle();
  EXPECT_EQ(in_state("InService").size(), 2u);
  const Json members = group().at("Instances");
  for (std::size_t i = 0; i < members.size(); ++i)
    EXPECT_NE(members.item(i).at("AvailabilityZone").string_or(), "us-east-1e");
}

TEST_F(AutoScalingStory, LaunchesWhatIsDesiredEvenlyOverZones) {
  create_group(4, ",'Tags':[{'Key':'Name','Value':'worker','PropagateAtLaunch':'true'}]");
  EXPECT_EQ(in_state("Pending").size(), 4u);
  settle();
  EXPECT_EQ(in_state("InService").size(), 4u);
  std::map<std::string, int> zones;
  const Json members = group().at("Instances");
  for (std::size_t i = 0; i < members.size(); ++i) ++zones[members.item(i).at("AvailabilityZone").string_or()];
  EXPECT_EQ(zones["us-east-1a"], 2);
  EXPECT_EQ(zones["us-east-1b"], 2);
  const aws::Instance& one = *world_->table<aws::Instance>("us-east-1").find(*in_state("InService").begin());
  EXPECT_EQ(one.tagSet.at(0).value, "worker");
  EXPECT_EQ(activities().item(0).at("StatusCode").string_or(), "Successful");
}

TEST_F(AutoScalingStory, ReplacesWhatSomebodyTerminated) {
  create_group(2);
  settle();
  const std::string victim = *in_state("InService").begin();
  call("ec2", "TerminateInstances", "{'InstanceId':['" + victim + "']}");
  settle();
  EXPECT_EQ(in_state("InService").size(), 2u);
  EXPECT_FALSE(in_state("InService").contains(victim));
  bool told = false;
  const Json diary = activities();
  for (std::size_t i = 0; i < diary.size(); ++i) {
    told |= diary.item(i).at("Cause").string_or().find("EC2 health check indicating it has been terminated") !=
            std::string::npos;
  }
  EXPECT_TRUE(told);
}

TEST_F(AutoScalingStory, ShrinksAndGoes) {
  create_group(3);
  settle();
  call("autoscaling", "DeleteAutoScalingGroup", "{'AutoScalingGroupName':'g'}");
  EXPECT_EQ(last_,
            "ResourceInUse: You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
            "request(s) still in the group.");
  call("autoscaling", "UpdateAutoScalingGroup",
       "{'AutoScalingGroupName':'g','MinSize':'0','MaxSize':'0','DesiredCapacity':'0'}");
  EXPECT_EQ(in_state("Terminating").size(), 3u);
  call("autoscaling", "DeleteAutoScalingGroup", "{'AutoScalingGroupName':'g'}");
  EXPECT_TRUE(last_.starts_with("ScalingActivityInProgress")) << last_;
  settle();
  call("autoscaling", "DeleteAutoScalingGroup", "{'AutoScalingGroupName':'g'}");
  EXPECT_EQ(last_, "");
  EXPECT_TRUE(group().is_null());
}

TEST_F(AutoScalingStory, ForceDeleteTakesItsInstancesAlong) {
  create_group(2);
  settle();
  call("autoscaling", "DeleteAutoScalingGroup", "{'AutoScalingGroupName':'g','ForceDelete':'true'}");
  EXPECT_EQ(group().at("Status").string_or(), "Delete in progress");
  settle();
  EXPECT_TRUE(group().is_null());
  EXPECT_TRUE(world_->table<aws::NetworkInterface>("us-east-1").empty());
}

TEST_F(AutoScalingStory, RefusedLaunchIsToldOnceAndHealsByItself) {
  create_group(0);
  call("iam", "DeleteInstanceProfile", "{'InstanceProfileName':'nodes'}");
  call("autoscaling", "SetDesiredCapacity", "{'AutoScalingGroupName':'g','DesiredCapacity':'1'}");
  for (int i = 0; i < 3; ++i) call("ec2", "CreateVpc", "{'CidrBlock':'10.0.0.0/16'}");  // the world changes, in vain
  const Json diary = activities();
  ASSERT_EQ(diary.size(), 1u);
  EXPECT_EQ(diary.item(0).at("StatusCode").string_or(), "Failed");
  EXPECT_EQ(diary.item(0).at("StatusMessage").string_or(),
            "Value (nodes) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name. "
            "Launching EC2 instance failed.");
  make_profile("nodes");
  settle();
  EXPECT_EQ(in_state("InService").size(), 1u);
}

TEST_F(AutoScalingStory, RefreshReplacesEveryInstance) {
  create_group(3);
  settle();
  const std::set<std::string> before = in_state("InService");
  const Json started = call("autoscaling", "StartInstanceRefresh",
                            "{'AutoScalingGroupName':'g','Preferences':{'MinHealthyPercentage':'50'}}");
  call("autoscaling", "StartInstanceRefresh", "{'AutoScalingGroupName':'g'}");
  EXPECT_TRUE(last_.starts_with("InstanceRefreshInProgress")) << last_;
  EXPECT_EQ(in_state("InService").size(), 1u) << "half may leave, of three that is two";
  settle();
  const Json refresh =
      call("autoscaling", "DescribeInstanceRefreshes", "{'AutoScalingGroupName':'g'}").path("InstanceRefreshes.0");
  EXPECT_EQ(refresh.at("Status").string_or(), "Successful");
  EXPECT_EQ(refresh.at("PercentageComplete").int_or(0), 100);
  EXPECT_EQ(in_state("InService").size(), 3u);
  for (const std::string& id : in_state("InService")) EXPECT_FALSE(before.contains(id));
}

TEST_F(AutoScalingStory, RefusesInTheWordsOfAws) {
  create_group(1);
  const char* kRows[][3] = {
      {"CreateAutoScalingGroup", "'AutoScalingGroupName':'g'",
       "AlreadyExists: AutoScalingGroup by this name already exists - A group with the name g already exists"},
      {"CreateAutoScalingGroup", "'AutoScalingGroupName':'h','MinSize':'1','MaxSize':'1'",
       "ValidationError: Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
       "MixedInstancesPolicy parameter."},
      {"CreateAutoScalingGroup",
       "'AutoScalingGroupName':'h','MinSize':'2','MaxSize':'1','LaunchTemplate':{'LaunchTemplateName':'lt-nodes'}",
       "ValidationError: At least one Availability Zone or VPC Subnet is required."},
      {"CreateAutoScalingGroup",
       "'AutoScalingGroupName':'h','VPCZoneIdentifier':'subnet-1','LaunchTemplate':{'LaunchTemplateName':'lt-nodes'}",
       "ValidationError: The subnet ID 'subnet-1' does not exist"},
      {"UpdateAutoScalingGroup", "'AutoScalingGroupName':'g','DesiredCapacity':'10'",
       "ValidationError: Desired capacity:10 must be between the specified min size:0 and max size:9"},
      {"SetDesiredCapacity", "'AutoScalingGroupName':'g','DesiredCapacity':'10'",
       "ValidationError: New SetDesiredCapacity value 10 is above max value 9 for the AutoScalingGroup."},
      {"UpdateAutoScalingGroup", "'AutoScalingGroupName':'no'",
       "ValidationError: AutoScalingGroup name not found - AutoScalingGroup no not found"},
  };
  for (const auto& [action, in, want] : kRows) {
    call("autoscaling", action, std::string("{") + in + "}");
    EXPECT_EQ(last_, want) << action;
  }
}

TEST_F(AutoScalingStory, AThousandInstancesAreNoBurden) {
  call("autoscaling", "CreateAutoScalingGroup",
       "{'AutoScalingGroupName':'g','MinSize':'0','MaxSize':'2000','DesiredCapacity':'1000','VPCZoneIdentifier':'" +
           subnets_ + "','LaunchTemplate':{'LaunchTemplateName':'lt-nodes'}}");
  settle();
  EXPECT_EQ(in_state("InService").size(), 100u * 10) << last_;
}

}  // namespace
}  // namespace drydock::twin

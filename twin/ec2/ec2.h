// The twin's EC2: the API, and what other services of the twin do with its nouns directly. Tables are regional; the
// nouns are cloud/aws/ec2.h's. What is modelled and why is in docs/fidelity.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/json.h"
#include "cloud/aws/ec2.h"
#include "twin/kernel/call.h"
#include "twin/kernel/front.h"
#include "twin/kernel/world.h"

namespace drydock::twin {

struct Availability {
  std::string name, id;  // us-east-1a, use1-az1
};
/// Empty for a region that does not exist.
const std::vector<Availability>& zones_of(std::string_view region);
std::vector<std::string> region_names();

/// What RunInstances and Auto Scaling hand over. `data` has the shape of ResponseLaunchTemplateData
/// (imageId, instanceType, userData, iamInstanceProfile {arn|name}, securityGroupIdSet, networkInterfaceSet, ...).
struct LaunchRequest {
  Json data;
  std::string subnet_id;                                // "" : the data's own, or a default subnet
  aws::Tags tags;                                       // beside the template's
  std::function<std::string(const Json&)> profile_arn;  // resolves iamInstanceProfile; empty: taken as it is
};

/// One network interface to make: for endpoints, control planes, NAT gateways.
struct InterfaceRequest {
  std::string subnet_id, description, interface_type = "interface", requester_id;
  std::vector<std::string> groups;  // empty: the VPC's default group
  std::string private_address;      // empty: any free one
  bool requester_managed = false;
  aws::Tags tags;
};

class Ec2 {
 public:
  /// Registers the API and the clock's handlers, and makes the default region's initial world.
  /// REQUIRES: front and world outlive it.
  Ec2(Front& front, World& world);

  /// The initial world of a region (default VPC and what belongs to it); done once per region.
  void ensure_region(const std::string& region);

  /// Checks as RunInstances does, makes interface and instance in state pending; running comes by the clock.
  tl::expected<std::string, ApiError> launch(const std::string& region, const LaunchRequest& request);
  /// shutting-down now, terminated by the clock; interfaces marked so are deleted with it. False if there is none.
  bool terminate(const std::string& region, const std::string& instance_id,
                 std::string reason_code = "Client.UserInitiatedShutdown",
                 std::string reason = "Client.UserInitiatedShutdown: User initiated shutdown");
  /// Called after an instance changed its state (pending, running, shutting-down, terminated) or was rebooted
  /// ("rebooted"); inside the request or event that changed it.
  using InstanceListener =
      std::function<void(World&, const std::string& region, const aws::Instance&, const std::string& what)>;
  void on_instance(InstanceListener listener) { listeners_.push_back(std::move(listener)); }

  /// Makes an interface; error when the subnet has no free address or a group does not exist.
  tl::expected<std::string, ApiError> create_interface(const std::string& region, const InterfaceRequest& request);
  void delete_interface(const std::string& region, const std::string& interface_id);
  /// Attaches a free interface to an instance of its zone; returns the attachment's id. Error
  /// InvalidNetworkInterface.InUse, InvalidParameter..., AttachmentLimitExceeded (the instance type's limit).
  tl::expected<std::string, ApiError> attach_interface(const std::string& region, const std::string& interface_id,
                                                       const std::string& instance_id, std::int64_t device_index);
  /// Private addresses for pods, as ipamd asks for; all of them or none. Error PrivateIpAddressLimitExceeded (the
  /// instance type's limit) / InsufficientFreeAddressesInSubnet.
  tl::expected<std::vector<std::string>, ApiError> assign_addresses(const std::string& region,
                                                                    const std::string& interface_id, int count);
  /// A security group with AWS's default egress rule; returns its id, or InvalidGroup.Duplicate.
  tl::expected<std::string, ApiError> create_group(const std::string& region, const std::string& vpc_id,
                                                   const std::string& name, const std::string& description,
                                                   aws::Tags tags = {});
  /// `rule` without ids; peers as its fields say. Returns the rule's id.
  std::string add_rule(const std::string& region, aws::SecurityGroupRule rule);

  /// Launch template data by id or name and version ("$Default", "$Latest", "3").
  tl::expected<aws::LaunchTemplateVersion, ApiError> template_version(const std::string& region, const std::string& id,
                                                                      const std::string& name,
                                                                      const std::string& version) const;

  void notify(const std::string& region, const aws::Instance& instance, const std::string& what);

 private:
  World& world_;
  std::vector<InstanceListener> listeners_;
};

/// The AMI that `name` has in a region, e.g. "amazon-eks-node-al2023-x86_64-standard-1.32-v20250715". Same id each
/// time.
std::string image_id_of(std::string_view region, std::string_view name);
/// Name of the EKS AL2023 AMI the twin offers for a Kubernetes version ("1.32") and architecture ("x86_64", "arm64").
std::string eks_image_name(std::string_view kubernetes_version, std::string_view architecture = "x86_64");

}  // namespace drydock::twin

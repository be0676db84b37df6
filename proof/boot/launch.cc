// Does EC2 start the instance at all?
#include <fmt/format.h>

#include <algorithm>

#include "cloud/aws/instance_types.h"
#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

void report(const Walk& walk, std::string_view code, Place where, std::string message, std::string shows_as,
            std::string subject = {}) {
  Problem p = walk.problem(code, "launch", Fault::denied);
  p.finding.where = std::move(where);
  p.finding.message = std::move(message);
  p.finding.symptom.text = std::move(shows_as);
  p.subject = std::move(subject);
  walk.out.add(std::move(p));
}

void check_machine(const Walk& walk) {
  const Group& g = walk.group;
  const aws::Image* image = g.image.empty() ? nullptr : walk.view.image(g.image);
  if (image && image->imageState != "available")
    report(walk, "launch.image", {g.template_ref, "launchTemplateData.imageId"},
           fmt::format("image {} is {}", g.image, image->imageState), "AmiIdNotFound: the launch is refused");
  std::string architecture = image ? image->architecture : "";
  if (g.image.empty()) architecture = g.kind == ImageKind::al2023 || g.kind == ImageKind::bottlerocket ? "" : "x86_64";
  for (const std::string& name : g.instance_types) {
    const aws::InstanceType* type = aws::instance_type(name);
    if (type && image && image->architecture != type->architecture)
      report(
          walk, "launch.architecture", {g.template_ref, "launchTemplateData.imageId"},
          fmt::format("instance type {} is {}, image {} is {}", name, type->architecture, g.image, image->architecture),
          "InvalidParameterValue: the architecture of the instance type does not match the AMI's", name);
  }
}

void check_subnets(const Walk& walk) {
  const Group& g = walk.group;
  const std::string cluster_vpc = [&] {
    for (const ApiServer& api : walk.view.network().api_servers())
      if (api.cluster == g.cluster->name) return api.vpcId;
    return std::string();
  }();
  for (const std::string& id : g.subnets) {
    const aws::Subnet* subnet = walk.view.network().subnet(id);
    if (!subnet) continue;  // said at the first contact
    if (!cluster_vpc.empty() && subnet->vpcId != cluster_vpc)
      report(walk, "launch.other-vpc", {g.noun, g.managed ? "subnets" : "VPCZoneIdentifier"},
             fmt::format("subnet {} lies in {}, the cluster in {}", id, subnet->vpcId, cluster_vpc),
             "Ec2SubnetInvalidConfiguration, or nodes that never find the API server", id);
  }
}

// A public subnet without public addresses is refused for managed groups before anything is launched.
// Free addresses: five of a subnet are AWS's own; what interfaces hold is not free.
void check_addresses(const Walk& walk) {
  for (const std::string& id : walk.group.subnets) {
    const aws::Subnet* subnet = walk.view.network().subnet(id);
    const auto cidr = subnet ? aws::Cidr::parse(subnet->cidrBlock) : std::nullopt;
    if (!cidr) continue;
    std::int64_t size = (std::int64_t{1} << (32 - cidr->bits)) - 5;
    for (const auto& eni : walk.view.world().network_interfaces)
      if (eni.subnetId == id) size -= 1 + static_cast<std::int64_t>(eni.secondaryAddresses.size());
    const bool counted = subnet->availableIpAddressCount > 0 || !subnet->usedAddresses.empty();
    const std::int64_t free = counted ? std::min(size, subnet->availableIpAddressCount) : size;
    if (free > 0) continue;
    report(walk, "launch.no-addresses", {cloud::ref_of(*subnet), "cidrBlock"},
           fmt::format("subnet {} ({}) has no free address", id, subnet->cidrBlock),
           "InsufficientFreeAddresses: no instance appears");
  }
}

void check_profile(const Walk& walk) {
  const Group& g = walk.group;
  if (g.managed || g.profile.empty() || g.profile_noun) return;
  report(walk, "launch.profile", {g.template_ref, "launchTemplateData.iamInstanceProfile"},
         fmt::format("instance profile {} does not exist", g.profile), "Invalid IAM Instance Profile name");
}

}  // namespace

void check_launch(const Walk& walk) {
  check_machine(walk);
  check_subnets(walk);
  check_addresses(walk);
  check_profile(walk);
}

}  // namespace drydock::proof

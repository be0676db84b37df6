// Does EC2 start the instance at all?
#include <fmt/format.h>

#include <algorithm>

#include "cloud/aws/instance_types.h"
#include "cloud/aws/zone_offers.h"
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

bool leads_to_internet(const WorldView& view, const aws::Subnet& subnet) {
  const aws::RouteTable* table = view.network().route_table(subnet);
  return table && std::any_of(table->routeSet.begin(), table->routeSet.end(), [&](const aws::Route& r) {
           return r.destinationCidrBlock.value_or("") == "0.0.0.0/0" && r.gatewayId &&
                  view.network().internet_gateway(*r.gatewayId);
         });
}

// A public subnet that assigns no public addresses is refused for managed groups before anything is launched.
void check_public(const Walk& walk) {
  for (const std::string& id : walk.group.subnets) {
    if (!refused_as_public(walk, id)) continue;
    const aws::Subnet* subnet = walk.view.network().subnet(id);
    const aws::RouteTable* table = walk.view.network().route_table(*subnet);
    report(walk, "launch.public-subnet", {cloud::ref_of(*subnet), "mapPublicIpOnLaunch"},
           fmt::format("{} of {} leads to an internet gateway, and {} assigns no public addresses: EKS refuses it",
                       table->routeTableId, id, id),
           "Ec2SubnetInvalidConfiguration: one or more subnets do not automatically assign public IP addresses");
  }
}

// A zone without the type: no instance there. With other zones left the group has fewer.
void check_zones(const Walk& walk) {
  const Group& g = walk.group;
  std::vector<const aws::Subnet*> without;
  for (const std::string& id : g.subnets) {
    const aws::Subnet* subnet = walk.view.network().subnet(id);
    if (!subnet || g.instance_types.empty()) continue;
    if (std::all_of(g.instance_types.begin(), g.instance_types.end(),
                    [&](const std::string& type) { return aws::known_not_offered(type, subnet->availabilityZone); }))
      without.push_back(subnet);
  }
  for (const aws::Subnet* subnet : without) {
    Problem p = walk.problem("launch.zone", "launch", Fault::denied);
    p.finding.where = {cloud::ref_of(*subnet), "availabilityZone"};
    p.finding.message = fmt::format("{} does not offer {}, so no node starts in {}", subnet->availabilityZone,
                                    g.instance_types.front(), subnet->subnetId);
    p.finding.symptom.text =
        "AsgInstanceLaunchFailures: your requested instance type is not supported in your requested Availability Zone";
    if (without.size() < g.subnets.size()) {
      p.finding.effect = Verdict::degraded;
      p.finding.severity = Severity::warning;
    }
    walk.out.add(std::move(p));
  }
}

// Nodes of a cluster of IPv6 get their addresses at launch.
void check_ipv6(const Walk& walk) {
  const Group& g = walk.group;
  if (g.cluster->kubernetesNetworkConfig.ipFamily != "ipv6") return;
  for (const std::string& id : g.subnets) {
    const aws::Subnet* subnet = walk.view.network().subnet(id);
    if (!subnet || (!subnet->ipv6CidrBlocks.empty() && (subnet->assignIpv6AddressOnCreation || !g.managed))) continue;
    report(walk, "launch.ipv6-assignment",
           {cloud::ref_of(*subnet), subnet->ipv6CidrBlocks.empty() ? "ipv6CidrBlocks" : "assignIpv6AddressOnCreation"},
           fmt::format("the cluster's pods have IPv6 addresses, and {} gives its instances none", id),
           "Ec2SubnetMissingIpv6Assignment");
  }
}

// Free addresses: five of a subnet are AWS's own; what interfaces hold is not free.
void check_addresses(const Walk& walk) {
  for (const std::string& id : walk.group.subnets) {
    const aws::Subnet* subnet = walk.view.network().subnet(id);
    const auto cidr = subnet ? aws::Cidr::parse(subnet->cidrBlock) : std::nullopt;
    if (!cidr) continue;
    const std::int64_t size = (std::int64_t{1} << (32 - cidr->bits)) - 5 - walk.view.used_addresses(id);
    // What is there has its addresses counted; what is only planned says nothing of them.
    const bool counted = walk.view.world().dialect == cloud::Dialect::aws || subnet->availableIpAddressCount > 0;
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

bool refused_as_public(const Walk& walk, const std::string& id) {
  // A template that decides about public addresses is taken at its word.
  if (!walk.group.managed || walk.group.public_address) return false;
  const aws::Subnet* subnet = walk.view.network().subnet(id);
  return subnet && !subnet->mapPublicIpOnLaunch && leads_to_internet(walk.view, *subnet);
}

void check_launch(const Walk& walk) {
  check_machine(walk);
  check_subnets(walk);
  check_addresses(walk);
  check_profile(walk);
  check_public(walk);
  check_zones(walk);
  check_ipv6(walk);
}

}  // namespace drydock::proof

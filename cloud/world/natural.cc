#include "cloud/world/natural.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "cloud/aws/cidr.h"
#include "cloud/aws/service_names.h"

namespace drydock::cloud {
namespace {

std::string iam_arn(const World& world, const std::string& kind, const std::string& path_and_name) {
  return fmt::format("arn:{}:iam::{}:{}{}", world.partition, world.account, kind, path_and_name);
}
std::string arn(const World& world, const std::string& service, const std::string& rest) {
  return fmt::format("arn:{}:{}:{}:{}:{}", world.partition, service, world.region, world.account, rest);
}
void in_only_vpc(std::string& vpc, const World& world) {
  if (vpc.empty() && world.vpcs.size() == 1) vpc = world.vpcs.front().vpcId;
}
/// "demo/default" -> demo, default. The first slash counts: names of clusters have none.
std::pair<std::string, std::string> halves(const std::string& key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string::npos) return {"", key};
  return {key.substr(0, slash), key.substr(slash + 1)};
}
/// As EKS hands them out, but always the same for one name.
std::string host_of(const World& world, const std::string& cluster) {
  std::string id = hex(md5(cluster));
  for (char& c : id)
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  return fmt::format("{}.gr7.{}.eks.amazonaws.com{}", id, world.region, world.partition == "aws-cn" ? ".cn" : "");
}
std::int64_t usable_addresses(const std::string& cidr) {
  const auto block = aws::Cidr::parse(cidr);
  return !block || block->base.v6 || block->bits > 28 ? 0 : (std::int64_t{1} << (32 - block->bits)) - 5;
}

}  // namespace

void natural(aws::Vpc& x, const std::string& key, const World&) { x.vpcId = key, x.state = "available"; }
void natural(aws::DhcpOptions& x, const std::string& key, const World&) { x.dhcpOptionsId = key; }
void natural(aws::Subnet& x, const std::string& key, const World&) {
  x.subnetId = key, x.state = "available", x.availableIpAddressCount = -1;
}
void natural(aws::RouteTable& x, const std::string& key, const World&) { x.routeTableId = key; }
void natural(aws::SecurityGroup& x, const std::string& key, const World&) { x.groupId = x.groupName = key; }
void natural(aws::SecurityGroupRule& x, const std::string& key, const World&) { x.securityGroupRuleId = key; }
void natural(aws::NetworkAcl& x, const std::string& key, const World&) { x.networkAclId = key; }
void natural(aws::VpcEndpoint& x, const std::string& key, const World& world) {
  x.vpcEndpointId = key, x.state = "available";
  x.serviceName = fmt::format("{}com.amazonaws.{}.{}", world.partition == "aws-cn" ? "cn." : "", world.region, key);
}
void natural(aws::PrefixList& x, const std::string& key, const World&) { x.prefixListId = key; }
void natural(aws::InternetGateway& x, const std::string& key, const World& world) {
  x.internetGatewayId = key;
  if (world.vpcs.size() == 1) x.attachmentSet = {{world.vpcs.front().vpcId}};
}
void natural(aws::NatGateway& x, const std::string& key, const World&) { x.natGatewayId = key, x.state = "available"; }
void natural(aws::Address& x, const std::string& key, const World&) { x.allocationId = key; }
void natural(aws::NetworkInterface& x, const std::string& key, const World&) { x.networkInterfaceId = key; }
void natural(aws::LaunchTemplateVersion& x, const std::string& key, const World&) {
  const std::size_t colon = key.rfind(':');
  const std::string version = colon == std::string::npos ? "" : key.substr(colon + 1);
  const bool numbered =
      !version.empty() && version.size() < 10 && version.find_first_not_of("0123456789") == std::string::npos;
  x.launchTemplateId = x.launchTemplateName = numbered ? key.substr(0, colon) : key;
  if (numbered) x.versionNumber = std::stoll(version);
  x.defaultVersion = true;
}
void natural(aws::Instance& x, const std::string& key, const World&) {
  x.instanceId = key, x.instanceState = {16, "running"};
}
void natural(aws::Image& x, const std::string& key, const World&) { x.imageId = x.name = key; }
void natural(PeeringConnection& x, const std::string& key, const World&) { x.vpcPeeringConnectionId = key; }
void natural(TransitGateway& x, const std::string& key, const World&) { x.transitGatewayId = key; }
void natural(Firewall& x, const std::string& key, const World&) { x.id = key; }
void natural(HostedZone& x, const std::string& key, const World& world) {
  x.id = x.name = key;
  if (world.vpcs.size() == 1) x.vpcIds = {world.vpcs.front().vpcId};
}
void natural(KmsKey& x, const std::string& key, const World& world) {
  x.keyId = key, x.arn = arn(world, "kms", "key/" + key);
}
void natural(aws::AutoScalingGroup& x, const std::string& key, const World&) { x.AutoScalingGroupName = key; }
void natural(aws::Role& x, const std::string& key, const World&) { x.RoleName = key; }
void natural(aws::Policy& x, const std::string& key, const World& world) {
  x.Arn = key.starts_with("arn:") ? key : iam_arn(world, "policy", "/" + key);
  x.PolicyName = x.Arn.substr(x.Arn.rfind('/') + 1);
}
void natural(aws::InstanceProfile& x, const std::string& key, const World&) { x.InstanceProfileName = key; }
void natural(aws::OpenIdConnectProvider& x, const std::string& key, const World& world) {
  x.Arn = key.starts_with("arn:") ? key : iam_arn(world, "oidc-provider", "/" + key);
  const std::size_t slash = x.Arn.find('/');
  x.Url = slash == std::string::npos ? x.Arn : x.Arn.substr(slash + 1);
  x.ClientIDList = {"sts.amazonaws.com"};
}
void natural(OrganizationPolicy& x, const std::string& key, const World&) { x.name = key; }
void natural(aws::eks::Cluster& x, const std::string& key, const World& world) {
  x.name = key, x.status = "ACTIVE", x.version = "1.33";
  x.arn = arn(world, "eks", "cluster/" + key);
  x.host = host_of(world, key);
  x.certificateAuthority = Json::object({{"data", base64("a certificate authority's certificate")}});
  x.identity =
      Json::object({{"oidc", Json::object({{"issuer", "https://oidc.eks." + world.region + ".amazonaws.com/id/" +
                                                          x.host.substr(0, x.host.find('.'))}})}});
}
void natural(aws::eks::Nodegroup& x, const std::string& key, const World& world) {
  std::tie(x.clusterName, x.nodegroupName) = halves(key);
  x.status = "ACTIVE";
  x.nodegroupArn = arn(world, "eks", "nodegroup/" + key);
  x.instanceTypes = {"t3.medium"};
}
void natural(aws::eks::AccessEntry& x, const std::string& key, const World& world) {
  std::tie(x.clusterName, x.principalArn) = halves(key);
  if (!x.principalArn.starts_with("arn:")) x.principalArn = iam_arn(world, "role", "/" + x.principalArn);
}
void natural(aws::eks::Addon& x, const std::string& key, const World& world) {
  std::tie(x.clusterName, x.addonName) = halves(key);
  x.status = "ACTIVE";
  x.addonArn = arn(world, "eks", "addon/" + key);
}
void natural(aws::eks::PodIdentityAssociation& x, const std::string& key, const World& world) {
  std::tie(x.clusterName, x.associationId) = halves(key);
  x.associationArn = arn(world, "eks", "podidentityassociation/" + key);
}
void natural(FargateProfile& x, const std::string& key, const World&) {
  std::tie(x.clusterName, x.fargateProfileName) = halves(key);
}
void natural(KubernetesObject& x, const std::string& key, const World&) {
  const auto parts = split(key, '/');
  x.cluster = parts[0];
  const auto part = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string(); };
  Json meta = Json::object({{"name", part(3)}});
  if (!part(2).empty()) meta["namespace"] = part(2);
  x.object = Json::object({{"apiVersion", "v1"}, {"kind", part(1)}, {"metadata", meta}});
}

void settle(aws::Vpc& x, const World&) {
  if (x.cidrBlockAssociationSet.empty() && !x.cidrBlock.empty())
    x.cidrBlockAssociationSet = {aws::CidrAssociation{"", x.cidrBlock}};
}
void settle(aws::Subnet& x, const World& world) {
  in_only_vpc(x.vpcId, world);
  if (x.availableIpAddressCount < 0) x.availableIpAddressCount = usable_addresses(x.cidrBlock);
}
void settle(aws::RouteTable& x, const World& world) {
  in_only_vpc(x.vpcId, world);
  const aws::Vpc* vpc = find(world.vpcs, x.vpcId);
  if (!vpc) return;
  std::vector<aws::Route> local;
  const auto known = [&](const std::string& block) {
    return std::any_of(x.routeSet.begin(), x.routeSet.end(), [&](const aws::Route& r) {
      return r.destinationCidrBlock == block || r.destinationIpv6CidrBlock == block;
    });
  };
  for (const auto& block : vpc->cidrBlockAssociationSet) {
    if (known(block.cidrBlock)) continue;
    local.emplace_back().destinationCidrBlock = block.cidrBlock;
    local.back().gatewayId = "local";
  }
  for (const auto& block : vpc->ipv6CidrBlocks) {
    if (known(block.cidrBlock)) continue;
    local.emplace_back().destinationIpv6CidrBlock = block.cidrBlock;
    local.back().gatewayId = "local";
  }
  x.routeSet.insert(x.routeSet.begin(), local.begin(), local.end());
}
void settle(aws::SecurityGroup& x, const World& world) { in_only_vpc(x.vpcId, world); }
void settle(aws::NetworkAcl& x, const World& world) { in_only_vpc(x.vpcId, world); }
void settle(aws::VpcEndpoint& x, const World& world) { in_only_vpc(x.vpcId, world); }
void settle(aws::InternetGateway&, const World&) {}
void settle(aws::NatGateway& x, const World& world) {
  if (const aws::Subnet* subnet = find(world.subnets, x.subnetId); subnet && x.vpcId.empty()) x.vpcId = subnet->vpcId;
}
void settle(aws::AutoScalingGroup& x, const World&) {
  for (aws::AutoScalingTag& tag : x.Tags)
    if (tag.ResourceId.empty()) tag.ResourceId = x.AutoScalingGroupName;
}
void settle(aws::Role& x, const World& world) {
  if (x.Arn.empty()) x.Arn = iam_arn(world, "role", x.Path + x.RoleName);
}
void settle(aws::InstanceProfile& x, const World& world) {
  if (x.Arn.empty()) x.Arn = iam_arn(world, "instance-profile", x.Path + x.InstanceProfileName);
}
void settle(aws::eks::Cluster& x, const World& world) {
  if (!x.endpoint) x.endpoint = "https://" + x.host;
  auto& vpc = x.resourcesVpcConfig.vpcId;
  if (vpc.empty() && !x.resourcesVpcConfig.subnetIds.empty())
    if (const aws::Subnet* subnet = find(world.subnets, x.resourcesVpcConfig.subnetIds.front())) vpc = subnet->vpcId;
  in_only_vpc(vpc, world);
}

}  // namespace drydock::cloud

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/ec2.h"
#include "cloud/eks/node_config.h"
#include "twin/eks/nodegroups.h"
#include "twin/iam/access.h"

namespace drydock::twin::eks {
namespace {

using aws::eks::Issue;

std::string role_name(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

/// Parts of the user's data, each with its headers, to be put into EKS's multipart; empty if it is no multipart.
std::string inner_parts(const std::string& user_data) {
  const auto boundary_at = user_data.find("boundary=");
  if (boundary_at == std::string::npos) return {};
  std::string boundary(trim(user_data.substr(boundary_at + 9, user_data.find('\n', boundary_at) - boundary_at - 9)));
  boundary.erase(std::remove(boundary.begin(), boundary.end(), '"'), boundary.end());
  const std::string mark = "--" + boundary;
  std::string out;
  bool inside = false;
  for (const std::string& line : split(user_data, '\n')) {
    const auto text = trim(line);
    if (text == mark + "--") break;
    if (text == mark) {
      inside = true;
      out += "--//\n";
    } else if (inside) {
      out += line + "\n";
    }
  }
  return out;
}

std::string taint_effect(const std::string& effect) {
  return effect == "NO_SCHEDULE" ? "NoSchedule" : effect == "NO_EXECUTE" ? "NoExecute" : "PreferNoSchedule";
}

std::string kubelet_flags(const Nodegroup& group, const std::string& image) {
  std::string labels = fmt::format(
      "eks.amazonaws.com/nodegroup-image={},eks.amazonaws.com/capacityType={},eks.amazonaws.com/nodegroup={}", image,
      group.capacityType, group.nodegroupName);
  for (const auto& [key, value] : group.labels) labels += fmt::format(",{}={}", key, value);
  std::string out = "  kubelet:\n    flags:\n    - \"--node-labels=" + labels + "\"\n";
  std::vector<std::string> taints;
  for (const auto& taint : group.taints)
    taints.push_back(fmt::format("{}={}:{}", taint.key, taint.value, taint_effect(taint.effect)));
  if (!taints.empty()) out += "    - \"--register-with-taints=" + join(taints, ",") + "\"\n";
  return out;
}

/// The data of the user's launch template at the version given; null without one.
tl::expected<Json, Issue> own_template(Service& service, const std::string& region, const Nodegroup& group) {
  if (!group.launchTemplate) return Json();
  Json ask = Json::object({{"Versions", Json::array({group.launchTemplate->at("version").string_or("$Default")})}});
  ask["LaunchTemplateId"] = group.launchTemplate->at("id");
  auto found = service.ask("ec2", "DescribeLaunchTemplateVersions", region, ask);
  if (!found) return tl::unexpected(Issue{"Ec2LaunchTemplateNotFound", found.error().message, {}});
  const auto& versions = found->at("launchTemplateVersionSet");
  if (versions.size() == 0)
    return tl::unexpected(Issue{"Ec2LaunchTemplateNotFound", "The launch template has no such version", {}});
  return versions.item(0).at("launchTemplateData");
}

tl::expected<std::string, Issue> image_of(Service& service, const std::string& region, const Nodegroup& group,
                                          const Json& own) {
  if (own.has("imageId")) return own.at("imageId").string_or();
  const bool arm = group.amiType.find("ARM_64") != std::string::npos;
  const std::string name =
      fmt::format("/aws/service/eks/optimized-ami/{}/amazon-linux-2023/{}/standard/recommended/image_id", group.version,
                  arm ? "arm64" : "x86_64");
  auto parameter = service.ask("ssm", "GetParameter", region, Json::object({{"Name", name}}));
  if (!parameter) return tl::unexpected(Issue{"AmiIdNotFound", parameter.error().message, {}});
  return parameter->path("Parameter.Value").string_or();
}

Json security_groups(const Json& own, const Cluster& cluster) {
  Json groups = Json::array();
  for (std::size_t i = 0; i < own.at("securityGroupIdSet").size(); ++i)
    groups.push_back(own.at("securityGroupIdSet").item(i).is_object()
                         ? own.at("securityGroupIdSet").item(i).at("groupId")
                         : own.at("securityGroupIdSet").item(i));
  // Any group of one's own keeps the cluster's away.
  if (groups.size() == 0) groups.push_back(cluster.resourcesVpcConfig.clusterSecurityGroupId);
  return groups;
}

/// The template's own interfaces as a request writes them; the cluster's group where no interface names any.
Json interfaces_of(const Json& own, const Cluster& cluster) {
  static constexpr std::pair<const char*, const char*> kKept[] = {
      {"deviceIndex", "DeviceIndex"},
      {"associatePublicIpAddress", "AssociatePublicIpAddress"},
      {"deleteOnTermination", "DeleteOnTermination"},
      {"description", "Description"},
      {"interfaceType", "InterfaceType"}};
  const Json& interfaces = own.at("networkInterfaceSet");
  bool grouped = false;
  for (std::size_t i = 0; i < interfaces.size(); ++i) grouped |= interfaces.item(i).at("groupSet").size() > 0;
  Json out = Json::array();
  for (std::size_t i = 0; i < interfaces.size(); ++i) {
    Json one = Json::object();
    for (const auto& [from, to] : kKept)
      if (interfaces.item(i).has(from)) one[to] = interfaces.item(i).at(from);
    Json groups = Json::array();
    for (std::size_t k = 0; k < interfaces.item(i).at("groupSet").size(); ++k) {
      const Json& group = interfaces.item(i).at("groupSet").item(k);
      groups.push_back(group.is_object() ? group.at("groupId") : group);
    }
    if (!grouped) groups.push_back(cluster.resourcesVpcConfig.clusterSecurityGroupId);
    one["SecurityGroupId"] = groups;
    out.push_back(one);
  }
  return out;
}

Json tag_specification(const Nodegroup& group, const char* type) {
  Json tags = Json::array();
  const auto add = [&](std::string key, std::string value) {
    tags.push_back(Json::object({{"Key", std::move(key)}, {"Value", std::move(value)}}));
  };
  add("eks:cluster-name", group.clusterName);
  add("eks:nodegroup-name", group.nodegroupName);
  add("kubernetes.io/cluster/" + group.clusterName, "owned");
  return Json::object({{"ResourceType", type}, {"Tag", tags}});
}

tl::expected<Json, Issue> template_data(Service& service, const std::string& region, const Nodegroup& group) {
  const Cluster* cluster = service.world.table<Cluster>(region).find(group.clusterName);
  auto own = own_template(service, region, group);
  if (!own) return tl::unexpected(own.error());
  auto image = image_of(service, region, group, *own);
  if (!image) return tl::unexpected(image.error());
  std::string user_data = own->at("userData").string_or();
  if (auto plain = unbase64(user_data)) user_data = *plain;
  const bool custom = own->has("imageId");
  Json data =
      Json::object({{"ImageId", *image}, {"IamInstanceProfile", Json::object({{"Name", group.instanceProfile}})}});
  data["InstanceType"] = own->has("instanceType") ? own->at("instanceType") : Json(group.instanceTypes.front());
  data["UserData"] = base64(custom ? user_data : nodegroup_user_data(*cluster, group, *image, user_data));
  if (own->at("networkInterfaceSet").size() > 0)
    data["NetworkInterface"] = interfaces_of(*own, *cluster);
  else
    data["SecurityGroupId"] = security_groups(*own, *cluster);
  data["MetadataOptions"] = Json::object(
      {{"HttpTokens", own->path("metadataOptions.httpTokens").string_or("required")},
       {"HttpEndpoint", own->path("metadataOptions.httpEndpoint").string_or("enabled")},
       {"HttpPutResponseHopLimit", own->path("metadataOptions.httpPutResponseHopLimit").is_null()
                                       ? Json("2")
                                       : Json(own->path("metadataOptions.httpPutResponseHopLimit").dump())}});
  data["TagSpecification"] = Json::array({tag_specification(group, "instance"), tag_specification(group, "volume"),
                                          tag_specification(group, "network-interface")});
  return data;
}

std::optional<Issue> make_profile(Service& service, const Nodegroup& group) {
  const Json name = Json::object({{"InstanceProfileName", group.instanceProfile}});
  Json add = name;
  add["RoleName"] = role_name(group.nodeRole);
  auto made = service.ask("iam", "CreateInstanceProfile", "us-east-1", name);
  if (made) made = service.ask("iam", "AddRoleToInstanceProfile", "us-east-1", add);
  if (!made) return Issue{"IamNodeRoleNotFound", made.error().message, {group.nodeRole}};
  return std::nullopt;
}

Json group_tags(const Nodegroup& group, const std::string& asg) {
  Json tags = Json::array();
  const auto add = [&](std::string key, std::string value) {
    tags.push_back(Json::object({{"ResourceId", asg},
                                 {"ResourceType", "auto-scaling-group"},
                                 {"Key", std::move(key)},
                                 {"Value", std::move(value)},
                                 {"PropagateAtLaunch", "true"}}));
  };
  add("eks:cluster-name", group.clusterName);
  add("eks:nodegroup-name", group.nodegroupName);
  add("k8s.io/cluster-autoscaler/" + group.clusterName, "owned");
  add("k8s.io/cluster-autoscaler/enabled", "true");
  add("kubernetes.io/cluster/" + group.clusterName, "owned");
  return tags;
}

}  // namespace

std::string nodegroup_user_data(const Cluster& cluster, const Nodegroup& group, const std::string& image,
                                const std::string& own) {
  std::string out = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"//\"\n\n";
  out += inner_parts(own);
  out +=
      "--//\nContent-Type: application/node.eks.aws\n\n---\napiVersion: node.eks.aws/v1alpha1\nkind: "
      "NodeConfig\nspec:\n  cluster:\n";
  out += "    apiServerEndpoint: https://" + cluster.host + "\n";
  out += "    certificateAuthority: " +
         (cluster.certificateAuthority ? cluster.certificateAuthority->at("data").string_or() : "") + "\n";
  out += "    cidr: " + cluster.kubernetesNetworkConfig.serviceIpv4Cidr + "\n    name: " + cluster.name + "\n";
  return out + kubelet_flags(group, image) + "\n--//--\n";
}

std::optional<Issue> make_resources(Service& service, const std::string& region, Nodegroup& group) {
  group.instanceProfile = "eks-" + group.id;
  if (auto issue = make_profile(service, group)) return issue;
  auto data = template_data(service, region, group);
  if (!data) return data.error();
  auto made = service.ask("ec2", "CreateLaunchTemplate", region,
                          Json::object({{"LaunchTemplateName", "eks-" + group.id}, {"LaunchTemplateData", *data}}));
  if (!made) return Issue{"Ec2LaunchTemplateInvalidConfiguration", made.error().message, {}};
  group.ownLaunchTemplateId = made->path("launchTemplate.launchTemplateId").string_or();

  const std::string asg = fmt::format("eks-{}-{}", group.nodegroupName, group.id);
  auto grown = service.ask(
      "autoscaling", "CreateAutoScalingGroup", region,
      Json::object(
          {{"AutoScalingGroupName", asg},
           {"MinSize", std::to_string(group.scalingConfig.minSize)},
           {"MaxSize", std::to_string(group.scalingConfig.maxSize)},
           {"DesiredCapacity", std::to_string(group.scalingConfig.desiredSize)},
           {"VPCZoneIdentifier", join(group.subnets, ",")},
           {"LaunchTemplate", Json::object({{"LaunchTemplateId", group.ownLaunchTemplateId}, {"Version", "1"}})},
           {"Tags", group_tags(group, asg)}}));
  if (!grown) return Issue{"AutoScalingGroupInvalidConfiguration", grown.error().message, {asg}};
  group.resources.autoScalingGroups = {{asg}};
  return std::nullopt;
}

std::optional<Issue> renew_template(Service& service, const std::string& region, const Nodegroup& group) {
  auto data = template_data(service, region, group);
  if (!data) return data.error();
  auto made =
      service.ask("ec2", "CreateLaunchTemplateVersion", region,
                  Json::object({{"LaunchTemplateId", group.ownLaunchTemplateId}, {"LaunchTemplateData", *data}}));
  if (!made) return Issue{"Ec2LaunchTemplateInvalidConfiguration", made.error().message, {}};
  const Json number = made->path("launchTemplateVersion.versionNumber");
  const Json version = number.is_string() ? number : Json(number.dump());
  for (const auto& asg : group.resources.autoScalingGroups) {
    auto changed = service.ask(
        "autoscaling", "UpdateAutoScalingGroup", region,
        Json::object({{"AutoScalingGroupName", asg.name},
                      {"LaunchTemplate",
                       Json::object({{"LaunchTemplateId", group.ownLaunchTemplateId}, {"Version", version}})}}));
    if (changed)
      changed = service.ask("autoscaling", "StartInstanceRefresh", region,
                            Json::object({{"AutoScalingGroupName", asg.name}}));
    if (!changed) return Issue{"AutoScalingGroupInvalidConfiguration", changed.error().message, {asg.name}};
  }
  return std::nullopt;
}

void remove_resources(Service& service, const std::string& region, const Nodegroup& group) {
  // What is gone already is as good as removed.
  for (const auto& asg : group.resources.autoScalingGroups)
    (void)service.ask("autoscaling", "DeleteAutoScalingGroup", region,
                      Json::object({{"AutoScalingGroupName", asg.name}, {"ForceDelete", "true"}}));
  if (!group.ownLaunchTemplateId.empty())
    (void)service.ask("ec2", "DeleteLaunchTemplate", region,
                      Json::object({{"LaunchTemplateId", group.ownLaunchTemplateId}}));
  if (group.instanceProfile.empty()) return;
  (void)service.ask(
      "iam", "RemoveRoleFromInstanceProfile", "us-east-1",
      Json::object({{"InstanceProfileName", group.instanceProfile}, {"RoleName", role_name(group.nodeRole)}}));
  (void)service.ask("iam", "DeleteInstanceProfile", "us-east-1",
                    Json::object({{"InstanceProfileName", group.instanceProfile}}));
}

}  // namespace drydock::twin::eks

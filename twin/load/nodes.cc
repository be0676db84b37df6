// Launch templates, and what launches nodes.
#include <fmt/format.h>

#include "base/fields.h"
#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/instance_types.h"
#include "twin/autoscaling/common.h"
#include "twin/ec2/template_data.h"
#include "twin/load/loader.h"

namespace drydock::twin::load {
namespace {

std::string legal_template_name(const std::string& id) {
  std::string out = id.substr(0, 100);
  for (char& c : out)
    if (!std::isalnum(static_cast<unsigned char>(c)) && std::string_view("()./_-").find(c) == std::string_view::npos)
      c = '-';
  return out.size() < 3 ? out + "-lt" : out;
}

/// Lists of texts or of {groupId}.
std::vector<std::string> group_ids(const Json& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i)
    out.push_back(list.item(i).is_string() ? list.item(i).as_string() : list.item(i).at("groupId").string_or());
  return out;
}

}  // namespace

/// resolve:ssm:/aws/service/eks/optimized-ami/VERSION/amazon-linux-2023/ARCHITECTURE/...; images of the world; any
/// other id is taken for the EKS image of AL2023.
std::string Loader::image_of(const std::string& id, const std::string& instance_type) {
  const aws::InstanceType* type = aws::instance_type(instance_type);
  std::string architecture = type ? std::string(type->architecture) : "x86_64";
  std::string version = w_.clusters.empty() ? "1.33" : w_.clusters.front().version;
  const auto parts = split(id, '/');
  if (id.starts_with("resolve:ssm:/aws/service/eks/optimized-ami/") && parts.size() > 7)
    version = parts[5], architecture = parts[7];
  if (table<aws::Image>().contains(id)) return id;
  if (const aws::Image* own = cloud::find(w_.images, id)) {
    table<aws::Image>().put(id, *own);
    return id;
  }
  const std::string name = eks_image_name(version, architecture);
  return image_id_of(w_.region, name.empty() ? eks_image_name("1.33", architecture) : name);
}

/// The world's endpoint and authority of each cluster become the twin's.
std::string Loader::user_data(const std::string& encoded) {
  const auto plain = unbase64(encoded);
  if (!plain || plain->empty()) return encoded;
  std::string out = text(*plain);
  for (const auto& x : w_.clusters) {
    const auto* there = table<aws::eks::Cluster>().find(x.name);
    if (!there) continue;
    if (x.endpoint && !x.endpoint->empty()) out = replace_all(out, *x.endpoint, "https://" + there->host);
    const std::string authority = x.certificateAuthority ? x.certificateAuthority->at("data").string_or() : "";
    if (!authority.empty() && there->certificateAuthority)
      out = replace_all(out, authority, there->certificateAuthority->at("data").string_or());
  }
  return base64(out);
}

/// With the twin's ids.
Json Loader::request_data(const Json& data, const std::string& instance_type) {
  Json out = data.is_object() ? data : Json::object();
  if (out.has("imageId"))
    out["imageId"] = image_of(out.at("imageId").string_or(), out.at("instanceType").string_or(instance_type));
  if (out.has("userData")) out["userData"] = user_data(out.at("userData").string_or());
  if (Json* profile = out.find("iamInstanceProfile")) {
    if (profile->has("name")) (*profile)["name"] = id<aws::InstanceProfile>(profile->at("name").string_or());
    if (profile->has("arn")) (*profile)["arn"] = text(profile->at("arn").string_or());
  }
  if (out.has("securityGroupIdSet"))
    out["securityGroupIdSet"] = ids<aws::SecurityGroup>(group_ids(out.at("securityGroupIdSet")));
  if (Json* interfaces = out.find("networkInterfaceSet"); interfaces && interfaces->is_array())
    for (Json& item : interfaces->as_array()) {
      if (item.has("groupSet")) item["groupSet"] = ids<aws::SecurityGroup>(group_ids(item.at("groupSet")));
      if (item.has("subnetId")) item["subnetId"] = id<aws::Subnet>(item.at("subnetId").string_or());
    }
  out.erase("keyName");  // key pairs are no part of a world
  return texts(out);
}

Step Loader::launch_template(const aws::LaunchTemplateVersion& x) {
  // The data is put in as it stands: CreateLaunchTemplate would only take it apart and put it together again. What it
  // checks is checked.
  const Json data = request_data(x.launchTemplateData, "");
  if (auto bad = ec2::check_template_data(data)) return fault(cloud::ref_of(x), *bad);
  std::string there;
  for (const auto& [noun, id] : loaded_.ids)
    if (noun.table == aws::LaunchTemplateVersion::kTable && noun.id.starts_with(x.launchTemplateId + ":"))
      there = id.substr(0, id.find('/'));
  std::int64_t number = 1;
  if (there.empty()) {
    auto reply = call("ec2", "CreateLaunchTemplate",
                      {{"LaunchTemplateName", legal_template_name(x.launchTemplateId)},
                       {"LaunchTemplateData", Json::object({{"ImageId", "ami-1"}})}});
    if (!reply) return fault(x, reply);
    there = reply->path("launchTemplate.launchTemplateId").string_or();
  } else {
    auto reply = call("ec2", "CreateLaunchTemplateVersion",
                      {{"LaunchTemplateId", there}, {"LaunchTemplateData", Json::object({{"ImageId", "ami-1"}})}});
    if (!reply) return fault(x, reply);
    number = reply->path("launchTemplateVersion.versionNumber").int_or(1);
  }
  const std::string key = there + "/" + std::to_string(number);
  table<aws::LaunchTemplateVersion>().edit(key)->launchTemplateData = data;
  if (x.defaultVersion) table<aws::LaunchTemplate>().edit(there)->defaultVersionNumber = number;
  made(x, key);
  return {};
}

Step Loader::launch_templates() {
  for (const auto& x : w_.launch_templates)
    if (Step error = launch_template(x)) return error;
  return {};
}

namespace {

/// "lt/3" of the version that a reference means: a number, $Latest, $Default or nothing.
std::string version_key(const cloud::World& w, const std::map<cloud::Ref, std::string>& ids, const std::string& id,
                        const std::string& name, const std::string& version) {
  const aws::LaunchTemplateVersion* best = nullptr;
  for (const auto& x : w.launch_templates) {
    if (x.launchTemplateId != id && (name.empty() || x.launchTemplateName != name)) continue;
    const bool numbered = !version.empty() && version[0] != '$';
    if (numbered && std::to_string(x.versionNumber) != version) continue;
    const bool better = !best || (version == "$Latest" ? x.versionNumber > best->versionNumber : x.defaultVersion);
    if (better) best = &x;
  }
  if (!best) return {};
  auto it = ids.find(cloud::ref_of(*best));
  return it == ids.end() ? std::string() : it->second;
}

}  // namespace

Step Loader::nodegroup(const aws::eks::Nodegroup& x) {
  Json reference, types = Json::array({}), taints = Json::array({});
  if (x.launchTemplate) {
    const Json& given = *x.launchTemplate;
    const Json& version = given.at("version");
    const std::string key = version_key(w_, loaded_.ids, given.at("id").string_or(), given.at("name").string_or(),
                                        version.is_string() ? version.as_string()
                                        : version.is_null() ? ""
                                                            : version.dump());
    if (key.empty()) return fault(cloud::ref_of(x), "its launch template " + given.dump() + " is not there");
    const std::size_t slash = key.find('/');
    reference = Json::object({{"id", key.substr(0, slash)}, {"version", key.substr(slash + 1)}});
    const auto* data = table<aws::LaunchTemplateVersion>().find(key);
    if (!data->launchTemplateData.has("instanceType"))
      for (const std::string& type : x.instanceTypes) types.push_back(type);
  } else {
    for (const std::string& type : x.instanceTypes) types.push_back(type);
  }
  for (const auto& taint : x.taints) taints.push_back(fields::encode(taint));
  auto reply = call("eks", "CreateNodegroup",
                    {{"clusterName", x.clusterName},
                     {"nodegroupName", x.nodegroupName},
                     {"subnets", ids<aws::Subnet>(x.subnets)},
                     {"nodeRole", text(x.nodeRole)},
                     {"amiType", reference.is_null() || x.amiType != "CUSTOM" ? Json(x.amiType) : Json()},
                     {"capacityType", x.capacityType},
                     {"scalingConfig", fields::encode(x.scalingConfig)},
                     {"instanceTypes", types},
                     {"launchTemplate", reference},
                     {"labels", fields::encode(x.labels)},
                     {"taints", taints}});
  if (!reply) return fault(x, reply);
  made(x, x.clusterName + "/" + x.nodegroupName);
  return {};
}

Step Loader::scaling_group(const aws::AutoScalingGroup& x) {
  Json subnets = Json::array({}), tags = Json::array({});
  std::vector<std::string> list;
  for (const std::string& subnet : split(x.VPCZoneIdentifier, ','))
    if (!trim(subnet).empty()) list.push_back(id<aws::Subnet>(std::string(trim(subnet))));
  for (const auto& tag : x.Tags)
    if (!tag.Key.starts_with("aws:"))
      tags.push_back(Json::object(
          {{"Key", tag.Key}, {"Value", tag.Value}, {"PropagateAtLaunch", tag.PropagateAtLaunch ? "true" : "false"}}));
  Json spec, mixed;
  const auto specified = [&](const Json& given) -> Json {
    const std::string key = version_key(w_, loaded_.ids, given.at("LaunchTemplateId").string_or(),
                                        given.at("LaunchTemplateName").string_or(), given.at("Version").string_or());
    if (key.empty()) return given;
    const std::size_t slash = key.find('/');
    return Json::object({{"LaunchTemplateId", key.substr(0, slash)}, {"Version", key.substr(slash + 1)}});
  };
  if (x.LaunchTemplate) spec = specified(fields::encode(*x.LaunchTemplate));
  if (x.MixedInstancesPolicy) {
    mixed = *x.MixedInstancesPolicy;
    mixed["LaunchTemplate"]["LaunchTemplateSpecification"] =
        specified(x.MixedInstancesPolicy->path("LaunchTemplate.LaunchTemplateSpecification"));
    spec = Json();
  }
  auto reply = call("autoscaling", "CreateAutoScalingGroup",
                    {{"AutoScalingGroupName", replace_all(x.AutoScalingGroupName, ":", "-")},
                     {"MinSize", std::to_string(x.MinSize)},
                     {"MaxSize", std::to_string(x.MaxSize)},
                     {"DesiredCapacity", std::to_string(x.DesiredCapacity)},
                     {"VPCZoneIdentifier", join(list, ",")},
                     {"LaunchTemplate", spec},
                     {"MixedInstancesPolicy", mixed},
                     {"Tags", tags}});
  if (!reply) return fault(x, reply);
  made(x, replace_all(x.AutoScalingGroupName, ":", "-"));
  return {};
}

Step Loader::instance(const aws::Instance& x) {
  Json groups = Json::array({});
  for (const auto& group : x.groupSet) groups.push_back(id<aws::SecurityGroup>(group.groupId));
  Json data = Json::object({{"imageId", x.imageId},
                            {"instanceType", x.instanceType},
                            {"userData", x.userData},
                            {"securityGroupIdSet", groups},
                            {"metadataOptions", fields::encode(x.metadataOptions)}});
  if (x.iamInstanceProfile) data["iamInstanceProfile"] = Json::object({{"arn", x.iamInstanceProfile->arn}});
  data["imageId"] = image_of(x.imageId, x.instanceType);
  data["userData"] = user_data(x.userData);
  LaunchRequest request{
      .data = texts(data), .subnet_id = id<aws::Subnet>(x.subnetId), .tags = x.tagSet, .profile_arn = {}};
  auto launched = place_.ec2.launch(w_.region, request);
  if (!launched) return fault(cloud::ref_of(x), launched.error());
  made(x, *launched);
  return {};
}

Step Loader::nodes() {
  // Groups that EKS made for its node groups come with those.
  std::set<std::string> of_eks;
  for (const auto& x : w_.nodegroups)
    for (const auto& group : x.resources.autoScalingGroups) of_eks.insert(group.name);
  for (const auto& x : w_.nodegroups)
    if (Step error = nodegroup(x)) return error;
  // A mapping that the world spells out counts as it stands, whatever EKS added for its node groups.
  for (const auto& x : w_.kubernetes_objects) {
    if (!cloud::key_of(x).ends_with("/ConfigMap/kube-system/aws-auth")) continue;
    (void)place_.kubernetes.find(w_.region, x.cluster)->upsert(texts(x.object));
    for (const auto& group : w_.nodegroups) {
      const std::string key = group.clusterName + "/" + text(group.nodeRole);
      if (group.clusterName == x.cluster && !cloud::find(w_.access_entries, group.clusterName + "/" + group.nodeRole))
        table<aws::eks::AccessEntry>().erase(key);
    }
  }
  for (const auto& x : w_.auto_scaling_groups) {
    if (of_eks.contains(x.AutoScalingGroupName)) continue;
    if (Step error = scaling_group(x)) return error;
  }
  for (const auto& x : w_.instances) {
    bool of_group = x.instanceState.name != "running" && x.instanceState.name != "pending";
    for (const auto& tag : x.tagSet) of_group = of_group || tag.key == "aws:autoscaling:groupName";
    if (of_group) continue;
    if (Step error = instance(x)) return error;
  }
  return {};
}

}  // namespace drydock::twin::load

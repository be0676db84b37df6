#include "proof/boot/group.h"

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/text.h"

namespace drydock::proof {
namespace {

constexpr std::string_view kClusterTag = "kubernetes.io/cluster/";

std::vector<std::string> texts(const Json& list, std::string_view member = "groupId") {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Json& item = list.item(i);
    out.push_back(item.is_object() ? item.at(member).string_or() : item.string_or());
  }
  std::erase(out, "");
  return out;
}

bool is_true(const Json& value) { return value.is_string() ? value.as_string() == "true" : value.bool_or(false); }

void take_template(Group& g, const Json& data) {
  g.image = data.at("imageId").string_or();
  if (const std::string type = data.at("instanceType").string_or(); !type.empty()) g.instance_types = {type};
  g.groups = texts(data.at("securityGroupIdSet"));
  const Json& interfaces = data.at("networkInterfaceSet");
  for (std::size_t i = 0; i < interfaces.size(); ++i) {
    const Json& eni = interfaces.item(i);
    for (std::string& group : texts(eni.at("groupSet")))
      if (std::find(g.groups.begin(), g.groups.end(), group) == g.groups.end()) g.groups.push_back(std::move(group));
    if (!eni.at("associatePublicIpAddress").is_null())
      g.public_address = g.public_address.value_or(false) || is_true(eni.at("associatePublicIpAddress"));
  }
  g.own_groups = !g.groups.empty();
  const Json& profile = data.at("iamInstanceProfile");
  g.profile = profile.at("arn").string_or(profile.at("name").string_or());
  const std::string encoded = data.at("userData").string_or();
  g.user_data = unbase64(encoded).value_or(encoded);
  const Json& metadata = data.at("metadataOptions");
  g.metadata_endpoint = metadata.at("httpEndpoint").string_or("enabled");
  g.metadata_tokens = metadata.at("httpTokens").string_or(g.metadata_tokens);
  g.hop_limit = metadata.at("httpPutResponseHopLimit").int_or(g.hop_limit);
  g.hostname_type = data.path("privateDnsNameOptions.hostnameType").string_or();
  const Json& specs = data.at("tagSpecificationSet");
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs.item(i).at("resourceType").string_or() != "instance") continue;
    const Json& tags = specs.item(i).at("tagSet");
    for (std::size_t k = 0; k < tags.size(); ++k)
      g.tags.push_back({tags.item(k).at("key").string_or(), tags.item(k).at("value").string_or()});
  }
}

ImageKind kind_of_ami_type(std::string_view type) {
  if (type.starts_with("AL2023")) return ImageKind::al2023;
  if (type.starts_with("AL2_")) return ImageKind::al2;
  if (type.starts_with("BOTTLEROCKET")) return ImageKind::bottlerocket;
  if (type.starts_with("WINDOWS")) return ImageKind::windows;
  return ImageKind::custom;
}

// By its name where the world knows the image, else by the language its user data speaks.
ImageKind kind_of_image(const WorldView& view, const Group& g) {
  const aws::Image* image = view.image(g.image);
  // An AMI may be named by the parameter that holds it: resolve:ssm:/aws/service/bottlerocket/...
  if (const std::string name = to_lower(image ? image->name : g.image); image || name.find('/') != name.npos) {
    if (name.find("bottlerocket") != name.npos) return ImageKind::bottlerocket;
    if (name.find("windows") != name.npos) return ImageKind::windows;
    if (name.find("al2023") != name.npos || name.find("amazon-linux-2023") != name.npos) return ImageKind::al2023;
    if (name.starts_with("amazon-eks-node-") || name.find("amzn2") != name.npos ||
        name.find("amazon-linux-2/") != name.npos)
      return ImageKind::al2;
  }
  if (g.user_data.find("<powershell>") != g.user_data.npos) return ImageKind::windows;
  if (g.user_data.find("[settings.kubernetes]") != g.user_data.npos) return ImageKind::bottlerocket;
  return g.config.has_config ? ImageKind::al2023 : ImageKind::custom;
}

void resolve_role(const WorldView& view, Group& g) {
  if (g.managed) {
    g.role = view.role(g.role_text);
    return;
  }
  g.profile_noun = g.profile.empty() ? nullptr : view.instance_profile(g.profile);
  if (g.profile_noun) g.role_text = g.profile_noun->role;
  g.role = g.role_text.empty() ? nullptr : view.role(g.role_text);
}

std::string tag_of(const std::vector<aws::Tag>& tags, std::string_view key) {
  for (const aws::Tag& tag : tags)
    if (tag.key == key) return tag.value;
  return {};
}

const aws::eks::Cluster* named_by_tags(const WorldView& view, const std::vector<aws::Tag>& tags) {
  if (const auto* c = view.cluster(tag_of(tags, "eks:cluster-name"))) return c;
  for (const aws::Tag& tag : tags)
    if (tag.key.starts_with(kClusterTag))
      if (const auto* c = view.cluster(tag.key.substr(kClusterTag.size()))) return c;
  return nullptr;
}

std::string host_of(std::string_view url) {
  if (url.starts_with("https://")) url.remove_prefix(8);
  return to_lower(url.substr(0, url.find_first_of("/:")));
}

bool means_to_join(const Group& g) {
  if (g.config.has_config || !g.config.scripts.empty() || !g.config.fault.empty()) {
    for (std::string_view word : {"NodeConfig", "bootstrap.sh", "[settings.kubernetes]", "Start-EKSBootstrap"})
      if (g.user_data.find(word) != g.user_data.npos) return true;
  }
  return false;
}

// What a self-managed group belongs to: its tags say so, or its NodeConfig by name or endpoint; a group that means to
// join something belongs to the only cluster of its VPC.
const aws::eks::Cluster* cluster_of(const WorldView& view, const Group& g) {
  if (const auto* c = named_by_tags(view, g.tags)) return c;
  if (g.config.has_config) {
    if (const auto* c = view.cluster(g.config.config.name)) return c;
    const std::string host = host_of(g.config.config.apiServerEndpoint);
    for (const auto& c : view.world().clusters)
      if (!host.empty() && to_lower(WorldView::api_host(c)) == host) return &c;
  }
  for (const auto& c : view.world().clusters)
    if (g.user_data.find("bootstrap.sh " + c.name) != g.user_data.npos) return &c;
  if (!means_to_join(g) || g.subnets.empty()) return nullptr;
  const aws::Subnet* subnet = view.network().subnet(g.subnets.front());
  const aws::eks::Cluster* only = nullptr;
  for (const ApiServer& api : view.network().api_servers()) {
    if (!subnet || api.vpcId != subnet->vpcId) continue;
    if (only) return nullptr;
    only = view.cluster(api.cluster);
  }
  return only;
}

void finish(const WorldView& view, Group& g) {
  g.config = eks::parse_user_data(g.user_data);
  resolve_role(view, g);
}

std::vector<aws::Tag> tags_of(const aws::AutoScalingGroup& asg) {
  std::vector<aws::Tag> out;
  for (const auto& tag : asg.Tags) out.push_back({tag.Key, tag.Value});
  return out;
}

Group managed_group(const WorldView& view, const aws::eks::Nodegroup& ng, const aws::eks::Cluster& cluster) {
  Group g{.name = ng.nodegroupName, .noun = cloud::ref_of(ng), .cluster = &cluster, .managed = true};
  g.nodes = ng.scalingConfig.desiredSize;
  g.subnets = ng.subnets;
  g.template_ref = g.noun;
  g.role_text = ng.nodeRole;
  g.kind = kind_of_ami_type(ng.amiType);
  if (ng.launchTemplate) {
    const Json& lt = *ng.launchTemplate;
    const Json& version = lt.at("version");
    g.launch_template = view.launch_template(lt.at("id").string_or(), lt.at("name").string_or(),
                                             version.is_string() ? version.as_string() : version.dump());
    if (g.launch_template) {
      g.template_ref = cloud::ref_of(*g.launch_template);
      take_template(g, g.launch_template->launchTemplateData);
    }
  }
  if (g.instance_types.empty()) g.instance_types = ng.instanceTypes;
  if (g.instance_types.empty()) g.instance_types = {"t3.medium"};
  g.eks_writes_config = g.image.empty();
  if (g.groups.empty()) g.groups = {view.cluster_group(cluster)};
  g.tags.push_back({std::string(kClusterTag) + cluster.name, "owned"});
  finish(view, g);
  if (!g.image.empty()) g.kind = kind_of_image(view, g);
  return g;
}

// The template of an Auto Scaling group: its own, or the mixed policy's, whose overrides name the types.
void take_asg_template(const WorldView& view, Group& g, const aws::AutoScalingGroup& asg) {
  std::string id, name, version;
  if (asg.LaunchTemplate) {
    id = asg.LaunchTemplate->LaunchTemplateId, name = asg.LaunchTemplate->LaunchTemplateName;
    version = asg.LaunchTemplate->Version.value_or("$Default");
  } else if (asg.MixedInstancesPolicy) {
    const Json& spec = asg.MixedInstancesPolicy->path("LaunchTemplate.LaunchTemplateSpecification");
    id = spec.at("LaunchTemplateId").string_or(), name = spec.at("LaunchTemplateName").string_or();
    version = spec.at("Version").string_or("$Default");
  }
  g.launch_template = view.launch_template(id, name, version);
  if (!g.launch_template) return;
  g.template_ref = cloud::ref_of(*g.launch_template);
  take_template(g, g.launch_template->launchTemplateData);
  if (!asg.MixedInstancesPolicy) return;
  const std::vector<std::string> types =
      texts(asg.MixedInstancesPolicy->path("LaunchTemplate.Overrides"), "InstanceType");
  if (!types.empty()) g.instance_types = types;
}

std::optional<Group> self_managed_group(const WorldView& view, const aws::AutoScalingGroup& asg) {
  Group g{.name = asg.AutoScalingGroupName, .noun = cloud::ref_of(asg), .nodes = asg.DesiredCapacity};
  for (const std::string& subnet : split(asg.VPCZoneIdentifier, ','))
    if (!trim(subnet).empty()) g.subnets.emplace_back(trim(subnet));
  g.template_ref = g.noun;
  take_asg_template(view, g, asg);
  const std::vector<aws::Tag> tags = tags_of(asg);
  g.tags.insert(g.tags.end(), tags.begin(), tags.end());
  finish(view, g);
  g.cluster = cluster_of(view, g);
  if (!g.cluster) return std::nullopt;
  g.kind = kind_of_image(view, g);
  // AL2023 is what Drydock's chain is about; an image that says nothing else and runs NodeConfig is one.
  if (g.groups.empty() && !g.subnets.empty())
    if (const aws::Subnet* subnet = view.network().subnet(g.subnets.front()))
      g.groups = {view.default_group(subnet->vpcId)};
  return g;
}

}  // namespace

std::vector<Group> groups_of(const WorldView& view, std::string_view only_cluster) {
  std::vector<Group> out;
  const cloud::World& world = view.world();
  std::set<std::string, std::less<>> made_by_eks;
  for (const auto& ng : world.nodegroups) {
    for (const auto& asg : ng.resources.autoScalingGroups) made_by_eks.insert(asg.name);
    const aws::eks::Cluster* cluster = view.cluster(ng.clusterName);
    if (cluster) out.push_back(managed_group(view, ng, *cluster));
  }
  for (const auto& asg : world.auto_scaling_groups) {
    if (made_by_eks.contains(asg.AutoScalingGroupName) || !tag_of(tags_of(asg), "eks:nodegroup-name").empty()) continue;
    if (auto group = self_managed_group(view, asg)) out.push_back(std::move(*group));
  }
  std::erase_if(out, [&](const Group& g) { return !only_cluster.empty() && g.cluster->name != only_cluster; });
  return out;
}

}  // namespace drydock::proof

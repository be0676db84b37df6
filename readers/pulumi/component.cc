// What pulumi-eks's components compute, by their own rules
// (https://github.com/pulumi/pulumi-eks/tree/master/nodejs/eks): in a preview the endpoint of a cluster is not known,
// and so neither is the user data that holds it; what follows from the component's inputs is.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/eks/aws_auth.h"
#include "cloud/eks/user_data.h"
#include "readers/pulumi/lift.h"

namespace drydock::readers::pulumi {
namespace {

/// The component's inputs, or null where the input of ours does not tell them: Pulumi's own previews do not.
const Source* component_with_inputs(const Lift& lift, const Source& child) {
  const Source* component = lift.sources.eks_component(child);
  return component && component->inputs.is_object() && component->inputs.size() > 0 ? component : nullptr;
}

/// Options of a node group: on the group itself, or on the cluster, directly or in nodeGroupOptions.
std::string option_path(const Source& component, const char* name) {
  const std::string within = std::string("nodeGroupOptions.") + name;
  return component.inputs.path(within).is_null() ? name : within;
}
const Json& option(const Source& component, const char* name) {
  return component.inputs.path(option_path(component, name));
}

/// The only cluster that a value hangs on.
const Source* cluster_behind(const Lift& lift, const Source& source, std::string_view path) {
  const auto it = source.property_dependencies.find(path);
  if (it == source.property_dependencies.end()) return nullptr;
  const Source* found = nullptr;
  for (const std::string& urn : it->second) {
    const Source* other = lift.sources.find(urn);
    if (!other || other->type != kCluster || found) return nullptr;
    found = other;
  }
  return found;
}

/// A cluster made elsewhere, or together with the group: then its name is known all the same.
const Source* cluster_of(const Lift& lift, const Source& source, std::string_view path) {
  if (const Source* cluster = cluster_behind(lift, source, path)) return cluster;
  // Options may add dependencies of their own; of the component's children there is one cluster.
  const Source* component = lift.sources.eks_component(source);
  if (!component) return nullptr;
  for (const Source* child : lift.sources.children(*component))
    if (child->type == kCluster) return child;
  return nullptr;
}

bool is_al2(const Source& component) {
  const std::string system = option(component, "operatingSystem").string_or(),
                    type = option(component, "amiType").string_or();
  return system == "AL2" || (system.empty() && (type.starts_with("AL2_") || type.starts_with("amazon-linux-2")));
}
bool is_bottlerocket(const Source& component) {
  return option(component, "operatingSystem").string_or() == "Bottlerocket" ||
         option(component, "amiType").string_or().starts_with("BOTTLEROCKET");
}

/// "t4g.medium" -> arm64.
std::string architecture_of(const std::string& instance_type) {
  const auto digit = instance_type.find_first_of("0123456789");
  const auto after = instance_type.find_first_not_of("0123456789", digit == std::string::npos ? 0 : digit);
  return digit != std::string::npos && after != std::string::npos && instance_type[after] == 'g' ? "arm64" : "x86_64";
}

eks::UserDataSettings settings_of(const Source& component) {
  eks::UserDataSettings s;
  if (is_al2(component)) s.system = eks::NodeSystem::al2;
  s.kubelet_args = option(component, "kubeletExtraArgs").string_or();
  s.bootstrap_args = option(component, "bootstrapExtraArgs").string_or();
  s.script = option(component, "nodeUserData").string_or();
  if (const Json& labels = option(component, "labels"); labels.is_object())
    for (const auto& [key, value] : labels.as_object()) s.labels[key] = value.string_or();
  if (const Json& taints = option(component, "taints"); taints.is_object())
    for (const auto& [key, taint] : taints.as_object())
      s.taints[key] = {taint.at("value").string_or(), taint.at("effect").string_or()};
  if (const Json& parts = option(component, "nodeadmExtraOptions"); parts.is_array())
    for (const Json& part : parts.as_array())
      s.more.push_back({part.at("contentType").string_or(), part.at("content").string_or()});
  return s;
}

}  // namespace

std::string planned_host(const Lift& lift, const Source& cluster) {
  return "api." + to_lower(lift.name(cluster)) + ".planned";
}
std::string planned_endpoint(const Lift& lift, const Source& cluster) {
  return "https://" + planned_host(lift, cluster);
}

std::optional<std::string> component_user_data(const Lift& lift, const Source& launch_template) {
  const Source* component = component_with_inputs(lift, launch_template);
  if (!component || is_bottlerocket(*component)) return std::nullopt;
  for (const char* name : {"nodeUserDataOverride", "userData"})
    if (!option(*component, name).is_null()) return std::nullopt;
  for (const char* name : {"kubeletExtraArgs", "bootstrapExtraArgs", "nodeUserData", "labels", "taints",
                           "nodeadmExtraOptions", "operatingSystem", "amiType"})
    if (has_unknowns(option(*component, name))) return std::nullopt;
  const Source* cluster = cluster_of(lift, launch_template, "userData");
  if (!cluster) return std::nullopt;
  auto settings = settings_of(*component);
  settings.group = component->name;
  settings.managed = component->type == "eks:index:ManagedNodeGroup";
  const Json& url = cluster->outputs.at("endpoint");
  const Json& certificate = cluster->outputs.path("certificateAuthority.data");
  const Json& range = cluster->outputs.path("kubernetesNetworkConfig.serviceIpv4Cidr");
  const bool exists = cluster->exists();
  settings.name = lift.name(*cluster);
  settings.endpoint = exists && url.is_string() ? url.as_string() : planned_endpoint(lift, *cluster);
  settings.certificate = exists && certificate.is_string() ? certificate.as_string() : base64("planned");
  settings.service_cidr = exists && range.is_string() ? range.as_string() : "10.100.0.0/16";
  if (const Json& given = cluster->inputs.path("kubernetesNetworkConfig.serviceIpv4Cidr"); given.is_string())
    settings.service_cidr = given.as_string();
  const auto text = eks::make_user_data(settings);  // an error is the component's to say
  return text ? std::optional(base64(*text)) : std::nullopt;
}

std::optional<std::string> component_image(const Lift& lift, const Source& launch_template) {
  // An image of one's own is a constant; one that hangs on the cluster alone is EKS's own for its version. Its id is a
  // secret of SSM's to Pulumi, so it is not known afterwards either.
  const Source* component = lift.sources.eks_component(launch_template);
  if (!component || !option(*component, "amiId").is_null()) return std::nullopt;
  const Source* cluster = cluster_behind(lift, launch_template, "imageId");
  const bool secret = knowledge_of(launch_template.at("imageId")) == Knowledge::secret;
  if (!cluster && !secret) return std::nullopt;
  if (!cluster) cluster = cluster_of(lift, launch_template, "imageId");
  const Json& version = cluster ? cluster->at("version") : launch_template.at("version");
  const std::string number = knowledge_of(version) == Knowledge::known ? version.string_or("latest") : "latest";
  const std::string type = launch_template.at("instanceType").string_or("t3.medium");
  const std::string architecture = architecture_of(type);
  if (is_bottlerocket(*component)) return std::nullopt;
  const std::string path = is_al2(*component)
                               ? fmt::format("amazon-linux-2{}", architecture == "arm64" ? "-arm64" : "")
                               : fmt::format("amazon-linux-2023/{}/{}", architecture,
                                             option(*component, "gpu").bool_or(false) ? "nvidia" : "standard");
  return fmt::format("resolve:ssm:/aws/service/eks/optimized-ami/{}/{}/recommended/image_id", number, path);
}

std::optional<std::string> component_map_roles(const Lift& lift, const Source& config_map) {
  const Source* component = component_with_inputs(lift, config_map);
  if (!component || component->type != "eks:index:Cluster") return std::nullopt;
  std::vector<eks::RoleLine> lines;
  const Json& mappings = component->inputs.at("roleMappings");
  if (has_unknowns(mappings)) return std::nullopt;
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const Json& one = mappings.item(i);
    eks::RoleLine line{one.at("roleArn").string_or(), one.at("username").string_or(), {}};
    for (std::size_t g = 0; g < one.at("groups").size(); ++g)
      line.groups.push_back(one.at("groups").item(g).string_or());
    lines.push_back(std::move(line));
  }
  const auto add = [&](const Json& reference) {
    const Source* role = lift.sources.find(reference.at("urn").string_or());
    if (role) lines.push_back(eks::node_line(lift.arn(*role)));
    return role != nullptr;
  };
  const Json &role = component->inputs.at("instanceRole"), &roles = component->inputs.at("instanceRoles");
  if (!role.is_null()) {
    if (!add(role)) return std::nullopt;
  } else if (!roles.is_null()) {
    if (!roles.is_array()) return std::nullopt;
    for (const Json& one : roles.as_array())
      if (!add(one)) return std::nullopt;
  } else {
    for (const Source* child : lift.sources.children(*component))
      if (child->type == kRole && child->name == component->name + "-instanceRole-role")
        lines.push_back(eks::node_line(lift.arn(*child)));
  }
  return eks::mapping_yaml("rolearn", lines);
}

std::optional<std::vector<std::string>> component_worker_subnets(const Lift& lift, const Source& group) {
  if (knowledge_of(group.at("vpcZoneIdentifiers")) == Knowledge::known) return std::nullopt;
  const Source* component = component_with_inputs(lift, group);
  if (!component) return std::nullopt;
  for (const char* name : {"nodeSubnetIds", "privateSubnetIds", "publicSubnetIds"}) {
    const std::string path = option_path(*component, name);
    const Json& list = component->inputs.path(path);
    if (list.is_null() || (list.is_array() && list.size() == 0)) continue;
    std::vector<std::string> out;
    std::size_t missing = 0;
    if (list.is_array())
      for (const Json& item : list.as_array())
        knowledge_of(item) == Knowledge::known ? out.push_back(item.string_or()) : void(++missing);
    const auto found = lift.sources.behind(*component, path, {kSubnet}, missing);
    if (found.empty() && (missing > 0 || !list.is_array())) return std::nullopt;
    if (missing > 0 || !list.is_array())
      for (const Source* subnet : found) out.push_back(lift.key(*subnet));
    return out;
  }
  return std::nullopt;
}

}  // namespace drydock::readers::pulumi

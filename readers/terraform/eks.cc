// Clusters, node groups, access, add-ons, and objects of the Kubernetes API.
#include "base/text.h"
#include "readers/terraform/handlers.h"

namespace drydock::readers::terraform {
namespace {

using cloud::Ref;

void cluster(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::eks::Cluster x;
  x.name = c.name_of(r);
  // A data source that looks up a cluster of this very plan (for the kubernetes provider) tells nothing new.
  if (r.data && (c.noun(c.world.clusters, x.name) || (r.deferred && !c.world.clusters.empty()))) return;
  const Ref ref = cloud::ref_of(x);
  x.arn = b.at("arn").string_or(c.arn("eks", c.world.region, "cluster/" + x.name));
  x.version = c.text(b, "version", {});
  x.roleArn = c.id(b, "role_arn", Kind::role_arn, {ref, "roleArn"});
  x.status = "ACTIVE";
  if (b.has("endpoint")) x.endpoint = b.at("endpoint").string_or();
  x.identity = Json::object({{"oidc", Json::object({{"issuer", c.issuer_of(x.name)}})}});
  const Block vpc = b.block("vpc_config");
  auto& config = x.resourcesVpcConfig;
  config.subnetIds = c.ids(vpc, "subnet_ids", Kind::subnet, {ref, "resourcesVpcConfig.subnetIds"});
  config.securityGroupIds =
      c.ids(vpc, "security_group_ids", Kind::security_group, {ref, "resourcesVpcConfig.securityGroupIds"});
  config.clusterSecurityGroupId = vpc.at("cluster_security_group_id").string_or();
  if (config.clusterSecurityGroupId.empty())
    config.clusterSecurityGroupId = c.derived(x.name, "cluster_security_group_id");
  if (vpc.has("vpc_id")) config.vpcId = vpc.at("vpc_id").string_or();
  for (const std::string& id : config.subnetIds)
    if (const auto* subnet = c.noun(c.world.subnets, id); subnet && config.vpcId.empty()) config.vpcId = subnet->vpcId;
  const auto access = [&](const char* field) { return Mark{ref, std::string("resourcesVpcConfig.") + field}; };
  config.endpointPrivateAccess = c.flag(vpc, "endpoint_private_access", access("endpointPrivateAccess"), false);
  config.endpointPublicAccess = c.flag(vpc, "endpoint_public_access", access("endpointPublicAccess"), true);
  if (vpc.at("public_access_cidrs").size() > 0)
    config.publicAccessCidrs = c.texts(vpc, "public_access_cidrs", access("publicAccessCidrs"));
  const Block network = b.block("kubernetes_network_config");
  x.kubernetesNetworkConfig.ipFamily = c.text(network, "ip_family", {}, "ipv4");
  const std::string service_cidr = network.at("service_ipv4_cidr").string_or();
  if (!service_cidr.empty()) x.kubernetesNetworkConfig.serviceIpv4Cidr = service_cidr;
  const Block mode = b.block("access_config");
  x.accessConfig.authenticationMode =
      c.text(mode, "authentication_mode", {ref, "accessConfig.authenticationMode"}, "CONFIG_MAP");
  x.accessConfig.bootstrapClusterCreatorAdminPermissions =
      c.flag(mode, "bootstrap_cluster_creator_admin_permissions", {}, true);
  x.bootstrapSelfManagedAddons = c.flag(b, "bootstrap_self_managed_addons", {ref, "bootstrapSelfManagedAddons"}, true);
  for (const Block& compute : b.blocks("compute_config")) {
    Json json = Json::object({{"enabled", c.flag(compute, "enabled", {}, false)}});
    json["nodePools"] = Json::Array{};
    for (const std::string& pool : c.texts(compute, "node_pools", {})) json["nodePools"].push_back(pool);
    const std::string role = c.id(compute, "node_role_arn", Kind::role_arn, {ref, "computeConfig.nodeRoleArn"});
    if (!role.empty()) json["nodeRoleArn"] = role;
    x.computeConfig = std::move(json);
  }
  for (const Block& encryption : b.blocks("encryption_config")) {
    const std::string key = c.id(encryption.block("provider"), "key_arn", Kind::kms_key, {ref, "encryptionConfig"});
    x.encryptionConfig = Json::array({Json::object({{"provider", Json::object({{"keyArn", key}})}})});
  }
  if (const Json& tags = b.at("tags_all").is_object() ? b.at("tags_all") : b.at("tags"); tags.is_object())
    for (const auto& [key, value] : tags.as_object()) x.tags[key] = value.string_or();
  c.world.clusters.push_back(std::move(x));
  c.stands(r, ref);
  if (r.data) c.note_unknown({ref, cloud::kAllOfIt}, r.address);
}

std::string cluster_of(Context& c, const Block& b, const Mark& mark) {
  std::string name = c.id(b, "cluster_name", Kind::cluster, mark);
  if (name.empty() && c.world.clusters.size() == 1) name = c.world.clusters[0].name;
  return name;
}

// "default" of the prefix "default-", which people know the group by; the address where two have the same.
std::string name_by_prefix(Context& c, const Block& b, const std::string& cluster) {
  std::string prefix = b.at("node_group_name_prefix").string_or();
  while (prefix.ends_with("-")) prefix.pop_back();
  const bool taken = c.noun(c.world.nodegroups, cluster + "/" + prefix) != nullptr;
  return prefix.empty() || taken ? b.resource->address : prefix;
}

void node_group(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::eks::Nodegroup x;
  x.clusterName = cluster_of(c, b, {});
  x.nodegroupName = c.text(b, "node_group_name", {}, name_by_prefix(c, b, x.clusterName));
  const Ref ref = cloud::ref_of(x);
  x.nodegroupArn = b.at("arn").string_or();
  x.status = "ACTIVE";
  x.nodeRole = c.id(b, "node_role_arn", Kind::role_arn, {ref, "nodeRole"});
  x.subnets = c.ids(b, "subnet_ids", Kind::subnet, {ref, "subnets"});
  x.capacityType = c.text(b, "capacity_type", {}, "ON_DEMAND");
  x.amiType = c.text(b, "ami_type", {ref, "amiType"}, "AL2023_x86_64_STANDARD");
  x.version = c.text(b, "version", {});
  x.releaseVersion = c.text(b, "release_version", {});
  x.instanceTypes = c.texts(b, "instance_types", {ref, "instanceTypes"});
  if (b.at("disk_size").is_int()) x.diskSize = b.at("disk_size").as_int();
  const Block scaling = b.block("scaling_config");
  x.scalingConfig.minSize = c.number(scaling, "min_size", {ref, "scalingConfig.minSize"}, 1);
  x.scalingConfig.maxSize = c.number(scaling, "max_size", {ref, "scalingConfig.maxSize"}, 2);
  x.scalingConfig.desiredSize =
      c.number(scaling, "desired_size", {ref, "scalingConfig.desiredSize"}, x.scalingConfig.minSize);
  if (const Json& labels = b.at("labels"); labels.is_object())
    for (const auto& [key, value] : labels.as_object()) x.labels[key] = value.string_or();
  for (const Block& taint : b.blocks("taint"))
    x.taints.push_back({taint.at("key").string_or(), taint.at("value").string_or(), taint.at("effect").string_or()});
  for (const Block& lt : b.blocks("launch_template"))
    if (auto found = launch_template_of(c, lt, ref, "launchTemplate")) {
      x.launchTemplate = Json::object(
          {{"id", found->LaunchTemplateId}, {"name", found->LaunchTemplateName}, {"version", *found->Version}});
      if (const auto* version = template_version(c.world, *found)) {
        if (version->launchTemplateData.has("imageId")) x.amiType = "CUSTOM";
        x.launchTemplate = Json::object({{"id", version->launchTemplateId},
                                         {"name", version->launchTemplateName},
                                         {"version", std::to_string(version->versionNumber)}});
      }
    }
  for (const Block& remote : b.blocks("remote_access"))
    x.remoteAccess = Json::object({{"ec2SshKey", remote.at("ec2_ssh_key").string_or()}});
  if (x.instanceTypes.empty() && !template_names_type(c.world, x)) x.instanceTypes = {"t3.medium"};
  for (const auto& [key, value] : b.at("tags").is_object() ? b.at("tags").as_object() : Json::Object())
    x.tags[key] = value.string_or();
  c.world.nodegroups.push_back(std::move(x));
  c.stands(r, ref);
}

void access_entry(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::eks::AccessEntry x;
  x.clusterName = cluster_of(c, b, {});
  x.principalArn = c.id(b, "principal_arn", Kind::role_arn, {});
  if (x.principalArn.empty()) return c.homeless(r, "principal_arn");
  const Ref ref = cloud::ref_of(x);
  x.type = c.text(b, "type", {ref, "type"}, "STANDARD");
  x.kubernetesGroups = c.texts(b, "kubernetes_groups", {ref, "kubernetesGroups"});
  x.username = c.text(b, "user_name", {});
  c.world.access_entries.push_back(std::move(x));
  c.stands(r, ref);
}

void access_policy(Context& c, const Resource& r) {
  const Block b = block_of(r);
  const std::string key = cluster_of(c, b, {}) + "/" + c.id(b, "principal_arn", Kind::role_arn, {});
  auto* entry = c.noun(c.world.access_entries, key);
  if (!entry) return;  // of a person, say, whose entry EKS makes
  aws::eks::AssociatedPolicy x;
  x.policyArn = c.text(b, "policy_arn", {});
  const Block scope = b.block("access_scope");
  x.accessScope.type = scope.at("type").string_or("cluster");
  x.accessScope.namespaces = c.texts(scope, "namespaces", {});
  c.adds(r, cloud::ref_of(*entry), "policies", fields::encode(x));
  entry->policies.push_back(std::move(x));
}

void addon(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::eks::Addon x;
  x.clusterName = cluster_of(c, b, {});
  x.addonName = c.text(b, "addon_name", {}, r.address);
  const Ref ref = cloud::ref_of(x);
  x.addonVersion = c.text(b, "addon_version", {});
  x.status = "ACTIVE";
  const std::string role = c.id(b, "service_account_role_arn", Kind::role_arn, {ref, "serviceAccountRoleArn"});
  if (!role.empty()) x.serviceAccountRoleArn = role;
  const std::string values = c.text(b, "configuration_values", {ref, "configurationValues"});
  if (!values.empty()) x.configurationValues = values;
  std::size_t i = 0;
  for (const Block& association : b.blocks("pod_identity_association")) {
    aws::eks::PodIdentityAssociation p;
    p.clusterName = x.clusterName;
    p.associationId = r.address + ".pod_identity_association[" + std::to_string(i++) + "]";
    p.associationArn = p.associationId;
    p.name_space = "kube-system";
    p.serviceAccount = association.at("service_account").string_or();
    const Ref own = cloud::ref_of(p);
    p.roleArn = c.id(association, "role_arn", Kind::role_arn, {own, "roleArn"});
    if (!x.podIdentityAssociations) x.podIdentityAssociations.emplace();
    x.podIdentityAssociations->push_back(p.associationArn);
    c.world.pod_identity_associations.push_back(std::move(p));
    c.stands(r, own);
  }
  c.world.addons.push_back(std::move(x));
  c.stands(r, ref);
}

void pod_identity(Context& c, const Resource& r) {
  const Block b = block_of(r);
  aws::eks::PodIdentityAssociation x;
  x.clusterName = cluster_of(c, b, {});
  x.associationId = b.at("association_id").string_or(c.id_of(r));
  const Ref ref = cloud::ref_of(x);
  x.name_space = c.text(b, "namespace", {});
  x.serviceAccount = c.text(b, "service_account", {});
  x.roleArn = c.id(b, "role_arn", Kind::role_arn, {ref, "roleArn"});
  const std::string target = c.id(b, "target_role_arn", Kind::role_arn, {ref, "targetRoleArn"});
  if (!target.empty()) x.targetRoleArn = target;
  c.world.pod_identity_associations.push_back(std::move(x));
  c.stands(r, ref);
}

void fargate_profile(Context& c, const Resource& r) {
  const Block b = block_of(r);
  cloud::FargateProfile x;
  x.clusterName = cluster_of(c, b, {});
  x.fargateProfileName = c.text(b, "fargate_profile_name", {}, r.address);
  const Ref ref = cloud::ref_of(x);
  x.podExecutionRoleArn = c.id(b, "pod_execution_role_arn", Kind::role_arn, {ref, "podExecutionRoleArn"});
  x.subnets = c.ids(b, "subnet_ids", Kind::subnet, {ref, "subnets"});
  x.selectors = Json::Array{};
  for (const Block& selector : b.blocks("selector"))
    x.selectors.push_back(
        Json::object({{"namespace", selector.at("namespace").string_or()}, {"labels", selector.at("labels")}}));
  c.world.fargate_profiles.push_back(std::move(x));
  c.stands(r, ref);
}

// --- Kubernetes: the provider's configuration names a cluster by its endpoint; where there is one, it is that one.

std::string the_cluster(const Context& c) { return c.world.clusters.empty() ? "" : c.world.clusters[0].name; }

void put_object(Context& c, const Resource& r, Json object, const Block& b, std::string_view unknown_attribute,
                const std::string& field) {
  if (object.at("kind").string_or() == "Secret") return;
  cloud::KubernetesObject x{the_cluster(c), std::move(object)};
  const Ref ref = cloud::ref_of(x);
  if (c.noun(c.world.kubernetes_objects, ref.id)) return;
  c.world.kubernetes_objects.push_back(std::move(x));
  c.stands(r, ref);
  if (!unknown_attribute.empty() && b.is_unknown(unknown_attribute)) c.note_unknown({ref, field}, b, unknown_attribute);
}

Json meta_of(const Block& b) {
  const Block meta = b.block("metadata");
  Json out = Json::object({{"name", meta.at("name").string_or()}});
  out["namespace"] = meta.at("namespace").string_or("default");
  for (const char* map : {"annotations", "labels"})
    if (meta.at(map).is_object()) out[map] = meta.at(map);
  return out;
}

void config_map(Context& c, const Resource& r) {
  const Block b = block_of(r);
  Json object = Json::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", meta_of(b)}});
  object["data"] = b.at("data").is_object() ? b.at("data") : Json::object();
  put_object(c, r, std::move(object), b, "data", "object.data");
}

void service_account(Context& c, const Resource& r) {
  const Block b = block_of(r);
  put_object(c, r, Json::object({{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", meta_of(b)}}), b, "",
             "");
}

// Whole manifests: kubernetes_manifest has an object, kubectl_manifest a text.
void manifest(Context& c, const Resource& r) {
  const Block b = block_of(r);
  Json object = b.at("manifest");
  if (const std::string text = b.at("yaml_body").string_or(); !text.empty()) {
    auto parsed = parse_yaml(text);
    if (!parsed) {
      c.notes.push_back(r.address + ": " + parsed.error().message);
      return;
    }
    object = std::move(*parsed);
  }
  if (!object.at("kind").is_string()) return c.homeless(r, b.has("manifest") ? "manifest" : "yaml_body");
  put_object(c, r, std::move(object), b, "", "");
}

// A Helm release stands in the world as an object of Helm's own kind: its chart and values, as far as they are known.
void helm_release(Context& c, const Resource& r) {
  const Block b = block_of(r);
  Json meta = Json::object({{"name", b.at("name").string_or()}, {"namespace", b.at("namespace").string_or("default")}});
  Json spec =
      Json::object({{"chart", b.at("chart")}, {"repository", b.at("repository")}, {"version", b.at("version")}});
  Json values = Json::object();
  if (b.at("values").is_array())
    for (const Json& text : b.at("values").as_array())
      if (auto parsed = parse_yaml(text.string_or()); parsed && parsed->is_object())
        for (auto& [key, value] : parsed->as_object()) values[key] = value;
  for (const Block& set : b.blocks("set")) {
    Json* here = &values;  // "serviceAccount.create"; backslashes keep a dot
    std::string name = replace_all(set.at("name").string_or(), "\\.", std::string(1, '\0'));
    for (const std::string& step : split(name, '.')) {
      if (!here->is_null() && !here->is_object()) *here = Json::object();
      here = &(*here)[replace_all(step, std::string(1, '\0'), ".")];
    }
    *here = set.at("value");
  }
  spec["values"] = std::move(values);
  put_object(c, r,
             Json::object({{"apiVersion", "helm.sh/v3"}, {"kind", "HelmRelease"}, {"metadata", meta}, {"spec", spec}}),
             b, "values", "object.spec.values");
}

}  // namespace

const aws::LaunchTemplateVersion* template_version(const cloud::World& world,
                                                   const aws::LaunchTemplateSpecification& spec) {
  const aws::LaunchTemplateVersion* best = nullptr;
  for (const auto& version : world.launch_templates) {
    if (version.launchTemplateId != spec.LaunchTemplateId && version.launchTemplateName != spec.LaunchTemplateName)
      continue;
    if (spec.Version && std::to_string(version.versionNumber) == *spec.Version) return &version;
    if (!best || version.versionNumber > best->versionNumber) best = &version;
  }
  return best;
}

bool template_names_type(const cloud::World& world, const aws::eks::Nodegroup& group) {
  if (!group.launchTemplate) return false;
  const auto* version = template_version(world, {group.launchTemplate->at("id").string_or(),
                                                 group.launchTemplate->at("name").string_or("\n"), std::nullopt});
  return version && version->launchTemplateData.has("instanceType");
}

std::vector<Handler> eks_handlers() {
  return {{"aws_eks_cluster", cluster},
          {"data.aws_eks_cluster", cluster},
          {"aws_eks_node_group", node_group},
          {"aws_eks_access_entry", access_entry},
          {"aws_eks_access_policy_association", access_policy},
          {"aws_eks_addon", addon},
          {"aws_eks_pod_identity_association", pod_identity},
          {"aws_eks_fargate_profile", fargate_profile},
          {"kubernetes_config_map", config_map},
          {"kubernetes_config_map_v1", config_map},
          {"kubernetes_config_map_v1_data", config_map},
          {"kubernetes_service_account", service_account},
          {"kubernetes_service_account_v1", service_account},
          {"kubernetes_manifest", manifest},
          {"kubectl_manifest", manifest},
          {"helm_release", helm_release}};
}

}  // namespace drydock::readers::terraform

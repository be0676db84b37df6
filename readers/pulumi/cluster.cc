// EKS, and objects of Kubernetes.
#include "base/fields.h"
#include "readers/pulumi/lift.h"

namespace drydock::readers::pulumi {
namespace {

namespace eks = aws::eks;

/// A cluster by its name: what most of EKS's resources name it by.
std::string cluster_name(const Fields& f) { return f.ref("clusterName", "clusterName", {kCluster}); }

void cluster(Lift& lift, const Source& source) {
  eks::Cluster noun{.name = lift.key(source), .arn = lift.arn(source)};
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.status = "ACTIVE";
  noun.version = f.text("version", "version");
  noun.roleArn = f.arn("roleArn", "roleArn", {kRole});
  eks::VpcConfig& vpc = noun.resourcesVpcConfig;
  const std::string at = "resourcesVpcConfig.";
  vpc.subnetIds = f.refs("vpcConfig.subnetIds", at + "subnetIds", {kSubnet});
  vpc.securityGroupIds = f.refs("vpcConfig.securityGroupIds", at + "securityGroupIds", {kSecurityGroup});
  vpc.endpointPrivateAccess = f.flag("vpcConfig.endpointPrivateAccess", at + "endpointPrivateAccess", false);
  vpc.endpointPublicAccess = f.flag("vpcConfig.endpointPublicAccess", at + "endpointPublicAccess", true);
  if (auto cidrs = f.texts("vpcConfig.publicAccessCidrs", at + "publicAccessCidrs"); !cidrs.empty())
    vpc.publicAccessCidrs = std::move(cidrs);
  for (const aws::Subnet& subnet : lift.world.subnets)
    if (!vpc.subnetIds.empty() && subnet.subnetId == vpc.subnetIds.front()) vpc.vpcId = subnet.vpcId;
  vpc.clusterSecurityGroupId = lift.key_as(kSecurityGroup, source);
  auto& net = noun.kubernetesNetworkConfig;
  net.serviceIpv4Cidr =
      f.text("kubernetesNetworkConfig.serviceIpv4Cidr", "kubernetesNetworkConfig.serviceIpv4Cidr", net.serviceIpv4Cidr);
  net.ipFamily = f.text("kubernetesNetworkConfig.ipFamily", "kubernetesNetworkConfig.ipFamily", net.ipFamily);
  auto& access = noun.accessConfig;
  access.authenticationMode =
      f.text("accessConfig.authenticationMode", "accessConfig.authenticationMode", access.authenticationMode);
  access.bootstrapClusterCreatorAdminPermissions = f.flag("accessConfig.bootstrapClusterCreatorAdminPermissions",
                                                          "accessConfig.bootstrapClusterCreatorAdminPermissions", true);
  noun.bootstrapSelfManagedAddons = f.flag("bootstrapSelfManagedAddons", "bootstrapSelfManagedAddons", true);
  if (const Json& compute = source.at("computeConfig"); compute.is_object()) noun.computeConfig = compute;
  if (const Json& encryption = source.at("encryptionConfig"); encryption.is_object())
    noun.encryptionConfig = Json::array({encryption});
  for (auto& [key, value] : lift.tags(source)) noun.tags[key] = value;
  if (source.exists()) {
    if (auto url = source.outputs.at("endpoint").string_or(); !url.empty()) noun.endpoint = url;
    // A twin's API servers listen on loopback; inside its VPCs they have names as on AWS.
    if (noun.endpoint && noun.endpoint->starts_with("https://127.0.0.1")) noun.host = planned_host(lift, source);
    const Json& certificate = source.outputs.at("certificateAuthority");
    if (knowledge_of(certificate) == Knowledge::known && certificate.is_object())
      noun.certificateAuthority = certificate;
    if (const Json& identity = source.outputs.path("identities.0.oidcs.0"); identity.is_object())
      noun.identity = Json::object({{"oidc", identity}});
  } else {
    noun.endpoint = planned_endpoint(lift, source);
  }
  lift.made(source, f.noun());
  lift.world.clusters.push_back(std::move(noun));
}

void node_group(Lift& lift, const Source& source) {
  eks::Nodegroup noun{.nodegroupName = lift.name(source, "nodeGroupName")};
  if (noun.nodegroupName == source.id)  // "cluster:name"
    noun.nodegroupName = source.id.substr(source.id.find(':') + 1);
  noun.clusterName =
      Fields(lift, source, {eks::Nodegroup::kTable, noun.nodegroupName}).ref("clusterName", "clusterName", {kCluster});
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.status = "ACTIVE";
  noun.version = f.text("version", "version");
  noun.releaseVersion = f.text("releaseVersion", "releaseVersion");
  noun.capacityType = f.text("capacityType", "capacityType", noun.capacityType);
  noun.nodeRole = f.arn("nodeRoleArn", "nodeRole", {kRole});
  noun.amiType = f.text("amiType", "amiType", noun.amiType);
  noun.scalingConfig.minSize = f.number("scalingConfig.minSize", "scalingConfig", 1);
  noun.scalingConfig.maxSize = f.number("scalingConfig.maxSize", "scalingConfig", 2);
  noun.scalingConfig.desiredSize = f.number("scalingConfig.desiredSize", "scalingConfig", 2);
  noun.instanceTypes = f.texts("instanceTypes", "instanceTypes");
  noun.subnets = f.refs("subnetIds", "subnets", {kSubnet});
  if (const Json& labels = source.at("labels"); labels.is_object())
    for (const auto& [key, value] : labels.as_object()) noun.labels[key] = value.string_or();
  const Json& taints = source.at("taints");
  for (std::size_t i = 0; i < taints.size(); ++i) noun.taints.push_back(fields::decoded<eks::Taint>(taints.item(i)));
  if (const Json& own = source.at("launchTemplate"); own.is_object()) {
    Json spec = Json::object();
    if (auto id = f.ref("launchTemplate.id", "launchTemplate", {kLaunchTemplate}); !id.empty())
      spec["id"] = id;
    else if (auto name = f.text("launchTemplate.name", "launchTemplate"); !name.empty())
      spec["name"] = name;
    const Json& version = own.at("version");
    const bool known = knowledge_of(version) == Knowledge::known;
    spec["version"] = known ? (version.is_string() ? version : Json(version.dump())) : Json("$Latest");
    if (!known && lift.sources.behind(source, "launchTemplate.version", {kLaunchTemplate}, 1).empty())
      f.unknown("launchTemplate.version", "launchTemplate");
    noun.launchTemplate = std::move(spec);
  }
  if (const Json& remote = source.at("remoteAccess"); remote.is_object()) noun.remoteAccess = remote;
  for (auto& [key, value] : lift.tags(source)) noun.tags[key] = value;
  lift.made(source, f.noun());
  lift.world.nodegroups.push_back(std::move(noun));
}

void addon(Lift& lift, const Source& source) {
  eks::Addon noun{.addonName = source.at("addonName").string_or()};
  noun.clusterName = cluster_name(Fields(lift, source, {eks::Addon::kTable, noun.addonName}));
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.status = "ACTIVE";
  // AWS's newest fits the cluster; which number that is does not matter.
  if (knowledge_of(source.at("addonVersion")) == Knowledge::known)
    noun.addonVersion = f.text("addonVersion", "addonVersion");
  if (auto arn = f.arn("serviceAccountRoleArn", "serviceAccountRoleArn", {kRole}); !arn.empty())
    noun.serviceAccountRoleArn = arn;
  noun.configurationValues = f.maybe("configurationValues", "configurationValues");
  lift.made(source, f.noun());
  // An add-on's own associations are nouns of their own.
  const Json& associations = source.at("podIdentityAssociations");
  for (std::size_t i = 0; i < associations.size(); ++i) {
    const std::string at = "podIdentityAssociations." + std::to_string(i) + ".";
    eks::PodIdentityAssociation one{.clusterName = noun.clusterName,
                                    .associationId = lift.key(source) + "/" + std::to_string(i)};
    const Fields g(lift, source, cloud::ref_of(one));
    one.roleArn = g.arn(at + "roleArn", "roleArn", {kRole});
    one.serviceAccount = g.text(at + "serviceAccount", "serviceAccount");
    one.name_space = "kube-system";
    lift.made(source, g.noun());
    lift.world.pod_identity_associations.push_back(std::move(one));
  }
  lift.world.addons.push_back(std::move(noun));
}

void access_entry(Lift& lift, const Source& source) {
  const Fields whose(lift, source, {eks::AccessEntry::kTable, source.urn});
  eks::AccessEntry noun{.clusterName = cluster_name(whose),
                        .principalArn = whose.arn("principalArn", "principalArn", {kRole})};
  if (noun.principalArn.empty()) noun.principalArn = source.urn;
  const Fields f(lift, source, cloud::ref_of(noun));
  // What was marked before the key was known is about this noun.
  for (cloud::Unknown& one : lift.world.unknowns)
    if (one.noun == whose.noun()) one.noun = f.noun();
  noun.type = f.text("type", "type", "STANDARD");
  noun.username = f.text("userName", "username");
  noun.kubernetesGroups = f.texts("kubernetesGroups", "kubernetesGroups");
  lift.made(source, f.noun());
  lift.world.access_entries.push_back(std::move(noun));
}

void access_policy(Lift& lift, const Source& source) {
  const Fields f(lift, source, {});
  const std::string cluster = f.ref("clusterName", "", {kCluster});
  std::string principal = source.at("principalArn").string_or();
  if (knowledge_of(source.at("principalArn")) != Knowledge::known) {
    principal.clear();
    // It often comes from the entry rather than from the role.
    const auto entries = lift.sources.behind(source, "principalArn", {"aws:eks/accessEntry:AccessEntry"}, 1);
    const Source* from = entries.empty() ? nullptr : entries.front();
    if (from) {
      const Json& value = from->at("principalArn");
      const auto role = lift.sources.behind(*from, "principalArn", {kRole}, 1);
      principal = knowledge_of(value) == Knowledge::known ? value.string_or()
                  : role.empty()                          ? ""
                                                          : lift.arn(*role.front());
    } else if (const auto role = lift.sources.behind(source, "principalArn", {kRole}, 1); !role.empty()) {
      principal = lift.arn(*role.front());
    }
  }
  eks::AccessEntry* entry = Lift::edit(lift.world.access_entries, cluster + "/" + principal);
  if (!entry) return;
  eks::AssociatedPolicy policy{.policyArn = source.at("policyArn").string_or()};
  fields::decode(source.at("accessScope"), policy.accessScope);
  lift.added(source, cloud::ref_of(*entry), "policies", fields::encode(policy));
  entry->policies.push_back(std::move(policy));
}

void pod_identity(Lift& lift, const Source& source) {
  const Fields whose(lift, source, {eks::PodIdentityAssociation::kTable, source.urn});
  eks::PodIdentityAssociation noun{.clusterName = cluster_name(whose),
                                   .associationId = source.at("associationId").string_or()};
  if (noun.associationId.empty() || !source.exists()) noun.associationId = source.urn;
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.roleArn = f.arn("roleArn", "roleArn", {kRole});
  noun.serviceAccount = f.text("serviceAccount", "serviceAccount");
  noun.name_space = f.text("namespace", "namespace");
  lift.made(source, f.noun());
  lift.world.pod_identity_associations.push_back(std::move(noun));
}

void fargate_profile(Lift& lift, const Source& source) {
  cloud::FargateProfile noun{.fargateProfileName = lift.name(source, "fargateProfileName")};
  noun.clusterName = cluster_name(Fields(lift, source, {cloud::FargateProfile::kTable, noun.fargateProfileName}));
  const Fields f(lift, source, cloud::ref_of(noun));
  noun.podExecutionRoleArn = f.arn("podExecutionRoleArn", "podExecutionRoleArn", {kRole});
  noun.subnets = f.refs("subnetIds", "subnets", {kSubnet});
  noun.selectors = source.at("selectors");
  lift.made(source, f.noun());
  lift.world.fargate_profiles.push_back(std::move(noun));
}

// ---- Kubernetes

/// The cluster behind a resource's provider: whose kubeconfig it has. With one cluster there is no doubt.
std::string cluster_behind(const Lift& lift, const Source& source) {
  const auto split = source.provider.rfind("::");
  const Source* provider = lift.sources.find(source.provider.substr(0, split == std::string::npos ? 0 : split));
  if (provider) {
    for (const std::string& urn : provider->dependencies)
      if (const Source* other = lift.sources.find(urn); other && other->type == kCluster) return lift.key(*other);
    for (const Source& other : lift.sources.all())
      if (other.type == kCluster && other.parent == provider->parent &&
          other.parent.find("eks:index") != std::string::npos)
        return lift.key(other);
  }
  const Source* only = nullptr;
  for (const Source& other : lift.sources.all()) {
    if (other.type != kCluster) continue;
    if (only) return {};
    only = &other;
  }
  return only ? lift.key(*only) : "";
}

/// "kubernetes:apps/v1:Deployment" -> the object; a Helm release stands as an object of Helm's own.
Json object_of(const Source& source) {
  Json object = source.inputs.is_object() ? source.inputs : Json::object();
  if (source.type.starts_with("kubernetes:helm.sh/")) {
    const std::string name = source.at("name").string_or(source.name);
    return Json::object(
        {{"apiVersion", "helm.sh/v3"},
         {"kind", "Release"},
         {"metadata", Json::object({{"name", name}, {"namespace", source.at("namespace").string_or("default")}})},
         {"spec", Json::object({{"chart", source.at("chart")}, {"values", source.at("values")}})}});
  }
  const auto colon = source.type.rfind(':');
  if (!object.at("kind").is_string()) object["kind"] = source.type.substr(colon + 1);
  if (object.at("kind").string_or() == "Secret") object.erase("data"), object.erase("stringData");
  if (!object.at("metadata").is_object()) object["metadata"] = Json::object();
  Json& meta = *object.find("metadata");
  if (!meta.at("name").is_string()) meta["name"] = source.outputs.path("metadata.name").string_or(source.name);
  return object;
}

void replace_unknowns(Json& value) {
  if (knowledge_of(value) != Knowledge::known) value = nullptr;
  if (value.is_array())
    for (Json& item : value.as_array()) replace_unknowns(item);
  if (value.is_object())
    for (auto& [key, member] : value.as_object()) replace_unknowns(member);
}

void kubernetes_object(Lift& lift, const Source& source) {
  if (!source.custom) return;
  cloud::KubernetesObject noun{.cluster = cluster_behind(lift, source), .object = object_of(source)};
  Json& object = noun.object;
  const bool is_aws_auth =
      object.at("kind").string_or() == "ConfigMap" && object.path("metadata.name").string_or() == "aws-auth";
  if (const Json* data = object.find("data"); is_aws_auth && data && has_unknowns(*data)) {
    const Json& users = data->at("mapUsers");
    const bool only_roles = data->is_object() && (users.is_null() || !has_unknowns(users));
    if (auto roles = component_map_roles(lift, source); roles && only_roles)
      (*object.find("data"))["mapRoles"] = *roles;
  }
  const bool data_unknown = has_unknowns(object.at("data"));
  const bool rest_unknown = has_unknowns(object);
  replace_unknowns(object);
  const Fields f(lift, source, cloud::ref_of(noun));
  if (data_unknown)
    f.unknown("data", "object.data");
  else if (rest_unknown)
    f.unknown("spec", "object");
  lift.made(source, f.noun());
  lift.world.kubernetes_objects.push_back(std::move(noun));
}

}  // namespace

std::span<const TypeRow> cluster_types() {
  static constexpr TypeRow kRows[] = {
      {kCluster, 1, cluster},
      {kNodeGroup, 1, node_group},
      {"aws:eks/addon:Addon", 1, addon},
      {"aws:eks/accessEntry:AccessEntry", 1, access_entry},
      {"aws:eks/accessPolicyAssociation:AccessPolicyAssociation", 2, access_policy},
      {"aws:eks/podIdentityAssociation:PodIdentityAssociation", 1, pod_identity},
      {"aws:eks/fargateProfile:FargateProfile", 1, fargate_profile},
      {"kubernetes", 1, kubernetes_object},
  };
  return kRows;
}

}  // namespace drydock::readers::pulumi

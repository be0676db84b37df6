// The cluster: who is let in, how its API server is reached, what is installed, and what launches its nodes.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "proof/fix/draft.h"

namespace drydock::proof {
namespace {

constexpr std::string_view kUsername = "system:node:{{EC2PrivateDNSName}}";

// --- Mapping of the node role.

/// aws-auth knows roles without their path.
std::string without_path(const std::string& arn) {
  const std::size_t role = arn.find(":role/"), last = arn.rfind('/');
  return role == arn.npos ? arn : arn.substr(0, role + 6) + arn.substr(last + 1);
}

std::string role_arn(const Draft& draft) {
  const aws::Role* role = draft.view.role(draft.need().role);
  return role ? role->Arn : draft.need().role;
}

void offer_entry(const Draft& draft, const aws::eks::Cluster& cluster) {
  if (cluster.accessConfig.authenticationMode == "CONFIG_MAP") return;
  aws::eks::AccessEntry entry;
  entry.clusterName = cluster.name;
  entry.principalArn = role_arn(draft);
  entry.type = "EC2_LINUX";
  if (const aws::Role* role = draft.view.role(draft.need().role)) entry.principalId = role->RoleId;
  const bool is_there = cloud::find(draft.world().access_entries, cloud::key_of(entry)) != nullptr;
  Edits edits;
  if (is_there) edits.push_back(erase(cloud::ref_of(entry)));
  edits.push_back(create(entry));
  draft.offer(
      fmt::format("{} the access entry of {} with type EC2_LINUX", is_there ? "make anew" : "add", entry.principalArn),
      std::move(edits));
}

const cloud::KubernetesObject* aws_auth(const Draft& draft, const std::string& cluster) {
  for (const auto& noun : draft.world().kubernetes_objects)
    if (noun.cluster == cluster && noun.object.at("kind").string_or() == "ConfigMap" &&
        noun.object.path("metadata.name").string_or() == "aws-auth")
      return &noun;
  return nullptr;
}

/// The rows that are there but those that were meant for this role, and one that is right.
std::string mapping(const Draft& draft, const std::string& before) {
  const std::string arn = role_arn(draft), bare = without_path(arn);
  const std::string name = bare.substr(bare.rfind('/') + 1);
  Json rows(Json::Array{});
  Json groups = Json::array({"system:bootstrappers", "system:nodes"});
  if (draft.code() == "auth.windows-group") groups.push_back("eks:kube-proxy-windows");
  if (const auto parsed = parse_yaml(before); parsed && parsed->is_array())
    for (const Json& row : parsed->as_array()) {
      const std::string other = row.at("rolearn").string_or();
      const bool meant = other == arn || other == bare || other.ends_with(":instance-profile/" + name) ||
                         (draft.code() == "auth.instance-profile" && other.find(":instance-profile/") != other.npos);
      if (row.is_object() && !meant) rows.push_back(row);
    }
  rows.push_back(Json::object({{"rolearn", bare}, {"username", kUsername}, {"groups", std::move(groups)}}));
  return write_yaml(rows);
}

void offer_config_map(const Draft& draft, const aws::eks::Cluster& cluster) {
  if (cluster.accessConfig.authenticationMode == "API") return;
  const std::string text = fmt::format("map {} to {} in aws-auth", without_path(role_arn(draft)), kUsername);
  if (const auto* noun = aws_auth(draft, cluster.name)) {
    const std::string before = noun->object.path("data.mapRoles").string_or();
    return draft.offer(text, {set(cloud::ref_of(*noun), "object.data.mapRoles", mapping(draft, before))});
  }
  cloud::KubernetesObject noun;
  noun.cluster = cluster.name;
  noun.object = Json::object({{"apiVersion", "v1"},
                              {"kind", "ConfigMap"},
                              {"metadata", Json::object({{"name", "aws-auth"}, {"namespace", "kube-system"}})},
                              {"data", Json::object({{"mapRoles", mapping(draft, "")}})}});
  draft.offer(text, {create(noun)});
}

void offer_mapping(const Draft& draft, const aws::eks::Cluster& cluster) {
  // Where something is there already, it is the thing to mend.
  const bool in_map = draft.where().noun.table == cloud::KubernetesObject::kTable;
  if (in_map) offer_config_map(draft, cluster);
  offer_entry(draft, cluster);
  if (!in_map) offer_config_map(draft, cluster);
}

// --- The API server's endpoint.

void offer_private_access(const Draft& draft, const aws::eks::Cluster& cluster) {
  Edits edits = {set(cloud::ref_of(cluster), "resourcesVpcConfig.endpointPrivateAccess", true)};
  if (const aws::Vpc* vpc = cloud::find(draft.world().vpcs, cluster.resourcesVpcConfig.vpcId)) {
    if (!vpc->enableDnsSupport) edits.push_back(set(cloud::ref_of(*vpc), "enableDnsSupport", true));
    if (!vpc->enableDnsHostnames) edits.push_back(set(cloud::ref_of(*vpc), "enableDnsHostnames", true));
  }
  draft.offer("turn private access to the API server on", std::move(edits));
}

void offer_public_addresses(const Draft& draft, const aws::eks::Cluster& cluster) {
  for (const aws::NatGateway& nat : draft.world().nat_gateways)
    for (const auto& address : nat.natGatewayAddressSet)
      if (nat.vpcId == cluster.resourcesVpcConfig.vpcId && address.publicIp)
        draft.offer(fmt::format("admit {}, the address of {}, to the API server", *address.publicIp, nat.natGatewayId),
                    {add(cloud::ref_of(cluster), "resourcesVpcConfig.publicAccessCidrs", *address.publicIp + "/32")});
}

// --- Add-ons.

void offer_addon(const Draft& draft, const std::string& cluster, const std::string& name) {
  aws::eks::Addon addon;
  addon.addonName = name;
  addon.clusterName = cluster;
  addon.status = "ACTIVE";
  draft.offer(fmt::format("add the add-on {}", name), {create(addon)});
}

// --- What launches nodes.

const aws::LaunchTemplateVersion* blamed_template(const Draft& draft) {
  return draft.blamed(draft.world().launch_templates);
}

void offer_profile(const Draft& draft) {
  const auto* version = blamed_template(draft);
  if (!version) return;
  for (const aws::InstanceProfile& profile : draft.world().instance_profiles) {
    if (profile.role.empty()) continue;
    draft.offer(fmt::format("launch with instance profile {}", profile.InstanceProfileName),
                {set(cloud::ref_of(*version), "launchTemplateData.iamInstanceProfile",
                     Json::object({{"name", profile.InstanceProfileName}}))});
  }
}

void offer_role_of_profile(const Draft& draft) {
  const auto* profile = draft.blamed(draft.world().instance_profiles);
  if (!profile) return;
  for (const aws::Role& role : draft.world().roles)
    if (role.AssumeRolePolicyDocument.find("ec2.") != std::string::npos)
      draft.offer(fmt::format("put role {} into instance profile {}", role.RoleName, profile->InstanceProfileName),
                  {set(cloud::ref_of(*profile), "role", role.RoleName)});
}

/// A NodeConfig that says what the cluster is. Only where all of it is known.
void offer_node_config(const Draft& draft) {
  const auto* version = blamed_template(draft);
  const auto* cluster = cloud::find(draft.world().clusters, draft.need().cluster);
  if (!version || !cluster || !cluster->endpoint || !cluster->certificateAuthority) return;
  const std::string authority = cluster->certificateAuthority->at("data").string_or();
  if (authority.empty()) return;
  const std::string text = fmt::format(
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"NODE\"\n\n--NODE\nContent-Type: "
      "application/node.eks.aws\n\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: "
      "{}\n    apiServerEndpoint: {}\n    certificateAuthority: {}\n    cidr: {}\n--NODE--\n",
      cluster->name, *cluster->endpoint, authority, cluster->kubernetesNetworkConfig.serviceIpv4Cidr);
  draft.offer(fmt::format("give nodes user data with a NodeConfig of {}", cluster->name),
              {set(cloud::ref_of(*version), "launchTemplateData.userData", base64(text))});
}

void offer_hostname_type(const Draft& draft) {
  if (draft.where().noun.table == aws::Subnet::kTable)
    draft.offer("name hosts of the subnet by address",
                {set(draft.where().noun, "privateDnsNameOptionsOnLaunch.hostnameType", "ip-name")});
  if (const auto* version = blamed_template(draft))
    draft.offer("name hosts by address",
                {set(cloud::ref_of(*version), "launchTemplateData.privateDnsNameOptions.hostnameType", "ip-name")});
}

}  // namespace

void fix_cluster(const Draft& draft) {
  const std::string& code = draft.code();
  const auto* cluster = cloud::find(draft.world().clusters, draft.need().cluster);
  if (!cluster) cluster = draft.blamed(draft.world().clusters);
  if (cluster) {
    if (code.starts_with("auth.")) offer_mapping(draft, *cluster);
    if (code == "eks.public-access-cidrs") offer_public_addresses(draft, *cluster);
    if (code == "eks.endpoint-access" || code == "eks.public-access-cidrs") offer_private_access(draft, *cluster);
    if (code == "cni.missing") offer_addon(draft, cluster->name, "vpc-cni");
    if (code == "addon.missing") offer_addon(draft, cluster->name, draft.problem.subject);
    if (code == "pod-identity.agent" || code == "cni.pod-identity-agent")
      offer_addon(draft, cluster->name, "eks-pod-identity-agent");
  }
  if (code == "imds.disabled" && blamed_template(draft))
    draft.offer("turn the instance metadata service on",
                {set(draft.where().noun, "launchTemplateData.metadataOptions.httpEndpoint", "enabled")});
  if (code == "iam.no-profile" || code == "launch.profile") offer_profile(draft);
  if (code == "iam.profile-empty" || code == "iam.role-missing") offer_role_of_profile(draft);
  if (code.starts_with("user-data.")) offer_node_config(draft);
  if (code == "name.resource-name") offer_hostname_type(draft);
}

}  // namespace drydock::proof

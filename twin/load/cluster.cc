// Clusters, who is let in, and what runs in them.
#include <fmt/format.h>

#include "base/fields.h"
#include "twin/load/loader.h"

namespace drydock::twin::load {

Step Loader::cluster(const aws::eks::Cluster& x) {
  const auto& config = x.resourcesVpcConfig;
  Json cidrs = Json::array({});
  for (const std::string& cidr : config.publicAccessCidrs) cidrs.push_back(cidr);
  Json network = Json::object({{"subnetIds", ids<aws::Subnet>(config.subnetIds)},
                               {"securityGroupIds", ids<aws::SecurityGroup>(config.securityGroupIds)},
                               {"endpointPublicAccess", config.endpointPublicAccess},
                               {"endpointPrivateAccess", config.endpointPrivateAccess},
                               {"publicAccessCidrs", cidrs}});
  auto reply =
      call("eks", "CreateCluster",
           {{"name", x.name},
            {"version", x.version.empty() ? Json() : Json(x.version)},
            {"roleArn", text(x.roleArn)},
            {"resourcesVpcConfig", network},
            {"kubernetesNetworkConfig", Json::object({{"serviceIpv4Cidr", x.kubernetesNetworkConfig.serviceIpv4Cidr},
                                                      {"ipFamily", x.kubernetesNetworkConfig.ipFamily}})},
            {"accessConfig", Json::object({{"authenticationMode", x.accessConfig.authenticationMode},
                                           {"bootstrapClusterCreatorAdminPermissions",
                                            x.accessConfig.bootstrapClusterCreatorAdminPermissions}})},
            {"bootstrapSelfManagedAddons", x.bootstrapSelfManagedAddons}});
  if (!reply) return fault(x, reply);
  made(x, x.name);
  return {};
}

Step Loader::clusters() {
  for (const auto& x : w_.clusters)
    if (Step error = cluster(x)) return error;
  finish();
  for (const auto& x : w_.clusters) {
    const auto* there = table<aws::eks::Cluster>().find(x.name);
    if (!there || there->status != "ACTIVE") {
      std::string why =
          there && !there->health.issues.empty() ? there->health.issues.front().message : "it is not ACTIVE";
      return fault(cloud::ref_of(x), why);
    }
    const std::string group = there->resourcesVpcConfig.clusterSecurityGroupId;
    if (const std::string& own = x.resourcesVpcConfig.clusterSecurityGroupId; !own.empty())
      loaded_.ids[{aws::SecurityGroup::kTable, own}] = group;
    loaded_.ids[{aws::SecurityGroup::kTable, cloud::cluster_security_group_id(x.name)}] = group;
  }
  return {};
}

Step Loader::access_entry(const aws::eks::AccessEntry& x) {
  Json groups = Json::array({});
  if (x.type == "STANDARD")
    for (const std::string& group : x.kubernetesGroups) groups.push_back(group);
  const bool named = x.type == "STANDARD" && !x.username.empty();
  const std::string arn = text(x.principalArn);
  auto reply = call("eks", "CreateAccessEntry",
                    {{"clusterName", x.clusterName},
                     {"principalArn", arn},
                     {"type", x.type},
                     {"kubernetesGroups", groups},
                     {"username", named ? Json(text(x.username)) : Json()}});
  if (!reply) return fault(x, reply);
  made(x, x.clusterName + "/" + arn);
  for (const auto& policy : x.policies) {
    reply = call("eks", "AssociateAccessPolicy",
                 {{"clusterName", x.clusterName},
                  {"principalArn", arn},
                  {"policyArn", policy.policyArn},
                  {"accessScope", fields::encode(policy.accessScope)}});
    if (!reply) return fault(x, reply);
  }
  return {};
}

Step Loader::addon(const aws::eks::Addon& x) {
  const auto optional = [&](const std::optional<std::string>& value) { return value ? Json(text(*value)) : Json(); };
  auto reply = call("eks", "CreateAddon",
                    {{"clusterName", x.clusterName},
                     {"addonName", x.addonName},
                     {"addonVersion", x.addonVersion.empty() ? Json() : Json(x.addonVersion)},
                     {"serviceAccountRoleArn", optional(x.serviceAccountRoleArn)},
                     {"configurationValues", optional(x.configurationValues)},
                     {"resolveConflicts", "OVERWRITE"}});
  if (!reply) return fault(x, reply);
  made(x, x.clusterName + "/" + x.addonName);
  return {};
}

Step Loader::kubernetes() {
  for (const auto& x : w_.access_entries)
    if (Step error = access_entry(x)) return error;
  for (const auto& x : w_.addons)
    if (Step error = addon(x)) return error;
  for (const auto& x : w_.pod_identity_associations) {
    auto reply = call("eks", "CreatePodIdentityAssociation",
                      {{"clusterName", x.clusterName},
                       {"namespace", x.name_space},
                       {"serviceAccount", x.serviceAccount},
                       {"roleArn", text(x.roleArn)}});
    if (!reply) return fault(x, reply);
    made(x, x.clusterName + "/" + reply->path("association.associationId").string_or());
  }
  for (const auto& x : w_.kubernetes_objects) {
    auto* kube = place_.kubernetes.find(w_.region, x.cluster);
    if (!kube) return fault(cloud::ref_of(x), "there is no cluster " + x.cluster);
    if (auto reply = kube->upsert(texts(x.object)); !reply) return fault(cloud::ref_of(x), reply.error().message);
    made(x, cloud::key_of(x));
  }
  return {};
}

}  // namespace drydock::twin::load

// aws:eks/cluster:Cluster
#include <algorithm>

#include "providers/aws/resources/eks.h"

namespace drydock::aws_provider {
namespace {

constexpr const char* kLogTypes[] = {"api", "audit", "authenticator", "controllerManager", "scheduler"};

Json vpc_config(const Json& in, bool create) {
  const Json& from = in.at("vpcConfig");
  Json out = Json::object();
  if (create || from.has("subnetIds")) out["subnetIds"] = from.at("subnetIds");
  if (from.at("securityGroupIds").size() > 0) out["securityGroupIds"] = from.at("securityGroupIds");
  out["endpointPrivateAccess"] = from.at("endpointPrivateAccess").bool_or(false);
  out["endpointPublicAccess"] = from.at("endpointPublicAccess").bool_or(true);
  if (from.at("publicAccessCidrs").size() > 0) out["publicAccessCidrs"] = from.at("publicAccessCidrs");
  put(out, "controlPlaneEgressMode", from.at("controlPlaneEgressMode"));
  return out;
}

// Always two entries: what is on, what is off.
Json logging(const Json& in) {
  Json on = Json::array(), off = Json::array();
  const Json& wanted = in.at("enabledClusterLogTypes");
  for (const char* type : kLogTypes) {
    const bool enabled = std::find(items(wanted).begin(), items(wanted).end(), Json(type)) != items(wanted).end();
    (enabled ? on : off).push_back(type);
  }
  return Json::object({{"clusterLogging", Json::array({Json::object({{"types", on}, {"enabled", true}}),
                                                       Json::object({{"types", off}, {"enabled", false}})})}});
}

Json network_config(const Json& in) {
  const Json& from = in.at("kubernetesNetworkConfig");
  if (!from.is_object()) return {};
  Json out = Json::object();
  for (const char* name : {"serviceIpv4Cidr", "ipFamily", "elasticLoadBalancing"}) put(out, name, from.at(name));
  return out;
}

Json remote_network(const Json& in) {
  const Json& from = in.at("remoteNetworkConfig");
  if (!from.is_object()) return {};
  Json out = Json::object();
  for (const char* name : {"remoteNodeNetworks", "remotePodNetworks"})
    if (from.has(name)) out[name] = Json::array({from.at(name)});
  return out;
}

Aws<Json> describe_cluster(Operation& op, const std::string& name) { return eks_get(op, eks_path(name), "cluster"); }

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  Json call = Json::object({{"name", text(in, "name")},
                            {"roleArn", text(in, "roleArn")},
                            {"resourcesVpcConfig", vpc_config(in, true)},
                            {"bootstrapSelfManagedAddons", in.at("bootstrapSelfManagedAddons").bool_or(true)},
                            {"logging", logging(in)},
                            {"clientRequestToken", Operation::token()}});
  for (const char* name : {"version", "accessConfig", "upgradePolicy", "zonalShiftConfig", "computeConfig",
                           "storageConfig", "controlPlaneScalingConfig", "outpostConfig", "kubeApiServerConfig",
                           "kubeControllerManagerConfig", "kubeSchedulerConfig"})
    put(call, name, in.at(name));
  put(call, "kubernetesNetworkConfig", network_config(in));
  put(call, "remoteNetworkConfig", remote_network(in));
  if (in.has("encryptionConfig")) call["encryptionConfig"] = Json::array({in.at("encryptionConfig")});
  if (in.at("deletionProtection").bool_or(false)) call["deletionProtection"] = true;
  if (in.at("tagsAll").size() > 0) call["tags"] = in.at("tagsAll");
  auto made = op.retry(minutes(2), role_is_new, [&] { return op.eks("POST", "/clusters", call); });
  if (!made) return up(made);
  id = text(in, "name");
  return op.wait("cluster " + id + " to become ACTIVE", op.timeout_or(minutes(30)), [&]() -> Aws<Poll> {
    auto cluster = describe_cluster(op, id);
    if (!cluster) return up(cluster);
    const std::string status = text(*cluster, "status");
    if (status == "FAILED" || status == "DELETING")
      return no(ErrorCode::unavailable, "the cluster became " + status + ": " + health_issues(*cluster));
    return Poll{status == "ACTIVE", status};
  });
}

void read_vpc(const Json& cluster, Json& out) {
  const Json& from = cluster.at("resourcesVpcConfig");
  Json vpc = Json::object();
  for (const char* name : {"subnetIds", "securityGroupIds", "endpointPrivateAccess", "endpointPublicAccess",
                           "publicAccessCidrs", "clusterSecurityGroupId", "vpcId"})
    if (from.has(name)) vpc[name] = from.at(name);
  out["vpcConfig"] = std::move(vpc);
}

Aws<Json> read(Operation& op, std::string& id, const Json& known) {
  auto cluster = describe_cluster(op, id);
  if (!cluster || cluster->is_null()) return cluster;
  Json out;
  for (const char* name :
       {"name", "arn", "endpoint", "roleArn", "version", "status", "platformVersion", "upgradePolicy",
        "zonalShiftConfig", "computeConfig", "storageConfig", "certificateAuthority", "deletionProtection",
        "controlPlaneScalingConfig", "kubeApiServerConfig", "kubeControllerManagerConfig", "kubeSchedulerConfig"})
    put(out, name, cluster->at(name));
  out["createdAt"] = iso_time(cluster->at("createdAt"));
  put(out, "clusterId", cluster->at("id"));
  read_vpc(*cluster, out);
  Json access = cluster->at("accessConfig");
  // AWS long did not return what was chosen at creation.
  if (access.is_object() && !access.has("bootstrapClusterCreatorAdminPermissions"))
    put(access, "bootstrapClusterCreatorAdminPermissions",
        known.path("accessConfig.bootstrapClusterCreatorAdminPermissions"));
  put(out, "accessConfig", access);
  put(out, "kubernetesNetworkConfig", cluster->at("kubernetesNetworkConfig"));
  if (const Json& remote = cluster->at("remoteNetworkConfig"); remote.is_object()) {
    Json one = Json::object();  // lists of one on the wire
    for (const char* name : {"remoteNodeNetworks", "remotePodNetworks"})
      if (remote.at(name).size() > 0) one[name] = remote.at(name).item(0);
    out["remoteNetworkConfig"] = std::move(one);
  }
  put(out, "outpostConfig", cluster->at("outpostConfig"));
  Json issuer = Json::object({{"issuer", cluster->path("identity.oidc.issuer").string_or()}});
  out["identities"] = Json::array({Json::object({{"oidcs", Json::array({std::move(issuer)})}})});
  if (cluster->at("encryptionConfig").size() > 0) out["encryptionConfig"] = cluster->at("encryptionConfig").item(0);
  Json logs = Json::array();
  for (const Json& entry : items(cluster->path("logging.clusterLogging")))
    if (entry.at("enabled").bool_or(false))
      for (const Json& type : items(entry.at("types"))) logs.push_back(type);
  out["enabledClusterLogTypes"] = std::move(logs);
  out["tagsAll"] = cluster->at("tags");
  return out;
}

// EKS does one update at a time, each of one kind.
Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  auto apply = [&](const std::string& rest, Json body) -> Aws<void> {
    body["clientRequestToken"] = Operation::token();
    auto begun = op.retry(
        minutes(60), [](const AwsError& e) { return e.is("ResourceInUseException"); },
        [&] { return op.eks("POST", eks_path(id, rest), body); });
    if (!begun) return up(begun);
    return wait_update(op, id, *begun, minutes(60));
  };
  auto configure = [&](Json body) { return apply("/update-config", std::move(body)); };
  if (changed(old, in, "version") && in.has("version")) {
    Json body = Json::object({{"version", text(in, "version")}});
    if (in.at("forceUpdateVersion").bool_or(false)) body["force"] = true;
    TRY_AWS(apply("/updates", std::move(body)));
  }
  if (const Json& mode = in.path("accessConfig.authenticationMode");
      !mode.is_null() && !(old.path("accessConfig.authenticationMode") == mode))
    TRY_AWS(configure(Json::object({{"accessConfig", Json::object({{"authenticationMode", mode}})}})));
  if (changed(old, in, "computeConfig") || changed(old, in, "storageConfig") ||
      !(old.path("kubernetesNetworkConfig.elasticLoadBalancing") ==
        in.path("kubernetesNetworkConfig.elasticLoadBalancing"))) {
    Json body = Json::object();
    put(body, "computeConfig", in.at("computeConfig"));
    put(body, "storageConfig", in.at("storageConfig"));
    if (const Json& balancing = in.path("kubernetesNetworkConfig.elasticLoadBalancing"); !balancing.is_null())
      body["kubernetesNetworkConfig"] = Json::object({{"elasticLoadBalancing", balancing}});
    TRY_AWS(configure(std::move(body)));
  }
  if (changed(old, in, "encryptionConfig") && in.has("encryptionConfig"))
    TRY_AWS(apply("/encryption-config/associate",
                  Json::object({{"encryptionConfig", Json::array({in.at("encryptionConfig")})}})));
  if (changed(old, in, "enabledClusterLogTypes")) TRY_AWS(configure(Json::object({{"logging", logging(in)}})));
  for (const char* name : {"upgradePolicy", "deletionProtection", "controlPlaneScalingConfig", "kubeApiServerConfig",
                           "kubeControllerManagerConfig", "kubeSchedulerConfig"})
    if (changed(old, in, name) && in.has(name)) TRY_AWS(configure(Json::object({{name, in.at(name)}})));
  const Json was = vpc_config(old, false), now = vpc_config(in, false);
  Json endpoints = Json::object();
  for (const char* name : {"endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs"})
    if (changed(was, now, name)) endpoints[name] = now.at(name);
  if (endpoints.size() > 0) TRY_AWS(configure(Json::object({{"resourcesVpcConfig", endpoints}})));
  for (const char* name : {"subnetIds", "securityGroupIds"})
    if (changed(was, now, name))
      TRY_AWS(configure(Json::object({{"resourcesVpcConfig", Json::object({{name, now.at(name)}})}})));
  if (changed(old, in, "zonalShiftConfig"))
    TRY_AWS(configure(Json::object({{"zonalShiftConfig", in.at("zonalShiftConfig")}})));
  return {};
}

Aws<void> retag(Operation& op, const std::string&, const Json& known, const Json& set, const Json::Array& unset) {
  return retag_eks(op, text(known, "arn"), set, unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  return eks_delete(op, eks_path(id), "", "cluster", "cluster " + id, minutes(15));
}

// Encryption can be added, but not be taken away or changed.
bool replaces(std::string_view path, const Json& old, const Json& in, bool by_schema) {
  (void)in;
  if (path == "encryptionConfig") return old.has("encryptionConfig");
  return by_schema;
}

}  // namespace

extern const ResourceType kCluster;
const ResourceType kCluster = {.token = "aws:eks/cluster:Cluster",
                               .naming = {.property = "name", .prefix_property = ""},
                               .sets = {"vpcConfig.subnetIds", "vpcConfig.securityGroupIds",
                                        "vpcConfig.publicAccessCidrs", "enabledClusterLogTypes"},
                               .lost_status = "FAILED",
                               .create = create,
                               .read = read,
                               .update = update,
                               .retag = retag,
                               .remove = remove,
                               .replaces = replaces};

}  // namespace drydock::aws_provider

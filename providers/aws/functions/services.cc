// Functions of EKS, ECR and SSM.
#include <fmt/format.h>

#include "base/hash.h"
#include "cloud/aws/arn.h"
#include "providers/aws/functions/common.h"
#include "providers/aws/resources/eks.h"

namespace drydock::aws_provider {
namespace {

Aws<Json> get_cluster(Operation& op, const Json& in) {
  auto cluster = eks_get(op, eks_path(text(in, "name")), "cluster");
  if (!cluster) return cluster;
  if (cluster->is_null()) return no(ErrorCode::not_found, "no cluster named '" + text(in, "name") + "'");
  Json out = Json::object();
  for (const char* name : {"name", "arn", "endpoint", "version", "status", "roleArn", "platformVersion"})
    out[name] = text(*cluster, name);
  out["id"] = text(*cluster, "name");
  out["createdAt"] = iso_time(cluster->at("createdAt"));
  out["certificateAuthorities"] =
      Json::array({Json::object({{"data", cluster->path("certificateAuthority.data").string_or()}})});
  Json issuer = Json::object({{"issuer", cluster->path("identity.oidc.issuer").string_or()}});
  out["identities"] = Json::array({Json::object({{"oidcs", Json::array({issuer})}})});
  const Json& vpc = cluster->at("resourcesVpcConfig");
  out["vpcConfig"] = Json::object({{"clusterSecurityGroupId", text(vpc, "clusterSecurityGroupId")},
                                   {"vpcId", text(vpc, "vpcId")},
                                   {"endpointPrivateAccess", vpc.at("endpointPrivateAccess").bool_or(false)},
                                   {"endpointPublicAccess", vpc.at("endpointPublicAccess").bool_or(true)},
                                   {"publicAccessCidrs", Json(items(vpc.at("publicAccessCidrs")))},
                                   {"securityGroupIds", Json(items(vpc.at("securityGroupIds")))},
                                   {"subnetIds", Json(items(vpc.at("subnetIds")))}});
  const Json& network = cluster->at("kubernetesNetworkConfig");
  out["kubernetesNetworkConfigs"] =
      Json::array({Json::object({{"ipFamily", text(network, "ipFamily")},
                                 {"serviceIpv4Cidr", text(network, "serviceIpv4Cidr")},
                                 {"serviceIpv6Cidr", text(network, "serviceIpv6Cidr")}})});
  const Json& access = cluster->at("accessConfig");
  out["accessConfigs"] =
      Json::array({Json::object({{"authenticationMode", text(access, "authenticationMode")},
                                 {"bootstrapClusterCreatorAdminPermissions",
                                  access.at("bootstrapClusterCreatorAdminPermissions").bool_or(false)}})});
  Json logs = Json::array();
  for (const Json& entry : items(cluster->path("logging.clusterLogging")))
    if (entry.at("enabled").bool_or(false))
      for (const Json& type : items(entry.at("types"))) logs.push_back(type);
  out["enabledClusterLogTypes"] = std::move(logs);
  out["tags"] = cluster->at("tags").is_object() ? cluster->at("tags") : Json::object();
  return out;
}

// A presigned GetCallerIdentity that names the cluster:
// https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
Aws<Json> get_cluster_auth(Operation& op, const Json& in) {
  HttpRequest request{"GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {}, ""};
  const std::string host = fmt::format("sts.{}.{}", op.region(), aws::dns_suffix_of(op.region()));
  request.headers.add("Host", host);
  request.headers.add("x-k8s-aws-id", text(in, "name"));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string target = aws::presign(request, op.client().credentials(), op.region(), "sts", now, seconds(60));
  return Json::object({{"id", text(in, "name")}, {"token", "k8s-aws-v1." + base64url("https://" + host + target)}});
}

Aws<Json> get_addon_version(Operation& op, const Json& in) {
  auto reply = op.eks("GET", "/addons/supported-versions?addonName=" + segment(text(in, "addonName")) +
                                 "&kubernetesVersion=" + segment(text(in, "kubernetesVersion")));
  if (!reply) return reply;
  const Json& versions = reply->path("addons.0.addonVersions");
  for (const Json& version : items(versions)) {
    bool is_default = false;
    for (const Json& fits : items(version.at("compatibilities")))
      is_default = is_default || fits.at("defaultVersion").bool_or(false);
    if (in.at("mostRecent").bool_or(false) || is_default)
      return Json::object({{"id", text(in, "addonName")}, {"version", text(version, "addonVersion")}});
  }
  return no(ErrorCode::not_found, fmt::format("no version of add-on '{}' fits Kubernetes {}", text(in, "addonName"),
                                              text(in, "kubernetesVersion")));
}

Aws<Json> get_authorization_token(Operation& op, const Json& in) {
  Json call = Json::object();
  if (std::string registry = text(in, "registryId"); !registry.empty()) call["registryIds"] = Json::array({registry});
  auto reply = op.client().json("ecr", "GetAuthorizationToken", call, op.stop());
  if (!reply) return reply;
  const Json& data = reply->at("authorizationData").item(0);
  const std::string plain = unbase64(text(data, "authorizationToken")).value_or("");
  return Json::object(
      {{"id", op.region()},
       {"authorizationToken", text(data, "authorizationToken")},
       {"userName", plain.substr(0, plain.find(':'))},
       {"password", plain.substr(std::min(plain.find(':'), plain.size()) + (plain.find(':') != plain.npos))},
       {"proxyEndpoint", text(data, "proxyEndpoint")},
       {"expiresAt", iso_time(data.at("expiresAt"))}});
}

Aws<Json> get_parameter(Operation& op, const Json& in) {
  auto reply = op.client().json(
      "ssm", "GetParameter",
      Json::object({{"Name", text(in, "name")}, {"WithDecryption", in.at("withDecryption").bool_or(true)}}), op.stop());
  if (!reply) {
    if (reply.error().is("ParameterNotFound"))
      reply.error().message = "there is no parameter '" + text(in, "name") + "'";
    return reply;
  }
  const Json& parameter = reply->at("Parameter");
  Json out = Json::object({{"id", text(parameter, "Name")},
                           {"name", text(parameter, "Name")},
                           {"arn", text(parameter, "ARN")},
                           {"type", text(parameter, "Type")},
                           {"value", text(parameter, "Value")},
                           {"version", parameter.at("Version").int_or(1)}});
  if (text(parameter, "Type") != "SecureString") out["insecureValue"] = text(parameter, "Value");
  return out;
}

}  // namespace

const std::vector<FunctionType>& service_functions() {
  static const std::vector<FunctionType> all = {
      {"aws:eks/getCluster:getCluster", get_cluster},
      {"aws:eks/getClusterAuth:getClusterAuth", get_cluster_auth},
      {"aws:eks/getAddonVersion:getAddonVersion", get_addon_version},
      {"aws:ecr/getAuthorizationToken:getAuthorizationToken", get_authorization_token},
      {"aws:ssm/getParameter:getParameter", get_parameter}};
  return all;
}

}  // namespace drydock::aws_provider

#include <fmt/chrono.h>

#include "base/text.h"
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

std::string rfc3339(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

Aws<Json> addon_version(Operation& op, const Json& in) {
  const std::string name = text(in, "addonName"), kubernetes = text(in, "kubernetesVersion");
  auto reply = op.eks("GET", "/addons/supported-versions?addonName=" + uri_encode(name) +
                                 "&kubernetesVersion=" + uri_encode(kubernetes));
  if (!reply) return up(reply);
  const Json& versions = reply->path("addons.0.addonVersions");
  const bool newest = in.at("mostRecent").bool_or(false);
  for (const Json& v : items(versions)) {
    bool is_default = false;
    for (const Json& c : items(v.at("compatibilities"))) is_default |= c.at("defaultVersion").bool_or(false);
    if (newest || is_default)
      return Json::object(
          {{"id", name}, {"addonName", name}, {"kubernetesVersion", kubernetes}, {"version", v.at("addonVersion")}});
  }
  return no(ErrorCode::not_found, "EKS has no version of add-on '" + name + "' for Kubernetes " + kubernetes);
}

// Blocks that are single on the resource are lists here, except vpcConfig.
Aws<Json> cluster(Operation& op, const Json& in) {
  auto reply = op.eks("GET", "/clusters/" + uri_encode(text(in, "name")));
  if (!reply) return up(reply);
  const Json& c = reply->at("cluster");
  const auto list = [](const Json& one) { return one.is_null() ? Json::array() : Json::array({one}); };
  Json::Array log_types;
  for (const Json& setup : items(c.path("logging.clusterLogging")))
    if (setup.at("enabled").bool_or(false))
      for (const Json& type : items(setup.at("types"))) log_types.push_back(type);
  Json identities = Json::array();
  if (!c.path("identity.oidc.issuer").is_null())
    identities.push_back(
        Json::object({{"oidcs", Json::array({Json::object({{"issuer", c.path("identity.oidc.issuer")}})})}}));
  return Json::object(
      {{"id", c.at("name")},
       {"name", c.at("name")},
       {"arn", c.at("arn")},
       {"endpoint", c.at("endpoint")},
       {"version", c.at("version")},
       {"status", c.at("status")},
       {"roleArn", c.at("roleArn")},
       {"platformVersion", c.at("platformVersion")},
       {"createdAt", c.at("createdAt").is_number() ? Json(rfc3339(c.at("createdAt").as_int())) : c.at("createdAt")},
       {"certificateAuthorities", Json::array({Json::object({{"data", c.path("certificateAuthority.data")}})})},
       {"identities", identities},
       {"vpcConfig", c.at("resourcesVpcConfig")},
       {"kubernetesNetworkConfigs", list(c.at("kubernetesNetworkConfig"))},
       {"accessConfigs", list(c.at("accessConfig"))},
       {"enabledClusterLogTypes", log_types},
       {"tags", c.at("tags").is_object() ? c.at("tags") : Json::object()}});
}

}  // namespace

extern const FunctionType kGetAddonVersion, kGetCluster;
const FunctionType kGetAddonVersion = {"aws:eks/getAddonVersion:getAddonVersion", addon_version};
const FunctionType kGetCluster = {"aws:eks/getCluster:getCluster", cluster};

}  // namespace drydock::aws_provider

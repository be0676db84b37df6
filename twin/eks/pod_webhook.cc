// What EKS's webhook writes into new pods, so that their SDKs find credentials: Pod Identity where the service account
// has an association, else IRSA where it has the role's ARN as annotation.
// https://github.com/aws/amazon-eks-pod-identity-webhook
#include "base/text.h"
#include "twin/eks/eks.h"

namespace drydock::twin::eks {
namespace {

constexpr auto kRoleAnnotation = "eks.amazonaws.com/role-arn";
constexpr auto kAudienceAnnotation = "eks.amazonaws.com/audience";
constexpr int kTokenSeconds = 86400;

struct Injection {
  std::vector<std::pair<std::string, std::string>> env;
  std::string volume, directory, file, audience;
};

Injection irsa(const std::string& role, const std::string& audience) {
  const std::string directory = "/var/run/secrets/eks.amazonaws.com/serviceaccount";
  return {{{"AWS_ROLE_ARN", role}, {"AWS_WEB_IDENTITY_TOKEN_FILE", directory + "/token"}},
          "aws-iam-token",
          directory,
          "token",
          audience};
}

Injection pod_identity() {
  const std::string directory = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";
  return {{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
           {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", directory + "/eks-pod-identity-token"}},
          "eks-pod-identity-token",
          directory,
          "eks-pod-identity-token",
          "pods.eks.amazonaws.com"};
}

Json& list_of(Json& object, const char* name) {
  if (!object.at(name).is_array()) object[name] = Json::array();
  return object[name];
}

void add_env(Json& container, const std::string& name, const std::string& value) {
  Json& env = list_of(container, "env");
  for (std::size_t i = 0; i < env.size(); ++i)
    if (env.item(i).at("name").string_or() == name) return;  // what people set stays
  env.push_back(Json::object({{"name", name}, {"value", value}}));
}

void inject(Json& pod, const Injection& what, const std::string& region) {
  Json& spec = pod["spec"];
  for (const char* list : {"initContainers", "containers"}) {
    if (!spec.at(list).is_array()) continue;
    for (Json& container : spec[list].as_array()) {
      add_env(container, "AWS_STS_REGIONAL_ENDPOINTS", "regional");
      add_env(container, "AWS_DEFAULT_REGION", region);
      add_env(container, "AWS_REGION", region);
      for (const auto& [name, value] : what.env) add_env(container, name, value);
      list_of(container, "volumeMounts")
          .push_back(Json::object({{"name", what.volume}, {"mountPath", what.directory}, {"readOnly", true}}));
    }
  }
  Json token = Json::object({{"audience", what.audience}, {"expirationSeconds", kTokenSeconds}, {"path", what.file}});
  Json projected = Json::object({{"defaultMode", 420}});
  projected["sources"] = Json::array({Json::object({{"serviceAccountToken", token}})});
  list_of(spec, "volumes").push_back(Json::object({{"name", what.volume}, {"projected", projected}}));
}

/// What a Fargate profile selects is not for the default scheduler. Daemons belong to nodes.
void send_to_fargate(World& world, const kubernetes::KubeCluster& cluster, Json& pod) {
  const Json& spec = pod.at("spec");
  if (spec.at("schedulerName").string_or("default-scheduler") != "default-scheduler" ||
      !spec.at("nodeName").string_or().empty() ||
      pod.path("metadata.ownerReferences.0.kind").string_or() == "DaemonSet")
    return;
  const std::string profile = fargate_profile_of(world, cluster.record().region, cluster.record().name, pod);
  if (profile.empty()) return;
  pod["metadata"]["labels"]["eks.amazonaws.com/fargate-profile"] = profile;
  pod["spec"]["schedulerName"] = "fargate-scheduler";
}

}  // namespace

const aws::eks::PodIdentityAssociation* pod_identity_of(World& world, const std::string& region,
                                                        std::string_view cluster, std::string_view name_space,
                                                        std::string_view service_account) {
  for (const auto& [key, there] : world.table<aws::eks::PodIdentityAssociation>(region))
    if (there.clusterName == cluster && there.name_space == name_space && there.serviceAccount == service_account)
      return &there;
  return nullptr;
}

void admit_pod(World& world, const kubernetes::KubeCluster& cluster, Json& pod) {
  const std::string& region = cluster.record().region;
  send_to_fargate(world, cluster, pod);
  const std::string name_space = kube::namespace_of(pod);
  const std::string account = pod.path("spec.serviceAccountName").string_or("default");
  if (pod_identity_of(world, region, cluster.record().name, name_space, account))
    return inject(pod, pod_identity(), region);
  const Json* object = cluster.get("serviceaccounts", name_space, account);
  const Json annotations = object ? object->path("metadata.annotations") : Json();
  const std::string role = annotations.at(kRoleAnnotation).string_or();
  if (!role.empty())
    inject(pod, irsa(role, annotations.at(kAudienceAnnotation).string_or("sts.amazonaws.com")), region);
}

}  // namespace drydock::twin::eks

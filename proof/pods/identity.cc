#include "proof/pods/identity.h"

#include <fmt/format.h>

#include <algorithm>

namespace drydock::proof {
namespace {

using cloud::World;
using Source = PodIdentity::Source;

constexpr std::string_view kRoleKey = "eks.amazonaws.com/role-arn";
constexpr std::string_view kRegionalKey = "eks.amazonaws.com/sts-regional-endpoints";
constexpr std::string_view kModeVariable = "AWS_STS_REGIONAL_ENDPOINTS";
constexpr std::string_view kProviderPart = ":oidc-provider/";

const cloud::KubernetesObject* service_account(const World& world, const Workload& workload) {
  for (const auto& noun : world.kubernetes_objects)
    if (noun.cluster == workload.cluster && noun.object.at("kind").string_or() == "ServiceAccount" &&
        noun.object.path("metadata.namespace").string_or("default") == workload.name_space &&
        noun.object.path("metadata.name").string_or() == workload.service_account)
      return &noun;
  return nullptr;
}

std::string annotation(const cloud::KubernetesObject* account, std::string_view key) {
  return account ? account->object.path("metadata.annotations").at(key).string_or() : "";
}

/// A chart makes the service account itself, with the annotations its values say.
std::string chart_annotation(const Workload& workload, std::string_view key) {
  for (const auto& [path, value] : workload.settings)
    if (path.ends_with(key) && path.find("erviceAccount.annotations.") != path.npos) return value;
  return "";
}

const aws::eks::Addon* addon_of(const World& world, const Workload& workload) {
  return workload.noun.table == aws::eks::Addon::kTable ? cloud::find(world.addons, workload.noun.id) : nullptr;
}

bool take_irsa(const WorldView& view, const Workload& workload, PodIdentity& out) {
  const auto* account = service_account(view.world(), workload);
  out.role_arn = annotation(account, kRoleKey);
  if (!out.role_arn.empty()) out.said_by = {cloud::ref_of(*account), "object.metadata.annotations"};
  if (out.role_arn.empty() && !(out.role_arn = chart_annotation(workload, kRoleKey)).empty())
    out.said_by = {workload.noun, "object.spec.values"};
  if (const auto* addon = addon_of(view.world(), workload);
      addon && addon->serviceAccountRoleArn && !addon->serviceAccountRoleArn->empty()) {
    out.role_arn = *addon->serviceAccountRoleArn;
    out.said_by = {cloud::ref_of(*addon), "serviceAccountRoleArn"};
  }
  return !out.role_arn.empty();
}

bool take_association(const WorldView& view, const Workload& workload, PodIdentity& out) {
  for (const auto& association : view.world().pod_identity_associations)
    if (association.clusterName == workload.cluster && association.name_space == workload.name_space &&
        association.serviceAccount == workload.service_account) {
      out.role_arn = association.roleArn;
      out.said_by = {cloud::ref_of(association), "roleArn"};
      return true;
    }
  return false;
}

/// Since Kubernetes 1.22 EKS sets the regional one, unless the account or the container says otherwise.
/// https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html
bool is_regional(const WorldView& view, const Workload& workload) {
  if (const std::string mode = workload.value(kModeVariable); !mode.empty()) return mode != "legacy";
  for (const auto& [path, value] : workload.settings)  // "env.AWS_STS_REGIONAL_ENDPOINTS" of a chart
    if (path.ends_with(kModeVariable)) return value != "legacy";
  if (const std::string said = annotation(service_account(view.world(), workload), kRegionalKey); !said.empty())
    return said != "false";
  if (const std::string said = chart_annotation(workload, kRegionalKey); !said.empty()) return said != "false";
  const auto* cluster = view.cluster(workload.cluster);
  const std::string version = cluster ? cluster->version : "";
  const bool is_old = version.starts_with("1.") && version.size() == 4 && version < "1.22";
  return !is_old;
}

}  // namespace

std::string global_sts_host(const WorldView& view) { return fmt::format("sts.{}", view.suffix()); }

PodIdentity identity_of(const WorldView& view, const Workload& workload) {
  PodIdentity out;
  // EKS's webhook gives a pod one of the two; an association goes first.
  if (take_association(view, workload, out)) {
    out.source = Source::pod_identity;
  } else if (take_irsa(view, workload, out)) {
    out.source = Source::irsa;
    out.sts_host = is_regional(view, workload) ? fmt::format("sts.{}.{}", view.world().region, view.suffix())
                                               : global_sts_host(view);
  } else {
    return out;
  }
  out.role = view.role(out.role_arn);
  return out;
}

Workload vpc_cni_of(const World& world, std::string_view cluster) {
  Workload out;
  out.cluster = cluster;
  out.name_space = "kube-system";
  out.name = out.service_account = "aws-node";
  out.host_network = out.daemon = true;
  for (const auto& addon : world.addons)
    if (addon.clusterName == cluster && addon.addonName == "vpc-cni") {
      out.noun = cloud::ref_of(addon);
      const auto values = Json::parse(addon.configurationValues.value_or("{}"));
      if (values && values->at("env").is_object())
        for (const auto& [name, value] : values->at("env").as_object())
          out.settings[name] = value.is_string() ? value.as_string() : value.dump();
    }
  for (const auto& noun : world.kubernetes_objects) {
    if (noun.cluster != cluster || noun.object.path("metadata.name").string_or() != "aws-node" ||
        noun.object.at("kind").string_or() != "DaemonSet")
      continue;
    if (!out.noun) out.noun = cloud::ref_of(noun);
    const Json& containers = noun.object.path("spec.template.spec.containers");
    for (std::size_t i = 0; i < containers.size(); ++i)
      for (std::size_t k = 0; k < containers.item(i).at("env").size(); ++k) {
        const Json& variable = containers.item(i).at("env").item(k);
        out.settings[variable.at("name").string_or()] = variable.at("value").string_or();
      }
  }
  return out;
}

std::string issuer_of(const aws::eks::Cluster& cluster, const aws::Role& role) {
  if (cluster.identity) {
    const std::string url = cluster.identity->path("oidc.issuer").string_or();
    if (!url.empty()) return url.starts_with("https://") ? url.substr(8) : url;
  }
  const auto trust = aws::parse_policy(role.AssumeRolePolicyDocument, aws::PolicyKind::trust);
  if (!trust) return "";
  for (const auto& statement : trust->statements)
    if (statement.principal)
      for (const std::string& arn : statement.principal->federated)
        if (const std::size_t at = arn.find(kProviderPart); at != arn.npos)
          return arn.substr(at + kProviderPart.size());
  return "";
}

const aws::OpenIdConnectProvider* oidc_provider_of(const World& world, std::string_view issuer) {
  for (const auto& provider : world.oidc_providers) {
    std::string_view url = provider.Url;
    if (url.starts_with("https://")) url.remove_prefix(8);
    if (url == issuer || (!issuer.empty() && provider.Arn.ends_with(std::string(kProviderPart) + std::string(issuer))))
      return &provider;
  }
  return nullptr;
}

Answer may_assume_as_web_identity(const WorldView& view, const aws::eks::Cluster& cluster, const aws::Role& role,
                                  const Workload& workload) {
  Answer answer;
  answer.policy = cloud::ref_of(role);
  answer.field = "AssumeRolePolicyDocument";
  const PolicyText& trust = view.policy(role.RoleName, role.AssumeRolePolicyDocument, aws::PolicyKind::trust);
  if (!trust.policy) {
    answer.refused = trust.refused;
    return answer;
  }
  const std::string issuer = issuer_of(cluster, role);
  const auto* provider = oidc_provider_of(view.world(), issuer);
  Subject subject;
  subject.kind = Subject::Kind::web_identity;
  subject.federated =
      provider ? provider->Arn
               : fmt::format("arn:{}:iam::{}{}{}", view.world().partition, view.world().account, kProviderPart, issuer);
  Ask ask{"sts:AssumeRoleWithWebIdentity", role.Arn, view.world().account, {}};
  ask.keys.set(issuer + ":aud", "sts.amazonaws.com");
  ask.keys.set(issuer + ":sub",
               fmt::format("system:serviceaccount:{}:{}", workload.name_space, workload.service_account));
  ask.keys.set("aws:FederatedProvider", subject.federated);
  Applying policies;
  policies.resource = trust.policy.get();
  policies.resource_must_allow = true;
  answer.permission = decide(subject, ask, policies);
  return answer;
}

bool has_pod_identity_agent(const World& world, const aws::eks::Cluster& cluster) {
  if (cluster.computeConfig && cluster.computeConfig->at("enabled").bool_or(false)) return true;  // part of Auto Mode
  for (const Workload& workload : workloads_of(world, cluster.name))
    if (workload.controller && workload.controller->name == "eks-pod-identity-agent") return true;
  return false;
}

}  // namespace drydock::proof

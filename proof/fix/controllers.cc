// Controllers: their settings, their service account's role, their metadata.
#include <fmt/format.h>

#include "proof/fix/draft.h"
#include "proof/pods/identity.h"

namespace drydock::proof {
namespace {

/// The workload a finding is about: "aws-load-balancer-controller.wafv2" of the noun to blame, or of any.
std::optional<Workload> workload_of(const Draft& draft) {
  const std::string& step = draft.problem.finding.step;
  const std::string name = step.substr(0, step.rfind('.'));
  for (Workload& workload : workloads_of(draft.world(), draft.need().cluster))
    if (workload.controller && workload.controller->name == name) return std::move(workload);
  return std::nullopt;
}

const eks::ControllerCall* call_of(const Draft& draft, const Workload& workload) {
  const std::string& step = draft.problem.finding.step;
  for (const eks::ControllerCall& call : workload.controller->calls)
    if (step == fmt::format("{}.{}", workload.controller->name, call.id)) return &call;
  return nullptr;
}

bool is_release(const Draft& draft, const Workload& workload) {
  const auto* noun = workload.noun.table == cloud::KubernetesObject::kTable
                         ? cloud::find(draft.world().kubernetes_objects, workload.noun.id)
                         : nullptr;
  return noun && noun->object.path("spec.chart").is_string();
}

constexpr const char* kContainer = "object.spec.template.spec.containers.0.";

/// In whatever way this workload is configured; nothing if its controller cannot be told so.
void offer_setting(const Draft& draft, const Workload& workload, const eks::Setting& setting, std::string value) {
  if (workload.noun.table != cloud::KubernetesObject::kTable) return;
  if (is_release(draft, workload)) {
    if (!setting.chart_value.empty())
      draft.offer(fmt::format("{} = {}", setting.chart_value, value),
                  {set(workload.noun, fmt::format("object.spec.values.{}", setting.chart_value), value)});
    return;
  }
  if (!setting.argument.empty()) {
    const std::string before = fmt::format("{}={}", setting.argument, workload.value(setting.argument));
    Edits edits;
    if (workload.settings.contains(setting.argument))
      edits.push_back(remove(workload.noun, std::string(kContainer) + "args", before));
    edits.push_back(
        add(workload.noun, std::string(kContainer) + "args", fmt::format("{}={}", setting.argument, value)));
    return draft.offer(fmt::format("{}={}", setting.argument, value), std::move(edits));
  }
  Edits edits;
  if (workload.settings.contains(setting.variable))
    edits.push_back(remove(workload.noun, std::string(kContainer) + "env",
                           Json::object({{"name", setting.variable}, {"value", workload.value(setting.variable)}})));
  edits.push_back(add(workload.noun, std::string(kContainer) + "env",
                      Json::object({{"name", setting.variable}, {"value", value}})));
  draft.offer(fmt::format("{}={}", setting.variable, value), std::move(edits));
}

void offer_web_identity_trust(const Draft& draft, const Workload& workload) {
  const aws::Role* role = draft.view.role(draft.need().role);
  const auto* cluster = cloud::find(draft.world().clusters, workload.cluster);
  const std::string issuer = role && cluster ? issuer_of(*cluster, *role) : "";
  const auto* provider = oidc_provider_of(draft.world(), issuer);
  if (!provider) return;
  const std::string subject = fmt::format("system:serviceaccount:{}:{}", workload.name_space, workload.service_account);
  Json statement =
      Json::object({{"Effect", "Allow"},
                    {"Action", "sts:AssumeRoleWithWebIdentity"},
                    {"Principal", Json::object({{"Federated", provider->Arn}})},
                    {"Condition", Json::object({{"StringEquals", Json::object({{issuer + ":aud", "sts.amazonaws.com"},
                                                                               {issuer + ":sub", subject}})}})}});
  draft.offer(fmt::format("let {} assume role {}", subject, role->RoleName),
              {add_statement(cloud::ref_of(*role), "AssumeRolePolicyDocument", role->AssumeRolePolicyDocument,
                             std::move(statement))});
}

void offer_provider(const Draft& draft) {
  const std::string& issuer = draft.need().host;
  if (issuer.empty()) return;
  aws::OpenIdConnectProvider provider;
  provider.Arn = fmt::format("arn:{}:iam::{}:oidc-provider/{}", draft.world().partition, draft.world().account, issuer);
  provider.Url = issuer;
  provider.ClientIDList = {"sts.amazonaws.com"};
  draft.offer("make an IAM OIDC provider for the cluster's issuer", {create(provider)});
}

void offer_one_tag_less(const Draft& draft) {
  const auto* group = draft.blamed(draft.world().security_groups);
  if (!group) return;
  const std::string key = "kubernetes.io/cluster/" + draft.need().cluster;
  for (const aws::Tag& tag : group->tagSet)
    if (tag.key == key)
      draft.offer(fmt::format("remove the tag {} from {}", key, group->groupId),
                  {remove(cloud::ref_of(*group), "tagSet", fields::encode(tag))});
}

void offer_autoscaler_tag(const Draft& draft) {
  const auto* group = draft.blamed(draft.world().auto_scaling_groups);
  if (!group) return;
  aws::AutoScalingTag tag;
  tag.ResourceId = group->AutoScalingGroupName;
  tag.Key = draft.problem.subject;
  tag.Value = "true";
  draft.offer(fmt::format("tag {} with {}", group->AutoScalingGroupName, tag.Key),
              {add(cloud::ref_of(*group), "Tags", fields::encode(tag))});
}

}  // namespace

void fix_controllers(const Draft& draft) {
  const std::string& code = draft.code();
  if (code == "irsa.provider" || code == "cni.irsa-provider") offer_provider(draft);
  if (code == "pod.imds" && draft.where().noun.table == aws::LaunchTemplateVersion::kTable)
    draft.offer("give the metadata service a hop limit of 2",
                {set(draft.where().noun, "launchTemplateData.metadataOptions.httpPutResponseHopLimit", 2)});
  if (code == "discovery.group-tag") offer_one_tag_less(draft);
  if (code == "discovery.autoscaler-tag") offer_autoscaler_tag(draft);
  const std::optional<Workload> workload = workload_of(draft);
  if (!workload) return;
  if (code == "irsa.trust") offer_web_identity_trust(draft, *workload);
  if (code == "sts.global-endpoint")
    offer_setting(draft, *workload,
                  {.variable = "AWS_STS_REGIONAL_ENDPOINTS", .chart_value = "env.AWS_STS_REGIONAL_ENDPOINTS"},
                  "regional");
  if (code == "service.no-endpoint")
    if (const auto* call = call_of(draft, *workload); call && call->unless && !call->unless.text.empty())
      offer_setting(draft, *workload, call->unless, std::string(call->unless.text));
  if (code == "discovery.cluster-name")
    offer_setting(draft, *workload, {.argument = "--cluster-name", .chart_value = "clusterName"}, workload->cluster);
}

}  // namespace drydock::proof

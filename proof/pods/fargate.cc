// Pods on Fargate: their subnets, and the mapping of their role.
// https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
#include <fmt/format.h>

#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

Problem degraded(const cloud::FargateProfile& profile, std::string_view code, Place where, std::string message,
                 Symptom symptom) {
  Problem p;
  p.finding.code = code;
  p.finding.severity = Severity::warning;
  p.finding.effect = Verdict::degraded;
  p.finding.where = std::move(where);
  p.finding.message = std::move(message);
  p.finding.symptom = std::move(symptom);
  p.need.cluster = profile.clusterName;
  p.need.role = profile.podExecutionRoleArn;
  return p;
}

void check_subnets(const WorldView& view, const cloud::FargateProfile& profile, Problems& out) {
  for (const std::string& subnet : profile.subnets) {
    if (!is_public_subnet(view, subnet)) continue;
    Problem p =
        degraded(profile, "fargate.public-subnet", {cloud::ref_of(profile), "subnets"},
                 fmt::format("EKS refuses Fargate profile {}: {} leads to an internet gateway",
                             profile.fargateProfileName, subnet),
                 {fmt::format("InvalidParameterException: Subnet {} provided in Fargate Profile is not a private "
                              "subnet",
                              subnet),
                  "when the profile is created"});
    p.finding.evidence.push_back({subnet, "0.0.0.0/0 leads to an internet gateway"});
    out.add(std::move(p));
  }
}

const cloud::KubernetesObject* aws_auth(const WorldView& view, std::string_view cluster) {
  for (const auto& noun : view.world().kubernetes_objects)
    if (noun.cluster == cluster && noun.object.at("kind").string_or() == "ConfigMap" &&
        noun.object.path("metadata.name").string_or() == "aws-auth")
      return &noun;
  return nullptr;
}

bool maps(const cloud::KubernetesObject& noun, const std::string& role_arn) {
  const std::string name = role_arn.substr(role_arn.rfind('/') + 1);
  const auto rows = parse_yaml(noun.object.path("data.mapRoles").string_or());
  for (std::size_t i = 0; rows && i < rows->size(); ++i)
    if (rows->item(i).at("rolearn").string_or().ends_with(":role/" + name)) return true;
  return false;
}

/// EKS writes the mapping when the profile is made; who writes aws-auth anew without it takes it away.
void check_mapping(const WorldView& view, const cloud::FargateProfile& profile, Problems& out) {
  const auto* cluster = view.cluster(profile.clusterName);
  if (!cluster || cluster->accessConfig.authenticationMode != "CONFIG_MAP") return;
  const auto* noun = aws_auth(view, profile.clusterName);
  if (!noun || maps(*noun, profile.podExecutionRoleArn)) return;
  out.add(degraded(profile, "auth.fargate", {cloud::ref_of(*noun), "object.data.mapRoles"},
                   fmt::format("aws-auth does not name {}, the pod execution role of Fargate profile {}",
                               profile.podExecutionRoleArn, profile.fargateProfileName),
                   {"pods for Fargate stay Pending: their node is not authorized", "when pods are scheduled"}));
}

}  // namespace

void check_fargate(const WorldView& view, std::string_view cluster, Problems& out) {
  for (const auto& profile : view.world().fargate_profiles) {
    if (profile.clusterName != cluster) continue;
    check_subnets(view, profile, out);
    check_mapping(view, profile, out);
  }
}

}  // namespace drydock::proof

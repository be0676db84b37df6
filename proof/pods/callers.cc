// As whom a controller calls, and whether it gets those credentials.
#include <fmt/format.h>

#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

using Source = PodIdentity::Source;

/// Whether an answer is a no for sure; a finding that is not sure is a note.
bool is_fine(const Answer& answer) { return answer.refused.empty() && answer.permission.allowed != Tri::no; }

void report_trust(const PodCheck& check, std::string_view code, const aws::Role& role, const Answer& answer,
                  std::string words, std::string who) {
  Problem p = check.problem(code, "credentials", std::move(words));
  p.finding.where = {cloud::ref_of(role), "AssumeRolePolicyDocument"};
  p.subject = std::string(check.controller.name);
  p.finding.message = answer.refused.empty()
                          ? fmt::format("role {} does not let {} assume it, so {} gets no credentials", role.RoleName,
                                        who, check.controller.name)
                          : fmt::format("AWS refuses the trust policy of role {}: {}", role.RoleName, answer.refused);
  p.finding.evidence.push_back({role.RoleName, fmt::format("no statement of its trust policy fits {}", who)});
  p.need.role = role.RoleName;
  p.need.host = who;
  check.out.add(std::move(p));
}

void report_unknown_role(const PodCheck& check, const PodIdentity& identity) {
  Problem p = check.problem("controller.role-unknown", "credentials", "its role is not part of the input");
  p.finding.where = identity.said_by;
  p.finding.severity = Severity::note;
  p.finding.effect = Verdict::ready;
  p.finding.message = fmt::format("{} runs as {}, which is not in the input; what it may do is not judged",
                                  check.controller.name, identity.role_arn);
  p.finding.symptom = {};
  p.finding.depends_on = {identity.role_arn};
  check.out.add(std::move(p));
}

Caller check_irsa(const PodCheck& check, const PodIdentity& identity) {
  const bool regional = identity.sts_host != global_sts_host(check.view);
  check_host(check, "sts", "asks STS for credentials", identity.sts_host, regional ? "sts" : "");
  if (!identity.role) {
    report_unknown_role(check, identity);
    return {};
  }
  const std::string issuer = issuer_of(check.cluster, *identity.role);
  if (!oidc_provider_of(check.view.world(), issuer)) {
    Problem p = check.problem("irsa.provider", "credentials",
                              "InvalidIdentityToken: No OpenIDConnect provider found in your account");
    p.finding.where = {cloud::ref_of(check.cluster), "identity"};
    p.finding.message = fmt::format("{} has a role by web identity, but the account has no OIDC provider for {}",
                                    check.controller.name, issuer.empty() ? "the cluster" : issuer);
    p.need.host = issuer;
    check.out.add(std::move(p));
    return {};
  }
  const Answer answer = may_assume_as_web_identity(check.view, check.cluster, *identity.role, check.workload);
  if (is_fine(answer)) return {identity.role};
  report_trust(check, "irsa.trust", *identity.role, answer,
               "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
               fmt::format("system:serviceaccount:{}:{}", check.workload.name_space, check.workload.service_account));
  return {};
}

Caller check_association(const PodCheck& check, const PodIdentity& identity) {
  if (!has_pod_identity_agent(check.view.world(), check.cluster)) {
    Problem p = check.problem("pod-identity.agent", "credentials", "no credentials: connection refused 169.254.170.23");
    p.finding.where = identity.said_by;
    p.finding.message = fmt::format("{} has its role by Pod Identity, but {} has no eks-pod-identity-agent",
                                    check.controller.name, check.cluster.name);
    check.out.add(std::move(p));
    return {};
  }
  if (!identity.role) {
    report_unknown_role(check, identity);
    return {};
  }
  for (const char* action : {"sts:AssumeRole", "sts:TagSession"}) {
    const Answer answer = may_assume(check.view, *identity.role, "pods.eks.amazonaws.com", action);
    if (is_fine(answer)) continue;
    report_trust(check, "pod-identity.trust", *identity.role, answer,
                 fmt::format("AccessDenied: pods.eks.amazonaws.com may not {}", action), "pods.eks.amazonaws.com");
    return {};
  }
  return {identity.role};
}

/// A pod that is not on the host's network is one hop further from the metadata service.
bool reaches_metadata(const PodCheck& check, const Group& group) {
  if (check.workload.host_network) return group.metadata_endpoint != "disabled";
  return group.metadata_endpoint != "disabled" && (group.metadata_tokens != "required" || group.hop_limit > 1);
}

void report_metadata(const PodCheck& check, const Group& group, std::string what, std::string words) {
  Problem p = check.problem("pod.imds", "metadata", std::move(words));
  p.finding.where = {group.template_ref, "launchTemplateData.metadataOptions.httpPutResponseHopLimit"};
  p.finding.message = fmt::format(
      "{} {}, but the metadata service of {} does not answer pods: tokens are required and "
      "its hop limit is {}",
      check.controller.name, what, group.name, group.hop_limit);
  p.finding.evidence.push_back({group.template_ref.id, fmt::format("httpTokens {}, httpPutResponseHopLimit {}",
                                                                   group.metadata_tokens, group.hop_limit)});
  check.out.add(std::move(p));
}

std::vector<Caller> instance_roles(const PodCheck& check) {
  std::vector<Caller> out;
  for (const Group* group : check.groups) {
    if (!reaches_metadata(check, *group)) {
      report_metadata(check, *group, "runs under the node's role",
                      "failed to refresh cached credentials, no EC2 IMDS role found");
      continue;
    }
    if (group->role) out.push_back({group->role, group});
  }
  return out;
}

void check_vpc_from_metadata(const PodCheck& check) {
  if (!check.controller.vpc_id || check.workload.has(check.controller.vpc_id, check.view.world())) return;
  for (const Group* group : check.groups)
    if (!reaches_metadata(check, *group))
      report_metadata(check, *group, "asks instance metadata for the VPC",
                      "failed to introspect vpcID from EC2Metadata or Node name, specify --aws-vpc-id instead if "
                      "EC2Metadata is unavailable");
}

}  // namespace

std::vector<Caller> check_identity(const PodCheck& check) {
  check_vpc_from_metadata(check);
  const PodIdentity identity = identity_of(check.view, check.workload);
  if (identity.source == Source::instance_role) return instance_roles(check);
  return {identity.source == Source::irsa ? check_irsa(check, identity) : check_association(check, identity)};
}

}  // namespace drydock::proof

#include "proof/pods/cni.h"

#include <fmt/format.h>

#include "proof/pods/identity.h"

namespace drydock::proof {
namespace {

constexpr std::string_view kStep = "ipamd.describe-network-interfaces";

/// aws-node has no credentials, so it fails at its first call.
Problem problem(const Walk& walk, std::string_view code, Place where, std::string message, std::string words) {
  Problem p = walk.problem(code, kStep, Fault::denied);
  p.finding.where = std::move(where);
  p.finding.message = std::move(message);
  p.finding.symptom.text = fmt::format(
      "aws-node CrashLoopBackOff: {}; nodes NotReady, cni plugin not initialized; NodeCreationFailure: Unhealthy nodes "
      "in the kubernetes cluster",
      words);
  return p;
}

/// Whether each node can ask the host for credentials.
void check_credentials_host(const Walk& walk, const Workload& cni, const std::string& host, std::string_view service) {
  const eks::BootStep step{.id = kStep,
                           .track = eks::Track::aws_node,
                           .actor = "ipamd",
                           .what = "asks for its credentials",
                           .host = host,
                           .service = service};
  for (const std::string& subnet : walk.group.subnets) {
    if (!service.empty()) {
      (void)check_contact(walk, step, subnet);
      continue;
    }
    const Contact& contact = walk.contacts.of(walk.site(subnet), host, step.port);
    if (contact.reach.reached != Tri::no) continue;
    Problem p =
        problem(walk, "sts.global-endpoint", {cni.noun, ""},
                fmt::format("the VPC CNI asks {} for credentials, for which no endpoint answers; nodes in {} have "
                            "no way out",
                            host, subnet),
                fmt::format("WebIdentityErr: failed to retrieve credentials, Post \"https://{}/\": dial tcp: i/o "
                            "timeout",
                            host));
    for (const Wall& wall : contact.reach.walls) p.finding.evidence.push_back({wall.component, wall.evidence});
    p.need.host = host;
    walk.out.add(std::move(p));
  }
}

void report_unknown_role(const Walk& walk, const PodIdentity& identity) {
  Problem p = problem(walk, "cni.role-unknown", identity.said_by,
                      fmt::format("the VPC CNI runs as {}, which is not in the input", identity.role_arn), "");
  p.finding.symptom = {};
  p.finding.effect = Verdict::depends;
  p.finding.depends_on = {identity.role_arn};
  walk.out.add(std::move(p));
}

void report_trust(const Walk& walk, const aws::Role& role, const Answer& answer, std::string_view code,
                  const std::string& who, std::string words) {
  Problem p = problem(
      walk, code, {cloud::ref_of(role), "AssumeRolePolicyDocument"},
      answer.refused.empty()
          ? fmt::format("role {} does not let {} assume it, so the VPC CNI gets no credentials", role.RoleName, who)
          : fmt::format("AWS refuses the trust policy of role {}: {}", role.RoleName, answer.refused),
      std::move(words));
  if (answer.refused.empty() && answer.permission.allowed == Tri::maybe) {
    p.finding.effect = Verdict::depends;
    p.finding.depends_on.assign(answer.permission.unknown.begin(), answer.permission.unknown.end());
  }
  p.finding.evidence.push_back({role.RoleName, fmt::format("no statement of its trust policy fits {}", who)});
  p.need.role = role.RoleName;
  p.need.host = who;
  walk.out.add(std::move(p));
}

bool is_yes(const Answer& answer) { return answer.refused.empty() && answer.permission.allowed == Tri::yes; }

const aws::Role* by_web_identity(const Walk& walk, const Workload& cni, const PodIdentity& identity) {
  const bool global = identity.sts_host == global_sts_host(walk.view);
  check_credentials_host(walk, cni, identity.sts_host, global ? "" : "sts");
  if (!identity.role) return report_unknown_role(walk, identity), nullptr;
  const aws::eks::Cluster& cluster = *walk.group.cluster;
  const std::string issuer = issuer_of(cluster, *identity.role);
  if (!oidc_provider_of(walk.view.world(), issuer)) {
    Problem p =
        problem(walk, "cni.irsa-provider", {cloud::ref_of(cluster), "identity"},
                fmt::format("the VPC CNI has a role by web identity, but the account has no OIDC provider for {}",
                            issuer.empty() ? cluster.name : issuer),
                "InvalidIdentityToken: No OpenIDConnect provider found in your account");
    p.need.host = issuer;
    walk.out.add(std::move(p));
    return nullptr;
  }
  const Answer answer = may_assume_as_web_identity(walk.view, cluster, *identity.role, cni);
  if (is_yes(answer)) return identity.role;
  report_trust(walk, *identity.role, answer, "cni.irsa-trust", "system:serviceaccount:kube-system:aws-node",
               "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity");
  return nullptr;
}

/// The agent asks for the pod's credentials under the node's role.
void check_agents_permission(const Walk& walk) {
  constexpr const char* kAction = "eks-auth:AssumeRoleForPodIdentity";
  if (!walk.group.role) return;
  const aws::Role& role = *walk.group.role;
  const Answer answer = may(walk.view, role, {kAction, "*", {}}, {});
  if (!answer.refused.empty() || answer.permission.allowed != Tri::no) return;
  Problem p =
      problem(walk, "iam.node-role", {cloud::ref_of(role), "grants.attached"},
              fmt::format("role {} may not {}, so the agent of Pod Identity gets no credentials for the VPC CNI",
                          role.RoleName, kAction),
              fmt::format("AccessDeniedException: not authorized to perform: {}", kAction));
  p.finding.evidence.push_back({role.RoleName, fmt::format("no identity policy allows {}", kAction)});
  p.need.role = role.RoleName;
  p.need.actions = {kAction};
  p.need.resources = {"*"};
  walk.out.add(std::move(p));
}

const aws::Role* by_association(const Walk& walk, const Workload& cni, const PodIdentity& identity) {
  const aws::eks::Cluster& cluster = *walk.group.cluster;
  if (!has_pod_identity_agent(walk.view.world(), cluster)) {
    walk.out.add(problem(
        walk, "cni.pod-identity-agent", identity.said_by,
        fmt::format("the VPC CNI has its role by Pod Identity, but {} has no eks-pod-identity-agent", cluster.name),
        "no credentials: connection refused 169.254.170.23"));
    return nullptr;
  }
  check_credentials_host(walk, cni, fmt::format("eks-auth.{}.api.aws", walk.view.world().region), "eks-auth");
  check_agents_permission(walk);
  if (!identity.role) return report_unknown_role(walk, identity), nullptr;
  for (const char* action : {"sts:AssumeRole", "sts:TagSession"})
    if (const Answer answer = may_assume(walk.view, *identity.role, "pods.eks.amazonaws.com", action);
        !is_yes(answer)) {
      report_trust(walk, *identity.role, answer, "pod-identity.trust", "pods.eks.amazonaws.com",
                   fmt::format("AccessDenied: pods.eks.amazonaws.com may not {}", action));
      return nullptr;
    }
  return identity.role;
}

}  // namespace

const aws::Role* check_cni_identity(const Walk& walk) {
  const Workload cni = vpc_cni_of(walk.view.world(), walk.group.cluster->name);
  const PodIdentity identity = identity_of(walk.view, cni);
  switch (identity.source) {
    case PodIdentity::Source::irsa:
      return by_web_identity(walk, cni, identity);
    case PodIdentity::Source::pod_identity:
      return by_association(walk, cni, identity);
    case PodIdentity::Source::instance_role:
      break;
  }
  return walk.group.role;
}

}  // namespace drydock::proof

#include "twin/nodes/pod_credentials.h"

#include <fmt/format.h>

#include "cloud/aws/arn.h"
#include "twin/eks/eks.h"
#include "twin/iam/access.h"
#include "twin/iam/web_identity.h"
#include "twin/kubernetes/service_tokens.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {
namespace {

using Kind = Outcome::Kind;

std::string env_of(const Json& container, std::string_view name) {
  const Json& env = container.at("env");
  for (std::size_t i = 0; i < env.size(); ++i)
    if (env.item(i).at("name").string_or() == name) return env.item(i).at("value").string_or();
  return {};
}

const BootStep& credential_step(std::string_view id) {
  for (const BootStep& step : drydock::eks::credential_steps())
    if (step.id == id) return step;
  return drydock::eks::credential_steps().front();
}

std::string account_of(const Json& pod) { return pod.path("spec.serviceAccountName").string_or("default"); }

Outcome reach_step(Nodes::State& state, const Node& node, const Place& place, const BootStep& step,
                   std::string_view host) {
  return reach(
      state.networks, place,
      drydock::eks::fill_in(host, {{"region", node.region}, {"suffix", std::string(aws::dns_suffix_of(node.region))}}),
      step.port);
}

/// SDKs ask the region's STS, unless they are told to go on asking the global one.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html
std::string_view sts_host(const Json& container, const BootStep& step) {
  return env_of(container, "AWS_STS_REGIONAL_ENDPOINTS") == "legacy" ? "sts.{suffix}" : step.host;
}

void deny(Outcome& outcome, std::string cause, std::string why) {
  outcome.kind = Kind::denied;
  outcome.cause = std::move(cause);
  outcome.why = std::move(why);
}

CredentialSearch by_web_identity(Nodes::State& state, const Node& node, const Place& place, const Json& pod,
                                 const Json& container, const std::string& role_arn) {
  CredentialSearch out{.step = &credential_step("sts.web-identity")};
  out.outcome = reach_step(state, node, place, *out.step, sts_host(container, *out.step));
  if (!out.outcome.ok()) {
    out.outcome.words = web_identity_error(out.outcome, {}, {});
    return out;
  }
  const auto* kube = state.kube(node);
  kubernetes::TokenWish wish{.name_space = kube::namespace_of(pod), .account = account_of(pod)};
  wish.audiences = {"sts.amazonaws.com"};
  const std::string session = "botocore-session-" + node.instanceId;
  const iam::WebIdentityVerdict verdict = iam::check_web_identity(
      state.world, {kube ? kubernetes::service_account_token(*kube, wish) : "", role_arn, session},
      endpoint_policy(state.world, node.region, out.outcome.endpoint), context_of(state.world, place, out.outcome));
  if (!verdict.role) {
    deny(out.outcome, verdict.cause,
         fmt::format("{}: {} (role {})", verdict.refusal.code, verdict.refusal.message, role_arn));
    out.outcome.words = web_identity_error(out.outcome, verdict.refusal.code, verdict.refusal.message);
    return out;
  }
  out.signer = {verdict.role->Arn, verdict.role->RoleId, session};
  return out;
}

bool has_agent(Nodes::State& state, const Node& node) {
  for (const auto& [key, pod] : state.world.table<Pod>(node.region))
    if (pod.instanceId == node.instanceId && pod.state == "running" && is_pod_identity_agent(pod)) return true;
  return false;
}

CredentialSearch by_pod_identity(Nodes::State& state, const Node& node, const Place& place, const Json& pod) {
  CredentialSearch out{.step = &credential_step("pod-identity.assume-role")};
  if (!has_agent(state, node)) {
    deny(out.outcome, "pod-identity.no-agent", "the DaemonSet eks-pod-identity-agent does not run on this node");
    out.outcome.words = {
        "failed to refresh cached credentials, failed to load credentials, Get "
        "\"http://169.254.170.23/v1/credentials\": dial tcp 169.254.170.23:80: connect: connection refused"};
    return out;
  }
  out.outcome = reach_step(state, node, place, *out.step, out.step->host);
  if (out.outcome.ok()) out.outcome = ask(state.world, place, instance_signer(node), *out.step, "*", out.outcome);
  if (out.outcome.ok()) {
    const auto* association =
        eks::pod_identity_of(state.world, node.region, node.cluster, kube::namespace_of(pod), account_of(pod));
    const aws::Role* role = association ? eks::pod_identity_role(state.world, *association) : nullptr;
    if (role) {
      out.signer = {role->Arn, role->RoleId, "eks-" + node.cluster + "-" + node.instanceId};
      return out;
    }
    deny(out.outcome, association ? "iam.trust" : "pod-identity.no-association",
         association
             ? fmt::format("role {} does not let pods.eks.amazonaws.com assume it and tag the session",
                           association->roleArn)
             : fmt::format("no association for service account {}/{}", kube::namespace_of(pod), account_of(pod)));
  }
  out.outcome.words = pod_identity_error(out.outcome);
  return out;
}

}  // namespace

CredentialSearch find_pod_credentials(Nodes::State& state, const Node& node, const Place& place, const Json& pod,
                                      const Json& container) {
  const std::string role = env_of(container, "AWS_ROLE_ARN");
  if (!role.empty() && !env_of(container, "AWS_WEB_IDENTITY_TOKEN_FILE").empty())
    return by_web_identity(state, node, place, pod, container, role);
  if (!env_of(container, "AWS_CONTAINER_CREDENTIALS_FULL_URI").empty()) return by_pod_identity(state, node, place, pod);
  return {};
}

bool is_pod_identity_agent(const Pod& pod) {
  return pod.name_space == "kube-system" && pod.name.starts_with("eks-pod-identity-agent-");
}

}  // namespace drydock::twin::nodes

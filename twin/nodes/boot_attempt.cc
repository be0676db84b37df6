#include "twin/nodes/boot_attempt.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/cidr.h"
#include "twin/eks/eks.h"
#include "twin/iam/access.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {

using Kind = Outcome::Kind;

Outcome failed(Kind kind, std::string cause, std::string why, std::vector<std::string> words) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.cause = std::move(cause);
  outcome.why = std::move(why);
  outcome.words = std::move(words);
  return outcome;
}

const aws::eks::Cluster* BootAttempt::cluster() {
  return eks::cluster_at(state_.world, node_.region, config().apiServerEndpoint);
}

Outcome BootAttempt::perform(const BootStep& step) {
  if (step.id == "imds") return imds();
  if (step.id == "user-data") return find_config();
  if (step.id == "credentials") return credentials();
  if (step.id == "ec2.describe-instances") return describe_instances(step);
  if (step.id == "node-config") return validate();
  if (step.id == "user-scripts") return scripts();
  if (step.id == "api.connect") return connect(step);
  if (step.id == "api.token") return token();
  if (step.id == "api.authorise") return authorise();
  if (step.id == "node.register") return register_node();
  return {};
}

Outcome BootAttempt::imds() {
  if (instance_.metadataOptions.httpEndpoint != "disabled") return {};
  return failed(Kind::dropped, "imds.disabled",
                "the instance's metadata service is switched off (HttpEndpoint=disabled)",
                {"failed to ensure primary ENI only configuration", "failed to get MAC from IMDS"});
}

Outcome BootAttempt::find_config() {
  const aws::Image* image = state_.world.table<aws::Image>(node_.region).find(instance_.imageId);
  if (image && image->name.starts_with("bottlerocket-"))
    return failed(Kind::denied, "image.not-lived", "not supported yet: the twin does not boot " + image->name,
                  {"not supported yet: nodes that run Bottlerocket are started, and nothing of them is lived"});
  const auto& data = state_.user_data_of(instance_);
  if (const auto* c = data.has_config ? cluster() : nullptr) node_.cluster = c->name;
  if (data.has_config) return {};
  return failed(
      Kind::denied, "user-data.no-config", data.fault,
      {"Encountered error in config provider error=" + data.fault, "Command failed error=no config in chain"});
}

Outcome BootAttempt::credentials() {
  const std::string profile = instance_.iamInstanceProfile ? instance_.iamInstanceProfile->arn : "";
  const auto found = profile.empty() ? iam::InstanceCredentials{}
                                     : iam::instance_credentials(state_.world, instance_.instanceId, profile);
  if (found.code.empty())
    return failed(Kind::unresolved, "iam.no-profile",
                  profile.empty() ? "the instance has no instance profile" : "the instance profile has no role",
                  {"Command failed error=expected err to be of type smithy.APIError, got operation error EC2: "
                   "DescribeInstances, get "
                   "identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, "
                   "operation error ec2imds: "
                   "GetMetadata, http response error StatusCode: 404"});
  if (found.code != "Success")
    return failed(Kind::denied, "iam.trust",
                  fmt::format("{}: role {} does not let ec2.amazonaws.com assume it", found.code, found.role_name),
                  {"DEBUG attempting waiter request, attempt count: 1",
                   fmt::format("operation error EC2: DescribeInstances, get identity: get credentials: failed to "
                               "refresh cached credentials, "
                               "api error {}: {}",
                               found.code, found.message)});
  node_.role = found.session->role_arn;
  node_.roleId = found.session->role_id;
  return {};
}

Outcome BootAttempt::describe_instances(const BootStep& step) {
  if (config().instanceIdNodeName) {
    node_.name = instance_.instanceId;
    return {};
  }
  const std::string host = drydock::eks::fill_in(
      step.host, {{"region", node_.region}, {"suffix", std::string(aws::dns_suffix_of(node_.region))}});
  Outcome outcome = reach(state_.networks, place_, host, step.port);
  if (outcome.ok()) outcome = ask(state_.world, place_, instance_signer(node_), step, "*", std::move(outcome));
  if (!outcome.ok())
    outcome.words =
        outcome.kind == Kind::unresolved ? describe_instances_ended(outcome) : describe_instances_waiting(outcome);
  else if (instance_.privateDnsName.empty())
    return failed(Kind::denied, "ec2.no-private-dns-name", "PrivateDnsName of the instance is empty",
                  {"DEBUG attempting waiter request, attempt count: 1"});
  if (outcome.ok()) node_.name = instance_.privateDnsName;
  return outcome;
}

Outcome BootAttempt::validate() {
  const auto& c = config();
  std::string fault;
  if (c.name.empty())
    fault = "Name is missing in cluster configuration";
  else if (c.apiServerEndpoint.empty())
    fault = "Apiserver endpoint is missing in cluster configuration";
  else if (c.certificateAuthority.empty())
    fault = "Certificate authority is missing in cluster configuration";
  else if (c.cidr.empty())
    fault = "CIDR is missing in cluster configuration";
  else if (!aws::Cidr::parse(c.cidr))
    fault = fmt::format("{} is not a valid IP Address. error: invalid CIDR address: {}", c.cidr, c.cidr);
  if (fault.empty()) return {};
  return failed(Kind::denied, "user-data.invalid", "NodeConfig: " + fault, {"Command failed error=" + fault});
}

Outcome BootAttempt::scripts() {
  for (const std::string& script : state_.user_data_of(instance_).scripts)
    if (script.find("/etc/eks/bootstrap.sh") != std::string::npos)
      return failed(Kind::denied, "user-data.bootstrap-sh", "the user data calls a script that AL2023 does not have",
                    {"ERROR: bootstrap.sh has been removed from AL2023-based EKS AMIs."});
  return {};
}

Outcome BootAttempt::connect(const BootStep& step) {
  const aws::eks::Cluster* c = cluster();
  std::string host = config().apiServerEndpoint;
  if (host.starts_with("https://")) host = host.substr(8);
  host = host.substr(0, host.find_first_of("/:"));
  if (c) {
    host = c->host;
    node_.cluster = c->name;
  }
  Outcome outcome = reach(state_.networks, place_, host, step.port);
  if (!outcome.ok()) {
    outcome.words = kubelet_registration(host, node_.name, dial_error(outcome));
    return outcome;
  }
  auto* kube = state_.kube(node_);
  if (!kube)
    return failed(Kind::dropped, "eks.gone", "the cluster is gone",
                  kubelet_registration(host, node_.name, "dial tcp: i/o timeout"));
  state_.watch(*kube);
  const auto authority = unbase64(config().certificateAuthority);
  if (!authority || trim(*authority) != trim(state_.kubernetes.authority())) {
    outcome.kind = Kind::denied;
    outcome.cause = "user-data.certificate-authority";
    outcome.why = "certificateAuthority in NodeConfig is not the cluster's";
    outcome.words = kubelet_registration(
        host, node_.name, "tls: failed to verify certificate: x509: certificate signed by unknown authority");
  }
  return outcome;
}

Outcome BootAttempt::token() {
  const aws::Role* role = iam::role_by_arn(state_.world, node_.role);
  if (role && role->RoleId == node_.roleId) return {};
  return failed(Kind::denied, "iam.role-gone", fmt::format("the role {} of the instance was deleted", node_.role),
                {"getting credentials: exec: executable aws failed with exit code 255"});
}

Outcome BootAttempt::authorise() {
  auto* kube = state_.kube(node_);
  const aws::eks::Cluster* c = cluster();
  if (!kube || !c) return failed(Kind::dropped, "eks.gone", "the cluster is gone");
  if (config().name != c->name)
    return failed(Kind::denied, "user-data.cluster-name",
                  fmt::format("the token names cluster {}, the API server is {}'s", config().name, c->name),
                  kubelet_unauthorized(node_.name));
  const auto user = kube->map_identity(identity_of(state_.world, node_));
  if (!user)
    return failed(Kind::denied, "kubernetes.unauthorized",
                  fmt::format("no mapping for {}: {}", node_.role, user.error().message),
                  kubelet_unauthorized(node_.name));
  return allowed(*kube, *user);
}

Outcome BootAttempt::allowed(kubernetes::KubeCluster& kube, const kubernetes::KubeUser& user) {
  const std::string prefix = "system:node:";
  if (user.name.starts_with(prefix) && user.name != prefix + node_.name) {
    const std::string other = user.name.substr(prefix.size());
    return failed(Kind::denied, "kubernetes.node-name",
                  fmt::format("the role is mapped to {}, the node calls itself {}", user.name, node_.name),
                  {fmt::format("\"Unable to register node with API server\" err=\"nodes \\\"{}\\\" is forbidden: "
                               "node \\\"{}\\\" is not allowed to modify node \\\"{}\\\"\" node=\"{}\"",
                               node_.name, other, node_.name, node_.name),
                   fmt::format("\"Failed to ensure lease exists, will retry\" err=\"leases.coordination.k8s.io "
                               "\\\"{}\\\" is forbidden: User \\\"{}\\\" cannot get resource \\\"leases\\\" in API "
                               "group \\\"coordination.k8s.io\\\" in the namespace \\\"kube-node-lease\\\": can only "
                               "access node lease with the same name as the requesting node\" interval=\"7s\"",
                               node_.name, user.name)});
  }
  const auto decision = kube.authorise(user, {.verb = "create", .resource = "nodes"});
  if (decision.allowed) return {};
  return failed(
      Kind::denied, "kubernetes.forbidden", fmt::format("{} may not register nodes", user.name),
      {fmt::format("\"Unable to register node with API server\" err=\"{}\" node=\"{}\"", decision.denial, node_.name)});
}

}  // namespace drydock::twin::nodes

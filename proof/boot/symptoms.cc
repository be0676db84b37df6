// What people see: the words of the real components (nodeadm, kubelet, containerd, the VPC CNI) and of EKS.
#include <fmt/format.h>

#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

constexpr const char* kNotJoined = "NodeCreationFailure: Instances failed to join the kubernetes cluster";
constexpr const char* kUnhealthy = "NodeCreationFailure: Unhealthy nodes in the kubernetes cluster";
constexpr const char* kLate = "the node group reports it after 15 to 25 min";

Symptom never_joins(std::string first, std::string when) {
  return {fmt::format("{}; kubelet never starts, no Node object; {}", first, kNotJoined),
          fmt::format("{}; {}", when, kLate)};
}
Symptom kubelet_says(std::string first) {
  return {fmt::format("kubelet: {}; no Node object; {}", first, kNotJoined),
          fmt::format("seconds after kubelet starts; {}", kLate)};
}
Symptom not_ready(std::string first, std::string when) {
  return {fmt::format("{}; nodes NotReady, cni plugin not initialized; {}", first, kUnhealthy),
          fmt::format("{}; {}", when, kLate)};
}

Symptom ec2_call(Fault fault, const std::string& region) {
  if (fault == Fault::unresolved)
    return never_joins(fmt::format("nodeadm-config: dial tcp: lookup ec2.{}.amazonaws.com: no such host", region),
                       "seconds after boot");
  if (fault == Fault::denied)
    return never_joins("nodeadm-config: UnauthorizedOperation ... exceeded max wait time for InstanceCondition waiter",
                       "10 min after boot");
  return never_joins(
      "nodeadm-config: operation error EC2: DescribeInstances, https response error StatusCode: 0, RequestID: , "
      "canceled, context deadline exceeded",
      "10 min after boot");
}

Symptom pull(std::string_view step, Fault fault, const std::string& region) {
  std::string words;
  if (step.ends_with(".token")) {
    words = "no basic auth credentials";
  } else if (step.ends_with(".layers")) {
    words = fault == Fault::denied
                ? std::string("failed to copy: httpReadSeeker: failed open: unexpected status code ... 403 Forbidden")
                : fmt::format(
                      "failed to copy: httpReadSeeker: failed open: failed to do request: Get "
                      "\"https://prod-{}-starport-layer-bucket.s3.{}.amazonaws.com/...\": dial tcp: i/o timeout",
                      region, region);
  } else {
    words = fault == Fault::denied
                ? std::string("unexpected status from HEAD request to https://.../manifests/...: 403 Forbidden")
                : fmt::format(
                      "failed to resolve reference: failed to do request: Head "
                      "\"https://<account>.dkr.ecr.{}.amazonaws.com/v2/...\": dial tcp: {}",
                      region, fault == Fault::unresolved ? "lookup: no such host" : "i/o timeout");
  }
  if (step.starts_with("pull.kube-proxy"))
    return {fmt::format("kube-proxy ImagePullBackOff: {}; addresses of Services time out", words), "30 s to 2 min"};
  return not_ready(fmt::format("aws-node Init:ImagePullBackOff: {}", words), "30 s to 2 min after the node registers");
}

Symptom api(std::string_view step, Fault fault) {
  if (step == "api.authorise") return kubelet_says("\"Unable to register node with API server\" err=\"Unauthorized\"");
  if (fault == Fault::unresolved) return kubelet_says("dial tcp: lookup <endpoint>: no such host");
  if (fault == Fault::denied) return kubelet_says("x509: certificate signed by unknown authority");
  return kubelet_says(
      "\"Unable to register node with API server\" err=\"Post https://<endpoint>/api/v1/nodes: dial "
      "tcp: i/o timeout\"");
}

Symptom ipamd(Fault fault) {
  return not_ready(fault == Fault::denied
                       ? "aws-node CrashLoopBackOff; event MissingIAMPermissions: Unauthorized operation"
                       : "aws-node CrashLoopBackOff; ipamd never answers",
                   "about 90 s after the node registers");
}

}  // namespace

Symptom symptom_of(std::string_view step, Fault fault, const std::string& region) {
  if (step == "launch")
    return {"no instance appears; the Auto Scaling activity or the node group's health says why", "seconds to minutes"};
  if (step == "imds") return never_joins("nodeadm-boot-hook: failed to get MAC from IMDS", "about 1 min after boot");
  if (step == "user-data")
    return never_joins("nodeadm-config: could not find NodeConfig within UserData; no config in chain",
                       "seconds after boot");
  if (step == "credentials")
    return fault == Fault::denied
               ? never_joins(
                     "nodeadm-config: AssumeRoleUnauthorizedAccess ... exceeded max wait time for "
                     "InstanceCondition waiter",
                     "10 min after boot")
               : never_joins("nodeadm-config: no EC2 IMDS role found ... StatusCode: 404", "seconds after boot");
  if (step == "ec2.describe-instances") return ec2_call(fault, region);
  if (step == "node-config")
    return never_joins("nodeadm-config: ... is missing in cluster configuration", "after the call of EC2");
  if (step == "user-scripts") return {"/var/log/cloud-init-output.log: the script fails", "at boot"};
  if (step.starts_with("api.")) return api(step, fault);
  if (step.starts_with("pull.")) return pull(step, fault, region);
  if (step.starts_with("ipamd.")) return ipamd(fault);
  return {};
}

}  // namespace drydock::proof

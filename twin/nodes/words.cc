#include "twin/nodes/words.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/eks/registries.h"

namespace drydock::twin::nodes {
namespace {

using Kind = Outcome::Kind;
constexpr auto kWrapper = "expected err to be of type smithy.APIError, got operation error EC2: DescribeInstances, ";

std::string digest(const std::string& image, std::string_view what) {
  return "sha256:" + hex(sha256(image + std::string(what)));
}

/// The image's whole name, as containerd writes it: docker.io/library/nginx:latest.
std::string reference_of(const drydock::eks::ImageName& name) {
  return fmt::format("{}/{}{}{}", name.host, name.repository, name.tag.starts_with("sha256:") ? "@" : ":", name.tag);
}

std::string call_of(const BootStep& step) { return std::string(step.action.substr(step.action.find(':') + 1)); }

/// The SDK's error of a call to EC2.
std::string ec2_error(const BootStep& step, const Outcome& outcome) {
  if (outcome.kind == Kind::denied)
    return fmt::format(
        "operation error EC2: {}, https response error StatusCode: 403, api error UnauthorizedOperation: You are not "
        "authorized to perform this operation. {}",
        call_of(step), outcome.why);
  return fmt::format("operation error EC2: {}, request send failed, Post \"https://{}/\": {}", call_of(step),
                     outcome.host, dial_error(outcome));
}

}  // namespace

std::string dial_error(const Outcome& outcome) {
  const std::string resolver = outcome.resolver.empty() ? "169.254.169.253:53" : outcome.resolver;
  if (outcome.kind == Kind::unresolved)
    return fmt::format("dial tcp: lookup {} on {}: no such host", outcome.host, resolver);
  if (outcome.cause == "dns.timeout")
    return fmt::format("dial tcp: lookup {} on {}: i/o timeout", outcome.host, resolver);
  return fmt::format("dial tcp {}: i/o timeout", outcome.address);
}

Words describe_instances_waiting(const Outcome& outcome) {
  Words words = {"DEBUG attempting waiter request, attempt count: 1"};
  if (outcome.kind == Kind::denied)
    words.push_back(
        "operation error EC2: DescribeInstances, https response error StatusCode: 403, api error "
        "UnauthorizedOperation: You are not authorized to perform this operation. " +
        outcome.why);
  else
    words.push_back("DEBUG retrying request EC2/DescribeInstances, attempt 2");
  return words;
}

Words describe_instances_ended(const Outcome& outcome) {
  switch (outcome.kind) {
    case Kind::denied:
      return {"Command failed error=exceeded max wait time for InstanceCondition waiter"};
    case Kind::unresolved:
      return {
          fmt::format("Command failed error={}https response error StatusCode: 0, RequestID: , request send failed, "
                      "Post \"https://{}/\": {}",
                      kWrapper, outcome.host, dial_error(outcome))};
    default:
      return {
          "request failed with unretryable error https response error StatusCode: 0, RequestID: , canceled, context "
          "deadline exceeded",
          fmt::format("Command failed error={}https response error StatusCode: 0, RequestID: , canceled, context "
                      "deadline exceeded",
                      kWrapper)};
  }
}

Words kubelet_registration(const std::string& host, const std::string& node, const std::string& error) {
  return {
      fmt::format("\"Attempting to register node\" node=\"{}\"", node),
      fmt::format(
          "\"Unable to register node with API server\" err=\"Post \\\"https://{}/api/v1/nodes\\\": {}\" node=\"{}\"",
          host, error, node),
      fmt::format("\"Error getting node\" err=\"node \\\"{}\\\" not found\"", node)};
}

Words kubelet_unauthorized(const std::string& node) {
  return {fmt::format("\"Unable to register node with API server\" err=\"Unauthorized\" node=\"{}\"", node),
          "\"Failed to ensure lease exists, will retry\" err=\"Unauthorized\" interval=\"7s\"",
          "Failed to list *v1.Service: Unauthorized",
          "Failed to contact API server when waiting for CSINode publishing: Unauthorized"};
}

std::string pull_error(const std::string& image, std::string_view call, const Outcome& outcome) {
  const drydock::eks::ImageName name = drydock::eks::parse_image(image);
  const std::string registry = name.host == "docker.io" ? "registry-1.docker.io" : name.host;
  const std::string manifest = fmt::format("https://{}/v2/{}/manifests/{}", registry, name.repository, name.tag);
  const bool absent = outcome.cause == "image.not-found" && name.host != "docker.io";
  const std::string reference = reference_of(name);
  const std::string start = fmt::format("rpc error: code = {} desc = failed to pull and unpack image \"{}\": ",
                                        absent ? "NotFound" : "Unknown", reference);
  const std::string resolve = fmt::format("{}failed to resolve reference \"{}\": ", start, reference);
  const bool denied = outcome.kind == Kind::denied;
  if (call == "token")
    return resolve +
           "pull access denied, repository does not exist or may require authorization: authorization failed: no basic "
           "auth credentials";
  if (call == "manifest") {
    if (absent) return fmt::format("{}{}: not found", resolve, reference);
    // Docker Hub does not tell whether a repository is missing or private.
    if (outcome.cause == "image.not-found")
      return resolve +
             "pull access denied, repository does not exist or may require authorization: server message: "
             "insufficient_scope: authorization failed";
    if (denied) return fmt::format("{}unexpected status from HEAD request to {}: 403 Forbidden", resolve, manifest);
    return fmt::format("{}failed to do request: Head \"{}\": {}", resolve, manifest, dial_error(outcome));
  }
  const std::string copy = start + "failed to copy: httpReadSeeker: failed open: ";
  // containerd up to 2.0 names the registry's URL although S3 refused.
  if (denied)
    return fmt::format("{}unexpected status code https://{}/v2/{}/blobs/{}: 403 Forbidden", copy, registry,
                       name.repository, digest(image, "layer"));
  return fmt::format("{}failed to do request: Get \"https://{}/{}\": {}", copy, outcome.host,
                     digest(image, "layer").substr(7, 6), dial_error(outcome));
}

Words ipamd_error(const BootStep& step, const std::string& interface, const Outcome& outcome) {
  const std::string error = ec2_error(step, outcome);
  const std::string call = call_of(step);
  if (call == "DescribeNetworkInterfaces")
    return {fmt::format("Failed to call ec2:DescribeNetworkInterfaces for [{}]: {}", interface, error),
            fmt::format("Initialization failure: ipamd init: failed to retrieve attached ENIs info: {}", error)};
  if (call == "CreateTags")
    return {"Failed to tag the newly created ENI " + interface + ": " + error,
            fmt::format("Initialization failure: ipamd init: failed to tag managed ENI {}: {}", interface, error)};
  if (call == "AssignPrivateIpAddresses") return {"error while trying to increase datastore pool: " + error};
  return {fmt::format("Error trying to set up ENI {}: {}", interface, error)};
}

Words ipamd_pool_error(const BootStep& step, const std::string& interface, const Outcome& outcome) {
  if (outcome.cause == "subnet.full") return {"subnet doesn't seem to have enough IPs/Prefixes"};
  const std::string error = ec2_error(step, outcome);
  if (call_of(step) == "AssignPrivateIpAddresses")
    return {fmt::format("Failed to increase pool size: failed to allocate IPs on ENI {}: {}", interface, error)};
  return {"AllocENI: failed to create ENI: " + error, "Failed to increase pool size due to not able to allocate ENI"};
}

Words web_identity_error(const Outcome& outcome, const std::string& code, const std::string& message) {
  std::string why = fmt::format("RequestError: send request failed caused by: Post \"https://{}/\": {}", outcome.host,
                                dial_error(outcome));
  if (outcome.kind == Kind::denied) why = code + ": " + message;
  return {"WebIdentityErr: failed to retrieve credentials caused by: " + why};
}

Words pod_identity_error(const Outcome& outcome) {
  const std::string why = outcome.kind == Kind::denied
                              ? "AccessDeniedException: " + outcome.why
                              : fmt::format("Post \"https://{}/\": {}", outcome.host, dial_error(outcome));
  return {"Error fetching credentials: operation error EKS Auth: AssumeRoleForPodIdentity, " + why,
          "failed to refresh cached credentials, failed to load credentials: " + why};
}

Words kubelet_without_environment() {
  return {"kubelet.service: Failed to load environment files: No such file or directory",
          "kubelet.service: Failed to run 'start-pre' task: No such file or directory",
          "kubelet.service: Failed with result 'resources'."};
}

}  // namespace drydock::twin::nodes

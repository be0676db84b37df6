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
  const std::string start =
      fmt::format("rpc error: code = Unknown desc = failed to pull and unpack image \"{}\": ", image);
  const std::string resolve = fmt::format("{}failed to resolve reference \"{}\": ", start, image);
  const bool denied = outcome.kind == Kind::denied;
  if (call == "token")
    return resolve +
           "pull access denied, repository does not exist or may require authorization: authorization failed: no basic "
           "auth credentials";
  if (call == "manifest") {
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
  const std::string call(step.action.substr(step.action.find(':') + 1));
  const std::string error = outcome.kind == Kind::denied
                                ? fmt::format(
                                      "operation error EC2: {}, https response error StatusCode: 403, api error "
                                      "UnauthorizedOperation: You are not authorized to perform this operation. {}",
                                      call, outcome.why)
                                : fmt::format("operation error EC2: {}, request send failed, Post \"https://{}/\": {}",
                                              call, outcome.host, dial_error(outcome));
  if (call == "DescribeNetworkInterfaces")
    return {fmt::format("Failed to call ec2:DescribeNetworkInterfaces for [{}]: {}", interface, error),
            fmt::format("Initialization failure: ipamd init: failed to retrieve attached ENIs info: {}", error)};
  if (call == "CreateTags")
    return {"Failed to tag the newly created ENI " + interface + ": " + error,
            fmt::format("Initialization failure: ipamd init: failed to tag managed ENI {}: {}", interface, error)};
  if (call == "AssignPrivateIpAddresses") return {"error while trying to increase datastore pool: " + error};
  return {fmt::format("Error trying to set up ENI {}: {}", interface, error)};
}

Words kubelet_without_environment() {
  return {"kubelet.service: Failed to load environment files: No such file or directory",
          "kubelet.service: Failed to run 'start-pre' task: No such file or directory",
          "kubelet.service: Failed with result 'resources'."};
}

}  // namespace drydock::twin::nodes

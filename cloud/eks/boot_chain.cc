#include "cloud/eks/boot_chain.h"

namespace drydock::eks {
namespace {

using namespace std::chrono_literals;
constexpr auto kImds = "169.254.169.254";
constexpr auto kEc2 = "ec2.{region}.{suffix}";

/// The four calls of one image pull. The token is kept for hours, so only the first image of a node asks for it.
void add_pull(std::vector<BootStep>& chain, Track track, std::string_view image, const std::string_view (&ids)[4],
              bool for_ready) {
  chain.push_back({.id = ids[0],
                   .track = track,
                   .actor = "kubelet",
                   .what = "gets a registry token",
                   .host = "api.ecr.{region}.{suffix}",
                   .credentials = Credentials::instance_role,
                   .action = "ecr:GetAuthorizationToken",
                   .service = "ecr.api",
                   .image = image,
                   .retry = 300s,
                   .takes = 300ms,
                   .for_ready = for_ready});
  chain.push_back({.id = ids[1],
                   .track = track,
                   .actor = "containerd",
                   .what = "resolves the image's manifest",
                   .host = "{registry}.dkr.ecr.{region}.{suffix}",
                   .credentials = Credentials::registry_token,
                   .action = "ecr:BatchGetImage",
                   .resource = "arn:{partition}:ecr:{region}:{registry}:repository/{repository}",
                   .service = "ecr.dkr",
                   .image = image,
                   .retry = 300s,
                   .takes = 300ms,
                   .for_ready = for_ready});
  chain.push_back({.id = ids[2],
                   .track = track,
                   .actor = "containerd",
                   .what = "asks where the layers are",
                   .host = "{registry}.dkr.ecr.{region}.{suffix}",
                   .credentials = Credentials::registry_token,
                   .action = "ecr:GetDownloadUrlForLayer",
                   .resource = "arn:{partition}:ecr:{region}:{registry}:repository/{repository}",
                   .service = "ecr.dkr",
                   .image = image,
                   .retry = 300s,
                   .takes = 200ms,
                   .for_ready = for_ready});
  chain.push_back({.id = ids[3],
                   .track = track,
                   .actor = "containerd",
                   .what = "downloads the layers",
                   .host = "{layers}.s3.{region}.{suffix}",
                   .credentials = Credentials::ecr_presigned,
                   .action = "s3:GetObject",
                   .resource = "arn:{partition}:s3:::{layers}/*",
                   .service = "s3",
                   .image = image,
                   .retry = 300s,
                   .takes = 2500ms,
                   .for_ready = for_ready});
}

std::vector<BootStep> make_chain() {
  std::vector<BootStep> chain = {
      {.id = "launch", .track = Track::node, .actor = "ec2", .what = "launches the instance", .takes = 12000ms},
      {.id = "imds",
       .track = Track::node,
       .actor = "nodeadm-boot-hook",
       .what = "reads the primary interface from IMDS",
       .host = kImds,
       .port = 80,
       .dropped = Then::dies,
       .deadline = 60s,
       .takes = 3000ms},
      {.id = "user-data",
       .track = Track::node,
       .actor = "nodeadm-config",
       .what = "finds NodeConfig in the user data",
       .host = kImds,
       .port = 80,
       .dropped = Then::dies,
       .denied = Then::dies,
       .takes = 1000ms},
      {.id = "credentials",
       .track = Track::node,
       .actor = "nodeadm-config",
       .what = "gets the instance role's credentials",
       .host = kImds,
       .port = 80,
       .dropped = Then::dies,
       .unresolved = Then::dies,
       .denied = Then::dies,
       .deadline = 600s,
       .takes = 100ms},
      {.id = "ec2.describe-instances",
       .track = Track::node,
       .actor = "nodeadm-config",
       .what = "asks EC2 for its own instance",
       .host = kEc2,
       .credentials = Credentials::instance_role,
       .action = "ec2:DescribeInstances",
       .service = "ec2",
       .dropped = Then::dies,
       .unresolved = Then::dies,
       .denied = Then::dies,
       .deadline = 600s,
       .retry = 31s,
       .takes = 400ms},
      {.id = "node-config",
       .track = Track::node,
       .actor = "nodeadm-config",
       .what = "validates NodeConfig",
       .denied = Then::dies,
       .takes = 100ms},
      {.id = "files",
       .track = Track::node,
       .actor = "nodeadm-config",
       .what = "writes the configuration files",
       .takes = 200ms},
      {.id = "user-scripts",
       .track = Track::node,
       .actor = "cloud-init",
       .what = "runs the scripts of the user data",
       .denied = Then::goes_on,
       .takes = 2000ms},
      {.id = "run",
       .track = Track::node,
       .actor = "nodeadm-run",
       .what = "starts containerd and kubelet",
       .takes = 2000ms},
      {.id = "kubelet", .track = Track::node, .actor = "kubelet", .what = "starts", .takes = 1500ms},
      {.id = "api.connect",
       .track = Track::node,
       .actor = "kubelet",
       .what = "connects to the API server",
       .host = "{endpoint}",
       .retry = 7s,
       .takes = 100ms},
      {.id = "api.token",
       .track = Track::node,
       .actor = "kubelet",
       .what = "presigns a token (aws eks get-token)",
       .host = kImds,
       .port = 80,
       .retry = 7s,
       .takes = 800ms},
      {.id = "api.authorise",
       .track = Track::node,
       .actor = "kubelet",
       .what = "is recognised by the API server",
       .host = "{endpoint}",
       .retry = 7s,
       .takes = 300ms},
      {.id = "node.register",
       .track = Track::node,
       .actor = "kubelet",
       .what = "registers the Node",
       .host = "{endpoint}",
       .retry = 7s,
       .takes = 200ms},
  };
  add_pull(chain, Track::aws_node, "amazon-k8s-cni-init",
           {"pull.cni-init.token", "pull.cni-init.manifest", "pull.cni-init.grant", "pull.cni-init.layers"}, true);
  add_pull(chain, Track::aws_node, "amazon-k8s-cni",
           {"pull.cni.token", "pull.cni.manifest", "pull.cni.grant", "pull.cni.layers"}, true);
  const std::string_view eni = "arn:{partition}:ec2:{region}:{account}:network-interface/{eni}";
  const std::vector<BootStep> ipamd = {
      {.id = "ipamd.describe-network-interfaces",
       .track = Track::aws_node,
       .actor = "ipamd",
       .what = "asks EC2 for its network interfaces",
       .host = kEc2,
       .credentials = Credentials::instance_role,
       .action = "ec2:DescribeNetworkInterfaces",
       .service = "ec2",
       .retry = 300s,
       .takes = 400ms},
      {.id = "ipamd.create-tags",
       .track = Track::aws_node,
       .actor = "ipamd",
       .what = "tags its network interface",
       .host = kEc2,
       .credentials = Credentials::instance_role,
       .action = "ec2:CreateTags",
       .resource = eni,
       .service = "ec2",
       .retry = 300s,
       .takes = 400ms},
      {.id = "ipamd.describe-subnets",
       .track = Track::aws_node,
       .actor = "ipamd",
       .what = "asks EC2 for its subnets",
       .host = kEc2,
       .credentials = Credentials::instance_role,
       .action = "ec2:DescribeSubnets",
       .service = "ec2",
       .dropped = Then::goes_on,
       .unresolved = Then::goes_on,
       .denied = Then::goes_on,
       .takes = 300ms},
      {.id = "ipamd.assign-addresses",
       .track = Track::aws_node,
       .actor = "ipamd",
       .what = "fills its pool of pod addresses",
       .host = kEc2,
       .credentials = Credentials::instance_role,
       .action = "ec2:AssignPrivateIpAddresses",
       .resource = eni,
       .service = "ec2",
       .retry = 300s,
       .takes = 600ms},
      {.id = "node.ready",
       .track = Track::aws_node,
       .actor = "kubelet",
       .what = "sees the CNI configuration; the node is Ready",
       .host = "{endpoint}",
       .retry = 10s,
       .takes = 3000ms},
  };
  chain.insert(chain.end(), ipamd.begin(), ipamd.end());
  add_pull(chain, Track::kube_proxy, "eks/kube-proxy",
           {"pull.kube-proxy.token", "pull.kube-proxy.manifest", "pull.kube-proxy.grant", "pull.kube-proxy.layers"},
           false);
  return chain;
}

BootStep growth(std::string_view id, std::string_view what, std::string_view action) {
  return {.id = id,
          .track = Track::aws_node,
          .actor = "ipamd",
          .what = what,
          .host = kEc2,
          .credentials = Credentials::instance_role,
          .action = action,
          .service = "ec2",
          .dropped = Then::goes_on,
          .unresolved = Then::goes_on,
          .denied = Then::goes_on,
          .retry = 10s,
          .takes = 500ms,
          .for_ready = false};
}

}  // namespace

const std::vector<BootStep>& pool_growth() {
  static const std::vector<BootStep> kSteps = {
      growth("ipamd.create-interface", "makes one more interface for pods", "ec2:CreateNetworkInterface"),
      growth("ipamd.device-index", "looks for a free device index", "ec2:DescribeInstances"),
      growth("ipamd.attach-interface", "attaches the interface to its instance", "ec2:AttachNetworkInterface"),
      growth("ipamd.modify-interface", "has the interface go with the instance", "ec2:ModifyNetworkInterfaceAttribute"),
      growth("ipamd.more-addresses", "fills the interface with addresses", "ec2:AssignPrivateIpAddresses")};
  return kSteps;
}

const std::vector<BootStep>& credential_steps() {
  static const std::vector<BootStep> kSteps = {
      {.id = "sts.web-identity",
       .track = Track::aws_node,
       .actor = "ipamd",
       .what = "exchanges its service account's token for its role's credentials",
       .host = "sts.{region}.{suffix}",
       .action = "sts:AssumeRoleWithWebIdentity",
       .service = "sts",
       .retry = 300s,
       .takes = 300ms},
      {.id = "pod-identity.assume-role",
       .track = Track::aws_node,
       .actor = "eks-pod-identity-agent",
       .what = "asks EKS for the credentials of a pod",
       .host = "eks-auth.{region}.api.aws",
       .credentials = Credentials::instance_role,
       .action = "eks-auth:AssumeRoleForPodIdentity",
       .service = "eks-auth",
       .retry = 300s,
       .takes = 300ms}};
  return kSteps;
}

const std::vector<BootStep>& boot_chain() {
  static const std::vector<BootStep> kChain = make_chain();
  return kChain;
}

const BootStep* boot_step(std::string_view id) {
  const int number = boot_step_number(id);
  return number ? &boot_chain()[static_cast<std::size_t>(number - 1)] : nullptr;
}

int boot_step_number(std::string_view id) {
  int number = 0;
  for (const BootStep& step : boot_chain()) {
    ++number;
    if (step.id == id) return number;
  }
  return 0;
}

std::string fill_in(std::string_view pattern, const std::map<std::string, std::string, std::less<>>& values) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::size_t end = pattern[i] == '{' ? pattern.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += pattern[i++];
      continue;
    }
    auto it = values.find(pattern.substr(i + 1, end - i - 1));
    // A brace that opens no known name is only a brace; a name may still begin before the next closing one.
    out += it == values.end() ? "{" : it->second;
    i = it == values.end() ? i + 1 : end + 1;
  }
  return out;
}

}  // namespace drydock::eks

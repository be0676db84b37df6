// How an AL2023 node of EKS becomes Ready, as data: who makes which call, to which name and port, with whose
// credentials, and what the caller does when the call fails. Facts only: whether a call succeeds is for others to
// decide. From the sources of https://github.com/awslabs/amazon-eks-ami (nodeadm),
// https://github.com/aws/amazon-vpc-cni-k8s (aws-node) and https://github.com/kubernetes/cloud-provider-aws
// (ecr-credential-provider).
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace drydock::eks {

/// Tracks run side by side; the steps of one track run in order. aws-node and kube-proxy start when `node` is done.
enum class Track { node, aws_node, kube_proxy };

enum class Credentials {
  none,            // link-local, or nothing is signed
  instance_role,   // from IMDS
  registry_token,  // what ecr:GetAuthorizationToken returned, so the instance role again
  ecr_presigned,   // a URL signed by a role that ECR owns: the node's policies do not count, its endpoint's do
};

/// What the real component does after a failure.
enum class Then {
  dies,     // at once, or when its deadline has passed (`deadline`): nothing follows until the instance reboots
  retries,  // for ever, with a back-off: heals when the cause goes away
  goes_on,  // logs it; the next step runs
};

struct BootStep {
  std::string_view id;  // "ec2.describe-instances"
  Track track;
  std::string_view actor;   // the component whose log tells of it
  std::string_view what;    // "asks EC2 for its own instance"
  std::string_view host{};  // placeholders {region} {suffix} {endpoint} {registry} {layers}; empty: no packet
  int port = 443;
  Credentials credentials = Credentials::none;
  std::string_view action{};         // IAM action; empty: no call is signed
  std::string_view resource = "*";   // placeholders {partition} {region} {account} {eni} {repository}
  std::string_view service{};        // the endpoint service that can carry it: "ec2", "ecr.dkr", "s3"
  std::string_view image{};          // repository of the image being pulled
  Then dropped = Then::retries;      // no answer at all
  Then unresolved = Then::retries;   // the name does not exist
  Then denied = Then::retries;       // an answer, and it is no
  std::chrono::seconds deadline{0};  // after which a dying step gives up; 0: at once
  std::chrono::seconds retry{0};  // usual pause between attempts of a retrying step (the longest, where it backs off)
  std::chrono::milliseconds takes{0};  // when all is well; nominal
  bool for_ready = true;               // the node can be Ready only after it
};

/// All steps, in order, for a node with the VPC CNI and kube-proxy.
const std::vector<BootStep>& boot_chain();
/// What ipamd calls when pods need one more interface. No part of the chain: the node is Ready by then and stays so,
/// whatever comes of it; pods wait. `{eni}` is the new interface.
const std::vector<BootStep>& pool_growth();
/// How a container gets another role's credentials than its instance's, one step a way: IRSA (`sts.web-identity`) and
/// Pod Identity (`pod-identity.assume-role`, which the agent on the node asks for with the instance's role).
const std::vector<BootStep>& credential_steps();
/// Null if there is none of this id in the chain.
const BootStep* boot_step(std::string_view id);
/// Number of the step in the chain, from 1; 0 if unknown.
int boot_step_number(std::string_view id);

/// Puts values for {names} into a host or resource of a step.
std::string fill_in(std::string_view pattern, const std::map<std::string, std::string, std::less<>>& values);

}  // namespace drydock::eks

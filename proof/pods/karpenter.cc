// Karpenter's node classes: what it launches with, and where. https://karpenter.sh/docs/concepts/nodeclasses/
#include <fmt/format.h>

#include <algorithm>

#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

/// {"Name": "*private*"} of a selector term; the tag must be there, and fit where a value is given.
bool fits(const aws::Tags& tags, const Json& wanted) {
  if (!wanted.is_object() || wanted.size() == 0) return false;
  for (const auto& [key, value] : wanted.as_object()) {
    const std::string pattern = value.string_or("*");
    const bool found = std::any_of(tags.begin(), tags.end(), [&, &name = key](const aws::Tag& tag) {
      return tag.key == name && matches(wildcard_pattern(pattern.empty() ? "*" : pattern), tag.value);
    });
    if (!found) return false;
  }
  return true;
}

bool is_node_class(const Json& object) {
  const std::string kind = object.at("kind").string_or();
  return kind == "EC2NodeClass" || kind == "AWSNodeTemplate";
}

void check_profile(const PodCheck& check, const cloud::KubernetesObject& noun) {
  const Json& spec = noun.object.at("spec");
  const bool is_set = !spec.at("instanceProfile").string_or().empty() || !spec.at("role").string_or().empty() ||
                      !check.workload.value("--aws-default-instance-profile").empty() ||
                      !check.workload.value("AWS_DEFAULT_INSTANCE_PROFILE").empty() ||
                      !check.workload.value("settings.aws.defaultInstanceProfile").empty();
  if (is_set) return;
  Problem p = check.problem("karpenter.instance-profile", "create-fleet",
                            "neither spec.provider.instanceProfile nor --aws-default-instance-profile is specified");
  p.finding.where = {cloud::ref_of(noun), "object.spec.instanceProfile"};
  p.finding.message = fmt::format("node class {} names neither a role nor an instance profile",
                                  noun.object.path("metadata.name").string_or());
  check.out.add(std::move(p));
}

/// Terms of the selector in today's form and in that of AWSNodeTemplate.
std::vector<Json> terms(const Json& spec, std::string_view today, std::string_view before) {
  std::vector<Json> out;
  for (std::size_t i = 0; i < spec.at(today).size(); ++i) out.push_back(spec.at(today).item(i));
  if (spec.at(before).is_object()) out.push_back(Json::object({{"tags", spec.at(before)}}));
  return out;
}

void check_subnets(const PodCheck& check, const cloud::KubernetesObject& noun) {
  const std::string& vpc = check.cluster.resourcesVpcConfig.vpcId;
  const std::vector<Json> wanted = terms(noun.object.at("spec"), "subnetSelectorTerms", "subnetSelector");
  std::vector<const aws::Subnet*> found, strange;
  for (const aws::Subnet& subnet : check.view.world().subnets)
    for (const Json& term : wanted)
      if (term.at("id").string_or() == subnet.subnetId || fits(subnet.tagSet, term.at("tags"))) {
        (subnet.vpcId == vpc || vpc.empty() ? found : strange).push_back(&subnet);
        break;
      }
  if (strange.empty() && (!found.empty() || wanted.empty())) return;
  Problem p =
      check.problem("discovery.subnets", "describe-subnets",
                    strange.empty() ? "no subnets exist given constraints"
                                    : "launching instances: security group and subnet belong to different VPCs");
  p.finding.where = {cloud::ref_of(noun), "object.spec.subnetSelectorTerms"};
  const std::string name = noun.object.path("metadata.name").string_or();
  p.finding.message = strange.empty() ? fmt::format("no subnet fits the selector of node class {}", name)
                                      : fmt::format("the selector of node class {} also fits {}, of {}", name,
                                                    strange.front()->subnetId, strange.front()->vpcId);
  check.out.add(std::move(p));
}

/// Karpenter launches by its own role, so what an organization denies it holds nodes back. The address flag is part of
/// the request only if the node class sets it.
void check_organization(const PodCheck& check, const cloud::KubernetesObject& noun, const Caller& caller) {
  Call call{"ec2:RunInstances", check.fill("arn:{partition}:ec2:{region}:{account}:network-interface/*"), {}, {}};
  const Json& flag = noun.object.path("spec.associatePublicIPAddress");
  if (flag.is_bool()) call.keys["ec2:AssociatePublicIpAddress"] = flag.as_bool() ? "true" : "false";
  const Answer answer = may(check.view, *caller.role, call, {});
  if (answer.permission.allowed != Tri::no || answer.permission.layer != PolicyLayer::service_control) return;
  Problem p =
      check.problem("iam.organization-policy", "run-instances",
                    "UnauthorizedOperation: ec2:RunInstances, with an explicit deny in a service control policy");
  p.finding.where = {answer.policy, answer.field};
  p.subject = std::string(check.controller.name);
  p.finding.message = fmt::format(
      "{} may not launch what node class {} describes: {} denies ec2:RunInstances on the "
      "network interface{}",
      check.controller.name, noun.object.path("metadata.name").string_or(), answer.policy.id,
      flag.is_bool() ? "" : ", whose associatePublicIPAddress is left open");
  p.finding.evidence.push_back({answer.policy.id, fmt::format("{} denies ec2:RunInstances", answer.permission.policy)});
  p.need.role = caller.role->RoleName;
  p.need.actions = {"ec2:RunInstances"};
  check.out.add(std::move(p));
}

}  // namespace

void check_node_classes(const PodCheck& check, const std::vector<Caller>& callers) {
  if (check.controller.name != "karpenter") return;
  for (const auto& noun : check.view.world().kubernetes_objects) {
    if (noun.cluster != check.cluster.name || !is_node_class(noun.object)) continue;
    check_profile(check, noun);
    check_subnets(check, noun);
    for (const Caller& caller : callers)
      if (caller.role) check_organization(check, noun, caller);
  }
}

}  // namespace drydock::proof

// Names and tags by which controllers find subnets, groups and node groups.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

bool has_tag(const aws::Tags& tags, std::string_view key) {
  return std::any_of(tags.begin(), tags.end(), [&](const aws::Tag& tag) { return tag.key == key; });
}

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

// --- The load balancer controller, and the autoscaler.

void check_cluster_name(const PodCheck& check) {
  const std::string argument = check.workload.value("--cluster-name"), value = check.workload.value("clusterName");
  const bool is_set =
      check.workload.settings.contains("--cluster-name") || check.workload.settings.contains("clusterName");
  const std::string name = argument.empty() ? value : argument;
  if (name == check.cluster.name || (!is_set && !check.workload.noun.table.starts_with("kubernetes"))) return;
  Problem p = check.problem("discovery.cluster-name", "describe-subnets",
                            "Failed build model due to couldn't auto-discover subnets: unable to discover at least one "
                            "subnet");
  p.finding.where = {check.workload.noun, "object"};
  p.finding.message = name.empty() ? fmt::format("{} is not told the name of its cluster, {}", check.controller.name,
                                                 check.cluster.name)
                                   : fmt::format("{} is told to look for cluster {}, but runs in {}",
                                                 check.controller.name, name, check.cluster.name);
  check.out.add(std::move(p));
}

/// Of several groups on a node's interfaces, exactly one must carry the cluster's tag.
void check_tagged_groups(const PodCheck& check) {
  const std::string key = "kubernetes.io/cluster/" + check.cluster.name;
  for (const Group* group : check.groups) {
    if (group->groups.size() < 2) continue;
    std::vector<std::string> tagged;
    for (const std::string& id : group->groups) {
      const aws::SecurityGroup* noun = check.view.security_group(id);
      // EKS tags its own, which the world need not list.
      if (noun ? has_tag(noun->tagSet, key) : id == check.view.cluster_group(check.cluster)) tagged.push_back(id);
    }
    if (tagged.size() == 1) continue;
    Problem p = check.problem("discovery.group-tag", "target-groups",
                              fmt::format("expect exactly one securityGroup tagged with {} for eni", key));
    p.finding.where = {group->template_ref, "launchTemplateData.securityGroupIdSet"};
    if (const auto* noun = tagged.empty() ? nullptr : check.view.security_group(tagged.back()))
      p.finding.where = {cloud::ref_of(*noun), "tagSet"};
    p.finding.message =
        fmt::format("nodes of {} carry {} security groups with the tag {}, and {} needs exactly one", group->name,
                    tagged.empty() ? "no" : fmt::to_string(tagged.size()), key, check.controller.name);
    for (const std::string& id : tagged) p.finding.evidence.push_back({id, fmt::format("has the tag {}", key)});
    check.out.add(std::move(p));
  }
}

/// "asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/main"
void check_group_discovery(const PodCheck& check) {
  const std::string how = check.workload.value("--node-group-auto-discovery");
  const std::size_t at = how.find("tag=");
  if (at == how.npos) return;
  const std::vector<std::string> wanted = split(how.substr(at + 4), ',');
  for (const Group* group : check.groups) {
    if (group->managed) continue;  // EKS tags what it makes
    const auto* noun = cloud::find(check.view.world().auto_scaling_groups, group->noun.id);
    if (!noun) continue;
    for (const std::string& tag : wanted) {
      const std::string key = tag.substr(0, tag.find('='));
      if (std::any_of(noun->Tags.begin(), noun->Tags.end(), [&](const auto& has) { return has.Key == key; })) continue;
      Problem p =
          check.problem("discovery.autoscaler-tag", "describe-groups", "No node group config found for scale-up");
      p.finding.where = {cloud::ref_of(*noun), "Tags"};
      p.subject = key;
      p.finding.message =
          fmt::format("{} looks for groups with the tag {}, which {} has not", check.controller.name, key, group->name);
      check.out.add(std::move(p));
    }
  }
}

// --- Karpenter's node classes.

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

}  // namespace

void check_discovery(const PodCheck& check) {
  if (check.controller.name == "aws-load-balancer-controller") {
    check_cluster_name(check);
    check_tagged_groups(check);
  }
  if (check.controller.name == "cluster-autoscaler") check_group_discovery(check);
  if (check.controller.name != "karpenter") return;
  for (const auto& noun : check.view.world().kubernetes_objects)
    if (noun.cluster == check.cluster.name && is_node_class(noun.object)) {
      check_profile(check, noun);
      check_subnets(check, noun);
    }
}

}  // namespace drydock::proof

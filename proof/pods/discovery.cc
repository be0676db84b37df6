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

}  // namespace

void check_discovery(const PodCheck& check) {
  if (check.controller.name == "aws-load-balancer-controller") {
    check_cluster_name(check);
    check_tagged_groups(check);
  }
  if (check.controller.name == "cluster-autoscaler") check_group_discovery(check);
}

}  // namespace drydock::proof

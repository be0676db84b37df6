// A plan is taken down in reverse: what nothing waits for goes first. Nodes must be gone before the permissions of
// their role are, or what they leave behind (the CNI's network interfaces) blocks subnets and groups.
// https://docs.aws.amazon.com/eks/latest/userguide/managing-vpc-cni.html
#include <algorithm>

#include <fmt/format.h>

#include "proof/order/deadlock.h"

namespace drydock::proof {
namespace {

using cloud::PlanStep;
using cloud::Ref;
using cloud::World;

const aws::Role* role_by_arn(const World& world, std::string_view arn) {
  for (const aws::Role& role : world.roles)
    if (!arn.empty() && role.Arn == arn) return &role;
  return nullptr;
}

const aws::Role* role_of_template(const World& world, const aws::AutoScalingGroup& group) {
  if (!group.LaunchTemplate) return nullptr;
  for (const aws::LaunchTemplateVersion& version : world.launch_templates) {
    const bool is_it =
        version.launchTemplateId == group.LaunchTemplate->LaunchTemplateId &&
        (!version.launchTemplateId.empty() || version.launchTemplateName == group.LaunchTemplate->LaunchTemplateName);
    if (!is_it) continue;
    const Json& profile = version.launchTemplateData.at("iamInstanceProfile");
    for (const aws::InstanceProfile& candidate : world.instance_profiles)
      if (candidate.Arn == profile.at("arn").string_or("-") ||
          candidate.InstanceProfileName == profile.at("name").string_or("-"))
        return cloud::find(world.roles, candidate.role);
  }
  return nullptr;
}

/// The role of the nodes a step makes; null if it makes none.
const aws::Role* role_of_nodes(const World& world, const PlanStep& step) {
  for (const Ref& noun : step.makes) {
    if (noun.table == aws::eks::Nodegroup::kTable)
      if (const auto* group = cloud::find(world.nodegroups, noun.id)) return role_by_arn(world, group->nodeRole);
    if (noun.table == aws::AutoScalingGroup::kTable)
      if (const auto* group = cloud::find(world.auto_scaling_groups, noun.id)) return role_of_template(world, *group);
  }
  return nullptr;
}

bool grants(const PlanStep& step, const Ref& role) {
  return std::any_of(step.adds.begin(), step.adds.end(), [&](const cloud::PlanPart& part) {
    return part.noun == role && part.field.starts_with("grants");
  });
}

}  // namespace

std::vector<Finding> destroy_findings(const World& world) {
  const PlanGraph graph(world.plan, Components::whole);
  std::vector<Finding> out;
  for (std::size_t nodes = 0; nodes < graph.size(); ++nodes) {
    const aws::Role* role = role_of_nodes(world, graph.step(nodes));
    if (!role) continue;
    std::vector<std::size_t> early;
    for (std::size_t i = 0; i < graph.size(); ++i)
      if (grants(graph.step(i), cloud::ref_of(*role)) && !graph.waits(nodes, i) && !graph.waits(i, nodes))
        early.push_back(i);  // what waits for the nodes themselves is late already

    if (early.empty()) continue;
    const std::string& address = graph.step(nodes).address;
    Finding finding;
    finding.code = "order.destroy";
    finding.severity = Severity::warning;
    finding.effect = Verdict::ready;
    finding.where = {graph.step(nodes).makes.front(), ""};
    finding.message = fmt::format(
        "{0} does not wait for {1}, so they may come late, and on destroy they may be gone while "
        "the nodes of {0} still run",
        address, addresses(graph, early));
    finding.symptom = {
        "network interfaces of the CNI stay behind, and subnets or security groups cannot be deleted: "
        "DependencyViolation",
        "on destroy"};
    Fix fix{fmt::format("let {} depend on {}", address, addresses(graph, early)), {}};
    for (std::size_t i : early)
      fix.edits.push_back({Edit::Kind::add, {{"plan", address}, "after"}, graph.step(i).address});
    finding.fixes.push_back(std::move(fix));
    out.push_back(std::move(finding));
  }
  return out;
}

}  // namespace drydock::proof

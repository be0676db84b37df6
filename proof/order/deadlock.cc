#include "proof/order/deadlock.h"

#include <algorithm>
#include <tuple>

namespace drydock::proof {
namespace {

using cloud::PlanStep;
using cloud::Ref;
using cloud::World;
using Kind = Edit::Kind;
using Steps = std::vector<std::size_t>;

/// Each is a proof; plans with more late steps than that are rare, and their first ones are to blame as well.
constexpr std::size_t kMostSuspects = 64;

std::vector<Edit> undo(const PlanStep& step) {
  std::vector<Edit> edits;
  for (const cloud::PlanPart& part : step.adds) edits.push_back({Kind::remove, {part.noun, part.field}, part.value});
  for (const Ref& noun : step.makes) edits.push_back({Kind::erase, {noun, ""}, {}});
  return edits;
}

World without(const World& world, const PlanGraph& graph, const Steps& steps) {
  std::vector<Edit> edits;
  for (std::size_t step : steps)
    for (Edit& edit : undo(graph.step(step))) edits.push_back(std::move(edit));
  return proof::apply(world, edits);
}

/// Which finding of another world this one is; its fixes and evidence may differ.
auto identity(const Finding& finding) { return std::tie(finding.code, finding.step, finding.where, finding.message); }

bool is_among(const Finding& finding, const Readiness& readiness) {
  return std::any_of(readiness.findings.begin(), readiness.findings.end(),
                     [&](const Finding& other) { return identity(other) == identity(finding); });
}

/// The node groups for which a step waits: its own, else those of its add-on's cluster, else all.
struct WaitsFor {
  Ref own;
  std::string cluster;
  bool concerns(const NodeGroup& group) const {
    return own ? group.noun == own : cluster.empty() || group.cluster == cluster;
  }
};

WaitsFor waits_for(const World& world, const PlanStep& step) {
  for (const Ref& noun : step.makes) {
    if (noun.table == aws::eks::Nodegroup::kTable || noun.table == aws::AutoScalingGroup::kTable) return {noun, ""};
    if (noun.table == aws::eks::Addon::kTable)
      if (const auto* addon = cloud::find(world.addons, noun.id)) return {{}, addon->clusterName};
  }
  return {};
}

bool names_any(const Finding& finding, const std::vector<const NodeGroup*>& groups) {
  return finding.node_groups.empty() || std::any_of(groups.begin(), groups.end(), [&](const NodeGroup* group) {
           return std::count(finding.node_groups.begin(), finding.node_groups.end(), group->name) > 0;
         });
}

std::vector<const NodeGroup*> concerned(const Readiness& readiness, const WaitsFor& target) {
  std::vector<const NodeGroup*> out;
  for (const NodeGroup& group : readiness.node_groups)
    if (target.concerns(group)) out.push_back(&group);
  return out;
}

}  // namespace

std::string addresses(const PlanGraph& graph, const Steps& steps) {
  std::string out;
  for (std::size_t i = 0; i < steps.size(); ++i)
    out += (i == 0 ? "" : i + 1 == steps.size() ? " and " : ", ") + graph.step(steps[i]).address;
  return out;
}

std::vector<Finding> new_errors(const Readiness& here, const Readiness& there) {
  std::vector<Finding> out;
  for (const Finding& finding : here.findings)
    if (finding.effect == Verdict::not_ready && !is_among(finding, there)) out.push_back(finding);
  return out;
}

std::vector<Deadlock> DeadlockSearch::all() const {
  std::vector<Deadlock> found;
  for (std::size_t i = 0; i < graph_.size(); ++i)
    if (graph_.step(i).waits_for_nodes)
      if (auto deadlock = at(i)) found.push_back(std::move(*deadlock));
  // What waits behind a step that never ends is not to blame for it.
  std::vector<Deadlock> first;
  for (const Deadlock& one : found)
    if (std::none_of(found.begin(), found.end(),
                     [&](const Deadlock& other) { return graph_.waits(one.waiting, other.waiting); }))
      first.push_back(one);
  return first;
}

std::optional<Deadlock> DeadlockSearch::at(std::size_t waiting) const {
  Steps late;
  for (std::size_t step : graph_.dependents(waiting))
    if (!graph_.step(step).makes.empty() || !graph_.step(step).adds.empty()) late.push_back(step);
  if (late.empty()) return std::nullopt;

  const Readiness then = prove_(without(world_, graph_, late));
  const std::vector<const NodeGroup*> groups = concerned(then, waits_for(world_, graph_.step(waiting)));
  if (groups.empty()) return nodes_come_later(waiting, late);

  // One node is enough for who waits for any.
  for (const NodeGroup* group : groups)
    if (group->verdict != Verdict::not_ready) return std::nullopt;
  Deadlock found{.waiting = waiting, .missing = {}, .errors = new_errors(then, end_), .node_groups = {}};
  std::erase_if(found.errors, [&](const Finding& finding) { return !names_any(finding, groups); });
  if (found.errors.empty()) return std::nullopt;
  for (const NodeGroup* group : groups) found.node_groups.push_back(group->name);
  found.missing = needed(late, groups);
  return found;
}

/// Nothing can run at that time, because all the nodes there will be are made after it.
std::optional<Deadlock> DeadlockSearch::nodes_come_later(std::size_t waiting, const Steps& late) const {
  Deadlock found{.waiting = waiting, .missing = {}, .errors = {}, .node_groups = {}};
  for (const NodeGroup* group : concerned(end_, waits_for(world_, graph_.step(waiting)))) {
    found.node_groups.push_back(group->name);
    for (std::size_t step : late)
      for (const Ref& noun : graph_.step(step).makes)
        if (noun == group->noun) found.missing.push_back(step);
  }
  if (found.missing.empty()) return std::nullopt;
  return found;
}

Steps DeadlockSearch::needed(const Steps& late, const std::vector<const NodeGroup*>& groups) const {
  Steps out;
  for (std::size_t i = 0; i < late.size() && i < kMostSuspects; ++i) {
    const std::vector<Finding> errors = new_errors(prove_(without(world_, graph_, {late[i]})), end_);
    if (std::any_of(errors.begin(), errors.end(), [&](const Finding& error) { return names_any(error, groups); }))
      out.push_back(late[i]);
  }
  return out.empty() ? late : out;  // each alone can be spared, all together cannot
}

}  // namespace drydock::proof

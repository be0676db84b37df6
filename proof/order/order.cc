#include "proof/order/order.h"

#include <algorithm>

#include <fmt/format.h>

#include "proof/order/deadlock.h"

namespace drydock::proof {
namespace {

using cloud::PlanStep;
using cloud::Ref;
using cloud::World;

bool makes_cni_addon(const World& world, const PlanStep& step) {
  return std::any_of(step.makes.begin(), step.makes.end(), [&](const Ref& noun) {
    const auto* addon = noun.table == aws::eks::Addon::kTable ? cloud::find(world.addons, noun.id) : nullptr;
    return addon && addon->addonName == "vpc-cni";
  });
}

void add_once(std::vector<Evidence>& lines, Evidence line) {
  const bool there = std::any_of(lines.begin(), lines.end(), [&](const Evidence& other) {
    return other.component == line.component && other.text == line.text;
  });
  if (!there) lines.push_back(std::move(line));
}

/// The cycle, from the step that waits around to it.
std::vector<Evidence> cycle(const PlanGraph& graph, const Deadlock& deadlock) {
  std::vector<Evidence> out;
  add_once(out, {graph.step(deadlock.waiting).address, "is done only when nodes are Ready"});
  for (const Finding& error : deadlock.errors)
    add_once(out, {error.node_groups.empty() ? "nodes" : error.node_groups.front(),
                   fmt::format("without {}: {}", addresses(graph, deadlock.missing), error.message)});
  for (std::size_t step : deadlock.missing) {
    const std::vector<std::size_t> way = graph.way(step, deadlock.waiting);
    for (std::size_t i = 0; i + 1 < way.size(); ++i)
      add_once(out, {graph.step(way[i]).address, "begins only after " + graph.step(way[i + 1]).address});
  }
  return out;
}

Place place_of(const PlanStep& step) {
  if (!step.makes.empty()) return {step.makes.front(), ""};
  if (!step.adds.empty()) return {step.adds.front().noun, step.adds.front().field};
  return {};
}

Finding finding_of(const World& world, const PlanGraph& graph, const Deadlock& deadlock) {
  const bool cni = std::any_of(deadlock.missing.begin(), deadlock.missing.end(),
                               [&](std::size_t step) { return makes_cni_addon(world, graph.step(step)); });
  const std::string& waiting = graph.step(deadlock.waiting).address;
  Finding out;
  out.code = cni ? "order.cni-addon" : "order.deadlock";
  out.where = place_of(graph.step(deadlock.missing.front()));
  out.node_groups = deadlock.node_groups;
  out.message = fmt::format("{0} waits for nodes, which need {1}, made only after {0}", waiting,
                            addresses(graph, deadlock.missing));
  out.evidence = cycle(graph, deadlock);
  out.symptom = {waiting + " never finishes: there are no nodes", "when the wait times out, 20 to 40 min later"};
  if (!deadlock.errors.empty()) {
    out.step = deadlock.errors.front().step;
    out.symptom.text = fmt::format("{} never finishes; {}", waiting, deadlock.errors.front().symptom.text);
  }
  return out;
}

/// What only Pulumi's own engine would run into.
void soften(Finding& finding) {
  finding.severity = Severity::warning;
  finding.effect = Verdict::ready;
  finding.symptom = {};
  finding.message += "; Drydock's engine does not wait so, Pulumi's own does";
}

}  // namespace

std::vector<Finding> order_findings(const World& world, const Readiness& at_the_end, const Prove& prove,
                                    bool find_fixes) {
  std::vector<Finding> out;
  const auto look = [&](Components components, bool warn_only) {
    const DeadlockSearch search(world, at_the_end, prove, components);
    for (const Deadlock& deadlock : search.all()) {
      Finding finding = finding_of(world, search.graph(), deadlock);
      if (warn_only) soften(finding);
      if (std::optional<Fix> fix; find_fixes && (fix = reorder(world, search.graph(), deadlock))) {
        const World fixed = proof::apply(world, fix->edits);
        const Readiness end = prove(fixed);
        if (new_errors(end, at_the_end).empty() && !DeadlockSearch(fixed, end, prove, components).at(deadlock.waiting))
          finding.fixes.push_back(std::move(*fix));
      }
      out.push_back(std::move(finding));
    }
  };
  const bool is_ours = world.dialect == cloud::Dialect::drydock;
  look(is_ours ? Components::early : Components::whole, false);
  if (is_ours && out.empty()) look(Components::whole, true);
  for (Finding& finding : destroy_findings(world)) out.push_back(std::move(finding));
  return out;
}

}  // namespace drydock::proof

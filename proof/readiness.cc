#include "proof/readiness.h"

#include <algorithm>

#include "cloud/eks/boot_chain.h"
#include "proof/boot/walk.h"
#include "proof/fix/fix.h"
#include "proof/order/order.h"
#include "proof/pods/controllers.h"

namespace drydock::proof {
namespace {

struct Diagnosis {
  std::vector<NodeGroup> groups;
  Problems problems;
};

Diagnosis diagnose(const cloud::World& world, const Options& options) {
  Diagnosis d;
  const WorldView view(world);
  Contacts contacts(view.network());
  const std::vector<Group> groups = groups_of(view, options.cluster);
  for (const Group& group : groups) {
    walk_group(view, group, contacts, d.problems);
    d.groups.push_back({.name = group.name,
                        .cluster = group.cluster->name,
                        .noun = group.noun,
                        .nodes = group.nodes,
                        .steps = static_cast<int>(eks::boot_chain().size())});
  }
  check_controllers(view, groups, contacts, d.problems);
  return d;
}

Verdict worse(Verdict a, Verdict b) { return std::max(a, b); }

void judge(Readiness& out) {
  for (NodeGroup& group : out.node_groups) {
    for (const Finding& f : out.findings) {
      if (std::find(f.node_groups.begin(), f.node_groups.end(), group.name) == f.node_groups.end()) continue;
      group.verdict = worse(group.verdict, f.effect);
      if (f.effect == Verdict::depends)
        group.depends_on.insert(group.depends_on.end(), f.depends_on.begin(), f.depends_on.end());
    }
    out.verdict = worse(out.verdict, group.verdict);
  }
  for (const Finding& f : out.findings)
    if (f.node_groups.empty()) out.verdict = worse(out.verdict, f.effect);
}

/// As if all of the world were there.
Readiness prove_the_end(const cloud::World& world, const Options& options) {
  Diagnosis d = diagnose(world, options);
  sort(d.problems.list());
  if (options.find_fixes)
    find_fixes(world, WorldView(world), d.problems.list(),
               [&](const cloud::World& mended) { return diagnose(mended, options).problems.list(); });
  Readiness out;
  out.node_groups = std::move(d.groups);
  for (Problem& p : d.problems.list()) out.findings.push_back(std::move(p.finding));
  judge(out);
  return out;
}

}  // namespace

Readiness prove(const cloud::World& world, const Options& options) {
  Readiness out = prove_the_end(world, options);
  if (world.plan.empty()) return out;
  Options quick = options;
  quick.find_fixes = false;
  const Prove at_a_time = [&](const cloud::World& then) { return prove_the_end(then, quick); };
  std::vector<Finding> order = order_findings(world, out, at_a_time, options.find_fixes);
  if (order.empty()) return out;
  out.findings.insert(out.findings.begin(), order.begin(), order.end());
  std::stable_sort(out.findings.begin(), out.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  judge(out);
  return out;
}

}  // namespace drydock::proof

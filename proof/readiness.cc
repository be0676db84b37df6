#include "proof/readiness.h"

#include <algorithm>
#include <functional>
#include <map>

#include "cloud/eks/boot_chain.h"
#include "proof/boot/walk.h"
#include "proof/fix/fix.h"
#include "proof/order/order.h"
#include "proof/pods/controllers.h"
#include "proof/repair.h"
#include "proof/unknowns.h"

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

constexpr int kRounds = 6;

// What stands behind the causes found so far: proves again with all of them repaired, until nothing new comes up.
void find_hidden(const cloud::World& world, const Options& options, Diagnosis& d) {
  cloud::World mended = world;
  std::size_t done = 0;
  for (int round = 0; round < kRounds; ++round) {
    bool any = false;
    for (; done < d.problems.list().size(); ++done) any |= repair(mended, d.problems.list()[done]);
    if (!any) return;
    Diagnosis next = diagnose(mended, options);
    for (Problem& p : next.problems.list()) {
      if (!d.problems.has(p))
        p.finding.evidence.push_back({"order", "comes to light once the other causes are mended"});
      d.problems.add(std::move(p));
    }
  }
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

// A fix is proved where its problem stands alone: with all others out of the way it is seen without it, and not with
// it.
void offer_fixes(const cloud::World& world, const Options& options, std::vector<Problem>& problems) {
  const auto alone = [&](const Problem& problem) {
    cloud::World out = world;
    for (const Problem& other : problems)
      if (Problems::key(other) != Problems::key(problem)) repair(out, other);
    return out;
  };
  find_fixes(WorldView(world), problems, alone,
             [&](const cloud::World& mended) { return diagnose(mended, options).problems.list(); });
}

Readiness prove_known(const cloud::World& world, const Options& options, bool all_causes) {
  Diagnosis d = diagnose(world, options);
  if (all_causes) find_hidden(world, options, d);
  sort(d.problems.list());
  if (all_causes && options.find_fixes) offer_fixes(world, options, d.problems.list());
  Readiness out;
  out.node_groups = std::move(d.groups);
  for (Problem& p : d.problems.list()) out.findings.push_back(std::move(p.finding));
  judge(out);
  return out;
}

cloud::World completed(const cloud::World& world, const std::vector<const cloud::Unknown*>& unknowns,
                       const std::function<bool(const cloud::Unknown&)>& helpful) {
  cloud::World out = world;
  for (const cloud::Unknown* u : unknowns) complete(out, *u, helpful(*u));
  return out;
}

const Finding* first_error(const Readiness& r, const std::string& group) {
  for (const Finding& f : r.findings)
    if (f.effect > Verdict::degraded &&
        std::find(f.node_groups.begin(), f.node_groups.end(), group) != f.node_groups.end())
      return &f;
  return nullptr;
}

// A group that is fine at best, and not at worst, depends on the sources named; says so once a source.
class Dependence {
 public:
  explicit Dependence(Readiness& out) : out_(out) {}
  void add(NodeGroup& group, const cloud::Unknown& u, const Finding* at_worst) {
    group.verdict = worse(group.verdict, Verdict::depends);
    if (std::find(group.depends_on.begin(), group.depends_on.end(), u.source) == group.depends_on.end())
      group.depends_on.push_back(u.source);
    for (Finding& f : out_.findings)
      if (f.code == "unknown.value" && f.depends_on.front() == u.source)
        return (void)f.node_groups.push_back(group.name);
    Finding f{.code = "unknown.value", .severity = Severity::warning, .effect = Verdict::depends};
    f.where = {u.noun, u.field};
    f.depends_on = {u.source};
    f.node_groups = {group.name};
    f.message = u.source + " is not known yet, and decides whether nodes become Ready";
    if (at_worst) {
      f.step = at_worst->step;
      f.evidence.push_back({"at worst", at_worst->message});
      f.symptom = at_worst->symptom;
    }
    out_.findings.push_back(std::move(f));
  }

 private:
  Readiness& out_;
};

struct Weighed {
  std::vector<const cloud::Unknown*> decides, opaque;
  std::vector<cloud::Unknown> not_modelled;  // resources that could matter, as unknowns
  // A noun of which nothing is known may as well hold what is missing elsewhere: no "not ready" is sure then.
  bool nothing_is_sure() const {
    return std::any_of(opaque.begin(), opaque.end(), [](const auto* u) { return u->field == cloud::kAllOfIt; });
  }
};

Weighed weigh(const cloud::World& world) {
  Weighed out;
  for (const cloud::Unknown& u : world.unknowns) {
    const Weight weight = weight_of(world, u);
    if (weight == Weight::decides) out.decides.push_back(&u);
    if (weight == Weight::opaque) out.opaque.push_back(&u);
  }
  for (const cloud::Unmodelled& one : world.unmodelled)
    if (one.could_matter)
      out.not_modelled.push_back(
          {{"unmodelled", one.address},
           "",
           one.type.empty() ? one.address : one.address + " (" + one.type + " is not modelled)"});
  return out;
}

// What was found holds only if what nobody knows does not mend it.
void doubt(Readiness& r) {
  for (Finding& f : r.findings) {
    if (f.effect != Verdict::not_ready) continue;
    f.effect = Verdict::depends;
    f.severity = Severity::warning;
  }
  for (NodeGroup& group : r.node_groups)
    if (group.verdict == Verdict::not_ready) group.verdict = Verdict::depends;
  r.verdict = Verdict::ready;
}

const NodeGroup* same(const Readiness& r, const NodeGroup& group) {
  for (const NodeGroup& g : r.node_groups)
    if (g.noun == group.noun) return &g;
  return nullptr;
}

bool fails(const Readiness& r, const NodeGroup& group) {
  const NodeGroup* g = same(r, group);
  return !g || g->verdict > Verdict::degraded;
}

// Which unknowns does it hang on? Those that alone, at their worst, spoil what is fine with all at their best; if it
// takes several, all of them.
void attribute(const cloud::World& world, const Options& options, const Weighed& weighed, const Readiness& at_worst,
               Readiness& best) {
  Dependence dependence(best);
  std::map<std::string, Readiness> alone;  // by source
  for (const cloud::Unknown* u : weighed.decides) {
    if (alone.contains(u->source)) continue;
    const auto others = [&](const cloud::Unknown& o) { return o.source != u->source; };
    alone.emplace(u->source, prove_known(completed(world, weighed.decides, others), options, false));
  }
  for (NodeGroup& group : best.node_groups) {
    if (group.verdict > Verdict::degraded || !fails(at_worst, group)) continue;
    bool found = false;
    for (const cloud::Unknown* u : weighed.decides) {
      const Readiness& r = alone.at(u->source);
      if (!fails(r, group)) continue;
      found = true;
      dependence.add(group, *u, first_error(r, group.name));
    }
    if (found) continue;
    for (const cloud::Unknown* u : weighed.decides) dependence.add(group, *u, first_error(at_worst, group.name));
  }
}

Readiness prove_unknown(const cloud::World& world, const Options& options, const Weighed& weighed) {
  Readiness best = prove_known(completed(world, weighed.decides, [](const auto&) { return true; }), options, true);
  if (weighed.nothing_is_sure()) doubt(best);
  if (best.verdict == Verdict::not_ready && best.node_groups.size() == 1) return best;
  if (!weighed.decides.empty()) {
    const Readiness worst =
        prove_known(completed(world, weighed.decides, [](const auto&) { return false; }), options, false);
    attribute(world, options, weighed, worst, best);
  }
  Dependence dependence(best);
  for (NodeGroup& group : best.node_groups) {
    if (group.verdict == Verdict::not_ready) continue;
    for (const cloud::Unknown* u : weighed.opaque) dependence.add(group, *u, nullptr);
    for (const cloud::Unknown& u : weighed.not_modelled) dependence.add(group, u, nullptr);
  }
  for (const NodeGroup& group : best.node_groups) best.verdict = worse(best.verdict, group.verdict);
  return best;
}

/// As if all of the world were there.
Readiness prove_the_end(const cloud::World& world, const Options& options) {
  const Weighed weighed = weigh(world);
  if (weighed.decides.empty() && weighed.opaque.empty() && weighed.not_modelled.empty())
    return prove_known(world, options, true);
  return prove_unknown(world, options, weighed);
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

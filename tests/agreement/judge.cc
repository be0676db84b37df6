#include "tests/agreement/judge.h"

#include <fmt/format.h>

#include "base/text.h"

namespace drydock::agreement {
namespace {

/// Whether a fault alone keeps nodes from being Ready, as the twin lives it.
bool breaks(const Draw& draw, const Drawn& fault) {
  Draw alone = draw;
  alone.faults = {fault};
  const Life life = live(spread(alone.world()));
  return life.refusal.empty() && !life.all_ready();
}

/// The first fix of every finding, again and again until nothing is left to fix.
cloud::World repaired(cloud::World world, std::string& offered) {
  for (int round = 0; round < 8; ++round) {
    const proof::Readiness now = proof::prove(world);
    bool changed = false;
    for (const proof::Finding& f : now.findings) {
      if (f.effect != proof::Verdict::not_ready || f.fixes.empty()) continue;
      world = proof::apply(world, f.fixes.front().edits);
      offered += fmt::format(" [{}: {}]", f.code, f.fixes.front().text);
      changed = true;
      break;
    }
    if (!changed) break;
  }
  return world;
}

/// Faults that are not named, and causes that nobody put there.
void ask_causes(const Draw& draw, Judgement& out) {
  const std::set<std::string> found = classes_of(out.comparison.proof);
  std::set<std::string> expected;
  for (const Drawn& fault : draw.faults) {
    if (!breaks(draw, fault)) continue;
    ++out.injected;
    bool named = true;
    for (const std::string& cause : split(fault.change->cause_class, '|')) {
      expected.insert(cause);
      named = named && found.contains(cause);
    }
    out.named += named;
    if (!named)
      out.differences.push_back(fmt::format("not named: {} ({})", fault.change->name, fault.change->cause_class));
  }
  for (const std::string& cause : found)
    if (!expected.contains(cause)) out.differences.push_back("a cause that nobody put there: " + cause);
}

void ask_fixes(const cloud::World& world, Judgement& out) {
  std::string offered;
  const cloud::World healed = repaired(spread(world), offered);
  const proof::Readiness proof = proof::prove(healed);
  if (proof.verdict >= proof::Verdict::depends) {
    out.differences.push_back(fmt::format("no fixes to the end:{} -> {}", offered, describe(proof)));
    return;
  }
  const Life life = live(healed);
  if (!life.refusal.empty() || !life.all_ready())
    out.differences.push_back(fmt::format("fixes that do not heal:{} -> {}", offered, life.describe()));
}

}  // namespace

Judgement judge(const Draw& draw, const Ask& ask) {
  Judgement out;
  const cloud::World world = draw.world();
  out.comparison = compare(world);
  out.differences = out.comparison.differences;
  if (!out.comparison.life.refusal.empty()) return out;
  if (ask.causes) ask_causes(draw, out);
  if (ask.fixes && !out.comparison.life.all_ready()) ask_fixes(world, out);
  return out;
}

}  // namespace drydock::agreement

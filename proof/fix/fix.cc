#include "proof/fix/fix.h"

#include <algorithm>
#include <set>

#include "proof/fix/draft.h"
#include "proof/readiness.h"

namespace drydock::proof {
namespace {

constexpr std::size_t kMost = 3;

std::set<Problems::Key> keys_of(const std::vector<Problem>& problems) {
  std::set<Problems::Key> out;
  for (const Problem& problem : problems) out.insert(Problems::key(problem));
  return out;
}

/// What hides behind the repaired problem is not the fix's fault: a step that is reached now may fail for reasons that
/// were there before. So only a problem about something the fix itself made or changed counts against it.
bool breaks_something(const Fix& fix, const std::vector<Problem>& after, const std::set<Problems::Key>& before) {
  return std::any_of(after.begin(), after.end(), [&](const Problem& problem) {
    if (before.contains(Problems::key(problem)) || problem.finding.effect == Verdict::ready) return false;
    return std::any_of(fix.edits.begin(), fix.edits.end(),
                       [&](const Edit& edit) { return edit.where.noun == problem.finding.where.noun; });
  });
}

}  // namespace

std::vector<Candidate> candidates(const WorldView& view, const Problem& problem) {
  std::vector<Candidate> out;
  const Draft draft{view, problem, out};
  fix_endpoints(draft);
  fix_groups(draft);
  fix_ways(draft);
  fix_policies(draft);
  fix_cluster(draft);
  fix_controllers(draft);
  std::stable_partition(out.begin(), out.end(), [](const Candidate& one) { return !one.broad; });
  return out;
}

void find_fixes(const WorldView& view, std::vector<Problem>& problems, const Alone& alone, const Diagnose& diagnose) {
  const std::set<Problems::Key> before = keys_of(problems);
  for (Problem& problem : problems) {
    std::vector<Candidate> drafts = candidates(view, problem);
    if (drafts.empty()) continue;
    const cloud::World world = alone(problem);
    for (auto& [fix, broad] : drafts) {
      if (problem.finding.fixes.size() == kMost || (broad && !problem.finding.fixes.empty())) break;
      const std::vector<Problem> after = diagnose(proof::apply(world, fix.edits));
      if (keys_of(after).contains(Problems::key(problem)) || breaks_something(fix, after, before)) continue;
      problem.finding.fixes.push_back(std::move(fix));
    }
  }
}

}  // namespace drydock::proof

#include "proof/problem.h"

#include <algorithm>
#include <tuple>

#include "cloud/eks/boot_chain.h"

namespace drydock::proof {
namespace {

template <class T>
void unite(std::vector<T>& into, const std::vector<T>& more) {
  for (const T& item : more)
    if (std::find(into.begin(), into.end(), item) == into.end()) into.push_back(item);
}

// A finding that stops nodes is worse than one that only might.
int rank(Verdict v) { return static_cast<int>(v); }

}  // namespace

void Problems::add(Problem p) {
  const auto [it, fresh] = by_key_.try_emplace(key(p), list_.size());
  if (fresh) {
    list_.push_back(std::move(p));
    return;
  }
  Problem& known = list_[it->second];
  // Where it only might stop nodes earlier, what is told is where it does.
  if (rank(p.finding.effect) > rank(known.finding.effect)) std::swap(known.finding, p.finding);
  unite(known.finding.node_groups, p.finding.node_groups);
  unite(known.finding.depends_on, p.finding.depends_on);
  unite(known.need.groups, p.need.groups);
  unite(known.need.peer_groups, p.need.peer_groups);
  known.need.subnets.merge(p.need.subnets);
  known.need.actions.merge(p.need.actions);
  known.need.resources.merge(p.need.resources);
}

void sort(std::vector<Problem>& problems) {
  const auto place = [](const Problem& p) {
    const int step = eks::boot_step_number(p.finding.step);
    return std::tuple(-static_cast<int>(p.finding.severity), step == 0 ? 1000 : step, p.finding.code, p.finding.where);
  };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
}

}  // namespace drydock::proof

#include "proof/order/plan_graph.h"

#include <algorithm>

namespace drydock::proof {
namespace {

using Steps = std::vector<std::size_t>;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// For each step, from which one a breadth-first search came to it; `start` comes from itself.
Steps search(const std::vector<Steps>& edges, std::size_t start) {
  Steps from(edges.size(), kNone), queue = {start};
  from[start] = start;
  for (std::size_t next = 0; next < queue.size(); ++next)
    for (std::size_t to : edges[queue[next]])
      if (from[to] == kNone) from[to] = queue[next], queue.push_back(to);
  return from;
}

}  // namespace

PlanGraph::PlanGraph(const std::vector<cloud::PlanStep>& plan, Components components)
    : plan_(plan), before_(plan.size()), after_(plan.size()) {
  std::map<std::string_view, std::size_t> index;
  std::map<std::string_view, Steps> children;
  for (std::size_t i = 0; i < plan.size(); ++i) index.emplace(plan[i].address, i);
  for (std::size_t i = 0; i < plan.size(); ++i)
    if (index.contains(plan[i].parent)) children[plan[i].parent].push_back(i);

  for (std::size_t i = 0; i < plan.size(); ++i) {
    Steps& before = before_[i];
    for (const std::string& address : plan[i].after)
      if (const auto it = index.find(address); it != index.end()) before.push_back(it->second);
    // A component is asked for its children only when what it waits for is done.
    std::string_view ancestor = plan[i].parent;
    for (std::size_t depth = 0; depth < plan.size() && !ancestor.empty(); ++depth) {
      const auto parent = index.find(ancestor);
      if (parent == index.end()) break;
      for (const std::string& address : plan[parent->second].after)
        if (const auto it = index.find(address); it != index.end()) before.push_back(it->second);
      ancestor = plan[parent->second].parent;
    }
    // A component of Pulumi's is done when its children are; what waits for it waits for them.
    if (components == Components::whole)
      if (const auto it = children.find(plan[i].address); it != children.end())
        before.insert(before.end(), it->second.begin(), it->second.end());
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    std::erase(before, i);
    for (std::size_t b : before) after_[b].push_back(i);
  }
}

bool PlanGraph::waits(std::size_t step, std::size_t other) const {
  return step != other && search(before_, step)[other] != kNone;
}

std::vector<std::size_t> PlanGraph::dependents(std::size_t step) const {
  const Steps from = search(after_, step);
  Steps out;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (i != step && from[i] != kNone) out.push_back(i);
  return out;
}

std::vector<std::size_t> PlanGraph::way(std::size_t step, std::size_t other) const {
  const Steps from = search(after_, other);  // backwards, so that following it leads to `other`
  if (step == other || from[step] == kNone) return {};
  Steps out = {step};
  while (out.back() != other) out.push_back(from[out.back()]);
  return out;
}

}  // namespace drydock::proof

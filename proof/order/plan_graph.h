// Which step of a plan waits for which, by the rules of the engine that will carry it out. Borrows the plan.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/world/world.h"

namespace drydock::proof {

/// What it means to use a component's output.
enum class Components {
  whole,  // to wait for all of its children: Pulumi's engine, whose component servers answer when all is done
  early,  // to wait for what the component itself waits for: Drydock's engine
};

class PlanGraph {
 public:
  PlanGraph(const std::vector<cloud::PlanStep>& plan, Components components);

  std::size_t size() const { return plan_.size(); }
  const cloud::PlanStep& step(std::size_t i) const { return plan_[i]; }
  /// Whether `step` begins only when `other` is done; a step does not wait for itself.
  bool waits(std::size_t step, std::size_t other) const;
  /// All that wait for it, in the plan's order.
  std::vector<std::size_t> dependents(std::size_t step) const;
  /// From `step` to `other`, both included, each waiting directly for the next; empty if it does not wait.
  std::vector<std::size_t> way(std::size_t step, std::size_t other) const;
  /// What it waits for directly.
  const std::vector<std::size_t>& directly(std::size_t step) const { return before_[step]; }

 private:
  const std::vector<cloud::PlanStep>& plan_;
  std::vector<std::vector<std::size_t>> before_, after_;
};

}  // namespace drydock::proof

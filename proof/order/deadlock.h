// Deadlocks of a plan: what waits for nodes, and what the nodes wait for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proof/order/order.h"
#include "proof/order/plan_graph.h"

namespace drydock::proof {

struct Deadlock {
  std::size_t waiting = 0;               // a step that waits for nodes
  std::vector<std::size_t> missing;      // steps that begin only after it, and the nodes need what they make
  std::vector<Finding> errors;           // what stops the nodes at that time; empty: there are no nodes yet
  std::vector<std::string> node_groups;  // names
};

/// Borrows all it is given.
class DeadlockSearch {
 public:
  DeadlockSearch(const cloud::World& world, const Readiness& at_the_end, const Prove& prove, Components components)
      : world_(world), end_(at_the_end), prove_(prove), graph_(world.plan, components) {}

  const PlanGraph& graph() const { return graph_; }
  /// Only the first of those that wait behind one another.
  std::vector<Deadlock> all() const;
  /// Of a step that waits for nodes; nothing if it ends.
  std::optional<Deadlock> at(std::size_t waiting) const;

 private:
  std::optional<Deadlock> nodes_come_later(std::size_t waiting, const std::vector<std::size_t>& late) const;
  std::vector<std::size_t> needed(const std::vector<std::size_t>& late,
                                  const std::vector<const NodeGroup*>& groups) const;

  const cloud::World& world_;
  const Readiness& end_;
  const Prove& prove_;
  PlanGraph graph_;
};

/// What stops nodes in the one and not in the other.
std::vector<Finding> new_errors(const Readiness& here, const Readiness& there);

/// Edits that put the missing steps before the waiting one, endpoints with a group of their own where they took one
/// that is late. Not proved yet. Nothing where a missing step takes other things from what is late.
std::optional<Fix> reorder(const cloud::World& world, const PlanGraph& graph, const Deadlock& deadlock);

/// "a, b and c".
std::string addresses(const PlanGraph& graph, const std::vector<std::size_t>& steps);

/// Permissions that go before the nodes that use them, when the plan is taken down.
std::vector<Finding> destroy_findings(const cloud::World& world);

}  // namespace drydock::proof

// A pod on its node: what has to happen before its containers run, what can be in the way, and what the API server is
// told of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloud/eks/controllers.h"
#include "cloud/eks/registries.h"
#include "twin/nodes/state.h"

namespace drydock::twin::nodes {

/// What stops a pod: in which container, and what people see of it.
struct Obstacle {
  std::string step, cause, why;
  std::size_t container = 0;  // in init containers first, then the others
  bool crash = false;         // CrashLoopBackOff rather than ImagePullBackOff
  bool network = false;       // not even a sandbox
  std::string message;        // the pull's error, or the crash's last words
  Outcome outcome;
};

bool is_host_network(const Json& pod);
std::vector<Json> containers_of(const Json& pod);  // init containers first
std::size_t init_count(const Json& pod);
/// Whether this is aws-node, which makes the node's network.
bool is_cni(const Json& container);

/// One pod on one node, tried once from where it stands. What it finds out goes into the node (images, token) and, when
/// somebody wants to hear it, into the node's story.
class PodAttempt {
 public:
  PodAttempt(Nodes::State& state, Node& node, const aws::Instance& instance, const Json& pod, std::int64_t at);
  std::optional<Obstacle> perform();
  std::int64_t at() const { return at_; }
  /// Tells what went well on the way. A retry that meets the same wall again keeps silent.
  void flush();

 private:
  std::optional<Obstacle> run(const Json& container, std::size_t index);
  std::optional<Obstacle> run_controller(const Json& container, std::size_t index,
                                         const drydock::eks::Controller& controller);
  std::optional<Obstacle> pull(const std::string& image);
  std::optional<Obstacle> find_credentials(const Json& container);
  std::optional<Obstacle> start_ipamd();
  std::optional<Obstacle> see_network();
  void told(const BootStep& step, const Outcome& outcome);

  Nodes::State& state_;
  Node& node_;
  const aws::Instance& instance_;
  const Json& pod_;
  Place place_;
  std::int64_t at_;
  std::vector<Entry> entries_;
};

/// The pod's status as its kubelet writes it; `obstacle` null: everything runs.
void write_status(Json& live, const Obstacle* obstacle, const aws::Instance& instance, const std::string& address,
                  std::int64_t started, std::int64_t at, std::int64_t restarts);
void write_missing_permission(kubernetes::KubeCluster& kube, const Json& pod, std::string_view action,
                              const std::string& node);
void write_events(kubernetes::KubeCluster& kube, const Json& pod, const Obstacle& obstacle, const std::string& node);

}  // namespace drydock::twin::nodes

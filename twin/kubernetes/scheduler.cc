// The scheduler: which node takes a pod, or why none does, in kube-scheduler's words.
// https://kubernetes.io/docs/concepts/scheduling-eviction/
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/kube/selectors.h"
#include "twin/kubernetes/controllers.h"

namespace drydock::twin::kubernetes::controllers {
namespace {

using kube::name_of;

bool tolerates(const Json& tolerations, const Json& taint) {
  for (std::size_t i = 0; i < tolerations.size(); i++) {
    const Json& t = tolerations.item(i);
    std::string key = t.at("key").string_or(), effect = t.at("effect").string_or(),
                op = t.at("operator").string_or("Equal");
    if (!effect.empty() && effect != taint.at("effect").string_or()) continue;
    if (key.empty() ? op != "Exists" : key != taint.at("key").string_or()) continue;
    if (op == "Exists" || t.at("value").string_or() == taint.at("value").string_or()) return true;
  }
  return false;
}

bool expression_holds(const Json& expression, const Json& values) {
  return kube::LabelSelector::from(Json::object({{"matchExpressions", Json::array({expression})}})).matches(values);
}

bool term_holds(const Json& term, const Json& node) {
  const Json& fields = term.at("matchFields");
  for (std::size_t i = 0; i < fields.size(); i++) {
    if (!expression_holds(fields.item(i), Json::object({{"metadata.name", name_of(node)}}))) return false;
  }
  const Json& labels = term.at("matchExpressions");
  for (std::size_t i = 0; i < labels.size(); i++) {
    if (!expression_holds(labels.item(i), node.at("metadata").at("labels"))) return false;
  }
  return fields.size() + labels.size() > 0;
}

bool selected(const Json& spec, const Json& node) {
  const Json& labels = node.at("metadata").at("labels");
  if (spec.at("nodeSelector").is_object()) {
    for (const auto& [key, value] : spec.at("nodeSelector").as_object()) {
      if (labels.at(key) != value) return false;
    }
  }
  const Json& terms = spec.at("affinity")
                          .at("nodeAffinity")
                          .at("requiredDuringSchedulingIgnoredDuringExecution")
                          .at("nodeSelectorTerms");
  if (!terms.is_array()) return true;
  return std::any_of(terms.as_array().begin(), terms.as_array().end(),
                     [&](const Json& term) { return term_holds(term, node); });
}

struct Room {
  double cpu = 0, memory = 0;
  std::int64_t pods = 0;
};

Room asked(const Json& spec) {
  Room out{0, 0, 1};
  for (std::size_t i = 0; i < spec.at("containers").size(); i++) {
    const Json& requests = spec.at("containers").item(i).at("resources").at("requests");
    out.cpu += kube::parse_quantity(requests.at("cpu")).value_or(0);
    out.memory += kube::parse_quantity(requests.at("memory")).value_or(0);
  }
  return out;
}

/// What the pods of a node take.
Room taken(const KubeCluster& cluster, std::string_view node) {
  Room out;
  for (const Json* pod : pods_at(cluster, PodIndex::at(cluster.state().pods.by_node, node))) {
    if (!is_active(*pod)) continue;
    Room more = asked(pod->at("spec"));
    out.cpu += more.cpu, out.memory += more.memory, out.pods += more.pods;
  }
  return out;
}

std::vector<std::string> shortages(const Room& used, const Room& more, const Json& node) {
  const Json& limit = node.at("status").at("allocatable");
  std::vector<std::string> out;
  if (used.cpu + more.cpu > kube::parse_quantity(limit.at("cpu")).value_or(0) + 1e-9)
    out.emplace_back("Insufficient cpu");
  if (used.memory + more.memory > kube::parse_quantity(limit.at("memory")).value_or(0))
    out.emplace_back("Insufficient memory");
  if (static_cast<double>(used.pods + more.pods) > kube::parse_quantity(limit.at("pods")).value_or(0))
    out.emplace_back("Too many pods");
  return out;
}

std::string why_not(const std::map<std::string, int>& reasons, std::size_t nodes) {
  if (nodes == 0) return "no nodes available to schedule pods";
  std::vector<std::string> parts;
  for (const auto& [reason, count] : reasons) parts.push_back(fmt::format("{} {}", count, reason));
  std::sort(parts.begin(), parts.end());
  return fmt::format(
      "0/{0} nodes are available: {1}. preemption: 0/{0} nodes are available: {0} Preemption is not helpful for "
      "scheduling.",
      nodes, join(parts, ", "));
}

void refuse_for_now(KubeCluster& cluster, const Json& pod, const std::string& why,
                    const char* scheduler = "default-scheduler") {
  const Json& before = kube::condition(pod, "PodScheduled");
  if (before.at("message").string_or() == why) return;
  cluster.edit("pods", kube::namespace_of(pod), name_of(pod), [&](Json& stored) {
    kube::set_condition(stored, "PodScheduled", "False", "Unschedulable", why, cluster.world().now());
  });
  cluster.event(pod, "Warning", "FailedScheduling", why, scheduler);
}

}  // namespace

Fit fit(const Json& spec, const Json& node) {
  Fit out;
  out.selected = selected(spec, node);
  const Json& taints = node.at("spec").at("taints");
  for (std::size_t i = 0; i < taints.size() && out.taint.empty(); i++) {
    const Json& taint = taints.item(i);
    if (taint.at("effect").string_or() == "PreferNoSchedule" || tolerates(spec.at("tolerations"), taint)) continue;
    out.taint = taint.at("key").string_or() + ": " + taint.at("value").string_or();
  }
  return out;
}

void note_placed(KubeCluster& cluster, const Json& pod, const std::string& node) {
  std::string home = kube::namespace_of(pod), name = name_of(pod);
  cluster.event(pod, "Normal", "Scheduled", fmt::format("Successfully assigned {}/{} to {}", home, name, node),
                "default-scheduler");
  cluster.edit("pods", home, name, [&](Json& stored) {
    stored["spec"]["nodeName"] = node;
    kube::set_condition(stored, "PodScheduled", "True", "", "", cluster.world().now());
    for (Json& condition : stored["status"]["conditions"].as_array()) {
      for (const char* member : {"reason", "message"}) {
        if (condition.at(member).string_or("x").empty()) condition.erase(member);
      }
    }
  });
}

void schedule(KubeCluster& cluster, const Json& pod) {
  const Json& spec = pod.at("spec");
  if (spec.at("schedulerName").string_or() == "fargate-scheduler" && is_active(pod))
    return refuse_for_now(cluster, pod, cluster.not_lived(true), "fargate-scheduler");
  if (!spec.at("nodeName").string_or().empty() || spec.at("schedulerName").string_or() != "default-scheduler" ||
      !is_active(pod))
    return;
  auto nodes = cluster.list("nodes");
  std::map<std::string, int> reasons;
  Room more = asked(spec);
  std::string best;
  std::int64_t best_pods = 0;
  for (const Json* node : nodes) {
    Fit f = fit(spec, *node);
    std::vector<std::string> faults;
    Room used;
    if (!f.selected) {
      faults.emplace_back("node(s) didn't match Pod's node affinity/selector");
    } else if (!f.taint.empty()) {
      faults.push_back("node(s) had untolerated taint {" + f.taint + "}");
    } else {
      used = taken(cluster, name_of(*node));
      faults = shortages(used, more, *node);
    }
    for (const std::string& fault : faults) reasons[fault]++;
    if (!faults.empty()) continue;
    if (best.empty() || used.pods < best_pods) best = name_of(*node), best_pods = used.pods;
  }
  if (best.empty()) {
    const std::string missing = cluster.not_lived(false);
    return refuse_for_now(cluster, pod, why_not(reasons, nodes.size()) + (missing.empty() ? "" : "; " + missing));
  }
  note_placed(cluster, pod, best);
}

}  // namespace drydock::twin::kubernetes::controllers

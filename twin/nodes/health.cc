// Nodes that have joined go on posting their status. One that can no longer reach the API server, or is no longer known
// there, is declared unknown by the node controller after its grace period, and comes back when the cause is gone.
// https://kubernetes.io/docs/concepts/architecture/nodes/#node-heartbeats
#include <fmt/format.h>

#include "cloud/aws/arn.h"
#include "twin/iam/access.h"
#include "twin/nodes/state.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {
namespace {

using namespace std::chrono_literals;
constexpr auto kGracePeriod = 50s;  // node-monitor-grace-period
constexpr auto kUnreachable = "node.kubernetes.io/unreachable";

/// One heartbeat: the path, and who the API server takes the node for.
Outcome heartbeat(Nodes::State& state, const Node& node, const aws::Instance& instance) {
  const auto* cluster = state.world.table<aws::eks::Cluster>(node.region).find(node.cluster);
  auto* kube = state.kube(node);
  if (!cluster || !kube) return {};  // the cluster is gone, and its nodes with it
  Outcome outcome = reach(state.networks, state.place_of(instance, node.region), cluster->host, 443);
  if (!outcome.ok()) {
    outcome.words = {fmt::format(
        "\"Failed to ensure lease exists, will retry\" err=\"Get "
        "\\\"https://{}/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{}\\\": {}\" interval=\"7s\"",
        cluster->host, node.name, dial_error(outcome))};
    return outcome;
  }
  const auto user = kube->map_identity(identity_of(state.world, node));
  const aws::Role* role = iam::role_by_arn(state.world, node.role);
  if (user && role && role->RoleId == node.roleId) return outcome;
  outcome.kind = Outcome::Kind::denied;
  outcome.cause = user ? "iam.role-gone" : "kubernetes.unauthorized";
  outcome.why = user ? fmt::format("the role {} was deleted", node.role)
                     : fmt::format("no mapping for {} any more: {}", node.role, user.error().message);
  outcome.words = {"\"Failed to ensure lease exists, will retry\" err=\"Unauthorized\" interval=\"7s\""};
  return outcome;
}

void mark(Nodes::State& state, const Node& node, bool known) {
  auto* kube = state.kube(node);
  if (!kube) return;
  kube->edit("nodes", "", node.name, [&](Json& live) {
    const kube::Time now = state.world.now();
    if (known)
      kube::set_condition(live, "Ready", node.network ? "True" : "False",
                          node.network ? "KubeletReady" : "KubeletNotReady",
                          node.network ? "kubelet is posting ready status" : kNetworkNotReady, now);
    else
      for (const char* type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"})
        kube::set_condition(live, type, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", now);
    if (known)
      for (const char* type : {"MemoryPressure", "DiskPressure", "PIDPressure"})
        kube::set_condition(live, type, "False", "KubeletHasSufficient", "kubelet is posting", now);
    Json& taints = live["spec"]["taints"];
    if (taints.is_null()) taints = Json::array();
    std::erase_if(taints.as_array(), [](const Json& taint) { return taint.at("key").string_or() == kUnreachable; });
    if (!known)
      for (const char* effect : {"NoSchedule", "NoExecute"})
        taints.push_back(Json::object({{"key", kUnreachable}, {"effect", effect}}));
    if (taints.size() == 0) live["spec"].erase("taints");
  });
  if (const Json* live = kube->get("nodes", "", node.name)) {
    const Json object = *live;
    kube->event(object, "Normal", known ? "NodeReady" : "NodeNotReady",
                fmt::format("Node {} status is now: {}", node.name, known ? "NodeReady" : "NodeNotReady"),
                "node-controller");
  }
}

}  // namespace

kubernetes::StsIdentity identity_of(const World& world, const Node& node) {
  kubernetes::StsIdentity identity;
  identity.account = world.account();
  identity.user_id = node.roleId + ":" + node.instanceId;
  identity.arn = fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", aws::partition_of(node.region), identity.account,
                             node.role.substr(node.role.rfind('/') + 1), node.instanceId);
  return identity;
}

void Nodes::State::check_health(const std::string& region, const std::string& id) {
  const Node* found = nodes(region).find(id);
  const aws::Instance* machine = found ? instance(*found) : nullptr;
  if (!machine) return;
  const Outcome outcome = heartbeat(*this, *found, *machine);
  if (outcome.ok() == found->open.empty()) return;  // no news
  Node& node = *nodes(region).edit(id);
  if (outcome.ok()) {
    retell(node, node.open, [&](Entry& entry) { entry.result = "healed", entry.until = now(); });
    node.open.clear();
    if (std::exchange(node.lost, false)) mark(*this, node, true);
    return;
  }
  const BootStep step{.id = "heartbeat",
                      .track = drydock::eks::Track::node,
                      .actor = "kubelet",
                      .what = "posts its status",
                      .retry = 7s};
  Entry entry = entry_of(node, step, outcome, machine->privateIpAddress, now(), 0);
  entry.result = "waiting";
  entry.retry = 7000;
  node.open = tell(node, entry);
  world.clock().after(kGracePeriod, Clock::Kind::completes, "nodes.lost",
                      Json::object({{"region", region}, {"instance", id}, {"entry", node.open}}));
}

void Nodes::State::declare_lost(const Json& argument) {
  Node* node = nodes(argument.at("region").string_or()).edit(argument.at("instance").string_or());
  if (!node || node->open != argument.at("entry").string_or() || node->state == "gone") return;
  node->lost = true;
  mark(*this, *node, false);
}

}  // namespace drydock::twin::nodes

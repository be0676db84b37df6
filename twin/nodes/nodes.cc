#include "twin/nodes/nodes.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "cloud/eks/registries.h"
#include "twin/nodes/controller_start.h"
#include "twin/nodes/state.h"

namespace drydock::twin::nodes {
namespace {

constexpr std::size_t kAtOnce = 250;  // items of one event: a request must not wait for a thousand nodes

ApiResult no_node(const std::string& name) {
  return refuse("NodeNotFound", fmt::format("no node or instance '{}'; `drydock node ls` lists them", name), 404);
}

}  // namespace

const drydock::eks::UserData& Nodes::State::user_data_of(const aws::Instance& instance) {
  auto it = user_data.find(instance.instanceId);
  if (it == user_data.end())
    it = user_data
             .emplace(instance.instanceId,
                      drydock::eks::parse_user_data(unbase64(instance.userData).value_or(instance.userData)))
             .first;
  return it->second;
}

void Nodes::State::plan(Node& node, std::int64_t due) {
  node.due = due;
  auto [slot, fresh] = agenda.try_emplace(due);
  slot->second.push_back({false, node.region, node.instanceId});
  if (fresh) world.clock().at(from_epoch_millis(due), Clock::Kind::completes, "nodes.tick");
}

void Nodes::State::plan(Pod& pod, const std::string& key, std::int64_t due) {
  pod.due = due;
  auto [slot, fresh] = agenda.try_emplace(due);
  slot->second.push_back({true, pod.region, key});
  if (fresh) world.clock().at(from_epoch_millis(due), Clock::Kind::completes, "nodes.tick");
}

void Nodes::State::tick() {
  std::vector<Item> items;
  for (auto slot = agenda.begin(); slot != agenda.end() && slot->first <= now(); slot = agenda.begin()) {
    while (!slot->second.empty() && items.size() < kAtOnce) {
      items.push_back(std::move(slot->second.front()));
      slot->second.pop_front();
    }
    if (!slot->second.empty()) {  // the rest comes after others had their turn
      world.clock().at(world.now(), Clock::Kind::completes, "nodes.tick");
      break;
    }
    agenda.erase(slot);
  }
  for (const Item& item : items) {
    if (item.pod) {
      Pod* pod = world.table<Pod>(item.region).edit(item.key);
      if (!pod || !pod->due || pod->due > now()) continue;
      pod->due = 0;
      run_pod(item.region, item.key);
    } else {
      Node* node = nodes(item.region).edit(item.key);
      if (!node || !node->due || node->due > now()) continue;
      node->due = 0;
      walk(item.region, item.key);
    }
  }
  for (kubernetes::KubeCluster* kube : kubernetes.all()) kube->settle();
}

Nodes::Nodes(World& world, Neighbours neighbours) : state_(std::make_unique<State>(world, neighbours)) {
  State& s = *state_;
  // A handler of ours changes nothing that others wait for; all else makes the waiting try again.
  const auto own = [&s](auto run) {
    return [&s, run](World&, const Json& argument) {
      run(argument);
      s.own_change = true;
    };
  };
  Clock& clock = world.clock();
  clock.handle("nodes.tick", own([&s](const Json&) { s.tick(); }));
  clock.handle("nodes.gives-up", own([&s](const Json& a) { s.give_up(a); }));
  clock.handle("nodes.retry", own([&s](const Json&) {
                 s.retry_asked = false;
                 const auto nodes = s.waiting_nodes;
                 for (const auto& [region, id] : nodes) s.retry_node(region, id);
                 const auto pods = s.waiting_pods;
                 for (const auto& [region, key] : pods) s.retry_pod(region, key);
                 const auto members = s.members;
                 for (const auto& [region, id] : members) s.check_health(region, id);
               }));
  clock.handle("nodes.lost", own([&s](const Json& a) { s.declare_lost(a); }));
  world.on_change([&s] {
    if (std::exchange(s.own_change, false)) return;
    s.networks.forget();
    for (kubernetes::KubeCluster* kube : s.kubernetes.all()) s.watch(*kube);
    if (s.retry_asked || (s.waiting_nodes.empty() && s.waiting_pods.empty() && s.members.empty())) return;
    s.retry_asked = true;
    s.world.clock().at(s.world.now(), Clock::Kind::completes, "nodes.retry");
  });
  neighbours.ec2->on_instance(
      [&s](World&, const std::string& region, const aws::Instance& instance, const std::string& what) {
        s.networks.forget();
        s.instance_changed(region, instance, what);
      });

  for (const std::string& region : world.regions(Node::kTable))
    for (const auto& [id, node] : world.table<Node>(region)) {
      if (node.state == "waiting") s.waiting_nodes.insert({region, id});
      if (node.state == "joined" || node.state == "ready") s.members.insert({region, id});
      if (node.due) s.agenda[node.due].push_back({false, region, id});
      if (!node.cluster.empty() && !node.name.empty() && node.state != "gone")
        s.instance_of[region + "/" + node.cluster + "/" + node.name] = id;
    }
  for (const std::string& region : world.regions(Pod::kTable))
    for (const auto& [key, pod] : world.table<Pod>(region)) {
      if (pod.state == "waiting") s.waiting_pods.insert({region, key});
      if (!pod.address.empty()) s.pod_addresses[pod.instanceId].insert(pod.address);
      if (pod.due) s.agenda[pod.due].push_back({true, region, key});
    }
  for (kubernetes::KubeCluster* kube : s.kubernetes.all()) s.watch(*kube);

  if (!neighbours.front) return;
  neighbours.front->control("GET", "/_drydock/nodes", [](World& w, Call&) -> ApiResult {
    return Json::object({{"nodes", list_nodes(w)}, {"time", iso_millis(w.now())}});
  });
  neighbours.front->control("GET", "/_drydock/nodes/{name}/story", [](World& w, Call& call) -> ApiResult {
    Json story = story_of(w, call.text("name"));
    return story.is_null() ? no_node(call.text("name")) : ApiResult(std::move(story));
  });
  neighbours.front->status([](World& w, Json& status) {
    Json counts = Json::object();
    for (const std::string& region : w.regions(Node::kTable))
      for (const auto& [id, node] : w.table<Node>(region)) counts[node.state] = counts.at(node.state).int_or(0) + 1;
    status["nodes"] = counts;
  });
}

Nodes::~Nodes() = default;

std::string Nodes::run_nodeadm(const std::string& region, const std::string& instance_id) {
  return state_->run_nodeadm(region, instance_id);
}

void Nodes::try_again(const std::string&) {
  state_->networks.forget();
  if (std::exchange(state_->retry_asked, true)) return;
  state_->world.clock().at(state_->world.now(), Clock::Kind::completes, "nodes.retry");
}

std::string private_dns_name(World& world, const std::string& region, const std::string& instance_id) {
  const aws::Instance* instance = world.table<aws::Instance>(region).find(instance_id);
  return instance ? instance->privateDnsName : "";
}

Result<std::vector<std::string>> logs(World& world, const std::string& region, const std::string& cluster,
                                      const Json& pod, const std::string& container) {
  const std::string key = region + "/" + cluster + "/" + kube::namespace_of(pod) + "/" + kube::name_of(pod);
  const Pod* found = world.table<Pod>(region).find(key);
  if (!found) return fail(ErrorCode::unavailable, "the pod runs on no node of this twin");
  std::vector<std::string> lines;
  if (container == "aws-vpc-cni-init") lines = {"Copying CNI plugin binaries ...", "CNI init container done"};
  if (container == "aws-node")
    lines = {"Installed /host/opt/cni/bin/aws-cni", "Starting IPAM daemon... ", "Checking for IPAM connectivity... "};
  if (container == "aws-node" && found->state == "running")
    lines.insert(lines.end(), {"Copying config file... ", "Successfully copied CNI plugin binary and config file."});
  if (const Entry* open = found->open.empty() ? nullptr : world.table<Entry>(region).find(found->open);
      open && open->actor == "ipamd")
    lines.insert(lines.end(), open->words.begin(), open->words.end());
  for (const Json& one : containers_of(pod))
    if (const auto* controller = one.at("name").string_or() == container ? controller_in(one) : nullptr)
      for (const auto& [entry_key, entry] : world.table<Entry>(region))
        if (entry.actor == controller->name && entry_key.starts_with(found->instanceId + "/"))
          lines.insert(lines.end(), entry.words.begin(), entry.words.end());
  return lines;
}

}  // namespace drydock::twin::nodes

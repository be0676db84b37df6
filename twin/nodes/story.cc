#include <fmt/format.h>

#include <algorithm>

#include "twin/nodes/state.h"

namespace drydock::twin::nodes {
namespace {

/// How often a waiting step has been tried by now: its component tries at once, then every `retry`.
std::int64_t attempts(const Entry& entry, std::int64_t now) {
  if (entry.retry <= 0) return 1;
  return 1 + ((entry.until ? entry.until : now) - entry.at) / entry.retry;
}

Json entry_json(const Entry& entry, std::int64_t now) {
  Json out = Json::object({{"boot", entry.boot},
                           {"at", iso_millis(from_epoch_millis(entry.at))},
                           {"ms", entry.at},
                           {"step", entry.step},
                           {"actor", entry.actor},
                           {"what", entry.what},
                           {"result", entry.result}});
  if (const int number = drydock::eks::boot_step_number(entry.step)) out["number"] = number;
  if (entry.until) out["until"] = iso_millis(from_epoch_millis(entry.until));
  out["seconds"] = static_cast<double>((entry.until ? entry.until : now) - entry.at) / 1000.0;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  add("call", entry.call), add("from", entry.from), add("to", entry.to), add("through", entry.through);
  add("cause", entry.cause), add("why", entry.why);
  if (entry.result != "ok" && entry.result != "skipped") out["attempts"] = attempts(entry, now);
  if (!entry.words.empty()) out["words"] = fields::encode(entry.words);
  if (!entry.path.empty()) out["path"] = fields::encode(entry.path);
  return out;
}

Json node_json(World& world, const Node& node) {
  const aws::Instance* instance = world.table<aws::Instance>(node.region).find(node.instanceId);
  Json out = Json::object({{"instanceId", node.instanceId},
                           {"name", node.name.empty() && instance ? instance->privateDnsName : node.name},
                           {"cluster", node.cluster},
                           {"region", node.region},
                           {"state", node.state},
                           {"step", node.step},
                           {"boots", node.boots}});
  if (const int number = drydock::eks::boot_step_number(node.step)) out["number"] = number;
  out["steps"] = drydock::eks::boot_chain().size();
  if (instance) {
    out["privateIp"] = instance->privateIpAddress;
    out["subnet"] = instance->subnetId;
    out["launched"] = instance->launchTime;
  }
  const Entry* open = node.open.empty() ? nullptr : world.table<Entry>(node.region).find(node.open);
  if (open) out["why"] = open->why;
  return out;
}

}  // namespace

Entry entry_of(const Node& node, const BootStep& step, const Outcome& outcome, const std::string& from, std::int64_t at,
               std::int64_t until) {
  Entry entry{.boot = node.boots,
              .at = at,
              .until = until,
              .step = std::string(step.id),
              .actor = std::string(step.actor),
              .what = std::string(step.what),
              .call = std::string(step.action),
              .from = from};
  if (!outcome.host.empty())
    entry.to = outcome.address.empty() ? outcome.host : fmt::format("{} ({})", outcome.host, outcome.address);
  entry.through = outcome.endpoint;
  entry.cause = outcome.cause;
  entry.why = outcome.why;
  entry.words = outcome.words;
  entry.path = outcome.path;
  return entry;
}

std::string Nodes::State::tell(Node& node, Entry entry) {
  std::string key = fmt::format("{}/{:06}", node.instanceId, ++node.entries);
  world.table<Entry>(node.region).put(key, std::move(entry));
  return key;
}

void Nodes::State::retell(const Node& node, const std::string& key, const std::function<void(Entry&)>& change) {
  if (Entry* entry = world.table<Entry>(node.region).edit(key)) change(*entry);
}

Json list_nodes(World& world) {
  Json out = Json::array();
  for (const std::string& region : world.regions(Node::kTable))
    for (const auto& [id, node] : world.table<Node>(region))
      if (node.state != "gone") out.push_back(node_json(world, node));
  return out;
}

Json story_of(World& world, std::string_view name) {
  const Node* found = nullptr;
  for (const std::string& region : world.regions(Node::kTable))
    for (const auto& [id, node] : world.table<Node>(region)) {
      const aws::Instance* instance = world.table<aws::Instance>(region).find(id);
      const bool called = id == name || node.name == name ||
                          (instance && (instance->privateDnsName == name || instance->privateIpAddress == name));
      if (called && (!found || found->state == "gone")) found = &node;
    }
  if (!found) return {};
  Json out = node_json(world, *found);
  Json story = Json::array();
  const Table<Entry>& entries = world.table<Entry>(found->region);
  const std::string prefix = found->instanceId + "/";
  std::vector<const Entry*> list;
  for (auto it = entries.lower_bound(prefix); it != entries.end() && it->first.starts_with(prefix); ++it)
    list.push_back(&it->second);
  // aws-node and kube-proxy start side by side: by time, in order of telling where that is equal.
  std::stable_sort(list.begin(), list.end(), [](const Entry* a, const Entry* b) { return a->at < b->at; });
  for (const Entry* entry : list) story.push_back(entry_json(*entry, epoch_millis(world.now())));
  out["story"] = std::move(story);
  out["time"] = iso_millis(world.now());
  return out;
}

}  // namespace drydock::twin::nodes

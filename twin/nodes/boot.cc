// From launch to registration: the track `node` of the boot chain, walked.
#include "twin/nodes/boot_attempt.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {
namespace {

using drydock::eks::boot_chain;
using drydock::eks::boot_step;
using drydock::eks::Then;
using drydock::eks::Track;
using Kind = Outcome::Kind;

/// Steps run in batches that end here, so that a node costs few events; each step still has its own time.
bool ends_batch(std::string_view step) {
  return step == "launch" || step == "ec2.describe-instances" || step == "node.register";
}

const BootStep* next_of(const BootStep& step) {
  const auto& chain = boot_chain();
  const std::size_t next = static_cast<std::size_t>(&step - chain.data()) + 1;
  return next < chain.size() && chain[next].track == Track::node ? &chain[next] : nullptr;
}

std::int64_t millis(std::chrono::milliseconds time) { return time.count(); }

bool starts_kubelet(const std::string& script) {
  return script.find("systemctl") != std::string::npos && script.find("kubelet") != std::string::npos &&
         (script.find("enable --now") != std::string::npos || script.find("start") != std::string::npos);
}

/// After nodeadm-config has failed: nothing that requires it starts, but cloud-init goes on and runs the user's
/// scripts.
void aftermath(Nodes::State& state, Node& node, const aws::Instance& instance) {
  Entry run{.boot = node.boots,
            .at = state.now(),
            .until = state.now(),
            .step = "run",
            .actor = "systemd",
            .what = "does not start kubelet",
            .result = "skipped"};
  run.words = {"Dependency failed for nodeadm-run.service", "kubelet.service: inactive (dead)"};
  state.tell(node, run);
  for (const std::string& script : state.user_data_of(instance).scripts) {
    if (!starts_kubelet(script)) continue;
    Entry kubelet{.boot = node.boots,
                  .at = state.now() + 2000,
                  .step = "kubelet",
                  .actor = "kubelet",
                  .what = "is started by a script of the user data",
                  .result = "failed"};
    kubelet.cause = "kubelet.no-environment";
    kubelet.why = "nodeadm-config writes /etc/eks/kubelet/environment last, and it never came so far";
    kubelet.words = kubelet_without_environment();
    kubelet.retry = 5000;
    state.tell(node, kubelet);
    return;
  }
}

void die(Nodes::State& state, Node& node, const aws::Instance& instance, const BootStep& step, const Words& words) {
  state.retell(node, node.open, [&](Entry& entry) {
    entry.result = "dead";
    entry.until = state.now();
    if (!words.empty()) entry.words.insert(entry.words.end(), words.begin(), words.end());
  });
  node.open.clear();
  node.deadline.clear();
  node.state = "dead";
  state.waiting_nodes.erase({node.region, node.instanceId});
  if (step.actor == "nodeadm-config" || step.actor == "nodeadm-boot-hook") aftermath(state, node, instance);
}

Then reaction(const BootStep& step, Kind kind) {
  return kind == Kind::dropped ? step.dropped : kind == Kind::unresolved ? step.unresolved : step.denied;
}

/// A failed step: the node dies, waits, or shrugs. True if it goes on.
bool react(Nodes::State& state, Node& node, const aws::Instance& instance, const BootStep& step, const Outcome& outcome,
           std::int64_t at) {
  const Then then = reaction(step, outcome.kind);
  Entry entry = entry_of(node, step, outcome, instance.privateIpAddress, at, 0);
  entry.result = then == Then::goes_on ? "failed" : "waiting";
  entry.retry = millis(step.retry);
  if (then == Then::goes_on) {
    entry.until = at + millis(step.takes);
    state.tell(node, entry);
    return true;
  }
  node.open = state.tell(node, entry);
  // What the SDK does not retry (a name that does not exist, no profile) ends at once, whatever the deadline.
  if (then == Then::dies && (step.deadline.count() == 0 || outcome.kind == Kind::unresolved)) {
    die(state, node, instance, step, {});
    return false;
  }
  node.state = "waiting";
  state.waiting_nodes.insert({node.region, node.instanceId});
  if (then == Then::dies)
    node.deadline = state.world.clock().at(
        from_epoch_millis(at + millis(step.deadline)), Clock::Kind::gives_up, "nodes.gives-up",
        Json::object({{"region", node.region}, {"instance", node.instanceId}, {"entry", node.open}}));
  return false;
}

/// When the batch that begins with the node's step is over.
std::int64_t batch_end(const Node& node) {
  std::int64_t due = node.since;
  for (const BootStep* step = boot_step(node.step); step; step = next_of(*step)) {
    due += millis(step->takes);
    if (ends_batch(step->id)) break;
  }
  return due;
}

void begin_boot(Nodes::State& state, Node& node, const char* step = "imds") {
  node.state = "booting";
  node.step = step;
  node.since = state.now();
  node.open.clear();
  node.network = node.registryToken = node.lost = false;
  state.members.erase({node.region, node.instanceId});
  state.plan(node, batch_end(node));
}

/// nodeadm's last words when it has waited for EC2 in vain; none for other steps, whose words say all.
Words last_words(const BootStep& step, const Outcome& outcome) {
  if (step.id == "ec2.describe-instances") return describe_instances_ended(outcome);
  if (step.id == "credentials" && outcome.kind == Kind::denied)
    return {"Command failed error=exceeded max wait time for InstanceCondition waiter"};
  return {};
}

}  // namespace

void Nodes::State::instance_changed(const std::string& region, const aws::Instance& instance, const std::string& what) {
  Table<Node>& table = nodes(region);
  if (what == "pending") {
    Node node{.instanceId = instance.instanceId, .region = region, .since = now()};
    Entry entry = entry_of(node, *boot_step("launch"), {}, "", now(), 0);
    entry.result = "waiting";
    node.open = tell(node, entry);
    table.put(instance.instanceId, node);
    return;
  }
  Node* node = table.edit(instance.instanceId);
  if (!node) return;
  if (what == "running" && node->step == "launch") {
    retell(*node, node->open,
           [&](Entry& entry) { entry.result = "ok", entry.until = now(), entry.from = instance.privateIpAddress; });
    return begin_boot(*this, *node);
  }
  if (what == "rebooted") {
    waiting_nodes.erase({region, instance.instanceId});
    if (!node->deadline.empty()) world.clock().cancel(node->deadline);
    node->deadline.clear();
    ++node->boots;
    return begin_boot(*this, *node);
  }
  if (what == "terminated" || what == "shutting-down") {
    waiting_nodes.erase({region, instance.instanceId});
    if (!node->deadline.empty()) world.clock().cancel(node->deadline);
    node->deadline.clear();
    if (node->state != "gone") leave(*node, what);
    user_data.erase(instance.instanceId);
  }
}

void Nodes::State::walk(const std::string& region, const std::string& id) {
  Node* node = nodes(region).edit(id);
  if (!node || node->state != "booting") return;
  const aws::Instance* machine = instance(*node);
  if (!machine) return;
  BootAttempt attempt(*this, *node, *machine);
  for (const BootStep* step = boot_step(node->step); step; step = next_of(*step)) {
    node->step = step->id;
    const std::int64_t done = node->since + millis(step->takes);
    if (done > now()) return plan(*node, batch_end(*node));
    const Outcome outcome = attempt.perform(*step);
    if (!outcome.ok() && !react(*this, *node, *machine, *step, outcome, node->since)) return;
    if (outcome.ok()) tell(*node, entry_of(*node, *step, outcome, machine->privateIpAddress, node->since, done));
    node->since = done;
  }
  node->state = "joined";
  members.insert({region, id});
  if (node->boots > 1) restart_pods(*node);
}

void Nodes::State::retry_node(const std::string& region, const std::string& id) {
  const Node* found = nodes(region).find(id);
  if (!found || found->state != "waiting") {
    waiting_nodes.erase({region, id});
    return;
  }
  Node trial = *found;
  const aws::Instance* machine = instance(trial);
  const BootStep* step = boot_step(trial.step);
  if (!machine || !step) return;
  const Outcome outcome = BootAttempt(*this, trial, *machine).perform(*step);
  if (!outcome.ok()) {  // the same again is no news; another cause is
    const Entry* open = world.table<Entry>(region).find(trial.open);
    if (open && (open->cause != outcome.cause || open->why != outcome.why))
      retell(trial, trial.open, [&](Entry& entry) {
        entry.cause = outcome.cause, entry.why = outcome.why, entry.words = outcome.words, entry.path = outcome.path;
        entry.through = outcome.endpoint;
      });
    return;
  }
  waiting_nodes.erase({region, id});
  if (!trial.deadline.empty()) world.clock().cancel(trial.deadline);
  trial.deadline.clear();
  retell(trial, trial.open, [&](Entry& entry) { entry.result = "healed", entry.until = now(); });
  trial.open.clear();
  trial.state = "booting";
  trial.since = now();
  const BootStep* next = next_of(*step);
  trial.step = next ? next->id : step->id;
  if (next) {
    plan(trial, batch_end(trial));
  } else {
    trial.state = "joined";
  }
  nodes(region).put(id, trial);
  if (!next) members.insert({region, id});
  if (!next && trial.boots > 1) restart_pods(trial);
}

std::string Nodes::State::run_nodeadm(const std::string& region, const std::string& id) {
  Node* node = nodes(region).edit(id);
  const aws::Instance* machine = node ? instance(*node) : nullptr;
  if (!machine) return "there is no such node";
  Node trial = *node;
  BootAttempt attempt(*this, trial, *machine);
  for (const BootStep* step = boot_step("user-data"); step && step->actor == "nodeadm-config"; step = next_of(*step))
    if (const Outcome outcome = attempt.perform(*step); !outcome.ok()) {
      const Words words = last_words(*step, outcome);
      return !words.empty() ? words.back() : outcome.words.empty() ? outcome.why : outcome.words.back();
    }
  if (node->state != "dead" && node->state != "waiting") return {};
  if (!node->deadline.empty()) world.clock().cancel(node->deadline);
  if (!node->open.empty())
    retell(*node, node->open, [&](Entry& entry) { entry.until = now(), entry.result = "failed"; });
  node->deadline.clear();
  waiting_nodes.erase({region, id});
  begin_boot(*this, *node, "user-data");
  return {};
}

void Nodes::State::give_up(const Json& argument) {
  const std::string region = argument.at("region").string_or();
  Node* node = nodes(region).edit(argument.at("instance").string_or());
  if (!node || node->state != "waiting" || node->open != argument.at("entry").string_or()) return;
  const aws::Instance* machine = instance(*node);
  const BootStep* step = boot_step(node->step);
  if (!machine || !step) return;
  const Outcome outcome = BootAttempt(*this, *node, *machine).perform(*step);
  die(*this, *node, *machine, *step, last_words(*step, outcome));
}

}  // namespace drydock::twin::nodes

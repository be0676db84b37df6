// What a node's kubelet does with the pods it is given: pulls images, starts containers, tells the API server.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/eks/registries.h"
#include "twin/nodes/state.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {
namespace {

using drydock::eks::boot_step;
using Kind = Outcome::Kind;
constexpr int kPodAddresses = 5;  // what one more ENI slot of a t3.medium's first interface gives at start
constexpr std::int64_t kStartTakes = 1500;
constexpr std::int64_t kPullTakes = 3300;   // the four calls of a pull, by the chain's nominal times
constexpr std::int64_t kIpamdTakes = 4700;  // its EC2 calls, and kubelet's look at the CNI configuration
std::string key_of(const std::string& region, const std::string& cluster, const std::string& name_space,
                   const std::string& name) {
  return region + "/" + cluster + "/" + name_space + "/" + name;
}

/// What stops a pod: in which container, and what people see of it.
struct Obstacle {
  std::string step, cause, why;
  std::size_t container = 0;  // in init containers first, then the others
  bool crash = false;         // CrashLoopBackOff rather than ImagePullBackOff
  bool network = false;       // not even a sandbox
  std::string message;        // the pull's error, or the crash's last words
  Outcome outcome;
};

bool is_host_network(const Json& pod) { return pod.path("spec.hostNetwork").bool_or(false); }

std::vector<Json> containers_of(const Json& pod) {
  std::vector<Json> out;
  for (const char* list : {"initContainers", "containers"})
    for (std::size_t i = 0; i < pod.at("spec").at(list).size(); ++i) out.push_back(pod.at("spec").at(list).item(i));
  return out;
}
std::size_t init_count(const Json& pod) { return pod.path("spec.initContainers").size(); }

bool is_cni(const Json& container) {
  return drydock::eks::parse_image(container.at("image").string_or()).repository == "amazon-k8s-cni";
}

/// The chain's step for a call of a pull, where the image is one of the chain's; else a made-up one of the same shape.
BootStep pull_step(const std::string& repository, std::string_view call) {
  static const std::map<std::string, std::string, std::less<>> kKnown = {{"amazon-k8s-cni-init", "pull.cni-init."},
                                                                         {"amazon-k8s-cni", "pull.cni."},
                                                                         {"eks/kube-proxy", "pull.kube-proxy."}};
  auto it = kKnown.find(repository);
  const BootStep* step = boot_step((it == kKnown.end() ? "pull.cni." : it->second) + std::string(call));
  BootStep copy = *step;
  if (it == kKnown.end()) {
    static std::set<std::string> kIds;  // step ids are views
    copy.id = *kIds.insert("pull." + repository + "." + std::string(call)).first;
    copy.image = {};
  }
  return copy;
}

/// One pod on one node, tried once from where it stands.
class Attempt {
 public:
  Attempt(Nodes::State& state, Node& node, const aws::Instance& instance, const Json& pod, std::int64_t at)
      : state_(state),
        node_(node),
        instance_(instance),
        pod_(pod),
        place_(state.place_of(instance, node.region)),
        at_(at) {}

  std::optional<Obstacle> perform() {
    if (!is_host_network(pod_) && !node_.network) {
      Obstacle obstacle{
          .step = "sandbox", .cause = "network.not-ready", .why = "the node's network is not ready", .network = true};
      obstacle.message = std::string("network is not ready: ") + kNetworkNotReady;
      return obstacle;
    }
    const auto containers = containers_of(pod_);
    std::optional<Obstacle> first;
    for (std::size_t i = 0; i < containers.size(); ++i) {
      auto obstacle = run(containers[i], i);
      if (!obstacle) continue;
      if (!first) first = obstacle;
      if (i < init_count(pod_)) return first;
    }
    return first;
  }
  std::int64_t at() const { return at_; }
  /// What went well on the way. A retry that meets the same wall again keeps silent.
  void flush() {
    for (Entry& entry : entries_) state_.tell(node_, std::move(entry));
    entries_.clear();
  }

 private:
  std::optional<Obstacle> run(const Json& container, std::size_t index) {
    if (auto obstacle = pull(container.at("image").string_or())) {
      obstacle->container = index;
      return obstacle;
    }
    if (!is_cni(container) || node_.network) return std::nullopt;
    auto obstacle = start_ipamd();
    if (obstacle) obstacle->container = index;
    return obstacle;
  }

  std::optional<Obstacle> pull(const std::string& image) {
    if (std::find(node_.images.begin(), node_.images.end(), image) != node_.images.end()) return std::nullopt;
    const auto name = drydock::eks::parse_image(image);
    if (name.host == "localhost") return std::nullopt;
    for (const char* call : {"token", "manifest", "grant", "layers"}) {
      const BootStep step = pull_step(name.repository, call);
      if (std::string_view(call) == "token" && (node_.registryToken || name.ecr_account.empty())) continue;
      const Outcome outcome = pull_call(step, call, name);
      if (!outcome.ok()) {
        Obstacle obstacle{.step = std::string(step.id),
                          .cause = outcome.cause,
                          .why = outcome.why,
                          .message = pull_error(image, call, outcome),
                          .outcome = outcome};
        obstacle.outcome.words = {obstacle.message};
        if (std::string_view(call) == "token")
          obstacle.outcome.words.insert(obstacle.outcome.words.begin(),
                                        "Failed getting credential from external registry credential provider: error "
                                        "execing credential provider plugin ecr-credential-provider for image " +
                                            image);
        return obstacle;
      }
      if (std::string_view(call) == "token") node_.registryToken = true;
      told(step, outcome);
    }
    node_.images.push_back(image);
    return std::nullopt;
  }

  Outcome pull_call(const BootStep& step, std::string_view call, const drydock::eks::ImageName& name) {
    if (name.ecr_account.empty())
      return reach(state_.networks, place_, name.host == "docker.io" ? "registry-1.docker.io" : name.host, 443);
    const std::string layers = drydock::eks::layer_bucket(name.ecr_region);
    const std::map<std::string, std::string, std::less<>> values = {
        {"region", name.ecr_region},
        {"suffix", std::string(aws::dns_suffix_of(name.ecr_region))},
        {"registry", name.ecr_account},
        {"layers", layers},
        {"partition", std::string(aws::partition_of(name.ecr_region))},
        {"repository", name.repository}};
    Outcome outcome = reach(state_.networks, place_, drydock::eks::fill_in(step.host, values), step.port);
    if (!outcome.ok()) return outcome;
    const std::string resource = drydock::eks::fill_in(step.resource, values);
    if (call != "layers") return ask(state_.world, place_, node_, step, resource, std::move(outcome));
    return fetch_layer(state_.world, place_,
                       replace_all(resource, "*", name.ecr_account + "/" + hex(sha256(name.repository)).substr(0, 12)),
                       std::move(outcome));
  }

  std::optional<Obstacle> start_ipamd() {
    for (const char* id : {"ipamd.describe-network-interfaces", "ipamd.create-tags", "ipamd.describe-subnets",
                           "ipamd.assign-addresses"}) {
      const BootStep& step = *boot_step(id);
      const std::map<std::string, std::string, std::less<>> values = {
          {"region", node_.region},
          {"suffix", std::string(aws::dns_suffix_of(node_.region))},
          {"eni", place_.interface},
          {"account", state_.world.account()},
          {"partition", std::string(aws::partition_of(node_.region))}};
      Outcome outcome = reach(state_.networks, place_, drydock::eks::fill_in(step.host, values), step.port);
      if (outcome.ok())
        outcome =
            ask(state_.world, place_, node_, step, drydock::eks::fill_in(step.resource, values), std::move(outcome));
      if (!outcome.ok()) outcome.words = ipamd_error(step, place_.interface, outcome);
      if (!outcome.ok() && step.denied != drydock::eks::Then::goes_on) {
        Obstacle obstacle{.step = id, .cause = outcome.cause, .why = outcome.why, .crash = true, .outcome = outcome};
        obstacle.message = outcome.words.back();
        return obstacle;
      }
      told(step, outcome);
    }
    // A full subnet is not fatal: the node gets Ready without addresses for pods.
    const auto* interface = state_.world.table<aws::NetworkInterface>(node_.region).find(place_.interface);
    if (interface && interface->secondaryAddresses.empty())
      (void)state_.ec2.assign_addresses(node_.region, place_.interface, kPodAddresses);
    return see_network();
  }

  std::optional<Obstacle> see_network() {
    const BootStep& step = *boot_step("node.ready");
    const auto* cluster = state_.world.table<aws::eks::Cluster>(node_.region).find(node_.cluster);
    const Outcome outcome = reach(state_.networks, place_, cluster ? cluster->host : "", step.port);
    if (!outcome.ok())
      return Obstacle{
          .step = "node.ready", .cause = outcome.cause, .why = outcome.why, .crash = true, .outcome = outcome};
    told(step, outcome);
    state_.network_ready(node_, at_);
    return std::nullopt;
  }

  void told(const BootStep& step, const Outcome& outcome) {
    const std::int64_t takes =
        std::min<std::int64_t>(step.takes.count(), std::max<std::int64_t>(0, state_.now() - at_));
    Entry entry = entry_of(node_, step, outcome, instance_.privateIpAddress, at_, at_ + takes);
    if (!outcome.ok()) entry.result = "failed";
    entries_.push_back(std::move(entry));
    at_ += takes;
  }

  Nodes::State& state_;
  Node& node_;
  const aws::Instance& instance_;
  const Json& pod_;
  Place place_;
  std::int64_t at_;
  std::vector<Entry> entries_;
};

// --- What the API server is told.

Json waiting(const std::string& reason, const std::string& message = {}) {
  Json state = Json::object({{"reason", reason}});
  if (!message.empty()) state["message"] = message;
  return Json::object({{"waiting", state}});
}
Json running(std::int64_t at) {
  return Json::object({{"running", Json::object({{"startedAt", kube::rfc3339(from_epoch_millis(at))}})}});
}
Json completed(std::int64_t at) {
  const std::string time = kube::rfc3339(from_epoch_millis(at));
  return Json::object(
      {{"terminated",
        Json::object({{"exitCode", 0}, {"reason", "Completed"}, {"startedAt", time}, {"finishedAt", time}})}});
}

Json container_status(const Json& container, Json state, bool ready, std::int64_t restarts) {
  const std::string image = container.at("image").string_or();
  const bool started = state.has("running");
  return Json::object(
      {{"name", container.at("name")},
       {"image", image},
       {"imageID", ready || started ? image.substr(0, image.rfind(':')) + "@sha256:" + hex(sha256(image)) : ""},
       {"ready", ready},
       {"started", started},
       {"restartCount", restarts},
       {"state", std::move(state)}});
}

/// Statuses of all containers. `obstacle` null: everything runs.
void write_statuses(Json& status, const Json& pod, const Obstacle* obstacle, std::int64_t at, std::int64_t restarts) {
  const auto containers = containers_of(pod);
  const std::size_t inits = init_count(pod);
  Json init = Json::array(), main = Json::array();
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const bool is_init = i < inits;
    Json state;
    const bool here = obstacle && obstacle->container == i && !obstacle->network;
    const bool blocked = obstacle && (obstacle->network || (obstacle->container < inits && i > obstacle->container));
    if (here && obstacle->crash)
      state = waiting("CrashLoopBackOff", fmt::format("back-off 5m0s restarting failed container={} pod={}_{}({})",
                                                      containers[i].at("name").string_or(), kube::name_of(pod),
                                                      kube::namespace_of(pod), kube::uid_of(pod)));
    else if (here)
      state = waiting("ImagePullBackOff", fmt::format("Back-off pulling image \"{}\": ErrImagePull: {}",
                                                      containers[i].at("image").string_or(), obstacle->message));
    else if (blocked)
      state = waiting(inits ? "PodInitializing" : "ContainerCreating");
    else
      state = is_init ? completed(at) : running(at);
    const bool fine = !here && !blocked;
    (is_init ? init : main)
        .push_back(container_status(containers[i], state, fine, here && obstacle->crash ? restarts : 0));
  }
  if (inits) status["initContainerStatuses"] = init;
  status["containerStatuses"] = main;
}

void write_status(Json& live, const Obstacle* obstacle, const aws::Instance& instance, const std::string& address,
                  std::int64_t started, std::int64_t at, std::int64_t restarts) {
  const Json pod = live;
  Json& status = live["status"];
  const kube::Time now = from_epoch_millis(at);
  const bool initialised = !obstacle || (!obstacle->network && obstacle->container >= init_count(pod));
  const bool any_runs = initialised && (!obstacle || pod.path("spec.containers").size() > 1);
  status["phase"] = !obstacle || (any_runs && obstacle->crash) || (initialised && obstacle && obstacle->crash)
                        ? "Running"
                        : "Pending";
  status["hostIP"] = instance.privateIpAddress;
  status["startTime"] = kube::rfc3339(from_epoch_millis(started));
  if (!address.empty()) {
    status["podIP"] = address;
    status["podIPs"] = Json::array({Json::object({{"ip", address}})});
    status["hostIPs"] = Json::array({Json::object({{"ip", instance.privateIpAddress}})});
  }
  write_statuses(status, pod, obstacle, at, restarts);
  const std::string unready = "containers with unready status: [" + [&] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < status.at("containerStatuses").size(); ++i)
      if (!status.at("containerStatuses").item(i).at("ready").bool_or(false))
        names.push_back(status.at("containerStatuses").item(i).at("name").string_or());
    return join(names, " ");
  }() + "]";
  const char* ready = obstacle ? "False" : "True";
  kube::set_condition(live, "PodReadyToStartContainers", obstacle && obstacle->network ? "False" : "True", "", "", now);
  kube::set_condition(live, "Initialized", initialised ? "True" : "False",
                      initialised ? "" : "ContainersNotInitialized",
                      initialised ? "" : "containers with incomplete status", now);
  kube::set_condition(live, "Ready", ready, obstacle ? "ContainersNotReady" : "", obstacle ? unready : "", now);
  kube::set_condition(live, "ContainersReady", ready, obstacle ? "ContainersNotReady" : "", obstacle ? unready : "",
                      now);
}

void write_events(kubernetes::KubeCluster& kube, const Json& pod, const Obstacle& obstacle, const std::string& node) {
  const auto containers = containers_of(pod);
  const Json& container = containers[std::min(obstacle.container, containers.size() - 1)];
  const std::string image = container.at("image").string_or();
  const auto say = [&](const char* type, const char* reason, const std::string& message) {
    kube.event(pod, type, reason, message, "kubelet", node);
  };
  if (obstacle.network) return say("Warning", "NetworkNotReady", obstacle.message);
  if (obstacle.crash) {
    say("Normal", "Started", "Started container " + container.at("name").string_or());
    say("Warning", "Unhealthy",
        "Liveness probe failed: timeout: failed to connect service \"unix:///var/run/aws-node/ipamd.sock\" within 5s");
    if (obstacle.outcome.kind == Kind::denied && obstacle.step.starts_with("ipamd."))
      kube.event(pod, "Warning", "MissingIAMPermissions",
                 fmt::format("Unauthorized operation: failed to call {} due to missing permissions. Please refer "
                             "https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/iam-policy.md to attach "
                             "relevant policy to IAM role",
                             boot_step(obstacle.step)->action),
                 "aws-node", node);
    say("Warning", "BackOff",
        fmt::format("Back-off restarting failed container {} in pod {}_{}({})", container.at("name").string_or(),
                    kube::name_of(pod), kube::namespace_of(pod), kube::uid_of(pod)));
    return;
  }
  say("Normal", "Pulling", fmt::format("Pulling image \"{}\"", image));
  say("Warning", "Failed", fmt::format("Failed to pull image \"{}\": {}", image, obstacle.message));
  say("Warning", "Failed", "Error: ErrImagePull");
  say("Normal", "BackOff", fmt::format("Back-off pulling image \"{}\"", image));
  say("Warning", "Failed", "Error: ImagePullBackOff");
}

std::int64_t duration_of(const Node& node, const Json& pod) {
  std::int64_t takes = kStartTakes;
  for (const Json& container : containers_of(pod)) {
    const std::string image = container.at("image").string_or();
    if (std::find(node.images.begin(), node.images.end(), image) == node.images.end()) takes += kPullTakes;
    if (is_cni(container) && !node.network) takes += kIpamdTakes;
  }
  return takes;
}

/// An address of the node's interface that no other pod of it has; empty: there is none left.
std::string free_address(Nodes::State& state, const Node& node, const aws::Instance& instance) {
  std::set<std::string> used;
  for (const auto& [key, pod] : state.world.table<Pod>(node.region))
    if (pod.instanceId == node.instanceId) used.insert(pod.address);
  for (const std::string& id : instance.networkInterfaceIds)
    if (const auto* interface = state.world.table<aws::NetworkInterface>(node.region).find(id))
      for (const std::string& address : interface->secondaryAddresses)
        if (!used.contains(address)) return address;
  return {};
}

}  // namespace

void Nodes::State::watch(kubernetes::KubeCluster& kube) {
  if (!watched.insert(&kube).second) return;
  kube.on_change([this, &kube](const kubernetes::Change& change) { kube_changed(kube, change); });
}

void Nodes::State::kube_changed(kubernetes::KubeCluster& kube, const kubernetes::Change& change) {
  if (change.resource != "pods") return;
  const Json& object = *change.object;
  const std::string& region = kube.record().region;
  const std::string& cluster = kube.record().name;
  const std::string key = key_of(region, cluster, kube::namespace_of(object), kube::name_of(object));
  Table<Pod>& pods = world.table<Pod>(region);
  if (change.type == kubernetes::Change::Type::deleted) {
    if (const Pod* pod = pods.find(key); pod && pod->uid == kube::uid_of(object))
      pods.erase(key), waiting_pods.erase({region, key});
    return;
  }
  const std::string on = object.path("spec.nodeName").string_or();
  if (on.empty()) return;
  auto where = instance_of.find(region + "/" + cluster + "/" + on);
  if (where == instance_of.end()) return;
  if (const Pod* pod = pods.find(key); pod && pod->uid == kube::uid_of(object)) return;
  const Node* node = nodes(region).find(where->second);
  if (!node) return;
  Pod& pod = pods.put(key, Pod{.region = region,
                               .cluster = cluster,
                               .name_space = kube::namespace_of(object),
                               .name = kube::name_of(object),
                               .uid = kube::uid_of(object),
                               .instanceId = where->second,
                               .since = now()});
  plan(pod, key, now() + duration_of(*node, object));
}

void Nodes::State::run_pod(const std::string& region, const std::string& key) {
  Pod* pod = world.table<Pod>(region).edit(key);
  Node* node = pod ? nodes(region).edit(pod->instanceId) : nullptr;
  const aws::Instance* machine = node ? instance(*node) : nullptr;
  auto* cluster = node ? kubernetes.find(region, pod->cluster) : nullptr;
  const Json* found = cluster ? cluster->get("pods", pod->name_space, pod->name) : nullptr;
  if (!machine || !found || pod->state == "running" || (node->state != "joined" && node->state != "ready")) return;
  const Json object = *found;
  Attempt attempt(*this, *node, *machine, object, pod->since);
  auto obstacle = attempt.perform();
  if (!obstacle && !is_host_network(object) && pod->address.empty()) {
    pod->address = free_address(*this, *node, *machine);
    if (pod->address.empty()) {
      obstacle = Obstacle{.step = "sandbox",
                          .cause = "addresses.none",
                          .why = "the node has no free address for the pod",
                          .network = true};
      obstacle->message =
          "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin "
          "type=\"aws-cni\" name=\"aws-cni\" failed (add): add cmd: failed to assign an IP address to container";
    }
  }
  const std::string address = is_host_network(object) ? machine->privateIpAddress : pod->address;
  const bool news = !obstacle || pod->cause != obstacle->step + ":" + obstacle->cause + ":" + obstacle->why;
  if (!pod->open.empty() && news) {
    retell(*node, pod->open, [&](Entry& entry) { entry.until = now(), entry.result = obstacle ? "failed" : "healed"; });
    pod->open.clear();
  }
  if (news) attempt.flush();
  if (obstacle) {
    pod->state = "waiting";
    waiting_pods.insert({region, key});
    if (!news) return;
    pod->cause = obstacle->step + ":" + obstacle->cause + ":" + obstacle->why;
    if (obstacle->crash) pod->restarts = std::max<std::int64_t>(pod->restarts, 3);
    if (!obstacle->network) {
      const BootStep* step = boot_step(obstacle->step);
      BootStep made{.id = obstacle->step,
                    .track = drydock::eks::Track::aws_node,
                    .actor = "kubelet",
                    .what = "starts a container",
                    .retry = std::chrono::seconds(300)};
      Entry entry = entry_of(*node, step ? *step : made, obstacle->outcome, machine->privateIpAddress, attempt.at(), 0);
      entry.result = "waiting";
      entry.retry = 300000;
      pod->open = tell(*node, entry);
    }
  } else {
    pod->state = "running";
    pod->cause.clear();
    waiting_pods.erase({region, key});
  }
  const std::int64_t since = pod->since, restarts = pod->restarts;
  const std::string name_space = pod->name_space, name = pod->name, node_name = node->name;
  cluster->edit("pods", name_space, name, [&](Json& live) {
    write_status(live, obstacle ? &*obstacle : nullptr, *machine, address, since, now(), restarts);
  });
  if (obstacle) {
    write_events(*cluster, object, *obstacle, node_name);
  } else {
    for (const Json& container : containers_of(object))
      cluster->event(object, "Normal", "Started", "Started container " + container.at("name").string_or(), "kubelet",
                     node_name);
  }
}

void Nodes::State::retry_pod(const std::string& region, const std::string& key) {
  Table<Pod>& pods = world.table<Pod>(region);
  const Pod* found = pods.find(key);
  if (!found || found->state != "waiting") {
    waiting_pods.erase({region, key});
    return;
  }
  const Node* node = nodes(region).find(found->instanceId);
  const aws::Instance* machine = node ? instance(*node) : nullptr;
  auto* cluster = node ? kubernetes.find(region, found->cluster) : nullptr;
  const Json* object = cluster ? cluster->get("pods", found->name_space, found->name) : nullptr;
  if (!machine || !object) return;
  if (!is_host_network(*object) && !node->network) return;  // network_ready() starts it
  plan(*pods.edit(key), key, now());
}

void Nodes::State::network_ready(Node& node, std::int64_t at) {
  node.network = true;
  node.state = "ready";
  node.step = "node.ready";
  auto* cluster = kube(node);
  if (!cluster) return;
  cluster->edit("nodes", "", node.name, [&](Json& live) {
    kube::set_condition(live, "Ready", "True", "KubeletReady", "kubelet is posting ready status",
                        from_epoch_millis(std::max(at, now())));
    if (Json* taints = live["spec"].find("taints"); taints && taints->is_array()) {
      std::erase_if(taints->as_array(),
                    [](const Json& taint) { return taint.at("key").string_or() == "node.kubernetes.io/not-ready"; });
      if (taints->size() == 0) live["spec"].erase("taints");
    }
  });
  if (const Json* live = cluster->get("nodes", "", node.name)) {
    const Json object = *live;
    cluster->event(object, "Normal", "NodeReady", fmt::format("Node {} status is now: NodeReady", node.name), "kubelet",
                   node.name);
  }
  // Pods that waited for the network start now.
  for (const auto& [region, key] : waiting_pods) {
    const Pod* pod = world.table<Pod>(region).find(key);
    if (pod && pod->instanceId == node.instanceId && pod->cause.starts_with("sandbox:"))
      plan(*world.table<Pod>(region).edit(key), key, now() + kPullTakes);
  }
}

void Nodes::State::restart_pods(const Node& node) {
  Table<Pod>& pods = world.table<Pod>(node.region);
  std::vector<std::string> keys;
  for (const auto& [key, pod] : pods)
    if (pod.instanceId == node.instanceId) keys.push_back(key);
  for (const std::string& key : keys) {
    Pod& pod = *pods.edit(key);
    pod.state = "starting";
    pod.since = now();
    plan(pod, key, now() + kStartTakes + kIpamdTakes);
  }
}

void Nodes::State::leave(Node& node, const std::string& why) {
  node.state = "gone";
  members.erase({node.region, node.instanceId});
  auto* cluster = kube(node);
  if (!node.open.empty()) retell(node, node.open, [&](Entry& entry) { entry.until = now(), entry.result = "failed"; });
  node.open.clear();
  Entry entry{.boot = node.boots,
              .at = now(),
              .until = now(),
              .step = "terminate",
              .actor = "ec2",
              .what = "the instance is " + why};
  tell(node, entry);
  instance_of.erase(node.region + "/" + node.cluster + "/" + node.name);
  if (!cluster || node.name.empty()) return;
  std::vector<std::pair<std::string, std::string>> pods;
  for (const Json* pod : cluster->list("pods"))
    if (pod->path("spec.nodeName").string_or() == node.name)
      pods.emplace_back(kube::namespace_of(*pod), kube::name_of(*pod));
  cluster->remove("nodes", "", node.name);
  cluster->remove("leases.coordination.k8s.io", "kube-node-lease", node.name);
  for (const auto& [name_space, name] : pods) cluster->remove("pods", name_space, name);
}

}  // namespace drydock::twin::nodes

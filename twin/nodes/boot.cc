// From launch to registration: the track `node` of the boot chain.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/cidr.h"
#include "twin/eks/eks.h"
#include "twin/iam/access.h"
#include "twin/nodes/state.h"
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

Outcome failed(Kind kind, std::string cause, std::string why, Words words = {}) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.cause = std::move(cause);
  outcome.why = std::move(why);
  outcome.words = std::move(words);
  return outcome;
}

/// One step of one node, tried once.
class Attempt {
 public:
  Attempt(Nodes::State& state, Node& node, const aws::Instance& instance)
      : state_(state), node_(node), instance_(instance), place_(state.place_of(instance, node.region)) {}

  Outcome perform(const BootStep& step) {
    if (step.id == "imds") return imds();
    if (step.id == "user-data") return find_config();
    if (step.id == "credentials") return credentials();
    if (step.id == "ec2.describe-instances") return describe_instances(step);
    if (step.id == "node-config") return validate();
    if (step.id == "user-scripts") return scripts();
    if (step.id == "api.connect") return connect(step);
    if (step.id == "api.token") return token();
    if (step.id == "api.authorise") return authorise();
    if (step.id == "node.register") return register_node();
    return {};
  }

 private:
  const drydock::eks::NodeConfig& config() { return state_.user_data_of(instance_).config; }
  const aws::eks::Cluster* cluster() { return eks::cluster_at(state_.world, node_.region, config().apiServerEndpoint); }

  Outcome imds() {
    if (instance_.metadataOptions.httpEndpoint != "disabled") return {};
    return failed(Kind::dropped, "imds.disabled",
                  "the instance's metadata service is switched off (HttpEndpoint=disabled)",
                  {"failed to ensure primary ENI only configuration", "failed to get MAC from IMDS"});
  }

  Outcome find_config() {
    const auto& data = state_.user_data_of(instance_);
    if (const auto* c = data.has_config ? cluster() : nullptr) node_.cluster = c->name;
    if (data.has_config) return {};
    return failed(
        Kind::denied, "user-data.no-config", data.fault,
        {"Encountered error in config provider error=" + data.fault, "Command failed error=no config in chain"});
  }

  Outcome credentials() {
    const std::string profile = instance_.iamInstanceProfile ? instance_.iamInstanceProfile->arn : "";
    const auto found = profile.empty() ? iam::InstanceCredentials{}
                                       : iam::instance_credentials(state_.world, instance_.instanceId, profile);
    if (found.code.empty())
      return failed(Kind::unresolved, "iam.no-profile",
                    profile.empty() ? "the instance has no instance profile" : "the instance profile has no role",
                    {"Command failed error=expected err to be of type smithy.APIError, got operation error EC2: "
                     "DescribeInstances, get "
                     "identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, "
                     "operation error ec2imds: "
                     "GetMetadata, http response error StatusCode: 404"});
    if (found.code != "Success")
      return failed(Kind::denied, "iam.trust",
                    fmt::format("{}: role {} does not let ec2.amazonaws.com assume it", found.code, found.role_name),
                    {"DEBUG attempting waiter request, attempt count: 1",
                     fmt::format("operation error EC2: DescribeInstances, get identity: get credentials: failed to "
                                 "refresh cached credentials, "
                                 "api error {}: {}",
                                 found.code, found.message)});
    node_.role = found.session->role_arn;
    node_.roleId = found.session->role_id;
    return {};
  }

  Outcome describe_instances(const BootStep& step) {
    if (config().instanceIdNodeName) {
      node_.name = instance_.instanceId;
      return {};
    }
    const std::string host = drydock::eks::fill_in(
        step.host, {{"region", node_.region}, {"suffix", std::string(aws::dns_suffix_of(node_.region))}});
    Outcome outcome = reach(state_.networks, place_, host, step.port);
    if (outcome.ok()) outcome = ask(state_.world, place_, node_, step, "*", std::move(outcome));
    if (!outcome.ok())
      outcome.words =
          outcome.kind == Kind::unresolved ? describe_instances_ended(outcome) : describe_instances_waiting(outcome);
    else if (instance_.privateDnsName.empty())
      return failed(Kind::denied, "ec2.no-private-dns-name", "PrivateDnsName of the instance is empty",
                    {"DEBUG attempting waiter request, attempt count: 1"});
    if (outcome.ok()) node_.name = instance_.privateDnsName;
    return outcome;
  }

  Outcome validate() {
    const auto& c = config();
    std::string fault;
    if (c.name.empty())
      fault = "Name is missing in cluster configuration";
    else if (c.apiServerEndpoint.empty())
      fault = "Apiserver endpoint is missing in cluster configuration";
    else if (c.certificateAuthority.empty())
      fault = "Certificate authority is missing in cluster configuration";
    else if (c.cidr.empty())
      fault = "CIDR is missing in cluster configuration";
    else if (!aws::Cidr::parse(c.cidr))
      fault = fmt::format("{} is not a valid IP Address. error: invalid CIDR address: {}", c.cidr, c.cidr);
    if (fault.empty()) return {};
    return failed(Kind::denied, "user-data.invalid", "NodeConfig: " + fault, {"Command failed error=" + fault});
  }

  Outcome scripts() {
    for (const std::string& script : state_.user_data_of(instance_).scripts)
      if (script.find("/etc/eks/bootstrap.sh") != std::string::npos)
        return failed(Kind::denied, "user-data.bootstrap-sh", "the user data calls a script that AL2023 does not have",
                      {"ERROR: bootstrap.sh has been removed from AL2023-based EKS AMIs."});
    return {};
  }

  Outcome connect(const BootStep& step) {
    const aws::eks::Cluster* c = cluster();
    std::string host = config().apiServerEndpoint;
    if (host.starts_with("https://")) host = host.substr(8);
    host = host.substr(0, host.find_first_of("/:"));
    if (c) {
      host = c->host;
      node_.cluster = c->name;
    }
    Outcome outcome = reach(state_.networks, place_, host, step.port);
    if (!outcome.ok()) {
      outcome.words = kubelet_registration(host, node_.name, dial_error(outcome));
      return outcome;
    }
    auto* kube = state_.kube(node_);
    if (!kube)
      return failed(Kind::dropped, "eks.gone", "the cluster is gone",
                    kubelet_registration(host, node_.name, "dial tcp: i/o timeout"));
    state_.watch(*kube);
    const auto authority = unbase64(config().certificateAuthority);
    if (!authority || trim(*authority) != trim(state_.kubernetes.authority())) {
      outcome.kind = Kind::denied;
      outcome.cause = "user-data.certificate-authority";
      outcome.why = "certificateAuthority in NodeConfig is not the cluster's";
      outcome.words = kubelet_registration(
          host, node_.name, "tls: failed to verify certificate: x509: certificate signed by unknown authority");
    }
    return outcome;
  }

  Outcome token() {
    const aws::Role* role = iam::role_by_arn(state_.world, node_.role);
    if (role && role->RoleId == node_.roleId) return {};
    return failed(Kind::denied, "iam.role-gone", fmt::format("the role {} of the instance was deleted", node_.role),
                  {"getting credentials: exec: executable aws failed with exit code 255"});
  }

  Outcome authorise() {
    auto* kube = state_.kube(node_);
    const aws::eks::Cluster* c = cluster();
    if (!kube || !c) return failed(Kind::dropped, "eks.gone", "the cluster is gone");
    if (config().name != c->name)
      return failed(Kind::denied, "user-data.cluster-name",
                    fmt::format("the token names cluster {}, the API server is {}'s", config().name, c->name),
                    kubelet_unauthorized(node_.name));
    const auto user = kube->map_identity(identity_of(state_.world, node_));
    if (!user)
      return failed(Kind::denied, "kubernetes.unauthorized",
                    fmt::format("no mapping for {}: {}", node_.role, user.error().message),
                    kubelet_unauthorized(node_.name));
    return allowed(*kube, *user);
  }

  Outcome allowed(kubernetes::KubeCluster& kube, const kubernetes::KubeUser& user) {
    const std::string prefix = "system:node:";
    if (user.name.starts_with(prefix) && user.name != prefix + node_.name) {
      const std::string other = user.name.substr(prefix.size());
      return failed(Kind::denied, "kubernetes.node-name",
                    fmt::format("the role is mapped to {}, the node calls itself {}", user.name, node_.name),
                    {fmt::format("\"Unable to register node with API server\" err=\"nodes \\\"{}\\\" is forbidden: "
                                 "node \\\"{}\\\" is not allowed to modify node \\\"{}\\\"\" node=\"{}\"",
                                 node_.name, other, node_.name, node_.name),
                     fmt::format("\"Failed to ensure lease exists, will retry\" err=\"leases.coordination.k8s.io "
                                 "\\\"{}\\\" is forbidden: User \\\"{}\\\" cannot get resource \\\"leases\\\" in API "
                                 "group \\\"coordination.k8s.io\\\" in the namespace \\\"kube-node-lease\\\": can only "
                                 "access node lease with the same name as the requesting node\" interval=\"7s\"",
                                 node_.name, user.name)});
    }
    const auto decision = kube.authorise(user, {.verb = "create", .resource = "nodes"});
    if (decision.allowed) return {};
    return failed(Kind::denied, "kubernetes.forbidden", fmt::format("{} may not register nodes", user.name),
                  {fmt::format("\"Unable to register node with API server\" err=\"{}\" node=\"{}\"", decision.denial,
                               node_.name)});
  }

  Outcome register_node();

  Nodes::State& state_;
  Node& node_;
  const aws::Instance& instance_;
  Place place_;
};

struct Size {
  int cpus;
  long long memory_kib;
  int max_pods;
};
/// https://github.com/awslabs/amazon-eks-ami/blob/main/templates/shared/runtime/eni-max-pods.txt, for common types.
Size size_of(const std::string& type) {
  static const std::map<std::string, Size> kSizes = {
      {"t3.small", {2, 1955000, 11}},   {"t3.medium", {2, 3943300, 17}},   {"t3.large", {2, 7938000, 35}},
      {"t3.xlarge", {4, 16080000, 58}}, {"t3.2xlarge", {8, 32320000, 58}}, {"t4g.medium", {2, 3943300, 17}},
      {"t4g.large", {2, 7938000, 35}},  {"m5.large", {2, 7880000, 29}},    {"m5.xlarge", {4, 15930000, 58}},
      {"m6i.large", {2, 7880000, 29}},  {"c5.large", {2, 3720000, 29}},    {"r5.large", {2, 15900000, 29}}};
  auto it = kSizes.find(type);
  return it == kSizes.end() ? Size{2, 7880000, 110} : it->second;
}

kube::NodeFacts facts_of(const Node& node, const aws::Instance& instance, const drydock::eks::NodeConfig& config,
                         const std::string& version) {
  kube::NodeFacts facts;
  facts.name = node.name;
  facts.instance_id = instance.instanceId;
  facts.zone = instance.availabilityZone;
  facts.region = node.region;
  facts.instance_type = instance.instanceType;
  facts.internal_ip = instance.privateIpAddress;
  facts.hostname = instance.privateDnsName;
  if (instance.architecture == "arm64") facts.architecture = "arm64";
  if (const auto* info = eks::version_info(version)) facts.kubelet_version = info->kubelet;
  const Size size = size_of(instance.instanceType);
  facts.cpus = size.cpus, facts.memory_kib = size.memory_kib, facts.max_pods = size.max_pods;
  for (const std::string& label : config.labels())
    if (const auto equals = label.find('='); equals != std::string::npos)
      facts.labels[label.substr(0, equals)] = label.substr(equals + 1);
  for (const std::string& taint : config.taints()) {
    const auto colon = taint.rfind(':'), equals = taint.find('=');
    if (colon == std::string::npos) continue;
    const std::string key = taint.substr(0, std::min(equals, colon));
    Json item = Json::object({{"key", key}, {"effect", taint.substr(colon + 1)}});
    if (equals < colon) item["value"] = taint.substr(equals + 1, colon - equals - 1);
    facts.taints.push_back(item);
  }
  return facts;
}

Outcome Attempt::register_node() {
  auto* kube = state_.kube(node_);
  if (!kube) return failed(Kind::dropped, "eks.gone", "the cluster is gone");
  Json object = kube::make_node(facts_of(node_, instance_, config(), kube->record().version), state_.world.now());
  // EKS's cloud controller sees to its taint at once.
  std::erase_if(object["spec"]["taints"].as_array(), [](const Json& taint) {
    return taint.at("key").string_or() == "node.cloudprovider.kubernetes.io/uninitialized";
  });
  state_.instance_of[node_.region + "/" + node_.cluster + "/" + node_.name] = node_.instanceId;
  if (kube->get("nodes", "", node_.name))
    kube->edit("nodes", "", node_.name, [&](Json& live) {
      live["status"] = object.at("status");
      live["spec"]["taints"] = object.path("spec.taints");
    });
  else if (auto made = kube->create(object); !made)
    return failed(Kind::denied, "kubernetes.refused", made.error().message,
                  {fmt::format("\"Unable to register node with API server\" err=\"{}\" node=\"{}\"",
                               made.error().message, node_.name)});
  Json lease = kube::make_object("coordination.k8s.io/v1", "Lease", "kube-node-lease", node_.name);
  lease["spec"] = Json::object({{"holderIdentity", node_.name},
                                {"leaseDurationSeconds", 40},
                                {"renewTime", kube::rfc3339_micro(state_.world.now())}});
  (void)kube->upsert(std::move(lease));
  if (const Json* live = kube->get("nodes", "", node_.name)) {
    const Json node = *live;
    kube->event(node, "Normal", "Starting", "Starting kubelet.", "kubelet", node_.name);
    kube->event(node, "Normal", "RegisteredNode",
                fmt::format("Node {} event: Registered Node {} in Controller", node_.name, node_.name),
                "node-controller");
  }
  return {};
}

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

void begin_boot(Nodes::State& state, Node& node) {
  node.state = "booting";
  node.step = "imds";
  node.since = state.now();
  node.open.clear();
  node.network = node.registryToken = node.lost = false;
  state.members.erase({node.region, node.instanceId});
  state.plan(node, batch_end(node));
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
  Attempt attempt(*this, *node, *machine);
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
  const Outcome outcome = Attempt(*this, trial, *machine).perform(*step);
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

void Nodes::State::give_up(const Json& argument) {
  const std::string region = argument.at("region").string_or();
  Node* node = nodes(region).edit(argument.at("instance").string_or());
  if (!node || node->state != "waiting" || node->open != argument.at("entry").string_or()) return;
  const aws::Instance* machine = instance(*node);
  const BootStep* step = boot_step(node->step);
  if (!machine || !step) return;
  const Outcome outcome = Attempt(*this, *node, *machine).perform(*step);
  Words words;
  if (step->id == "credentials" || step->id == "ec2.describe-instances")
    words = outcome.kind == Kind::dropped
                ? describe_instances_ended(outcome)
                : Words{"Command failed error=exceeded max wait time for InstanceCondition waiter"};
  die(*this, *node, *machine, *step, words);
}

}  // namespace drydock::twin::nodes

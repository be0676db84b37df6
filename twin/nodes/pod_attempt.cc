// Pulling a pod's images and starting what the node itself depends on: the VPC CNI.
#include <algorithm>

#include "cloud/aws/arn.h"
#include "twin/nodes/address_pool.h"
#include "twin/nodes/controller_start.h"
#include "twin/nodes/image_pull.h"
#include "twin/nodes/pod_credentials.h"
#include "twin/nodes/pods.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {
using drydock::eks::boot_step;

PodAttempt::PodAttempt(Nodes::State& state, Node& node, const aws::Instance& instance, const Json& pod, std::int64_t at)
    : state_(state),
      node_(node),
      instance_(instance),
      pod_(pod),
      place_(state.place_of(instance, node.region)),
      at_(at) {}

std::optional<Obstacle> PodAttempt::perform() {
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

void PodAttempt::flush() {
  for (Entry& entry : entries_) state_.tell(node_, std::move(entry));
  entries_.clear();
}

std::optional<Obstacle> PodAttempt::run(const Json& container, std::size_t index) {
  if (auto obstacle = pull(container.at("image").string_or())) {
    obstacle->container = index;
    return obstacle;
  }
  if (const auto* controller = controller_in(container)) return run_controller(container, index, *controller);
  if (!is_cni(container) || node_.network) return std::nullopt;
  auto obstacle = find_credentials(container);
  if (!obstacle) obstacle = start_ipamd();
  if (obstacle) obstacle->container = index;
  return obstacle;
}

std::optional<Obstacle> PodAttempt::run_controller(const Json& container, std::size_t index,
                                                   const drydock::eks::Controller& controller) {
  ControllerStart start = start_controller(state_, node_, instance_, pod_, container, controller, at_);
  for (Entry& entry : start.entries) entries_.push_back(std::move(entry));
  if (start.obstacle) start.obstacle->container = index;
  return std::move(start.obstacle);
}

std::optional<Obstacle> PodAttempt::pull(const std::string& image) {
  if (std::find(node_.images.begin(), node_.images.end(), image) != node_.images.end()) return std::nullopt;
  const auto name = drydock::eks::parse_image(image);
  if (name.host == "localhost") return std::nullopt;
  for (const std::string_view call : kPullCalls) {
    const BootStep step = pull_step(name.repository, call);
    if (call == "token" && (node_.registryToken || name.ecr_account.empty())) continue;
    const Outcome outcome = pull_call(state_.world, state_.networks, place_, instance_signer(node_), call, name);
    if (!outcome.ok()) {
      Obstacle obstacle{.step = std::string(step.id),
                        .cause = outcome.cause,
                        .why = outcome.why,
                        .message = pull_error(image, call, outcome),
                        .outcome = outcome};
      obstacle.outcome.words = {obstacle.message};
      if (call == "token")
        obstacle.outcome.words.insert(obstacle.outcome.words.begin(),
                                      "Failed getting credential from external registry credential provider: error "
                                      "execing credential provider plugin ecr-credential-provider for image " +
                                          image);
      return obstacle;
    }
    if (call == "token") node_.registryToken = true;
    told(step, outcome);
  }
  node_.images.push_back(image);
  return std::nullopt;
}

std::optional<Obstacle> PodAttempt::find_credentials(const Json& container) {
  CredentialSearch search = find_pod_credentials(state_, node_, place_, pod_, container);
  node_.cniRole.clear();
  if (!search.step) return std::nullopt;
  if (!search.outcome.ok()) {
    Obstacle obstacle{.step = std::string(search.step->id),
                      .cause = search.outcome.cause,
                      .why = search.outcome.why,
                      .crash = true,
                      .outcome = search.outcome};
    obstacle.message = search.outcome.words.back();
    return obstacle;
  }
  told(*search.step, search.outcome);
  node_.cniRole = search.signer.role, node_.cniRoleId = search.signer.role_id;
  node_.cniSession = search.signer.session;
  return std::nullopt;
}

std::optional<Obstacle> PodAttempt::start_ipamd() {
  for (const char* id :
       {"ipamd.describe-network-interfaces", "ipamd.create-tags", "ipamd.describe-subnets", "ipamd.assign-addresses"}) {
    const BootStep& step = *boot_step(id);
    const std::map<std::string, std::string, std::less<>> values = {
        {"region", node_.region},
        {"suffix", std::string(aws::dns_suffix_of(node_.region))},
        {"eni", place_.interface},
        {"account", state_.world.account()},
        {"partition", std::string(aws::partition_of(node_.region))}};
    Outcome outcome = reach(state_.networks, place_, drydock::eks::fill_in(step.host, values), step.port);
    if (outcome.ok())
      outcome = ask(state_.world, place_, cni_signer(node_), step, drydock::eks::fill_in(step.resource, values),
                    std::move(outcome));
    if (!outcome.ok()) outcome.words = ipamd_error(step, place_.interface, outcome);
    if (!outcome.ok() && step.denied != drydock::eks::Then::goes_on) {
      Obstacle obstacle{.step = id, .cause = outcome.cause, .why = outcome.why, .crash = true, .outcome = outcome};
      obstacle.message = outcome.words.back();
      return obstacle;
    }
    told(step, outcome);
  }
  if (auto obstacle = see_network()) return obstacle;
  // A full subnet is not fatal: the node is Ready without addresses for pods.
  flush();
  AddressPool(state_, node_, instance_).refill();
  return std::nullopt;
}

std::optional<Obstacle> PodAttempt::see_network() {
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

void PodAttempt::told(const BootStep& step, const Outcome& outcome) {
  const std::int64_t takes = std::min<std::int64_t>(step.takes.count(), std::max<std::int64_t>(0, state_.now() - at_));
  Entry entry = entry_of(node_, step, outcome, instance_.privateIpAddress, at_, at_ + takes);
  if (!outcome.ok()) entry.result = "failed";
  entries_.push_back(std::move(entry));
  at_ += takes;
}

}  // namespace drydock::twin::nodes

#include "twin/nodes/address_pool.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cloud/aws/arn.h"
#include "cloud/aws/instance_types.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {
namespace {

const BootStep& growth_step(std::string_view id) {
  const auto& steps = drydock::eks::pool_growth();
  return *std::find_if(steps.begin(), steps.end(), [&](const BootStep& step) { return step.id == id; });
}

constexpr auto kNoRoom = "subnet.full";
Outcome no_room(const std::string& why) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::denied;
  outcome.cause = kNoRoom;
  outcome.why = why;
  return outcome;
}

std::optional<int> number_in(const Json& env, std::string_view name) {
  for (std::size_t i = 0; i < env.size(); ++i) {
    if (env.item(i).at("name").string_or() != name) continue;
    const std::string text = env.item(i).at("value").string_or();
    int number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) return number;
  }
  return std::nullopt;
}

}  // namespace

PoolTargets pool_targets(const Json* daemon_set) {
  PoolTargets targets;
  if (!daemon_set) return targets;
  const Json& env = daemon_set->path("spec.template.spec.containers.0.env");
  targets.warm_interfaces = std::max(0, number_in(env, "WARM_ENI_TARGET").value_or(1));
  targets.warm_addresses = number_in(env, "WARM_IP_TARGET");
  targets.minimum_addresses = number_in(env, "MINIMUM_IP_TARGET").value_or(0);
  targets.interfaces = number_in(env, "MAX_ENI").value_or(0);
  if (targets.minimum_addresses > 0 && !targets.warm_addresses) targets.warm_addresses = 0;
  return targets;
}

AddressPool::AddressPool(Nodes::State& state, Node& node, const aws::Instance& instance)
    : state_(state), node_(node), instance_(instance), place_(state.place_of(instance, node.region)) {
  const aws::InstanceType* type = aws::instance_type(instance.instanceType);
  limits_ = type ? Limits{type->interfaces, type->addresses - 1} : Limits{3, 9};
  const auto* cluster = state.kube(node);
  targets_ = pool_targets(cluster ? cluster->get("daemonsets.apps", "kube-system", "aws-node") : nullptr);
  if (targets_.interfaces > 0) limits_.interfaces = std::min(limits_.interfaces, targets_.interfaces);
}

int AddressPool::total() const {
  std::size_t count = 0;
  for (const std::string& id : instance_.networkInterfaceIds)
    if (const auto* interface = state_.world.table<aws::NetworkInterface>(node_.region).find(id))
      count += interface->secondaryAddresses.size();
  return static_cast<int>(count);
}

int AddressPool::free() const { return total() - static_cast<int>(state_.pod_addresses[node_.instanceId].size()); }

int AddressPool::missing() const {
  if (targets_.warm_addresses)
    return std::max({0, *targets_.warm_addresses - free(), targets_.minimum_addresses - total()});
  const int wanted = std::max(1, targets_.warm_interfaces * limits_.addresses);
  return free() < wanted ? limits_.addresses : 0;
}

std::string AddressPool::take() {
  if (free() <= 0) refill();
  std::set<std::string>& taken = state_.pod_addresses[node_.instanceId];
  for (const std::string& id : instance_.networkInterfaceIds)
    if (const auto* interface = state_.world.table<aws::NetworkInterface>(node_.region).find(id))
      for (const std::string& address : interface->secondaryAddresses)
        if (taken.insert(address).second) return address;
  return {};
}

void AddressPool::give_back(const std::string& address) { state_.pod_addresses[node_.instanceId].erase(address); }

void AddressPool::refill() {
  while (const int wanted = missing()) {
    Growth growth = fill_interfaces(wanted);
    if (growth == Growth::at_limit) growth = add_interface();
    if (growth == Growth::refused) return;
    if (growth == Growth::at_limit) break;
  }
  node_.poolFault.clear();
}

/// The first interface that has room gets addresses.
AddressPool::Growth AddressPool::fill_interfaces(int wanted) {
  for (const std::string& id : instance_.networkInterfaceIds) {
    const auto* interface = state_.world.table<aws::NetworkInterface>(node_.region).find(id);
    const int room = interface ? limits_.addresses - static_cast<int>(interface->secondaryAddresses.size()) : 0;
    if (room <= 0) continue;
    const BootStep& step = growth_step("ipamd.more-addresses");
    if (Outcome outcome = ask_ec2(step); !outcome.ok()) return refused(step, std::move(outcome));
    if (state_.ec2.assign_addresses(node_.region, id, targets_.warm_addresses ? std::min(room, wanted) : room))
      return Growth::grown;
    // When the subnet has not that many left, ipamd is content with one.
    const auto one = state_.ec2.assign_addresses(node_.region, id, 1);
    return one ? Growth::grown : refused(step, no_room(one.error().message));
  }
  return Growth::at_limit;
}

AddressPool::Growth AddressPool::add_interface() {
  const auto* first = state_.world.table<aws::NetworkInterface>(node_.region).find(place_.interface);
  if (!first || static_cast<int>(instance_.networkInterfaceIds.size()) >= limits_.interfaces) return Growth::at_limit;
  for (const BootStep& step : drydock::eks::pool_growth())
    if (Outcome outcome = ask_ec2(step); !outcome.ok()) return refused(step, std::move(outcome));
  InterfaceRequest request{.subnet_id = first->subnetId, .description = "aws-K8S-" + instance_.instanceId};
  for (const auto& group : first->groupSet) request.groups.push_back(group.groupId);
  request.tags = {{"cluster.k8s.amazonaws.com/name", node_.cluster},
                  {"node.k8s.amazonaws.com/instance_id", instance_.instanceId}};
  const auto made = state_.ec2.create_interface(node_.region, request);
  if (!made) return refused(growth_step("ipamd.create-interface"), no_room(made.error().message));
  const auto index = static_cast<std::int64_t>(instance_.networkInterfaceIds.size());
  if (!state_.ec2.attach_interface(node_.region, *made, instance_.instanceId, index)) {
    state_.ec2.delete_interface(node_.region, *made);
    return Growth::at_limit;
  }
  state_.world.table<aws::NetworkInterface>(node_.region).edit(*made)->attachment->deleteOnTermination = true;
  state_.networks.forget();
  return Growth::grown;
}

Outcome AddressPool::ask_ec2(const BootStep& step) {
  const std::string host = drydock::eks::fill_in(
      step.host, {{"region", node_.region}, {"suffix", std::string(aws::dns_suffix_of(node_.region))}});
  Outcome outcome = reach(state_.networks, place_, host, step.port);
  return outcome.ok() ? ask(state_.world, place_, cni_signer(node_), step, "*", std::move(outcome)) : outcome;
}

/// Tells of it, unless the same was told last.
AddressPool::Growth AddressPool::refused(const BootStep& step, Outcome outcome) {
  const std::string fault = std::string(step.id) + ":" + outcome.cause + ":" + outcome.why;
  if (std::exchange(node_.poolFault, fault) == fault) return Growth::refused;
  outcome.words = ipamd_pool_error(step, place_.interface, outcome);
  Entry entry = entry_of(node_, step, outcome, instance_.privateIpAddress, state_.now(), state_.now());
  entry.result = "failed";
  state_.tell(node_, entry);
  if (outcome.kind == Outcome::Kind::denied && outcome.cause != kNoRoom) state_.missing_permission(node_, step.action);
  return Growth::refused;
}

}  // namespace drydock::twin::nodes

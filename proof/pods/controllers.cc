#include "proof/pods/controllers.h"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/eks/boot_chain.h"
#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

/// Where pods may run: not on the nodes of other clusters, nor on machines that hold no Linux pods.
std::vector<const Group*> groups_for(const std::vector<Group>& groups, const aws::eks::Cluster& cluster) {
  std::vector<const Group*> out;
  for (const Group& group : groups)
    if (group.cluster == &cluster && group.kind != ImageKind::windows) out.push_back(&group);
  return out;
}

void report_denied(const PodCheck& check, const eks::ControllerCall& call, const aws::Role& role,
                   const Answer& answer) {
  const bool by_endpoint = answer.permission.layer == PolicyLayer::endpoint;
  const bool sure = !answer.refused.empty() || answer.permission.allowed == Tri::no;
  Problem p =
      check.problem(by_endpoint ? "endpoint.policy" : "controller.permission", call.id,
                    fmt::format("AccessDenied: {} is not authorized to perform: {}", role.RoleName, call.action));
  p.finding.where = {answer.policy, answer.field};
  p.subject = std::string(check.controller.name);
  p.finding.message = fmt::format("{} {}, but role {} may not {}{}", check.controller.name, call.what, role.RoleName,
                                  call.action, by_endpoint ? fmt::format(" through {}", answer.policy.id) : "");
  if (!sure) {
    p.finding.message = fmt::format("whether role {} of {} may {} depends on what nobody here knows", role.RoleName,
                                    check.controller.name, call.action);
    p.finding.effect = Verdict::ready;
    p.finding.severity = Severity::note;
    p.finding.depends_on.assign(answer.not_known.begin(), answer.not_known.end());
  }
  p.finding.evidence.push_back(
      {answer.policy.id.empty() ? role.RoleName : answer.policy.id,
       fmt::format("no {} policy allows {}", to_string(answer.permission.layer), call.action)});
  p.need.role = role.RoleName;
  p.need.service = call.service;
  p.need.actions = {std::string(call.action)};
  p.need.resources = {check.fill(call.resource)};
  check.out.add(std::move(p));
}

void check_call(const PodCheck& check, const eks::ControllerCall& call, const Caller& caller) {
  const std::vector<Way> ways =
      check_host(check, call.id, call.what, check.fill(call.host), call.service, caller.instance_of);
  if (!caller.role) return;
  for (const Way& way : ways) {
    const Answer answer = may(check.view, *caller.role, {std::string(call.action), check.fill(call.resource), {}}, way);
    if (answer.refused.empty() && answer.permission.allowed == Tri::yes) continue;
    return report_denied(check, call, *caller.role, answer);
  }
}

void check_controller(const PodCheck& check) {
  const cloud::World& world = check.view.world();
  check_served_port(check);
  check_discovery(check);
  check_mount_targets(check);
  if (check.controller.calls.empty()) return;
  const std::vector<Caller> callers = check_identity(check);
  check_node_classes(check, callers);
  for (const Caller& caller : callers)
    for (const eks::ControllerCall& call : check.controller.calls) {
      if (check.workload.has(call.unless, world)) continue;
      if (call.only_with && !check.workload.has(call.only_with, world)) continue;
      check_call(check, call, caller);
    }
}

/// What the boot chain found already is not told again; the rest is about the cluster, not its nodes.
void hand_over(Problems& found, Problems& known) {
  for (Problem& problem : found.list()) {
    if (known.has(problem)) continue;
    problem.finding.node_groups.clear();
    known.add(std::move(problem));
  }
}

/// What keeps pods on Ready nodes from names and from the outside. A group that stops the nodes themselves stops their
/// pods as well; that is told once.
void hand_over_neighbours(Problems& found, Problems& known) {
  for (Problem& problem : found.list()) {
    const auto& list = known.list();
    const bool told = std::any_of(list.begin(), list.end(), [&](const Problem& other) {
      return other.finding.effect == Verdict::not_ready && other.finding.where.noun == problem.finding.where.noun;
    });
    if (!told) known.add(std::move(problem));
  }
}

}  // namespace

std::string PodCheck::fill(std::string_view pattern) const {
  const cloud::World& world = view.world();
  return eks::fill_in(pattern, {{"region", world.region},
                                {"suffix", std::string(view.suffix())},
                                {"partition", world.partition},
                                {"account", world.account},
                                {"cluster", cluster.name}});
}

Problem PodCheck::problem(std::string_view code, std::string_view call, std::string words) const {
  Problem p;
  p.finding.code = code;
  p.finding.step = call.empty() ? std::string(controller.name) : step(call);
  p.finding.severity = Severity::warning;
  p.finding.effect = Verdict::degraded;
  p.finding.symptom = {fmt::format("{}: {}; {}", controller.name, words, controller.without), "when it is used"};
  p.need.cluster = cluster.name;
  return p;
}

void check_controllers(const WorldView& view, const std::vector<Group>& groups, Contacts& contacts, Problems& known) {
  for (const auto& cluster : view.world().clusters) {
    const std::vector<const Group*> homes = groups_for(groups, cluster);
    Problems found;
    check_fargate(view, cluster.name, found);
    Problems neighbours;
    check_between_nodes(view, homes, contacts, neighbours);
    check_source_nat(view, homes, neighbours);
    hand_over_neighbours(neighbours, known);
    const std::vector<Workload> workloads = workloads_of(view.world(), cluster.name);
    for (const Workload& workload : workloads)
      if (workload.controller)
        check_controller({view, cluster, homes, contacts, found, workload, *workload.controller});
    check_images(view, homes, contacts, found, workloads);
    hand_over(found, known);
  }
}

}  // namespace drydock::proof

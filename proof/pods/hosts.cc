// Whether the hosts that pods call answer.
#include <fmt/format.h>

#include <algorithm>

#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

std::string timeout_of(const std::string& host) { return fmt::format("dial tcp: {}:443: i/o timeout", host); }

/// No endpoint will help: there is none for this service, or none that answers for this name.
void report_no_endpoint(const PodCheck& check, std::string_view call, std::string_view what, const std::string& host,
                        const std::string& subnet, const Contact& contact) {
  const bool global = host == global_sts_host(check.view);
  Problem p =
      check.problem(global ? "sts.global-endpoint" : "service.no-endpoint", call,
                    global ? fmt::format("WebIdentityErr: failed to retrieve credentials, Post \"https://{}/\": "
                                         "dial tcp: i/o timeout",
                                         host)
                           : timeout_of(host));
  p.finding.where = {check.workload.noun, ""};
  p.subject = host;
  p.finding.message =
      global ? fmt::format("{} asks {} for credentials, for which no endpoint answers; pods in {} have no way out",
                           check.controller.name, host, subnet)
             : fmt::format("{} {} at {}, which no endpoint serves; pods in {} have no way out", check.controller.name,
                           what, host, subnet);
  for (const Wall& wall : contact.reach.walls) p.finding.evidence.push_back({wall.component, wall.evidence});
  p.need.host = host;
  p.need.subnets = {subnet};
  check.out.add(std::move(p));
}

/// The boot's own findings about a step, told of a controller.
void retell(const PodCheck& check, std::string_view call, std::string_view what, const std::string& host,
            Problems& found) {
  for (Problem& problem : found.list()) {
    const Problem words = check.problem("", call, timeout_of(host));
    problem.finding.step = check.step(call);
    problem.finding.severity = Severity::warning;
    if (problem.finding.effect == Verdict::depends) problem.finding.severity = Severity::note;
    problem.finding.effect = problem.finding.effect == Verdict::depends ? Verdict::ready : Verdict::degraded;
    problem.finding.symptom = words.finding.symptom;
    problem.finding.message = fmt::format("{} {}: {}", check.controller.name, what, problem.finding.message);
    check.out.add(std::move(problem));
  }
}

}  // namespace

std::vector<Way> check_host(const PodCheck& check, std::string_view call, std::string_view what,
                            const std::string& host, std::string_view service, const Group* only) {
  std::vector<Way> out;
  const std::string id = check.step(call);
  const eks::BootStep step{.id = id,
                           .track = eks::Track::node,
                           .actor = check.controller.name,
                           .what = what,
                           .host = host,
                           .service = service};
  for (const Group* group : check.groups) {
    if (only && group != only) continue;
    Problems found;
    const Walk walk{check.view, *group, found, check.contacts};
    for (const std::string& subnet : group->subnets) {
      if (!service.empty()) {
        if (const auto way = check_contact(walk, step, subnet)) out.push_back(*way);
        continue;
      }
      const Contact& contact = check.contacts.of(walk.site(subnet), host, step.port);
      if (contact.reach.reached == Tri::no) {
        report_no_endpoint(check, call, what, host, subnet, contact);
        continue;
      }
      out.push_back({contact.names.endpoint.empty() ? contact.reach.endpoint : contact.names.endpoint,
                     walk.vpc_of(subnet), contact.reach.public_sources});
    }
    retell(check, call, what, host, found);
  }
  return out;
}

}  // namespace drydock::proof

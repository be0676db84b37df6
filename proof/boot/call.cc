// What the caller of a step may do, and whose policy is to blame when it may not.
#include <fmt/format.h>

#include "base/text.h"
#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

std::string_view code_of(const eks::BootStep& step, const Answer& answer) {
  if (!answer.refused.empty()) return "policy.malformed";
  switch (answer.permission.layer) {
    case PolicyLayer::endpoint:
      return step.service == "s3" ? "s3.endpoint-policy" : "endpoint.policy";
    case PolicyLayer::boundary:
      return "iam.boundary";
    case PolicyLayer::service_control:
    case PolicyLayer::resource_control:
      return "iam.organization-policy";
    default:
      break;
  }
  if (step.action.starts_with("ecr:")) return "iam.ecr";
  return step.id.starts_with("ipamd.") ? "iam.cni" : "iam.node-role";
}

std::string sentence(const eks::BootStep& step, const Answer& answer, const std::string& who,
                     const std::string& resource) {
  const Permission& p = answer.permission;
  if (!answer.refused.empty())
    return fmt::format("AWS refuses the policy in {} of {}: {}", answer.field, answer.policy.id, answer.refused);
  const std::string on = resource == "*" ? "" : fmt::format(" on {}", resource);
  if (p.allowed == Tri::maybe)
    return fmt::format("whether {} may {}{} depends on {}", who, step.action, on,
                       answer.not_known.empty() ? "values nobody knows" : "policies nobody here knows");
  if (p.explicit_deny)
    return fmt::format("{} may not {}{}: a statement{} of {} denies it", who, step.action, on,
                       p.sid.empty() ? "" : " (" + p.sid + ")", p.policy.empty() ? answer.policy.id : p.policy);
  if (p.layer == PolicyLayer::identity)
    return fmt::format("{} may not {}{}: no policy of it allows that", who, step.action, on);
  return fmt::format("{} may not {}{}: {} {} does not allow it", who, step.action, on,
                     p.layer == PolicyLayer::endpoint ? "the policy of endpoint" : to_string(p.layer),
                     answer.policy.id);
}

Evidence evidence_of(const eks::BootStep& step, const Answer& answer) {
  const Permission& p = answer.permission;
  const std::string whose = answer.policy.id.empty() ? std::string(to_string(p.layer)) : answer.policy.id;
  if (p.explicit_deny)
    return {whose, fmt::format("{} denies {}{}", p.policy, step.action, p.sid.empty() ? "" : ", Sid " + p.sid)};
  return {whose, fmt::format("no {} policy allows {}", to_string(p.layer), step.action)};
}

}  // namespace

void report_call(const Walk& walk, const eks::BootStep& step, const Answer& answer, const std::string& who,
                 const std::string& role, const std::string& resource) {
  Problem p = walk.problem(code_of(step, answer), step.id, Fault::denied);
  p.finding.where = {answer.policy, answer.field};
  p.finding.message = sentence(step, answer, who, resource);
  p.finding.evidence.push_back(evidence_of(step, answer));
  p.need.role = role;
  p.need.service = step.service;
  p.need.actions = {std::string(step.action)};
  p.need.resources = {resource};
  if (answer.permission.explicit_deny) p.subject = answer.permission.policy + "/" + answer.permission.sid;
  if (answer.permission.allowed == Tri::maybe && answer.refused.empty()) {
    p.finding.effect = Verdict::depends;
    p.finding.depends_on.assign(answer.permission.unknown.begin(), answer.permission.unknown.end());
    p.finding.depends_on.insert(p.finding.depends_on.end(), answer.not_known.begin(), answer.not_known.end());
  }
  walk.out.add(std::move(p));
}

bool tolerates_denial(const eks::BootStep& step) { return step.denied == eks::Then::goes_on; }

void check_call_of(const Walk& walk, const eks::BootStep& step, const aws::Role& role, const std::string& action,
                   const Way& way) {
  eks::BootStep asked = step;
  asked.action = action;
  const std::string resource = walk.resource_of(step);
  const std::string account = step.action.starts_with("ecr:") ? std::string(walk.host_of(step).substr(0, 12)) : "";
  const Answer answer =
      may(walk.view, role, {action, resource, action == "ecr:GetAuthorizationToken" ? "" : account}, way);
  if (answer.refused.empty() && answer.permission.allowed == Tri::yes) return;
  report_call(walk, asked, answer, "role " + role.RoleName, role.RoleName, resource);
}

void check_call(const Walk& walk, const eks::BootStep& step, const Way& way) {
  if (step.action.empty() || tolerates_denial(step)) return;
  if (step.credentials == eks::Credentials::ecr_presigned) {
    const std::string resource = walk.resource_of(step);
    const Answer answer = may_fetch_layer(walk.view, resource, way);
    if (answer.refused.empty() && answer.permission.allowed == Tri::yes) return;
    return report_call(walk, step, answer, "the role of ECR's that signs layer addresses", "", resource);
  }
  const aws::Role* role = step.id.starts_with("ipamd.") ? walk.cni_role : walk.group.role;
  if (role) check_call_of(walk, step, *role, std::string(step.action), way);
}

}  // namespace drydock::proof

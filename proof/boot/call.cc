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

Answer asked_of(const Walk& walk, const eks::BootStep& step, const aws::Role& role, const std::string& action,
                const Way& way) {
  const std::string account = step.action.starts_with("ecr:") ? walk.host_of(step).substr(0, 12) : "";
  return may(walk.view, role, {action, walk.resource_of(step), action == "ecr:GetAuthorizationToken" ? "" : account},
             way);
}

bool fine(const Answer& answer) { return answer.refused.empty() && answer.permission.allowed == Tri::yes; }

void check_call_of(const Walk& walk, const eks::BootStep& step, const aws::Role& role, const std::string& action,
                   const Way& way) {
  eks::BootStep asked = step;
  asked.action = action;
  const Answer answer = asked_of(walk, step, role, action, way);
  if (!fine(answer)) report_call(walk, asked, answer, "role " + role.RoleName, role.RoleName, walk.resource_of(step));
}

bool is_ipv6(const Walk& walk) { return walk.group.cluster->kubernetesNetworkConfig.ipFamily == "ipv6"; }

std::string cni_version(const Walk& walk) {
  for (const auto& addon : walk.view.world().addons)
    if (addon.clusterName == walk.group.cluster->name && addon.addonName == "vpc-cni") return addon.addonVersion;
  return {};
}

// A denial that ipamd takes in its stride, but for two releases with IPv6:
// https://github.com/aws/amazon-vpc-cni-k8s/issues/3704
void check_describe_subnets(const Walk& walk, const eks::BootStep& step, const aws::Role& role, const Way& way) {
  const std::string version = cni_version(walk);
  if (!is_ipv6(walk) || (!version.starts_with("v1.22.0") && !version.starts_with("v1.22.1"))) return;
  for (const char* action : {"ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"})
    check_call_of(walk, step, role, action, way);
}

// What is asked only when pods need more addresses than the first interface has. Said where all else is allowed: who
// may do nothing hears that once.
void check_growth(const Walk& walk, const eks::BootStep& step, const aws::Role& role, const Way& way) {
  for (const char* first : {"ec2:DescribeNetworkInterfaces", "ec2:AssignPrivateIpAddresses"})
    if (!fine(asked_of(walk, step, role, first, way))) return;
  for (const char* action : {"ec2:CreateNetworkInterface", "ec2:AttachNetworkInterface", "ec2:DescribeInstances",
                             "ec2:ModifyNetworkInterfaceAttribute"}) {
    const Answer answer = asked_of(walk, step, role, action, way);
    if (fine(answer) || answer.permission.allowed == Tri::maybe) continue;
    Problem p = walk.problem("iam.cni-growth", step.id, Fault::denied);
    p.finding.effect = Verdict::degraded;
    p.finding.severity = Severity::warning;
    p.finding.where = {answer.policy, answer.field};
    p.finding.message = fmt::format(
        "role {} may not {}: nodes are Ready, pods beyond the first interface get no address", role.RoleName, action);
    p.finding.evidence.push_back(
        {role.RoleName, fmt::format("no {} policy allows {}", to_string(answer.permission.layer), action)});
    p.finding.symptom = {"pods: failed to assign an IP address to container", "when pods fill the first interface"};
    p.need.role = role.RoleName;
    p.need.actions = {action};
    p.need.resources = {walk.resource_of(step)};
    walk.out.add(std::move(p));
  }
}

void check_call(const Walk& walk, const eks::BootStep& step, const Way& way) {
  if (step.action.empty()) return;
  if (step.credentials == eks::Credentials::ecr_presigned) {
    const std::string resource = walk.resource_of(step);
    const Answer answer = may_fetch_layer(walk.view, resource, way);
    if (fine(answer)) return;
    return report_call(walk, step, answer, "the role of ECR's that signs layer addresses", "", resource);
  }
  const aws::Role* role = step.id.starts_with("ipamd.") ? walk.cni_role : walk.group.role;
  if (!role) return;
  if (step.denied == eks::Then::goes_on) return check_describe_subnets(walk, step, *role, way);
  const bool assigns = step.id == "ipamd.assign-addresses";
  check_call_of(walk, step, *role, assigns && is_ipv6(walk) ? "ec2:AssignIpv6Addresses" : std::string(step.action),
                way);
  if (assigns && !is_ipv6(walk)) check_growth(walk, step, *role, way);
}

}  // namespace drydock::proof

// Instance metadata and the credentials it hands out.
#include <fmt/format.h>

#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

void check_trust(const Walk& walk, const aws::Role& role) {
  const Answer answer = may_assume(walk.view, role, "ec2.amazonaws.com", "sts:AssumeRole");
  if (answer.refused.empty() && answer.permission.allowed == Tri::yes) return;
  Problem p = walk.problem("iam.trust", "credentials", Fault::denied);
  p.finding.where = {cloud::ref_of(role), "AssumeRolePolicyDocument"};
  p.need.role = role.RoleName;
  p.need.actions = {"sts:AssumeRole"};
  if (!answer.refused.empty()) {
    p.finding.message = fmt::format("AWS refuses the trust policy of role {}: {}", role.RoleName, answer.refused);
  } else if (answer.permission.allowed == Tri::maybe) {
    p.finding.effect = Verdict::depends;
    p.finding.message =
        fmt::format("whether ec2.amazonaws.com may assume role {} depends on keys nobody knows", role.RoleName);
    p.finding.depends_on.assign(answer.permission.unknown.begin(), answer.permission.unknown.end());
  } else {
    p.finding.message =
        fmt::format("role {} does not let ec2.amazonaws.com assume it, so instances get no credentials", role.RoleName);
  }
  p.finding.evidence.push_back({role.RoleName, answer.permission.explicit_deny
                                                   ? "a statement of its trust policy denies sts:AssumeRole"
                                                   : "no statement of its trust policy allows sts:AssumeRole to "
                                                     "Service ec2.amazonaws.com"});
  if (walk.group.managed)
    p.finding.symptom = {
        "InvalidParameterException: Following required service principals [ec2.amazonaws.com] were not "
        "found in the trust relationships of nodeRole",
        "when the node group is created"};
  walk.out.add(std::move(p));
}

void no_credentials(const Walk& walk, std::string_view code, Place where, std::string message) {
  Problem p = walk.problem(code, "credentials", Fault::unresolved);
  p.finding.where = std::move(where);
  p.finding.message = std::move(message);
  walk.out.add(std::move(p));
}

}  // namespace

void check_metadata(const Walk& walk) {
  const Group& g = walk.group;
  if (g.metadata_endpoint == "disabled") {
    Problem p = walk.problem("imds.disabled", "imds", Fault::dropped);
    p.finding.where = {g.template_ref, "launchTemplateData.metadataOptions.httpEndpoint"};
    p.finding.message = "the instance metadata service is switched off, so nodes learn nothing about themselves";
    p.finding.evidence.push_back({g.template_ref.id, "metadataOptions.httpEndpoint is disabled"});
    walk.out.add(std::move(p));
  }
  if (g.role) return check_trust(walk, *g.role);
  if (g.managed) {
    no_credentials(walk, "iam.role-missing", {g.noun, "nodeRole"},
                   fmt::format("node role {} does not exist", g.role_text));
  } else if (g.profile.empty()) {
    no_credentials(walk, "iam.no-profile", {g.template_ref, "launchTemplateData.iamInstanceProfile"},
                   "the launch template names no instance profile, so instances get no credentials");
  } else if (g.profile_noun && g.profile_noun->role.empty()) {
    no_credentials(walk, "iam.profile-empty", {cloud::ref_of(*g.profile_noun), "role"},
                   fmt::format("instance profile {} holds no role", g.profile_noun->InstanceProfileName));
  } else if (g.profile_noun) {
    no_credentials(
        walk, "iam.role-missing", {cloud::ref_of(*g.profile_noun), "role"},
        fmt::format("role {} of instance profile {} does not exist", g.role_text, g.profile_noun->InstanceProfileName));
  }
}

}  // namespace drydock::proof

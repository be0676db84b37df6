// The key of the nodes' volumes: Auto Scaling launches under a service-linked role, whose own policies say nothing
// about keys, so a customer key's policy or a grant must name it.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

std::string service_role(const cloud::World& world) {
  return fmt::format("arn:{}:iam::{}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
                     world.partition, world.account);
}

std::set<std::string> keys_of(const Group& g) {
  std::set<std::string> out;
  if (!g.launch_template) return out;
  const Json& devices = g.launch_template->launchTemplateData.at("blockDeviceMappingSet");
  for (std::size_t i = 0; i < devices.size(); ++i)
    if (const std::string key = devices.item(i).path("ebs.kmsKeyId").string_or(); !key.empty()) out.insert(key);
  std::erase_if(out, [](const std::string& key) { return key.ends_with("alias/aws/ebs"); });
  return out;
}

const cloud::KmsKey* find_key(const cloud::World& world, const std::string& text) {
  const std::string last = text.substr(text.rfind(':') + 1);
  for (const cloud::KmsKey& key : world.kms_keys) {
    if (key.keyId == text || (!key.arn.empty() && key.arn == text) || last == "key/" + key.keyId) return &key;
    for (const std::string& alias : key.aliases)
      if (alias == last || "alias/" + alias == last) return &key;
  }
  return nullptr;
}

Tri may_use(const WorldView& view, const cloud::KmsKey& key) {
  const std::string role = service_role(view.world());
  if (std::find(key.grantedPrincipals.begin(), key.grantedPrincipals.end(), role) != key.grantedPrincipals.end())
    return Tri::yes;
  if (key.policy.empty()) return Tri::no;  // AWS's default policy delegates to IAM, and IAM says nothing for this role
  const PolicyText& text = view.policy(key.keyId, key.policy, aws::PolicyKind::resource);
  if (!text.policy) return Tri::no;
  Subject subject;
  subject.role_arn = role;
  subject.account = view.world().account;
  subject.arn = fmt::format("arn:{}:sts::{}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
                            view.world().partition, view.world().account);
  Applying policies;
  policies.resource = text.policy.get();
  policies.resource_must_allow = true;
  const auto allowed = [&](const char* action) {
    Ask ask{action, key.arn.empty() ? "*" : key.arn, view.world().account, {}};
    ask.keys.set("kms:GrantIsForAWSResource", "true");
    ask.keys.set("kms:CallerAccount", view.world().account);
    ask.keys.set("kms:ViaService", fmt::format("ec2.{}.{}", view.world().region, view.suffix()));
    ask.keys.set("aws:PrincipalArn", role);
    ask.keys.set("aws:PrincipalAccount", view.world().account);
    return decide(subject, ask, policies).allowed;
  };
  return both(allowed("kms:CreateGrant"), both(allowed("kms:Decrypt"), allowed("kms:GenerateDataKeyWithoutPlaintext")));
}

void report(const Walk& walk, const std::string& text, const cloud::KmsKey* key, Tri allowed, std::string why) {
  Problem p = walk.problem("launch.kms-key", "launch", Fault::denied);
  p.finding.where = key ? Place{cloud::ref_of(*key), "policy"}
                        : Place{walk.group.template_ref, "launchTemplateData.blockDeviceMappingSet"};
  p.finding.message = fmt::format("volumes of the nodes are encrypted with {}: {}", text, why);
  p.finding.evidence.push_back({key ? key->keyId : text, std::move(why)});
  p.finding.symptom = {
      "AsgInstanceLaunchFailures: Client.InternalError: Client error on launch; instances terminate at "
      "once",
      "within a minute of the launch"};
  p.need.role = service_role(walk.view.world());
  p.need.actions = {"kms:CreateGrant"};
  p.subject = text;
  if (allowed == Tri::maybe) {
    p.finding.effect = Verdict::depends;
    p.finding.depends_on = {text};
  }
  walk.out.add(std::move(p));
}

}  // namespace

void check_volumes(const Walk& walk) {
  for (const std::string& text : keys_of(walk.group)) {
    const cloud::KmsKey* key = find_key(walk.view.world(), text);
    if (!key) {
      report(walk, text, nullptr, Tri::maybe, "the key is not in the input, nor whether Auto Scaling may use it");
    } else if (key->state != "Enabled") {
      report(walk, text, key, Tri::no, fmt::format("the key is {}", key->state));
    } else if (const Tri allowed = may_use(walk.view, *key); allowed != Tri::yes) {
      report(walk, text, key, allowed, "its policy does not let Auto Scaling's service-linked role use it");
    }
  }
}

}  // namespace drydock::proof

#include <drydock/aws.h>

#include "base/hash.h"
#include "providers/eks/parts.h"

namespace drydock::eks_provider {

namespace {

std::string trust_policy(const std::string& service, const std::vector<std::string>& actions) {
  Json::Array all(actions.begin(), actions.end());
  return Json::object(
             {{"Version", "2012-10-17"},
              {"Statement",
               Json::array({Json::object({{"Action", all},
                                          {"Effect", "Allow"},
                                          {"Principal", Json::object({{"Service", Json::array({service})}})}})})}})
      .dump();
}

/// The suffix is taken from the ARN in partition aws, in other partitions too.
std::string attachment_name(const std::string& role, const std::string& policy) {
  return role + "-" + hex(sha1("arn:aws:iam::aws:policy/" + policy)).substr(0, 8);
}

}  // namespace

ServiceRole::ServiceRole(Context& ctx, const std::string& name, const Args& args, ResourceOptions options)
    : ComponentResource(ctx, "eks:index:ServiceRole", name, std::move(options)) {
  aws::iam::RoleArgs role_args{.assumeRolePolicy = trust_policy(args.service, args.actions), .tags = args.tags};
  if (!args.description.empty()) role_args.description = args.description;
  role.emplace(ctx, name + "-role", role_args, ResourceOptions{.parent = *this});
  ready.add(*role);
  auto partition = aws::GetPartition(ctx, {}, {.parent = *this}).get(&aws::GetPartitionResult::partition);
  for (const auto& policy : args.policies) {
    aws::iam::RolePolicyAttachment attachment(
        ctx, attachment_name(name, policy),
        {.policyArn = concat("arn:", partition, ":iam::aws:policy/" + policy), .role = *role}, {.parent = *this});
    ready.add(attachment);
    attachments_.push_back(attachment.id);
  }
  register_outputs({{"role", *role}});
}

Output<std::string> ServiceRole::attached_arn() const {
  return all(role->arn, all(attachments_)).apply([](const std::string& arn, const std::vector<std::string>&) {
    return arn;
  });
}

}  // namespace drydock::eks_provider

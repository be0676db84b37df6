// Component eks:index:ClusterCreationRoleProvider: a role that may make clusters, and a provider that acts as it.
// Whoever makes a cluster is its administrator, so a role makes that something a team can share.
#include <drydock/aws.h>

#include <thread>

#include "providers/eks/parts.h"
#include "sdk/background.h"

namespace drydock::eks_provider {

namespace {

std::string trust_of_account(const std::string& partition, const std::string& account) {
  Json statement =
      Json::object({{"Action", "sts:AssumeRole"},
                    {"Effect", "Allow"},
                    {"Principal", Json::object({{"AWS", "arn:" + partition + ":iam::" + account + ":root"}})}});
  return Json::object({{"Version", "2012-10-17"}, {"Statement", Json::array({std::move(statement)})}}).dump();
}

std::string may_make_clusters() {
  Json statement =
      Json::object({{"Action", Json::array({"eks:*", "iam:PassRole"})}, {"Effect", "Allow"}, {"Resource", "*"}});
  return Json::object({{"Version", "2012-10-17"}, {"Statement", Json::array({std::move(statement)})}}).dump();
}

}  // namespace

AnyInputs make_creation_role_provider(ComponentHost& host, const Surroundings& around) {
  auto& ctx = host.ctx();
  const auto& in = host.inputs();
  const ResourceOptions child{.parent = host.self()};
  auto partition = aws::GetPartition(ctx, {}, {.parent = host.self()}).get(&aws::GetPartitionResult::partition);
  auto account = aws::GetCallerIdentity(ctx, {}, {.parent = host.self()}).get(&aws::GetCallerIdentityResult::accountId);
  aws::iam::Role role(ctx, host.name() + "-eksClusterCreatorRole",
                      {.assumeRolePolicy = all(partition, account).apply(trust_of_account),
                       .description = "Makes EKS clusters, and is their administrator."},
                      child);
  aws::iam::RolePolicy policy(ctx, host.name() + "-eksClusterCreatorPolicy",
                              {.policy = may_make_clusters(), .role = role}, child);
  // Nobody can act as a role before IAM has told everyone about it.
  auto settled =
      all(role.arn, policy.id).apply([&ctx, wait = around.role_settles](const std::string& arn, const std::string&) {
        if (wait.count() == 0 || ctx.dry_run()) return output_of(arn);
        return in_background<std::string>(ctx, arn, [wait](const std::string& arn) {
          std::this_thread::sleep_for(wait);
          return arn;
        });
      });
  aws::ProviderArgs args;
  aws::ProviderAssumeRoleArgs assume{.roleArn = settled};
  args.assumeRoles = {assume};
  hand_on(args.profile, in.input("profile"));
  hand_on(args.region, in.input("region"));
  aws::Provider provider(ctx, host.name() + "-eksClusterCreatorEntity", args, {.parent = host.self()});
  return AnyInputs{{"role", role}, {"provider", provider}};
}

}  // namespace drydock::eks_provider

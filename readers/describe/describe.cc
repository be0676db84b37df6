#include "readers/describe/describe.h"

#include <algorithm>

#include "cloud/aws/arn.h"
#include "readers/completing.h"
#include "readers/describe/collection.h"

namespace drydock::readers::describe {
namespace {

// Account and region, as the ARNs say.
void place(cloud::World& world, const Collection& all, const Input& input) {
  std::string account = input.account, region = input.region;
  const auto look = [&](const Json& arn) {
    const auto parsed = aws::Arn::parse(arn.string_or());
    if (!parsed) return;
    if (account.empty()) account = parsed->account;
    if (region.empty()) region = parsed->region;
  };
  for (const Item& item : all.of("cluster")) look(item.json.path("cluster.arn"));
  for (const Item& item : all.of("Subnets")) look(item.json.at("subnetArn"));
  for (const Item& item : all.of("Vpcs"))
    if (account.empty()) account = item.json.at("ownerId").string_or();
  if (!account.empty()) world.account = account;
  if (!region.empty()) world.region = region;
  world.partition = std::string(aws::partition_of(world.region));
}

// Calls without which nobody can say what lies in a VPC. An empty answer is an answer; none is not.
struct Needed {
  const char* key;
  const char* call;
};
constexpr Needed kNeeded[] = {
    {"Vpcs", "ec2 describe-vpcs"},
    {"Subnets", "ec2 describe-subnets"},
    {"RouteTables", "ec2 describe-route-tables"},
    {"SecurityGroups", "ec2 describe-security-groups"},
    {"NetworkAcls", "ec2 describe-network-acls"},
    {"VpcEndpoints", "ec2 describe-vpc-endpoints"},
};

}  // namespace

Result<Reading> read(const Input& input) {
  Collection all;
  for (const File& file : input.files)
    if (auto added = all.add(file); !added) return pass(added);
  Reading reading;
  cloud::World& world = reading.world;
  place(world, all, input);
  Filler filler(all, world);
  fill_network(filler);
  fill_compute(filler);
  fill_identity(filler);
  fill_eks(filler);
  add_what_is_only_named(world);
  for (const auto& cluster : world.clusters) note_unread_aws_auth(world, cluster);
  for (const Needed& needed : kNeeded) {
    if (all.has(needed.key)) continue;
    reading.notes.push_back(std::string("the answer of `aws ") + needed.call + "` is not among the files");
    for (const aws::Vpc& vpc : world.vpcs) {
      const cloud::Ref ref = cloud::ref_of(vpc);
      const bool noted = std::any_of(world.unknowns.begin(), world.unknowns.end(), [&](const cloud::Unknown& u) {
        return u.noun == ref && u.field == cloud::kAllOfIt;
      });
      if (!noted) world.unknowns.push_back({ref, cloud::kAllOfIt, std::string("aws ") + needed.call});
    }
  }
  return reading;
}

}  // namespace drydock::readers::describe

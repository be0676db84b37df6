// Several faults at once: every one of them is named, whichever stands before the other, and what is offered mends it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "proof/readiness.h"
#include "proof/test_world.h"

namespace drydock::proof {
namespace {

using testing::kRole, testing::node_config, testing::PrivateWorld, testing::trust_of;

struct Fault {
  const char* code;
  const char* where;
  void (*inject)(PrivateWorld&);
  int spoils = 0;  // faults with the same number, not 0, are about the same thing: one of them is enough
};

constexpr const char* kOthersOnly =
    R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:ListBucket","ecr:DescribeImages"],"Resource":"*"}]})";

const Fault kFaults[] = {
    {"endpoint.missing", "vpc", [](PrivateWorld& w) { w.erase_endpoint("ec2"); }, 1},
    {"endpoint.private-dns", "ec2", [](PrivateWorld& w) { w.endpoint_at("ec2").privateDnsEnabled = false; }, 1},
    {"endpoint.private-dns", "ecr.api", [](PrivateWorld& w) { w.endpoint_at("ecr.api").privateDnsEnabled = false; }, 2},
    {"endpoint.state", "ecr.api", [](PrivateWorld& w) { w.endpoint_at("ecr.api").state = "rejected"; }, 2},
    {"endpoint.policy", "ecr.dkr", [](PrivateWorld& w) { w.endpoint_at("ecr.dkr").policyDocument = kOthersOnly; }, 3},
    {"endpoint.security-group", "sg-endpoint", [](PrivateWorld& w) { w.erase_rules("sg-endpoint", false); }, 4},
    {"s3.route-table", "s3", [](PrivateWorld& w) { w.endpoint_at("s3").routeTableIdSet = {"rtb-b"}; }, 5},
    {"s3.endpoint-policy", "s3", [](PrivateWorld& w) { w.endpoint_at("s3").policyDocument = kOthersOnly; }, 6},
    {"sg.egress", "sg-node", [](PrivateWorld& w) { w.erase_rules("sg-node", true); }, 7},
    {"sg.cluster-ingress", "main", [](PrivateWorld& w) { w.erase_rules("main/eks-cluster-sg", false); }, 8},
    {"dns.hostnames", "vpc", [](PrivateWorld& w) { w.vpcs[0].enableDnsHostnames = false; }, 9},
    {"dns.support", "vpc", [](PrivateWorld& w) { w.vpcs[0].enableDnsSupport = false; }, 10},
    {"eks.endpoint-access", "main",
     [](PrivateWorld& w) { w.clusters[0].resourcesVpcConfig.endpointPrivateAccess = false; }, 11},
    {"iam.ecr", "node", [](PrivateWorld& w) { w.detach("AmazonEC2ContainerRegistryReadOnly"); }, 12},
    {"iam.cni", "node", [](PrivateWorld& w) { w.detach("AmazonEKS_CNI_Policy"); }, 13},
    {"iam.trust", "node", [](PrivateWorld& w) { w.roles[0].AssumeRolePolicyDocument = trust_of("eks.amazonaws.com"); },
     14},
    {"auth.unmapped", "main", [](PrivateWorld& w) { w.access_entries.clear(); }, 15},
    {"user-data.cluster-name", "lt:1", [](PrivateWorld& w) { w.user_data(node_config("mian")); }, 16},
    {"imds.disabled", "lt:1",
     [](PrivateWorld& w) {
       w.template_data()["metadataOptions"] = Json::object({{"httpEndpoint", "disabled"}});
     },
     17},
    {"cni.missing", "main", [](PrivateWorld& w) { w.clusters[0].bootstrapSelfManagedAddons = false; }, 18},
    {"acl.return", "acl",
     [](PrivateWorld& w) {
       w.network_acls.push_back({.networkAclId = "acl", .vpcId = "vpc"});
       for (const char* subnet : {"a", "b"})
         w.network_acls[0].associationSet.push_back({.networkAclId = "acl", .subnetId = subnet});
       for (bool egress : {true, false})
         w.network_acls[0].entrySet.push_back({.ruleNumber = 100,
                                               .protocol = "6",
                                               .ruleAction = "allow",
                                               .egress = egress,
                                               .cidrBlock = "0.0.0.0/0",
                                               .portFrom = 443,
                                               .portTo = 443});
     },
     19},
};

std::vector<const Fault*> draw(std::mt19937& random) {
  std::vector<const Fault*> out;
  std::set<int> taken;
  const std::size_t k = 1 + random() % 5;
  while (out.size() < k) {
    const Fault& fault = kFaults[random() % std::size(kFaults)];
    if (taken.insert(fault.spoils).second) out.push_back(&fault);
  }
  return out;
}

std::string named(const std::vector<const Fault*>& faults) {
  std::string out;
  for (const Fault* f : faults) out += std::string(f->code) + "@" + f->where + " ";
  return out;
}

/// DRYDOCK_WORLDS=10000 by hand.
int worlds() {
  const char* n = std::getenv("DRYDOCK_WORLDS");
  return n ? std::atoi(n) : 200;
}

TEST(ManyFaults, AreAllNamed) {
  std::mt19937 random(1);
  for (int n = 0; n < worlds(); ++n) {
    const std::vector<const Fault*> faults = draw(random);
    PrivateWorld world;
    for (const Fault* f : faults) f->inject(world);
    const Readiness r = prove(world, {.cluster = "", .find_fixes = false});
    EXPECT_EQ(r.verdict, Verdict::not_ready) << named(faults);
    std::set<std::pair<std::string, std::string>> found;
    for (const Finding& f : r.findings) found.insert({f.code, f.where.noun.id});
    for (const Fault* f : faults)
      EXPECT_TRUE(found.contains({f->code, f->where})) << f->code << " among " << named(faults);
  }
}

TEST(ManyFaults, AreMendedByTheFirstFixOfEach) {
  std::mt19937 random(2);
  for (int n = 0; n < worlds() / 10; ++n) {
    const std::vector<const Fault*> faults = draw(random);
    PrivateWorld world;
    for (const Fault* f : faults) f->inject(world);
    std::vector<Edit> edits;
    std::string without;
    for (const Finding& f : prove(world).findings) {
      // An endpoint that was rejected is for its owner to look at.
      if (f.fixes.empty() && f.effect == Verdict::not_ready && f.code != "endpoint.state") without += f.code + " ";
      if (!f.fixes.empty()) edits.insert(edits.end(), f.fixes[0].edits.begin(), f.fixes[0].edits.end());
    }
    const Readiness after = prove(proof::apply(world, edits), {.cluster = "", .find_fixes = false});
    std::string left;
    for (const Finding& f : after.findings)
      if (f.effect == Verdict::not_ready && f.code != "endpoint.state") left += f.code + "@" + f.where.noun.id + " ";
    EXPECT_EQ(left, "") << named(faults);
    EXPECT_EQ(without, "") << "no fix among " << named(faults);
  }
}

}  // namespace
}  // namespace drydock::proof

// One fault of a private world that works, and the fixes that are offered for it. Each is applied and proved again
// here.
#include "proof/fix/fix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "proof/readiness.h"
#include "proof/test_world.h"

namespace drydock::proof {
namespace {

using drydock::proof::testing::PrivateWorld;
using ::testing::ElementsAre;

struct Case {
  const char* name;
  std::function<void(PrivateWorld&)> fault;
  const char* code;
  std::vector<std::string> want;  // texts of the fixes
};
std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

const std::string kAll = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

std::string s3_policy(const std::string& bucket) {
  return R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::)" +
         bucket + R"(/*"}]})";
}

const Case kCases[] = {
    {"NoEc2",
     [](PrivateWorld& w) { w.erase_endpoint("ec2"); },
     "endpoint.missing",
     {"add an interface endpoint for ec2 with private DNS in the nodes' subnets, with a security group that admits 443 "
      "from the nodes"}},
    {"NoS3",
     [](PrivateWorld& w) { w.erase_endpoint("s3"); },
     "endpoint.missing",
     {"add a gateway endpoint for s3 on the route tables of the nodes' subnets"}},
    {"NoPrivateDns",
     [](PrivateWorld& w) { w.endpoint_at("ecr.api").privateDnsEnabled = false; },
     "endpoint.private-dns",
     {"turn private DNS of ecr.api on"}},
    {"GroupClosed",
     [](PrivateWorld& w) { w.erase_rules("sg-endpoint", false); },
     "endpoint.security-group",
     {"let sg-endpoint admit tcp 443 from sg-node"}},
    {"S3NotOnTable",
     [](PrivateWorld& w) { w.endpoint_at("s3").routeTableIdSet = {"rtb-a"}; },
     "s3.route-table",
     {"add rtb-b to the route tables of s3"}},
    {"LayersOfAnotherBucket",
     [](PrivateWorld& w) { w.endpoint_at("s3").policyDocument = s3_policy("prod-prod-starport-layer-bucket"); },
     "s3.endpoint-policy",
     {"policy.Statement[0].Resource = arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*",
      "let the policy of s3 allow s3:GetObject on arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"}},
    {"OwnBucketsOnly",
     [](PrivateWorld& w) { w.endpoint_at("s3").policyDocument = s3_policy("mine"); },
     "s3.endpoint-policy",
     {"let the policy of s3 allow s3:GetObject on arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"}},
    {"NoEcrPolicy",
     [](PrivateWorld& w) { w.detach("AmazonEC2ContainerRegistryReadOnly"); },
     "iam.ecr",
     {"attach AmazonEC2ContainerRegistryPullOnly to role node"}},
    {"NoTrust",
     [](PrivateWorld& w) { w.roles[0].AssumeRolePolicyDocument = testing::trust_of("eks.amazonaws.com"); },
     "iam.trust",
     {"let ec2.amazonaws.com assume role node"}},
    {"NoEntry",
     [](PrivateWorld& w) { w.access_entries.clear(); },
     "auth.unmapped",
     {"add the access entry of arn:aws:iam::123456789012:role/node with type EC2_LINUX"}},
    {"EntryOfAnotherType",
     [](PrivateWorld& w) { w.access_entries[0].type = "STANDARD"; },
     "auth.entry-type",
     {"make anew the access entry of arn:aws:iam::123456789012:role/node with type EC2_LINUX"}},
    {"NotInTheMap",
     [](PrivateWorld& w) {
       w.access_entries.clear(), w.clusters[0].accessConfig.authenticationMode = "CONFIG_MAP";
       w.config_map("- rolearn: arn:aws:iam::123456789012:role/other\n  username: other\n  groups: [system:masters]\n");
     },
     "auth.unmapped",
     {"map arn:aws:iam::123456789012:role/node to system:node:{{EC2PrivateDNSName}} in aws-auth"}},
    {"NoEgress", [](PrivateWorld& w) { w.erase_rules("sg-node", true); }, "sg.egress", {}},
    {"DnsHostnamesOff",
     [](PrivateWorld& w) { w.vpcs[0].enableDnsHostnames = false; },
     "dns.hostnames",
     {"turn DNS hostnames on"}},
    {"NoPrivateAccess",
     [](PrivateWorld& w) { w.clusters[0].resourcesVpcConfig.endpointPrivateAccess = false; },
     "eks.endpoint-access",
     {"turn private access to the API server on"}},
    {"NoCni",
     [](PrivateWorld& w) { w.clusters[0].bootstrapSelfManagedAddons = false; },
     "cni.missing",
     {"add the add-on vpc-cni"}},
    {"AclDropsAnswers",
     [](PrivateWorld& w) {
       aws::NetworkAcl acl{.networkAclId = "acl-1", .vpcId = "vpc"};
       acl.entrySet = {{.ruleNumber = 100, .ruleAction = "allow", .egress = true, .cidrBlock = "0.0.0.0/0"},
                       {.ruleNumber = 110,
                        .protocol = "6",
                        .ruleAction = "allow",
                        .cidrBlock = "10.0.0.0/16",
                        .portFrom = 443,
                        .portTo = 443}};
       acl.associationSet = {{.networkAclId = "acl-1", .subnetId = "a"}};
       w.network_acls = {acl};
     },
     "acl.return",
     {"let acl-1 pass tcp 32768-60999 from 0.0.0.0/0"}},
};

class Fixes : public ::testing::TestWithParam<Case> {};

TEST_P(Fixes, AreProved) {
  const Case& row = GetParam();
  PrivateWorld world;
  row.fault(world);
  const Readiness before = prove(world);
  const auto found = std::find_if(before.findings.begin(), before.findings.end(),
                                  [&](const Finding& finding) { return finding.code == row.code; });
  ASSERT_NE(found, before.findings.end()) << "no finding " << row.code;
  std::vector<std::string> texts;
  for (const Fix& fix : found->fixes) {
    texts.push_back(fix.text);
    const Readiness after = prove(proof::apply(world, fix.edits), {.cluster = "", .find_fixes = false});
    for (const Finding& finding : after.findings)
      EXPECT_FALSE(finding.code == found->code && finding.where == found->where && finding.message == found->message)
          << fix.text;
  }
  // Where the wish list is empty, any proved fix will do.
  if (row.want.empty()) {
    EXPECT_FALSE(texts.empty());
  } else {
    texts.resize(std::min(texts.size(), std::max<std::size_t>(row.want.size(), 1)));
    EXPECT_EQ(texts, row.want);
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, Fixes, ::testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

// The first fix of every finding, all of them together, makes the whole world ready.
TEST(FixesTogether, MakeAWorldReady) {
  PrivateWorld world;
  world.erase_endpoint("ec2");
  world.detach("AmazonEC2ContainerRegistryReadOnly");
  world.access_entries.clear();
  world.endpoint_at("s3").policyDocument = s3_policy("mine");
  cloud::World mended = world;
  for (const Finding& finding : prove(world).findings) {
    ASSERT_FALSE(finding.fixes.empty()) << finding.message;
    mended = proof::apply(mended, finding.fixes.front().edits);
  }
  const Readiness after = prove(mended);
  EXPECT_EQ(after.verdict, Verdict::ready) << (after.findings.empty() ? "" : after.findings[0].message);
}

TEST(FixesTogether, WhatOpensMoreIsOfferedOnlyWhereNothingNarrowerProves) {
  PrivateWorld world;
  world.erase_rules("sg-endpoint", false);
  for (const Finding& finding : prove(world).findings)
    for (const Fix& fix : finding.fixes) EXPECT_EQ(fix.text, "let sg-endpoint admit tcp 443 from sg-node");
}

TEST(FixesTogether, AnExplicitDenyIsSomebodysWill) {
  PrivateWorld world;
  world.endpoint_at("s3").policyDocument =
      R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
                       {"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}]})";
  for (const Finding& finding : prove(world).findings) EXPECT_TRUE(finding.fixes.empty());
}

}  // namespace
}  // namespace drydock::proof

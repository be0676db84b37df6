#include <gtest/gtest.h>

#include "base/fields.h"
#include "proof/readiness.h"

namespace drydock::proof {
namespace {

using Kind = Edit::Kind;

class Apply : public testing::Test {
 protected:
  Apply() {
    aws::VpcEndpoint s3;
    s3.vpcEndpointId = "s3";
    s3.policyDocument = R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"x"}]})";
    world_.vpc_endpoints = {s3};
    aws::Role role;
    role.RoleName = "nodes";
    role.grants.attached = {"arn:a"};
    world_.roles = {role};
    aws::eks::Cluster cluster;
    cluster.name = "main";
    cluster.tags = {{"kubernetes.io/cluster/main", "owned"}};
    world_.clusters = {cluster};
  }
  void apply_one(Kind kind, const std::string& table, const std::string& id, const std::string& field, Json value) {
    world_ = apply(world_, {{kind, {{table, id}, field}, std::move(value)}});
  }
  cloud::World world_;
};

TEST_F(Apply, AFieldInsideAField) {
  apply_one(Kind::set, "eks.cluster", "main", "resourcesVpcConfig.endpointPrivateAccess", true);
  EXPECT_TRUE(world_.clusters[0].resourcesVpcConfig.endpointPrivateAccess);
}

TEST_F(Apply, InsideADocumentThatIsText) {
  apply_one(Kind::set, "ec2.vpc-endpoint", "s3", "policyDocument.Statement.0.Resource", "y");
  EXPECT_EQ(Json::parse(world_.vpc_endpoints[0].policyDocument)->path("Statement.0.Resource"), Json("y"));
}

TEST_F(Apply, AStatementIsAppended) {
  apply_one(Kind::add, "ec2.vpc-endpoint", "s3", "policyDocument.Statement", Json::object({{"Sid", "Two"}}));
  EXPECT_EQ(Json::parse(world_.vpc_endpoints[0].policyDocument)->at("Statement").size(), 2u);
}

TEST_F(Apply, AnItemOfAListIsThereOnce) {
  for (int i = 0; i < 2; ++i) apply_one(Kind::add, "iam.role", "nodes", "grants.attached", "arn:b");
  EXPECT_EQ(world_.roles[0].grants.attached, (std::vector<std::string>{"arn:a", "arn:b"}));
  apply_one(Kind::remove, "iam.role", "nodes", "grants.attached", "arn:a");
  EXPECT_EQ(world_.roles[0].grants.attached, std::vector<std::string>{"arn:b"});
}

TEST_F(Apply, AMapTakesKeysWithDots) {
  apply_one(Kind::add, "iam.role", "nodes", "grants.inlined", Json::object({{"a.b", "{}"}}));
  EXPECT_EQ(world_.roles[0].grants.inlined.at("a.b"), "{}");
  apply_one(Kind::set, "eks.cluster", "main", "tags.kubernetes.io/cluster/main", "shared");
  EXPECT_EQ(world_.clusters[0].tags, (aws::eks::TagMap{{"kubernetes.io/cluster/main", "shared"}}));
  apply_one(Kind::remove, "eks.cluster", "main", "tags", "kubernetes.io/cluster/main");
  EXPECT_TRUE(world_.clusters[0].tags.empty());
}

TEST_F(Apply, NounsComeAndGo) {
  aws::SecurityGroupRule rule;
  rule.securityGroupRuleId = "sgr-1";
  rule.fromPort = 443;
  apply_one(Kind::create, "ec2.security-group-rule", "sgr-1", "", fields::encode(rule));
  ASSERT_EQ(world_.security_group_rules.size(), 1u);
  EXPECT_EQ(world_.security_group_rules[0].fromPort, 443);
  apply_one(Kind::erase, "ec2.security-group-rule", "sgr-1", "", {});
  EXPECT_TRUE(world_.security_group_rules.empty());
}

TEST_F(Apply, WhatIsSetIsKnown) {
  world_.unknowns = {{{"ec2.vpc-endpoint", "s3"}, "routeTableIdSet", "s3.routeTableIds"},
                     {{"ec2.vpc-endpoint", "s3"}, "policyDocument", "s3.policy"}};
  apply_one(Kind::set, "ec2.vpc-endpoint", "s3", "routeTableIdSet", Json::array({"rtb"}));
  ASSERT_EQ(world_.unknowns.size(), 1u);
  EXPECT_EQ(world_.unknowns[0].field, "policyDocument");
}

TEST_F(Apply, ThePlansOrder) {
  world_.plan = {{.address = "b", .after = {"a"}}};
  apply_one(Kind::remove, "plan", "b", "after", "a");
  EXPECT_TRUE(world_.plan[0].after.empty());
}

}  // namespace
}  // namespace drydock::proof

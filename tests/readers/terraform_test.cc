// Plans that terraform itself wrote (terraform/regenerate.sh), read and proved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/file.h"
#include "base/text.h"
#include "proof/readiness.h"
#include "readers/reader.h"

namespace drydock::readers {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

const std::string kFolder = DRYDOCK_SOURCE_DIR "/tests/readers/terraform/";

std::string text_of(const std::string& path) {
  auto text = read_file(path);
  EXPECT_TRUE(text) << path;
  return text ? *text : "";
}
std::string plan_text(const std::string& stack) { return text_of(kFolder + stack + "/plan.json"); }

Reading read_plan(const std::string& text, std::vector<File> sources = {}) {
  Input input;
  input.files = {{"plan.json", text}};
  input.sources = std::move(sources);
  auto format = detect(input);
  EXPECT_TRUE(format) << format.error().to_string();
  auto reading = read(input, Format::terraform);
  EXPECT_TRUE(reading) << reading.error().to_string();
  return reading ? *reading : Reading();
}
std::string fault_of(const std::string& text) {
  auto reading = read({.files = {{"plan.json", text}}}, Format::terraform);
  return reading ? "" : reading.error().to_string();
}

std::vector<std::string> sources_of_unknowns(const cloud::World& world) {
  std::vector<std::string> out;
  for (const auto& unknown : world.unknowns) out.push_back(unknown.source);
  return out;
}
std::vector<std::string> codes_of(const proof::Readiness& readiness) {
  std::vector<std::string> out;
  for (const auto& finding : readiness.findings)
    if (finding.severity == proof::Severity::error) out.push_back(finding.code);
  return out;
}
std::string told(const proof::Readiness& readiness) {
  std::string out = proof::to_string(readiness.verdict);
  for (const auto& finding : readiness.findings) out += "\n  " + finding.code + " " + finding.message;
  return out;
}

// --- verdicts

TEST(TerraformVerdict, ThePrivateClusterIsReady) {
  const Reading reading = read_plan(plan_text("private"));
  EXPECT_THAT(sources_of_unknowns(reading.world), IsEmpty());
  const auto readiness = proof::prove(reading.world);
  EXPECT_EQ(readiness.verdict, proof::Verdict::ready) << told(readiness);
  ASSERT_EQ(readiness.node_groups.size(), 1u);
  EXPECT_EQ(readiness.node_groups[0].nodes, 2);
}

// The same plan with one thing changed in its text.
std::string changed(std::string text, std::string_view what, std::string_view with) {
  EXPECT_NE(text.find(what), text.npos) << what;
  return replace_all(std::move(text), what, with);
}

TEST(TerraformVerdict, AWrongBucketInTheEndpointsPolicyIsTold) {
  const Reading reading =
      read_plan(changed(plan_text("private"), "prod-us-east-1-starport", "prod-eu-west-1-starport"));
  const auto readiness = proof::prove(reading.world);
  EXPECT_EQ(readiness.verdict, proof::Verdict::not_ready);
  EXPECT_THAT(codes_of(readiness), ElementsAre("s3.endpoint-policy"));
  const cloud::Origin* origin = cloud::origin_of(reading.world, readiness.findings[0].where.noun);
  ASSERT_NE(origin, nullptr);
  EXPECT_EQ(origin->address, "aws_vpc_endpoint.s3");
}

TEST(TerraformVerdict, AClusterInANetworkOfAnotherPlanDepends) {
  const Reading reading = read_plan(R"({"format_version":"1.0","values":{"root_module":{"resources":[
    {"address":"aws_eks_cluster.c","mode":"managed","type":"aws_eks_cluster","name":"c","values":{"name":"c",
     "role_arn":"arn:aws:iam::111122223333:role/c","arn":"arn:aws:eks:us-east-1:111122223333:cluster/c",
     "vpc_config":[{"subnet_ids":["subnet-1","subnet-2"],"security_group_ids":[],"endpoint_private_access":true,"endpoint_public_access":false}]}},
    {"address":"aws_eks_node_group.n","mode":"managed","type":"aws_eks_node_group","name":"n","values":{"cluster_name":"c",
     "node_group_name":"n","node_role_arn":"arn:aws:iam::111122223333:role/n","subnet_ids":["subnet-1","subnet-2"],
     "scaling_config":[{"desired_size":2,"max_size":2,"min_size":1}]}}]}}})");
  const auto readiness = proof::prove(reading.world);
  EXPECT_EQ(readiness.verdict, proof::Verdict::depends) << told(readiness);
  EXPECT_THAT(readiness.node_groups.at(0).depends_on,
              Contains("the VPC of subnet-1 (named here, and not part of the input)"));
}

TEST(TerraformVerdict, UserDataThatIsKnownAfterApplyMakesItDepend) {
  const Reading reading = read_plan(plan_text("public"), {{"main.tf", text_of(kFolder + "public/main.tf")}});
  const auto readiness = proof::prove(reading.world);
  EXPECT_EQ(readiness.verdict, proof::Verdict::depends) << told(readiness);
  EXPECT_THAT(readiness.node_groups.at(0).depends_on, ElementsAre("aws_launch_template.node.user_data"));
}

// Maps of anything through for_each, try() that gives null, a template that only a dynamic block names.
TEST(TerraformVerdict, ModulesAsTheyArePublishedLeaveNoGap) {
  const Reading reading = read_plan(plan_text("modules"));
  EXPECT_THAT(sources_of_unknowns(reading.world), IsEmpty());
  const auto readiness = proof::prove(reading.world);
  EXPECT_EQ(readiness.verdict, proof::Verdict::ready) << told(readiness);
  EXPECT_THAT(readiness.findings, IsEmpty()) << told(readiness);
}

TEST(TerraformVerdict, AnEndpointLessIsMissed) {
  const Reading reading =
      read_plan(changed(plan_text("modules"), "com.amazonaws.us-east-1.ecr.dkr", "com.amazonaws.us-east-1.logs"));
  EXPECT_THAT(codes_of(proof::prove(reading.world)), ElementsAre("endpoint.missing"));
}

// --- shapes

TEST(TerraformShapes, OrderFollowsReferencesAndDependsOn) {
  const Reading reading = read_plan(plan_text("private"));
  const auto step = [&](std::string_view address) -> const cloud::PlanStep& {
    for (const auto& one : reading.world.plan)
      if (one.address == address) return one;
    ADD_FAILURE() << address;
    return reading.world.plan[0];
  };
  EXPECT_THAT(step("aws_eks_node_group.default").after,
              IsSupersetOf({"aws_vpc_endpoint.s3", "aws_vpc_endpoint.interface[\"ecr.api\"]", "aws_eks_cluster.this",
                            "aws_iam_role.node", "module.network.aws_subnet.private[0]"}));
  EXPECT_TRUE(step("aws_eks_node_group.default").waits_for_nodes);
  EXPECT_THAT(step("aws_eks_addon.coredns").after, IsSupersetOf({"aws_eks_node_group.default"}));
  EXPECT_THAT(step("aws_vpc_endpoint.s3").after, Contains("module.network.aws_route_table.private[1]"));
  EXPECT_THAT(step("aws_eks_cluster.this").after, Not(Contains("aws_eks_node_group.default")));
}

TEST(TerraformShapes, WhatIsNotModelledIsListedOnce) {
  const Reading reading = read_plan(plan_text("private"));
  EXPECT_THAT(reading.notes, ElementsAre("1 resource of aws_lambda_function is not modelled"));
  ASSERT_EQ(reading.world.unmodelled.size(), 1u);
  EXPECT_FALSE(reading.world.unmodelled[0].could_matter);
}

TEST(TerraformShapes, UserDataThatIsKnownAfterApplyIsUnknown) {
  const Reading reading = read_plan(plan_text("public"));
  EXPECT_THAT(sources_of_unknowns(reading.world), ElementsAre("aws_launch_template.node.user_data"));
}

TEST(TerraformShapes, SourceGivesPositions) {
  const Reading reading =
      read_plan(plan_text("private"), {{"main.tf", text_of(kFolder + "private/main.tf")},
                                       {"network/main.tf", text_of(kFolder + "private/network/main.tf")}});
  const auto line_of = [&](std::string_view address, const std::string& text) {
    for (const auto& origin : reading.world.origins) {
      if (origin.address != address) continue;
      const auto lines = split(text_of(kFolder + "private/" + origin.file), '\n');
      return lines.at(static_cast<std::size_t>(origin.line - 1)) == text;
    }
    return false;
  };
  EXPECT_TRUE(line_of("aws_vpc_endpoint.s3", "resource \"aws_vpc_endpoint\" \"s3\" {"));
  EXPECT_TRUE(line_of("module.network.aws_subnet.private[1]", "resource \"aws_subnet\" \"private\" {"));
}

TEST(TerraformShapes, OnlyTheSourceTellsWhatALocalIs) {
  const auto rules_of_cluster = [](const Reading& reading) {
    std::size_t count = 0;
    for (const auto& rule : reading.world.security_group_rules) count += rule.groupId == "public/eks-cluster-sg";
    return count;
  };
  const Reading without = read_plan(plan_text("public"));
  EXPECT_EQ(rules_of_cluster(without), 0u);
  EXPECT_THAT(without.notes,
              Contains(HasSubstr("aws_security_group_rule.node_to_cluster: security_group_id is not known")));
  EXPECT_EQ(without.world.unmodelled.at(0).address, "aws_security_group_rule.node_to_cluster.security_group_id");
  EXPECT_TRUE(without.world.unmodelled.at(0).could_matter);
  const Reading with = read_plan(plan_text("public"), {{"main.tf", text_of(kFolder + "public/main.tf")}});
  EXPECT_EQ(rules_of_cluster(with), 1u);
  EXPECT_THAT(with.notes, IsEmpty());
}

TEST(TerraformShapes, AStateIsReadLikeAPlan) {
  Json plan = *Json::parse(plan_text("private"));
  Json state = Json::object({{"format_version", "0.1"}, {"terraform_version", "0.13.5"}});
  state["values"] = plan.at("planned_values");
  const Reading reading = read_plan(state.dump());
  EXPECT_THAT(reading.world.plan, IsEmpty());
  EXPECT_EQ(reading.world.vpc_endpoints.size(), 6u);
  EXPECT_EQ(reading.world.clusters.size(), 1u);
}

// --- bad input: one message with its place, and never a verdict

TEST(TerraformFaults, OneMessage) {
  const std::string plan = plan_text("private");
  EXPECT_THAT(fault_of(plan.substr(0, plan.size() / 2)), HasSubstr("plan.json: invalid JSON at line"));
  EXPECT_THAT(fault_of(R"({"format_version":"2.0","planned_values":{}})"), HasSubstr("format_version is \"2.0\""));
  EXPECT_THAT(fault_of(R"({"format_version":"1.0"})"), HasSubstr("the state is empty"));
  EXPECT_THAT(fault_of(changed(plan, "\"errored\": false", "\"errored\": true")), HasSubstr("the plan is incomplete"));
  EXPECT_THAT(
      fault_of(R"({"format_version":"1.0","planned_values":{"root_module":{"resources":[{"type":"aws_vpc"}]}}})"),
      HasSubstr("has no address"));
  EXPECT_THAT(fault_of(std::string(100'000, '[')), HasSubstr("invalid JSON"));
}

// Plans with a few bytes changed: a world or an error, and no crash. The fuzz target does this without end.
TEST(TerraformFaults, DamagedPlansNeverCrash) {
  const std::string plan = plan_text("modules"), source = text_of(kFolder + "modules/main.tf");
  std::minstd_rand dice(7);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(dice()) % n; };
  static constexpr std::string_view kBytes = "{}[],:\"0x.\\";
  for (int i = 0; i < 200; ++i) {
    std::string text = plan, tf = source;
    for (std::size_t n = pick(4) + 1; n-- > 0;) {
      text[pick(text.size())] = kBytes[pick(kBytes.size())];
      tf[pick(tf.size())] = kBytes[pick(kBytes.size())];
    }
    // A piece of it in another place keeps it well-formed more often.
    const std::size_t from = text.find("references", pick(text.size())),
                      to = text.find("references", pick(text.size()));
    if (from != text.npos && to != text.npos && i % 2) text.replace(from, 20, text.substr(to, 20));
    Input input;
    input.files = {{"plan.json", text}};
    input.sources = {{"main.tf", tf}};
    if (auto reading = read(input, Format::terraform); !reading)
      EXPECT_THAT(reading.error().to_string(), HasSubstr("plan.json"));
  }
}

TEST(TerraformFaults, CyclicReferencesEnd) {
  const char* text = R"({"format_version":"1.2","planned_values":{"root_module":{"resources":[
      {"address":"aws_subnet.a","mode":"managed","type":"aws_subnet","name":"a","values":{"cidr_block":"10.0.0.0/24"}},
      {"address":"aws_subnet.b","mode":"managed","type":"aws_subnet","name":"b","values":{"cidr_block":"10.0.1.0/24"}}]}},
    "resource_changes":[{"address":"aws_subnet.a","change":{"actions":["create"],"after_unknown":{"vpc_id":true}}},
      {"address":"aws_subnet.b","change":{"actions":["create"],"after_unknown":{"vpc_id":true}}}],
    "configuration":{"root_module":{"resources":[
      {"address":"aws_subnet.a","mode":"managed","type":"aws_subnet","name":"a","expressions":{"vpc_id":{"references":["aws_subnet.b.vpc_id","aws_subnet.b"]}}},
      {"address":"aws_subnet.b","mode":"managed","type":"aws_subnet","name":"b","expressions":{"vpc_id":{"references":["aws_subnet.a.vpc_id","aws_subnet.a"]}}}]}}})";
  const Reading reading = read_plan(text);
  EXPECT_THAT(sources_of_unknowns(reading.world), IsSupersetOf({"aws_subnet.a.vpc_id", "aws_subnet.b.vpc_id"}));
}

}  // namespace
}  // namespace drydock::readers

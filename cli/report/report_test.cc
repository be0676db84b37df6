// What people, programs and pull requests see of a verdict. Golden files: DRYDOCK_UPDATE_GOLDEN=1 writes them anew.
#include "cli/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"

namespace drydock::cli {
namespace {

using proof::Edit;
using proof::Verdict;
using testing::HasSubstr;
using testing::Not;

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(DRYDOCK_SOURCE_DIR) + "/cli/report/testdata/" + name;
  if (std::getenv("DRYDOCK_UPDATE_GOLDEN")) {
    ASSERT_TRUE(write_file(path, text));
  }
  auto golden = read_file(path);
  ASSERT_TRUE(golden) << "no golden file; run again with DRYDOCK_UPDATE_GOLDEN=1";
  EXPECT_EQ(text, *golden);
}

const std::string kS3 = "urn:pulumi:prod::private-eks::aws:ec2/vpcEndpoint:VpcEndpoint::s3";
const std::string kGroup = "urn:pulumi:prod::private-eks::eks:index:Cluster$aws:autoscaling/group:Group::cluster";

/// A plan with one gateway endpoint and one group of nodes.
cloud::World world() {
  cloud::World w;
  w.dialect = cloud::Dialect::drydock;
  w.clusters.push_back({.name = "c-1"});
  w.vpc_endpoints.push_back({.vpcEndpointId = kS3, .vpcId = "vpc"});
  w.auto_scaling_groups.push_back({.AutoScalingGroupName = "cluster-308b04a"});
  w.origins.push_back({{"ec2.vpc-endpoint", kS3}, kS3, "aws:ec2/vpcEndpoint:VpcEndpoint", "main.cc", 88, 3});
  w.origins.push_back({{"autoscaling.group", "cluster-308b04a"}, kGroup, "aws:autoscaling/group:Group"});
  w.unmodelled.push_back({"urn:x", "aws:lambda/function:Function", false});
  return w;
}
proof::NodeGroup group(Verdict verdict) {
  return {.name = "cluster-308b04a",
          .cluster = "c-1",
          .noun = {"autoscaling.group", "cluster-308b04a"},
          .verdict = verdict,
          .nodes = 2,
          .steps = 31};
}
proof::Finding layers() {
  proof::Finding f{.code = "s3.endpoint-policy", .step = "pull.cni-init.layers"};
  f.where = {{"ec2.vpc-endpoint", kS3}, "policyDocument.Statement.0.Resource"};
  f.node_groups = {"cluster-308b04a"};
  f.message = "layer download answers 403 Forbidden";
  f.evidence = {{"s3", "allows arn:aws:s3:::prod-prod-starport-layer-bucket/*"},
                {"ECR", "keeps layers of us-east-1 in prod-us-east-1-starport-layer-bucket"}};
  f.symptom = {"aws-node Init:ImagePullBackOff, \"unexpected status code ... 403 Forbidden\"", "after ~15 min"};
  f.fixes.push_back({"allow the bucket of ECR's layers",
                     {{Edit::Kind::set, f.where, "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"}}});
  f.fixes.push_back({"add an endpoint",
                     {{Edit::Kind::create,
                       {{"ec2.vpc-endpoint", "new"}, ""},
                       Json::object({{"vpcId", "vpc"},
                                     {"serviceName", "com.amazonaws.us-east-1.ec2"},
                                     {"state", "pending"},
                                     {"privateDnsEnabled", true}})}}});
  return f;
}

struct Case {
  const char* name;
  std::vector<proof::NodeGroup> groups;
  std::vector<proof::Finding> findings;
};
std::vector<Case> cases() {
  proof::NodeGroup waits = group(Verdict::depends);
  waits.depends_on = {"s3.routeTableIds"};
  proof::Finding unknown{.code = "depends", .effect = Verdict::depends, .node_groups = {"cluster-308b04a"}};
  unknown.severity = proof::Severity::warning;
  unknown.depends_on = {"s3.routeTableIds"};
  proof::Finding slow{.code = "order.deadlock", .severity = proof::Severity::warning, .effect = Verdict::degraded};
  slow.message = "the add-on waits for nodes";
  return {{"ready", {group(Verdict::ready)}, {}},
          {"depends", {waits}, {unknown}},
          {"not-ready", {group(Verdict::not_ready)}, {layers()}},
          {"degraded", {group(Verdict::degraded)}, {slow}},
          {"no-nodes", {}, {}}};
}

TEST(Reports, ForPeople) {
  const cloud::World w = world();
  std::string all;
  for (const Case& c : cases()) {
    Report report{.world = w, .readiness = {.node_groups = c.groups, .findings = c.findings}};
    if (std::string_view(c.name) == "ready") report.took = std::chrono::microseconds(900);
    all += std::string("--- ") + c.name + "\n" + report_text(report, {}, "proved again before nodes launch") + "\n";
  }
  expect_golden("report.txt", all);
}

Report failing(const cloud::World& w) {
  return {
      .world = w,
      .readiness = {.verdict = Verdict::not_ready, .node_groups = {group(Verdict::not_ready)}, .findings = {layers()}},
      .notes = {"not modelled: aws:lambda/function:Function"},
      .input = "plan.json"};
}
TEST(Reports, AsJson) {
  const cloud::World w = world();
  expect_golden("report.json", report_json(failing(w)).dump_pretty() + "\n");
}
TEST(Reports, AsSarif) {
  const cloud::World w = world();
  expect_golden("report.sarif", report_sarif(failing(w), "0.1.0").dump_pretty() + "\n");
}
TEST(Reports, AsMarkdown) {
  const cloud::World w = world();
  expect_golden("report.md", report_markdown(failing(w)));
}

TEST(Reports, ExitCodesAreVerdicts) {
  EXPECT_EQ(exit_code(Verdict::ready), 0);
  EXPECT_EQ(exit_code(Verdict::not_ready), 2);
  EXPECT_EQ(exit_code(Verdict::depends), 3);
  EXPECT_EQ(exit_code(Verdict::degraded), 4);
  EXPECT_EQ(exit_code(Verdict::flaky), 4);
}

/// The parts of JSON Schema that docs/readiness.schema.json uses.
std::string mismatch(const Json& schema, const Json& root, const Json& value, const std::string& at) {
  if (const Json& ref = schema.at("$ref"); ref.is_string())
    return mismatch(root.at("$defs").at(ref.as_string().substr(sizeof "#/$defs/" - 1)), root, value, at);
  if (const Json& any = schema.at("anyOf"); any.is_array()) {
    std::string why;
    for (const Json& one : any.as_array()) {
      why = mismatch(one, root, value, at);
      if (why.empty()) return {};
    }
    return why;
  }
  if (const Json& allowed = schema.at("enum"); allowed.is_array()) {
    for (const Json& one : allowed.as_array())
      if (one == value) return {};
    return at + " is none of the values: " + value.dump();
  }
  const auto is = [&](std::string_view type) {
    return type == "object"    ? value.is_object()
           : type == "array"   ? value.is_array()
           : type == "string"  ? value.is_string()
           : type == "integer" ? value.is_int()
           : type == "boolean" ? value.is_bool()
           : type == "null"    ? value.is_null()
                               : false;
  };
  if (const std::string type = schema.at("type").string_or(); !type.empty() && !is(type)) return at + " is no " + type;
  const Json& required = schema.at("required");
  for (std::size_t i = 0; i < required.size(); ++i)
    if (!value.has(required.item(i).string_or())) return at + " lacks " + required.item(i).string_or();
  if (value.is_object() && schema.at("properties").is_object())
    for (const auto& [key, member] : value.as_object()) {
      const Json* known = schema.at("properties").find(key);
      if (!known) return at + "." + key + " is not in the schema";
      if (auto why = mismatch(*known, root, member, at + "." + key); !why.empty()) return why;
    }
  for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
    if (auto why = mismatch(schema.at("items"), root, value.item(i), at + "[" + std::to_string(i) + "]"); !why.empty())
      return why;
  return {};
}

TEST(Reports, KeepTheirSchema) {
  const auto text = read_file(std::string(DRYDOCK_SOURCE_DIR) + "/docs/readiness.schema.json");
  ASSERT_TRUE(text);
  const auto schema = Json::parse(*text);
  ASSERT_TRUE(schema) << schema.error().to_string();
  const cloud::World w = world();
  for (const Case& c : cases())
    EXPECT_EQ(mismatch(*schema, *schema,
                       report_json({.world = w, .readiness = {.node_groups = c.groups, .findings = c.findings}}), "$"),
              "")
        << c.name;
  Json broken = report_json(failing(w));
  broken["verdict"] = "maybe";
  EXPECT_THAT(mismatch(*schema, *schema, broken, "$"), HasSubstr("$.verdict is none of the values"));
}

TEST(Codes, AreDocumented) {
  const std::string path = std::string(DRYDOCK_SOURCE_DIR) + "/docs/findings.md";
  if (std::getenv("DRYDOCK_UPDATE_GOLDEN")) {
    ASSERT_TRUE(write_file(path, codes_markdown()));
  }
  auto written = read_file(path);
  ASSERT_TRUE(written);
  EXPECT_EQ(codes_markdown(), *written)
      << "run again with DRYDOCK_UPDATE_GOLDEN=1, or: drydock explain --all --markdown";
}

TEST(Codes, ExplainThemselves) {
  const proof::Code* code = proof::find_code("s3.endpoint-policy");
  ASSERT_TRUE(code);
  const std::string text = code_text(*code, {});
  EXPECT_THAT(text, HasSubstr("s3.endpoint-policy: "));
  EXPECT_THAT(text, HasSubstr("cause class: vpc-endpoint-policy"));
  EXPECT_THAT(text, Not(HasSubstr("  \n")));
}

}  // namespace
}  // namespace drydock::cli

// The private cluster as a well-known description of it has the program: endpoints for eks, ecr.api, ecr.dkr and S3
// only, which take the cluster's node security group; a role without ECR's policy. Made from the preview of our
// example.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"
#include "proof/readiness.h"
#include "readers/reader.h"

namespace drydock::readers {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kUnknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

std::string tail(const std::string& urn) { return urn.substr(urn.rfind("::") + 2); }
bool is_endpoint(const std::string& urn) { return urn.find("vpcEndpoint:VpcEndpoint") != urn.npos; }

void erase_urns(Json& list, const std::set<std::string>& gone) {
  if (list.is_array()) std::erase_if(list.as_array(), [&](const Json& urn) { return gone.contains(urn.string_or()); });
}

/// The example's preview with the description's differences.
Json blog_preview() {
  auto text = read_file(DRYDOCK_SOURCE_DIR "/readers/pulumi/testdata/private-eks.preview.json");
  EXPECT_TRUE(text);
  Json preview = *Json::parse(*text);
  std::string cluster, node_group;
  std::set<std::string> gone, endpoints;
  for (const Json& step : preview.at("steps").as_array()) {
    const std::string urn = step.at("urn").string_or(), name = tail(urn);
    if (urn.ends_with("::eks:index:Cluster::cluster")) cluster = urn;
    if (name == "cluster-nodeSecurityGroup") node_group = urn;
    if (name == "node-ecr" || name == "endpoints" || (is_endpoint(urn) && (name == "ec2" || name == "sts")))
      gone.insert(urn);
    else if (is_endpoint(urn))
      endpoints.insert(urn);
  }
  Json::Array& steps = preview["steps"].as_array();
  std::erase_if(steps, [&](const Json& step) { return gone.contains(step.at("urn").string_or()); });
  for (Json& step : steps) {
    const std::string urn = step.at("urn").string_or();
    Json& state = step["newState"];
    std::set<std::string> none = gone;
    if (urn == cluster) none.insert(endpoints.begin(), endpoints.end());
    if (Json* list = state.find("dependencies")) erase_urns(*list, none);
    if (Json* properties = state.find("propertyDependencies"); properties && properties->is_object())
      for (auto& [property, list] : properties->as_object()) erase_urns(list, none);
    if (!endpoints.contains(urn) || !state.at("inputs").has("securityGroupIds")) continue;
    state["inputs"]["securityGroupIds"] = Json::array({kUnknown});
    state["propertyDependencies"]["securityGroupIds"] = Json::array({node_group, cluster});
    for (const std::string& one : {node_group, cluster}) state["dependencies"].push_back(one);
  }
  return preview;
}

/// The lookup of route tables is another matter; here they are named.
cloud::World blog_world(cloud::Dialect dialect) {
  const Input input{.files = {{"preview.json", blog_preview().dump()}}};
  auto reading = read(input, Format::pulumi_preview);
  EXPECT_TRUE(reading) << reading.error().to_string();
  cloud::World world = reading->world;
  world.dialect = dialect;
  for (auto& endpoint : world.vpc_endpoints)
    if (endpoint.vpcEndpointType == "Gateway")
      for (const auto& table : world.route_tables) endpoint.routeTableIdSet.push_back(table.routeTableId);
  world.unknowns.clear();
  return world;
}

std::set<std::string> codes_of(const proof::Readiness& readiness) {
  std::set<std::string> out;
  for (const auto& finding : readiness.findings) out.insert(finding.code);
  return out;
}
const proof::Finding& finding_of(const proof::Readiness& readiness, std::string_view code) {
  static const proof::Finding kNone;
  for (const auto& finding : readiness.findings)
    if (finding.code == code) return finding;
  return kNone;
}

TEST(BlogLiteral, EverythingThatIsMissingIsNamedAndTheOrderToo) {
  const proof::Readiness readiness = proof::prove(blog_world(cloud::Dialect::pulumi));
  EXPECT_EQ(readiness.verdict, proof::Verdict::not_ready);
  EXPECT_THAT(codes_of(readiness), ElementsAre("endpoint.missing", "iam.ecr", "order.deadlock"));
  EXPECT_THAT(finding_of(readiness, "endpoint.missing").message, HasSubstr("ec2"));
  EXPECT_THAT(finding_of(readiness, "order.deadlock").message,
              AllOf(HasSubstr("cluster-coredns"), HasSubstr("ecr.api"), HasSubstr("ecr.dkr")));
}

TEST(BlogLiteral, TheFixesTogetherMakeItReady) {
  cloud::World world = blog_world(cloud::Dialect::pulumi);
  for (const proof::Finding& finding : proof::prove(world).findings) {
    ASSERT_FALSE(finding.fixes.empty()) << finding.message;
    world = proof::apply(world, finding.fixes.front().edits);
  }
  const proof::Readiness after = proof::prove(world);
  EXPECT_EQ(after.verdict, proof::Verdict::ready) << (after.findings.empty() ? "" : after.findings.front().message);
}

TEST(BlogLiteral, OurOwnEngineDoesNotWaitForTheChildren) {
  const proof::Readiness readiness = proof::prove(blog_world(cloud::Dialect::drydock));
  const proof::Finding& order = finding_of(readiness, "order.deadlock");
  EXPECT_EQ(order.severity, proof::Severity::warning);
  EXPECT_EQ(order.effect, proof::Verdict::ready);
}

}  // namespace
}  // namespace drydock::readers

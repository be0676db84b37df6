// Worlds out of Pulumi's resources: small stacks as JSON, and the example's real preview and export.
#include "readers/pulumi/pulumi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/hash.h"
#include "cloud/eks/node_config.h"
#include "cloud/world/world.h"

namespace drydock::readers::pulumi {
namespace {

using cloud::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr const char* kUnknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/// urn:pulumi:dev::shop::<type>::<name>
std::string urn(const std::string& type, const std::string& name) {
  return "urn:pulumi:dev::shop::" + type + "::" + name;
}
Json resource(std::string_view type, const std::string& name, Json inputs,
              Json property_dependencies = Json::object()) {
  Json dependencies = Json::array();
  for (const auto& [key, urns] : property_dependencies.as_object())
    for (const Json& one : urns.as_array()) dependencies.push_back(one);
  return Json::object({{"urn", urn(std::string(type), name)},
                       {"type", type},
                       {"custom", true},
                       {"inputs", std::move(inputs)},
                       {"dependencies", std::move(dependencies)},
                       {"propertyDependencies", std::move(property_dependencies)}});
}
Json behind(std::initializer_list<std::pair<std::string_view, const char*>> resources) {
  Json out = Json::array();
  for (const auto& [type, name] : resources) out.push_back(urn(std::string(type), name));
  return out;
}
constexpr std::string_view kVpcType = "aws:ec2/vpc:Vpc", kSubnetType = "aws:ec2/subnet:Subnet",
                           kTableType = "aws:ec2/routeTable:RouteTable",
                           kAssociationType = "aws:ec2/routeTableAssociation:RouteTableAssociation",
                           kEndpointType = "aws:ec2/vpcEndpoint:VpcEndpoint", kRoleType = "aws:iam/role:Role";

std::vector<std::string> sources(const World& world) {
  std::vector<std::string> out;
  for (const cloud::Unknown& one : world.unknowns)
    out.push_back(one.noun.table + " " + one.field + " <- " + one.source);
  return out;
}
World world_of(std::vector<Json> resources) { return lift({.resources = std::move(resources)}).world; }

Json vpc() { return resource(kVpcType, "main", Json::object({{"cidrBlock", "10.0.0.0/16"}})); }
Json in_vpc(std::string_view type, const char* name) {
  return resource(type, name,
                  Json::object({{"vpcId", kUnknown}, {"cidrBlock", "10.0.1.0/24"}, {"availabilityZone", "us-east-1a"}}),
                  Json::object({{"vpcId", behind({{kVpcType, "main"}})}}));
}

TEST(PulumiReferences, AreResolvedWhereOneAnswerIsPossible) {
  const World world = world_of({vpc(), in_vpc(kSubnetType, "a")});
  ASSERT_EQ(world.subnets.size(), 1u);
  EXPECT_EQ(world.subnets[0].vpcId, urn(std::string(kVpcType), "main"));
  EXPECT_THAT(sources(world), ElementsAre());
}

TEST(PulumiReferences, ToRouteTablesAreKnownWhenTheyAreNamed) {
  const World world =
      world_of({vpc(), in_vpc(kTableType, "a"), in_vpc(kTableType, "b"),
                resource(kEndpointType, "s3", Json::object({{"routeTableIds", Json::array({kUnknown, kUnknown})}}),
                         Json::object({{"routeTableIds", behind({{kTableType, "a"}, {kTableType, "b"}})}}))});
  EXPECT_THAT(world.vpc_endpoints[0].routeTableIdSet,
              ElementsAre(urn(std::string(kTableType), "a"), urn(std::string(kTableType), "b")));
  EXPECT_THAT(sources(world), ElementsAre());
}

TEST(PulumiReferences, ThatAreLookedUpStayUnknown) {
  const World world = world_of(
      {vpc(), in_vpc(kSubnetType, "a"), in_vpc(kTableType, "a"),
       resource(
           kAssociationType, "a", Json::object({{"routeTableId", kUnknown}, {"subnetId", kUnknown}}),
           Json::object({{"routeTableId", behind({{kTableType, "a"}})}, {"subnetId", behind({{kSubnetType, "a"}})}})),
       resource(kEndpointType, "s3", Json::object({{"routeTableIds", Json::array({kUnknown})}}),
                Json::object({{"routeTableIds", behind({{kAssociationType, "a"}, {kSubnetType, "a"}})}}))});
  EXPECT_THAT(sources(world), ElementsAre("ec2.vpc-endpoint routeTableIdSet <- s3.routeTableIds"));
  EXPECT_EQ(world.route_tables[0].associationSet[0].subnetId, urn(std::string(kSubnetType), "a"));
}

TEST(PulumiReferences, OfAnotherCountStayUnknown) {
  const World world =
      world_of({vpc(), in_vpc(kTableType, "a"), in_vpc(kTableType, "b"),
                resource(kEndpointType, "s3", Json::object({{"routeTableIds", Json::array({kUnknown})}}),
                         Json::object({{"routeTableIds", behind({{kTableType, "a"}, {kTableType, "b"}})}}))});
  EXPECT_THAT(sources(world), ElementsAre("ec2.vpc-endpoint routeTableIdSet <- s3.routeTableIds"));
}

TEST(PulumiPositions, AreFilesAndLines) {
  struct Row {
    const char *position, *file;
  };
  for (const auto& [position, file] : {Row{"project:///main.cc#12,3", "main.cc"},
                                       Row{"project:///project://%2Fhome%2Fme%2Fmain.go#12", "/home/me/main.go"}}) {
    Json one = vpc();
    one["sourcePosition"] = position;
    const World world = world_of({one});
    EXPECT_EQ(world.origins[0].file, file);
    EXPECT_EQ(world.origins[0].line, 12);
  }
}

TEST(PulumiSecrets, AreUnknownAndStayBehind) {
  const Json secret = Json::object(
      {{"4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"}, {"plaintext", "\"hush\""}});
  const World world = world_of({resource(kEndpointType, "s3", Json::object({{"policy", secret}})),
                                resource("kubernetes:core/v1:Secret", "s",
                                         Json::object({{"kind", "Secret"},
                                                       {"metadata", Json::object({{"name", "s"}})},
                                                       {"data", Json::object({{"k", "hush"}})}}))});
  EXPECT_THAT(sources(world), ElementsAre("ec2.vpc-endpoint policyDocument <- s3.policy"));
  EXPECT_EQ(world.kubernetes_objects[0].object.dump().find("hush"), std::string::npos);
}

TEST(PulumiRoles, CollectWhatIsAttached) {
  const World world = world_of(
      {resource(kRoleType, "node", Json::object({{"name", "node-1"}, {"path", "/"}, {"assumeRolePolicy", "{}"}})),
       resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "cni",
                Json::object({{"role", "node-1"}, {"policyArn", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"}}),
                Json::object({{"role", behind({{kRoleType, "node"}})}})),
       resource("aws:iam/rolePolicy:RolePolicy", "more",
                Json::object({{"name", "more"}, {"role", kUnknown}, {"policy", "{\"Version\":\"2012-10-17\"}"}}),
                Json::object({{"role", behind({{kRoleType, "node"}})}}))});
  ASSERT_EQ(world.roles.size(), 1u);
  EXPECT_EQ(world.roles[0].Arn, "arn:aws:iam::123456789012:role/node-1");
  EXPECT_THAT(world.roles[0].grants.attached, ElementsAre("arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"));
  EXPECT_TRUE(world.roles[0].grants.inlined.contains("more"));
  ASSERT_EQ(world.plan.size(), 3u);
  EXPECT_EQ(world.plan[1].adds[0].field, "grants.attached");
  EXPECT_THAT(world.plan[1].after, ElementsAre(urn(std::string(kRoleType), "node")));
}

TEST(PulumiGroups, GetARuleForEachPeer) {
  const World world = world_of({resource(
      "aws:ec2/securityGroup:SecurityGroup", "g",
      Json::object(
          {{"ingress", Json::array({Json::object({{"protocol", "tcp"},
                                                  {"fromPort", 443},
                                                  {"toPort", 443},
                                                  {"self", true},
                                                  {"cidrBlocks", Json::array({"10.0.0.0/16", "10.1.0.0/16"})}})})}}))});
  ASSERT_EQ(world.security_group_rules.size(), 3u);
  EXPECT_EQ(world.security_group_rules[0].cidrIpv4, "10.0.0.0/16");
  EXPECT_EQ(world.security_group_rules[1].cidrIpv4, "10.1.0.0/16");
  EXPECT_EQ(world.security_group_rules[2].referencedGroupInfo->groupId,
            urn("aws:ec2/securityGroup:SecurityGroup", "g"));
  EXPECT_EQ(world.security_group_rules[2].cidrIpv4, std::nullopt);
}

TEST(PulumiUnmodelled, IsListedAndSometimesMatters) {
  const auto reading = lift({.resources = {resource("aws:lambda/function:Function", "f", Json::object()),
                                           resource("aws:networkfirewall/firewall:Firewall", "w", Json::object()),
                                           resource("random:index/randomId:RandomId", "r", Json::object())}});
  ASSERT_EQ(reading.world.unmodelled.size(), 2u);
  EXPECT_FALSE(reading.world.unmodelled[0].could_matter);
  EXPECT_TRUE(reading.world.unmodelled[1].could_matter);
  EXPECT_THAT(reading.notes, UnorderedElementsAre("not modelled: aws:lambda/function:Function",
                                                  "not modelled: aws:networkfirewall/firewall:Firewall"));
}

struct Named {
  std::string_view table, field, want;
};
class PulumiNames : public testing::TestWithParam<Named> {};
TEST_P(PulumiNames, AreThoseOfTheProgram) { EXPECT_EQ(property(GetParam().table, GetParam().field), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    All, PulumiNames,
    testing::Values(Named{"ec2.vpc-endpoint", "policyDocument.Statement.0.Resource", "policy.Statement[0].Resource"},
                    Named{"ec2.vpc-endpoint", "routeTableIdSet", "routeTableIds"},
                    Named{"ec2.vpc", "enableDnsHostnames", "enableDnsHostnames"},
                    Named{"eks.cluster", "resourcesVpcConfig.endpointPrivateAccess", "vpcConfig.endpointPrivateAccess"},
                    Named{"autoscaling.group", "DesiredCapacity", "desiredCapacity"},
                    Named{"kubernetes.object", "object.data.mapRoles", "data.mapRoles"},
                    Named{"ec2.launch-template-version", "launchTemplateData.metadataOptions.httpTokens",
                          "metadataOptions.httpTokens"},
                    Named{"ec2.security-group", "", ""}));

Input file(const std::string& name) {
  auto text = read_file(std::string(DRYDOCK_SOURCE_DIR) + "/readers/pulumi/testdata/" + name);
  return {.files = {{name, text ? *text : ""}}};
}

/// What the example is, whichever way it was told.
void expect_example(const World& world) {
  EXPECT_EQ(world.region, "us-east-1");
  ASSERT_EQ(world.vpcs.size(), 1u);
  EXPECT_TRUE(world.vpcs[0].enableDnsHostnames);
  EXPECT_EQ(world.subnets.size(), 2u);
  for (const auto& subnet : world.subnets) EXPECT_EQ(subnet.vpcId, world.vpcs[0].vpcId);
  EXPECT_EQ(world.vpc_endpoints.size(), 6u);
  for (const auto& endpoint : world.vpc_endpoints) {
    if (endpoint.vpcEndpointType == "Interface") {
      EXPECT_EQ(endpoint.subnetIdSet.size(), 2u);
      EXPECT_EQ(endpoint.groupSet.size(), 1u);
    }
  }
  ASSERT_EQ(world.clusters.size(), 1u);
  const auto& cluster = world.clusters[0];
  EXPECT_EQ(cluster.resourcesVpcConfig.vpcId, world.vpcs[0].vpcId);
  EXPECT_EQ(cluster.resourcesVpcConfig.subnetIds.size(), 2u);
  EXPECT_EQ(cluster.accessConfig.authenticationMode, "API_AND_CONFIG_MAP");
  ASSERT_EQ(world.auto_scaling_groups.size(), 1u);
  EXPECT_EQ(world.auto_scaling_groups[0].DesiredCapacity, 2);
  EXPECT_NE(world.auto_scaling_groups[0].VPCZoneIdentifier.find(','), std::string::npos);
  ASSERT_EQ(world.launch_templates.size(), 1u);
  const Json& data = world.launch_templates[0].launchTemplateData;
  const auto user_data = eks::parse_user_data(*unbase64(data.at("userData").string_or()));
  EXPECT_EQ(user_data.fault, "");
  EXPECT_EQ(user_data.config.name, cluster.name);
  EXPECT_EQ(user_data.config.apiServerEndpoint, cluster.endpoint);
  EXPECT_THAT(data.at("imageId").string_or(), HasSubstr("amazon-linux-2023/x86_64/standard"));
  EXPECT_EQ(data.path("iamInstanceProfile.name").string_or(), world.instance_profiles.at(0).InstanceProfileName);
  const auto* node = cloud::find(world.roles, world.instance_profiles[0].role);
  ASSERT_TRUE(node);
  EXPECT_EQ(node->grants.attached.size(), 4u);
  EXPECT_EQ(world.access_entries.size(), 2u);
  EXPECT_EQ(world.addons.size(), 3u);
  ASSERT_EQ(world.kubernetes_objects.size(), 1u);
  EXPECT_THAT(world.kubernetes_objects[0].object.path("data.mapRoles").string_or(), HasSubstr("rolearn: " + node->Arn));
}

TEST(PulumiDocuments, ExportOfTheExample) {
  auto reading = read_deployment(file("private-eks.export.json"));
  ASSERT_TRUE(reading) << reading.error().to_string();
  expect_example(reading->world);
  EXPECT_EQ(reading->world.dialect, cloud::Dialect::drydock);
  EXPECT_TRUE(reading->world.plan.empty()) << "it is all there";
  EXPECT_THAT(sources(reading->world), ElementsAre());
}

TEST(PulumiDocuments, PreviewOfTheExample) {
  auto reading = read_preview(file("private-eks.preview.json"));
  ASSERT_TRUE(reading) << reading.error().to_string();
  expect_example(reading->world);
  EXPECT_THAT(sources(reading->world), ElementsAre("ec2.vpc-endpoint routeTableIdSet <- s3.routeTableIds"));
  const cloud::Origin* s3 = cloud::origin_of(
      reading->world, {"ec2.vpc-endpoint", "urn:pulumi:dev::private-eks::aws:ec2/vpcEndpoint:VpcEndpoint::s3"});
  ASSERT_TRUE(s3);
  EXPECT_EQ(s3->file, "main.cc");
  EXPECT_GT(s3->line, 0);
}

struct Bad {
  const char *name, *text, *want;
};
class PulumiBadInput : public testing::TestWithParam<Bad> {};
TEST_P(PulumiBadInput, IsOneMessageWithItsPlace) {
  const Input input{.files = {{"in.json", GetParam().text}}};
  const auto reading = std::string_view(GetParam().text).find("steps") == std::string_view::npos
                           ? read_deployment(input)
                           : read_preview(input);
  ASSERT_FALSE(reading);
  EXPECT_THAT(reading.error().to_string(), HasSubstr(GetParam().want));
}
INSTANTIATE_TEST_SUITE_P(
    All, PulumiBadInput,
    testing::Values(Bad{"truncated", R"({"version":3,"deployment":{"resources":[)", "reading in.json"},
                    Bad{"version", R"({"version":1,"deployment":{}})", "deployments of version 1"},
                    Bad{"no_urn", R"({"version":3,"deployment":{"resources":[{"type":"a:b:C"}]}})",
                        "in.json: deployment.resources[0] has no 'urn'"},
                    Bad{"steps", R"({"steps":{}})", "in.json: steps is not a list"},
                    Bad{"failed", R"({"steps":[],"diagnostics":[{"severity":"error","message":"no"}]})",
                        "the preview failed, so it is not whole: no"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace drydock::readers::pulumi

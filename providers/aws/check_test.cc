#include "providers/aws/check.h"

#include <gmock/gmock.h>

#include "providers/aws/schema.h"
#include "providers/aws/values.h"

namespace drydock::aws_provider {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const ResourceType& type(const char* token) { return *find_type(token); }

CheckReply check(const char* token, PropertyMap in, PropertyMap olds = {}, const Json& default_tags = {}) {
  CheckRequest request;
  request.urn = Urn::make("dev", "p", {}, token, "thing");
  request.news = std::move(in);
  request.olds = std::move(olds);
  request.random_seed = std::string(32, 'x');
  return check_resource(type(token), request, default_tags);
}
std::vector<std::string> reasons(const char* token, PropertyMap in) {
  std::vector<std::string> out;
  for (const auto& failure : check(token, std::move(in)).failures)
    out.push_back(failure.property + ": " + failure.reason);
  return out;
}

constexpr const char* kVpc = "aws:ec2/vpc:Vpc";
constexpr const char* kGroup = "aws:ec2/securityGroup:SecurityGroup";
constexpr const char* kSubnet = "aws:ec2/subnet:Subnet";
constexpr const char* kRole = "aws:iam/role:Role";

TEST(Check, SaysEverythingThatIsWrongAtOnce) {
  EXPECT_THAT(reasons(kSubnet, {{"cidrBlok", "10.0.0.0/24"}, {"mapPublicIpOnLaunch", "yes"}}),
              ElementsAre("cidrBlok: unknown property 'cidrBlok'; did you mean 'cidrBlock'?",
                          "mapPublicIpOnLaunch: 'mapPublicIpOnLaunch' must be a boolean, not a string",
                          "vpcId: missing required property 'vpcId'"));
}

TEST(Check, NamesThePlaceInside) {
  EXPECT_THAT(
      reasons(kGroup, {{"ingress", PropertyList{PropertyMap{{"protocol", "tcp"}, {"fromPort", 1.5}, {"toPort", 2}}}}}),
      ElementsAre("ingress[0].fromPort: 'ingress[0].fromPort' must be a whole number, not a number"));
  EXPECT_THAT(
      reasons("aws:eks/cluster:Cluster", {{"roleArn", "r"}, {"vpcConfig", PropertyMap{{"subnets", PropertyList{}}}}}),
      ElementsAre("vpcConfig.subnets: unknown property 'vpcConfig.subnets'; did you mean 'vpcConfig.subnetIds'?",
                  "vpcConfig.subnetIds: missing required property 'vpcConfig.subnetIds'"));
}

TEST(Check, UnknownAndSecretValuesPass) {
  CheckReply reply =
      check(kSubnet, {{"vpcId", PropertyValue::unknown()}, {"cidrBlock", PropertyValue::secret("10.0.0.0/24")}});
  EXPECT_THAT(reply.failures, IsEmpty());
  EXPECT_TRUE(at(reply.inputs, "vpcId").is_unknown());
  EXPECT_TRUE(at(reply.inputs, "cidrBlock").is_secret());
}

TEST(Check, FillsInDefaults) {
  CheckReply reply = check(kVpc, {{"cidrBlock", "10.0.0.0/16"}});
  EXPECT_TRUE(at(reply.inputs, "enableDnsSupport").as_bool());
  EXPECT_EQ(at(reply.inputs, "instanceTenancy").string_or(), "default");
  EXPECT_FALSE(reply.inputs.contains("enableDnsHostnames"));  // AWS says, not we
}

TEST(Check, MakesANameOnceAndKeepsIt) {
  CheckReply first = check(kGroup, {});
  const std::string name = at(first.inputs, "name").string_or();
  EXPECT_THAT(name, testing::MatchesRegex("thing-[0-9a-f]{7}"));
  EXPECT_EQ(name, at(check(kGroup, {}).inputs, "name").string_or()) << "the seed decides";
  EXPECT_EQ(at(check(kGroup, {}, {{"name", "thing-0000000"}}).inputs, "name").string_or(), "thing-0000000");
  EXPECT_EQ(at(check(kGroup, {{"name", "mine"}}, first.inputs).inputs, "name").string_or(), "mine");
  EXPECT_THAT(at(check(kGroup, {{"namePrefix", "web-"}}).inputs, "name").string_or(), testing::StartsWith("web-"));
  EXPECT_THAT(reasons(kGroup, {{"name", "a"}, {"namePrefix", "b"}}),
              ElementsAre("name: 'name' and 'namePrefix' exclude each other: leave one out"));
}

TEST(Check, RoleNamesHaveRoomFor64Characters) {
  CheckRequest request;
  request.urn = Urn::make("dev", "p", {}, kRole, std::string(100, 'r'));
  request.news = {{"assumeRolePolicy", "{}"}};
  EXPECT_EQ(at(check_resource(type(kRole), request, {}).inputs, "name").string_or().size(), 64u);
}

TEST(Check, PolicyObjectsBecomeText) {
  CheckReply reply =
      check(kRole, {{"assumeRolePolicy", PropertyMap{{"Version", "2012-10-17"}, {"Statement", PropertyList{}}}}});
  EXPECT_EQ(at(reply.inputs, "assumeRolePolicy").string_or(), R"({"Statement":[],"Version":"2012-10-17"})");
}

TEST(Check, TagsAllAreDefaultTagsAndOwnOnes) {
  const Json defaults = Json::object({{"team", "a"}, {"env", "dev"}});
  CheckReply reply = check(kVpc, {{"cidrBlock", "10.0.0.0/16"}, {"tags", PropertyMap{{"env", "prod"}}}}, {}, defaults);
  EXPECT_EQ(to_json(at(reply.inputs, "tagsAll")).dump(), R"({"env":"prod","team":"a"})");
  reply =
      check(kVpc, {{"cidrBlock", "10.0.0.0/16"}, {"tags", PropertyMap{{"a", PropertyValue::unknown()}}}}, {}, defaults);
  EXPECT_TRUE(at(reply.inputs, "tagsAll").is_unknown());
  EXPECT_FALSE(check("aws:ec2/route:Route", {{"routeTableId", "r"}, {"destinationCidrBlock", "0.0.0.0/0"}})
                   .inputs.contains("tagsAll"));
}

TEST(Check, RulesBeyondTheSchema) {
  EXPECT_THAT(reasons(kVpc, {}), ElementsAre("cidrBlock: a VPC needs exactly one of 'cidrBlock' and 'ipv4IpamPoolId'"));
  EXPECT_THAT(reasons(kVpc, {{"cidrBlock", PropertyValue::unknown()}}), IsEmpty());
  EXPECT_THAT(
      reasons("aws:ec2/securityGroupRule:SecurityGroupRule",
              {{"type", "in"}, {"securityGroupId", "sg-1"}, {"protocol", "tcp"}, {"fromPort", 1}, {"toPort", 1}}),
      ElementsAre("cidrBlocks: a rule needs a source: 'cidrBlocks', 'ipv6CidrBlocks', 'prefixListIds', "
                  "'sourceSecurityGroupId' or 'self'",
                  "type: 'type' must be \"ingress\" or \"egress\", not \"in\""));
}

// --- Diff.

DiffReply diff(const char* token, PropertyMap old, PropertyMap now) {
  DiffRequest request;
  request.urn = Urn::make("dev", "p", {}, token, "thing");
  request.old_inputs = std::move(old);
  request.news = std::move(now);
  return diff_resource(type(token), request);
}

TEST(Diff, ReplacesByTheSchema) {
  DiffReply reply =
      diff(kSubnet, {{"vpcId", "a"}, {"mapPublicIpOnLaunch", true}}, {{"vpcId", "b"}, {"mapPublicIpOnLaunch", false}});
  EXPECT_THAT(reply.diffs, ElementsAre("mapPublicIpOnLaunch", "vpcId"));
  EXPECT_THAT(reply.replaces, ElementsAre("vpcId"));
  EXPECT_EQ(reply.detailed.at("vpcId").kind, DiffKind::update_replace);
  EXPECT_EQ(reply.detailed.at("mapPublicIpOnLaunch").kind, DiffKind::update);
}

TEST(Diff, AnAddonThatFailedForGoodIsMadeAgain) {
  DiffRequest request;
  request.urn = Urn::make("dev", "p", {}, "aws:eks/addon:Addon", "cni");
  request.old_inputs = request.news = {{"clusterName", "c"}, {"addonName", "vpc-cni"}};
  request.olds = request.old_inputs;
  EXPECT_THAT(diff_resource(type("aws:eks/addon:Addon"), request).replaces, ElementsAre());
  request.olds["__status"] = "CREATE_FAILED";
  DiffReply reply = diff_resource(type("aws:eks/addon:Addon"), request);
  EXPECT_THAT(reply.replaces, ElementsAre("__status"));
  EXPECT_TRUE(reply.delete_before_replace);
}

TEST(Diff, AnUnknownValueMayBeAnother) {
  DiffReply reply = diff(kSubnet, {{"vpcId", "a"}}, {{"vpcId", PropertyValue::unknown()}});
  EXPECT_THAT(reply.replaces, ElementsAre("vpcId"));
}

TEST(Diff, MembersOfABlockReplaceOnTheirOwn) {
  auto block = [](const char* mode, bool bootstrap) {
    return PropertyMap{{"accessConfig", PropertyMap{{"authenticationMode", mode},
                                                    {"bootstrapClusterCreatorAdminPermissions", bootstrap}}}};
  };
  EXPECT_THAT(diff("aws:eks/cluster:Cluster", block("API", true), block("API_AND_CONFIG_MAP", true)).replaces,
              IsEmpty());
  DiffReply reply = diff("aws:eks/cluster:Cluster", block("API", true), block("API", false));
  EXPECT_THAT(reply.replaces, ElementsAre("accessConfig"));
  EXPECT_EQ(reply.detailed.count("accessConfig.bootstrapClusterCreatorAdminPermissions"), 1u);
}

TEST(Diff, ChangesInListsHavePaths) {
  auto ingress = [](const char* range) {
    return PropertyMap{
        {"ingress",
         PropertyList{PropertyMap{
             {"protocol", "tcp"}, {"fromPort", 443}, {"toPort", 443}, {"cidrBlocks", PropertyList{range}}}}}};
  };
  DiffReply reply = diff(kGroup, ingress("10.0.0.0/8"), ingress("10.1.0.0/16"));
  ASSERT_EQ(reply.detailed.size(), 1u);
  EXPECT_EQ(reply.detailed.begin()->first, "ingress[0].cidrBlocks[0]");
}

TEST(Diff, DedicatedTenancyMayBeGivenUpInPlace) {
  EXPECT_THAT(diff(kVpc, {{"instanceTenancy", "dedicated"}}, {{"instanceTenancy", "default"}}).replaces, IsEmpty());
  EXPECT_THAT(diff(kVpc, {{"instanceTenancy", "default"}}, {{"instanceTenancy", "dedicated"}}).replaces,
              ElementsAre("instanceTenancy"));
}

TEST(Diff, IgnoredChangesAreNone) {
  DiffRequest request;
  request.urn = Urn::make("dev", "p", {}, kSubnet, "thing");
  request.old_inputs = {{"vpcId", "a"}};
  request.news = {{"vpcId", "b"}};
  request.ignore_changes = {"vpcId"};
  EXPECT_EQ(diff_resource(type(kSubnet), request).changes, DiffReply::Changes::none);
}

// --- Comparing.

struct PolicyCase {
  const char *a, *b;
  bool same;
};
TEST(Policy, IsComparedByMeaning) {
  const PolicyCase cases[] = {
      {R"({"Statement":[{"Action":"a"}]})", R"({"Statement":{"Action":["a"]}})", true},
      {R"({"Action":["b","a"]})", R"({"Action":["a","b"]})", true},
      {R"({"Action":"a"})", R"({"Action":"b"})", false},
      {"not json", "not json", true},
      {"not json", "{}", false},
  };
  for (const PolicyCase& c : cases) EXPECT_EQ(same_policy(c.a, c.b), c.same) << c.a << " " << c.b;
}

// Each type that we have must be described, and each description must hang together.
TEST(Schema, DescribesEveryType) {
  for (const std::string& token : type_tokens()) EXPECT_FALSE(resource_schema(token).is_null()) << token;
  for (const std::string& token : function_tokens()) EXPECT_FALSE(function_schema(token).is_null()) << token;
}

TEST(Schema, HasTypesForAllThatItDescribes) {
  for (const auto& [token, schema] : package_schema().at("resources").as_object())
    EXPECT_NE(find_type(token), nullptr) << token << " is described, but nothing makes it";
  for (const auto& [token, schema] : package_schema().at("functions").as_object())
    EXPECT_NE(find_function(token), nullptr) << token << " is described, but nothing answers it";
}

TEST(Schema, RulesOfTypesNameProperties) {
  for (const std::string& token : type_tokens()) {
    const Json& inputs = resource_schema(token).at("inputProperties");
    const Json& outputs = resource_schema(token).at("properties");
    const ResourceType& t = type(token.c_str());
    if (t.naming.property) {
      EXPECT_TRUE(inputs.has(t.naming.property)) << token;
    }
    for (std::string_view path : t.sets)
      EXPECT_TRUE(inputs.has(path.substr(0, path.find_first_of(".[")))) << token << " " << path;
    for (std::string_view name : t.policies) EXPECT_TRUE(inputs.has(name)) << token << " " << name;
    for (std::string_view name : t.moves) EXPECT_TRUE(outputs.has(name)) << token << " " << name;
  }
}

}  // namespace
}  // namespace drydock::aws_provider

#include "readers/cloudformation/cloudformation.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "cloud/world/world.h"
#include "readers/cloudformation/evaluate.h"

namespace drydock::readers::cloudformation {
namespace {

Input template_of(std::string text, std::map<std::string, std::string> parameters = {}) {
  return {.files = {{"t.yaml", std::move(text)}}, .parameters = std::move(parameters)};
}

std::string whole(const Error& error) {
  std::string out = error.message;
  for (const std::string& doing : error.trail) out += "; " + doing;
  return out;
}

/// The value of an expression, in a template with a parameter, a mapping, conditions and a VPC.
std::string evaluated(const std::string& expression) {
  const std::string text =
      "Parameters:\n  Env: {Type: String, Default: prod}\n  List: {Type: CommaDelimitedList, Default: 'a, b'}\n"
      "Mappings: {M: {us-east-1: {ami: ami-1}}}\n"
      "Conditions:\n  Prod: !Equals [!Ref Env, prod]\n  Not: !Not [!Condition Prod]\n"
      "  Both: !And [!Condition Prod, !Condition Not]\n"
      "Resources:\n  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n"
      "  R: {Type: AWS::IAM::Role, Properties: {RoleName: node, Path: /p/}}\n"
      "  X: {Type: T, Properties: {P: " +
      expression + "}}\n";
  auto source = parse_template({"t.yaml", text});
  if (!source) return source.error().message;
  Input input;
  Evaluator eval(*source, input, "111122223333", "us-east-1");
  const Json value = eval.property("X", "P");
  if (!eval.fault().empty()) return eval.fault();
  if (const std::string* unknown = unknown_source(value)) return "unknown: " + *unknown;
  return value.is_string() ? value.as_string() : value.dump();
}

TEST(Intrinsics, GiveWhatCloudFormationGives) {
  const std::pair<const char*, const char*> table[] = {
      {"!Ref Env", "prod"},
      {"!Ref V", "V"},
      {"!Ref R", "node"},
      {"!Ref List", R"(["a","b"])"},
      {"!GetAtt R.Arn", "arn:aws:iam::111122223333:role/p/node"},
      {"!GetAtt [V, DefaultSecurityGroup]", "V/default"},
      {"!GetAtt X.Answer", "unknown: X.Answer"},
      {"!Sub '${AWS::Partition}-${Env}-${V.CidrBlock}-${!Env}'", "aws-prod-10.0.0.0/16-${Env}"},
      {"!Sub ['${A}/${Env}', {A: !Ref V}]", "V/prod"},
      {"!Join ['-', [a, !Ref Env, 3]]", "a-prod-3"},
      {"!Join ['-', [a, !ImportValue shared]]", "unknown: Fn::ImportValue shared"},
      {"!Select [1, !Split [':', 'a:b:c']]", "b"},
      {"!FindInMap [M, !Ref 'AWS::Region', ami]", "ami-1"},
      {"!If [Prod, yes, no]", "yes"},
      {"!If [Not, yes, no]", "no"},
      {"!If [Both, yes, no]", "no"},
      {"[a, !If [Not, b, !Ref 'AWS::NoValue'], c]", R"(["a","c"])"},
      {"!Base64 hello", "aGVsbG8="},
      {"!Cidr [10.0.0.0/16, 2, 8]", R"(["10.0.0.0/24","10.0.1.0/24"])"},
      {"!GetAZs ''", R"(["us-east-1a","us-east-1b","us-east-1c"])"},
      {"{Fn::Join: ['', [x, {Ref: Env}]]}", "xprod"},
      {"!Ref Nothing", "t.yaml:12:29: Ref Nothing names no parameter and no resource"},
      {"!FindInMap [M, eu-west-1, ami]", "t.yaml:12:29: there is no mapping M.eu-west-1.ami"},
      {"!Select [3, [a]]", "t.yaml:12:29: Fn::Select asks for item 3 of a list of 1"},
      {"!Frobnicate x", "t.yaml:12:29: not supported yet: the function Frobnicate"},
  };
  for (const auto& [expression, want] : table) EXPECT_EQ(evaluated(expression), want) << expression;
}

TEST(Template, BecomesAWorld) {
  auto text = read_file(DRYDOCK_SOURCE_DIR "/tests/inputs/cloudformation/private-eks.yaml");
  ASSERT_TRUE(text);
  auto got = read(template_of(*text, {{"LayerRegion", "eu-west-1"}, {"Nodes", "3"}}));
  ASSERT_TRUE(got) << got.error().message;
  const cloud::World& w = got->world;
  EXPECT_EQ(w.subnets.at(1).cidrBlock, "10.0.2.0/24");
  EXPECT_EQ(w.subnets.at(1).availabilityZone, "us-east-1b");
  EXPECT_EQ(w.route_tables.at(0).associationSet.at(0).subnetId, "SubnetA");
  EXPECT_EQ(w.vpc_endpoints.size(), 6u);
  const auto* s3 = cloud::find(w.vpc_endpoints, "S3Endpoint");
  ASSERT_TRUE(s3);
  EXPECT_NE(s3->policyDocument.find("prod-eu-west-1-starport"), std::string::npos) << s3->policyDocument;
  EXPECT_EQ(w.clusters.at(0).resourcesVpcConfig.vpcId, "Vpc");
  EXPECT_EQ(w.nodegroups.at(0).nodeRole, "arn:aws:iam::123456789012:role/NodeRole");
  EXPECT_EQ(w.nodegroups.at(0).scalingConfig.desiredSize, 3);
  EXPECT_TRUE(w.unknowns.empty());
  EXPECT_TRUE(w.unmodelled.empty());
  const auto* origin = cloud::origin_of(w, cloud::ref_of(*s3));
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->address, "S3Endpoint");
  EXPECT_EQ((*text).substr(0, (*text).find("  S3Endpoint:")).size() > 0 ? origin->column : 0, 3);
  const auto step = std::find_if(w.plan.begin(), w.plan.end(), [](const auto& s) { return s.address == "NodeGroup"; });
  ASSERT_NE(step, w.plan.end());
  EXPECT_TRUE(step->waits_for_nodes);
  EXPECT_EQ(step->after, (std::vector<std::string>{"Cluster", "NodeRole", "SubnetA", "SubnetB"}));
}

TEST(Template, CdksClusterIsACluster) {
  auto got = read(template_of(R"({"Resources": {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
    "K": {"Type": "Custom::AWSCDK-EKS-Cluster", "Properties": {"Config": {"name": "prod", "roleArn": {"Fn::GetAtt": ["Role", "Arn"]},
      "resourcesVpcConfig": {"subnetIds": ["subnet-1"], "endpointPublicAccess": "false", "endpointPrivateAccess": true}}}},
    "Auth": {"Type": "Custom::AWSCDK-EKS-KubernetesResource", "Properties": {"ClusterName": {"Ref": "K"}, "Manifest":
      {"Fn::Join": ["", ["[{\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"aws-auth\",\"namespace\":\"kube-system\"},\"data\":{\"mapRoles\":\"[{\\\"rolearn\\\":\\\"", {"Fn::GetAtt": ["Role", "Arn"]}, "\\\"}]\"}}]"]]}}}
  }})"));
  ASSERT_TRUE(got) << got.error().message;
  ASSERT_EQ(got->world.clusters.size(), 1u);
  EXPECT_EQ(got->world.clusters[0].name, "prod");
  EXPECT_FALSE(got->world.clusters[0].resourcesVpcConfig.endpointPublicAccess);
  ASSERT_EQ(got->world.kubernetes_objects.size(), 1u);
  EXPECT_EQ(cloud::key_of(got->world.kubernetes_objects[0]), "prod/ConfigMap/kube-system/aws-auth");
  EXPECT_NE(got->world.kubernetes_objects[0].object.path("data.mapRoles").string_or().find("role/Role"),
            std::string::npos);
}

TEST(Template, WhatIsNotKnownIsMarked) {
  auto got =
      read(template_of("Resources:\n  E:\n    Type: AWS::EC2::VPCEndpoint\n    Properties:\n"
                       "      VpcId: !ImportValue net-vpc\n      ServiceName: com.amazonaws.us-east-1.s3\n"
                       "      RouteTableIds: !Split [',', !ImportValue net-tables]\n"));
  ASSERT_TRUE(got) << got.error().message;
  ASSERT_EQ(got->world.unknowns.size(), 2u);
  EXPECT_EQ(got->world.unknowns[0].field, "vpcId");
  EXPECT_EQ(got->world.unknowns[1].field, "routeTableIdSet");
  EXPECT_EQ(got->world.unknowns[1].source, "Fn::ImportValue net-tables");
}

TEST(Template, BadInputIsOneMessageWithItsPlace) {
  const std::string vpc = "Resources:\n  V:\n    Type: AWS::EC2::VPC\n    Properties:\n      ";
  const std::pair<std::string, const char*> table[] = {
      {"Resources: {}", "t.yaml:1:1: Resources must be a map with at least one resource"},
      {"Resources:\n  V: 3", "t.yaml:2:3: resource V has no Type"},
      {vpc + "CidrBlock: [a]", "t.yaml:5:7: CidrBlock of V must be a text"},
      {vpc + "EnableDnsSupport: maybe", "t.yaml:5:7: EnableDnsSupport of V must be true or false"},
      {"Parameters: {C: {Type: String}}\n" + vpc + "CidrBlock: !Ref C",
       "t.yaml:1:14: parameter C has no default: give --parameter C=VALUE"},
      {"Resources:\n  A: {Type: T, DependsOn: B}\n  B: {Type: T, DependsOn: A}",
       "t.yaml:2:3: Circular dependency between resources: [A, B]"},
      {"Conditions: {A: !Condition B, B: !Condition A}\nResources: {V: {Type: T, Condition: A}}",
       "t.yaml:1:31: condition A depends on itself"},
      {"Resources: [", "reading t.yaml"},
  };
  for (const auto& [text, want] : table) {
    auto got = read(template_of(text));
    ASSERT_FALSE(got) << text;
    EXPECT_NE(whole(got.error()).find(want), std::string::npos) << text << "\n" << whole(got.error());
  }
}

TEST(Template, PropertiesHaveCloudFormationsNames) {
  EXPECT_EQ(property_name("ec2.vpc-endpoint", "policyDocument"), "PolicyDocument");
  EXPECT_EQ(property_name("ec2.vpc-endpoint", "routeTableIdSet"), "RouteTableIds");
  EXPECT_EQ(property_name("eks.cluster", "resourcesVpcConfig.endpointPrivateAccess"),
            "ResourcesVpcConfig.EndpointPrivateAccess");
  EXPECT_EQ(property_name("ec2.launch-template-version", "launchTemplateData.securityGroupIdSet"),
            "LaunchTemplateData.SecurityGroupIds");
}

}  // namespace
}  // namespace drydock::readers::cloudformation

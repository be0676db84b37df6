#include "readers/describe/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drydock::readers {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Reading read_files(std::vector<File> files) {
  Input input;
  input.files = std::move(files);
  auto format = detect(input);
  EXPECT_TRUE(format) << format.error().to_string();
  EXPECT_EQ(*format, Format::describe);
  auto reading = read(input, Format::describe);
  EXPECT_TRUE(reading) << reading.error().to_string();
  return reading ? *reading : Reading();
}

// Shapes as `aws ec2 describe-...` prints them: https://docs.aws.amazon.com/cli/latest/reference/ec2/
const File kVpcs{"vpcs.json",
                 R"({"Vpcs":[{"VpcId":"vpc-1","CidrBlock":"10.0.0.0/16","OwnerId":"111122223333","State":"available",
                 "DhcpOptionsId":"dopt-1","IsDefault":false,"Tags":[{"Key":"Name","Value":"main"}],
                 "CidrBlockAssociationSet":[{"AssociationId":"a","CidrBlock":"10.0.0.0/16","CidrBlockState":{"State":"associated"}}]}]})"};
const File kTables{"route-tables.json", R"({"RouteTables":[{"RouteTableId":"rtb-1","VpcId":"vpc-1","Tags":[],
  "Associations":[{"Main":true,"RouteTableAssociationId":"x","RouteTableId":"rtb-1","AssociationState":{"State":"associated"}}],
  "Routes":[{"DestinationCidrBlock":"10.0.0.0/16","GatewayId":"local","Origin":"CreateRouteTable","State":"active"},
            {"DestinationPrefixListId":"pl-63a5400a","GatewayId":"vpce-1","Origin":"CreateRoute","State":"active"}]}]})"};
const File kGroups{"groups.json", R"({"SecurityGroups":[{"GroupId":"sg-1","GroupName":"nodes","Description":"of nodes",
  "OwnerId":"111122223333","VpcId":"vpc-1",
  "IpPermissions":[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"10.0.0.0/16"}],
                    "UserIdGroupPairs":[{"GroupId":"sg-2","UserId":"111122223333"}],"Ipv6Ranges":[],"PrefixListIds":[]}],
  "IpPermissionsEgress":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}],"UserIdGroupPairs":[]}]}]})"};

TEST(Describe, NounsOfTheNetwork) {
  const Reading reading = read_files({kVpcs, kTables, kGroups});
  const cloud::World& world = reading.world;
  EXPECT_EQ(world.account, "111122223333");
  ASSERT_EQ(world.vpcs.size(), 1u);
  EXPECT_EQ(world.vpcs[0].tagSet[0].value, "main");
  EXPECT_EQ(world.vpcs[0].cidrBlockAssociationSet[0].cidrBlock, "10.0.0.0/16");
  ASSERT_EQ(world.route_tables.size(), 1u);
  EXPECT_TRUE(world.route_tables[0].associationSet[0].main);
  EXPECT_EQ(*world.route_tables[0].routeSet[1].gatewayId, "vpce-1");
  ASSERT_EQ(world.security_group_rules.size(), 3u);
  EXPECT_EQ(world.security_groups[0].groupDescription, "of nodes");
  EXPECT_EQ(*world.security_group_rules[0].cidrIpv4, "10.0.0.0/16");
  EXPECT_EQ(world.security_group_rules[1].referencedGroupInfo->groupId, "sg-2");
  EXPECT_TRUE(world.security_group_rules[2].isEgress);
  EXPECT_EQ(cloud::origin_of(world, {aws::RouteTable::kTable, "rtb-1"})->file, "route-tables.json");
}

TEST(Describe, WhatWasNotAskedIsUnknown) {
  const Reading reading = read_files({kVpcs});
  std::vector<std::string> sources;
  for (const auto& unknown : reading.world.unknowns) sources.push_back(unknown.source);
  EXPECT_THAT(sources, Contains("describe-vpc-attribute --attribute enableDnsHostnames of vpc-1"));
  EXPECT_THAT(reading.notes, Contains("the answer of `aws ec2 describe-vpc-endpoints` is not among the files"));
  const Reading answered = read_files({kVpcs, {"endpoints.json", R"({"VpcEndpoints":[]})"}});
  EXPECT_THAT(answered.notes, testing::Not(Contains(HasSubstr("describe-vpc-endpoints"))));
}

TEST(Describe, AttributesOfAVpcComeFromACallOfTheirOwn) {
  const Reading reading = read_files({kVpcs,
                                      {"a.json", R"({"VpcId":"vpc-1","EnableDnsHostnames":{"Value":true}})"},
                                      {"b.json", R"({"VpcId":"vpc-1","EnableDnsSupport":{"Value":false}})"}});
  EXPECT_TRUE(reading.world.vpcs[0].enableDnsHostnames);
  EXPECT_FALSE(reading.world.vpcs[0].enableDnsSupport);
}

TEST(Describe, PagesAreJoined) {
  const Reading reading =
      read_files({{"1.json", R"({"Subnets":[{"SubnetId":"subnet-1","VpcId":"vpc-1"}],"NextToken":"x"})"},
                  {"2.json", R"({"Subnets":[{"SubnetId":"subnet-2","VpcId":"vpc-1"}]})"}});
  EXPECT_EQ(reading.world.subnets.size(), 2u);
}

TEST(Describe, LaunchTemplatesKeepTheApisNames) {
  const Reading reading =
      read_files({{"lt.json", R"({"LaunchTemplateVersions":[{"LaunchTemplateId":"lt-1","LaunchTemplateName":"n",
    "VersionNumber":3,"DefaultVersion":true,"LaunchTemplateData":{"ImageId":"ami-1","UserData":"e30=","IamInstanceProfile":{"Name":"p"},
    "NetworkInterfaces":[{"DeviceIndex":0,"Groups":["sg-1"],"AssociatePublicIpAddress":false}],
    "MetadataOptions":{"HttpTokens":"required","HttpPutResponseHopLimit":1},
    "TagSpecifications":[{"ResourceType":"instance","Tags":[{"Key":"k","Value":"v"}]}]}}]})"}});
  const auto& version = reading.world.launch_templates.at(0);
  EXPECT_EQ(cloud::key_of(version), "lt-1:3");
  const Json& data = version.launchTemplateData;
  EXPECT_EQ(data.at("imageId").string_or(), "ami-1");
  EXPECT_EQ(data.path("networkInterfaceSet.0.groupSet.0").string_or(), "sg-1");
  EXPECT_EQ(data.path("metadataOptions.httpPutResponseHopLimit").int_or(0), 1);
  EXPECT_EQ(data.path("tagSpecificationSet.0.tagSet.0.value").string_or(), "v");
}

TEST(Describe, RolesWithAllTheirPolicies) {
  const Reading reading =
      read_files({{"iam.json", R"({"UserDetailList":[],"RoleDetailList":[{"RoleName":"node","Path":"/",
    "Arn":"arn:aws:iam::1:role/node","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[]},
    "InstanceProfileList":[{"InstanceProfileName":"p","Arn":"arn:aws:iam::1:instance-profile/p","Path":"/","Roles":[{"RoleName":"node"}]}],
    "RolePolicyList":[{"PolicyName":"own","PolicyDocument":{"Statement":[]}}],
    "AttachedManagedPolicies":[{"PolicyName":"AmazonEKS_CNI_Policy","PolicyArn":"arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"}]}],
    "Policies":[{"PolicyName":"mine","Arn":"arn:aws:iam::1:policy/mine","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":{"Statement":[]}}]}]})"},
                  {"role.json", R"({"Role":{"RoleName":"other","Path":"/","Arn":"arn:aws:iam::1:role/other"}})"}});
  const auto* role = cloud::find(reading.world.roles, "node");
  ASSERT_NE(role, nullptr);
  EXPECT_THAT(role->grants.attached, ElementsAre("arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"));
  EXPECT_TRUE(role->grants.inlined.contains("own"));
  EXPECT_EQ(reading.world.instance_profiles.at(0).role, "node");
  EXPECT_EQ(reading.world.policies.at(0).versions.at(0).Document, R"({"Statement":[]})");
  EXPECT_EQ(reading.world.unknowns.at(0).noun.id, "other") << "get-role does not tell policies";
}

TEST(Describe, AClusterAndItsObjects) {
  const Reading reading = read_files(
      {{"cluster.json",
        R"({"cluster":{"name":"demo","arn":"arn:aws:eks:eu-west-1:111122223333:cluster/demo","roleArn":"arn:aws:iam::111122223333:role/c",
      "resourcesVpcConfig":{"subnetIds":["subnet-1"],"securityGroupIds":[],"clusterSecurityGroupId":"sg-9","vpcId":"vpc-1",
      "endpointPublicAccess":false,"endpointPrivateAccess":true}}})"},
       {"nodegroup.json",
        R"({"nodegroup":{"nodegroupName":"n","clusterName":"demo","nodeRole":"arn:aws:iam::111122223333:role/n","subnets":["subnet-1"]}})"},
       {"cm.json",
        R"({"apiVersion":"v1","kind":"List","items":[{"kind":"ConfigMap","metadata":{"name":"aws-auth","namespace":"kube-system"},"data":{"mapRoles":"[]"}},
       {"kind":"Secret","metadata":{"name":"s","namespace":"x"},"data":{"p":"aGlkZGVu"}}]})"}});
  EXPECT_EQ(reading.world.region, "eu-west-1");
  EXPECT_TRUE(reading.world.clusters.at(0).resourcesVpcConfig.endpointPrivateAccess);
  EXPECT_EQ(reading.world.nodegroups.at(0).nodegroupName, "n");
  ASSERT_EQ(reading.world.kubernetes_objects.size(), 1u) << "secrets stay outside";
  // What is only named stands there as unknown.
  std::vector<std::string> named;
  for (const auto& unknown : reading.world.unknowns)
    if (unknown.field == cloud::kAllOfIt) named.push_back(unknown.noun.id);
  EXPECT_THAT(named, testing::IsSupersetOf({"subnet-1", "sg-9", "c", "n", "vpc-1"}));
}

TEST(Describe, AnAwsAuthThatNobodyReadIsUnknown) {
  const auto sources = [](const std::string& mode) {
    std::string out;
    const Reading reading = read_files(
        {{"c.json", R"({"cluster":{"name":"demo","accessConfig":{"authenticationMode":")" + mode + R"("}}})"}});
    for (const auto& unknown : reading.world.unknowns) out += unknown.source;
    return out;
  };
  EXPECT_THAT(sources("API_AND_CONFIG_MAP"), HasSubstr("ConfigMap aws-auth of cluster demo"));
  EXPECT_EQ(sources("API"), "");
}

TEST(Describe, FaultsNameTheFile) {
  const auto why = [](std::vector<File> files) {
    auto reading = read({.files = std::move(files)}, Format::describe);
    return reading ? std::string() : reading.error().to_string();
  };
  EXPECT_THAT(why({kVpcs, {"half.json", R"({"Subnets":[)"}}), HasSubstr("half.json: invalid JSON"));
  EXPECT_THAT(why({{"odd.json", R"({"Vpcs":{}})"}}), HasSubstr("odd.json: Vpcs is not a list"));
  EXPECT_THAT(why({{"other.json", R"({"Buckets":[]})"}}), HasSubstr("other.json is not the output of a describe call"));
}

}  // namespace
}  // namespace drydock::readers

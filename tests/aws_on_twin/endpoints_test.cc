#include "tests/aws_on_twin/cloud.h"

namespace drydock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const std::string kVpc = "aws:ec2/vpc:Vpc", kSubnet = "aws:ec2/subnet:Subnet", kTable = "aws:ec2/routeTable:RouteTable",
                  kGroup = "aws:ec2/securityGroup:SecurityGroup", kRule = "aws:ec2/securityGroupRule:SecurityGroupRule",
                  kEndpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";

PropertyMap https_from(const char* range) {
  return {{"protocol", "tcp"}, {"fromPort", 443}, {"toPort", 443}, {"cidrBlocks", PropertyList{range}}};
}

TEST(SecurityGroup, HasTheRulesItWasGivenAndNoOthers) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  PropertyMap in{{"vpcId", vpc}, {"ingress", PropertyList{https_from("10.0.0.0/16"), https_from("10.1.0.0/16")}}};
  ResourceState group = cloud.create(kGroup, "web", in);
  EXPECT_THAT(get(group, "name"), StartsWith("web-"));
  EXPECT_EQ(get(group, "description"), "Managed by Pulumi");
  EXPECT_THAT(at(group.outputs, "egress").as_list(), IsEmpty());
  ResourceState now = cloud.read(kGroup, "web", group);
  EXPECT_EQ(now.id, group.id);

  in["ingress"] = PropertyList{https_from("10.2.0.0/16")};
  in["egress"] = PropertyList{
      PropertyMap{{"protocol", "-1"}, {"fromPort", 0}, {"toPort", 0}, {"cidrBlocks", PropertyList{"0.0.0.0/0"}}}};
  group = cloud.update(kGroup, "web", group, in);
  EXPECT_THAT(at(group.outputs, "egress").as_list(), SizeIs(1));
  EXPECT_EQ(at(group.outputs, "ingress").as_list()[0].at("cidrBlocks").as_list()[0].as_string(), "10.2.0.0/16");
  cloud.remove(kGroup, "web", group);
}

TEST(SecurityGroup, OrderOfRulesMeansNothing) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  ResourceState group = cloud.create(
      kGroup, "web", {{"vpcId", vpc}, {"ingress", PropertyList{https_from("10.0.0.0/16"), https_from("10.1.0.0/16")}}});
  DiffReply diff =
      cloud.diff(kGroup, "web", group,
                 {{"vpcId", vpc}, {"ingress", PropertyList{https_from("10.1.0.0/16"), https_from("10.0.0.0/16")}}});
  EXPECT_EQ(diff.changes, DiffReply::Changes::none);
}

TEST(SecurityGroupRule, StandsForOnePermission) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  ResourceState a = cloud.create(kGroup, "a", {{"vpcId", vpc}}), b = cloud.create(kGroup, "b", {{"vpcId", vpc}});
  ResourceState rule = cloud.create(kRule, "r",
                                    {{"type", "ingress"},
                                     {"securityGroupId", a.id},
                                     {"sourceSecurityGroupId", b.id},
                                     {"protocol", "tcp"},
                                     {"fromPort", 443},
                                     {"toPort", 443}});
  EXPECT_THAT(rule.id, StartsWith("sgrule-"));
  EXPECT_THAT(get(rule, "securityGroupRuleId"), StartsWith("sgr-"));
  cloud.remove(kRule, "r", rule);
  ResourceState self = cloud.create(kRule, "all",
                                    {{"type", "egress"},
                                     {"securityGroupId", a.id},
                                     {"self", true},
                                     {"protocol", "-1"},
                                     {"fromPort", 0},
                                     {"toPort", 0}});
  cloud.remove(kRule, "all", self);
  cloud.remove(kGroup, "a", a);
}

TEST(VpcEndpoint, InterfaceWithPrivateDns) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}, {"enableDnsHostnames", true}}).id;
  ResourceState subnet = cloud.create(kSubnet, "a", {{"vpcId", vpc}, {"cidrBlock", "10.0.1.0/24"}});
  ResourceState group =
      cloud.create(kGroup, "web", {{"vpcId", vpc}, {"ingress", PropertyList{https_from("10.0.0.0/16")}}});
  const PropertyMap in{{"vpcId", vpc},
                       {"serviceName", "com.amazonaws.us-east-1.ecr.api"},
                       {"vpcEndpointType", "Interface"},
                       {"privateDnsEnabled", true},
                       {"subnetIds", PropertyList{subnet.id}},
                       {"securityGroupIds", PropertyList{group.id}}};
  ResourceState endpoint = cloud.create(kEndpoint, "ecr", in);
  EXPECT_EQ(get(endpoint, "state"), "available");
  EXPECT_THAT(at(endpoint.outputs, "networkInterfaceIds").as_list(), SizeIs(1));
  EXPECT_EQ(cloud.diff(kEndpoint, "ecr", endpoint, in).changes, DiffReply::Changes::none);
  cloud.remove(kEndpoint, "ecr", endpoint);
  cloud.remove(kGroup, "web", group);
  cloud.remove(kSubnet, "a", subnet);
}

TEST(VpcEndpoint, GatewayFollowsItsRouteTablesAndPolicy) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  const std::string a = cloud.create(kTable, "a", {{"vpcId", vpc}}).id,
                    b = cloud.create(kTable, "b", {{"vpcId", vpc}}).id;
  PropertyMap in{{"vpcId", vpc}, {"serviceName", "com.amazonaws.us-east-1.s3"}, {"routeTableIds", PropertyList{a}}};
  ResourceState endpoint = cloud.create(kEndpoint, "s3", in);
  EXPECT_THAT(get(endpoint, "prefixListId"), StartsWith("pl-"));
  in["routeTableIds"] = PropertyList{b};
  in["policy"] =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]})";
  endpoint = cloud.update(kEndpoint, "s3", endpoint, in);
  EXPECT_EQ(at(endpoint.outputs, "routeTableIds").as_list()[0].as_string(), b);
  // The same policy in other words is no change.
  in["policy"] =
      R"({"Statement":{"Resource":["*"],"Action":["s3:GetObject"],"Principal":"*","Effect":"Allow"},"Version":"2012-10-17"})";
  EXPECT_EQ(cloud.diff(kEndpoint, "s3", endpoint, in).changes, DiffReply::Changes::none);
  cloud.remove(kEndpoint, "s3", endpoint);
}

}  // namespace
}  // namespace drydock

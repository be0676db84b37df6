#include "tests/aws_on_twin/cloud.h"

namespace drydock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kVpc = "aws:ec2/vpc:Vpc", kSubnet = "aws:ec2/subnet:Subnet", kTable = "aws:ec2/routeTable:RouteTable",
                  kAssociation = "aws:ec2/routeTableAssociation:RouteTableAssociation";

TEST(Network, VpcLivesFromCreateToDelete) {
  Cloud cloud;
  const PropertyMap in{
      {"cidrBlock", "10.0.0.0/16"}, {"enableDnsHostnames", true}, {"tags", PropertyMap{{"Name", "main"}}}};
  ResourceState vpc = cloud.create(kVpc, "main", in);
  EXPECT_THAT(vpc.id, testing::StartsWith("vpc-"));
  EXPECT_THAT(get(vpc, "arn"), HasSubstr(":vpc/" + vpc.id));
  EXPECT_THAT(get(vpc, "mainRouteTableId"), testing::StartsWith("rtb-"));
  EXPECT_THAT(get(vpc, "defaultSecurityGroupId"), testing::StartsWith("sg-"));
  EXPECT_TRUE(at(vpc.outputs, "enableDnsHostnames").as_bool());
  EXPECT_EQ(cloud.diff(kVpc, "main", vpc, in).changes, DiffReply::Changes::none);

  PropertyMap changed = in;
  changed["enableDnsHostnames"] = false;
  changed["tags"] = PropertyMap{{"Name", "other"}, {"team", "a"}};
  EXPECT_THAT(cloud.diff(kVpc, "main", vpc, changed).replaces, ElementsAre());
  vpc = cloud.update(kVpc, "main", vpc, changed);
  EXPECT_FALSE(at(vpc.outputs, "enableDnsHostnames").as_bool());
  EXPECT_EQ(at(vpc.outputs, "tagsAll").at("Name").string_or(), "other");
  cloud.remove(kVpc, "main", vpc);
}

TEST(Network, AnotherRangeReplacesTheVpc) {
  Cloud cloud;
  ResourceState vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}});
  DiffReply diff = cloud.diff(kVpc, "main", vpc, {{"cidrBlock", "10.1.0.0/16"}});
  EXPECT_THAT(diff.replaces, ElementsAre("cidrBlock"));
  EXPECT_EQ(diff.detailed.at("cidrBlock").kind, DiffKind::update_replace);
}

TEST(Network, SubnetTableAndAssociation) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  const PropertyMap in{{"vpcId", vpc}, {"cidrBlock", "10.0.1.0/24"}, {"availabilityZone", "us-east-1a"}};
  ResourceState subnet = cloud.create(kSubnet, "a", in);
  EXPECT_THAT(get(subnet, "availabilityZoneId"), HasSubstr("use1-az"));
  PropertyMap open = in;
  open["mapPublicIpOnLaunch"] = true;
  subnet = cloud.update(kSubnet, "a", subnet, open);
  EXPECT_TRUE(at(subnet.outputs, "mapPublicIpOnLaunch").as_bool());

  ResourceState first = cloud.create(kTable, "first", {{"vpcId", vpc}});
  ResourceState second = cloud.create(kTable, "second", {{"vpcId", vpc}});
  ResourceState link = cloud.create(kAssociation, "a", {{"subnetId", subnet.id}, {"routeTableId", first.id}});
  ResourceState moved = cloud.update(kAssociation, "a", link, {{"subnetId", subnet.id}, {"routeTableId", second.id}});
  EXPECT_NE(moved.id, link.id);
  EXPECT_EQ(get(moved, "routeTableId"), second.id);
  cloud.remove(kAssociation, "a", moved);
  cloud.remove(kTable, "first", first);
  cloud.remove(kTable, "second", second);
  cloud.remove(kSubnet, "a", subnet);
}

TEST(Network, AwsRefusalNamesCodePropertyAndResource) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  cloud.create(kSubnet, "a", {{"vpcId", vpc}, {"cidrBlock", "10.0.1.0/24"}});
  auto made = cloud.try_create(kSubnet, "b", {{"vpcId", vpc}, {"cidrBlock", "10.0.1.0/25"}});
  ASSERT_FALSE(made);
  const std::string text = made.error().error.to_string();
  EXPECT_THAT(text, HasSubstr("creating urn:pulumi:dev::story::aws:ec2/subnet:Subnet::b: ec2 CreateSubnet: "
                              "InvalidSubnet.Conflict: "));
  EXPECT_THAT(text, HasSubstr("(property 'cidrBlock', request id "));
  EXPECT_FALSE(made.error().partial);
}

TEST(Network, WhatIsGoneReadsAsGone) {
  Cloud cloud;
  ResourceState vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}});
  ResourceState other = vpc;
  cloud.remove(kVpc, "main", vpc);
  cloud.remove(kVpc, "main", other);  // once more is fine
}

TEST(Network, WaysOut) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  const std::string subnet = cloud.create(kSubnet, "a", {{"vpcId", vpc}, {"cidrBlock", "10.0.1.0/24"}}).id;
  ResourceState gateway = cloud.create("aws:ec2/internetGateway:InternetGateway", "out", {{"vpcId", vpc}});
  ResourceState address = cloud.create("aws:ec2/eip:Eip", "nat", {{"domain", "vpc"}});
  ResourceState nat =
      cloud.create("aws:ec2/natGateway:NatGateway", "nat", {{"subnetId", subnet}, {"allocationId", address.id}});
  EXPECT_EQ(get(nat, "publicIp"), get(address, "publicIp"));
  ResourceState table = cloud.create(kTable, "t", {{"vpcId", vpc}});
  ResourceState route =
      cloud.create("aws:ec2/route:Route", "default",
                   {{"routeTableId", table.id}, {"destinationCidrBlock", "0.0.0.0/0"}, {"natGatewayId", nat.id}});
  route = cloud.update("aws:ec2/route:Route", "default", route,
                       {{"routeTableId", table.id}, {"destinationCidrBlock", "0.0.0.0/0"}, {"gatewayId", gateway.id}});
  EXPECT_EQ(get(route, "gatewayId"), gateway.id);
  cloud.remove("aws:ec2/route:Route", "default", route);
  cloud.remove("aws:ec2/natGateway:NatGateway", "nat", nat);
  cloud.remove("aws:ec2/eip:Eip", "nat", address);
  cloud.remove("aws:ec2/internetGateway:InternetGateway", "out", gateway);
}

TEST(Network, AclWithRules) {
  Cloud cloud;
  const std::string type = "aws:ec2/networkAcl:NetworkAcl", rule_type = "aws:ec2/networkAclRule:NetworkAclRule";
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  const std::string subnet = cloud.create(kSubnet, "a", {{"vpcId", vpc}, {"cidrBlock", "10.0.1.0/24"}}).id;
  auto rule = [](int number, int port) {
    return PropertyMap{{"ruleNo", number}, {"action", "allow"}, {"protocol", "tcp"},
                       {"fromPort", port}, {"toPort", port},    {"cidrBlock", "10.0.0.0/16"}};
  };
  PropertyMap in{
      {"vpcId", vpc}, {"subnetIds", PropertyList{subnet}}, {"ingress", PropertyList{rule(100, 443), rule(110, 80)}}};
  ResourceState acl = cloud.create(type, "acl", in);
  EXPECT_EQ(cloud.diff(type, "acl", acl, in).changes, DiffReply::Changes::none);
  in["ingress"] = PropertyList{rule(110, 80)};
  in["subnetIds"] = PropertyList{};
  acl = cloud.update(type, "acl", acl, in);
  EXPECT_EQ(at(acl.outputs, "ingress").as_list().size(), 1u);
  ResourceState own = cloud.create(rule_type, "r",
                                   {{"networkAclId", acl.id},
                                    {"ruleNumber", 200},
                                    {"protocol", "-1"},
                                    {"ruleAction", "deny"},
                                    {"cidrBlock", "0.0.0.0/0"}});
  cloud.remove(rule_type, "r", own);
  cloud.remove(type, "acl", acl);
}

TEST(Network, WhatAwsFillsInStaysWhenLeftOut) {
  Cloud cloud;
  const std::string vpc = cloud.create(kVpc, "main", {{"cidrBlock", "10.0.0.0/16"}}).id;
  const PropertyMap in{{"vpcId", vpc}, {"cidrBlock", "10.0.1.0/24"}, {"availabilityZone", "us-east-1b"}};
  ResourceState subnet = cloud.create(kSubnet, "a", in);
  EXPECT_EQ(get(subnet, "region"), "us-east-1");
  DiffReply diff = cloud.diff(kSubnet, "a", subnet, {{"vpcId", vpc}, {"cidrBlock", "10.0.1.0/24"}});
  EXPECT_EQ(diff.changes, DiffReply::Changes::none);
  auto elsewhere =
      cloud.try_create(kSubnet, "b", {{"vpcId", vpc}, {"cidrBlock", "10.0.2.0/24"}, {"region", "eu-west-1"}});
  ASSERT_FALSE(elsewhere);
  EXPECT_THAT(elsewhere.error().error.message, testing::StartsWith("not supported yet: region 'eu-west-1'"));
}

TEST(Network, PreviewCallsNobody) {
  AwsOptions nowhere;
  nowhere.twin_url = "http://127.0.0.1:1";
  auto provider = make_aws_provider(nowhere);
  ASSERT_TRUE(provider->configure({}));
  CreateRequest request;
  request.urn = Cloud::urn(kVpc, "main");
  request.inputs = {{"cidrBlock", "10.0.0.0/16"}};
  request.preview = true;
  auto planned = provider->create(request, {});
  ASSERT_TRUE(planned);
  EXPECT_TRUE(at(planned->outputs, "arn").is_unknown());
  EXPECT_EQ(at(planned->outputs, "cidrBlock").string_or(), "10.0.0.0/16");
  request.preview = false;
  auto refused = provider->create(request, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().error.message, HasSubstr("Start it with 'drydock twin start'"));
}

}  // namespace
}  // namespace drydock

// EC2 as its callers meet it: what it makes, what it refuses in AWS's words, what it leaves behind.
#include "twin/ec2/ec2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace drydock::twin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Ec2Story : public testing::Test {
 protected:
  Ec2Story() : world_(std::move(*World::open({.seed = "ec2"}))), front_(*world_), ec2_(front_, *world_) {}

  /// 'x' stands for "x" in the parameters.
  ApiResult call(const std::string& action, const std::string& parameters = "{}") {
    return front_.call("ec2", action, "us-east-1", {}, *Json::parse(replace_all(parameters, "'", "\"")));
  }
  Json ok(const std::string& action, const std::string& parameters = "{}") {
    ApiResult result = call(action, parameters);
    EXPECT_TRUE(result) << action << ": " << result.error().code << ": " << result.error().message;
    world_->commit();
    return result ? *result : Json();
  }
  std::string refusal(const std::string& action, const std::string& parameters) {
    const ApiResult result = call(action, parameters);
    return result ? "" : result.error().code + ": " + result.error().message;
  }
  std::string vpc(const std::string& cidr = "10.0.0.0/16") {
    return ok("CreateVpc", "{'CidrBlock':'" + cidr + "'}").path("vpc.vpcId").string_or();
  }
  std::string subnet(const std::string& vpc_id, const std::string& cidr, const std::string& zone = "us-east-1a") {
    return ok("CreateSubnet", "{'VpcId':'" + vpc_id + "','CidrBlock':'" + cidr + "','AvailabilityZone':'" + zone + "'}")
        .path("subnet.subnetId")
        .string_or();
  }
  void settle() { world_->clock().run_completions(); }

  std::unique_ptr<World> world_;
  Front front_;
  Ec2 ec2_;
};

TEST_F(Ec2Story, AVpcComesWithWhatAwsPutsIntoIt) {
  const std::string id = vpc();
  EXPECT_EQ(ok("DescribeVpcs", "{'VpcId':['" + id + "']}").path("vpcSet.0.state").string_or(), "pending");
  settle();
  EXPECT_EQ(ok("DescribeVpcs", "{'VpcId':['" + id + "']}").path("vpcSet.0.state").string_or(), "available");
  const std::string of_vpc = "{'Filter':[{'Name':'vpc-id','Value':['" + id + "']}]}";
  const Json tables = ok("DescribeRouteTables", of_vpc);
  EXPECT_TRUE(tables.path("routeTableSet.0.associationSet.0.main").bool_or(false));
  EXPECT_EQ(tables.path("routeTableSet.0.routeSet.0.gatewayId").string_or(), "local");
  EXPECT_TRUE(ok("DescribeNetworkAcls", of_vpc).path("networkAclSet.0.default").bool_or(false));
  const Json groups = ok("DescribeSecurityGroups", of_vpc);
  EXPECT_EQ(groups.path("securityGroupInfo.0.groupName").string_or(), "default");
  EXPECT_EQ(groups.path("securityGroupInfo.0.ipPermissions.0.groups.0.groupId"),
            groups.path("securityGroupInfo.0.groupId"));
  EXPECT_EQ(groups.path("securityGroupInfo.0.ipPermissionsEgress.0.ipRanges.0.cidrIp").string_or(), "0.0.0.0/0");
}

TEST_F(Ec2Story, RefusesInTheWordsOfAws) {
  const std::string id = vpc(), a = subnet(id, "10.0.1.0/24"), other = vpc("10.9.0.0/16"),
                    far = subnet(other, "10.9.0.0/24");
  const std::string table =
      ok("CreateRouteTable", "{'VpcId':'" + id + "'}").path("routeTable.routeTableId").string_or();
  const struct {
    const char *action, *parameters, *want;
  } kRows[] = {
      {"CreateVpc", "{'CidrBlock':'10.0.0.0/8'}", "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid."},
      {"CreateVpc", "{'CidrBlock':'ten'}",
       "InvalidParameterValue: Value (ten) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
      {"CreateVpc", "{}", "MissingParameter: The request must contain the parameter cidrBlock"},
      {"CreateSubnet", "{'VpcId':'VPC','CidrBlock':'10.0.1.128/25'}",
       "InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet"},
      {"CreateSubnet", "{'VpcId':'VPC','CidrBlock':'10.1.0.0/24'}",
       "InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid."},
      {"CreateSubnet", "{'VpcId':'vpc-1','CidrBlock':'10.1.0.0/24'}",
       "InvalidVpcID.NotFound: The vpc ID 'vpc-1' does not exist"},
      {"DeleteVpc", "{'VpcId':'VPC'}", "DependencyViolation: The vpc 'VPC' has dependencies and cannot be deleted."},
      {"ModifyVpcAttribute", "{'VpcId':'VPC'}", "MissingParameter: No attributes specified."},
      {"AssociateRouteTable", "{'RouteTableId':'TABLE','SubnetId':'FAR'}",
       "InvalidParameterValue: Route table TABLE and subnet FAR belong to different networks"},
      {"CreateRoute", "{'RouteTableId':'TABLE','DestinationCidrBlock':'10.0.0.0/16','NatGatewayId':'nat-1'}",
       "RouteAlreadyExists: The route identified by 10.0.0.0/16 already exists."},
      {"DeleteRoute", "{'RouteTableId':'TABLE','DestinationCidrBlock':'10.0.0.0/16'}",
       "InvalidParameterValue: cannot remove local route 10.0.0.0/16 in route table TABLE"},
      {"CreateRoute", "{'RouteTableId':'TABLE','DestinationCidrBlock':'0.0.0.0/0','GatewayId':'igw-1'}",
       "InvalidGatewayID.NotFound: The gateway ID 'igw-1' does not exist"},
      {"CreateSecurityGroup", "{'VpcId':'VPC','GroupName':'default','GroupDescription':'d'}",
       "InvalidGroup.Duplicate: The security group 'default' already exists for VPC 'VPC'"},
      {"DescribeVpcs", "{'Filter':[{'Name':'colour','Value':['red']}]}",
       "InvalidParameterValue: The filter 'colour' is invalid"},
      {"CreateVpcEndpoint", "{'VpcId':'VPC','ServiceName':'com.amazonaws.prod.s3'}",
       "InvalidServiceName: The Vpc Endpoint Service 'com.amazonaws.prod.s3' does not exist"},
      {"CreateVpcEndpoint",
       "{'VpcId':'VPC','ServiceName':'com.amazonaws.us-east-1.ec2','VpcEndpointType':'Interface','SubnetId':['SUBNET'],"
       "'PrivateDnsEnabled':'true'}",
       "InvalidParameter: Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes "
       "set to true for VPC"},
  };
  for (const auto& row : kRows) {
    auto filled = [&](std::string text) {
      return replace_all(
          replace_all(replace_all(replace_all(text, "'VPC'", "'" + id + "'"), "'TABLE'", "'" + table + "'"), "'FAR'",
                      "'" + far + "'"),
          "'SUBNET'", "'" + a + "'");
    };
    auto masked = replace_all(
        replace_all(replace_all(refusal(row.action, filled(row.parameters)), id, "VPC"), table, "TABLE"), far, "FAR");
    EXPECT_EQ(masked, row.want) << row.action << row.parameters;
  }
}

TEST_F(Ec2Story, ARefusedCallChangesNothing) {
  const std::string id = vpc();
  const std::uint64_t before = world_->revision();
  refusal("CreateSubnet", "{'VpcId':'" + id + "','CidrBlock':'10.0.0.0/8'}");
  refusal("CreateVpcEndpoint",
          "{'VpcId':'" + id +
              "','ServiceName':'com.amazonaws.us-east-1.ec2','VpcEndpointType':'Interface','SubnetId':['subnet-1']}");
  world_->commit();
  EXPECT_EQ(world_->revision(), before);
}

TEST_F(Ec2Story, AnInterfaceEndpointLivesAndGoesWithItsInterfaces) {
  const std::string id = vpc(), a = subnet(id, "10.0.1.0/24"), b = subnet(id, "10.0.2.0/24", "us-east-1b");
  ok("ModifyVpcAttribute", "{'VpcId':'" + id + "','EnableDnsHostnames':{'Value':'true'}}");
  const std::string create =
      "{'VpcId':'" + id +
      "','ServiceName':'com.amazonaws.us-east-1.ecr.dkr','VpcEndpointType':'Interface','SubnetId':['" + a + "','" + b +
      "'],'PrivateDnsEnabled':'true'}";
  const std::string endpoint = ok("CreateVpcEndpoint", create).path("vpcEndpoint.vpcEndpointId").string_or();
  EXPECT_THAT(refusal("CreateVpcEndpoint", create),
              HasSubstr("already a conflicting DNS domain for *.dkr.ecr.us-east-1.amazonaws.com in the VPC " + id));
  settle();
  const Json described = ok("DescribeVpcEndpoints").path("vpcEndpointSet.0");
  EXPECT_EQ(described.at("state").string_or(), "available");
  EXPECT_EQ(described.at("networkInterfaceIdSet").size(), 2u);
  EXPECT_EQ(described.path("dnsEntrySet.3.dnsName").string_or(), "*.dkr.ecr.us-east-1.amazonaws.com");
  EXPECT_EQ(refusal("DeleteSubnet", "{'SubnetId':'" + a + "'}"),
            "DependencyViolation: The subnet '" + a + "' has dependencies and cannot be deleted.");
  ok("DeleteVpcEndpoints", "{'VpcEndpointId':['" + endpoint + "']}");
  EXPECT_EQ(ok("DescribeVpcEndpoints").path("vpcEndpointSet.0.state").string_or(), "deleting");
  settle();
  EXPECT_TRUE(world_->table<aws::NetworkInterface>("us-east-1").empty());
  ok("DeleteSubnet", "{'SubnetId':'" + a + "'}");
  ok("DeleteSubnet", "{'SubnetId':'" + b + "'}");
  ok("DeleteVpc", "{'VpcId':'" + id + "'}");
}

TEST_F(Ec2Story, AGatewayEndpointPutsItsRouteIntoItsTables) {
  const std::string id = vpc();
  const std::string table =
      ok("CreateRouteTable", "{'VpcId':'" + id + "'}").path("routeTable.routeTableId").string_or();
  const std::string create =
      "{'VpcId':'" + id + "','ServiceName':'com.amazonaws.us-east-1.s3','RouteTableId':['" + table + "']}";
  const std::string endpoint = ok("CreateVpcEndpoint", create).path("vpcEndpoint.vpcEndpointId").string_or();
  auto routes = [&] {
    return ok("DescribeRouteTables", "{'RouteTableId':['" + table + "']}").path("routeTableSet.0.routeSet");
  };
  EXPECT_EQ(routes().path("1.gatewayId").string_or(), endpoint);
  EXPECT_EQ(routes().path("1.destinationPrefixListId").string_or(), "pl-63a5400a");
  EXPECT_THAT(refusal("CreateVpcEndpoint", create), HasSubstr("RouteAlreadyExists"));
  EXPECT_THAT(refusal("DeleteRoute", "{'RouteTableId':'" + table + "','DestinationPrefixListId':'pl-63a5400a'}"),
              HasSubstr("use ModifyVpcEndpoint"));
  ok("ModifyVpcEndpoint", "{'VpcEndpointId':'" + endpoint + "','RemoveRouteTableId':['" + table + "']}");
  EXPECT_EQ(routes().size(), 1u);
}

TEST_F(Ec2Story, RulesAreOneAPeerAndShownTogether) {
  const std::string group =
      ok("CreateSecurityGroup", "{'VpcId':'" + vpc() + "','GroupName':'web','GroupDescription':'d'}")
          .at("groupId")
          .string_or();
  const std::string permission =
      "'IpPermissions':[{'IpProtocol':'tcp','FromPort':'443','ToPort':'443','IpRanges':[{'CidrIp':'10.0.0.7/"
      "16'},{'CidrIp':'10.1.0.0/16'}]}]";
  const Json made = ok("AuthorizeSecurityGroupIngress", "{'GroupId':'" + group + "'," + permission + "}");
  EXPECT_EQ(made.at("securityGroupRuleSet").size(), 2u);
  EXPECT_EQ(made.path("securityGroupRuleSet.0.cidrIpv4").string_or(), "10.0.0.0/16") << "host bits are cleared";
  EXPECT_EQ(
      ok("DescribeSecurityGroups", "{'GroupId':['" + group + "']}").path("securityGroupInfo.0.ipPermissions").size(),
      1u);
  EXPECT_EQ(refusal("AuthorizeSecurityGroupIngress", "{'GroupId':'" + group +
                                                         "','IpPermissions':[{'IpProtocol':'6','FromPort':'443','"
                                                         "ToPort':'443','IpRanges':[{'CidrIp':'10.1.0.0/16'}]}]}"),
            "InvalidPermission.Duplicate: the specified rule \"peer: 10.1.0.0/16, TCP, from port: 443, to port: 443, "
            "ALLOW\" already exists");
  EXPECT_THAT(refusal("AuthorizeSecurityGroupIngress", "{'GroupId':'" + group +
                                                           "','IpPermissions':[{'IpProtocol':'tcp','FromPort':'2','"
                                                           "ToPort':'1','IpRanges':[{'CidrIp':'0.0.0.0/0'}]}]}"),
              HasSubstr("Invalid TCP port range (2:1)"));
  ok("RevokeSecurityGroupIngress", "{'GroupId':'" + group + "'," + permission + "}");
  EXPECT_EQ(refusal("RevokeSecurityGroupIngress", "{'GroupId':'" + group + "'," + permission + "}"),
            "InvalidPermission.NotFound: The specified rule does not exist in this security group.");
}

TEST_F(Ec2Story, PagesWalkThroughEverythingOnce) {
  for (int i = 0; i < 7; ++i) vpc("10." + std::to_string(i) + ".0.0/16");
  std::set<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    const Json page =
        ok("DescribeVpcs", token.empty() ? "{'MaxResults':'3'}" : "{'MaxResults':'3','NextToken':'" + token + "'}");
    for (const Json& item : page.at("vpcSet").as_array()) EXPECT_TRUE(seen.insert(item.at("vpcId").string_or()).second);
    token = page.at("nextToken").string_or();
  } while (!token.empty() && ++pages < 10);
  EXPECT_EQ(seen.size(), 8u);
}

TEST_F(Ec2Story, AddressesOfASubnetRunOut) {
  const std::string small = subnet(vpc(), "10.0.0.0/28");
  for (int i = 0; i < 11; ++i) ok("CreateNetworkInterface", "{'SubnetId':'" + small + "'}");
  EXPECT_THAT(refusal("CreateNetworkInterface", "{'SubnetId':'" + small + "'}"),
              HasSubstr("InsufficientFreeAddressesInSubnet"));
  EXPECT_EQ(world_->table<aws::Subnet>("us-east-1").find(small)->availableIpAddressCount, 0);
  const std::string eni = ok("DescribeNetworkInterfaces").path("networkInterfaceSet.0.networkInterfaceId").string_or();
  ok("DeleteNetworkInterface", "{'NetworkInterfaceId':'" + eni + "'}");
  ok("CreateNetworkInterface", "{'SubnetId':'" + small + "'}");
}

TEST_F(Ec2Story, ASubnetKnowsItsAddressesAfterARestart) {
  const std::string file = testing::TempDir() + "ec2-addresses.journal";
  std::filesystem::remove(file);
  auto open = [&] { return std::move(*World::open({.journal = file, .seed = "addresses"})); };
  std::string small;
  {
    auto world = open();
    Front front(*world);
    Ec2 ec2(front, *world);
    small = world->table<aws::Subnet>("us-east-1").begin()->first;
    aws::Subnet& row = *world->table<aws::Subnet>("us-east-1").edit(small);
    row.cidrBlock = "172.31.0.0/28", row.availableIpAddressCount = 11;
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(ec2.create_interface("us-east-1", {.subnet_id = small}));
    world->commit();
  }
  auto world = open();
  Front front(*world);
  Ec2 ec2(front, *world);
  std::set<std::string> addresses;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(ec2.create_interface("us-east-1", {.subnet_id = small}));
  EXPECT_FALSE(ec2.create_interface("us-east-1", {.subnet_id = small}));
  for (const auto& [id, eni] : world->table<aws::NetworkInterface>("us-east-1")) addresses.insert(eni.privateIpAddress);
  EXPECT_EQ(addresses.size(), 11u);
  std::filesystem::remove(file);
}

TEST_F(Ec2Story, ARepeatedTokenGivesTheSameUnlessTheParametersDiffer) {
  const std::string a = vpc(), net = subnet(a, "10.0.1.0/24");
  struct Case {
    const char *action, *id;
    std::string parameters, other;
  };
  const std::string image = image_id_of("us-east-1", eks_image_name("1.32"));
  for (const Case& c : {
           Case{"CreateNetworkAcl", "networkAcl.networkAclId", "'VpcId':'" + a + "'", "'VpcId':'" + vpc() + "'"},
           Case{"CreateRouteTable", "routeTable.routeTableId", "'VpcId':'" + a + "'", "'VpcId':'" + vpc() + "'"},
           Case{"CreateNetworkInterface", "networkInterface.networkInterfaceId", "'SubnetId':'" + net + "'",
                "'SubnetId':'" + net + "','Description':'other'"},
           Case{"CreateVpcEndpoint", "vpcEndpoint.vpcEndpointId",
                "'VpcId':'" + a + "','ServiceName':'com.amazonaws.us-east-1.s3'",
                "'VpcId':'" + a + "','ServiceName':'com.amazonaws.us-east-1.dynamodb'"},
           Case{"CreateLaunchTemplate", "launchTemplate.launchTemplateId",
                "'LaunchTemplateName':'one','LaunchTemplateData':{'InstanceType':'t3.large'}",
                "'LaunchTemplateName':'one','LaunchTemplateData':{'InstanceType':'t3.small'}"},
           Case{"RunInstances", "instancesSet.0.instanceId",
                "'ImageId':'" + image + "','InstanceType':'t3.small','SubnetId':'" + net +
                    "','MinCount':'1','MaxCount':'2'",
                "'ImageId':'" + image + "','InstanceType':'t3.large','SubnetId':'" + net +
                    "','MinCount':'1','MaxCount':'2'"},
       }) {
    const std::string token = ",'ClientToken':'t-" + std::string(c.action) + "'}";
    const Json first = ok(c.action, "{" + c.parameters + token), again = ok(c.action, "{" + c.parameters + token);
    EXPECT_FALSE(first.path(c.id).string_or().empty()) << c.action;
    EXPECT_EQ(first.path(c.id).string_or(), again.path(c.id).string_or()) << c.action;
    EXPECT_THAT(refusal(c.action, "{" + c.other + token), HasSubstr("IdempotentParameterMismatch")) << c.action;
  }
}

TEST_F(Ec2Story, SeveralInterfacesAtLaunchHaveNoPublicAddress) {
  const std::string net = subnet(vpc(), "10.0.1.0/24");
  ok("ModifySubnetAttribute", "{'SubnetId':'" + net + "','MapPublicIpOnLaunch':{'Value':'true'}}");
  const std::string start = "{'ImageId':'" + image_id_of("us-east-1", eks_image_name("1.32")) +
                            "','InstanceType':'t3.small','MinCount':'1','MaxCount':'1','NetworkInterface':[";
  const auto one = [&](int index, const std::string& more = "") {
    return "{'DeviceIndex':'" + std::to_string(index) + "','SubnetId':'" + net + "'" + more + "}";
  };
  const Json made = ok("RunInstances", start + one(0) + "," + one(1) + "]}");
  EXPECT_TRUE(made.path("instancesSet.0.ipAddress").string_or().empty());
  EXPECT_EQ(made.path("instancesSet.0.networkInterfaceSet").size(), 2u);
  EXPECT_FALSE(ok("RunInstances", start + one(0) + "]}").path("instancesSet.0.ipAddress").string_or().empty());
  EXPECT_THAT(refusal("RunInstances", start + one(0, ",'AssociatePublicIpAddress':'true'") + "," + one(1) + "]}"),
              HasSubstr("cannot be specified when launching with multiple network interfaces"));
}

TEST_F(Ec2Story, ZonesLackTypes) {
  const std::string net = subnet(vpc(), "10.0.1.0/24", "us-east-1e");
  EXPECT_THAT(refusal("RunInstances", "{'ImageId':'" + image_id_of("us-east-1", eks_image_name("1.32")) +
                                          "','InstanceType':'m5.large','SubnetId':'" + net + "'}"),
              HasSubstr("Unsupported: Your requested instance type (m5.large) is not supported in your requested "
                        "Availability Zone (us-east-1e). Please retry"));
}

TEST_F(Ec2Story, ANatGatewayNeedsAWayOut) {
  const std::string id = vpc(), a = subnet(id, "10.0.1.0/24");
  const std::string allocation = ok("AllocateAddress").at("allocationId").string_or();
  ok("CreateNatGateway", "{'SubnetId':'" + a + "','AllocationId':'" + allocation + "'}");
  settle();
  const Json nat = ok("DescribeNatGateways").path("natGatewaySet.0");
  EXPECT_EQ(nat.at("state").string_or(), "failed");
  EXPECT_EQ(nat.at("failureMessage").string_or(), "Network " + id + " has no Internet gateway attached");
  ok("ReleaseAddress", "{'AllocationId':'" + allocation + "'}");
}

TEST_F(Ec2Story, EachRegionHasItsOwnBeginning) {
  ec2_.ensure_region("eu-central-1");
  EXPECT_EQ(world_->table<aws::Subnet>("eu-central-1").size(), 3u);
  EXPECT_EQ(world_->table<aws::Subnet>("us-east-1").size(), 6u);
  const ApiResult nowhere = front_.call("ec2", "DescribeVpcs", "mars-1", {}, {});
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, HasSubstr("'mars-1' is not one the twin has"));
}

TEST_F(Ec2Story, ADefaultVpcSomebodyDeletedStaysAway) {
  for (const auto& [id, row] : std::map<std::string, aws::Subnet, std::less<>>(
           world_->table<aws::Subnet>("us-east-1").begin(), world_->table<aws::Subnet>("us-east-1").end()))
    ok("DeleteSubnet", "{'SubnetId':'" + id + "'}");
  const Json vpcs = ok("DescribeVpcs");
  const std::string id = vpcs.path("vpcSet.0.vpcId").string_or();
  const std::string gateway = ok("DescribeInternetGateways").path("internetGatewaySet.0.internetGatewayId").string_or();
  ok("DetachInternetGateway", "{'InternetGatewayId':'" + gateway + "','VpcId':'" + id + "'}");
  ok("DeleteVpc", "{'VpcId':'" + id + "'}");
  EXPECT_THAT(ok("DescribeVpcs").at("vpcSet").as_array(), IsEmpty());
}

}  // namespace
}  // namespace drydock::twin

// Thousands of calls drawn at random from the parameters people write, right and wrong. None may throw, and whatever
// they did, the world still hangs together.
#include <gtest/gtest.h>

#include <random>

#include "base/hash.h"
#include "cloud/aws/cidr.h"
#include "twin/ec2/ec2.h"

namespace drydock::twin {
namespace {

constexpr const char* kActions[] = {"AllocateAddress",
                                    "AssignPrivateIpAddresses",
                                    "AssociateAddress",
                                    "AssociateDhcpOptions",
                                    "AssociateRouteTable",
                                    "AssociateVpcCidrBlock",
                                    "AttachInternetGateway",
                                    "AttachNetworkInterface",
                                    "AuthorizeSecurityGroupEgress",
                                    "AuthorizeSecurityGroupIngress",
                                    "CreateDhcpOptions",
                                    "CreateInternetGateway",
                                    "CreateLaunchTemplate",
                                    "CreateLaunchTemplateVersion",
                                    "CreateNatGateway",
                                    "CreateNetworkAcl",
                                    "CreateNetworkAclEntry",
                                    "CreateNetworkInterface",
                                    "CreateRoute",
                                    "CreateRouteTable",
                                    "CreateSecurityGroup",
                                    "CreateSubnet",
                                    "CreateTags",
                                    "CreateVpc",
                                    "CreateVpcEndpoint",
                                    "DeleteDhcpOptions",
                                    "DeleteInternetGateway",
                                    "DeleteLaunchTemplate",
                                    "DeleteNatGateway",
                                    "DeleteNetworkAcl",
                                    "DeleteNetworkAclEntry",
                                    "DeleteNetworkInterface",
                                    "DeleteRoute",
                                    "DeleteRouteTable",
                                    "DeleteSecurityGroup",
                                    "DeleteSubnet",
                                    "DeleteTags",
                                    "DeleteVpc",
                                    "DeleteVpcEndpoints",
                                    "DescribeInstances",
                                    "DescribeNetworkInterfaces",
                                    "DescribeSecurityGroups",
                                    "DescribeSubnets",
                                    "DescribeVpcs",
                                    "DescribeVpcEndpoints",
                                    "DescribeTags",
                                    "DescribeNetworkAcls",
                                    "DescribeRouteTables",
                                    "DescribeNatGateways",
                                    "DetachInternetGateway",
                                    "DetachNetworkInterface",
                                    "DisassociateAddress",
                                    "DisassociateRouteTable",
                                    "DisassociateVpcCidrBlock",
                                    "ImportKeyPair",
                                    "ModifyInstanceAttribute",
                                    "ModifyNetworkInterfaceAttribute",
                                    "ModifySecurityGroupRules",
                                    "ModifySubnetAttribute",
                                    "ModifyVpcAttribute",
                                    "ModifyVpcEndpoint",
                                    "RebootInstances",
                                    "ReleaseAddress",
                                    "ReplaceNetworkAclAssociation",
                                    "ReplaceNetworkAclEntry",
                                    "ReplaceRoute",
                                    "ReplaceRouteTableAssociation",
                                    "RevokeSecurityGroupEgress",
                                    "RevokeSecurityGroupIngress",
                                    "RunInstances",
                                    "StartInstances",
                                    "StopInstances",
                                    "TerminateInstances",
                                    "UnassignPrivateIpAddresses"};

class Drawn {
 public:
  Drawn(World& world, unsigned seed) : world_(world), random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }

  template <class T>
  std::string id_of(const char* prefix) {
    const auto& table = world_.table<T>("us-east-1");
    if (table.empty() || chance(4)) return std::string(prefix) + "-00000000000000bad";
    return std::next(table.begin(), static_cast<std::ptrdiff_t>(below(table.size())))->first;
  }
  std::string block() {
    static const char* kBlocks[] = {"10.0.0.0/16", "10.0.1.0/24",
                                    "10.0.1.0/28", "10.0.2.0/24",
                                    "10.1.0.0/16", "0.0.0.0/0",
                                    "::/0",        "10.0.0.0/8",
                                    "nonsense",    "",
                                    "10.0.3.0/27", "169.254.169.0/24"};
    return kBlocks[below(std::size(kBlocks))];
  }
  std::string association() {
    const auto& tables = world_.table<aws::RouteTable>("us-east-1");
    for (const auto& [id, table] : tables)
      if (!table.associationSet.empty() && chance(30))
        return table.associationSet[below(table.associationSet.size())].routeTableAssociationId;
    for (const auto& [id, acl] : world_.table<aws::NetworkAcl>("us-east-1"))
      if (!acl.associationSet.empty() && chance(50)) return acl.associationSet[0].networkAclAssociationId;
    for (const auto& [id, address] : world_.table<aws::Address>("us-east-1"))
      if (address.associationId && chance(50)) return *address.associationId;
    for (const auto& [id, vpc] : world_.table<aws::Vpc>("us-east-1"))
      if (vpc.cidrBlockAssociationSet.size() > 1) return vpc.cidrBlockAssociationSet.back().associationId;
    return "assoc-bad";
  }
  std::string attachment() {
    for (const auto& [id, eni] : world_.table<aws::NetworkInterface>("us-east-1"))
      if (eni.attachment && eni.attachment->deviceIndex > 0 && chance(eni.requesterManaged ? 10 : 80))
        return eni.attachment->attachmentId;
    return "eni-attach-bad";
  }
  Json some(Json item) { return chance(80) ? Json::array({item}) : Json::array({item, item}); }
  Json permission() {
    Json p = Json::object(
        {{"IpProtocol", chance(60) ? "tcp" : "-1"}, {"FromPort", "443"}, {"ToPort", chance(90) ? "443" : "x"}});
    if (chance(60)) p["IpRanges"] = some(Json::object({{"CidrIp", block()}}));
    if (chance(40)) p["Groups"] = some(Json::object({{"GroupId", id_of<aws::SecurityGroup>("sg")}}));
    return p;
  }
  Json parameters() {
    Json in = Json::object();
    auto maybe = [&](int percent, const char* name, auto&& value) {
      if (chance(percent)) in[name] = value();
    };
    maybe(85, "VpcId", [&]() -> Json { return id_of<aws::Vpc>("vpc"); });
    maybe(80, "SubnetId", [&]() -> Json {
      const std::string id = id_of<aws::Subnet>("subnet");
      return chance(50) ? Json(id) : some(id);
    });
    maybe(80, "RouteTableId", [&]() -> Json {
      const std::string id = id_of<aws::RouteTable>("rtb");
      return chance(70) ? Json(id) : some(id);
    });
    maybe(70, "CidrBlock", [&]() -> Json { return block(); });
    maybe(70, "DestinationCidrBlock", [&]() -> Json { return block(); });
    maybe(60, "GroupId", [&]() -> Json {
      const std::string id = id_of<aws::SecurityGroup>("sg");
      return chance(90) ? Json(id) : some(id);
    });
    maybe(40, "SecurityGroupId", [&]() -> Json { return some(id_of<aws::SecurityGroup>("sg")); });
    maybe(80, "NetworkInterfaceId", [&]() -> Json { return id_of<aws::NetworkInterface>("eni"); });
    maybe(80, "InstanceId", [&]() -> Json {
      const std::string id = id_of<aws::Instance>("i");
      return chance(50) ? Json(id) : some(id);
    });
    maybe(80, "InternetGatewayId", [&]() -> Json { return id_of<aws::InternetGateway>("igw"); });
    maybe(20, "GatewayId", [&]() -> Json { return id_of<aws::InternetGateway>("igw"); });
    maybe(30, "NatGatewayId", [&]() -> Json { return id_of<aws::NatGateway>("nat"); });
    maybe(80, "AllocationId", [&]() -> Json { return id_of<aws::Address>("eipalloc"); });
    maybe(80, "NetworkAclId", [&]() -> Json { return id_of<aws::NetworkAcl>("acl"); });
    maybe(80, "VpcEndpointId", [&]() -> Json {
      const std::string id = id_of<aws::VpcEndpoint>("vpce");
      return chance(50) ? Json(id) : some(id);
    });
    maybe(80, "LaunchTemplateId", [&]() -> Json { return id_of<aws::LaunchTemplate>("lt"); });
    maybe(80, "DhcpOptionsId", [&]() -> Json { return id_of<aws::DhcpOptions>("dopt"); });
    maybe(80, "AssociationId", [&]() -> Json { return association(); });
    maybe(80, "ImageId", [&]() -> Json { return id_of<aws::Image>("ami"); });
    maybe(80, "InstanceType", [&]() -> Json { return chance(90) ? "t3.medium" : "t0.tiny"; });
    maybe(90, "GroupName", [&]() -> Json { return "g" + std::to_string(below(20)); });
    maybe(90, "GroupDescription", [&]() -> Json { return "d"; });
    maybe(70, "ServiceName", [&]() -> Json {
      static const char* k[] = {"s3", "ec2", "ecr.dkr", "prod"};
      return std::string("com.amazonaws.us-east-1.") + k[below(4)];
    });
    maybe(50, "VpcEndpointType", [&]() -> Json { return chance(70) ? "Interface" : "Gateway"; });
    maybe(30, "PrivateDnsEnabled", [&]() -> Json { return "true"; });
    maybe(30, "PolicyDocument", [&]() -> Json { return chance(50) ? "{" : ""; });
    maybe(70, "IpPermissions", [&]() -> Json { return some(permission()); });
    maybe(50, "EnableDnsHostnames", [&]() -> Json { return Json::object({{"Value", chance(50) ? "true" : "false"}}); });
    maybe(20, "MapPublicIpOnLaunch", [&]() -> Json { return Json::object({{"Value", "true"}}); });
    maybe(80, "ResourceId", [&]() -> Json { return some(id_of<aws::Vpc>("vpc")); });
    maybe(80, "Tag", [&]() -> Json {
      return some(Json::object({{"Key", chance(90) ? "Name" : "aws:x"}, {"Value", "v"}}));
    });
    maybe(20, "Filter", [&]() -> Json {
      return some(Json::object({{"Name", chance(80) ? "vpc-id" : "no"}, {"Value", Json::array({"vpc-*"})}}));
    });
    maybe(70, "RuleNumber", [&]() -> Json { return std::to_string(chance(90) ? 1 + below(4) : below(40000)); });
    maybe(80, "AttachmentId", [&]() -> Json { return attachment(); });
    maybe(80, "DhcpConfiguration", [&]() -> Json {
      return some(Json::object({{"Key", "domain-name"}, {"Value", Json::array({"x"})}}));
    });
    maybe(80, "KeyName", [&]() -> Json { return "k" + std::to_string(below(99)); });
    maybe(80, "PublicKeyMaterial", [&]() -> Json { return base64("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me"); });
    maybe(80, "SecurityGroupRule", [&]() -> Json {
      const std::string id = id_of<aws::SecurityGroupRule>("sgr");
      if (const auto* rule = world_.table<aws::SecurityGroupRule>("us-east-1").find(id); rule && chance(90))
        in["GroupId"] = rule->groupId;
      return some(Json::object({{"SecurityGroupRuleId", id},
                                {"SecurityGroupRule", Json::object({{"IpProtocol", "-1"}, {"CidrIpv4", block()}})}}));
    });
    maybe(70, "Protocol", [&]() -> Json { return chance(50) ? "6" : "-1"; });
    maybe(70, "PortRange", [&]() -> Json { return Json::object({{"From", "1"}, {"To", "2"}}); });
    maybe(70, "RuleAction", [&]() -> Json { return chance(90) ? "allow" : "maybe"; });
    maybe(20, "MaxResults", [&]() -> Json { return std::to_string(below(8)); });
    maybe(90, "MinCount", [&]() -> Json { return "1"; });
    maybe(90, "MaxCount", [&]() -> Json { return "2"; });
    maybe(80, "LaunchTemplateName", [&]() -> Json { return "lt" + std::to_string(below(9)); });
    maybe(90, "LaunchTemplateData", [&]() -> Json { return Json::object({{"InstanceType", "t3.medium"}}); });
    maybe(50, "AddSubnetId", [&]() -> Json { return some(id_of<aws::Subnet>("subnet")); });
    maybe(30, "RemoveSubnetId", [&]() -> Json { return some(id_of<aws::Subnet>("subnet")); });
    maybe(30, "AddRouteTableId", [&]() -> Json { return some(id_of<aws::RouteTable>("rtb")); });
    maybe(20, "VpcId", [&]() -> Json { return Json::array({"vpc-list"}); });  // a list where a text belongs
    maybe(5, "Filter", [&]() -> Json { return "text"; });
    return in;
  }

 private:
  World& world_;
  std::mt19937 random_;
};

/// Everything named by something exists, and what counts, counts right.
void expect_whole(World& world) {
  const std::string r = "us-east-1";
  const auto& vpcs = world.table<aws::Vpc>(r);
  const auto& subnets = world.table<aws::Subnet>(r);
  const auto& groups = world.table<aws::SecurityGroup>(r);
  const auto& interfaces = world.table<aws::NetworkInterface>(r);
  std::map<std::string, std::set<std::string>> addresses;
  for (const auto& [id, subnet] : subnets) EXPECT_TRUE(vpcs.contains(subnet.vpcId)) << id;
  for (const auto& [id, rule] : world.table<aws::SecurityGroupRule>(r))
    EXPECT_TRUE(groups.contains(rule.groupId)) << id;
  for (const auto& [id, eni] : interfaces) {
    EXPECT_TRUE(subnets.contains(eni.subnetId)) << id;
    EXPECT_TRUE(addresses[eni.subnetId].insert(eni.privateIpAddress).second) << eni.privateIpAddress << " twice";
    for (const auto& address : eni.secondaryAddresses)
      EXPECT_TRUE(addresses[eni.subnetId].insert(address).second) << address << " twice";
    for (const auto& group : eni.groupSet) EXPECT_TRUE(groups.contains(group.groupId)) << id;
  }
  for (const auto& [id, subnet] : subnets) {
    const std::int64_t usable = (std::int64_t{1} << (32 - aws::Cidr::parse(subnet.cidrBlock)->bits)) - 5;
    EXPECT_EQ(subnet.availableIpAddressCount, usable - static_cast<std::int64_t>(addresses[id].size())) << id;
  }
  for (const auto& [id, vpc] : vpcs) {
    int mains = 0, acls = 0, defaults = 0;
    for (const auto& [key, table] : world.table<aws::RouteTable>(r))
      for (const auto& association : table.associationSet) {
        mains += table.vpcId == id && association.main;
        EXPECT_TRUE(!association.subnetId || subnets.contains(*association.subnetId)) << key;
      }
    for (const auto& [key, acl] : world.table<aws::NetworkAcl>(r)) acls += acl.vpcId == id && acl.isDefault;
    for (const auto& [key, group] : groups) defaults += group.vpcId == id && group.groupName == "default";
    EXPECT_EQ(mains, 1) << id;
    EXPECT_EQ(acls, 1) << id;
    EXPECT_EQ(defaults, 1) << id;
  }
  for (const auto& [id, endpoint] : world.table<aws::VpcEndpoint>(r)) {
    EXPECT_TRUE(vpcs.contains(endpoint.vpcId)) << id;
    for (const auto& eni : endpoint.networkInterfaceIdSet) EXPECT_TRUE(interfaces.contains(eni)) << id;
  }
}

TEST(Ec2Random, NothingThrowsAndTheWorldHangsTogether) {
  std::map<std::string, int> succeeded;
  for (unsigned seed = 1; seed <= 6; ++seed) {
    auto world = std::move(*World::open({.seed = std::to_string(seed)}));
    Front front(*world);
    Ec2 ec2(front, *world);
    Drawn drawn(*world, seed);
    for (int i = 0; i < 1500; ++i) {
      const char* action = kActions[drawn.below(std::size(kActions))];
      const Json in = drawn.parameters();
      ASSERT_NO_THROW({ succeeded[action] += front.call("ec2", action, "us-east-1", {}, in).has_value(); })
          << action << " " << in.dump();
      world->commit();
      if (drawn.chance(10)) world->clock().run_completions(5);
      if (i % 100 == 0) expect_whole(*world);
      if (testing::Test::HasFailure()) FAIL() << "seed " << seed << ", after " << action << " " << in.dump();
    }
  }
  // Calls that are always refused test little: nine in ten actions must have worked at least once.
  std::string never;
  std::size_t worked = 0;
  for (const auto& [action, times] : succeeded) times > 0 ? void(++worked) : void(never += action + " ");
  EXPECT_GE(worked * 10, succeeded.size() * 9) << "always refused: " << never;
}

}  // namespace
}  // namespace drydock::twin

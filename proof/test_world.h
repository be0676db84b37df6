// A private cluster that works, for tests of the prover: VPC 10.0.0.0/16 with two private subnets and no way out,
// endpoints for ec2, ecr.api, ecr.dkr and S3, a cluster with private access, and one group of nodes launched by Auto
// Scaling with a NodeConfig of its own, known by an access entry.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>

#include "base/hash.h"
#include "cloud/world/world.h"

namespace drydock::proof::testing {

inline const std::string kRole = "arn:aws:iam::123456789012:role/node";
inline const std::string kApi = "https://0123456789abcdef0123456789abcdef.gr7.us-east-1.eks.amazonaws.com";

inline std::string node_config(const std::string& name = "main", const std::string& more = "") {
  return fmt::format(
      "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: {}\n    apiServerEndpoint: "
      "{}\n"
      "    certificateAuthority: LS0t\n    cidr: 10.100.0.0/16\n{}",
      name, kApi, more);
}

inline std::string trust_of(const std::string& service) {
  return fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"Service":"{}"}}}}]}})",
      service);
}

inline std::string aws_policy(const std::string& name) { return "arn:aws:iam::aws:policy/" + name; }

struct PrivateWorld : cloud::World {
  PrivateWorld() {
    vpcs = {{.vpcId = "vpc", .state = "available", .cidrBlock = "10.0.0.0/16", .enableDnsHostnames = true}};
    subnet("a", "10.0.1.0/24", "us-east-1a");
    subnet("b", "10.0.2.0/24", "us-east-1b");
    group("sg-node"), group("sg-endpoint");
    rule("sg-node", true, "0.0.0.0/0", -1), rule("sg-node", false, "sg-node", -1);
    rule("sg-endpoint", false, "10.0.0.0/16");
    rule("main/eks-cluster-sg", false, "sg-node");
    for (const char* service : {"ec2", "ecr.api", "ecr.dkr"}) endpoint(service);
    aws::VpcEndpoint s3{.vpcEndpointId = "s3", .vpcEndpointType = "Gateway", .vpcId = "vpc"};
    s3.serviceName = "com.amazonaws.us-east-1.s3", s3.state = "available";
    s3.routeTableIdSet = {"rtb-a", "rtb-b"};
    vpc_endpoints.push_back(s3);
    aws::Role role{.RoleName = "node", .RoleId = "AROA1", .Arn = kRole};
    role.AssumeRolePolicyDocument = trust_of("ec2.amazonaws.com");
    for (const char* name : {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"})
      role.grants.attached.push_back(aws_policy(name));
    roles = {role};
    instance_profiles = {
        {.InstanceProfileName = "node", .Arn = "arn:aws:iam::123456789012:instance-profile/node", .role = "node"}};
    aws::eks::Cluster cluster{.name = "main", .version = "1.33", .status = "ACTIVE"};
    cluster.endpoint = kApi;
    cluster.certificateAuthority = Json::object({{"data", "LS0t"}});
    cluster.resourcesVpcConfig.subnetIds = {"a", "b"}, cluster.resourcesVpcConfig.vpcId = "vpc";
    cluster.resourcesVpcConfig.endpointPrivateAccess = true;
    cluster.accessConfig.authenticationMode = "API";
    clusters = {cluster};
    access_entries = {{.clusterName = "main", .principalArn = kRole, .type = "EC2_LINUX", .principalId = "AROA1"}};
    user_data(node_config());
    aws::AutoScalingGroup asg{.AutoScalingGroupName = "workers"};
    asg.LaunchTemplate = aws::LaunchTemplateSpecification{.LaunchTemplateId = "lt"};
    asg.MinSize = asg.MaxSize = asg.DesiredCapacity = 2, asg.VPCZoneIdentifier = "a,b";
    auto_scaling_groups = {asg};
  }

  void subnet(const std::string& id, const std::string& cidr, const std::string& zone) {
    aws::Subnet s{.subnetId = id, .vpcId = "vpc", .state = "available", .cidrBlock = cidr, .availabilityZone = zone};
    s.availableIpAddressCount = 251;
    subnets.push_back(s);
    const std::string table = "rtb-" + id;
    route_tables.push_back({.routeTableId = table, .vpcId = "vpc"});
    route_tables.back().associationSet.push_back({.routeTableId = table, .subnetId = id});
  }
  void group(const std::string& id) { security_groups.push_back({.groupId = id, .groupName = id, .vpcId = "vpc"}); }
  aws::SecurityGroupRule& rule(const std::string& group, bool egress, const std::string& peer, int port = 443) {
    aws::SecurityGroupRule r{.securityGroupRuleId = fmt::format("sgr-{}", security_group_rules.size()),
                             .groupId = group};
    r.isEgress = egress, r.ipProtocol = port < 0 ? "-1" : "tcp", r.fromPort = r.toPort = port;
    if (peer.find('/') != peer.npos && peer.find('.') != peer.npos) {
      r.cidrIpv4 = peer;
    } else if (peer.starts_with("pl-") || peer.starts_with("com.")) {
      r.prefixListId = peer;
    } else {
      r.referencedGroupInfo = aws::ReferencedGroup{peer, "123456789012"};
    }
    security_group_rules.push_back(r);
    return security_group_rules.back();
  }
  aws::VpcEndpoint& endpoint(const std::string& service) {
    aws::VpcEndpoint e{.vpcEndpointId = service, .vpcEndpointType = "Interface", .vpcId = "vpc"};
    e.serviceName = "com.amazonaws.us-east-1." + service, e.state = "available", e.subnetIdSet = {"a", "b"};
    e.groupSet = {{"sg-endpoint", "sg-endpoint"}}, e.privateDnsEnabled = true;
    vpc_endpoints.push_back(e);
    return vpc_endpoints.back();
  }
  aws::VpcEndpoint& endpoint_at(const std::string& id) {
    for (auto& e : vpc_endpoints)
      if (e.vpcEndpointId == id) return e;
    return vpc_endpoints.emplace_back();
  }
  void erase_endpoint(const std::string& id) {
    std::erase_if(vpc_endpoints, [&](const auto& e) { return e.vpcEndpointId == id; });
  }
  void erase_rules(const std::string& group, bool egress) {
    std::erase_if(security_group_rules, [&](const auto& r) { return r.groupId == group && r.isEgress == egress; });
  }
  void detach(const std::string& policy) { std::erase(roles[0].grants.attached, aws_policy(policy)); }
  aws::Route& route(const std::string& table, const std::string& cidr) {
    for (auto& t : route_tables) {
      if (t.routeTableId != table) continue;
      t.routeSet.emplace_back().destinationCidrBlock = cidr;
      return t.routeSet.back();
    }
    return route_tables.emplace_back().routeSet.emplace_back();
  }
  /// Subnet `public` with an internet gateway, and a NAT gateway in it that both private tables lead to.
  void add_nat() {
    subnet("public", "10.0.9.0/24", "us-east-1a");
    internet_gateways.push_back({.internetGatewayId = "igw-1"});
    internet_gateways.back().attachmentSet.push_back({"vpc"});
    route("rtb-public", "0.0.0.0/0").gatewayId = "igw-1";
    aws::NatGateway nat{.natGatewayId = "nat-1", .subnetId = "public", .vpcId = "vpc", .state = "available"};
    nat.natGatewayAddressSet.push_back({.publicIp = "198.51.100.7"});
    nat_gateways.push_back(nat);
    for (const char* table : {"rtb-a", "rtb-b"}) route(table, "0.0.0.0/0").natGatewayId = "nat-1";
  }
  /// VPC `hub` behind a transit gateway has the endpoint instead, and shares a private zone for its name.
  void move_endpoint_to_hub(const std::string& service, const std::string& name) {
    vpcs.push_back({.vpcId = "hub", .state = "available", .cidrBlock = "10.9.0.0/16", .enableDnsHostnames = true});
    subnet("hub", "10.9.1.0/24", "us-east-1a");
    subnets.back().vpcId = route_tables.back().vpcId = "hub";
    auto& e = endpoint_at(service);
    e.vpcId = "hub", e.subnetIdSet = {"hub"}, e.privateDnsEnabled = false, e.groupSet = {{"sg-hub", ""}};
    group("sg-hub"), rule("sg-hub", false, "10.0.0.0/16");
    hosted_zones = {{.id = "zone", .name = name, .vpcIds = {"vpc", "hub"}, .records = {{name, {"alias " + service}}}}};
    transit_gateways = {{.transitGatewayId = "tgw"}};
    transit_gateways[0].attachments = {{"vpc", {"a"}, {{"10.9.0.0/16", "hub"}}},
                                       {"hub", {"hub"}, {{"10.0.0.0/16", "vpc"}}}};
    for (const char* table : {"rtb-a", "rtb-b"}) route(table, "10.9.0.0/16").transitGatewayId = "tgw";
    route("rtb-hub", "10.0.0.0/16").transitGatewayId = "tgw";
  }
  Json& template_data() { return launch_templates[0].launchTemplateData; }
  void user_data(const std::string& text) {
    if (launch_templates.empty()) {
      launch_templates = {{.launchTemplateId = "lt", .launchTemplateName = "lt", .defaultVersion = true}};
      template_data()["instanceType"] = "t3.medium";
      template_data()["securityGroupIdSet"] = Json::array({"sg-node"});
      template_data()["iamInstanceProfile"] = Json::object({{"name", "node"}});
    }
    template_data()["userData"] = base64(text);
  }
  /// The same nodes as a node group of EKS's, with EKS's own security group.
  void make_managed() {
    auto_scaling_groups.clear(), launch_templates.clear(), instance_profiles.clear(), access_entries.clear();
    aws::eks::Nodegroup ng{.nodegroupName = "workers", .clusterName = "main", .nodeRole = kRole};
    ng.subnets = {"a", "b"};
    nodegroups = {ng};
  }
  void config_map(const std::string& map_roles) {
    Json object = Json::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}});
    object["metadata"] = Json::object({{"name", "aws-auth"}, {"namespace", "kube-system"}});
    object["data"] = Json::object({{"mapRoles", map_roles}});
    kubernetes_objects.push_back({"main", object});
  }
};

struct Row {
  const char* name;
  std::function<void(PrivateWorld&)> change;
  const char* want;  // "not_ready ec2.describe-instances endpoint.missing", a line a finding; "ready"
};
inline std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

}  // namespace drydock::proof::testing

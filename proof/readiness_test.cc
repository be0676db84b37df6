// One change of a private world that works, and what it does to the nodes.
#include "proof/readiness.h"

#include <gtest/gtest.h>

#include "cloud/world/world_file.h"
#include "proof/test_world.h"

namespace drydock::proof {
namespace {

using testing::kRole, testing::PrivateWorld, testing::Row, testing::trust_of;

std::string shown(const Readiness& r) {
  if (r.findings.empty()) return to_string(r.verdict);
  std::string out;
  for (const Finding& f : r.findings) {
    out += (out.empty() ? "" : "\n") + std::string(to_string(f.effect)) + " " + f.step + " " + f.code + " " +
           f.where.noun.id;
    for (const std::string& source : f.depends_on) out += " (" + source + ")";
  }
  return out;
}

const Row kRows[] = {
    {"Nothing", [](PrivateWorld&) {}, "ready"},
    {"Managed", [](PrivateWorld& w) { w.make_managed(); }, "ready"},
    {"Nat", [](PrivateWorld& w) { w.vpc_endpoints.clear(), w.add_nat(); }, "ready"},

    {"NoEc2", [](PrivateWorld& w) { w.erase_endpoint("ec2"); },
     "not_ready ec2.describe-instances endpoint.missing vpc"},
    {"NoEcrDkr", [](PrivateWorld& w) { w.erase_endpoint("ecr.dkr"); },
     "not_ready pull.cni-init.manifest endpoint.missing vpc"},
    {"NoEndpoints", [](PrivateWorld& w) { w.vpc_endpoints.clear(); },
     "not_ready ec2.describe-instances endpoint.missing vpc\n"
     "not_ready pull.cni-init.token endpoint.missing vpc\n"
     "not_ready pull.cni-init.manifest endpoint.missing vpc\n"
     "not_ready pull.cni-init.layers endpoint.missing vpc"},
    {"NoPrivateDns", [](PrivateWorld& w) { w.endpoint_at("ecr.api").privateDnsEnabled = false; },
     "not_ready pull.cni-init.token endpoint.private-dns ecr.api"},
    {"EndpointWithoutGroup", [](PrivateWorld& w) { w.endpoint_at("ec2").groupSet.clear(); },
     "not_ready ec2.describe-instances endpoint.security-group vpc"},
    {"EndpointGroupClosed", [](PrivateWorld& w) { w.erase_rules("sg-endpoint", false); },
     "not_ready ec2.describe-instances endpoint.security-group sg-endpoint"},
    {"EndpointPolicy",
     [](PrivateWorld& w) {
       w.endpoint_at("ec2").policyDocument =
           R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"ec2:DescribeVpcs","Resource":"*"}]})";
     },
     "not_ready ec2.describe-instances endpoint.policy ec2"},
    {"EndpointRejected", [](PrivateWorld& w) { w.endpoint_at("ec2").state = "rejected"; },
     "not_ready ec2.describe-instances endpoint.state ec2"},

    {"S3NotOnTable", [](PrivateWorld& w) { w.endpoint_at("s3").routeTableIdSet = {"rtb-a"}; },
     "not_ready pull.cni-init.layers s3.route-table s3"},
    {"S3OnNoTable", [](PrivateWorld& w) { w.endpoint_at("s3").routeTableIdSet.clear(); },
     "not_ready pull.cni-init.layers s3.route-table s3\nnot_ready pull.cni-init.layers s3.route-table s3"},
    {"S3OwnBucketsOnly",
     [](PrivateWorld& w) {
       w.endpoint_at("s3").policyDocument =
           R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::mine/*"}]})";
     },
     "not_ready pull.cni-init.layers s3.endpoint-policy s3"},
    {"S3OwnOrganizationOnly",
     [](PrivateWorld& w) {
       w.endpoint_at("s3").policyDocument =
           R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*",)"
           R"("Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]})";
     },
     "not_ready pull.cni-init.layers s3.endpoint-policy s3"},

    {"NoEgress", [](PrivateWorld& w) { w.erase_rules("sg-node", true); },
     "not_ready ec2.describe-instances sg.egress sg-node"},
    {"EgressInsideOnly",
     [](PrivateWorld& w) { w.erase_rules("sg-node", true), w.rule("sg-node", true, "10.0.0.0/16"); },
     "not_ready pull.cni-init.layers sg.egress sg-node"},
    {"EgressInsideAndS3",
     [](PrivateWorld& w) {
       w.erase_rules("sg-node", true), w.rule("sg-node", true, "10.0.0.0/16");
       w.rule("sg-node", true, "com.amazonaws.us-east-1.s3");
     },
     "degraded  sg.between-nodes sg-node"},
    {"ClusterDoesNotAdmitNodes", [](PrivateWorld& w) { w.erase_rules("main/eks-cluster-sg", false); },
     "not_ready api.connect sg.cluster-ingress main"},
    {"Acl",
     [](PrivateWorld& w) {
       w.network_acls.push_back({.networkAclId = "acl-1", .vpcId = "vpc"});
       w.network_acls[0].associationSet.push_back({.networkAclId = "acl-1", .subnetId = "a"});
     },
     "not_ready pull.cni-init.layers acl.egress acl-1\nnot_ready pull.cni-init.layers acl.return acl-1\n"
     "flaky ec2.describe-instances acl.ingress acl-1"},

    {"DnsHostnamesOff", [](PrivateWorld& w) { w.vpcs[0].enableDnsHostnames = false; },
     "not_ready ec2.describe-instances dns.hostnames vpc"},
    {"DnsSupportOff", [](PrivateWorld& w) { w.vpcs[0].enableDnsSupport = false; },
     "not_ready ec2.describe-instances dns.support vpc"},
    {"PublicOnly", [](PrivateWorld& w) { w.clusters[0].resourcesVpcConfig.endpointPrivateAccess = false; },
     "not_ready api.connect eks.endpoint-access main"},
    {"PublicOnlyToTheOffice",
     [](PrivateWorld& w) {
       w.add_nat();
       w.clusters[0].resourcesVpcConfig.endpointPrivateAccess = false;
       w.clusters[0].resourcesVpcConfig.publicAccessCidrs = {"203.0.113.0/24"};
     },
     "not_ready api.connect eks.public-access-cidrs main"},
    {"PublicSubnetWithoutAddresses",
     [](PrivateWorld& w) {
       w.vpc_endpoints.clear(), w.add_nat();
       w.auto_scaling_groups[0].VPCZoneIdentifier = "public";
     },
     "not_ready ec2.describe-instances internet.public-ip public"},
    {"NatGone",
     [](PrivateWorld& w) {
       w.vpc_endpoints.clear(), w.add_nat();
       w.nat_gateways[0].state = "deleted";
     },
     "not_ready ec2.describe-instances route.blackhole nat-1"},

    {"NoWorkerNodePolicy", [](PrivateWorld& w) { w.detach("AmazonEKSWorkerNodePolicy"); }, "ready"},
    {"NoEcrPolicy", [](PrivateWorld& w) { w.detach("AmazonEC2ContainerRegistryReadOnly"); },
     "not_ready pull.cni-init.token iam.ecr node"},
    {"NoCniPolicy", [](PrivateWorld& w) { w.detach("AmazonEKS_CNI_Policy"); },
     "not_ready ipamd.describe-network-interfaces iam.cni node"},
    {"NoPolicies", [](PrivateWorld& w) { w.roles[0].grants.attached.clear(); },
     "not_ready ec2.describe-instances iam.node-role node\nnot_ready pull.cni-init.token iam.ecr node\n"
     "not_ready ipamd.describe-network-interfaces iam.cni node"},
    {"ClusterRoleAsNodeRole",
     [](PrivateWorld& w) { w.roles[0].AssumeRolePolicyDocument = trust_of("eks.amazonaws.com"); },
     "not_ready credentials iam.trust node"},
    {"NoProfile", [](PrivateWorld& w) { w.template_data().erase("iamInstanceProfile"); },
     "not_ready credentials iam.no-profile lt:1"},
    {"Scp",
     [](PrivateWorld& w) {
       w.organization_policies = {
           {.name = "full",
            .document =
                R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"NoEc2","Effect":"Deny","Action":"ec2:Assign*","Resource":"*"}]})"}};
     },
     "not_ready ipamd.assign-addresses iam.organization-policy full"},
    {"UnknownPolicy",
     [](PrivateWorld& w) {
       w.detach("AmazonEKS_CNI_Policy");
       w.roles[0].grants.attached.push_back("arn:aws:iam::123456789012:policy/cni");
     },
     "depends ipamd.describe-network-interfaces iam.cni node (arn:aws:iam::123456789012:policy/cni)"},

    {"NoEntry", [](PrivateWorld& w) { w.access_entries.clear(); }, "not_ready api.authorise auth.unmapped main"},
    {"EntryOfAPerson", [](PrivateWorld& w) { w.access_entries[0].type = "STANDARD"; },
     "not_ready api.authorise auth.entry-type main/"
     "arn:aws:iam::123456789012:role/node"},
    {"EntryOfADeletedRole", [](PrivateWorld& w) { w.access_entries[0].principalId = "AROA0"; },
     "not_ready api.authorise auth.role-recreated main/"
     "arn:aws:iam::123456789012:role/node"},
    {"AwsAuth",
     [](PrivateWorld& w) {
       w.access_entries.clear(), w.clusters[0].accessConfig.authenticationMode = "CONFIG_MAP";
       w.config_map(
           "- rolearn: " + kRole +
           "\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:bootstrappers, system:nodes]\n");
     },
     "ready"},
    {"AwsAuthNested",
     [](PrivateWorld& w) {
       w.access_entries.clear(), w.clusters[0].accessConfig.authenticationMode = "CONFIG_MAP";
       w.config_map("- - rolearn: " + kRole + "\n");
     },
     "not_ready api.authorise auth.malformed main/ConfigMap/kube-system/aws-auth"},
    {"AwsAuthForgotten",
     [](PrivateWorld& w) {
       w.access_entries.clear(), w.clusters[0].accessConfig.authenticationMode = "CONFIG_MAP";
       w.config_map("[]");
     },
     "not_ready api.authorise auth.unmapped main/ConfigMap/kube-system/aws-auth"},

    {"NoNodeConfig", [](PrivateWorld& w) { w.user_data("#!/bin/bash\n/etc/eks/bootstrap.sh main\n"); },
     "not_ready user-data user-data.no-config lt:1"},
    {"OtherClusterName", [](PrivateWorld& w) { w.user_data(testing::node_config("mian")); },
     "not_ready api.authorise user-data.cluster-name lt:1"},
    {"NamedByInstanceId",
     [](PrivateWorld& w) {
       w.user_data(testing::node_config("main", "  featureGates:\n    InstanceIdNodeName: true\n"));
     },
     "not_ready api.authorise auth.username main/"
     "arn:aws:iam::123456789012:role/node"},
    {"MetadataOff",
     [](PrivateWorld& w) {
       w.template_data()["metadataOptions"] = Json::object({{"httpEndpoint", "disabled"}});
     },
     "not_ready imds imds.disabled lt:1"},
    {"NoCni", [](PrivateWorld& w) { w.clusters[0].bootstrapSelfManagedAddons = false; },
     "not_ready pull.cni-init.token cni.missing main\ndegraded  addon.missing main\n"
     "degraded  addon.missing main"},
    // Endpoints of a hub, behind a transit gateway, by a zone that is shared.
    {"Hub", [](PrivateWorld& w) { w.move_endpoint_to_hub("ec2", "ec2.us-east-1.amazonaws.com"); }, "ready"},
    {"HubWithoutAWayBack",
     [](PrivateWorld& w) {
       w.move_endpoint_to_hub("ec2", "ec2.us-east-1.amazonaws.com");
       w.route_tables.back().routeSet.clear();
     },
     "not_ready ec2.describe-instances route.none rtb-hub"},
    {"HubZoneWithoutTheRecord",
     [](PrivateWorld& w) {
       w.move_endpoint_to_hub("ec2", "ec2.us-east-1.amazonaws.com");
       w.hosted_zones[0].records.clear();
     },
     "not_ready ec2.describe-instances dns.no-such-host vpc"},
    {"PeeredHub",
     [](PrivateWorld& w) {
       w.move_endpoint_to_hub("ec2", "ec2.us-east-1.amazonaws.com");
       for (auto& table : w.route_tables)
         for (auto& route : table.routeSet) route.transitGatewayId.reset(), route.vpcPeeringConnectionId = "pcx";
       w.peering_connections = {{.vpcPeeringConnectionId = "pcx", .requesterVpcId = "vpc", .accepterVpcId = "hub"}};
     },
     "ready"},

    // Launch.
    {"OldestZone", [](PrivateWorld& w) { w.subnets[0].availabilityZone = "us-east-1e"; },
     "degraded launch launch.zone a"},
    {"ManagedInAPublicSubnet",
     [](PrivateWorld& w) {
       w.add_nat(), w.make_managed();
       w.nodegroups[0].subnets = {"public"};
     },
     "not_ready launch launch.public-subnet public"},
    {"ManagedInASubnetThatIsHalfPublic",
     [](PrivateWorld& w) {
       w.vpc_endpoints.clear(), w.add_nat(), w.make_managed();
       for (auto& table : w.route_tables)
         if (table.routeTableId == "rtb-public") table.routeSet[0].destinationCidrBlock = "0.0.0.0/1";
       w.route("rtb-public", "128.0.0.0/1").gatewayId = "igw-1";
       w.nodegroups[0].subnets = {"public"};
     },
     "not_ready ec2.describe-instances internet.public-ip public"},
    {"NoFreeAddress",
     [](PrivateWorld& w) {
       w.subnets[0].cidrBlock = "10.0.1.0/28";
       for (int i = 0; i < 11; ++i)
         w.network_interfaces.push_back(
             {.networkInterfaceId = fmt::format("eni-{}", i), .subnetId = "a", .vpcId = "vpc"});
     },
     "not_ready launch launch.no-addresses a"},
    {"KeyOfNobody",
     [](PrivateWorld& w) {
       w.kms_keys.push_back({.keyId = "k", .arn = "arn:aws:kms:us-east-1:123456789012:key/k"});
       w.template_data()["blockDeviceMappingSet"] =
           Json::array({Json::object({{"ebs", Json::object({{"kmsKeyId", w.kms_keys[0].arn}})}})});
     },
     "not_ready launch launch.kms-key k"},
    {"KeyThatAutoScalingMayUse",
     [](PrivateWorld& w) {
       w.kms_keys.push_back({.keyId = "k", .arn = "arn:aws:kms:us-east-1:123456789012:key/k"});
       w.kms_keys[0].policy =
           R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{"AWS":)"
           R"("arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"}}]})";
       w.template_data()["blockDeviceMappingSet"] =
           Json::array({Json::object({{"ebs", Json::object({{"kmsKeyId", w.kms_keys[0].arn}})}})});
     },
     "ready"},
    {"TwoGatewaysForS3",
     [](PrivateWorld& w) {
       w.vpc_endpoints.push_back(w.endpoint_at("s3"));
       w.vpc_endpoints.back().vpcEndpointId = "s3-again";
     },
     "not_ready  endpoint.conflict s3-again"},

    // Other images.
    {"Al2AsksEks",
     [](PrivateWorld& w) {
       w.images.push_back({.imageId = "ami-1", .name = "amazon-eks-node-1.29-v20240101"});
       w.template_data()["imageId"] = "ami-1";
       w.user_data("#!/bin/bash\n/etc/eks/bootstrap.sh main\n");
     },
     "not_ready user-scripts endpoint.missing vpc"},
    {"Al2KnowsItsCluster",
     [](PrivateWorld& w) {
       w.images.push_back({.imageId = "ami-1", .name = "amazon-eks-node-1.29-v20240101"});
       w.template_data()["imageId"] = "ami-1";
       w.user_data("#!/bin/bash\n/etc/eks/bootstrap.sh main --apiserver-endpoint https://x --b64-cluster-ca LS0t\n");
     },
     "ready"},
    {"Windows", [](PrivateWorld& w) { w.make_managed(), w.nodegroups[0].amiType = "WINDOWS_CORE_2022_x86_64"; },
     "depends  image.unmodelled main/workers (the first steps of Windows nodes)"},

    // The CNI.
    {"NoMoreInterfaces",
     [](PrivateWorld& w) {
       w.detach("AmazonEKS_CNI_Policy");
       w.roles[0].grants.inlined["cni"] =
           R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:Describe*","ec2:CreateTags",)"
           R"("ec2:AssignPrivateIpAddresses","ec2:AttachNetworkInterface","ec2:ModifyNetworkInterfaceAttribute"],)"
           R"("Resource":"*"}]})";
     },
     "degraded ipamd.assign-addresses iam.cni-growth node"},

    // Causes that stand behind one another.
    {"NoPrivateDnsAndClosed",
     [](PrivateWorld& w) { w.endpoint_at("ec2").privateDnsEnabled = false, w.endpoint_at("ec2").groupSet.clear(); },
     "not_ready ec2.describe-instances endpoint.private-dns ec2\n"
     "not_ready ec2.describe-instances endpoint.security-group vpc"},
    {"NoHostnamesAndClosed",
     [](PrivateWorld& w) { w.vpcs[0].enableDnsHostnames = false, w.erase_rules("sg-endpoint", false); },
     "not_ready ec2.describe-instances dns.hostnames vpc\n"
     "not_ready ec2.describe-instances endpoint.security-group sg-endpoint"},
    {"S3NotOnTablesAndOwnBucketsOnly",
     [](PrivateWorld& w) {
       w.endpoint_at("s3").routeTableIdSet.clear();
       w.endpoint_at("s3").policyDocument =
           R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::mine/*"}]})";
     },
     "not_ready pull.cni-init.layers s3.endpoint-policy s3\nnot_ready pull.cni-init.layers s3.route-table s3\n"
     "not_ready pull.cni-init.layers s3.route-table s3"},
    {"OtherNameAndNoEntry",
     [](PrivateWorld& w) { w.user_data(testing::node_config("mian")), w.access_entries.clear(); },
     "not_ready api.authorise auth.unmapped main\nnot_ready api.authorise user-data.cluster-name lt:1"},
    {"Five",
     [](PrivateWorld& w) {
       w.erase_endpoint("ec2"), w.endpoint_at("ecr.api").privateDnsEnabled = false;
       w.detach("AmazonEC2ContainerRegistryReadOnly"), w.access_entries.clear();
       w.erase_rules("main/eks-cluster-sg", false);
     },
     "not_ready ec2.describe-instances endpoint.missing vpc\nnot_ready api.connect sg.cluster-ingress main\n"
     "not_ready api.authorise auth.unmapped main\nnot_ready pull.cni-init.token endpoint.private-dns ecr.api\n"
     "not_ready pull.cni-init.token iam.ecr node"},

    // Values that nobody knows yet.
    {"UnknownRouteTables",
     [](PrivateWorld& w) {
       w.endpoint_at("s3").routeTableIdSet.clear();
       w.unknowns = {{cloud::ref_of(w.endpoint_at("s3")), "routeTableIdSet", "s3.routeTableIds"}};
     },
     "depends pull.cni-init.layers unknown.value s3 (s3.routeTableIds)"},
    {"UnknownNames",
     [](PrivateWorld& w) {
       w.unknowns = {{cloud::ref_of(w.vpcs[0]), "tagSet", "x"}, {cloud::ref_of(w.roles[0]), "RoleId", "y"}};
     },
     "ready"},
    {"UnknownPolicyOfAnEndpointThatIsClosedAnyway",
     [](PrivateWorld& w) {
       w.endpoint_at("ec2").groupSet.clear();
       w.unknowns = {{cloud::ref_of(w.endpoint_at("ec2")), "policyDocument", "ec2.policy"}};
     },
     "not_ready ec2.describe-instances endpoint.security-group vpc"},
    {"UnknownUserData",
     [](PrivateWorld& w) {
       w.unknowns = {{cloud::ref_of(w.launch_templates[0]), "launchTemplateData.userData", "cluster.endpoint"}};
     },
     "depends user-data unknown.value lt:1 (cluster.endpoint)"},
    {"VpcThatIsOnlyNamed",
     [](PrivateWorld& w) {
       w.erase_endpoint("ec2");
       w.unknowns = {{cloud::ref_of(w.vpcs[0]), cloud::kAllOfIt, "data.aws_vpc.main"}};
     },
     "depends ec2.describe-instances unknown.value vpc (data.aws_vpc.main)"},
    {"RoleThatIsOnlyNamed",
     [](PrivateWorld& w) {
       w.roles[0].grants = {};
       w.unknowns = {{cloud::ref_of(w.roles[0]), cloud::kAllOfIt, "data.aws_iam_role.node"}};
     },
     "depends ec2.describe-instances unknown.value node (data.aws_iam_role.node)"},
    {"GroupThatIsOnlyNamed",
     [](PrivateWorld& w) {
       w.erase_rules("sg-endpoint", false);
       w.unknowns = {{cloud::ref_of(w.security_groups[1]), cloud::kAllOfIt, "data.aws_security_group.e"}};
     },
     "depends ec2.describe-instances unknown.value sg-endpoint (data.aws_security_group.e)"},
    {"UnreadAwsAuth",
     [](PrivateWorld& w) {
       w.access_entries.clear(), w.clusters[0].accessConfig.authenticationMode = "CONFIG_MAP";
       w.unknowns = {{{cloud::KubernetesObject::kTable, "main/ConfigMap/kube-system/aws-auth"}, "", "aws-auth"}};
     },
     "depends api.authorise unknown.value main/ConfigMap/kube-system/aws-auth (aws-auth)"},
};

class OneChange : public ::testing::TestWithParam<Row> {};
TEST_P(OneChange, IsFoundOnce) {
  PrivateWorld world;
  GetParam().change(world);
  EXPECT_EQ(shown(prove(world)), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Private, OneChange, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(KnownGood, BasesOfWorldFilesAreReady) {
  for (const char* name : {"private-eks", "public-nat", "api-only", "aws-auth-only", "eksctl-fully-private",
                           "terraform-fully-private", "ipv6"}) {
    const auto world = cloud::base_world(name);
    ASSERT_TRUE(world) << name << ": " << world.error().message;
    const Readiness r = prove(*world);
    EXPECT_EQ(shown(r), "ready") << name;
    EXPECT_FALSE(r.node_groups.empty()) << name;
  }
}

TEST(Findings, HaveACodeOfTheTableASymptomAndAPlace) {
  for (const Row& row : kRows) {
    PrivateWorld world;
    row.change(world);
    for (const Finding& f : prove(world).findings) {
      EXPECT_NE(find_code(f.code), nullptr) << f.code;
      EXPECT_FALSE(f.message.empty()) << f.code;
      EXPECT_FALSE(f.symptom.text.empty()) << f.code;
      EXPECT_TRUE(f.where.noun) << f.code << " in " << row.name;
      EXPECT_EQ(f.node_groups, std::vector<std::string>{"workers"}) << f.code;
    }
  }
}

}  // namespace
}  // namespace drydock::proof

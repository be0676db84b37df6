#include "proof/pods/controllers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proof/pods/test_world.h"

namespace drydock::proof {
namespace {

using drydock::proof::testing::ControllerWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kEcr = "602401143452.dkr.ecr.us-east-1.amazonaws.com/";
std::string lbc_image() { return std::string(kEcr) + "eks/aws-load-balancer-controller:v2.8"; }
constexpr std::string_view kLbcArguments =
    "        args: [--cluster-name=main, --aws-vpc-id=vpc, --enable-wafv2=false, --enable-waf=false, "
    "--enable-shield=false]\n";

std::vector<Finding> findings_of(const cloud::World& world) {
  const WorldView view(world);
  Contacts contacts(view.network());
  Problems problems;
  check_controllers(view, groups_of(view, ""), contacts, problems);
  std::vector<Finding> out;
  for (Problem& problem : problems.list()) out.push_back(std::move(problem.finding));
  return out;
}

std::vector<std::string> codes_of(const cloud::World& world) {
  std::vector<std::string> out;
  for (const Finding& finding : findings_of(world)) out.push_back(finding.code);
  return out;
}

TEST(Controllers, AWorldWithoutThemHasNothingToSay) { EXPECT_THAT(codes_of(ControllerWorld()), IsEmpty()); }

TEST(Controllers, EbsUnderARoleOfItsOwn) {
  ControllerWorld world;
  world.web_role("kube-system:ebs-csi-controller-sa");
  world.addon("aws-ebs-csi-driver", "arn:aws:iam::123456789012:role/pods");
  EXPECT_THAT(codes_of(world), IsEmpty());
}

TEST(Controllers, TheyNeverChangeTheNodesVerdict) {
  ControllerWorld world;
  world.deployment("external-dns", "602401143452.dkr.ecr.us-east-1.amazonaws.com/external-dns");
  const auto findings = findings_of(world);
  ASSERT_FALSE(findings.empty());
  for (const Finding& finding : findings) {
    EXPECT_THAT(finding.node_groups, IsEmpty());
    EXPECT_EQ(finding.effect, Verdict::degraded);
    EXPECT_EQ(finding.severity, Severity::warning);
  }
}

TEST(Controllers, UnderTheNodesRoleWithoutThePermission) {
  ControllerWorld world;
  world.addon("aws-ebs-csi-driver");
  const auto findings = findings_of(world);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].code, "controller.permission");
  EXPECT_THAT(findings[0].message, HasSubstr("role node may not ec2:"));
  EXPECT_THAT(findings[0].symptom.text, HasSubstr("claims stay Pending"));
}

TEST(Controllers, TheGlobalStsHostHasNoEndpoint) {
  ControllerWorld world;
  world.web_role("kube-system:ebs-csi-controller-sa");
  world.deployment("ebs-csi-controller", "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/aws-ebs-csi-driver:v1.0.0",
                   "        env: [{name: AWS_STS_REGIONAL_ENDPOINTS, value: legacy}]\n");
  world.kubernetes_objects[0].object["spec"]["template"]["spec"]["serviceAccountName"] = "ebs-csi-controller-sa";
  world.account("ebs-csi-controller-sa");
  EXPECT_THAT(codes_of(world), ElementsAre("sts.global-endpoint"));
  world.kubernetes_objects[0].object["spec"]["template"]["spec"]["containers"].as_array()[0].erase("env");
  EXPECT_THAT(codes_of(world), IsEmpty());
}

TEST(Controllers, TrustOfAnotherAccountsTokens) {
  struct Case {
    const char *name, *account, *key;
    std::vector<std::string> want;
  };
  const Case cases[] = {
      {"its own", "kube-system:ebs-csi-controller-sa", "sub", {}},
      {"another's", "kube-system:default", "sub", {"irsa.trust"}},
      {"subject compared with the audience", "kube-system:ebs-csi-controller-sa", "aud", {"irsa.trust"}}};
  for (const Case& row : cases) {
    ControllerWorld world;
    world.web_role(row.account, row.key);
    world.addon("aws-ebs-csi-driver", "arn:aws:iam::123456789012:role/pods");
    EXPECT_EQ(codes_of(world), row.want) << row.name;
  }
}

TEST(Controllers, NoProviderForTheClustersTokens) {
  ControllerWorld world;
  world.web_role("kube-system:ebs-csi-controller-sa");
  world.addon("aws-ebs-csi-driver", "arn:aws:iam::123456789012:role/pods");
  world.oidc_providers.clear();
  EXPECT_THAT(codes_of(world), ElementsAre("irsa.provider"));
}

TEST(Controllers, PodIdentityNeedsItsAgentAndItsTrust) {
  ControllerWorld world;
  world.addon("aws-ebs-csi-driver");
  world.web_role("x");
  world.pod_identity_associations.push_back({.clusterName = "main", .associationId = "a-1"});
  auto& association = world.pod_identity_associations[0];
  association.name_space = "kube-system", association.serviceAccount = "ebs-csi-controller-sa";
  association.roleArn = "arn:aws:iam::123456789012:role/pods";
  EXPECT_THAT(codes_of(world), ElementsAre("pod-identity.agent"));
  world.addon("eks-pod-identity-agent");
  EXPECT_THAT(codes_of(world), ElementsAre("pod-identity.trust", "endpoint.missing"));
  world.endpoint("eks-auth");
  world.roles.back().AssumeRolePolicyDocument =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],
          "Principal":{"Service":"pods.eks.amazonaws.com"}}]})";
  EXPECT_THAT(codes_of(world), IsEmpty());
}

TEST(Controllers, AHopLimitOfOneKeepsPodsFromMetadata) {
  ControllerWorld world;
  world.endpoint("elasticloadbalancing");
  world.deployment("aws-load-balancer-controller", lbc_image(), "        args: [--cluster-name=main]\n");
  world.launch_templates[0].launchTemplateData["metadataOptions"] =
      Json::object({{"httpTokens", "required"}, {"httpPutResponseHopLimit", 1}});
  const auto findings = findings_of(world);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].code, "controller.port");
  EXPECT_EQ(findings[1].code, "pod.imds");
  EXPECT_THAT(findings[1].symptom.text, HasSubstr("failed to introspect vpcID"));
}

TEST(Controllers, WafHasNoEndpoint) {
  ControllerWorld world;
  world.web_role("kube-system:aws-load-balancer-controller");
  world.account("aws-load-balancer-controller");
  world.endpoint("elasticloadbalancing");
  world.rule("sg-node", false, "0.0.0.0/0", 9443);
  world.deployment("aws-load-balancer-controller", lbc_image(), kLbcArguments);
  EXPECT_THAT(codes_of(world), IsEmpty());
  world.kubernetes_objects.back().object["spec"]["template"]["spec"]["containers"].as_array()[0]["args"] =
      Json::array({"--cluster-name=main", "--aws-vpc-id=vpc", "--enable-waf=false", "--enable-shield=false"});
  const auto findings = findings_of(world);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code, "service.no-endpoint");
  EXPECT_EQ(findings[0].step, "aws-load-balancer-controller.wafv2");
}

TEST(Controllers, WrongNameOfTheCluster) {
  ControllerWorld world;
  world.web_role("kube-system:aws-load-balancer-controller");
  world.account("aws-load-balancer-controller");
  world.endpoint("elasticloadbalancing");
  world.rule("sg-node", false, "0.0.0.0/0", 9443);
  world.deployment("aws-load-balancer-controller", lbc_image(), kLbcArguments);
  world.kubernetes_objects.back().object["spec"]["template"]["spec"]["containers"].as_array()[0]["args"].as_array()[0] =
      "--cluster-name=your-cluster-name";
  EXPECT_THAT(codes_of(world), ElementsAre("discovery.cluster-name"));
}

TEST(Controllers, TwoTaggedGroups) {
  ControllerWorld world;
  world.web_role("kube-system:aws-load-balancer-controller");
  world.account("aws-load-balancer-controller");
  world.endpoint("elasticloadbalancing");
  world.rule("sg-node", false, "0.0.0.0/0", 9443);
  world.deployment("aws-load-balancer-controller", lbc_image(), kLbcArguments);
  world.group("sg-more");
  world.launch_templates[0].launchTemplateData["securityGroupIdSet"] = Json::array({"sg-node", "sg-more"});
  for (auto& group : world.security_groups)
    if (group.groupId == "sg-node") group.tagSet = {{"kubernetes.io/cluster/main", "owned"}};
  EXPECT_THAT(codes_of(world), IsEmpty());
  world.security_groups.back().tagSet = {{"kubernetes.io/cluster/main", "owned"}};
  EXPECT_THAT(codes_of(world), ElementsAre("discovery.group-tag"));
}

TEST(Controllers, KarpenterInAPrivateVpc) {
  ControllerWorld world;
  for (const char* service : {"eks", "ssm"}) world.endpoint(service);
  world.rule("sg-node", false, "0.0.0.0/0", 8443);
  world.web_role("kube-system:karpenter");
  world.account("karpenter");
  world.deployment("karpenter", "602401143452.dkr.ecr.us-east-1.amazonaws.com/karpenter/controller:1.0.0");
  world.object(
      "{kind: EC2NodeClass, metadata: {name: default}, spec: {instanceProfile: x, subnetSelectorTerms: [{id: a}]}}");
  EXPECT_THAT(codes_of(world), IsEmpty());
  Json& spec = world.kubernetes_objects.back().object["spec"];
  spec.erase("instanceProfile");
  EXPECT_THAT(codes_of(world), ElementsAre("karpenter.instance-profile"));
  spec["role"] = "node";
  EXPECT_THAT(codes_of(world), ElementsAre("service.no-endpoint"));
}

TEST(Controllers, ASelectorThatFitsAnotherVpc) {
  ControllerWorld world;
  for (const char* service : {"eks", "ssm"}) world.endpoint(service);
  world.rule("sg-node", false, "0.0.0.0/0", 8443);
  world.web_role("kube-system:karpenter");
  world.account("karpenter");
  world.deployment("karpenter", "602401143452.dkr.ecr.us-east-1.amazonaws.com/karpenter/controller:1.0.0");
  world.object(
      "{kind: EC2NodeClass, metadata: {name: default}, spec: {instanceProfile: x, subnetSelectorTerms: [{tags: {Name: "
      "'*private*'}}]}}");
  for (auto& subnet : world.subnets) subnet.tagSet = {{"Name", "my-private-1"}};
  EXPECT_THAT(codes_of(world), IsEmpty());
  world.subnets.push_back({.subnetId = "z", .vpcId = "other", .cidrBlock = "10.9.0.0/24"});
  world.subnets.back().tagSet = {{"Name", "their-private-1"}};
  EXPECT_THAT(codes_of(world), ElementsAre("discovery.subnets"));
}

TEST(Controllers, AnImageOfAPublicRegistry) {
  ControllerWorld world;
  world.deployment("mine", "602401143452.dkr.ecr.us-east-1.amazonaws.com/app");
  EXPECT_THAT(codes_of(world), IsEmpty());
  world.deployment("theirs", "public.ecr.aws/eks-distro/coredns/coredns:v1");
  world.deployment("far", "602401143452.dkr.ecr.us-west-2.amazonaws.com/app");
  EXPECT_THAT(codes_of(world), ElementsAre("image.registry", "image.registry"));
}

TEST(Controllers, AChartSaysTheSameByItsValues) {
  ControllerWorld world;
  world.object(
      "{kind: HelmRelease, metadata: {name: metrics, namespace: kube-system}, spec: {chart: metrics-server, values: "
      "{image: {repository: 602401143452.dkr.ecr.us-east-1.amazonaws.com/metrics-server}, containerPort: 443}}}");
  EXPECT_THAT(codes_of(world), ElementsAre("controller.port"));
  world.rule("sg-node", false, "0.0.0.0/0", 443);
  EXPECT_THAT(codes_of(world), IsEmpty());
}

TEST(Controllers, AMountTargetForAnotherVpcsAddresses) {
  ControllerWorld world;
  world.endpoint("elasticfilesystem");
  world.web_role("kube-system:efs-csi-controller-sa");
  world.addon("aws-efs-csi-driver", "arn:aws:iam::123456789012:role/pods");
  world.group("sg-efs");
  world.rule("sg-efs", false, "172.31.0.0/16", 2049);
  aws::NetworkInterface eni{.networkInterfaceId = "eni-efs", .subnetId = "a", .vpcId = "vpc"};
  eni.interfaceType = "efs", eni.privateIpAddress = "10.0.1.9", eni.groupSet = {{"sg-efs", "sg-efs"}};
  world.network_interfaces.push_back(eni);
  EXPECT_THAT(codes_of(world), ElementsAre("efs.mount-target"));
  world.rule("sg-efs", false, "10.0.0.0/16", 2049);
  EXPECT_THAT(codes_of(world), IsEmpty());
}

}  // namespace
}  // namespace drydock::proof

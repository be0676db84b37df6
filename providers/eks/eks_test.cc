// A cluster is constructed against an engine that answers at once; what it registered is compared with the tree that
// pulumi-eks makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "cloud/eks/user_data.h"
#include "providers/eks/access.h"
#include "providers/eks/images.h"
#include "providers/eks/parts.h"
#include "providers/eks/provider.h"
#include "sdk/fake_monitor.h"

namespace drydock::eks_provider {
namespace {

using detail::FakeMonitor;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

PropertyMap cluster_outputs() {
  const PropertyMap oidc{{"issuer", "https://oidc.eks.us-east-1.amazonaws.com/id/0123"}};
  return {{"name", "c-1"},
          {"version", "1.33"},
          {"arn", "arn:aws:eks:us-east-1:123456789012:cluster/c-1"},
          {"endpoint", "https://x.eks.amazonaws.com"},
          {"certificateAuthority", PropertyMap{{"data", "Q0E="}}},
          {"identities", PropertyList{PropertyMap{{"oidcs", PropertyList{oidc}}}}},
          {"kubernetesNetworkConfig", PropertyMap{{"serviceIpv4Cidr", "10.100.0.0/16"}}},
          {"vpcConfig", PropertyMap{{"clusterSecurityGroupId", "sg-eks"}, {"vpcId", "vpc-1"}}}};
}

/// A Construct call and all that came of it.
struct Construct {
  explicit Construct(PropertyMap inputs, const std::string& type = "eks:index:Cluster") {
    request.project = "proj";
    request.stack = "dev";
    request.type = type;
    request.name = "c";
    request.parent = *Urn::parse("urn:pulumi:dev::proj::pulumi:pulumi:Stack::proj-dev");
    request.inputs = std::move(inputs);
    engine().on_register = [this](const detail::RegisterRequest& r) -> detail::CallResult<detail::RegisterReply> {
      if (r.name == failing) return tl::unexpected(detail::CallError{"out of stock"});
      auto reply = *FakeMonitor::echo(r);
      for (const char* name : {"name", "arn", "keyName"})
        if (r.custom && !reply.object.contains(name)) reply.object[name] = r.name + "-" + name;
      if (r.type == "aws:eks/cluster:Cluster")
        for (const auto& [key, value] : cluster_outputs()) reply.object[key] = value;
      if (r.type == "aws:ec2/launchTemplate:LaunchTemplate") reply.object["latestVersion"] = 1;
      return reply;
    };
    engine().on_invoke = [](const detail::FunctionRequest& r) {
      if (r.token.ends_with("getPartition")) return detail::FunctionReply{.result = {{"partition", "aws"}}};
      if (r.token.ends_with("getAddonVersion"))
        return detail::FunctionReply{.result = {{"version", "v1-" + at(r.args, "addonName").string_or()}}};
      if (r.token.ends_with("getParameter")) return detail::FunctionReply{.result = {{"value", "ami-1"}}};
      return detail::FunctionReply{};
    };
  }
  FakeMonitor& engine() { return *fake.engine; }
  Result<void> run() {
    return run([this](ComponentHost& host) { return make_cluster(host, around); });
  }
  Result<void> run(const std::function<AnyInputs(ComponentHost&)>& component) {
    return detail::host_component_on(
        fake.core, request, [this](ConstructReply r) { reply = r, registered_at_answer = engine().registered.size(); },
        component);
  }
  /// The registration of this name; an empty one if there is none.
  detail::RegisterRequest registered(const std::string& name, const std::string& type = "") {
    for (const auto& r : engine().registered)
      if (r.name == name && (type.empty() || r.type == type)) return r;
    return {};
  }
  std::vector<std::string> tree() {
    std::vector<std::string> out;
    for (const auto& r : engine().registered) out.push_back(r.type + " " + r.name);
    return out;
  }
  const PropertyMap& inputs_of(const std::string& name, const std::string& type = "") {
    for (const auto& r : engine().registered)
      if (r.name == name && (type.empty() || r.type == type)) return r.object;
    static const PropertyMap none;
    return none;
  }

  Surroundings around;
  detail::FakeRun fake;
  ConstructRequest request;
  std::optional<ConstructReply> reply;
  std::string failing;
  std::size_t registered_at_answer = 0;
};

PropertyMap private_cluster() {
  return {{"vpcId", "vpc-1"},
          {"privateSubnetIds", PropertyList{"subnet-a", "subnet-b"}},
          {"endpointPrivateAccess", true},
          {"endpointPublicAccess", true},
          {"instanceType", "t3.medium"},
          {"nodeAssociatePublicIpAddress", false}};
}

TEST(EksCluster, MakesTheTreeOfTheDefaultNodeGroup) {
  Construct c(private_cluster());
  auto done = c.run();
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_THAT(
      c.tree(),
      UnorderedElementsAre("eks:index:Cluster c", "eks:index:ServiceRole c-eksRole", "aws:iam/role:Role c-eksRole-role",
                           "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-eksRole-4b490823",
                           "aws:ec2/securityGroup:SecurityGroup c-eksClusterSecurityGroup",
                           "aws:ec2/securityGroupRule:SecurityGroupRule c-eksClusterInternetEgressRule",
                           "aws:eks/cluster:Cluster c-eksCluster", "aws:eks/addon:Addon c-kube-proxy",
                           "pulumi:providers:kubernetes c-eks-k8s", "eks:index:ServiceRole c-instanceRole",
                           "aws:iam/role:Role c-instanceRole-role",
                           "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-instanceRole-03516f97",
                           "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-instanceRole-e1b295bd",
                           "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-instanceRole-3eb088f2",
                           "aws:iam/instanceProfile:InstanceProfile c-instanceProfile",
                           "kubernetes:core/v1:ConfigMap c-nodeAccess", "eks:index:VpcCniAddon c-vpc-cni",
                           "aws:eks/addon:Addon c-vpc-cni", "aws:eks/addon:Addon c-coredns",
                           "aws:ec2/securityGroup:SecurityGroup c-nodeSecurityGroup",
                           "aws:ec2/securityGroupRule:SecurityGroupRule c-eksNodeIngressRule",
                           "aws:ec2/securityGroupRule:SecurityGroupRule c-eksNodeClusterIngressRule",
                           "aws:ec2/securityGroupRule:SecurityGroupRule c-eksExtApiServerClusterIngressRule",
                           "aws:ec2/securityGroupRule:SecurityGroupRule c-eksNodeInternetEgressRule",
                           "aws:ec2/securityGroupRule:SecurityGroupRule c-eksClusterIngressRule",
                           "aws:ec2/launchTemplate:LaunchTemplate c-launchTemplate", "aws:autoscaling/group:Group c"));
}

TEST(EksCluster, NodesKnowTheirClusterFromTheUserData) {
  Construct c(private_cluster());
  ASSERT_TRUE(c.run());
  const auto& lt = c.inputs_of("c-launchTemplate");
  EXPECT_EQ(
      unbase64(at(lt, "userData").string_or()).value_or(""),
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"BOUNDARY\"\n\n"
      "--BOUNDARY\nContent-Type: application/node.eks.aws\n\n"
      "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: c-1\n"
      "    apiServerEndpoint: https://x.eks.amazonaws.com\n    certificateAuthority: Q0E=\n    cidr: 10.100.0.0/16\n\n"
      "--BOUNDARY--\n");
  EXPECT_EQ(at(lt, "imageId"), PropertyValue("ami-1"));
  EXPECT_EQ(at(lt, "networkInterfaces").as_list()[0].at("associatePublicIpAddress"), PropertyValue("false"));
  const auto& group = c.inputs_of("c", "aws:autoscaling/group:Group");
  EXPECT_EQ(at(group, "vpcZoneIdentifiers"), PropertyValue(PropertyList{"subnet-a", "subnet-b"}));
  EXPECT_EQ(at(group, "desiredCapacity"), PropertyValue(2));
  EXPECT_EQ(at(group, "launchTemplate").at("version"), PropertyValue("1"));
}

TEST(EksCluster, GivenRolesAreLetInAndNotMade) {
  auto inputs = private_cluster();
  ResourceReference role;
  role.urn = *Urn::parse("urn:pulumi:dev::proj::aws:iam/role:Role::node");
  role.has_id = true;
  role.id = "node-1";
  inputs["instanceRole"] = role;
  inputs["authenticationMode"] = "API_AND_CONFIG_MAP";
  inputs["accessEntries"] = PropertyMap{
      {"ops", PropertyMap{{"principalArn", "arn:aws:iam::1:role/ops"},
                          {"accessPolicies",
                           PropertyMap{{"admin", PropertyMap{{"policyArn", "arn:aws:eks::aws:cluster-access-policy/X"},
                                                             {"accessScope", PropertyMap{{"type", "cluster"}}}}}}}}}};
  Construct c(inputs);
  auto answer = c.engine().on_invoke;
  c.engine().on_invoke = [answer](const detail::FunctionRequest& r) -> detail::CallResult<detail::FunctionReply> {
    if (!r.token.ends_with("getResource")) return answer(r);
    return detail::FunctionReply{
        .result = {{"state", PropertyMap{{"arn", "arn:aws:iam::1:role/node"}, {"name", "node-1"}}}}};
  };
  auto done = c.run();
  ASSERT_TRUE(done) << done.error().to_string();
  for (const auto& line : c.tree()) EXPECT_THAT(line, testing::Not(HasSubstr("c-instanceRole")));
  EXPECT_EQ(
      at(c.inputs_of("c-nodeAccess"), "data").at("mapRoles"),
      PropertyValue("- rolearn: arn:aws:iam::1:role/node\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n"
                    "    - system:bootstrappers\n    - system:nodes\n"));
  EXPECT_EQ(at(c.inputs_of("c-defaultNodeGroupInstanceRole"), "type"), PropertyValue("EC2_LINUX"));
  EXPECT_EQ(at(c.inputs_of("c-ops"), "principalArn"), PropertyValue("arn:aws:iam::1:role/ops"));
  EXPECT_EQ(at(c.inputs_of("c-ops-admin"), "accessScope"), PropertyValue(PropertyMap{{"type", "cluster"}}));
  EXPECT_EQ(at(c.inputs_of("c-eksCluster"), "accessConfig").at("authenticationMode"),
            PropertyValue("API_AND_CONFIG_MAP"));
}

TEST(EksCluster, AnswersWithTheOutputsOfItsReference) {
  Construct c(private_cluster());
  ASSERT_TRUE(c.run());
  ASSERT_TRUE(c.reply);
  const auto& out = c.reply->state;
  EXPECT_EQ(at(out, "clusterSecurityGroupId"), PropertyValue("c-eksClusterSecurityGroup-id"));
  EXPECT_EQ(at(out, "nodeSecurityGroupId"), PropertyValue("c-nodeSecurityGroup-id"));
  EXPECT_EQ(at(out, "oidcIssuer"), PropertyValue("oidc.eks.us-east-1.amazonaws.com/id/0123"));
  EXPECT_EQ(at(out, "fargateProfileId"), PropertyValue(""));
  EXPECT_EQ(at(out, "eksCluster").as_resource().id, "c-eksCluster-id");
  EXPECT_EQ(Json::parse(at(out, "kubeconfigJson").string_or())->dump(), to_json(at(out, "kubeconfig")).dump());
  EXPECT_EQ(at(out, "kubeconfig").at("users").as_list()[0].at("user").at("exec").at("args"),
            from_json(*Json::parse(
                R"(["--region","us-east-1","eks","get-token","--cluster-name","c-1","--output","json"])")));
}

TEST(EksCluster, AChildThatFailsFailsTheComponent) {
  Construct c(private_cluster());
  c.failing = "c-coredns";
  auto done = c.run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "registering aws:eks/addon:Addon 'c-coredns': out of stock");
  EXPECT_TRUE(c.reply);  // nothing of it was among the outputs
}

struct Wrong {
  const char* name;
  PropertyMap inputs;
  const char* message;
};
class EksInputs : public testing::TestWithParam<Wrong> {};
TEST_P(EksInputs, AreRefusedWithTheRemedy) {
  Construct c(GetParam().inputs);
  auto done = c.run();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Table, EksInputs,
    testing::Values(Wrong{"subnets",
                          {{"subnetIds", PropertyList{}}, {"privateSubnetIds", PropertyList{}}},
                          "subnetIds excludes publicSubnetIds and privateSubnetIds; give either"},
                    Wrong{"entries",
                          {{"accessEntries", PropertyMap{{"a", PropertyMap{}}}}},
                          "accessEntries need authenticationMode API or API_AND_CONFIG_MAP"},
                    Wrong{"mappings",
                          {{"authenticationMode", "API"}, {"roleMappings", PropertyList{}}},
                          "roleMappings need the ConfigMap aws-auth: authenticationMode must not be API"},
                    Wrong{"options",
                          {{"nodeGroupOptions", PropertyMap{}}, {"minSize", 1}},
                          "nodeGroupOptions excludes minSize: move it into nodeGroupOptions"},
                    Wrong{"autoMode",
                          {{"autoMode", PropertyMap{{"enabled", true}}}},
                          "autoMode needs authenticationMode API or API_AND_CONFIG_MAP"},
                    Wrong{"proxy", {{"proxy", "http://p"}}, "not supported yet: proxy"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(EksUserData, CarriesFlagsPartsAndScripts) {
  eks::UserDataSettings s{.name = "c", .endpoint = "e", .certificate = "ca", .service_cidr = "r"};
  s.labels = {{"a", "b"}};
  s.taints = {{"t", {"v", "NoSchedule"}}};
  s.kubelet_args = "--max-pods=10";
  s.more = {{"text/plain", "more"}};
  s.script = "#!/bin/bash\necho hi";
  EXPECT_THAT(
      make_user_data(s).value(),
      HasSubstr("  kubelet:\n    flags:\n      - --max-pods=10\n      - --node-labels=a=b\n"
                "      - --register-with-taints=t=v:NoSchedule\n\n--BOUNDARY\nContent-Type: text/plain\n\nmore\n"
                "--BOUNDARY\nContent-Type: text/x-shellscript; charset=\"us-ascii\"\n\n#!/bin/bash\necho "
                "hi\n--BOUNDARY--\n"));
}

UserDataSettings settings_of(NodeSystem system) {
  UserDataSettings s{.system = system,
                     .group = "g",
                     .name = "c",
                     .endpoint = "https://e",
                     .certificate = "ca",
                     .service_cidr = "10.100.0.0/16"};
  s.labels = {{"a", "b"}};
  s.taints = {{"bare", {"", "NoExecute"}}};
  return s;
}

TEST(EksUserData, OfAl2CallsBootstrap) {
  auto s = settings_of(NodeSystem::al2);
  s.bootstrap_args = "--use-max-pods false";
  s.script = "echo hi";
  EXPECT_EQ(make_user_data(s).value(),
            "#!/bin/bash\n\n/etc/eks/bootstrap.sh --apiserver-endpoint \"https://e\" --b64-cluster-ca \"ca\" \"c\" "
            "--use-max-pods false --kubelet-extra-args '--node-labels=a=b --register-with-taints=bare:NoExecute'\n"
            "cat >/opt/user-data <<g-user-data\necho hi\ng-user-data\nchmod +x /opt/user-data\n/opt/user-data\n\n");
  s.managed = true;
  EXPECT_THAT(make_user_data(s).value(), testing::StartsWith("MIME-Version: 1.0\nContent-Type: multipart/mixed; "
                                                             "boundary=\"==MYBOUNDARY==\"\n\n--==MYBOUNDARY==\n"));
}

TEST(EksUserData, OfBottlerocketIsToml) {
  auto s = settings_of(NodeSystem::bottlerocket);
  s.bottlerocket = *Json::parse(R"({"settings":{"kubernetes":{"max-pods":1100},"motd":"hi","host-containers":
                                    {"admin":{"enabled":true}}}})");
  EXPECT_EQ(make_user_data(s).value(),
            "[settings]\nmotd = \"hi\"\n\n[settings.host-containers.admin]\nenabled = true\n\n"
            "  [settings.kubernetes]\n  api-server = \"https://e\"\n  cluster-certificate = \"ca\"\n"
            "  cluster-dns-ip = \"10.100.0.10\"\n  cluster-name = \"c\"\n  max-pods = 1_100\n\n"
            "    [settings.kubernetes.node-labels]\n    a = \"b\"\n\n"
            "    [settings.kubernetes.node-taints]\n    bare = \":NoExecute\"\n");
  s.script = "echo hi";
  EXPECT_EQ(make_user_data(s).error().message,
            "Bottlerocket runs no scripts: leave nodeUserData out, or choose another operatingSystem");
}

TEST(EksCluster, OnFargateHasAProfileInsteadOfNodes) {
  auto inputs = private_cluster();
  inputs["fargate"] = true;
  Construct c(inputs);
  c.request.name = "eks-C";
  ASSERT_TRUE(c.run());
  for (const auto& line : c.tree()) EXPECT_THAT(line, testing::Not(HasSubstr("launchTemplate")));
  const auto profile = c.registered("eks_CfargateProfile");
  EXPECT_EQ(profile.type, "aws:eks/fargateProfile:FargateProfile");
  EXPECT_EQ(at(profile.object, "selectors"), PropertyValue(PropertyList{PropertyMap{{"namespace", "default"}},
                                                                        PropertyMap{{"namespace", "kube-system"}}}));
  EXPECT_EQ(c.registered("eks-C-podExecutionRole-6ad441d9").type, "aws:iam/rolePolicyAttachment:RolePolicyAttachment");
  EXPECT_EQ(at(c.inputs_of("eks-C-coredns"), "configurationValues"), PropertyValue(R"({"computeType":"Fargate"})"));
  EXPECT_EQ(at(c.reply->state, "fargateProfileId"), PropertyValue("eks_CfargateProfile-id"));
  EXPECT_EQ(c.registered("eks-C-instanceRole").type, "eks:index:ServiceRole");
}

TEST(EksCluster, InAutoModeLeavesNodesToEks) {
  auto inputs = private_cluster();
  inputs["autoMode"] = PropertyMap{{"enabled", true}};
  inputs["authenticationMode"] = "API";
  inputs["createInstanceRole"] = false;
  Construct c(inputs);
  auto done = c.run();
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_THAT(c.tree(), UnorderedElementsAre("eks:index:Cluster c", "eks:index:ServiceRole c-eksRole",
                                             "aws:iam/role:Role c-eksRole-role",
                                             "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-eksRole-4b490823",
                                             "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-eksRole-d86a545b",
                                             "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-eksRole-1e381056",
                                             "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-eksRole-1587f79c",
                                             "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-eksRole-9ae443cd",
                                             "eks:index:ServiceRole c-nodeRole", "aws:iam/role:Role c-nodeRole-role",
                                             "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-nodeRole-7b85ae6b",
                                             "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-nodeRole-22021ef5",
                                             "aws:eks/cluster:Cluster c-eksCluster",
                                             "pulumi:providers:kubernetes c-eks-k8s", "aws:eks/addon:Addon c-coredns"));
  const auto& cluster = c.inputs_of("c-eksCluster");
  EXPECT_EQ(at(cluster, "computeConfig").at("nodePools"), PropertyValue(PropertyList{"general-purpose", "system"}));
  EXPECT_EQ(at(cluster, "computeConfig").at("nodeRoleArn"), PropertyValue("c-nodeRole-role-arn"));
  EXPECT_EQ(at(cluster, "bootstrapSelfManagedAddons"), PropertyValue(false));
  EXPECT_EQ(at(c.reply->state, "autoModeNodeRoleName"), PropertyValue("c-nodeRole-role-name"));
}

TEST(EksCluster, WaitsForItsEndpointAndAsksForTheIssuersThumbprint) {
  auto inputs = private_cluster();
  inputs["createOidcProvider"] = true;
  Construct c(inputs);
  std::string asked;
  c.around.await_endpoint = [&asked](const std::string& url) { return asked = url, url; };
  c.around.issuer_thumbprint = [](const std::string&) -> Result<std::string> { return std::string("9e99"); };
  ASSERT_TRUE(c.run());
  EXPECT_EQ(asked, "https://x.eks.amazonaws.com");
  EXPECT_EQ(at(c.inputs_of("c-oidcProvider"), "thumbprintLists"), PropertyValue(PropertyList{"9e99"}));
  c.around.issuer_thumbprint = [](const std::string&) -> Result<std::string> {
    return fail(ErrorCode::unavailable, "no way to the issuer");
  };
  Construct other(inputs);
  other.around = c.around;
  auto done = other.run();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("no way to the issuer"));
}

TEST(EksCluster, PatchesTheCniWhereItsAddonHasNoWord) {
  auto inputs = private_cluster();
  inputs["vpcCniOptions"] = PropertyMap{{"securityContextPrivileged", true}};
  Construct c(inputs);
  auto done = c.run();
  ASSERT_TRUE(done) << done.error().to_string();
  const auto patch = c.registered("c-vpc-cni", "kubernetes:apps/v1:DaemonSetPatch");
  EXPECT_EQ(at(patch.object, "spec").at("template").at("spec").at("containers").as_list()[0].at("securityContext"),
            PropertyValue(PropertyMap{{"privileged", true}}));
  EXPECT_EQ(at(patch.object, "metadata").at("name"), PropertyValue("aws-node"));
}

TEST(EksNodeGroup, OfTheOlderKindIsNotSupportedYet) {
  Construct c({{"cluster", PropertyMap{}}}, "eks:index:NodeGroup");
  EXPECT_THAT(c.run(refuse_node_group).error().message,
              HasSubstr("not supported yet: eks NodeGroup, whose nodes are started by CloudFormation"));
}

TEST(EksImages, AreFoundByKindVersionAndArchitecture) {
  const ImageKind bottlerocket{.system = NodeSystem::bottlerocket, .gpu = true, .architecture = "arm64"};
  EXPECT_EQ(image_parameter(bottlerocket, "1.33", "arm64"),
            "/aws/service/bottlerocket/aws-k8s-1.33-nvidia/arm64/latest/image_id");
  EXPECT_EQ(image_parameter({.system = NodeSystem::al2, .gpu = false, .architecture = ""}, "1.32", "arm64"),
            "/aws/service/eks/optimized-ami/1.32/amazon-linux-2-arm64/recommended/image_id");
  EXPECT_EQ(ami_type(bottlerocket, "x86_64"), "BOTTLEROCKET_x86_64_NVIDIA");
  EXPECT_EQ(architecture_of({"t4g.medium", "m7gd.large"}), "arm64");
  EXPECT_EQ(architecture_of({}), "x86_64");
  EXPECT_THROW(architecture_of({"t4g.medium", "t3.medium"}), ProgramError);
}

TEST(EksVpcCni, SendsWhatThePluginDoesNotDefaultTo) {
  EXPECT_EQ(
      vpc_cni_configuration({{"warmIpTarget", 3}, {"externalSnat", true}}).at("env").at("WARM_IP_TARGET").string_or(),
      "3");
  auto config =
      vpc_cni_configuration({{"configurationValues", PropertyMap{{"env", PropertyMap{{"WARM_ENI_TARGET", "5"}}}}}});
  EXPECT_EQ(config.path("env.WARM_ENI_TARGET").string_or(), "5");
  EXPECT_EQ(config.path("env.AWS_VPC_K8S_CNI_LOGLEVEL").string_or(), "DEBUG");
  EXPECT_EQ(config.path("init.env.DISABLE_TCP_EARLY_DEMUX").string_or(), "false");
}

TEST(EksProvider, HasASchemaAndNoResources) {
  auto provider = make_eks_provider();
  auto schema = Json::parse(provider->schema());
  ASSERT_TRUE(schema);
  EXPECT_TRUE(schema->at("resources").at("eks:index:Cluster").at("isComponent").bool_or(false));
  auto refused = provider->check(
      {.urn = *Urn::parse("urn:pulumi:dev::proj::eks:index:Oops::x"), .olds = {}, .news = {}, .random_seed = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "package eks has components only; 'eks:index:Oops' cannot be managed as a resource");
}

}  // namespace
}  // namespace drydock::eks_provider

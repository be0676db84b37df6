// Nodes booting in the shared small world (tests/vectors/network.h), with one fault each.
#include "twin/nodes/nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "cloud/aws/iam.h"
#include "tests/vectors/network.h"
#include "twin/eks/eks.h"
#include "twin/iam/install.h"
#include "twin/nodes/nouns.h"

namespace drydock::twin::nodes {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
const std::string kRegion = "us-east-1";
const std::string kRole = "arn:aws:iam::123456789012:role/node";
const std::string kPolicies[] = {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy",
                                 "AmazonEC2ContainerRegistryReadOnly"};
constexpr auto kTrustEc2 =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]})";

kubernetes::Neighbours neighbours(World& world) {
  kubernetes::Neighbours out;
  out.access = [&world](const kubernetes::KubeCluster& c) {
    return eks::access_config(world, c.record().region, c.record().name);
  };
  out.private_dns_name = [&world](const kubernetes::KubeCluster& c, const std::string& id) {
    return private_dns_name(world, c.record().region, id);
  };
  return out;
}

struct Twin {
  std::unique_ptr<World> world = *World::open({.journal = {}, .seed = "nodes"});
  Front front{*world};
  Ec2 ec2{front, *world};
  kubernetes::Kubernetes kubernetes{*world, neighbours(*world), nullptr};
  std::unique_ptr<Nodes> nodes;
  kubernetes::KubeCluster* kube = nullptr;
  vectors::Bench bench;
  std::string user_data;

  Twin() {
    iam::install(front, *world);
    eks::install(*world, {&front, &ec2, &kubernetes});
    nodes = std::make_unique<Nodes>(*world, Neighbours{&front, &ec2, &kubernetes});
    add_role(kTrustEc2);
    kube = *kubernetes.create({"demo", kRegion, "1.32", "172.20.0.0/16"});
    aws::eks::Cluster cluster{.name = "demo", .version = "1.32", .status = "ACTIVE"};
    cluster.host = kube->record().hostname;
    cluster.resourcesVpcConfig.vpcId = "vpc";
    cluster.resourcesVpcConfig.endpointPublicAccess = false;
    cluster.resourcesVpcConfig.endpointPrivateAccess = true;
    cluster.networkInterfaceIds = {"eks-a", "eks-b"};
    cluster.accessConfig.authenticationMode = "API";
    world->table<aws::eks::Cluster>(kRegion).put("demo", cluster);
    admit(kRole);
    user_data =
        "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: demo\n    "
        "apiServerEndpoint: https://" +
        cluster.host + "\n    certificateAuthority: " + base64(kubernetes.authority()) + "\n    cidr: 172.20.0.0/16\n";
  }

  void add_role(const std::string& trust) {
    aws::Role role{.RoleName = "node", .RoleId = "AROANODE", .Arn = kRole, .AssumeRolePolicyDocument = trust};
    for (const std::string& policy : kPolicies) role.grants.attached.push_back("arn:aws:iam::aws:policy/" + policy);
    world->table<aws::Role>().put("node", role);
    aws::InstanceProfile profile{
        .InstanceProfileName = "node", .Arn = "arn:aws:iam::123456789012:instance-profile/node", .role = "node"};
    world->table<aws::InstanceProfile>().put("node", profile);
  }
  void detach(const std::string& policy) {
    std::erase(world->table<aws::Role>().edit("node")->grants.attached, "arn:aws:iam::aws:policy/" + policy);
  }
  void admit(const std::string& arn) {
    aws::eks::AccessEntry entry{.clusterName = "demo",
                                .principalArn = arn,
                                .username = "system:node:{{EC2PrivateDNSName}}",
                                .type = "EC2_LINUX",
                                .kubernetesGroups = {"system:nodes"}};
    entry.principalId = "AROANODE";
    world->table<aws::eks::AccessEntry>(kRegion).put("demo/" + arn, entry);
  }
  void shut_out() { world->table<aws::eks::AccessEntry>(kRegion).erase("demo/" + kRole); }

  template <class T>
  void put(const std::map<std::string, T>& nouns) {
    for (const auto& [id, noun] : nouns) world->table<T>(kRegion).put(id, noun);
  }
  /// The bench's nouns as they are now.
  void lay_out() {
    std::vector<std::string> others;  // the default region's own lists
    for (const auto& [id, list] : world->table<aws::PrefixList>(kRegion)) others.push_back(id);
    for (const std::string& id : others) world->table<aws::PrefixList>(kRegion).erase(id);
    put(bench.vpcs), put(bench.dhcp), put(bench.subnets), put(bench.tables), put(bench.rules), put(bench.acls);
    put(bench.endpoints), put(bench.lists), put(bench.interfaces), put(bench.gateways), put(bench.nats);
  }
  void launch(const std::string& id = "i-1", const std::string& interface = "node-a") {
    lay_out();
    aws::Instance instance{.instanceId = id,
                           .instanceType = "t3.medium",
                           .privateDnsName = "ip-10-0-1-10.ec2.internal",
                           .privateIpAddress = "10.0.1.10"};
    instance.vpcId = "vpc", instance.subnetId = "a", instance.availabilityZone = "us-east-1a";
    instance.iamInstanceProfile = aws::IamInstanceProfileRef{"arn:aws:iam::123456789012:instance-profile/node", ""};
    instance.networkInterfaceIds = {interface};
    instance.userData = base64(user_data);
    if (change_instance) change_instance(instance);
    aws::Instance& made = world->table<aws::Instance>(kRegion).put(id, instance);
    ec2.notify(kRegion, made, "pending");
    made.instanceState = {16, "running"};
    ec2.notify(kRegion, made, "running");
    settle();
  }
  void settle() {
    world->commit();
    kube->settle();
    world->commit();
    world->clock().run_completions();
  }
  std::function<void(aws::Instance&)> change_instance;

  void install_cni() {
    Json set = *parse_yaml(
        R"({apiVersion: apps/v1, kind: DaemonSet, metadata: {name: aws-node, namespace: kube-system}, spec: {selector: {matchLabels: {k8s-app: aws-node}},
      template: {metadata: {labels: {k8s-app: aws-node}}, spec: {hostNetwork: true, tolerations: [{operator: Exists}],
      initContainers: [{name: aws-vpc-cni-init, image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/amazon-k8s-cni-init:v1"}],
      containers: [{name: aws-node, image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/amazon-k8s-cni:v1"}]}}}})");
    auto made = kube->create(set);
    ASSERT_TRUE(made) << made.error().message;
  }
  const Node& node(const std::string& id = "i-1") { return *world->table<Node>(kRegion).find(id); }
  /// The step's last entry.
  Entry entry(std::string_view step, const std::string& id = "i-1") {
    Entry out;
    for (const auto& [key, e] : world->table<Entry>(kRegion))
      if (key.starts_with(id + "/") && e.step == step) out = e;
    return out;
  }
  std::string words(std::string_view step) {
    std::string out;
    for (const std::string& line : entry(step).words) out += line + "\n";
    return out;
  }
  std::string ready() {
    const Json* object = kube->get("nodes", "", "ip-10-0-1-10.ec2.internal");
    return object ? kube::condition(*object, "Ready").at("status").string_or() : "no node";
  }
};

TEST(Nodes, BecomeReady) {
  Twin twin;
  twin.install_cni();
  twin.launch();
  EXPECT_EQ(twin.node().state, "ready") << twin.node().step << "\n" << story_of(*twin.world, "i-1").dump_pretty();
  EXPECT_EQ(twin.ready(), "True");
  EXPECT_EQ(story_of(*twin.world, "ip-10-0-1-10.ec2.internal").at("story").size(),
            27u - 1u);  // the second token is kept
}

struct Fault {
  const char* name;
  std::function<void(Twin&)> break_it;
  std::string step, cause, words;  // of the step that stops the node
  std::string state = "waiting";
  std::string ready = "no node";
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
class OneFault : public ::testing::TestWithParam<Fault> {};

TEST_P(OneFault, StopsHere) {
  Twin twin;
  twin.install_cni();
  GetParam().break_it(twin);
  twin.launch();
  const Entry entry = twin.entry(GetParam().step);
  EXPECT_EQ(entry.cause, GetParam().cause) << story_of(*twin.world, "i-1").dump_pretty();
  EXPECT_THAT(twin.words(GetParam().step), HasSubstr(GetParam().words));
  EXPECT_EQ(twin.node().state, GetParam().state);
  EXPECT_EQ(twin.ready(), GetParam().ready);
}

const Fault kFaults[] = {
    {"ImdsOff",
     [](Twin& t) { t.change_instance = [](aws::Instance& i) { i.metadataOptions.httpEndpoint = "disabled"; }; }, "imds",
     "imds.disabled", "failed to get MAC from IMDS"},
    {"NoNodeConfig", [](Twin& t) { t.user_data = "#!/bin/bash\necho hello\n"; }, "user-data", "user-data.no-config",
     "no config in chain", "dead"},
    {"NoProfile", [](Twin& t) { t.change_instance = [](aws::Instance& i) { i.iamInstanceProfile.reset(); }; },
     "credentials", "iam.no-profile", "no EC2 IMDS role found", "dead"},
    {"RoleDoesNotTrustEc2",
     [](Twin& t) {
       t.add_role(
           R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]})");
     },
     "credentials", "iam.trust", "AssumeRoleUnauthorizedAccess"},
    {"Ec2EndpointClosed", [](Twin& t) { t.bench.rule("e-in", "sg-e", false, "10.9.0.0/16"); }, "ec2.describe-instances",
     "sg.ingress", "retrying request EC2/DescribeInstances, attempt 2"},
    {"NoEc2Endpoint", [](Twin& t) { t.bench.endpoints.erase("ec2"); }, "ec2.describe-instances", "route.none",
     "attempting waiter request"},
    {"DescribeInstancesNotAllowed",
     [](Twin& t) { t.detach("AmazonEKSWorkerNodePolicy"), t.detach("AmazonEKS_CNI_Policy"); }, "ec2.describe-instances",
     "iam.identity-based", "UnauthorizedOperation"},
    {"Ec2EndpointPolicy",
     [](Twin& t) {
       t.bench.endpoints["ec2"].policyDocument =
           R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"ec2:DescribeVpcs","Resource":"*"}]})";
     },
     "ec2.describe-instances", "endpoint-policy", "UnauthorizedOperation"},
    {"CidrMissing", [](Twin& t) { t.user_data = t.user_data.substr(0, t.user_data.find("    cidr")); }, "node-config",
     "user-data.invalid", "CIDR is missing in cluster configuration", "dead"},
    {"ApiServerClosed", [](Twin& t) { t.bench.rule("cluster-in", "sg-cluster", false, "sg-cluster", -1); },
     "api.connect", "sg.ingress", "dial tcp 10.0.2.5:443: i/o timeout"},
    {"WrongAuthority", [](Twin& t) { t.user_data.replace(t.user_data.find("certificateAuthority: ") + 22, 4, "AAAA"); },
     "api.connect", "user-data.certificate-authority", "x509: certificate signed by unknown authority"},
    {"WrongClusterName", [](Twin& t) { t.user_data.replace(t.user_data.find("name: demo"), 10, "name: nope"); },
     "api.authorise", "user-data.cluster-name", "err=\"Unauthorized\""},
    {"NotMapped", [](Twin& t) { t.shut_out(); }, "api.authorise", "kubernetes.unauthorized", "err=\"Unauthorized\""},
    {"NoEcrApi", [](Twin& t) { t.bench.endpoints.erase("ecr.api"); }, "pull.cni-init.token", "route.none",
     "no basic auth credentials", "joined", "False"},
    {"NoEcrDkr", [](Twin& t) { t.bench.endpoints.erase("ecr.dkr"); }, "pull.cni-init.manifest", "route.none",
     "i/o timeout", "joined", "False"},
    {"NoEcrPolicy", [](Twin& t) { t.detach("AmazonEC2ContainerRegistryReadOnly"); }, "pull.cni-init.token",
     "iam.identity-based", "no basic auth credentials", "joined", "False"},
    {"NoS3Route", [](Twin& t) { t.bench.tables["rtb-a"].routeSet.pop_back(); }, "pull.cni-init.layers", "route.none",
     "i/o timeout", "joined", "False"},
    {"S3PolicyOfAnotherRegion",
     [](Twin& t) {
       t.bench.endpoints["vpce-s3"].policyDocument =
           R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::prod-prod-starport-layer-bucket/*"}]})";
     },
     "pull.cni-init.layers", "endpoint-policy", "403 Forbidden", "joined", "False"},
    {"NoCniPolicy", [](Twin& t) { t.detach("AmazonEKS_CNI_Policy"); }, "ipamd.describe-network-interfaces",
     "iam.identity-based", "failed to retrieve attached ENIs info", "joined", "False"},
};
INSTANTIATE_TEST_SUITE_P(Nodes, OneFault, ::testing::ValuesIn(kFaults),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Nodes, HealWhatIsRetried) {
  Twin twin;
  twin.install_cni();
  twin.shut_out();
  twin.bench.endpoints.erase("ecr.dkr");
  twin.launch();
  EXPECT_EQ(twin.node().step, "api.authorise");
  twin.admit(kRole);
  twin.settle();
  EXPECT_EQ(twin.ready(), "False");
  EXPECT_EQ(twin.entry("api.authorise").result, "healed");
  const Json* pod = twin.kube->list("pods", "kube-system").at(0);
  EXPECT_EQ(pod->path("status.initContainerStatuses.0.state.waiting.reason").string_or(), "ImagePullBackOff");
  twin.bench = {};
  twin.lay_out();
  twin.settle();
  EXPECT_EQ(twin.ready(), "True") << story_of(*twin.world, "i-1").dump_pretty();
  EXPECT_EQ(twin.entry("pull.cni-init.manifest").result, "ok");
}

TEST(Nodes, NodeadmGivesUpAfterTenMinutesAndStaysDead) {
  Twin twin;
  twin.install_cni();
  twin.user_data =
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"B\"\n\n--B\nContent-Type: "
      "application/node.eks.aws\n\n" +
      twin.user_data +
      "\n--B\nContent-Type: text/x-shellscript\n\n#!/bin/bash\nsystemctl enable --now kubelet\n--B--\n";
  twin.bench.rule("e-in", "sg-e", false, "10.9.0.0/16");
  twin.launch();
  const std::int64_t began = twin.entry("ec2.describe-instances").at;
  twin.world->clock().advance(20min);
  EXPECT_EQ(twin.node().state, "dead");
  EXPECT_EQ(twin.entry("ec2.describe-instances").until - began, 600'000);
  EXPECT_THAT(twin.words("ec2.describe-instances"), HasSubstr("canceled, context deadline exceeded"));
  EXPECT_THAT(twin.words("kubelet"), HasSubstr("Failed to load environment files"));
  twin.bench = {};
  twin.lay_out();
  twin.settle();
  EXPECT_EQ(twin.node().state, "dead");
  twin.ec2.notify(kRegion, *twin.world->table<aws::Instance>(kRegion).find("i-1"), "rebooted");
  twin.settle();
  EXPECT_EQ(twin.ready(), "True");
  EXPECT_EQ(twin.node().boots, 2);
}

TEST(Nodes, AreUnknownWhenTheirRoleIsNoLongerMapped) {
  Twin twin;
  twin.install_cni();
  twin.launch();
  twin.shut_out();
  twin.settle();
  EXPECT_EQ(twin.ready(), "Unknown");
  EXPECT_THAT(twin.words("heartbeat"), HasSubstr("Unauthorized"));
  twin.admit(kRole);
  twin.settle();
  EXPECT_EQ(twin.ready(), "True");
}

TEST(Nodes, LeaveWithTheirInstance) {
  Twin twin;
  twin.install_cni();
  twin.launch();
  twin.ec2.notify(kRegion, *twin.world->table<aws::Instance>(kRegion).find("i-1"), "terminated");
  twin.settle();
  EXPECT_EQ(twin.ready(), "no node");
  EXPECT_EQ(twin.kube->list("pods").size(), 0u);
  EXPECT_EQ(list_nodes(*twin.world).size(), 0u);
}

}  // namespace
}  // namespace drydock::twin::nodes

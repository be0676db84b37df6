// Nodes booting in the shared small world (tests/vectors/network.h), with one fault each.
#include <gmock/gmock.h>

#include "cloud/aws/ecr.h"
#include "twin/nodes/fixture.h"

namespace drydock::twin::nodes {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::HasSubstr;

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

struct Image {
  const char* name;
  std::string image, words;  // words: empty when it runs
};
void PrintTo(const Image& row, std::ostream* out) { *out << row.name; }
class Images : public ::testing::TestWithParam<Image> {};

TEST_P(Images, RunWhenTheRegistryHasThem) {
  Twin twin;
  twin.install_cni();
  twin.bench.add_nat("rtb-a");
  twin.world->table<aws::Repository>(kRegion).put("app", {.repositoryName = "app"});
  twin.launch();
  twin.deploy(1, GetParam().image);
  const Json* pod = twin.kube->list("pods", "default").at(0);
  const Json& waiting = pod->path("status.containerStatuses.0.state.waiting");
  EXPECT_EQ(waiting.at("reason").string_or(), GetParam().words.empty() ? "" : "ImagePullBackOff");
  EXPECT_THAT(waiting.at("message").string_or(), HasSubstr(GetParam().words));
}

const std::string kEcr = ".dkr.ecr.us-east-1.amazonaws.com/";
const Image kImages[] = {
    {"WellKnown", "nginx:1.27", ""},
    {"MissingOnDockerHub", "ngnix:1.27",
     "failed to resolve reference \"docker.io/library/ngnix:1.27\": pull access denied, repository does not exist or "
     "may "
     "require authorization: server message: insufficient_scope: authorization failed"},
    {"MissingElsewhere", "quay.io/nobody/app:1",
     "rpc error: code = NotFound desc = failed to pull and unpack image \"quay.io/nobody/app:1\": failed to resolve "
     "reference \"quay.io/nobody/app:1\": quay.io/nobody/app:1: not found"},
    {"OwnRepository", "123456789012" + kEcr + "app:v7", ""},
    {"OwnRepositoryThatIsNotThere", "123456789012" + kEcr + "other:v7", "other:v7: not found"},
    {"MisspeltAddOn", "602401143452" + kEcr + "eks/cordns:v1", "eks/cordns:v1: not found"},
    {"AnotherAccount", "999999999999" + kEcr + "app:v7", "/v2/app/manifests/v7: 403 Forbidden"},
};
INSTANTIATE_TEST_SUITE_P(Nodes, Images, ::testing::ValuesIn(kImages),
                         [](const auto& row) { return std::string(row.param.name); });

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

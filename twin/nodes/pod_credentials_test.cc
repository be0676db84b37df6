// The VPC CNI under a role of its own: IRSA and Pod Identity, with one fault each.
#include <gmock/gmock.h>

#include "twin/nodes/fixture.h"

namespace drydock::twin::nodes {
namespace {

using namespace testing;
using ::testing::HasSubstr;

const std::string kCniRole = "arn:aws:iam::123456789012:role/cni";
const std::string kProvider = "arn:aws:iam::123456789012:oidc-provider/" + kIssuer;

std::string irsa_trust(const std::string& account = "aws-node") {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" + kProvider +
         R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" + kIssuer +
         R"(:sub":"system:serviceaccount:kube-system:)" + account + R"(",")" + kIssuer +
         R"(:aud":"sts.amazonaws.com"}}}]})";
}
std::string pods_trust(const std::string& actions) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":)" +
         actions + "}]}";
}

/// The node's own role has no CNI policy: the CNI has one of its own.
struct OwnRole : Twin {
  OwnRole() {
    bench.endpoint("sts", "sts");
    bench.endpoint("eks-auth", "eks-auth");
    detach("AmazonEKS_CNI_Policy");
  }
  void cni_role(const std::string& trust, const std::string& policy = "AmazonEKS_CNI_Policy") {
    aws::Role role{.RoleName = "cni", .RoleId = "AROACNI", .Arn = kCniRole, .AssumeRolePolicyDocument = trust};
    role.grants.attached = {"arn:aws:iam::aws:policy/" + policy};
    world->table<aws::Role>().put("cni", role);
  }
  void provider(const std::string& client = "sts.amazonaws.com") {
    world->table<aws::OpenIdConnectProvider>().put(kProvider,
                                                   {.Arn = kProvider, .Url = kIssuer, .ClientIDList = {client}});
  }
  void annotate() {
    kube->edit("serviceaccounts", "kube-system", "aws-node",
               [](Json& account) { account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] = kCniRole; });
  }
  void irsa() {
    install_cni();
    cni_role(irsa_trust());
    provider();
    annotate();
  }
  void pod_identity() {
    install_cni();
    cni_role(pods_trust(R"(["sts:AssumeRole","sts:TagSession"])"));
    world->table<aws::eks::PodIdentityAssociation>(kRegion).put("demo/a-1", {.clusterName = "demo",
                                                                             .associationId = "a-1",
                                                                             .roleArn = kCniRole,
                                                                             .serviceAccount = "aws-node",
                                                                             .name_space = "kube-system"});
  }
  void install_agent() {
    ASSERT_TRUE(kube->create(*parse_yaml(
        R"({apiVersion: apps/v1, kind: DaemonSet, metadata: {name: eks-pod-identity-agent, namespace: kube-system}, spec: {selector: {matchLabels: {a: agent}},
      template: {metadata: {labels: {a: agent}}, spec: {hostNetwork: true, tolerations: [{operator: Exists}],
      containers: [{name: agent, image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/eks-pod-identity-agent:v1"}]}}}})")));
  }
};

struct Fault {
  const char* name;
  std::function<void(OwnRole&)> set_up;
  std::string step, cause, words;  // empty: Ready
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
class CniRole : public ::testing::TestWithParam<Fault> {};

TEST_P(CniRole, StopsHere) {
  OwnRole twin;
  GetParam().set_up(twin);
  twin.launch();
  EXPECT_EQ(twin.ready(), GetParam().step.empty() ? "True" : "False") << story_of(*twin.world, "i-1").dump_pretty();
  if (GetParam().step.empty()) return;
  EXPECT_EQ(twin.entry(GetParam().step).cause, GetParam().cause) << story_of(*twin.world, "i-1").dump_pretty();
  EXPECT_THAT(twin.words(GetParam().step), HasSubstr(GetParam().words));
}

const Fault kFaults[] = {
    {"IrsaIsWell", [](OwnRole& t) { t.irsa(); }, "", "", ""},
    {"IrsaWithoutSts", [](OwnRole& t) { t.irsa(), t.bench.endpoints.erase("sts"); }, "sts.web-identity", "route.none",
     "Post \"https://sts.us-east-1.amazonaws.com/\": dial tcp"},
    {"IrsaWithoutProvider", [](OwnRole& t) { t.irsa(), t.world->table<aws::OpenIdConnectProvider>().erase(kProvider); },
     "sts.web-identity", "oidc.no-provider", "No OpenIDConnect provider found in your account for https://" + kIssuer},
    {"IrsaForAnotherAccount", [](OwnRole& t) { t.irsa(), t.cni_role(irsa_trust("other")); }, "sts.web-identity",
     "iam.trust", "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"},
    {"IrsaWithAnotherAudience", [](OwnRole& t) { t.irsa(), t.provider("kubernetes"); }, "sts.web-identity",
     "oidc.audience", "Incorrect token audience"},
    {"IrsaThroughAClosedEndpoint",
     [](OwnRole& t) {
       t.irsa();
       t.bench.endpoints["sts"].policyDocument =
           R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:GetCallerIdentity","Resource":"*"}]})";
     },
     "sts.web-identity", "endpoint-policy", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
    {"IrsaRoleWithoutPolicy", [](OwnRole& t) { t.irsa(), t.cni_role(irsa_trust(), "AmazonEKSWorkerNodePolicy"); },
     "ipamd.describe-network-interfaces", "iam.identity-based", "assumed-role/cni/"},
    {"NeitherRole", [](OwnRole& t) { t.install_cni(); }, "ipamd.describe-network-interfaces", "iam.identity-based",
     "assumed-role/node/"},
    {"PodIdentityIsWell", [](OwnRole& t) { t.pod_identity(), t.install_agent(); }, "", "", ""},
    {"PodIdentityWithoutAgent", [](OwnRole& t) { t.pod_identity(); }, "pod-identity.assume-role",
     "pod-identity.no-agent", "dial tcp 169.254.170.23:80: connect: connection refused"},
    {"PodIdentityWithoutEndpoint",
     [](OwnRole& t) { t.pod_identity(), t.install_agent(), t.bench.endpoints.erase("eks-auth"); },
     "pod-identity.assume-role", "route.none", "eks-auth.us-east-1.api.aws"},
    {"PodIdentityWithoutTagSession",
     [](OwnRole& t) { t.pod_identity(), t.install_agent(), t.cni_role(pods_trust(R"("sts:AssumeRole")")); },
     "pod-identity.assume-role", "iam.trust", "AccessDeniedException"},
    {"PodIdentityNotAllowedToTheNode",
     [](OwnRole& t) {
       t.pod_identity(), t.install_agent();
       t.world->table<aws::Role>().edit("node")->grants.inlined["no"] =
           R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"eks-auth:*","Resource":"*"}]})";
     },
     "pod-identity.assume-role", "iam.identity-based", "eks-auth:AssumeRoleForPodIdentity"},
};
INSTANTIATE_TEST_SUITE_P(Nodes, CniRole, ::testing::ValuesIn(kFaults),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(PodCredentials, HealWhenTheEndpointComes) {
  OwnRole twin;
  twin.irsa();
  const auto sts = twin.bench.endpoints["sts"];
  twin.bench.endpoints.erase("sts");
  twin.launch();
  EXPECT_EQ(twin.ready(), "False");
  twin.world->table<aws::VpcEndpoint>(kRegion).put("sts", sts);
  twin.settle();
  EXPECT_EQ(twin.ready(), "True");
  EXPECT_EQ(twin.node().cniRole, kCniRole);
}

}  // namespace
}  // namespace drydock::twin::nodes

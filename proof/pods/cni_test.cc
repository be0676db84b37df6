// The VPC CNI under a role of its own: what boots, and what does not.
#include <gtest/gtest.h>

#include "proof/pods/test_world.h"
#include "proof/readiness.h"

namespace drydock::proof {
namespace {

using drydock::proof::testing::ControllerWorld;

constexpr const char* kPods = "arn:aws:iam::123456789012:role/pods";
constexpr const char* kAgentTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],
        "Principal":{"Service":"pods.eks.amazonaws.com"}}]})";

/// The CNI's policy is on its own role only; nodes get DescribeInstances from the worker node policy.
struct CniWorld : ControllerWorld {
  CniWorld() {
    web_role("kube-system:aws-node");
    detach("AmazonEKS_CNI_Policy");
    addon("vpc-cni", kPods);
  }
  void by_pod_identity() {
    addons[0].serviceAccountRoleArn.reset();
    addon("eks-pod-identity-agent");
    roles.back().AssumeRolePolicyDocument = kAgentTrust;
    pod_identity_associations.push_back({.clusterName = "main", .associationId = "a-1"});
    pod_identity_associations[0].name_space = "kube-system";
    pod_identity_associations[0].serviceAccount = "aws-node";
    pod_identity_associations[0].roleArn = kPods;
    endpoint("eks-auth");
  }
};

struct Row {
  const char* name;
  std::function<void(CniWorld&)> change;
  const char* want;  // code of the first finding; "ready"
};

const Row kRows[] = {
    {"ItsOwnRole", [](CniWorld&) {}, "ready"},
    {"NoRoleOfItsOwn", [](CniWorld& w) { w.addons.clear(); }, "iam.cni"},
    {"NoWayToSts", [](CniWorld& w) { w.erase_endpoint("sts"); }, "endpoint.missing"},
    {"NoProvider", [](CniWorld& w) { w.oidc_providers.clear(); }, "cni.irsa-provider"},
    {"TrustOfAnotherAccount",
     [](CniWorld& w) {
       w.roles.pop_back();
       w.web_role("kube-system:default");
     },
     "cni.irsa-trust"},
    {"RoleWithoutPolicy", [](CniWorld& w) { w.roles.back().grants.inlined.clear(); }, "iam.cni"},
    {"RoleOfAnotherStack", [](CniWorld& w) { w.roles.pop_back(); }, "cni.role-unknown"},
    {"PodIdentity", [](CniWorld& w) { w.by_pod_identity(); }, "ready"},
    {"PodIdentityWithoutAgent", [](CniWorld& w) { w.by_pod_identity(), w.addons.pop_back(); },
     "cni.pod-identity-agent"},
    {"PodIdentityWithoutEndpoint", [](CniWorld& w) { w.by_pod_identity(), w.erase_endpoint("eks-auth"); },
     "endpoint.missing"},
};

TEST(Cni, Identity) {
  for (const Row& row : kRows) {
    CniWorld world;
    row.change(world);
    const Readiness readiness = prove(world);
    EXPECT_EQ(readiness.findings.empty() ? to_string(readiness.verdict) : readiness.findings[0].code, row.want)
        << row.name;
  }
}

// https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html: before 1.22 the global one is asked.
TEST(Cni, AnOldClustersTokensGoToTheGlobalHost) {
  CniWorld world;
  world.clusters[0].version = "1.21";
  EXPECT_EQ(prove(world).findings.at(0).code, "sts.global-endpoint");
}

}  // namespace
}  // namespace drydock::proof

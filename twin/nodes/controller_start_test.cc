// Controllers living on a Ready node: as whom they call, and what they cannot start without.
#include <gmock/gmock.h>

#include "twin/nodes/fixture.h"

namespace drydock::twin::nodes {
namespace {

using namespace testing;
using ::testing::HasSubstr;

constexpr const char* kRegistry = "602401143452.dkr.ecr.us-east-1.amazonaws.com/";
const std::string kPods = "arn:aws:iam::123456789012:role/pods";
const std::string kProvider = "arn:aws:iam::123456789012:oidc-provider/" + kIssuer;
constexpr const char* kAll = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

struct Controllers : Twin {
  Controllers() {
    install_cni();
    bench.endpoint("sts", "sts");
    aws::Role role{.RoleName = "pods", .RoleId = "AROAPODS", .Arn = kPods};
    role.AssumeRolePolicyDocument =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" + kProvider +
        R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" + kIssuer +
        R"(:sub":"system:serviceaccount:default:driver"}}}]})";
    role.grants.inlined["all"] = kAll;
    world->table<aws::Role>().put("pods", role);
    world->table<aws::OpenIdConnectProvider>().put(
        kProvider, {.Arn = kProvider, .Url = kIssuer, .ClientIDList = {"sts.amazonaws.com"}});
    Json account = kube::make_object("v1", "ServiceAccount", "default", "driver");
    account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] = kPods;
    (void)kube->create(account);
  }
  /// A Deployment of one pod in `default`, after the node is Ready.
  void start(const std::string& image, const std::string& account = "driver", Json env = Json(Json::Array{}),
             Json args = Json(Json::Array{})) {
    launch();
    Json object = *parse_yaml(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: driver, namespace: default}, spec: {replicas: 1, "
        "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: "
        "driver}]}}}}");
    Json& spec = object["spec"]["template"]["spec"];
    spec["serviceAccountName"] = account;
    Json& container = spec["containers"].as_array()[0];
    container["image"] = kRegistry + image, container["env"] = std::move(env), container["args"] = std::move(args);
    ASSERT_TRUE(kube->create(object));
    settle();
  }
  const Json& pod() { return *kube->list("pods", "default").at(0); }
  std::string state() {
    const Json& status = pod().path("status.containerStatuses").item(0).at("state");
    return status.has("running") ? "Running" : status.path("waiting.reason").string_or();
  }
  std::string log() {
    std::string out;
    const auto lines = logs(*world, kRegion, "demo", pod(), "driver");
    for (const std::string& line : *lines) out += line + "\n";
    return out;
  }
};

TEST(ControllersOnTheTwin, UnderARoleOfTheirOwn) {
  Controllers twin;
  twin.start("eks/aws-ebs-csi-driver:v1");
  EXPECT_EQ(twin.state(), "Running") << twin.log();
  EXPECT_EQ(twin.entry("aws-ebs-csi-driver.create-volume").result, "ok");
}

TEST(ControllersOnTheTwin, TheGlobalStsHostIsOutOfReach) {
  Controllers twin;
  twin.start("eks/aws-ebs-csi-driver:v1", "driver",
             Json::array({Json::object({{"name", "AWS_STS_REGIONAL_ENDPOINTS"}, {"value", "legacy"}})}));
  EXPECT_EQ(twin.state(), "CrashLoopBackOff");
  EXPECT_THAT(twin.log(), HasSubstr("https://sts.amazonaws.com/"));
  EXPECT_EQ(twin.ready(), "True");  // the node does not care
}

TEST(ControllersOnTheTwin, UnderTheNodesRoleWithoutThePermission) {
  Controllers twin;
  twin.start("eks/aws-ebs-csi-driver:v1", "default");
  EXPECT_EQ(twin.state(), "CrashLoopBackOff");
  EXPECT_THAT(twin.log(), HasSubstr("api error AccessDenied"));
}

TEST(ControllersOnTheTwin, AHopLimitOfOne) {
  Controllers twin;
  twin.change_instance = [](aws::Instance& instance) {
    instance.metadataOptions.httpTokens = "required";
    instance.metadataOptions.httpPutResponseHopLimit = 1;
  };
  twin.start("amazon/aws-load-balancer-controller:v2", "driver");
  EXPECT_EQ(twin.state(), "CrashLoopBackOff");
  EXPECT_THAT(twin.log(), HasSubstr("failed to introspect vpcID"));
}

TEST(ControllersOnTheTwin, WhatIsNotNeededAtStartIsOnlyLogged) {
  Controllers twin;
  twin.bench.endpoint("elasticloadbalancing", "elasticloadbalancing");
  twin.start("amazon/aws-load-balancer-controller:v2", "driver", Json(Json::Array{}),
             Json::array({"--aws-vpc-id=vpc", "--enable-shield=false", "--enable-waf=false"}));
  EXPECT_EQ(twin.state(), "Running");
  EXPECT_EQ(twin.entry("aws-load-balancer-controller.wafv2").result, "failed");
  EXPECT_EQ(twin.entry("aws-load-balancer-controller.shield").step, "");  // switched off
  EXPECT_THAT(twin.log(), HasSubstr("wafv2.us-east-1.amazonaws.com"));
}

TEST(ControllersOnTheTwin, HealWhenTheCauseGoesAway) {
  Controllers twin;
  twin.bench.endpoints.erase("sts");
  twin.start("eks/aws-ebs-csi-driver:v1");
  EXPECT_EQ(twin.state(), "CrashLoopBackOff");
  twin.bench.endpoint("sts", "sts");
  twin.lay_out();
  twin.settle();
  EXPECT_EQ(twin.state(), "Running") << twin.log();
}

}  // namespace
}  // namespace drydock::twin::nodes

#include <gtest/gtest.h>

#include "base/hash.h"
#include "cloud/aws/sigv4.h"
#include "twin/kernel/front.h"
#include "twin/kubernetes/api_server.h"
#include "twin/kubernetes/service_tokens.h"
#include "twin/kubernetes/sts.h"

namespace drydock::twin::kubernetes {
namespace {

Json yaml(std::string_view text) { return parse_yaml(text).value(); }

class Cluster : public testing::Test {
 protected:
  Cluster() {
    Neighbours neighbours;
    neighbours.sts = ask_sts(front);
    neighbours.access = [this](const KubeCluster&) { return access; };
    neighbours.private_dns_name = [](const KubeCluster&, const std::string& id) {
      return id == "i-1" ? std::string("ip-10-0-1-17.ec2.internal") : std::string();
    };
    all = std::make_unique<Kubernetes>(*world, std::move(neighbours), nullptr);
    cluster = all->create({"harbour", "us-east-1", "1.32", "10.100.0.0/16"}).value();
    api = std::make_unique<ApiServer>(*cluster);
    admin.name = "admin";
    admin.groups = {"system:masters"};
  }

  HttpResponse ask(std::string method, std::string target, std::string body = {},
                   std::string type = "application/json") {
    HttpRequest request{std::move(method), std::move(target), {}, std::move(body)};
    request.headers.set("Content-Type", std::move(type));
    return api->answer(request, admin);
  }
  Json json(const HttpResponse& response) { return Json::parse(response.body).value(); }

  void add_node(const std::string& name, bool ready) {
    kube::NodeFacts facts;
    facts.name = name;
    facts.instance_id = "i-1", facts.zone = "us-east-1a", facts.region = "us-east-1";
    ASSERT_TRUE(cluster->create(kube::make_node(facts, world->now())));
    set_ready(name, ready);
  }
  void set_ready(const std::string& name, bool ready) {
    cluster->edit("nodes", "", name, [&](Json& node) {
      kube::set_condition(node, "Ready", ready ? "True" : "False", "KubeletReady", "", world->now());
    });
    cluster->settle();
  }
  void run_pods() {  // a kubelet that always succeeds
    for (const Json* pod : cluster->list("pods")) {
      if (pod->at("spec").at("nodeName").string_or().empty()) continue;
      cluster->edit("pods", kube::namespace_of(*pod), kube::name_of(*pod), [&](Json& p) {
        p["status"]["phase"] = "Running";
        kube::set_condition(p, "Ready", "True", "", "", world->now());
      });
    }
    cluster->settle();
  }

  std::string token(std::string_view cluster_name, std::string_view secret = Account::secret_key) {
    HttpRequest request;
    request.target = "/?Action=GetCallerIdentity&Version=2011-06-15";
    request.headers.add("Host", "sts.us-east-1.amazonaws.com");
    request.headers.add("x-k8s-aws-id", std::string(cluster_name));
    aws::Credentials credentials{Account::access_key, std::string(secret), ""};
    auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    std::string target = aws::presign(request, credentials, "us-east-1", "sts", now, std::chrono::seconds(60));
    return "k8s-aws-v1." + base64url("https://sts.us-east-1.amazonaws.com" + target);
  }

  std::unique_ptr<World> world = World::open({}).value();
  Front front{*world};
  AccessConfig access;
  std::unique_ptr<Kubernetes> all;
  KubeCluster* cluster = nullptr;
  std::unique_ptr<ApiServer> api;
  KubeUser admin;
};

constexpr const char* kDeployment =
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default}, spec: {replicas: 2, selector: "
    "{matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: "
    "'i:1'}]}}}}";

TEST_F(Cluster, APodWaitsForAReadyNodeAndSaysSo) {
  add_node("a", false);
  ASSERT_TRUE(cluster->create(yaml(kDeployment)));
  cluster->settle();
  const Json* pod = cluster->list("pods").at(0);
  EXPECT_EQ(
      kube::condition(*pod, "PodScheduled").at("message").string_or(),
      "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/1 "
      "nodes are available: 1 Preemption is not helpful for scheduling.");
  set_ready("a", true);
  EXPECT_EQ(cluster->list("pods").at(0)->at("spec").at("nodeName").string_or(), "a");
}

TEST_F(Cluster, ADeploymentRollsFromOneTemplateToTheNext) {
  add_node("a", true);
  ASSERT_TRUE(cluster->create(yaml(kDeployment)));
  cluster->settle();
  run_pods();
  cluster->edit("deployments.apps", "default", "web",
                [](Json& d) { d["spec"]["template"]["spec"]["containers"].as_array()[0]["image"] = "i:2"; });
  cluster->settle();
  for (int i = 0; i < 6; i++) run_pods();
  const Json& status = cluster->get("deployments.apps", "default", "web")->at("status");
  EXPECT_EQ(status.at("updatedReplicas").int_or(0), 2);
  EXPECT_EQ(status.at("replicas").int_or(0), 2);
  EXPECT_EQ(cluster->list("replicasets.apps").size(), 2u);
}

TEST_F(Cluster, ADaemonRunsOnNodesThatAreNotReadyWhenItToleratesThem) {
  ASSERT_TRUE(cluster->create(
      yaml("{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d, namespace: kube-system}, spec: {selector: "
           "{matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {tolerations: [{operator: Exists}], "
           "containers: [{name: c, image: i}]}}}}")));
  add_node("a", false);
  ASSERT_EQ(cluster->list("pods").size(), 1u);
  EXPECT_EQ(cluster->get("daemonsets.apps", "kube-system", "d")->at("status").at("desiredNumberScheduled").int_or(0),
            1);
  cluster->remove("nodes", "", "a");
  cluster->settle();
  EXPECT_EQ(cluster->list("pods").size(), 0u);
}

TEST_F(Cluster, DependentsGoWithTheirOwner) {
  add_node("a", true);
  ASSERT_TRUE(cluster->create(yaml(kDeployment)));
  cluster->settle();
  cluster->remove("deployments.apps", "default", "web");
  cluster->settle();
  EXPECT_EQ(cluster->list("replicasets.apps").size() + cluster->list("pods").size(), 0u);
}

TEST_F(Cluster, StaleWritersAreToldSo) {
  Json map =
      cluster->create(yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: default}}")).value();
  map["data"]["a"] = "1";
  ASSERT_TRUE(cluster->update(map));
  map["data"]["a"] = "2";
  auto late = cluster->update(map);
  ASSERT_FALSE(late);
  EXPECT_EQ(
      late.error().message,
      "Operation cannot be fulfilled on configmaps \"m\": the object has been modified; please apply your changes "
      "to the latest version and try again");
}

TEST_F(Cluster, RepeatedEventsAreCounted) {
  Json object = yaml("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default, uid: u}}");
  cluster->event(object, "Warning", "BackOff", "again", "kubelet");
  cluster->event(object, "Warning", "BackOff", "again", "kubelet");
  ASSERT_EQ(cluster->list("events").size(), 1u);
  EXPECT_EQ(cluster->list("events")[0]->at("count").int_or(0), 2);
}

TEST_F(Cluster, ObjectsSurviveAReload) {
  ASSERT_TRUE(cluster->create(yaml(kDeployment)));
  all->reload();
  EXPECT_NE(all->find("us-east-1", "harbour")->get("deployments.apps", "default", "web"), nullptr);
}

// --- who

TEST_F(Cluster, TheTokenOfAMappedUserOpens) {
  access.mode = AuthenticationMode::api;
  access.entries.push_back({Account::user_arn, "", "STANDARD", "", {"team"}, {}});
  auto user = cluster->authenticate(token("harbour"));
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(user->name, Account::user_arn);
  EXPECT_EQ(user->groups, (std::vector<std::string>{"team", "system:authenticated"}));
}

TEST_F(Cluster, TheTokenOfAServiceAccountOpensWhileTheAccountIsThere) {
  ASSERT_TRUE(
      cluster->create(yaml("{apiVersion: v1, kind: ServiceAccount, metadata: {name: bot, namespace: default}}")));
  const std::string target = "/api/v1/namespaces/default/serviceaccounts/bot/token";
  const auto wish = [&](const std::string& spec) { return json(ask("POST", target, "{\"spec\":" + spec + "}")); };
  const std::string own = wish("{}").path("status.token").string_or();
  const std::string others = wish(R"({"audiences":["sts.amazonaws.com"]})").path("status.token").string_or();
  ASSERT_TRUE(cluster->authenticate(own)) << own;
  EXPECT_EQ(cluster->authenticate(own)->name, "system:serviceaccount:default:bot");
  EXPECT_FALSE(cluster->authenticate(others));
  EXPECT_TRUE(is_signed_by(*cluster, others));
  KubeCluster* elsewhere = all->create({"other", "us-east-1", "1.32", "10.100.0.0/16"}).value();
  EXPECT_FALSE(is_signed_by(*elsewhere, own));
  EXPECT_FALSE(elsewhere->authenticate(own));
  EXPECT_EQ(wish(R"({"expirationSeconds":60})").at("code").int_or(0), 422);
  cluster->remove("serviceaccounts", "default", "bot");
  EXPECT_FALSE(cluster->authenticate(own));
  EXPECT_EQ(wish("{}").at("code").int_or(0), 404);
}

TEST_F(Cluster, TokensForAnotherClusterOrOfAnotherSecretDoNot) {
  access.mode = AuthenticationMode::api;
  access.entries.push_back({Account::user_arn, "", "STANDARD", "", {}, {}});
  auto other = cluster->authenticate(token("pier"));
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().message.starts_with("sts getCallerIdentity failed: error from AWS (expected 200, got 403)"))
      << other.error().message;
  EXPECT_FALSE(cluster->authenticate(token("harbour", "wrong")));
  EXPECT_FALSE(cluster->authenticate("k8s-aws-v1." + base64url("https://example.com/?Action=GetCallerIdentity")));
}

struct MapRow {
  const char *name, *map_role, *want;  // want: the user's name, or "" for no access
};
class AwsAuth : public Cluster, public testing::WithParamInterface<MapRow> {};
TEST_P(AwsAuth, DecidesByTheLiteralArn) {
  Json map = kube::make_object("v1", "ConfigMap", "kube-system", "aws-auth");
  map["data"]["mapRoles"] = GetParam().map_role;
  ASSERT_TRUE(cluster->create(map));
  StsIdentity node{"123456789012", "AROA1:i-1", "arn:aws:sts::123456789012:assumed-role/node/i-1"};
  auto user = cluster->map_identity(node);
  EXPECT_EQ(user ? user->name : "", GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Mapping, AwsAuth,
    testing::Values(
        MapRow{"Mapped",
               "[{rolearn: 'arn:aws:iam::123456789012:role/node', username: 'system:node:{{EC2PrivateDNSName}}', "
               "groups: ['system:nodes']}]",
               "system:node:ip-10-0-1-17.ec2.internal"},
        MapRow{"PathKept", "[{rolearn: 'arn:aws:iam::123456789012:role/path/node', username: x}]", ""},
        MapRow{"ProfileArn", "[{rolearn: 'arn:aws:iam::123456789012:instance-profile/node', username: x}]", ""},
        MapRow{"SessionName",
               "[{rolearn: 'arn:aws:iam::123456789012:role/node', username: 'system:node:{{SessionName}}'}]",
               "system:node:i-1"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Cluster, AnEntryBelongsToTheRoleItWasMadeFor) {
  access.mode = AuthenticationMode::api;
  access.entries.push_back({"arn:aws:iam::123456789012:role/path/node", "AROA1", "EC2_LINUX", "", {}, {}});
  StsIdentity node{"123456789012", "AROA1:i-1", "arn:aws:sts::123456789012:assumed-role/node/i-1"};
  EXPECT_TRUE(cluster->map_identity(node));
  node.user_id = "AROA2:i-1";  // deleted and made again
  EXPECT_FALSE(cluster->map_identity(node));
}

struct MayRow {
  const char *name, *user, *group;
  Attributes what;
  const char* denial;  // "" when allowed
};
class May : public Cluster, public testing::WithParamInterface<MayRow> {};
TEST_P(May, Decides) {
  KubeUser user;
  user.name = GetParam().user;
  user.groups = {GetParam().group, "system:authenticated"};
  EXPECT_EQ(cluster->authorise(user, GetParam().what).denial, GetParam().denial);
}
INSTANTIATE_TEST_SUITE_P(
    Table, May,
    testing::Values(MayRow{"Master", "x", "system:masters", {"delete", "", "nodes", "", "", "a", ""}, ""},
                    MayRow{"Stranger",
                           "bob",
                           "none",
                           {"list", "", "pods", "", "default", "", ""},
                           "pods is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the "
                           "namespace \"default\""},
                    MayRow{"OwnNode", "system:node:a", "system:nodes", {"create", "", "nodes", "", "", "a", ""}, ""},
                    MayRow{"OtherNode",
                           "system:node:i-1",
                           "system:nodes",
                           {"create", "", "nodes", "", "", "a", ""},
                           "nodes \"a\" is forbidden: node \"i-1\" is not allowed to modify node \"a\""},
                    MayRow{"OtherLease",
                           "system:node:i-1",
                           "system:nodes",
                           {"get", "coordination.k8s.io", "leases", "", "kube-node-lease", "a", ""},
                           "leases.coordination.k8s.io \"a\" is forbidden: User \"system:node:i-1\" cannot get "
                           "resource \"leases\" in API "
                           "group \"coordination.k8s.io\" in the namespace \"kube-node-lease\": can only access node "
                           "lease with the same "
                           "name as the requesting node"},
                    MayRow{"NotInGroup",
                           "system:node:a",
                           "system:bootstrappers",
                           {"create", "", "nodes", "", "", "", ""},
                           "nodes is forbidden: User \"system:node:a\" cannot create resource \"nodes\" in API group "
                           "\"\" at the cluster scope"}),
    [](const auto& row) { return std::string(row.param.name); });

// --- HTTP

TEST_F(Cluster, UnknownFieldsAreRefusedWhenStrict) {
  auto reply = ask("POST", "/api/v1/namespaces/default/configmaps?fieldValidation=Strict",
                   R"({"metadata":{"name":"m"},"daata":{"a":"b"}})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(
      json(reply).at("message").string_or(),
      "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"daata\"");
}

TEST_F(Cluster, ApplyCreatesThenMergesThenConflicts) {
  constexpr const char* kTarget = "/api/v1/namespaces/default/configmaps/m?fieldManager=";
  std::string body = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: '1'}}",
              type = "application/apply-patch+yaml";
  EXPECT_EQ(ask("PATCH", std::string(kTarget) + "me", body, type).status, 201);
  EXPECT_EQ(ask("PATCH", std::string(kTarget) + "me", body, type).status, 200);
  auto version = cluster->version();
  EXPECT_EQ(ask("PATCH", std::string(kTarget) + "me", body, type).status, 200);
  EXPECT_EQ(cluster->version(), version) << "an equal apply changes nothing";
  std::string other = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: '2'}}";
  auto refused = ask("PATCH", std::string(kTarget) + "you", other, type);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(json(refused).at("message").string_or(), "Apply failed with 1 conflict: conflict with \"me\": .data.a");
  EXPECT_EQ(ask("PATCH", std::string(kTarget) + "you&force=true", other, type).status, 200);
}

TEST_F(Cluster, ListsComeInPages) {
  for (const char* name : {"a", "b", "c"})
    ASSERT_TRUE(cluster->create(kube::make_object("v1", "ConfigMap", "default", name)));
  Json first = json(ask("GET", "/api/v1/namespaces/default/configmaps?limit=2"));
  EXPECT_EQ(first.at("items").size(), 2u);
  Json rest = json(ask(
      "GET", "/api/v1/namespaces/default/configmaps?limit=2&continue=" + first.path("metadata.continue").string_or()));
  EXPECT_EQ(rest.at("items").item(0).path("metadata.name").string_or(), "c");
  EXPECT_TRUE(rest.path("metadata.continue").is_null());
}

TEST_F(Cluster, DeletionsHaveConditions) {
  ASSERT_TRUE(cluster->create(kube::make_object("v1", "ConfigMap", "default", "m")));
  EXPECT_EQ(ask("DELETE", "/api/v1/namespaces/default/configmaps/m", R"({"preconditions":{"uid":"other"}})").status,
            409);
  EXPECT_EQ(ask("DELETE", "/api/v1/namespaces/default/configmaps/m").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/v1/namespaces/default/configmaps/m").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/namespaces/kube-system").status, 403);
}

TEST_F(Cluster, ImmutableFieldsStay) {
  ASSERT_TRUE(cluster->create(yaml(kDeployment)));
  auto reply = ask("PATCH", "/apis/apps/v1/namespaces/default/deployments/web",
                   R"({"spec":{"selector":{"matchLabels":{"x":"y"}}}})", "application/merge-patch+json");
  EXPECT_EQ(reply.status, 422);
  EXPECT_NE(json(reply).at("message").string_or().find("field is immutable"), std::string::npos);
}

}  // namespace
}  // namespace drydock::twin::kubernetes

#include "providers/kubernetes/provider.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "base/http_server.h"
#include "cloud/kube/patch.h"
#include "providers/kubernetes/inputs.h"
#include "providers/kubernetes/sign_in.h"

namespace drydock::kubernetes {
namespace {

Json yaml(std::string_view text) { return parse_yaml(text).value(); }
PropertyMap props(std::string_view text) { return from_json(yaml(text)).as_map(); }
Urn urn(const char* type, const char* name = "web") { return Urn::make("dev", "shop", {}, type, name); }

// --- inputs

struct TokenRow {
  const char *token, *want;  // want: "group|version|kind", or "" when refused
};
class Tokens : public testing::TestWithParam<TokenRow> {};
TEST_P(Tokens, NameKinds) {
  auto gvk = kind_of(GetParam().token, {});
  EXPECT_EQ(gvk ? gvk->group + "|" + gvk->version + "|" + gvk->kind : "", GetParam().want) << GetParam().token;
}
INSTANTIATE_TEST_SUITE_P(
    Table, Tokens,
    testing::Values(TokenRow{"kubernetes:core/v1:ConfigMap", "|v1|ConfigMap"},
                    TokenRow{"kubernetes:apps/v1:Deployment", "apps|v1|Deployment"},
                    TokenRow{"kubernetes:storage.k8s.io/v1:StorageClass", "storage.k8s.io|v1|StorageClass"},
                    TokenRow{"kubernetes:core/v1:ConfigMapPatch", "|v1|ConfigMap"},
                    TokenRow{"kubernetes:helm.sh/v3:Release", ""}, TokenRow{"kubernetes:yaml:ConfigFile", ""},
                    TokenRow{"kubernetes:core/v1:PodList", ""}));

TEST(Inputs, NamesAreMadeOnceAndKept) {
  CheckRequest request{urn("kubernetes:core/v1:ConfigMap"), {}, props("{data: {a: b}}"), "seed"};
  PropertyMap first = complete_inputs(request, {"", "v1", "ConfigMap"}, true, "default");
  Json json = to_json(PropertyValue(first));
  EXPECT_TRUE(json.path("metadata.name").as_string().starts_with("web-"));
  EXPECT_EQ(json.path("metadata.name").as_string().size(), 12u);
  EXPECT_EQ(json.path("metadata.namespace").string_or(), "default");
  CheckRequest again{request.urn, first, request.news, "another seed"};
  EXPECT_EQ(complete_inputs(again, {"", "v1", "ConfigMap"}, true, "default"), first);
}

TEST(Inputs, UnknownFieldsAreNamed) {
  auto failures =
      check_inputs(props("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, dataa: {}}"), {"", "v1", "ConfigMap"});
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].property, "dataa");
  EXPECT_EQ(failures[0].reason, "ConfigMap has no such field; did you mean 'data'?");
}

struct DiffRow {
  const char *kind, *before, *after, *paths, *replaces;
};
class Diffs : public testing::TestWithParam<DiffRow> {};
TEST_P(Diffs, ByPath) {
  const DiffRow& row = GetParam();
  DiffReply reply = compare_inputs(props(row.before), props(row.after), {"", "v1", row.kind}, {true, false});
  std::string paths, replaces;
  for (const auto& [path, diff] : reply.detailed) paths += (paths.empty() ? "" : " ") + path;
  for (const auto& path : reply.replaces) replaces += (replaces.empty() ? "" : " ") + path;
  EXPECT_EQ(paths, row.paths);
  EXPECT_EQ(replaces, row.replaces);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Diffs,
    testing::Values(DiffRow{"ConfigMap", "{data: {a: '1'}}", "{data: {a: '1'}}", "", ""},
                    DiffRow{"ConfigMap", "{data: {a: '1'}}", "{data: {a: '2', b: c}}", "data.a data.b", ""},
                    DiffRow{"Secret", "{data: {a: '1'}}", "{data: {a: '2'}}", "data.a", "data.a"},
                    DiffRow{"Service", "{metadata: {name: a}}", "{metadata: {name: b}}", "metadata.name",
                            "metadata.name"},
                    DiffRow{"Pod", "{spec: {containers: [{image: a}]}}", "{spec: {containers: [{image: b}]}}",
                            "spec.containers[0].image", ""},
                    DiffRow{"StorageClass", "{parameters: {'a.b/c': x}}", "{}", "parameters", "parameters"},
                    DiffRow{"Service", "{metadata: {annotations: {'a.b/c': x}}}",
                            "{metadata: {annotations: {'a.b/c': y}}}", "metadata.annotations[\"a.b/c\"]", ""}));

TEST(SignIn, TheAwsCommandIsUnderstood) {
  EksToken token = eks_token_of({"aws",
                                 "",
                                 {"--region", "eu-west-1", "eks", "get-token", "--cluster-name", "harbour", "--output",
                                  "json", "--profile", "dev"},
                                 {}});
  EXPECT_EQ(token.cluster + "|" + token.region + "|" + token.profile, "harbour|eu-west-1|dev");
  EXPECT_EQ(eks_token_of({"aws", "", {"--region", "r", "eks", "get-token", "--cluster-name", "h", "--role", "arn"}, {}})
                .cluster,
            "");
  EXPECT_EQ(eks_token_of({"gke-gcloud-auth-plugin", "", {}, {}}).cluster, "");
}

// --- against a server

/// As much of an API server as the provider needs: objects by path, apply as a merge.
class FakeApiServer {
 public:
  FakeApiServer() {
    auto made = HttpServer::listen(
        loop_, {}, [this](HttpRequest request, std::shared_ptr<HttpReply> reply) { reply->send(answer(request)); });
    server_ = std::move(made.value());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~FakeApiServer() {
    loop_.stop();
    thread_.join();
  }
  std::string kubeconfig() const {
    return "apiVersion: v1\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: "
           "[{name: c, cluster: {server: 'http://127.0.0.1:" +
           std::to_string(server_->port()) + "'}}]\nusers: [{name: u, user: {token: t0k3n}}]\n";
  }
  std::function<void(Json&)> after_get;  // lets the object move on between polls
  int simulated_seconds_per_call = 0;
  std::map<std::string, Json> objects;
  std::vector<std::string> calls;

 private:
  HttpResponse answer(const HttpRequest& request) {
    HttpResponse out;
    now_ += simulated_seconds_per_call * 1000LL;
    out.headers.set("X-Drydock-Time", std::to_string(now_));
    std::string path(request.path());
    calls.push_back(request.method + " " + path);
    if (request.headers.get("authorization") != "Bearer t0k3n") return out.status = 401, out;
    if (path == "/api/v1" || path == "/apis/apps/v1") {
      out.body =
          R"({"resources":[{"name":"configmaps","kind":"ConfigMap","namespaced":true},{"name":"pods","kind":"Pod","namespaced":true},{"name":"deployments","kind":"Deployment","namespaced":true}]})";
      return out;
    }
    auto found = objects.find(path);
    if (request.method == "PATCH") {
      Json& object = objects[path];
      object = kube::merge_patch(object, Json::parse(request.body).value());
      object["metadata"]["uid"] = "u1";
      out.body = object.dump();
    } else if (request.method == "DELETE") {
      objects.erase(path);
      out.body = "{}";
    } else if (found == objects.end()) {
      out.status = path.ends_with("/pods") ? 200 : 404;
      out.body = out.status == 200 ? R"({"items":[]})" : R"({"message":"not found"})";
    } else {
      out.body = found->second.dump();
      if (after_get) after_get(found->second);
    }
    return out;
  }
  Loop loop_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
  long long now_ = 1'700'000'000'000;
};

class AgainstServer : public testing::Test {
 protected:
  AgainstServer() { EXPECT_TRUE(provider->configure({{"kubeconfig", server.kubeconfig()}})); }
  CreateRequest create(const char* type, std::string_view inputs) { return {urn(type), props(inputs), {}, false}; }
  FakeApiServer server;
  std::unique_ptr<Provider> provider = make_kubernetes_provider();
};

TEST_F(AgainstServer, AConfigMapLives) {
  auto made =
      provider->create(create("kubernetes:core/v1:ConfigMap",
                              "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: n}, data: {a: b}}"),
                       {});
  ASSERT_TRUE(made) << made.error().error.to_string();
  EXPECT_EQ(made->id, "n/m");
  EXPECT_TRUE(at(made->outputs, "__fieldManager").string_or().starts_with("pulumi-kubernetes-"));
  auto read = provider->read({urn("kubernetes:core/v1:ConfigMap"), "n/m", {}, made->outputs}, {});
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(PropertyValue(*read->inputs)).dump(),
            R"({"apiVersion":"v1","data":{"a":"b"},"kind":"ConfigMap","metadata":{"name":"m","namespace":"n"}})");
  ASSERT_TRUE(provider->del({urn("kubernetes:core/v1:ConfigMap"), "n/m", {}, made->outputs, {}}, {}));
  EXPECT_EQ(provider->read({urn("kubernetes:core/v1:ConfigMap"), "n/m", {}, made->outputs}, {})->id, "");
}

constexpr const char* kDeployment =
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: n}, spec: {replicas: 1}}";

TEST_F(AgainstServer, ADeploymentIsAwaited) {
  server.after_get = [](Json& d) { d["status"] = yaml("{replicas: 1, updatedReplicas: 1, availableReplicas: 1}"); };
  auto made = provider->create(create("kubernetes:apps/v1:Deployment", kDeployment), {});
  ASSERT_TRUE(made) << made.error().error.to_string();
  EXPECT_EQ(to_json(PropertyValue(made->outputs)).path("status.availableReplicas").int_or(0), 1);
}

TEST_F(AgainstServer, WaitingEndsByTheClustersClockAndKeepsWhatExists) {
  server.simulated_seconds_per_call = 200;
  auto made = provider->create(create("kubernetes:apps/v1:Deployment", kDeployment), {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().error.message,
            "Deployment 'n/d' was written, but did not become ready: 0 of 1 pods are updated, 0 available");
  ASSERT_TRUE(made.error().partial);
  EXPECT_EQ(made.error().partial->id, "n/d");
}

TEST_F(AgainstServer, AKindNobodyServesIsNamed) {
  auto made =
      provider->create(create("kubernetes:apps/v1:Boat", "{apiVersion: apps/v1, kind: Boat, metadata: {name: b}}"), {});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().error.to_string().find("the cluster serves no kind \"Boat\" in version \"apps/v1\""),
            std::string::npos);
}

TEST(Unconfigured, APreviewNeedsNoCluster) {
  auto provider = make_kubernetes_provider();
  ASSERT_TRUE(provider->configure({{"kubeconfig", PropertyValue::unknown()}}));
  CreateRequest request{urn("kubernetes:core/v1:ConfigMap"), props("{metadata: {name: m}}"), {}, true};
  EXPECT_TRUE(provider->create(request, {}));
  request.preview = false;
  EXPECT_EQ(provider->create(request, {}).error().error.message, "the provider's kubeconfig is not known yet");
}

}  // namespace
}  // namespace drydock::kubernetes

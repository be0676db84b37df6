// Commands as people type them, in a folder of their own; no program runs and no cloud is asked.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/hash.h"
#include "base/http_client.h"
#include "base/text.h"
#include "cli/app.h"
#include "cli/cloud.h"
#include "cli/eks_token.h"
#include "cli/kubeconfig.h"
#include "cli/node_table.h"
#include "cli/twin_server.h"
#include "engine/state/backend.h"

namespace drydock::cli {
namespace {

class Commands : public testing::Test {
 protected:
  Commands() {
    for (const char* name : {"PULUMI_BACKEND_URL", "AWS_ENDPOINT_URL", "PULUMI_CONFIG_PASSPHRASE_FILE", "DRYDOCK_HOME",
                             "AWS_REGION", "AWS_DEFAULT_REGION"})
      ::unsetenv(name);
    ::setenv("PULUMI_CONFIG_PASSPHRASE", "p", 1);
    (void)make_directories(folder_);
    write("Pulumi.yaml", "name: shop\nruntime: cpp\n");
  }
  ~Commands() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { (void)write_file(join_path(folder_, name), text); }
  int run(std::vector<std::string> words) {
    words.insert(words.begin(), "drydock");
    words.insert(words.end(), {"-C", folder_});
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    out_.clear();
    err_.clear();
    App app;
    app.captured_out = &out_;
    app.captured_err = &err_;
    int code = run_app(static_cast<int>(argv.size()), argv.data(), app);
    for (std::string* text : {&out_, &err_}) *text = replace_all(*text, folder_, "DIR");
    return code;
  }

  std::string folder_ = testing::TempDir() + "commands-" + random_hex(8), out_, err_;
};

TEST_F(Commands, StacksAreMadeChosenListedAndRemoved) {
  EXPECT_EQ(run({"stack", "init", "dev"}), 0) << err_;
  EXPECT_EQ(run({"stack", "init", "prod"}), 0);
  EXPECT_EQ(run({"stack", "select", "dev"}), 0);
  EXPECT_EQ(run({"stack", "ls"}), 0);
  EXPECT_EQ(out_,
            "NAME   LAST UPDATE           RESOURCE COUNT\ndev*   n/a                   n/a\nprod   n/a                 "
            "  n/a\n");
  EXPECT_EQ(run({"stack", "init", "dev"}), 1);
  EXPECT_EQ(err_, "error: stack 'dev' already exists\n");
  EXPECT_EQ(run({"stack", "rm", "prod", "--yes"}), 0) << err_;
  EXPECT_EQ(run({"stack", "ls", "--json"}), 0);
  EXPECT_EQ(Json::parse(out_)->size(), 1u);
}

TEST_F(Commands, AMissingStackHasAnExitCodeOfItsOwn) {
  EXPECT_EQ(run({"stack", "init", "production"}), 0);
  EXPECT_EQ(run({"stack", "select", "productoin"}), 6);
  EXPECT_EQ(err_,
            "error: no stack named 'productoin' in DIR (did you mean 'production'?); 'drydock stack init productoin' "
            "makes it\n");
  EXPECT_EQ(run({"up", "-y", "-s", "nope"}), 6);
  EXPECT_EQ(run({"stack", "select", "--create", "other"}), 0);
}

TEST_F(Commands, CheckEndsWithAVerdict) {
  const std::string data = std::string(DRYDOCK_SOURCE_DIR) + "/readers/pulumi/testdata/";
  EXPECT_EQ(run({"check", data + "private-eks.export.json"}), 0) << out_ << err_;
  EXPECT_NE(out_.find("Readiness  node group 'cluster': 2 of 2 nodes will be Ready"), std::string::npos) << out_;
  EXPECT_EQ(run({"check", data + "private-eks.preview.json", "--json"}), 3) << out_ << err_;
  EXPECT_EQ(Json::parse(out_)->at("nodeGroups").item(0).at("dependsOn").dump(), R"(["s3.routeTableIds"])");
  EXPECT_EQ(run({"check", data + "private-eks.export.json", "--cluster", "nope"}), 1);
  EXPECT_EQ(run({"check", "missing.json"}), 1);
  EXPECT_EQ(run({"check", "--bogus"}), 1) << "2 would be a verdict";
  write("half.json", R"({"version":3,"deployment":{"resources":[)");
  EXPECT_EQ(run({"check", "half.json"}), 1);
  EXPECT_NE(err_.find("half.json"), std::string::npos) << err_;
}

TEST_F(Commands, PathsAreShownHopByHop) {
  const std::string data = std::string(DRYDOCK_SOURCE_DIR) + "/readers/pulumi/testdata/private-eks.export.json";
  EXPECT_EQ(run({"path", "node:cluster", "ecr.dkr", data}), 0) << out_ << err_;
  EXPECT_NE(out_.find(":443  reaches it"), std::string::npos) << out_;
  EXPECT_EQ(run({"path", "node:cluster", "example.com", data}), 2) << out_;
  EXPECT_EQ(run({"path", "node:nope", "s3", data}), 1);
  EXPECT_NE(err_.find("there is no 'node:nope' to start from; there is node:"), std::string::npos) << err_;
}

TEST_F(Commands, CodesExplainThemselves) {
  EXPECT_EQ(run({"explain", "s3.endpoint-policy"}), 0) << err_;
  EXPECT_NE(out_.find("cause class: vpc-endpoint-policy"), std::string::npos) << out_;
  EXPECT_EQ(run({"explain", "s3.endpoint-polcy"}), 2);
  EXPECT_NE(err_.find("did you mean 's3.endpoint-policy'?"), std::string::npos) << err_;
}

TEST_F(Commands, NoSelectionIsExplained) {
  EXPECT_EQ(run({"preview"}), 2);
  EXPECT_EQ(err_, "error: project 'shop' has no stack yet; 'drydock stack init dev' makes one\n");
}

TEST_F(Commands, ConfigIsSetShownAndRemoved) {
  EXPECT_EQ(run({"stack", "init", "dev"}), 0);
  EXPECT_EQ(run({"config", "set", "aws:region", "eu-west-1"}), 0) << err_;
  EXPECT_EQ(run({"config", "set", "--secret", "token", "hush"}), 0) << err_;
  EXPECT_EQ(run({"config"}), 0);
  EXPECT_EQ(out_, "KEY         VALUE\naws:region  eu-west-1\ntoken       [secret]\n");
  EXPECT_EQ(run({"config", "get", "token"}), 0);
  EXPECT_EQ(out_, "hush\n");
  EXPECT_EQ(run({"config", "--json"}), 0);
  EXPECT_EQ(out_.find("hush"), std::string::npos);
  EXPECT_EQ(run({"config", "rm", "token"}), 0);
  EXPECT_EQ(run({"config", "get", "token"}), 1);
  EXPECT_EQ(err_, "error: configuration key 'token' not found for stack 'dev'\n");
}

TEST_F(Commands, StatesAreExportedAndImported) {
  EXPECT_EQ(run({"stack", "init", "dev"}), 0);
  write("state.json", R"({"version":3,"deployment":{"resources":[
    {"urn":"urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev","custom":false,"type":"pulumi:pulumi:Stack",
     "outputs":{"url":"http://x","n":1,"list":["a"]}}]}})");
  EXPECT_EQ(run({"stack", "import", "--file", join_path(folder_, "state.json")}), 0) << err_;
  EXPECT_EQ(run({"stack", "output"}), 0);
  EXPECT_EQ(
      out_,
      "Current stack outputs (3):\n    OUTPUT  VALUE\n    list    [\"a\"]\n    n       1\n    url     http://x\n");
  EXPECT_EQ(run({"stack", "output", "url"}), 0);
  EXPECT_EQ(out_, "http://x\n");
  EXPECT_EQ(run({"stack", "output", "ulr"}), 1);
  EXPECT_EQ(run({"stack", "export"}), 0);
  EXPECT_EQ(Json::parse(out_)->at("deployment").at("resources").size(), 1u);
  EXPECT_EQ(run({"stack", "rm", "dev", "-y"}), 1);
  EXPECT_EQ(err_,
            "error: stack 'dev' still has 1 resources; 'drydock destroy -s dev' deletes them, --force forgets them\n");
}

TEST_F(Commands, HistoryShowsRunsWithTheirMessages) {
  EXPECT_EQ(run({"stack", "init", "dev"}), 0);
  EXPECT_EQ(run({"stack", "history"}), 0);
  EXPECT_EQ(out_, "Stack 'dev' has never been updated\n");
  auto backend = *engine::Backend::open(folder_);
  (void)backend.add_history(
      {"shop", "dev"},
      {"update", "succeeded", 1764000000, 1764000075, {}, Json::object({{"create", 3}, {"same", 1}}), "first try"});
  (void)backend.add_history({"shop", "dev"}, {"destroy", "failed", 1764000100, 1764000100, {}, {}, ""});
  EXPECT_EQ(run({"stack", "history"}), 0);
  EXPECT_EQ(out_,
            "Version: 2\nUpdateKind: destroy\nStatus: failed\n"
            "   +0 -0 ~0 +-0, 0 unchanged, 2025-11-24T16:01:40Z took 0.00s\n\n"
            "Version: 1\nUpdateKind: update\nStatus: succeeded\nMessage: first try\n"
            "   +3 -0 ~0 +-0, 1 unchanged, 2025-11-24T16:00:00Z took 1m15s\n");
  EXPECT_EQ(run({"stack", "history", "--json", "--page-size", "1", "--page", "2"}), 0);
  auto json = *Json::parse(out_);
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json.item(0).at("message").string_or(), "first try");
  EXPECT_EQ(json.item(0).at("startTime").string_or(), "2025-11-24T16:00:00Z");
  EXPECT_EQ(json.item(0).at("version").int_or(0), 1);
  EXPECT_EQ(run({"stack", "history", "-s", "nope"}), 6);
}

TEST_F(Commands, CancelRemovesALockThatNobodyHoldsAnyMore) {
  EXPECT_EQ(run({"stack", "init", "dev"}), 0);
  EXPECT_EQ(run({"cancel"}), 0);
  EXPECT_EQ(out_, "Nothing is at work on stack 'dev'.\n");
  const std::string locks = join_path(folder_, ".pulumi/locks/organization/shop/dev");
  (void)make_directories(locks);
  (void)write_file(join_path(locks, "x.json"), R"({"pid":1,"username":"ann","hostname":"gone","timestamp":"then"})");
  EXPECT_EQ(run({"stack", "rm", "dev", "-y"}), 1);
  EXPECT_EQ(err_,
            "error: stack 'dev' is locked by ann@gone (pid 1) since then; wait for that command to end. If nothing "
            "runs any more: drydock cancel dev\n");
  EXPECT_EQ(run({"cancel", "dev"}), 2);
  EXPECT_EQ(err_, "error: without a terminal, --yes must be given to cancel a run\n");
  EXPECT_EQ(run({"cancel", "dev", "--yes"}), 0) << err_;
  EXPECT_EQ(out_, "The currently running update for 'dev' has been canceled!\n");
  EXPECT_TRUE(list_directory(locks).empty());
}

TEST_F(Commands, AStateOfAnotherStackIsRefused) {
  EXPECT_EQ(run({"stack", "init", "dev"}), 0);
  write("state.json", R"({"version":3,"deployment":{"resources":[
    {"urn":"urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod","custom":false,"type":"pulumi:pulumi:Stack"}]}})");
  EXPECT_EQ(run({"stack", "import", "--file", join_path(folder_, "state.json")}), 2);
  EXPECT_NE(err_.find("of another stack"), std::string::npos);
}

TEST_F(Commands, UnknownWordsGetTheNearestKnownOne) {
  struct Case {
    std::vector<std::string> words;
    const char* want;
  };
  for (const auto& [words, want] : std::initializer_list<Case>{
           {{"previw"}, "error: 'previw' is no command of drydock (did you mean 'preview'?); see 'drydock --help'\n"},
           {{"stack", "selct"},
            "error: 'selct' is no command of drydock stack (did you mean 'select'?); see 'drydock stack --help'\n"},
           {{"zzz"}, "error: 'zzz' is no command of drydock; see 'drydock --help'\n"}}) {
    EXPECT_EQ(run(words), 2);
    EXPECT_EQ(err_, want);
  }
}

TEST_F(Commands, FlagsThatAreNotBuiltYetSaySo) {
  EXPECT_EQ(run({"stack", "init", "dev"}), 0);
  EXPECT_EQ(run({"up", "--exclude", "urn:x", "-y"}), 2);
  EXPECT_EQ(err_, "error: not supported yet: --exclude\n");
}

TEST_F(Commands, BadProjectsAreExplained) {
  write("Pulumi.yaml", "name: shop\nruntime: cobol\n");
  EXPECT_EQ(run({"stack", "init", "dev"}), 0);
  EXPECT_EQ(run({"up", "-y"}), 2);
  EXPECT_EQ(err_, "error: DIR/Pulumi.yaml: not supported yet: runtime 'cobol'; known are cpp, go and nodejs\n");
  std::filesystem::remove(join_path(folder_, "Pulumi.yaml"));
  EXPECT_EQ(run({"up", "-y"}), 1);
  EXPECT_NE(err_.find("no Pulumi.yaml in DIR or any folder above it"), std::string::npos) << err_;
}

TEST_F(Commands, EveryCommandHasHelpWithAnExample) {
  for (std::vector<std::string> words : std::vector<std::vector<std::string>>{{},
                                                                              {"up"},
                                                                              {"preview"},
                                                                              {"destroy"},
                                                                              {"refresh"},
                                                                              {"stack"},
                                                                              {"stack", "init"},
                                                                              {"stack", "ls"},
                                                                              {"stack", "select"},
                                                                              {"stack", "rm"},
                                                                              {"stack", "output"},
                                                                              {"stack", "export"},
                                                                              {"stack", "import"},
                                                                              {"config"},
                                                                              {"config", "get"},
                                                                              {"config", "set"},
                                                                              {"config", "rm"},
                                                                              {"twin"},
                                                                              {"twin", "start"},
                                                                              {"twin", "stop"},
                                                                              {"twin", "status"},
                                                                              {"twin", "reset"},
                                                                              {"twin", "env"},
                                                                              {"twin", "clock", "show"},
                                                                              {"twin", "clock", "advance"},
                                                                              {"node"},
                                                                              {"node", "ls"},
                                                                              {"node", "story"},
                                                                              {"eks", "get-token"},
                                                                              {"version"}}) {
    words.push_back("--help");
    EXPECT_EQ(run(words), 0);
    EXPECT_NE(out_.find("Example: "), std::string::npos) << join(words, " ");
  }
}

TEST_F(Commands, TheTwinIsNeverTakenForAwsNorAwsForTheTwin) {
  App app;
  ::setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566", 1);
  auto cloud = choose_cloud(app, "aws", {});
  ASSERT_FALSE(cloud);
  EXPECT_NE(cloud.error().message.find("would speak to a twin"), std::string::npos);
  ::setenv("AWS_ENDPOINT_URL", "https://ec2.us-east-1.amazonaws.com", 1);
  cloud = choose_cloud(app, "", {});
  ASSERT_FALSE(cloud);
  EXPECT_NE(cloud.error().message.find("is not one"), std::string::npos);
  ::unsetenv("AWS_ENDPOINT_URL");
  EXPECT_EQ(choose_cloud(app, "moon", {}).error().code, ErrorCode::invalid_input);
  EXPECT_EQ(choose_cloud(app, "", {{"aws:region", {"eu-west-1"}}})->where,
            "on twin (eu-west-1, no AWS account is touched)");
}

TEST(Home, AStackRefusesToBeTakenForAnothers) {
  auto provider = std::make_shared<engine::Resource>();
  provider->type = "pulumi:providers:aws";
  provider->outputs = {{"__home", "AWS account 111122223333"}};
  engine::Snapshot snapshot{{provider}, {}};
  Cloud cloud;
  EXPECT_EQ(check_home(cloud, snapshot, "dev").error().code, ErrorCode::unavailable) << "no twin answers";
  EXPECT_TRUE(check_home(cloud, {}, "dev")) << "a stack without resources may live anywhere";
  cloud.home = "AWS account 111122223333";
  EXPECT_TRUE(check_home(cloud, snapshot, "dev"));
  cloud.home = "twin world b";
  auto home = check_home(cloud, snapshot, "dev");
  ASSERT_FALSE(home);
  EXPECT_TRUE(
      home.error().message.starts_with("stack 'dev' lives in AWS account 111122223333, and this command is aimed at "
                                       "twin world b; nothing was called. "));
}

TEST(Listen, TakesLoopbackOnly) {
  EXPECT_EQ(Listen::parse("127.0.0.1:0")->port, 0);
  EXPECT_EQ(Listen::parse("9000")->port, 9000);
  EXPECT_EQ(Listen::parse("localhost:1")->address, "127.0.0.1");
  for (const char* bad : {"0.0.0.0:4566", "x", "127.0.0.1:", "127.0.0.1:70000", "10.0.0.1:1"})
    EXPECT_FALSE(Listen::parse(bad)) << bad;
}

TEST(EksToken, IsAPresignedCallWithTheClustersName) {
  using namespace std::chrono;
  auto token = eks_token({"prod", "eu-west-1", "", {"AKIDEXAMPLE", "secret", ""}, sys_seconds(seconds(1'700'000'000))});
  ASSERT_TRUE(token);
  ASSERT_TRUE(token->starts_with("k8s-aws-v1."));
  EXPECT_EQ(token->find('='), std::string::npos);
  std::string url = *unbase64(token->substr(11));
  EXPECT_TRUE(url.starts_with("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&"))
      << url;
  EXPECT_NE(url.find("X-Amz-Expires=60"), std::string::npos);
  EXPECT_NE(url.find("X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"), std::string::npos) << url;
}

TEST(Kubeconfig, HasAContextForEachCluster) {
  std::string text = kubeconfig_text(
      {{"prod", "arn:aws:eks:us-east-1:1:cluster/prod", "https://127.0.0.1:1", "Q0E=", "us-east-1"}}, "/bin/drydock");
  auto config = parse_yaml(text);
  ASSERT_TRUE(config) << text;
  EXPECT_EQ(config->at("current-context").as_string(), "prod");
  EXPECT_EQ(config->path("users.0.user.exec.args").dump(),
            R"(["eks","get-token","--cluster-name","prod","--region","us-east-1"])");
  EXPECT_TRUE(parse_yaml(kubeconfig_text({}, "d"))->at("clusters").is_array());
}

TEST(NodeTable, ReadsAsATable) {
  Json nodes = Json::array({Json::object({{"name", "ip-10-0-1-17.ec2.internal"},
                                          {"instanceId", "i-1"},
                                          {"cluster", "prod"},
                                          {"state", "ready"},
                                          {"step", "ready"}}),
                            Json::object({{"instanceId", "i-2"}, {"state", "waiting"}, {"step", "token"}})});
  EXPECT_EQ(node_table(nodes),
            "NAME                       INSTANCE  CLUSTER  STATE    STEP\n"
            "ip-10-0-1-17.ec2.internal  i-1       prod     Ready    ready\n"
            "i-2                        i-2                waiting  token\n");
}

}  // namespace
}  // namespace drydock::cli

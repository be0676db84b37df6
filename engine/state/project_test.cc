#include "engine/state/project.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/hash.h"

namespace drydock::engine {
namespace {

class ProjectFiles : public testing::Test {
 protected:
  ProjectFiles() { (void)make_directories(folder_); }
  ~ProjectFiles() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { (void)write_file(join_path(folder_, name), text); }
  std::string read(const std::string& name) { return read_file(join_path(folder_, name)).value_or(""); }
  /// The error's text with the folder left out.
  std::string error() {
    auto project = load_project(folder_);
    if (project) return "";
    std::string text = project.error().message;
    for (auto at = text.find(folder_); at != std::string::npos; at = text.find(folder_))
      text.replace(at, folder_.size(), "DIR");
    return text;
  }
  StackSettings settings() { return *StackSettings::load(*load_project(folder_), "dev"); }

  std::string folder_ = testing::TempDir() + "project-" + random_hex(8);
  SecretsManager secrets_{"", []() -> Result<std::string> { return "p"; }};
};

TEST_F(ProjectFiles, AreFoundFromBelow) {
  write("Pulumi.yaml", "name: shop\nruntime:\n  name: nodejs\n  options: {typescript: false}\nmain: src\n");
  ASSERT_TRUE(make_directories(join_path(folder_, "src/deep")));
  auto project = load_project(join_path(folder_, "src/deep"));
  ASSERT_TRUE(project) << project.error().message;
  EXPECT_EQ(project->name, "shop");
  EXPECT_EQ(project->runtime, "nodejs");
  EXPECT_FALSE(project->runtime_options.at("typescript").bool_or(true));
  EXPECT_EQ(project->directory, folder_);
  EXPECT_EQ(project->main, "src");
}

TEST_F(ProjectFiles, BadOnesAreExplained) {
  EXPECT_EQ(error(), "no Pulumi.yaml in DIR or any folder above it; go to a project's folder, or name it with -C");
  write("Pulumi.yaml", "name: shop\n  runtime: [\n");
  EXPECT_TRUE(error().starts_with("DIR/Pulumi.yaml: ")) << error();
  EXPECT_NE(error().find("line 2"), std::string::npos) << error();
  write("Pulumi.yaml", "- a\n");
  EXPECT_EQ(error(), "DIR/Pulumi.yaml: expected a map with 'name' and 'runtime'");
  write("Pulumi.yaml", "description: x\n");
  EXPECT_EQ(
      error(),
      "DIR/Pulumi.yaml: 'name' is missing (a text, for example 'name: private-eks'); 'runtime' is missing (a text, for "
      "example 'runtime: cpp')");
}

TEST_F(ProjectFiles, ConfigReachesProgramsAsTexts) {
  write("Pulumi.yaml",
        "name: shop\nruntime: cpp\nconfig:\n  size: 3\n  colour: {type: string, default: blue}\n  aws:region: {value: "
        "eu-west-1}\n");
  write("Pulumi.dev.yaml", "config:\n  shop:size: 4\n  on: true\n  list: [1, two]\n  version: \"1.10\"\n");
  auto config = settings().config(*load_project(folder_), secrets_);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->at("shop:size").value, "4");
  EXPECT_EQ(config->at("shop:on").value, "true");
  EXPECT_EQ(config->at("shop:version").value, "1.10");
  EXPECT_EQ(config->at("shop:list"), (ConfigValue{"[1,\"two\"]", false, true}));
  EXPECT_EQ(config->at("shop:colour").value, "blue");
  EXPECT_EQ(config->at("aws:region").value, "eu-west-1");
}

TEST_F(ProjectFiles, ADeclaredKeyMustBeSet) {
  write("Pulumi.yaml", "name: shop\nruntime: cpp\nconfig:\n  size: {type: integer}\n");
  auto config = settings().config(*load_project(folder_), secrets_);
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("shop:size must be set for this stack"), std::string::npos);
}

TEST_F(ProjectFiles, EditsKeepTheLinesTheyDoNotTouch) {
  write("Pulumi.yaml", "name: shop\nruntime: cpp\n");
  write("Pulumi.dev.yaml", "# ours\nconfig:\n  # how many\n  shop:size: 3 # small\n  aws:region: us-east-1\n");
  auto project = *load_project(folder_);
  auto s = settings();
  ASSERT_TRUE(s.set(project, "aws:region", "eu-west-1", false, false, secrets_));
  ASSERT_TRUE(s.set(project, "count", "42", false, false, secrets_));
  EXPECT_EQ(s.text(),
            "# ours\nconfig:\n  # how many\n  shop:size: 3 # small\n  aws:region: eu-west-1\n  shop:count: \"42\"\n");
  ASSERT_TRUE(s.remove(project, "size", false));
  EXPECT_EQ(s.text(), "# ours\nconfig:\n  # how many\n  aws:region: eu-west-1\n  shop:count: \"42\"\n");
  EXPECT_EQ(s.remove(project, "size", false).error().code, ErrorCode::not_found);
}

TEST_F(ProjectFiles, SecretsAreStoredEncryptedAndReadBack) {
  write("Pulumi.yaml", "name: shop\nruntime: cpp\n");
  auto project = *load_project(folder_);
  auto s = settings();
  ASSERT_TRUE(s.set(project, "token", "hush", true, false, secrets_));
  ASSERT_TRUE(s.save());
  EXPECT_EQ(read("Pulumi.dev.yaml").find("hush"), std::string::npos);
  auto again = settings();
  EXPECT_EQ(again.encryption_salt(), secrets_.salt());
  EXPECT_EQ(again.config(project, secrets_)->at("shop:token"), (ConfigValue{"hush", true, false}));
  EXPECT_EQ(again.keys(project), (std::map<std::string, bool>{{"shop:token", true}}));
}

TEST_F(ProjectFiles, PathsAddressIntoObjects) {
  write("Pulumi.yaml", "name: shop\nruntime: cpp\n");
  auto project = *load_project(folder_);
  auto s = settings();
  ASSERT_TRUE(s.set(project, "net.zones[0]", "a", false, true, secrets_));
  ASSERT_TRUE(s.set(project, "net.zones[1]", "b", false, true, secrets_));
  ASSERT_TRUE(s.set(project, "net.on", "true", false, true, secrets_));
  EXPECT_EQ(s.config(project, secrets_)->at("shop:net").value, R"({"on":true,"zones":["a","b"]})");
  EXPECT_FALSE(s.set(project, "net.on.deeper", "x", false, true, secrets_));
  ASSERT_TRUE(s.remove(project, "net.zones[0]", true));
  EXPECT_EQ(s.config(project, secrets_)->at("shop:net").value, R"({"on":true,"zones":["b"]})");
}

TEST(Yaml, QuotesOnlyWhatReadersWouldMisread) {
  struct Case {
    const char *text, *yaml;
  };
  for (auto [text, yaml] : std::initializer_list<Case>{{"plain", "plain\n"},
                                                       {"a b", "a b\n"},
                                                       {"42", "\"42\"\n"},
                                                       {"true", "\"true\"\n"},
                                                       {"", "\"\"\n"},
                                                       {"null", "\"null\"\n"},
                                                       {"x: y", "\"x: y\"\n"},
                                                       {"v1:a:b=", "v1:a:b=\n"},
                                                       {"1.10", "\"1.10\"\n"},
                                                       {"a # b", "\"a # b\"\n"},
                                                       {"two\nlines", "\"two\\nlines\"\n"}}) {
    EXPECT_EQ(to_yaml(Json(text)), yaml);
    EXPECT_EQ(parse_yaml(yaml)->string_or("?"), text);
  }
}

}  // namespace
}  // namespace drydock::engine

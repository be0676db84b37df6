#include "engine/language/language.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace drydock::engine {
namespace {

class LanguageHosts : public testing::Test {
 protected:
  LanguageHosts() { (void)make_directories(folder_); }
  ~LanguageHosts() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text, unsigned mode = 0644) {
    (void)make_directories(parent_directory(join_path(folder_, name)));
    (void)write_file(join_path(folder_, name), text, false, mode);
  }
  Result<std::unique_ptr<Language>> language() { return make_language(*load_project(folder_), folder_ + "/no-sdk"); }
  /// Builds and runs; what was printed, by the build and by the program, ends in `printed_`.
  ProgramResult run(std::stop_token stop = {}) {
    auto made = language();
    if (!made) return {made.error().message, false};
    auto built = (*made)->build([&](std::string_view text) { printed_ += text; }, stop);
    if (!built) return {built.error().message, false};
    ProgramInfo info{"organization", "shop", "dev", {{"shop:a", "1"}}, {"shop:a"}, folder_, folder_, true, 4,
                     "m:1",          "e:2"};
    return make_program(**made)(
        info, [&](Severity, std::string text) { printed_ += text; }, stop);
  }
  void script(const std::string& text) {
    write("Pulumi.yaml", "name: shop\nruntime: {name: go, options: {binary: ./program}}\n");
    write("program", "#!/bin/sh\n" + text, 0755);
  }

  std::string folder_ = testing::TempDir() + "language-" + random_hex(8), printed_;
};

TEST_F(LanguageHosts, ProgramsAreToldWhoTheyAre) {
  script(
      "echo $PULUMI_MONITOR $PULUMI_ENGINE $PULUMI_ORGANIZATION/$PULUMI_PROJECT/$PULUMI_STACK $PULUMI_DRY_RUN "
      "$PULUMI_PARALLEL $PULUMI_CONFIG $PULUMI_CONFIG_SECRET_KEYS; pwd\n");
  auto result = run();
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(printed_, "m:1 e:2 organization/shop/dev true 4 {\"shop:a\":\"1\"} [\"shop:a\"]\n" + folder_ + "\n");
}

TEST_F(LanguageHosts, ExitCodesAreJudged) {
  script("echo oops >&2; exit 32\n");
  EXPECT_TRUE(run().bail);
  EXPECT_EQ(printed_, "oops\n");
  script("exit 3\n");
  EXPECT_TRUE(run().error.starts_with("the program failed: exit code 3")) << run().error;
  script("kill -SEGV $$\n");
  EXPECT_TRUE(run().error.starts_with("the program failed: killed by signal 11")) << run().error;
}

TEST_F(LanguageHosts, UnknownRuntimesAreNamed) {
  write("Pulumi.yaml", "name: shop\nruntime: node-js\n");
  EXPECT_EQ(run().error,
            folder_ +
                "/Pulumi.yaml: not supported yet: runtime 'node-js' (did you mean 'nodejs'?); known are cpp, "
                "go and nodejs");
}

TEST_F(LanguageHosts, AMissingNodeSdkSaysWhatToRun) {
  write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
  EXPECT_EQ(run().error,
            fmt::format("the package @pulumi/pulumi is not installed for {0}; run: npm install --prefix {0}", folder_));
}

TEST_F(LanguageHosts, NodeGetsItsFlags) {
  write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
  write("node_modules/@pulumi/pulumi/cmd/run/index.js",
        "console.log(process.argv.slice(2).join(' ')); process.exit(process.env.PULUMI_CONFIG ? 0 : 9)\n");
  if (find_in_path("node").empty()) GTEST_SKIP() << "no node here";
  EXPECT_EQ(run().error, "");
  EXPECT_EQ(printed_, fmt::format("--monitor m:1 --engine e:2 --organization organization --project shop --stack dev "
                                  "--root-directory {0} --pwd {0} --parallel 4 --dry-run .\n",
                                  folder_));
}

TEST_F(LanguageHosts, CppIsBuiltAndRun) {
  write("Pulumi.yaml", "name: shop\nruntime: cpp\n");
  write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.24)\nproject(shop CXX)\nadd_executable(shop main.cc)\n");
  write("main.cc", "#include <cstdio>\nint main() { std::puts(\"hello\"); }\n");
  EXPECT_EQ(run().error, "");
  EXPECT_EQ(printed_, "hello\n");
  write("main.cc", "int main() { return nothing; }\n");
  printed_.clear();
  EXPECT_EQ(run().error, "the program in " + folder_ + " does not compile; see above");
  EXPECT_NE(printed_.find("main.cc:1:21: error: "), std::string::npos) << printed_;
}

TEST_F(LanguageHosts, CppWithoutCMakeListsIsExplained) {
  write("Pulumi.yaml", "name: shop\nruntime: cpp\n");
  EXPECT_TRUE(run().error.starts_with("there is no CMakeLists.txt in ")) << run().error;
}

}  // namespace
}  // namespace drydock::engine

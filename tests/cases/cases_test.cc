// Failures that people reported in public, each as a world: what Drydock says of it. expected.yaml is the table; the
// worlds hold configuration only. docs/cases.md is written from both: DRYDOCK_UPDATE_GOLDEN=1.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "proof/readiness.h"
#include "tests/cases/reported.h"

namespace drydock {
namespace {

using reported::expected, reported::world_of;

bool among(const std::string& one, const Json& options) {
  const auto list = split(options.string_or(), '|');
  return std::find(list.begin(), list.end(), one) != list.end();
}

std::string said(const proof::Readiness& readiness) {
  std::string out = proof::to_string(readiness.verdict);
  for (const proof::Finding& f : readiness.findings)
    out += "\n  " + f.code + (f.step.empty() ? "" : " at " + f.step) + ": " + f.message;
  return out;
}

class Case : public testing::TestWithParam<std::string> {};

TEST_P(Case, IsFoundByItsConfiguration) {
  const Json& want = expected().at(GetParam());
  if (want.has("unmodelled")) GTEST_SKIP() << "not modelled: " << want.at("unmodelled").string_or();
  const auto world = world_of(GetParam());
  ASSERT_TRUE(world) << world.error().message;
  const proof::Readiness got = proof::prove(*world);
  EXPECT_TRUE(among(proof::to_string(got.verdict), want.at("verdict"))) << said(got);
  const auto finding = std::find_if(got.findings.begin(), got.findings.end(),
                                    [&](const proof::Finding& f) { return among(f.code, want.at("code")); });
  ASSERT_NE(finding, got.findings.end()) << "no " << want.at("code").string_or() << "\n" << said(got);
  if (want.has("step")) {
    EXPECT_EQ(finding->step, want.at("step").string_or()) << said(got);
  }
  for (std::size_t i = 0; i < want.at("also").size(); ++i)
    EXPECT_TRUE(std::any_of(got.findings.begin(), got.findings.end(),
                            [&](const proof::Finding& f) { return f.code == want.at("also").item(i).string_or(); }))
        << "not said: " << want.at("also").item(i).string_or() << "\n"
        << said(got);
}

INSTANTIATE_TEST_SUITE_P(Reported, Case, testing::ValuesIn(reported::ids()),
                         [](const auto& info) { return reported::test_name(info.param); });

std::string table_of_cases() {
  std::string out =
      "# Cases\n\nFailures reported in public threads, and what Drydock says of a world with the same configuration. "
      "Written from\n`tests/cases/` by `DRYDOCK_UPDATE_GOLDEN=1 build/bin/tests_cases_test`.\n\n"
      "| case | Drydock says | at step |\n|---|---|---|\n";
  int modelled = 0, all = 0;
  for (const auto& [id, want] : expected().as_object()) {
    ++all;
    out += "| [" + id + "](" + want.at("source").string_or() + ") | ";
    const auto world = world_of(id);
    if (want.has("unmodelled") || !world) {
      out += "*not modelled: " + want.at("unmodelled").string_or() + "* | |\n";
      continue;
    }
    ++modelled;
    const proof::Readiness got = proof::prove(*world, {.find_fixes = false});
    std::vector<std::string> found, steps;
    for (const proof::Finding& f : got.findings) {
      if (std::find(found.begin(), found.end(), "`" + f.code + "`") != found.end()) continue;
      found.push_back("`" + f.code + "`");
      if (!f.step.empty() && steps.empty()) steps.push_back(f.step);
    }
    out += std::string(proof::to_string(got.verdict)) + ": " + join(found, ", ") + " | " + join(steps, ", ") + " |\n";
  }
  return out + "\n" + std::to_string(modelled) + " of " + std::to_string(all) + " are modelled.\n";
}

TEST(Cases, TheirTableIsUpToDate) {
  const std::string path = DRYDOCK_SOURCE_DIR "/docs/cases.md", table = table_of_cases();
  if (std::getenv("DRYDOCK_UPDATE_GOLDEN")) {
    ASSERT_TRUE(write_file(path, table));
  }
  auto kept = read_file(path);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(*kept, table) << "run with DRYDOCK_UPDATE_GOLDEN=1 and look at the change";
}

}  // namespace
}  // namespace drydock

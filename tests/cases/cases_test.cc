// Failures that people reported in public, each as a world: what Drydock says of it. expected.yaml is the table; the
// worlds hold configuration only. docs/cases.md is written from both: DRYDOCK_UPDATE_GOLDEN=1.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "cloud/world/world_file.h"
#include "proof/readiness.h"

namespace drydock {
namespace {

const std::string kFolder = DRYDOCK_SOURCE_DIR "/tests/cases/";

Json expected() {
  auto text = read_file(kFolder + "expected.yaml");
  auto table = text ? parse_yaml(*text) : Result<Json>(Json());
  return table ? *table : Json();
}

Result<cloud::World> world_of(const std::string& id) {
  const std::string name = "worlds/" + id + ".yaml";
  auto text = read_file(kFolder + name);
  if (!text) return pass(text);
  return cloud::parse_world(*text, name);
}

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
  const Json want = expected().at(GetParam());
  if (want.has("unmodelled")) GTEST_SKIP() << "not modelled: " << want.at("unmodelled").string_or();
  if (want.has("todo")) GTEST_SKIP() << "not told right yet";
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

std::vector<std::string> ids() {
  std::vector<std::string> out;
  const Json table = expected();
  for (const auto& [id, row] : table.as_object()) out.push_back(id);
  return out;
}
std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Reported, Case, testing::ValuesIn(ids()), test_name);

std::string table_of_cases() {
  std::string out =
      "# Cases\n\nFailures reported in public threads, and what Drydock says of a world with the same configuration. "
      "Written from\n`tests/cases/` by `DRYDOCK_UPDATE_GOLDEN=1 build/bin/tests_cases_test`.\n\n"
      "| case | Drydock says | at step |\n|---|---|---|\n";
  int modelled = 0, all = 0;
  const Json rows = expected();
  for (const auto& [id, want] : rows.as_object()) {
    ++all;
    out += "| [" + id + "](" + want.at("source").string_or() + ") | ";
    const auto world = world_of(id);
    if (want.has("unmodelled") || want.has("todo") || !world) {
      out += "*not modelled" + (want.has("todo") ? " yet" : ": " + want.at("unmodelled").string_or()) + "* | |\n";
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
  if (std::getenv("DRYDOCK_UPDATE_GOLDEN")) ASSERT_TRUE(write_file(path, table));
  auto kept = read_file(path);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(*kept, table) << "run with DRYDOCK_UPDATE_GOLDEN=1 and look at the change";
}

}  // namespace
}  // namespace drydock

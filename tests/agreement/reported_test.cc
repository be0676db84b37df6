// The reported cases (tests/cases), lived on the twin: nodes fare there as the proof says, at the same step.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "cloud/world/world_file.h"
#include "tests/agreement/agree.h"

namespace drydock::agreement {
namespace {

const std::string kFolder = DRYDOCK_SOURCE_DIR "/tests/cases/";

Json expected() {
  auto text = read_file(kFolder + "expected.yaml");
  auto table = text ? parse_yaml(*text) : Result<Json>(Json());
  return table ? *table : Json();
}

class Reported : public testing::TestWithParam<std::string> {};

TEST_P(Reported, IsLivedAsItIsProved) {
  const Json want = expected().at(GetParam());
  for (const char* reason : {"unmodelled", "todo", "unlived"})
    if (want.has(reason)) GTEST_SKIP() << reason << ": " << want.at(reason).string_or();
  const std::string name = "worlds/" + GetParam() + ".yaml";
  auto text = read_file(kFolder + name);
  ASSERT_TRUE(text);
  const auto world = cloud::parse_world(*text, name);
  ASSERT_TRUE(world) << world.error().message;
  const Comparison got = compare(spread(*world));
  if (want.has("refused")) {  // AWS does not let it come about
    EXPECT_NE(got.life.refusal.find(want.at("refused").string_or()), std::string::npos) << got.life.refusal;
    return;
  }
  EXPECT_EQ(got.life.refusal, "");
  EXPECT_TRUE(got.differences.empty()) << join(got.differences, "\n") << "\nlived: " << got.life.describe()
                                       << "\nproved: " << describe(got.proof);
}

std::vector<std::string> ids() {
  std::vector<std::string> out;
  const Json table = expected();
  for (const auto& [id, row] : table.as_object()) out.push_back(id);
  return out;
}
INSTANTIATE_TEST_SUITE_P(Cases, Reported, testing::ValuesIn(ids()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace drydock::agreement

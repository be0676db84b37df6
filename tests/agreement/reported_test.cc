// The reported cases (tests/cases), lived on the twin: nodes fare there as the proof says, at the same step.
#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/agreement/agree.h"
#include "tests/cases/reported.h"

namespace drydock::agreement {
namespace {

class Reported : public testing::TestWithParam<std::string> {};

TEST_P(Reported, IsLivedAsItIsProved) {
  const Json& want = reported::expected().at(GetParam());
  for (const char* reason : {"unmodelled", "unlived"})
    if (want.has(reason)) GTEST_SKIP() << reason << ": " << want.at(reason).string_or();
  const auto world = reported::world_of(GetParam());
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

INSTANTIATE_TEST_SUITE_P(Cases, Reported, testing::ValuesIn(reported::ids()),
                         [](const auto& info) { return reported::test_name(info.param); });

}  // namespace
}  // namespace drydock::agreement

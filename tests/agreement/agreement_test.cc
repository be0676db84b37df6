// Twin and proof decide by code of their own; here they meet.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "cloud/world/world_file.h"
#include "tests/agreement/judge.h"

namespace drydock::agreement {
namespace {

std::string told(const Judgement& judged) {
  std::string out;
  for (const std::string& difference : judged.differences) out += "\n  " + difference;
  return out + "\n  lived:  " + judged.comparison.life.describe() + "\n  proved: " + describe(judged.comparison.proof);
}

TEST(Agreement, OnKnownGoodWorlds) {
  for (const std::string& name : cloud::base_names()) {
    if (name == "ipv6") continue;  // not supported yet on the twin
    const Comparison both = compare(cloud::base_world(name).value());
    EXPECT_EQ(both.life.refusal, "") << name;
    EXPECT_TRUE(both.life.all_ready()) << name << ": " << both.life.describe();
    EXPECT_EQ(both.proof.verdict, proof::Verdict::ready) << name << ": " << describe(both.proof);
  }
}

/// How many worlds are drawn; DRYDOCK_WORLDS says otherwise.
std::uint64_t worlds() {
  if (const char* wanted = std::getenv("DRYDOCK_WORLDS")) return std::strtoull(wanted, nullptr, 10);
#ifdef __OPTIMIZE__
  return 2000;  // a hundred a second
#else
  return 25;  // one takes a third of a second here
#endif
}

TEST(Agreement, OnRandomWorlds) {
  const std::uint64_t count = worlds();
  std::size_t ready = 0, broken = 0;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    const Draw drawn = draw(seed);
    const Comparison both = compare(drawn.world());
    (both.life.all_ready() ? ready : broken) += both.life.refusal.empty();
    std::string differences;
    for (const std::string& difference : both.differences) differences += "\n  " + difference;
    EXPECT_EQ(differences, "") << "seed " << seed << ": " << drawn.describe() << "\n  lived:  " << both.life.describe()
                               << "\n  proved: " << describe(both.proof);
  }
  EXPECT_GT(ready, count / 20);
  EXPECT_GT(broken, count / 2);
}

/// Every single noun of a known-good world left out.
TEST(Agreement, OnMutations) {
  for (const std::string& name : cloud::base_names()) {
    if (name == "ipv6") continue;
    const cloud::World base = cloud::base_world(name).value();
    std::size_t table = 0, tables = 0;
    cloud::each_table([&](const char*, const auto&) { ++tables; }, base);
    for (; table < tables; ++table)
      for (std::size_t item = 0;; ++item) {
        cloud::World world = base;
        std::string erased;
        std::size_t at = 0;
        cloud::each_table(
            [&](const char* words, auto& nouns) {
              if (at++ != table || item >= nouns.size()) return;
              erased = std::string(words) + " " + cloud::key_of(nouns[item]);
              nouns.erase(nouns.begin() + static_cast<std::ptrdiff_t>(item));
            },
            world);
        if (erased.empty()) break;
        const Comparison both = compare(world);
        std::string differences;
        for (const std::string& difference : both.differences) differences += "\n  " + difference;
        EXPECT_EQ(differences, "") << name << " without " << erased << "\n  lived:  " << both.life.describe()
                                   << "\n  proved: " << describe(both.proof);
      }
  }
}

/// Disagreements of the past, each as small as it could be made.
TEST(Agreement, OnWhatWasOnceDisputed) {
  const std::filesystem::path folder = std::filesystem::path(DRYDOCK_SOURCE_DIR) / "tests/agreement/kept";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".yaml") continue;
    auto world = cloud::parse_world(read_file(file.path()).value(), file.path().filename().string());
    ASSERT_TRUE(world) << world.error().message;
    const Comparison both = compare(*world);
    for (const std::string& difference : both.differences)
      ADD_FAILURE() << file.path().filename() << ": " << difference << "\n  lived:  " << both.life.describe()
                    << "\n  proved: " << describe(both.proof);
  }
}

}  // namespace
}  // namespace drydock::agreement

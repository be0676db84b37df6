#include <gtest/gtest.h>

#include <map>

#include "tests/iam/random_pair.h"

namespace drydock::tests {
namespace {

TEST(RandomPairs, TwinAndProofDecideAlike) {
  RandomPairs pairs(20);
  std::map<char, int> verdicts;
  for (int n = 0; n < 20000; ++n) {
    const Pair pair = pairs.next();
    const char lived = twin_verdict(pair);
    ASSERT_EQ(lived, proof_verdict(pair)) << "pair " << n << ": " << simulation_of(pair).dump();
    ++verdicts[lived];
  }
  for (const char verdict : {'A', 'E', 'I'})
    EXPECT_GT(verdicts[verdict], 2000) << "too few to mean anything: " << verdict;
}

}  // namespace
}  // namespace drydock::tests

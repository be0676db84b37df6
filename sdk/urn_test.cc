#include "sdk/urn.h"

#include <gtest/gtest.h>

namespace drydock {
namespace {

TEST(Urn, TypesOfParentsAreChainedButNotTheStack) {
  const Urn stack = Urn::make("dev", "p", {}, kStackType, "p-dev");
  const Urn a = Urn::make("dev", "p", stack, "my:index:A", "a");
  const Urn b = Urn::make("dev", "p", a, "my:index:B", "x::y");
  EXPECT_EQ(a.str(), "urn:pulumi:dev::p::my:index:A::a");
  EXPECT_EQ(b.str(), "urn:pulumi:dev::p::my:index:A$my:index:B::x::y");
  EXPECT_EQ(b.type(), "my:index:B");
  EXPECT_EQ(b.name(), "x::y");
  EXPECT_EQ(b.project(), "p");
}

TEST(Urn, ParseRefusesWhatIsNone) {
  EXPECT_TRUE(Urn::parse("urn:pulumi:s::p::t::n"));
  EXPECT_FALSE(Urn::parse("urn:pulumi:s::p::t"));
  EXPECT_FALSE(Urn::parse("arn:aws:iam::1:role/x"));
}

}  // namespace
}  // namespace drydock

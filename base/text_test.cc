#include "base/text.h"

#include <gtest/gtest.h>

namespace drydock {
namespace {

TEST(Text, SplitsAndJoins) {
  EXPECT_EQ(join(split("a,b,,c", ','), "|"), "a|b||c");
  EXPECT_EQ(trim(" \t x y\n"), "x y");
}

TEST(Text, UriEncodingIsAwsOwn) {
  EXPECT_EQ(uri_encode("a b/c~é"), "a%20b%2Fc~%C3%A9");
  EXPECT_EQ(uri_encode("a/b", true), "a/b");
  EXPECT_EQ(uri_decode("a%20b%2Fc+d%zz", true), "a b/c d%zz");
}

TEST(Text, NearestHelpsWithTyposOnly) {
  EXPECT_EQ(nearest("cidrBlok", {"tags", "cidrBlock"}), "cidrBlock");
  EXPECT_EQ(nearest("zebra", {"tags", "cidrBlock"}), "");
}

}  // namespace
}  // namespace drydock

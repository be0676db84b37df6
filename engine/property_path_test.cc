#include "engine/property_path.h"

#include <gmock/gmock.h>

namespace drydock::engine {
namespace {

TEST(PropertyPath, ParsesWhatProvidersWrite) {
  EXPECT_EQ(*parse_path("a.b[0]"), (PropertyPath{"a", "b", std::size_t{0}}));
  EXPECT_EQ(*parse_path(R"(tags["k.x"].y)"), (PropertyPath{"tags", "k.x", "y"}));
  EXPECT_EQ(*parse_path(R"(["root key"])"), (PropertyPath{"root key"}));
  EXPECT_EQ(*parse_path(R"(a["say \"hi\""])"), (PropertyPath{"a", "say \"hi\""}));
  EXPECT_EQ(*parse_path("a[*].b"), (PropertyPath{"a", Wildcard{}, "b"}));
  EXPECT_EQ(*parse_path("a.[1]"), (PropertyPath{"a", std::size_t{1}}));
  for (const char* bad : {"a[", "a[x]", ".a", "a.", "a[\"x]", "a..b"}) EXPECT_FALSE(parse_path(bad)) << bad;
}

TEST(PropertyPath, PrintsWhatItParsed) {
  for (const char* text : {"a.b[0]", R"(tags["k.x"].y)", "a[*].b"}) EXPECT_EQ(to_string(*parse_path(text)), text);
}

TEST(PropertyPath, APathContainsWhatLiesBelow) {
  EXPECT_TRUE(contains(*parse_path("a"), *parse_path("a.b[0]")));
  EXPECT_TRUE(contains(*parse_path("a[*].c"), *parse_path("a[3].c.d")));
  EXPECT_TRUE(contains(*parse_path("*"), *parse_path("anything")));
  EXPECT_FALSE(contains(*parse_path("a.b"), *parse_path("a")));
  EXPECT_FALSE(contains(*parse_path("a.b"), *parse_path("a.c")));
}

TEST(PropertyPath, ResetTakesTheOldValueOrItsAbsence) {
  const PropertyMap old{{"kept", 1.0}, {"list", PropertyList{1.0, 2.0}}, {"map", PropertyMap{{"x", "old"}}}};
  PropertyMap now{{"kept", 2.0},
                  {"added", 3.0},
                  {"list", PropertyList{8.0, 9.0}},
                  {"map", PropertyMap{{"x", "new"}, {"y", "new"}}}};
  EXPECT_TRUE(reset(*parse_path("kept"), old, now));
  EXPECT_TRUE(reset(*parse_path("added"), old, now));
  EXPECT_TRUE(reset(*parse_path("list[1]"), old, now));
  EXPECT_TRUE(reset(*parse_path("map.x"), old, now));
  EXPECT_EQ(
      now,
      (PropertyMap{{"kept", 1.0}, {"list", PropertyList{8.0, 2.0}}, {"map", PropertyMap{{"x", "old"}, {"y", "new"}}}}));
  EXPECT_FALSE(reset(*parse_path("list[5]"), old, now));
}

}  // namespace
}  // namespace drydock::engine

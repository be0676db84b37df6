#include "base/json.h"

#include <gtest/gtest.h>

namespace drydock {
namespace {

TEST(Json, RoundTripsWithSortedKeys) {
  auto j = Json::parse(R"({"b":[1,2.5,-3],"a":{"x":null,"y":true},"s":"q\"\n\u00e9"})");
  ASSERT_TRUE(j) << j.error().message;
  EXPECT_EQ(j->dump(), R"({"a":{"x":null,"y":true},"b":[1,2.5,-3],"s":"q\"\n)"
                       "\u00e9\"}");
}

TEST(Json, NumbersPrintAsTheyWereWritten) {
  for (const char* text : {"0.1", "9.992222222222221e+35", "1e-07", "123456789012.5", "-3"})
    EXPECT_EQ(Json::parse(text)->dump(), text);
}

TEST(Json, SaysWhereItBroke) {
  auto j = Json::parse("{\"a\": 1,\n \"b\": }");
  ASSERT_FALSE(j);
  EXPECT_NE(j.error().message.find("line 2, column"), std::string::npos) << j.error().message;
}

TEST(Json, RefusesTextBehindTheDocumentAndHostileDepth) {
  EXPECT_FALSE(Json::parse("{} x"));
  EXPECT_FALSE(Json::parse(""));
  EXPECT_FALSE(Json::parse(std::string(100000, '[')));
}

TEST(Json, PathsAreSafeOnAnything) {
  auto j = *Json::parse(R"({"a":[{"b":"c"}]})");
  EXPECT_EQ(j.path("a.0.b").string_or(), "c");
  EXPECT_TRUE(j.path("a.7.b").is_null());
  EXPECT_TRUE(j.path("a.x").is_null());
}

TEST(Yaml, PlainScalarsMeanWhatTheySayAndQuotedOnesAreText) {
  auto j = parse_yaml("a: 1\nb: \"1\"\nc: [true, 'true', ~, 1.5, text, 1.2.3.4]\n");
  ASSERT_TRUE(j) << j.error().message;
  EXPECT_EQ(j->dump(), R"({"a":1,"b":"1","c":[true,"true",null,1.5,"text","1.2.3.4"]})");
}

TEST(Yaml, MergeKeyGivesWhatTheMapDoesNotSay) {
  auto j = parse_yaml("base: &b {x: 1, y: 2}\nall:\n  <<: *b\n  y: 3\n");
  ASSERT_TRUE(j) << j.error().message;
  EXPECT_EQ(j->at("all").dump(), R"({"x":1,"y":3})");
}

TEST(Yaml, SaysWhereItBroke) {
  auto j = parse_yaml("a: [1\nb: 2");
  ASSERT_FALSE(j);
  EXPECT_NE(j.error().message.find("line"), std::string::npos);
}

}  // namespace
}  // namespace drydock

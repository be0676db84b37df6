#include "base/json.h"

#include <gtest/gtest.h>
#include "base/tagged_yaml.h"

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

TEST(Yaml, KnowsWhereItsValuesStand) {
  YamlPlaces places;
  ASSERT_TRUE(parse_yaml("a:\n  - x: 1\n  - x: 2\nb: 3\nb: 4\n", places));
  EXPECT_EQ(places.at({"a", "1", "x"}).line, 3);
  EXPECT_EQ(places.at({"a", "1", "x"}).column, 5);
  EXPECT_EQ(places.at({"a", "1", "y", "z"}).line, 3);  // the nearest above
  EXPECT_EQ(places.duplicates(), (std::vector<YamlPlaces::Path>{{"b"}}));
}

TEST(Yaml, TagsAreKeptForThoseWhoAsk) {
  YamlPlaces places;
  auto j = parse_tagged_yaml("a: !Sub \"x-${y}\"\nb: !GetAtt [r, Arn]\nc: '5'\nd: !If [x, !Ref y, 1]\n", places);
  ASSERT_TRUE(j) << j.error().message;
  EXPECT_EQ(j->dump(),
            R"({"a":{"!Sub":"x-${y}"},"b":{"!GetAtt":["r","Arn"]},"c":"5","d":{"!If":["x",{"!Ref":"y"},1]}})");
  EXPECT_EQ(places.at({"d", "1"}).line, 4);
}

TEST(Yaml, WhatIsWrittenReadsTheSame) {
  Json odd = Json::array({"true",
                          "1.30",
                          "10.0.0.0/16",
                          "a: b",
                          "- x",
                          "",
                          " x",
                          "x:",
                          "#no",
                          "arn:aws:iam::1:role/x",
                          "two\nlines",
                          "ends\n",
                          "ends twice\n\n",
                          "tab\there\nx",
                          "\u00e9",
                          nullptr,
                          1,
                          -2.5,
                          true,
                          Json::object(),
                          Json::array(),
                          "0x1f",
                          "1e3",
                          "~",
                          "=",
                          "*",
                          "a, b",
                          "{x}",
                          "012",
                          "1_000"});
  Json document = Json::object({{"odd", odd}, {"arn:aws:iam::1:role/x", Json::object({{"a:b", odd}, {"1", 2}})}});
  for (std::size_t width : {0, 40, 120, 4000}) {
    auto read = parse_yaml(write_yaml(document, width));
    ASSERT_TRUE(read) << read.error().message << write_yaml(document, width);
    EXPECT_EQ(*read, document) << write_yaml(document, width);
  }
}

TEST(Yaml, IsWrittenForPeople) {
  EXPECT_EQ(write_yaml(*Json::parse(R"({"vpcs":{"main":{"cidrBlock":"10.0.0.0/16","dns":true}},
      "script":"#!/bin/sh\necho hi\n","list":["a very long text of its own","another very long text of its own"]})"),
                       60),
            "list:\n  - a very long text of its own\n  - another very long text of its own\n"
            "script: |\n  #!/bin/sh\n  echo hi\n"
            "vpcs: {main: {cidrBlock: 10.0.0.0/16, dns: true}}\n");
}

}  // namespace
}  // namespace drydock

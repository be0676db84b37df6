#include "sdk/generator/schema.h"

#include <gtest/gtest.h>

#include "sdk/generator/names.h"

namespace drydock::generator {
namespace {

Json yaml(const char* text) { return *parse_yaml(text); }

TEST(Schema, EveryMistakeIsToldAtOnce) {
  auto package = read_package(
      yaml("name: p\n"
           "resources:\n"
           "  p:index:A: {inputProperties: {x: {type: strin}, y: {$ref: '#/types/p:index:B'}}, requiredInputs: [z]}\n"
           "  oops: {}\n"));
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().message,
            "resources: 'oops' is no token of the form package:module:Name\n"
            "p:index:A.x: unknown type 'strin'\n"
            "p:index:A: required property 'z' is not described\n"
            "p:index:A.y: there is no type 'p:index:B'");
}

TEST(Schema, PartsAreJoinedAndMustNotContradict) {
  EXPECT_EQ(merge({{"a", yaml("types: {x: 1}")}, {"b", yaml("types: {y: 2}")}})->at("types").size(), 2u);
  auto twice = merge({{"a", yaml("types: {x: 1}")}, {"b", yaml("types: {x: 2}")}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message, "b: 'types.x' is given in another file too");
}

struct Row {
  const char *token, *format, *module, *name;
};
class Names : public testing::TestWithParam<Row> {};
TEST_P(Names, FollowTheToken) {
  EXPECT_EQ(module_of(GetParam().token, GetParam().format), GetParam().module);
  EXPECT_EQ(class_name(GetParam().token), GetParam().name);
}
INSTANTIATE_TEST_SUITE_P(Tokens, Names,
                         testing::Values(Row{"aws:ec2/vpc:Vpc", "(.*)(?:/[^/]*)", "ec2", "Vpc"},
                                         Row{"aws:ec2/vpc:Vpc", "", "ec2", "Vpc"},
                                         Row{"eks:index:Cluster", "", "", "Cluster"},
                                         Row{"kubernetes:core/v1:ConfigMap", "", "core/v1", "ConfigMap"},
                                         Row{"aws:index/getRegion:getRegion", "(.*)(?:/[^/]*)", "", "GetRegion"}));

TEST(Names, OfFieldsAvoidTheLanguage) {
  EXPECT_EQ(field_name("default"), "default_");
  EXPECT_EQ(field_name("vpcId"), "vpcId");
  EXPECT_EQ(namespace_of("kubernetes", "core/v1"), "drydock::kubernetes::core::v1");
  EXPECT_EQ(header_of("eks", ""), "drydock/eks.h");
  EXPECT_EQ(enum_value_name("", "AL2_x86_64"), "AL2_x86_64");
  EXPECT_EQ(enum_value_name("", "sea-green"), "SeaGreen");
}

}  // namespace
}  // namespace drydock::generator

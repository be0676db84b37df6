#include "readers/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drydock::readers {
namespace {

using testing::HasSubstr;

struct Row {
  const char* name;
  const char* text;
  Format format;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
class Detect : public testing::TestWithParam<Row> {};

TEST_P(Detect, ByContent) {
  auto format = detect({.files = {{"input", GetParam().text}}});
  ASSERT_TRUE(format) << format.error().to_string();
  EXPECT_EQ(*format, GetParam().format);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, Detect,
    testing::Values(Row{"plan", R"({"format_version":"1.2","terraform_version":"1.11.4","planned_values":{}})",
                        Format::terraform},
                    Row{"OldState", R"({"format_version":"0.1","values":{"root_module":{}}})", Format::terraform},
                    Row{"export", R"({"version":3,"deployment":{"resources":[]}})", Format::pulumi_deployment},
                    Row{"preview", R"({"config":{},"steps":[]})", Format::pulumi_preview},
                    Row{"TemplateInJson", R"({"Resources":{"A":{"Type":"AWS::EC2::VPC"}}})", Format::cloudformation},
                    Row{"TemplateInYaml", "# mine\nAWSTemplateFormatVersion: '2010-09-09'\nResources:\n  A: {}\n",
                        Format::cloudformation},
                    Row{"describe", R"({"Vpcs":[{"VpcId":"vpc-1"}]})", Format::describe},
                    Row{"WorldByBase", "base: private-eks\nremove: endpoint ecr.dkr\n", Format::world},
                    Row{"WorldByTables", "region: us-east-1\nvpcs:\n  vpc-1: {}\n", Format::world}),
    [](const auto& row) { return std::string(row.param.name); });

std::string why(std::vector<File> files) {
  auto format = detect({.files = std::move(files)});
  return format ? "" : format.error().message;
}

TEST(DetectFaults, OneMessageThatSaysWhatToDo) {
  EXPECT_THAT(why({}), HasSubstr("holds no files"));
  EXPECT_THAT(why({{"a.txt", "hello"}}), HasSubstr("a.txt is none of the formats Drydock reads"));
  EXPECT_THAT(why({{"terraform.tfstate", R"({"version":4,"terraform_version":"1.9","lineage":"x","resources":[]})"}}),
              HasSubstr("terraform show -json"));
  EXPECT_THAT(why({{"log", "{\"@level\":\"info\"}\n{\"@level\":\"info\"}\n"}}), HasSubstr("several JSON documents"));
  EXPECT_THAT(why({{"both", R"({"Resources":{},"Vpcs":[]})"}}),
              HasSubstr("could be a CloudFormation template or describe"));
  EXPECT_THAT(why({{"vpcs.json", R"({"Vpcs":[]})"}, {"plan.json", R"({"format_version":"1.0","planned_values":{}})"}}),
              HasSubstr("one input at a time"));
}

std::string utf16(std::string_view ascii, bool big_endian) {
  std::string out = big_endian ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

TEST(Detect, ReadsWhatPowerShellWrites) {
  const std::string plan = R"({"format_version":"1.2","planned_values":{}})";
  for (const bool big_endian : {false, true}) {
    auto format = detect({.files = {{"plan.json", utf16(plan, big_endian)}}});
    ASSERT_TRUE(format) << format.error().to_string();
    EXPECT_EQ(*format, Format::terraform);
  }
  EXPECT_THAT(why({{"half", utf16(plan, false) + "x"}}), HasSubstr("UTF-16"));
}

TEST(Detect, AMarkOfUtf8IsSkipped) {
  EXPECT_EQ(*detect({.files = {{"t", "\xEF\xBB\xBF{\"Resources\":{}}"}}}), Format::cloudformation);
}

}  // namespace
}  // namespace drydock::readers

// AWS's protocols on the wire.
#include "twin/kernel/wire.h"

#include <gtest/gtest.h>

namespace drydock::twin {
namespace {

TEST(ParseForm, MakesListsOfNumbersAndLeavesMemberOut) {
  const struct {
    const char *body, *want;
  } kRows[] = {
      {"", "{}"},
      {"Action=DescribeVpcs&Version=2016-11-15", R"({"Action":"DescribeVpcs","Version":"2016-11-15"})"},
      {"VpcId.1=a&VpcId.2=b", R"({"VpcId":["a","b"]})"},
      {"VpcId.10=c&VpcId.2=b&VpcId.1=a", R"({"VpcId":["a","b","c"]})"},
      {"Filter.1.Name=vpc-id&Filter.1.Value.1=x", R"({"Filter":[{"Name":"vpc-id","Value":["x"]}]})"},
      {"Tags.member.1.Key=a&Tags.member.1.Value=b", R"({"Tags":[{"Key":"a","Value":"b"}]})"},
      {"EnableDnsSupport.Value=true", R"({"EnableDnsSupport":{"Value":"true"}})"},
      {"a=1%2B1+%26+x&b", R"({"a":"1+1 & x","b":""})"},
  };
  for (const auto& row : kRows) EXPECT_EQ(parse_form(row.body).dump(), row.want) << row.body;
}

TEST(AppendXml, NestsEscapesAndNamesItems) {
  const Json value = *Json::parse(
      R"({"vpcSet":[{"vpcId":"vpc-1","isDefault":true}],"text":"a<b&c","none":null,"empty":[],"g:groupId":["sg-1"]})");
  std::string out;
  append_xml(out, value, "item");
  EXPECT_EQ(out,
            "<empty></empty><g><groupId>sg-1</groupId></g><text>a&lt;b&amp;c</text>"
            "<vpcSet><item><isDefault>true</isDefault><vpcId>vpc-1</vpcId></item></vpcSet>");
}

TEST(RenderError, SpeaksEachProtocol) {
  const ApiError error{404, "NoSuchEntity", "gone", Json::object({{"clusterName", "c"}})};
  const struct {
    Protocol protocol;
    const char* want;
  } kRows[] = {
      {Protocol::ec2,
       "<?xml version=\"1.0\" "
       "encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>NoSuchEntity</Code><Message>gone</Message></Error>"
       "</Errors><RequestID>r</RequestID></Response>"},
      {Protocol::query,
       "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>gone</Message></Error>"
       "<RequestId>r</RequestId></ErrorResponse>"},
      {Protocol::json, R"({"__type":"NoSuchEntity","clusterName":"c","message":"gone"})"},
      {Protocol::rest_json, R"({"__type":"NoSuchEntity","clusterName":"c","message":"gone"})"},
  };
  for (const auto& row : kRows) {
    const HttpResponse response = render_error(row.protocol, "x", "r", error);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, row.want);
  }
}

TEST(PathPattern, MatchesSegmentsAndDecodesThem) {
  PathPattern pattern("/clusters/{name}/access-entries/{principalArn}");
  Json out = Json::object();
  ASSERT_TRUE(pattern.match("/clusters/c/access-entries/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx", out));
  EXPECT_EQ(out.dump(), R"({"name":"c","principalArn":"arn:aws:iam::1:role/x"})");
  for (const char* path :
       {"/clusters/c/access-entries", "/clusters//access-entries/x", "/clusters/c/access-entries/x/y"})
    EXPECT_FALSE(pattern.match(path, out)) << path;
}

}  // namespace
}  // namespace drydock::twin

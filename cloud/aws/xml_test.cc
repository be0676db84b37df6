#include "cloud/aws/xml.h"

#include <gtest/gtest.h>

namespace drydock::aws {
namespace {

std::string tree(std::string_view xml) {
  auto reply = parse_xml(xml);
  return reply ? reply->root + " " + reply->body.dump() : reply.error().message;
}

TEST(Xml, ItemsAndMembersAreLists) {
  EXPECT_EQ(tree("<?xml version=\"1.0\"?><R xmlns=\"x\"><vpcSet><item><vpcId>vpc-1</vpcId><tagSet/></item></vpcSet>"
                 "<requestId>1</requestId></R>"),
            R"(R {"requestId":"1","vpcSet":[{"tagSet":"","vpcId":"vpc-1"}]})");
  EXPECT_EQ(tree("<R><L><member>a</member><member>b</member></L></R>"), R"(R {"L":["a","b"]})");
}

TEST(Xml, RepeatedNamesBecomeAList) {
  EXPECT_EQ(tree("<R><C><K>a</K></C><C><K>b</K></C><N>1</N></R>"), R"(R {"C":[{"K":"a"},{"K":"b"}],"N":"1"})");
}

TEST(Xml, EntitiesAreText) { EXPECT_EQ(tree("<R><m>a &lt; b &amp; c</m></R>"), R"(R {"m":"a < b & c"})"); }

TEST(Xml, SaysWhereItBreaks) {
  EXPECT_EQ(tree("<R><a></R>").substr(0, 22), "invalid XML at byte 8:");
  EXPECT_EQ(tree("").substr(0, 21), "invalid XML at byte 0");
}

}  // namespace
}  // namespace drydock::aws

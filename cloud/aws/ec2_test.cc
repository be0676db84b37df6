#include "cloud/aws/ec2.h"

#include <gtest/gtest.h>

#include "base/fields.h"

namespace drydock::aws {
namespace {

TEST(Ec2Nouns, RoundTripThroughTheJournalsForm) {
  RouteTable table;
  table.routeTableId = "rtb-1";
  table.routeSet.push_back({.destinationCidrBlock = "10.0.0.0/16", .gatewayId = "local"});
  table.tagSet = {{"Name", "x"}};
  const Json j = fields::encode(table);
  EXPECT_EQ(fields::encode(fields::decoded<RouteTable>(j)), j);
  EXPECT_EQ(j.path("routeSet.0.gatewayId").string_or(), "local");
  EXPECT_FALSE(j.path("routeSet.0").has("natGatewayId"));
}

TEST(Ec2Nouns, InternalFieldsStayOffTheWire) {
  Vpc vpc;
  EXPECT_TRUE(fields::encode(vpc).has("_enableDnsSupport"));
  EXPECT_FALSE(fields::encode(vpc, fields::Scope::wire).has("_enableDnsSupport"));
}

}  // namespace
}  // namespace drydock::aws

// The table of tricky cases: each row changes the base world only as it says.
#include <gtest/gtest.h>

#include "tests/vectors/network.h"
#include "twin/network/testing.h"

namespace drydock::twin::network::testing {
namespace {

using vectors::Bench, vectors::kEc2, vectors::kLayers, vectors::Row;

class OnePacket : public ::testing::TestWithParam<Row> {};

std::string outcome(const Connection& c) {
  switch (c.kind) {
    case Connection::Kind::connected:
      return c.flaky ? "flaky" : "";
    case Connection::Kind::no_such_host:
      return "no such host";
    case Connection::Kind::dns_timeout:
      return "dns timeout";
    case Connection::Kind::timeout:
      return c.journey.cause;
  }
  return "?";
}

TEST_P(OnePacket, ArrivesOrMeetsThisWall) {
  Bench bench;
  if (GetParam().change) GetParam().change(bench);
  EXPECT_EQ(outcome(connect(bench, GetParam().from, GetParam().host, GetParam().source_port)), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(TrickyCases, OnePacket, ::testing::ValuesIn(vectors::kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Journey, TellsWhatItMet) {
  Bench bench;
  const Connection c = connect(bench, "node-b", kLayers);
  std::string text;
  for (const Hop& hop : c.journey.hops) text += hop.component + ": " + hop.what + "\n";
  EXPECT_EQ(c.journey.endpoint, "vpce-s3");
  const std::string ip = c.address;
  EXPECT_EQ(text, "sg-n: egress tcp 443 to " + ip + ": n-out admits 0.0.0.0/0\n" + "acl-default: egress tcp 443 to " +
                      ip + ": rule 100 allows\n" + "rtb-b: pl-s3 -> vpce-s3\n" +
                      "vpce-s3: com.amazonaws.us-east-1.s3\n" + "acl-default: ingress tcp 40000 from " + ip +
                      ": rule 100 allows\n");
}

TEST(PrivateDns, ShadowsThePublicNameOfTheWholeVpc) {
  Bench bench;  // an endpoint with a closed group breaks nodes that had worked over NAT
  bench.add_nat("rtb-a");
  bench.endpoints.erase("ec2");
  EXPECT_TRUE(connect(bench, "node-a", kEc2).connected());
  bench.endpoint("ec2", "ec2", false, true);
  bench.rule("e-in", "sg-e", false, "10.9.0.0/16");
  EXPECT_EQ(connect(bench, "node-a", kEc2).journey.cause, "sg.ingress");
}

}  // namespace
}  // namespace drydock::twin::network::testing

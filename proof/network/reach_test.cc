// The same small worlds as the twin's judge of packets, decided over sets.
#include "proof/network/reach.h"

#include <gtest/gtest.h>

#include "tests/vectors/network.h"

namespace drydock::proof {
namespace {

using vectors::Bench, vectors::Row, vectors::kEc2, vectors::kLayers;

std::vector<std::string> groups_of(const aws::NetworkInterface& eni) {
  std::vector<std::string> out;
  for (const aws::GroupIdentifier& g : eni.groupSet) out.push_back(g.groupId);
  return out;
}

Network network_of(const Bench& bench) {
  Network network("us-east-1");
  const auto add = [&](const auto& map) {
    for (const auto& [id, noun] : map) network.add(noun);
  };
  add(bench.vpcs), add(bench.dhcp), add(bench.subnets), add(bench.tables), add(bench.rules), add(bench.acls);
  add(bench.endpoints), add(bench.lists), add(bench.gateways), add(bench.nats), add(bench.interfaces);
  add(bench.instances);
  for (const vectors::ApiServer& c : bench.clusters) {
    ApiServer api{c.name, c.host, c.vpcId, c.publicAccess, c.privateAccess, c.publicAccessCidrs, {}, {}};
    for (const std::string& id : c.networkInterfaceIds) {
      const aws::NetworkInterface& eni = bench.interfaces.at(id);
      api.subnetIds.push_back(eni.subnetId);
      api.securityGroupIds = groups_of(eni);
    }
    network.add(std::move(api));
  }
  return network;
}

Site site_of(const Bench& bench, const std::string& id) {
  const aws::NetworkInterface& eni = bench.interfaces.at(id);
  return {id, eni.subnetId, AddressSet::of(*aws::IpAddress::parse(eni.privateIpAddress)), groups_of(eni),
          eni.publicIp.has_value()};
}

std::string outcome(const Contact& c) {
  if (c.names.kind == Names::Kind::no_such_host) return "no such host";
  if (c.names.kind == Names::Kind::no_resolver) return "dns timeout";
  if (c.reach.reached == Tri::yes) return "";
  if (c.reach.reached == Tri::maybe) return "flaky";
  return c.reach.walls.front().code;
}

class Sets : public testing::TestWithParam<Row> {};

TEST_P(Sets, ReachOrMeetThisWall) {
  const Row& row = GetParam();
  Bench bench;
  if (row.change) row.change(bench);
  const Contact c = contact(network_of(bench), site_of(bench, row.from), row.host, 443);
  EXPECT_EQ(outcome(c), row.want_of_sets ? row.want_of_sets : row.want);
}
INSTANTIATE_TEST_SUITE_P(TrickyCases, Sets, testing::ValuesIn(vectors::kRows),
                         [](const auto& row) { return std::string(row.param.name); });

// A node that is only planned may get any address of its subnet.
Site planned(const std::string& subnet) { return {"node group default", subnet, {}, {"sg-n"}, false}; }

TEST(Planned, AllAddressesOfTheSubnetReachTheEndpoint) {
  Bench bench;
  EXPECT_EQ(contact(network_of(bench), planned("a"), kEc2, 443).reach.reached, Tri::yes);
}

TEST(Planned, ARuleForHalfOfTheSubnetIsAPartialWallThatNamesTheRest) {
  Bench bench;
  bench.rule("e-in", "sg-e", false, "10.0.1.0/25");
  const Contact c = contact(network_of(bench), planned("a"), kEc2, 443);
  EXPECT_EQ(c.reach.reached, Tri::maybe);
  ASSERT_FALSE(c.reach.walls.empty());
  EXPECT_EQ(c.reach.walls.front().code, "sg.ingress");
  EXPECT_EQ(c.reach.walls.front().blocked.str(), "10.0.1.128/25");
}

TEST(Planned, AllWallsAreNamedNotTheFirstOnly) {
  Bench bench;
  bench.rules.erase("n-out");
  bench.tables["rtb-b"].routeSet.pop_back();
  const Contact c = contact(network_of(bench), planned("b"), kLayers, 443);
  std::string codes;
  for (const Wall& wall : c.reach.walls) codes += wall.code + " ";
  EXPECT_EQ(codes, "sg.egress route.none ");
}

TEST(AddressSets, SubtractAndUnite) {
  AddressSet set(*aws::Cidr::parse("10.0.0.0/8"));
  set = set.without(*aws::Cidr::parse("10.64.0.0/10"));
  EXPECT_EQ(set.str(), "10.0.0.0/10, 10.128.0.0/9");
  set.add(*aws::Cidr::parse("10.0.0.0/8"));
  EXPECT_EQ(set.without(*aws::Cidr::parse("10.0.0.0/8")).str(), "");
  EXPECT_TRUE(AddressSet::public_v4().common(*aws::Cidr::parse("192.168.0.0/16")).empty());
}

}  // namespace
}  // namespace drydock::proof

// Addresses for pods: what ipamd keeps ready, and what happens when EC2 gives no more.
#include <gmock/gmock.h>

#include "twin/nodes/fixture.h"

namespace drydock::twin::nodes {
namespace {

using namespace testing;
using ::testing::HasSubstr;
constexpr auto kCniPolicy = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy";

struct Pool {
  const char* name;
  const char* variable;
  const char* value;
  int pods;
  std::size_t running, interfaces;
  std::size_t addresses;  // for pods, on all interfaces
};
void PrintTo(const Pool& row, std::ostream* out) { *out << row.name; }
class Pools : public ::testing::TestWithParam<Pool> {};

std::size_t pod_addresses(Twin& twin) {
  std::size_t count = 0;
  for (const std::string& id : twin.instance().networkInterfaceIds)
    count += twin.world->table<aws::NetworkInterface>(kRegion).find(id)->secondaryAddresses.size();
  return count;
}

TEST_P(Pools, KeepTheirTargets) {
  Twin twin;
  twin.install_cni();
  twin.set_cni(GetParam().variable, GetParam().value);
  twin.launch();
  if (GetParam().pods) twin.deploy(GetParam().pods);
  EXPECT_EQ(static_cast<std::size_t>(twin.running()), GetParam().running);
  EXPECT_EQ(twin.instance().networkInterfaceIds.size(), GetParam().interfaces);
  EXPECT_EQ(pod_addresses(twin), GetParam().addresses);
}

// A t3.medium has three interfaces of six addresses: 3 * (6 - 1) + 2 = 17 pods, two of them on the host's network.
const Pool kPools[] = {
    {"NoPods", "X", "", 0, 0, 1, 5},
    {"OneWarmInterface", "X", "", 1, 1, 2, 10},
    {"SixPodsLeaveTooFewWarm", "X", "", 6, 6, 3, 15},
    {"AsManyAsTheTypeHas", "X", "", 15, 15, 3, 15},
    {"TheKubeletsLimitIsOneMoreThanItsAddresses", "X", "", 17, 15, 3, 15},
    {"NoWarmInterface", "WARM_ENI_TARGET", "0", 5, 5, 2, 10},
    {"TwoWarmAddresses", "WARM_IP_TARGET", "2", 1, 1, 1, 3},
    {"AtLeastEight", "MINIMUM_IP_TARGET", "8", 1, 1, 2, 8},
    {"AtMostOneInterface", "MAX_ENI", "1", 6, 5, 1, 5},
};
INSTANTIATE_TEST_SUITE_P(AddressPool, Pools, ::testing::ValuesIn(kPools),
                         [](const auto& row) { return std::string(row.param.name); });

std::string pending_message(Twin& twin) {
  for (const Json* event : twin.kube->list("events", "default"))
    if (event->at("reason").string_or() == "FailedCreatePodSandBox") return event->at("message").string_or();
  return {};
}

TEST(AddressPool, WithoutPermissionToMakeInterfacesTheNodeIsReadyAndPodsWait) {
  Twin twin;
  twin.install_cni();
  auto& grants = twin.world->table<aws::Role>().edit("node")->grants;
  grants.inlined["less"] =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:CreateNetworkInterface","Resource":"*"}]})";
  twin.launch();
  twin.deploy(6);
  EXPECT_EQ(twin.ready(), "True");
  EXPECT_EQ(twin.running(), 5);
  EXPECT_THAT(twin.words("ipamd.create-interface"), HasSubstr("AllocENI: failed to create ENI"));
  EXPECT_THAT(pending_message(twin), HasSubstr("add cmd: failed to assign an IP address to container"));
  std::string event;
  for (const Json* e : twin.kube->list("events", "kube-system"))
    if (e->at("reason").string_or() == "MissingIAMPermissions") event = e->at("message").string_or();
  EXPECT_THAT(event, HasSubstr("failed to call ec2:CreateNetworkInterface due to missing permissions"));

  twin.world->table<aws::Role>().edit("node")->grants.inlined.clear();
  twin.settle();
  EXPECT_EQ(twin.running(), 6);
}

TEST(AddressPool, OfAFullSubnetGivesWhatIsLeft) {
  Twin twin;
  twin.install_cni();
  twin.lay_out();
  twin.leave_free("a", 3);
  twin.bench.subnets.clear();  // stay as they are
  twin.launch();
  EXPECT_EQ(twin.ready(), "True");
  twin.deploy(5);
  EXPECT_EQ(twin.running(), 3);
  EXPECT_THAT(twin.words("ipamd.more-addresses"), HasSubstr("subnet doesn't seem to have enough IPs/Prefixes"));
}

TEST(AddressPool, AddressesOfPodsThatLeaveAreForOthers) {
  Twin twin;
  twin.install_cni();
  twin.set_cni("MAX_ENI", "1");
  twin.launch();
  twin.deploy(6);
  EXPECT_EQ(twin.running(), 5);
  twin.kube->edit("deployments.apps", "default", "web", [](Json& live) { live["spec"]["replicas"] = 3; });
  twin.settle();
  twin.kube->edit("deployments.apps", "default", "web", [](Json& live) { live["spec"]["replicas"] = 5; });
  twin.settle();
  EXPECT_EQ(twin.running(), 5);
}

}  // namespace
}  // namespace drydock::twin::nodes

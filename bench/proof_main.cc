// proof_speed [SCALE]: milliseconds of CPU to prove the private cluster, and an account of SCALE x (1,000 interfaces,
// 100 groups, 40 route tables, 10 node groups), ready and with a cause. Prints "private large large-broken". Example:
// proof_speed 5
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "proof/readiness.h"
#include "proof/test_world.h"

namespace {

using drydock::proof::prove;
using drydock::proof::testing::PrivateWorld;

PrivateWorld large(int scale) {
  PrivateWorld w;
  for (int n = 0; n < 100 * scale; ++n) {
    w.group(fmt::format("sg-{}", n));
    for (int r = 0; r < 5; ++r) w.rule(fmt::format("sg-{}", n), r > 3, "10.0.0.0/16", 1000 + r);
  }
  for (int n = 0; n < 40 * scale; ++n)
    w.subnet(fmt::format("s-{}", n), fmt::format("10.0.{}.{}/28", 16 + n / 16, n % 16 * 16), "us-east-1a");
  for (int n = 0; n < 40 * scale; ++n) w.vpc_endpoints.back().routeTableIdSet.push_back(fmt::format("rtb-s-{}", n));
  for (int n = 0; n < 1000 * scale; ++n) {
    drydock::aws::NetworkInterface eni{.networkInterfaceId = fmt::format("eni-{}", n), .subnetId = "b", .vpcId = "vpc"};
    eni.privateIpAddress = fmt::format("10.1.{}.{}", n / 250, n % 250 + 1);
    eni.subnetId = "other", eni.groupSet = {{fmt::format("sg-{}", n % (100 * scale)), ""}};
    w.network_interfaces.push_back(eni);
  }
  const auto group = w.auto_scaling_groups.front();
  w.auto_scaling_groups.clear();
  for (int n = 0; n < 10 * scale; ++n) {
    w.auto_scaling_groups.push_back(group);
    w.auto_scaling_groups.back().AutoScalingGroupName = fmt::format("workers-{}", n);
    w.auto_scaling_groups.back().VPCZoneIdentifier = fmt::format("s-{},s-{},s-{}", n * 4, n * 4 + 1, n * 4 + 2);
  }
  return w;
}

double best_of(int rounds, const drydock::cloud::World& world, drydock::proof::Verdict want) {
  double best = 1e9;
  for (int n = 0; n < rounds; ++n) {
    const std::clock_t began = std::clock();
    if (prove(world).verdict != want) std::exit(1);  // not what we meant to measure
    best = std::min(best, 1000.0 * static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const int scale = argc > 1 ? std::atoi(argv[1]) : 5;
  PrivateWorld broken = large(scale);
  broken.erase_endpoint("ec2");
  using drydock::proof::Verdict;
  std::printf("%.2f %.1f %.1f\n", best_of(20, PrivateWorld(), Verdict::ready), best_of(3, large(scale), Verdict::ready),
              best_of(3, broken, Verdict::not_ready));
}

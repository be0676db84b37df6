// The shared small world (tests/vectors/network.h), seen by the twin's literal judge.
#pragma once

#include <string>

#include "tests/vectors/network.h"
#include "twin/network/path.h"

namespace drydock::twin::network::testing {

inline View view_of(const vectors::Bench& bench) {
  View view("us-east-1");
  const auto add = [&](const auto& map) {
    for (const auto& [id, noun] : map) view.add(noun);
  };
  add(bench.vpcs), add(bench.dhcp), add(bench.subnets), add(bench.tables), add(bench.rules), add(bench.acls);
  add(bench.endpoints), add(bench.lists), add(bench.gateways), add(bench.nats), add(bench.interfaces);
  add(bench.instances);
  for (const vectors::ApiServer& c : bench.clusters)
    view.add(ClusterEndpoint{c.name, c.host, c.vpcId, c.publicAccess, c.privateAccess, c.publicAccessCidrs,
                             c.networkInterfaceIds});
  return view;
}

inline Connection connect(const vectors::Bench& bench, const std::string& from, const std::string& host,
                          int source_port = 40000) {
  return network::connect(view_of(bench), from, host, 443, source_port);
}

}  // namespace drydock::twin::network::testing

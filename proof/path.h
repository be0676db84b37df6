// One question of reachability, with every hop: does a node of a group reach a service, a name or an address?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cloud/world/world.h"
#include "proof/finding.h"
#include "proof/tri.h"

namespace drydock::proof {

struct PathAnswer {
  std::string from, to;  // "node group default in subnet-0a1", "api.ecr.us-east-1.amazonaws.com"
  int port = 0;
  Tri reached = Tri::no;
  std::vector<std::string> hops;  // what the name means, then what the packets pass, in order
  std::vector<Evidence> walls;    // all that stops them
};

/// `from`: "node:GROUP" (all groups: "node"), "pod:GROUP" (a pod behind its node's address), "subnet:ID", or an
/// interface's id. `to`: a service ("ecr.dkr", "s3"), "api", a host name, or an IPv4 address. One answer a subnet.
/// Errors: not_found, naming what is there.
Result<std::vector<PathAnswer>> find_paths(const cloud::World& world, std::string_view from, std::string_view to,
                                           int port);

}  // namespace drydock::proof

// Security groups and network ACLs over sets of packets.
#pragma once

#include <string>
#include <vector>

#include "proof/network/network.h"

namespace drydock::proof {

/// How much of a flow passes, and the words for it.
struct Passage {
  Tri passes = Tri::no;  // maybe: a part of it
  std::string evidence;  // the rule that decided, or "no rule matches"
  AddressSet blocked;    // what does not pass
  Ports blocked_ports;   // of the first such part
};

enum class Direction { ingress, egress };

/// The union of all rules of all groups. `peer_groups`: what the other end's interface carries; public addresses carry
/// none.
Passage through_groups(const Network& network, const std::vector<std::string>& groups, Direction direction,
                       const Flow& flow, const std::vector<std::string>& peer_groups);

/// First matching rule of the subnet's ACL, packet by packet. TCP only.
Passage through_acl(const Network& network, const aws::Subnet& subnet, Direction direction, const Flow& flow);

}  // namespace drydock::proof

// Security groups and network ACLs on one packet.
#pragma once

#include "twin/network/path.h"

namespace drydock::twin::network {

/// The far end of a packet as a filter sees it. `interface` is null for addresses outside of the VPC and for traffic
/// whose address was translated: a rule that names a group never matches those.
struct Peer {
  aws::IpAddress address;
  const aws::NetworkInterface* interface = nullptr;
};

/// The union of all rules of the interface's groups.
/// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
Hop judge_groups(const View& view, const aws::NetworkInterface& interface, bool egress, Protocol protocol, int port,
                 const Peer& peer);

/// The first matching rule by number. https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
Hop judge_acl(const View& view, const aws::Subnet& subnet, bool egress, Protocol protocol, int port,
              const aws::IpAddress& peer);

/// Amazon's own link-local services (IMDS, DNS, time): no rule, route or ACL applies to them.
bool is_link_local(const aws::IpAddress& address);

}  // namespace drydock::twin::network

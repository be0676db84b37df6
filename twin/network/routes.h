// Which route a destination takes. https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
#pragma once

#include "twin/network/view.h"

namespace drydock::twin::network {

struct Choice {
  const aws::Route* route = nullptr;  // null: no route matches
  aws::Cidr prefix;                   // the prefix that matched
};

/// Longest prefix first; at equal length static before prefix list before propagated. A blackhole wins like any other.
Choice choose_route(const View& view, const aws::RouteTable& table, const aws::IpAddress& destination);

/// "10.0.0.0/16 -> local"
std::string describe(const Choice& choice);

}  // namespace drydock::twin::network

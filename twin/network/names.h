// Name resolution as a host in a VPC sees it. https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "twin/network/view.h"

namespace drydock::twin::network {

struct Answer {
  enum class Kind { addresses, no_such_host, no_resolver };
  Kind kind = Kind::no_such_host;
  std::vector<std::string> addresses;  // in the order in which a client tries them
  std::string resolver;                // "10.0.0.2:53"
  std::string zone;                    // who answered: "vpce-0a1", "cluster demo", "public DNS"
};

/// What the resolvers of `from`'s VPC answer. Interface endpoints answer by private DNS when they are available and the
/// VPC has both DNS attributes; a cluster with private access answers with its own interfaces under the same terms; all
/// else is public DNS. Servers of one's own (DHCP options) are taken to know public DNS only.
Answer resolve(const View& view, const aws::NetworkInterface& from, std::string_view host);

/// Public DNS alone.
Answer resolve_public(const View& view, std::string_view host);

}  // namespace drydock::twin::network

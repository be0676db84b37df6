// Rules of security groups: Authorize, Revoke, Modify, and DescribeSecurityGroupRules.
#pragma once

#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

/// "6" -> "tcp", "all" -> "-1"; nullopt for what is no protocol.
std::optional<std::string> canonical_protocol(std::string_view text);

void install_group_rules(Front& front, World& world);

}  // namespace drydock::twin::ec2

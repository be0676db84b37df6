// What a source names and does not hold: a subnet by its id, a role by its ARN. They become nouns of which nothing is
// known, so that nobody takes silence for an answer.
#pragma once

#include <set>
#include <string>

#include "cloud/world/world.h"

namespace drydock::readers {

/// Adds a noun, with an unknown cloud::kAllOfIt, for every VPC, subnet, route table, security group and role that
/// others refer to and that is not there. `understood`: ids that need no noun.
void add_what_is_only_named(cloud::World& world, const std::set<std::string, std::less<>>& understood = {});

/// Notes that nobody could read a cluster's aws-auth, where its mode makes that matter and no object says it.
void note_unread_aws_auth(cloud::World& world, const aws::eks::Cluster& cluster);

}  // namespace drydock::readers

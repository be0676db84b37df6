// Synthetic repairs: the step that a problem is about is made to work, whatever it takes, so that proving again shows
// what stood behind it. Nothing that anybody should copy; what is offered to people is in proof/fix.
#pragma once

#include <string>

#include "cloud/world/world.h"
#include "proof/problem.h"

namespace drydock::proof {

/// True if it knew how. Leaves alone what hides nothing.
bool repair(cloud::World& world, const Problem& problem);

// Parts of it, also what an unknown value could be at best.
extern const char* const kAllowsAll;                                  // a policy document
std::string open_group(cloud::World& world, const std::string& vpc);  // a security group that lets everything through
void open_group_of(cloud::World& world, const std::string& group);    // the same of a group that is there
void give_way_out(cloud::World& world, const std::string& table, const std::string& vpc);
std::string right_node_config(const aws::eks::Cluster& cluster, bool by_instance_id);
void map_role(cloud::World& world, const std::string& cluster, const std::string& role_arn, const std::string& type);
void trust_ec2(aws::Role& role);

}  // namespace drydock::proof

// What the files about instances owe each other.
#pragma once

#include "twin/ec2/ec2.h"

namespace drydock::twin::ec2 {

void install_instance_types(Front& front);
/// The clock's events: pending to running, shutting-down to terminated, stopping to stopped.
void install_instance_events(World& world, Ec2& ec2);

}  // namespace drydock::twin::ec2

// The nested blocks of an Auto Scaling group, as the program writes them and as the wire does.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_MixedInstancesPolicy.html and its neighbours
#pragma once

#include "base/json.h"

namespace drydock::aws_provider {

/// mixedInstancesPolicy -> MixedInstancesPolicy, and back from an answer in XML, where numbers are texts.
Json mixed_instances_to_wire(const Json& block);
Json mixed_instances_from_wire(const Json& answer);

/// instanceMaintenancePolicy, availabilityZoneDistribution, instanceLifecyclePolicy, capacityReservationSpecification:
/// names change their first letter and nothing else.
Json block_to_wire(const Json& block);
Json block_from_wire(const Json& answer);

Json hooks_to_wire(const Json& initial_lifecycle_hooks);
Json traffic_sources_to_wire(const Json& list);
Json traffic_sources_from_wire(const Json& answer);
/// Parameters of PutWarmPool, but for the group's name.
Json warm_pool_to_wire(const Json& block);
/// From WarmPoolConfiguration of DescribeAutoScalingGroups; null if the group has none.
Json warm_pool_from_wire(const Json& answer);

}  // namespace drydock::aws_provider

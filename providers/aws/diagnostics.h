// From an AWS error to what a person reads: resource, property, AWS's code and words, request id.
#pragma once

#include <string>

#include "providers/aws/error.h"
#include "providers/aws/resource_type.h"
#include "sdk/urn.h"

namespace drydock::aws_provider {

/// "creating urn...: ec2 CreateSubnet: InvalidSubnet.Conflict: The CIDR ... (property 'cidrBlock', request id ...)"
Error explain(const AwsError& error, const ResourceType& type, const Urn& urn, const char* doing);
/// For functions and the provider itself.
Error explain(const AwsError& error, std::string_view token);

/// The property an error most likely speaks of; "" if it cannot be told.
std::string property_of(const AwsError& error, std::string_view type_token);

}  // namespace drydock::aws_provider

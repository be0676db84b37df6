// Host names of AWS services and the names an interface endpoint takes over inside a VPC.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drydock::aws {

/// "ecr.api" of "com.amazonaws.us-east-1.ecr.api" (and of "cn.com.amazonaws.cn-north-1.ecr.api"); empty if it is none
/// of this region.
std::string service_of(std::string_view service_name, std::string_view region);

/// The names a service's private DNS answers for; a leading "*." stands for one or more labels.
/// "ecr.dkr" -> {"*.dkr.ecr.us-east-1.amazonaws.com"}. Empty for a service we do not know.
std::vector<std::string> private_dns_names(std::string_view service, std::string_view region);

/// Whether the public DNS knows the host as an AWS service's, in any region: "sts.amazonaws.com",
/// "bucket.s3.eu-west-1...".
bool is_aws_service_host(std::string_view host);

/// The region in a service's host name: "api.ecr.us-west-2.amazonaws.com" -> "us-west-2"; empty for a global name.
std::string region_in_host(std::string_view host);

/// Whether `host` is `pattern`, or falls under it when the pattern starts with "*.".
bool host_matches(std::string_view host, std::string_view pattern);

}  // namespace drydock::aws

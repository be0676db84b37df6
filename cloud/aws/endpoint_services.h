// The services VPC endpoints can be made for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drydock::aws {

struct EndpointService {
  std::string name;     // com.amazonaws.us-east-1.ecr.api
  std::string service;  // ecr.api
  bool interface = false, gateway = false;
  std::vector<std::string> private_names;  // "*.dkr.ecr..."; of the interface kind
};

/// Of a region, by name.
const std::vector<EndpointService>& endpoint_services(const std::string& region);
const EndpointService* find_endpoint_service(const std::string& region, std::string_view name);

}  // namespace drydock::aws

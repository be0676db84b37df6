// Instance types Drydock knows: size, processor, and how many addresses the VPC CNI gets.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html
#pragma once

#include <span>
#include <string_view>

namespace drydock::aws {

struct InstanceType {
  const char* name;
  int vcpus;
  int memory_mib;
  const char* architecture;  // "x86_64" or "arm64"
  int interfaces;
  int addresses;  // IPv4 addresses per interface
};

std::span<const InstanceType> instance_types();
/// Null for a type that is not among them.
const InstanceType* instance_type(std::string_view name);

}  // namespace drydock::aws

// arn:partition:service:region:account:resource, as in
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace drydock::aws {

struct Arn {
  std::string partition, service, region, account, resource;  // the resource may hold ':' and '/'

  static std::optional<Arn> parse(std::string_view text);
  std::string str() const;
  friend bool operator==(const Arn&, const Arn&) = default;
};

/// "aws", "aws-cn" or "aws-us-gov" by the region's prefix.
std::string_view partition_of(std::string_view region);
/// "amazonaws.com", or "amazonaws.com.cn" in China.
std::string_view dns_suffix_of(std::string_view region);

}  // namespace drydock::aws

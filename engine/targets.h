// --target: which resources a run may touch.
//
// A pattern is a URN in which '*' stands for anything but ':', and '**' for anything. Providers and the stack itself
// are always meant, as long as nothing is deleted.
// https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sdk/urn.h"

namespace drydock::engine {

bool matches_target(std::string_view pattern, std::string_view urn);

class Targets {
 public:
  explicit Targets(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}
  bool all() const { return patterns_.empty(); }
  /// Without patterns: everything.
  bool named(const Urn& urn) const;
  const std::vector<std::string>& patterns() const { return patterns_; }

 private:
  std::vector<std::string> patterns_;
};

}  // namespace drydock::engine

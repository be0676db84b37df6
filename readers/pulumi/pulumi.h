// Pulumi's resources as a world: a stack's state, a preview's planned states, or what an engine is about to do. The
// resources are the JSON of Pulumi's deployments
// (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go, ResourceV3).
//
// A planned resource's noun has its URN as its id. A reference that the plan does not know yet is resolved through
// propertyDependencies where only one answer is possible; what the components of pulumi-eks compute is computed here by
// the same rules where their inputs are known. Everything else becomes an Unknown whose source is "s3.routeTableIds".
// Secrets do not come along: a secret value is unknown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "readers/reader.h"
#include "readers/text.h"

namespace drydock::readers::pulumi {

struct Stack {
  std::vector<Json> resources;  // in the order in which Pulumi lists them; what is to be deleted left out
  std::string account, region;  // empty: found in the resources, else World's defaults
  cloud::Dialect dialect = cloud::Dialect::pulumi;
};
Reading lift(const Stack& stack);

/// Formats pulumi_deployment and pulumi_preview. Errors: invalid_input with file and place.
Result<Reading> read_deployment(const Input& input);
Result<Reading> read_preview(const Input& input);
bool looks_like_deployment(const Outline& outline);
bool looks_like_preview(const Outline& outline);

/// {"ec2.vpc-endpoint", "policyDocument.Statement.0.Resource"} -> "policy.Statement[0].Resource".
std::string property(std::string_view table, std::string_view field);

}  // namespace drydock::readers::pulumi

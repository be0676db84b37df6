// The plan's steps in terraform's order: a resource waits for all instances of every resource its expressions and
// depends_on lead to, through variables, outputs and data sources alike.
// https://developer.hashicorp.com/terraform/internals/graph
#pragma once

#include "readers/terraform/context.h"

namespace drydock::readers::terraform {

/// Fills World::plan with what this plan creates. Nothing for a state: all of it is there.
void read_order(Context& context, const std::map<std::string, std::vector<std::string>>& locals);

}  // namespace drydock::readers::terraform

// The resource types that are read, by area. What they share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "cloud/world/world.h"
#include "readers/completing.h"
#include "readers/terraform/context.h"

namespace drydock::readers::terraform {

std::vector<Handler> network_handlers();
std::vector<Handler> filter_handlers();
std::vector<Handler> endpoint_handlers();
std::vector<Handler> dns_handlers();
std::vector<Handler> iam_handlers();
std::vector<Handler> compute_handlers();
std::vector<Handler> eks_handlers();

/// A block that names a launch template; nothing if it names none. `field` of the noun is what is unknown otherwise.
std::optional<aws::LaunchTemplateSpecification> launch_template_of(Context& context, const Block& block,
                                                                   const cloud::Ref& noun, const std::string& field);
/// The version the specification means: the numbered one, else the latest. Null: not in the world.
const aws::LaunchTemplateVersion* template_version(const cloud::World& world,
                                                   const aws::LaunchTemplateSpecification& spec);
bool template_names_type(const cloud::World& world, const aws::eks::Nodegroup& group);

/// `tags` with the provider's default tags (`tags_all`) where those are known.
aws::Tags tags(Context& context, const Block& block);

}  // namespace drydock::readers::terraform

// The data of a launch template: as the program writes it, as requests carry it, and as answers show it.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html
#pragma once

#include "base/json.h"

namespace drydock::aws_provider {

/// LaunchTemplateData of a request, from the resource's inputs.
Json template_data(const Json& in);
/// Sets the properties that ResponseLaunchTemplateData holds, in the types that the schema gives them. Answers are XML,
/// so `data` holds texts only.
void read_template_data(const Json& data, Json& out);

}  // namespace drydock::aws_provider

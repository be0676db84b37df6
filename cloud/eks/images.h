// Which images there are to pull. Nobody can ask the registries here, so this is a list of well-known repositories, by
// hand; any tag of theirs counts as there.
#pragma once

#include <string>

#include "cloud/eks/registries.h"

namespace drydock::eks {

/// A repository of the region's add-on registry, or a well-known one of a public registry. Registries of other accounts
/// are not known: whether those have an image is for whoever knows the account to say.
bool is_known_repository(const ImageName& image);

}  // namespace drydock::eks

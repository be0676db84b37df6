// The package eks: components that are made by Construct for programs in every language. It makes no call itself; all
// resources it registers belong to the packages aws and kubernetes.
#pragma once

#include <memory>

#include "sdk/provider.h"

namespace drydock {

std::unique_ptr<Provider> make_eks_provider();

}  // namespace drydock

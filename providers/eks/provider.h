// The package eks: components that are made by Construct for programs in every language. It makes no call of AWS
// itself; all resources it registers belong to the packages aws and kubernetes. It asks a new cluster's endpoint
// whether it answers, and (on AWS) the issuer for its certificate.
#pragma once

#include <memory>

#include "sdk/provider.h"

namespace drydock {

struct EksOptions {
  bool twin = true;  // no server outside this machine is asked then
};
std::unique_ptr<Provider> make_eks_provider(const EksOptions& options = {});

}  // namespace drydock

// Asks the twin's own STS who signed a token.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "twin/kernel/front.h"
#include "twin/kubernetes/cluster.h"

namespace drydock::twin::kubernetes {

/// For Neighbours::sts. REQUIRES: the front outlives what it is given to.
std::function<Result<StsIdentity>(const std::string& url, const std::map<std::string, std::string>& headers)> ask_sts(
    Front& front);

}  // namespace drydock::twin::kubernetes

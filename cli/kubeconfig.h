// The kubeconfig of `twin env`: one context for each cluster of the twin, tokens by `drydock eks get-token`.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/twin_home.h"

namespace drydock::cli {

/// One cluster as EKS describes it.
struct ClusterAccess {
  std::string name, arn, endpoint, certificate_authority, region;
};
/// The file's text. The first cluster's context is the current one.
std::string kubeconfig_text(const std::vector<ClusterAccess>& clusters, const std::string& drydock);

/// Asks the twin for its clusters and writes the home's kubeconfig (0600) if it changed.
Result<void> refresh_kubeconfig(TwinClient& twin, const TwinHome& home, const std::string& region);

}  // namespace drydock::cli

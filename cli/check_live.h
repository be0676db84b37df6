// `drydock check --live`: an existing cluster, by read-only calls alone.
#pragma once

#include <string>

#include "cli/app.h"
#include "readers/reader.h"

namespace drydock::cli {

struct LiveFlags {
  std::string cloud = "aws", profile, region, cluster;
};
/// Asks AWS (or the twin, with cloud "twin"). Changes nothing there.
Result<readers::Reading> read_live(const App& app, const LiveFlags& flags);
/// The IAM policy that allows exactly the calls made, as JSON.
std::string live_policy();

}  // namespace drydock::cli

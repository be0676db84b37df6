// Where a run's AWS resources go: the twin, or a real account. The only place that chooses.
#pragma once

#include <functional>
#include <string>

#include "cli/app.h"
#include "cli/twin_home.h"
#include "engine/engine.h"
#include "engine/state/project.h"

namespace drydock::cli {

struct Cloud {
  bool aws = false;
  std::string url;     // of the twin; empty on AWS
  std::string region;  // by config, then environment
  std::string where;   // "on twin (us-east-1, no AWS account is touched)"
  std::string home;    // "twin world 3f0c...", "AWS account 1234..."; empty if no twin answers
};

/// --cloud, else `drydock:cloud` of the config, else the twin. Refuses AWS with an AWS_ENDPOINT_URL on loopback, and
/// the twin with one that is elsewhere: nobody shall take the one for the other.
Result<Cloud> choose_cloud(const App& app, const std::string& flag, const engine::Config& config);

/// A stack knows where it lives. Error conflict, with what to do, if its AWS resources were made elsewhere than `cloud`
/// is. The engine would refuse as well, at the first provider; this says it once and before anything starts.
Result<void> check_home(const Cloud& cloud, const engine::Snapshot& snapshot, const std::string& stack);

/// Makes the providers that this program has. `on_cloud` is called, from any thread, when one that speaks to the cloud
/// is asked for.
engine::ProviderFactory make_providers(const Cloud& cloud, std::function<void()> on_cloud);

}  // namespace drydock::cli

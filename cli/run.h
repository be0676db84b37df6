// One run of a stack, from the command line to the exit code: build, preview, ask, run, show, record.
#pragma once

#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/plan_proof.h"
#include "engine/engine.h"

namespace drydock::cli {

struct RunFlags {
  std::string stack, cloud, message;
  bool yes = false, skip_preview = false, preview_only = false, json = false, diff = false, show_secrets = false;
  bool show_sames = false, suppress_outputs = false, full_outputs = false, suppress_progress = false,
       expect_no_changes = false;
  bool clear_pending_creates = false, skip_pending_creates = false;
  bool refresh = false, continue_on_error = false, ignore_protect = false, remove = false;
  int parallel = 0;
  bool target_dependents = false;
  std::vector<std::string> replace, target, target_replace, unsupported;
  std::string readiness;  // --readiness: stop (default), warn, off
};

Result<int> run_stack(const App& app, const RunFlags& flags, engine::Command command);

/// What a preview of the project in app.directory plans. Shows nothing; the program's own words go to stderr.
Result<readers::Reading> preview_world(const App& app, const RunFlags& flags);

}  // namespace drydock::cli

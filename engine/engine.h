// The engine: takes a stack's state and a program to the program's wishes. This is all that a command needs of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/event.h"
#include "engine/snapshot.h"
#include "sdk/provider.h"

namespace drydock::engine {

/// Makes the provider of a package, not yet configured. An empty version asks for the newest. Called from worker
/// threads.
using ProviderFactory =
    std::function<Result<std::unique_ptr<Provider>>(const std::string& package, const std::string& version)>;

/// What a language host tells the program it starts.
struct ProgramInfo {
  std::string organization, project, stack;
  std::map<std::string, std::string> config;  // "ns:key"; secrets in clear
  std::vector<std::string> config_secret_keys;
  std::string root_directory;     // where Pulumi.yaml is
  std::string program_directory;  // where the program runs
  bool dry_run = false;
  int parallel = 0;
  std::string monitor_address, engine_address;  // host:port
};
struct ProgramResult {
  std::string error;  // empty: it succeeded, unless it bailed
  bool bail = false;  // it failed, and has said why through Engine.Log
};
/// Writes of the program to stdout and stderr, a piece at a time; any thread.
using ProgramOutput = std::function<void(Severity, std::string)>;
/// Runs the user's program and returns when it is gone. Blocks; has a thread of its own. `cancelled` asks it to end the
/// program soon: the run has failed or somebody pressed Ctrl-C.
using Program =
    std::function<ProgramResult(const ProgramInfo& info, const ProgramOutput& output, std::stop_token cancelled)>;

enum class Command { update, refresh, destroy };

struct Options {
  Command command = Command::update;
  bool dry_run = false;  // a preview: nothing is changed, providers are asked to plan
  bool refresh = false;  // refresh first (`up --refresh`)
  bool continue_on_error = false;
  bool ignore_protect = false;
  int parallel = 0;  // steps at a time; 0: 16
  std::vector<std::string> replace_urns;
  std::vector<std::string> targets;  // URNs and patterns (targets.h) of what may be touched; empty: everything
  bool target_dependents = false;    // and of what depends on them
  /// Of a refresh: creates that earlier runs left pending and that somebody has looked after. They are forgotten.
  std::vector<Urn> clear_pending_creates;
};

struct Deployment {
  ProgramInfo program;  // addresses, dry_run and parallel are filled in by run()
  Options options;
  Snapshot base;
};

/// What the engine needs from outside. `sink` is not used in previews.
struct Environment {
  ProviderFactory providers;
  Program run_program;  // not used by refresh and destroy
  SnapshotSink* sink = nullptr;
  std::function<void(const Event&)> events;  // from the engine's strand, in order
  /// Asked before a step of an update begins (not in previews, not for hidden steps). A text is why it must not: then
  /// the step fails with it, and nothing of it was called. Null: nobody is asked. On the engine's strand.
  std::function<std::optional<std::string>(const StepInfo& step)> gate;
  std::stop_token cancel;  // finish what runs, start nothing new
  std::stop_token abort;   // stop what runs, too
  /// Outputs of another stack, for StackReference; null: not supported. `name` as the program wrote it.
  std::function<Result<PropertyMap>(const std::string& name)> stack_outputs = nullptr;
};

/// Runs to the end and returns the summary, which also was the last event. Blocks. An error only if it could not start.
Result<SummaryEvent> run(const Deployment& deployment, const Environment& environment);

}  // namespace drydock::engine

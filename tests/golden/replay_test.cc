// Every recorded scenario, phase after phase: the same provider calls, the same answers, the same state.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/text.h"
#include "engine/engine.h"
#include "tests/golden/replay.h"
#include "tests/golden/state.h"

namespace drydock::golden {
namespace {

const std::string kData = std::string(DRYDOCK_SOURCE_DIR) + "/tests/golden/data/";

std::vector<std::string> phases(const std::string& scenario) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kData + scenario)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(".trace.jsonl")) names.push_back(file.substr(0, file.find('.')));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Keeps what would be written; durable at once.
class MemorySink : public engine::SnapshotSink {
 public:
  explicit MemorySink(engine::Snapshot base) : ledger_(std::move(base)) {}
  void write(const engine::Change& change, std::function<void(Result<void>)> durable) override {
    ledger_.apply(change);
    durable({});
  }
  engine::Snapshot snapshot() const { return ledger_.snapshot(); }

 private:
  engine::Ledger ledger_;
};

engine::Options options_of(const std::string& phase) {
  engine::Options options;
  options.parallel = 8;
  options.dry_run = phase.find("preview") != phase.npos;
  options.continue_on_error = phase.find("continue-on-error") != phase.npos;
  options.refresh = phase.find("with-refresh") != phase.npos;
  if (phase.find("-refresh-") == 2) options.command = engine::Command::refresh;
  if (phase.find("destroy") != phase.npos) options.command = engine::Command::destroy;
  return options;
}

// What the engine tells about itself when a run fails unexpectedly; shown with the differences.
struct Diagnostics {
  Replay& replay;
  std::string text;
  void operator()(const engine::Event& event) {
    if (const auto* failed = std::get_if<engine::ResourceFailedEvent>(&event))
      replay.told_failed(failed->step.urn.str());
    if (const auto* d = std::get_if<engine::DiagnosticEvent>(&event))
      if (d->severity == engine::Severity::error) text += d->message + "\n";
  }
};

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, SameCallsAnswersAndState) {
  const std::string scenario = GetParam();
  Ids ids;
  engine::Snapshot state;
  for (const std::string& phase : phases(scenario)) {
    SCOPED_TRACE(scenario + " " + phase);
    Replay replay(Trace::load(kData + scenario + "/" + phase + ".trace.jsonl"), ids);
    engine::Deployment deployment;
    const std::string folder = scenario.substr(0, scenario.find('-'));
    const std::string project = folder == "eks" ? "private-eks" : folder;
    deployment.program = {.organization = "organization", .project = project, .stack = "dev"};
    deployment.program.config = {{"golden:token", "secret-token"}, {project + ":plain", "p"}};
    deployment.program.config_secret_keys = {"golden:token"};
    deployment.program.root_directory = deployment.program.program_directory = "/project";
    deployment.options = options_of(phase);
    deployment.base = state;
    MemorySink sink(state);
    Diagnostics diagnostics{replay, {}};
    engine::Environment environment;
    environment.providers = [&](const std::string&, const std::string&) { return replay.make_provider(); };
    environment.run_program = [&](const auto& info, const auto&, std::stop_token cancelled) {
      return replay.run_program(info, cancelled);
    };
    environment.sink = &sink;
    environment.events = std::ref(diagnostics);
    const auto summary = engine::run(deployment, environment);
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(join(replay.differences(), "\n"), "") << diagnostics.text;
    if (!deployment.options.dry_run) state = sink.snapshot();
    EXPECT_EQ(join(engine::integrity_errors(state), "\n"), "");
    const std::string exported = kData + scenario + "/" + phase + ".state.json";
    if (!deployment.options.dry_run) {
      EXPECT_EQ(join(state_differences(exported, state, ids), "\n"), "");
    }
    if (HasFailure()) return;  // later phases build on this one
  }
}

INSTANTIATE_TEST_SUITE_P(Pulumi, Golden,
                         testing::Values("stash-go", "stash-node", "life-go", "life-node", "component-go",
                                         "component-node", "remote-go", "remote-node", "invoke-go", "unknowns-go",
                                         "failure-go", "options-go", "drift-go", "eks-go", "eks-node"),
                         [](const auto& row) { return replace_all(row.param, "-", "_"); });

}  // namespace
}  // namespace drydock::golden

#include "cli/run.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "base/text.h"
#include "cli/cloud.h"
#include "cli/interrupts.h"
#include "cli/kubeconfig.h"
#include "cli/node_table.h"
#include "cli/run_lease.h"
#include "cli/view/values.h"
#include "cli/view/view.h"
#include "cli/workspace.h"
#include "engine/language/language.h"
#include "engine/state/deployment.h"

namespace drydock::cli {
namespace {

using engine::Outcome;
using engine::SummaryEvent;
using Clock = std::chrono::system_clock;

const char* action_of(engine::Command command) {
  switch (command) {
    case engine::Command::update:
      return "update";
    case engine::Command::destroy:
      return "destroy";
    case engine::Command::refresh:
      return "refresh";
  }
  return "update";
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count();
}

int changes_in(const SummaryEvent& summary) {
  int n = 0;
  for (auto [op, count] : summary.changes)
    if (op != engine::Op::same) n += count;
  return n;
}

/// "AWS account 123456789012" -> the number; a twin's account is the usual one.
std::string account_in(const std::string& home) {
  constexpr std::string_view prefix = "AWS account ";
  return home.starts_with(prefix) ? home.substr(prefix.size()) : "";
}

bool has_cluster(const engine::Snapshot& snapshot) {
  return std::any_of(snapshot.resources.begin(), snapshot.resources.end(),
                     [](const auto& r) { return r->type == "aws:eks/cluster:Cluster"; });
}

class StackRun {
 public:
  StackRun(const App& app, const RunFlags& flags, engine::Command command)
      : app_(app), flags_(flags), command_(command), interrupts_([&app](int times) {
          app.say(times == 1 ? "\nFinishing what is under way, starting nothing new. Ctrl-C again drops it.\n"
                             : "\nDropping what is under way; the state says what was begun.\n");
        }) {}

  Result<int> run() {
    if (auto opened = open(); !opened) return pass(opened);
    if (auto chosen = choose_language(); !chosen) return pass(chosen);
    if (auto built = build(); !built) {
      if (built.error().code == ErrorCode::cancelled) return pass(built);
      report(app_, built.error());
      return kFailed;  // a program that does not build is one that fails, and no mistake in how drydock was called
    }
    bool show_preview = flags_.preview_only || (!flags_.skip_preview && command_ != engine::Command::refresh);
    if (show_preview) {
      auto summary = perform(true);
      if (!summary) return pass(summary);
      if (int code = judge(*summary); code != kOk || flags_.preview_only) return code;
      if (stops_here(*summary)) return kFailed;
    }
    if (!flags_.yes) {
      auto agreed = confirm();
      if (!agreed) return pass(agreed);
    }
    ask_about_pending_creates();
    auto summary = update();
    if (!summary) return pass(summary);
    int code = judge(*summary);
    if (code == kOk && command_ == engine::Command::destroy) {
      if (flags_.remove) return remove_stack();
      if (!flags_.json)
        app_.out(fmt::format("\nThe stack's settings and history are kept; 'drydock stack rm {}' removes them.\n",
                             stack_->id().stack));
    }
    return code;
  }

  /// Plans without showing anything.
  Result<readers::Reading> plan() {
    quiet_ = true;
    if (auto opened = open(); !opened) return pass(opened);
    if (auto chosen = choose_language(); !chosen) return pass(chosen);
    if (auto built = build(); !built) return pass(built);
    auto summary = perform(true);
    if (!summary) return pass(summary);
    if (summary->outcome == Outcome::cancelled) return fail(ErrorCode::cancelled, "the preview was cancelled");
    if (summary->outcome != Outcome::succeeded)
      return fail(ErrorCode::invalid_input, "the preview failed, so nothing can be said of its nodes");
    return proof_->reading();
  }

 private:
  Result<void> open() {
    auto mode = parse_readiness_mode(flags_.readiness);
    if (!mode) return pass(mode);
    readiness_ = command_ == engine::Command::update ? *mode : ReadinessMode::off;
    if (!flags_.unsupported.empty())
      return fail(ErrorCode::unsupported, "not supported yet: " + join(flags_.unsupported, ", "));
    auto workspace = Workspace::open(app_);
    if (!workspace) return pass(workspace);
    workspace_ = std::make_unique<Workspace>(std::move(*workspace));
    auto access = flags_.preview_only ? engine::StackFile::Access::read : engine::StackFile::Access::write;
    auto stack = workspace_->open_stack(app_, flags_.stack, access);
    if (!stack) {
      missing_ = stack.error().code == ErrorCode::not_found;
      return pass(stack);
    }
    stack_ = std::move(*stack);
    auto config = stack_->config();
    if (!config) return pass(config);
    config_ = std::move(*config);
    auto cloud = choose_cloud(app_, flags_.cloud, config_);
    if (!cloud) return pass(cloud);
    cloud_ = std::move(*cloud);
    proof_ = std::make_unique<PlanProof>(account_in(cloud_.home), cloud_.region);
    return check_home(cloud_, stack_->snapshot(), stack_->id().stack);
  }

  Result<void> choose_language() {
    if (command_ != engine::Command::update) return {};
    auto language = engine::make_language(workspace_->project, build_tree());
    if (!language) return pass(language);
    language_ = std::move(*language);
    return {};
  }

  Result<void> build() {
    if (!language_) return {};
    return language_->build([&](std::string_view text) { app_.say(text); }, interrupts_.cancel());
  }

  engine::Deployment deployment(bool dry_run) const {
    engine::Deployment d;
    d.program.organization = "organization";
    d.program.project = workspace_->project.name;
    d.program.stack = stack_->id().stack;
    for (const auto& [key, value] : config_) {
      d.program.config[key] = value.value;
      if (value.secret) d.program.config_secret_keys.push_back(key);
    }
    d.program.root_directory = workspace_->project.directory;
    d.program.program_directory = engine::program_directory(workspace_->project);
    d.options.command = command_;
    d.options.dry_run = dry_run;
    d.options.refresh = flags_.refresh;
    d.options.continue_on_error = flags_.continue_on_error;
    d.options.ignore_protect = flags_.ignore_protect;
    d.options.parallel = flags_.parallel;
    d.options.replace_urns = flags_.replace;
    d.options.replace_urns.insert(d.options.replace_urns.end(), flags_.target_replace.begin(),
                                  flags_.target_replace.end());
    d.options.targets = flags_.target;
    d.options.targets.insert(d.options.targets.end(), flags_.target_replace.begin(), flags_.target_replace.end());
    d.options.target_dependents = flags_.target_dependents;
    d.options.clear_pending_creates = resolved_creates_;
    d.base = stack_->snapshot();
    return d;
  }

  std::unique_ptr<View> make_view(bool planning) const {
    ViewOptions options;
    options.style = app_.style();
    options.diff = flags_.diff;
    options.show_secrets = flags_.show_secrets;
    options.show_sames = flags_.show_sames;
    options.suppress_outputs = flags_.suppress_outputs;
    options.full_outputs = flags_.full_outputs;
    options.write = [this](std::string_view text) { app_.out(text); };
    options.now = [] { return std::chrono::steady_clock::now(); };
    if (quiet_) {
      options.write = [this](std::string_view text) { app_.say(text); };
      return make_quiet_view(options);
    }
    if (flags_.json && planning && flags_.preview_only) return make_preview_document(options);
    if (flags_.json) return make_event_stream(options);
    if (flags_.diff || flags_.suppress_progress || !app_.on_terminal()) return make_lines_view(options);
    return make_tree_view(options);
  }

  /// Clouds have secrets, and their key takes a while: it is made while the provider looks around.
  void cloud_is_used() {
    if (used_cloud_.exchange(true)) return;
    preparing_ = std::jthread([this] { stack_->secrets().prepare(); });
  }

  /// The twin's time; empty if none answered when we came.
  std::optional<std::chrono::milliseconds> cloud_time() {
    if (cloud_.aws || cloud_.home.empty()) return {};
    auto status = TwinClient(cloud_.url).get("status");
    if (!status) return {};
    return std::chrono::milliseconds(status->at("simTime").int_or(0));
  }

  Result<SummaryEvent> perform(bool dry_run, engine::SnapshotSink* sink = nullptr, RunLease* lease = nullptr) {
    auto view = make_view(dry_run);
    bool show_where = config_.contains("aws:region") || config_.contains("drydock:cloud") || !flags_.cloud.empty();
    view->begin({action_of(command_), dry_run, stack_->id().stack, show_where ? cloud_.where : ""});
    engine::Environment environment;
    environment.providers = make_providers(cloud_, [this] { cloud_is_used(); });
    if (language_) environment.run_program = engine::make_program(*language_);
    environment.sink = sink;
    environment.events = [&](const engine::Event& event) {
      if (lease) lease->event(event);
      if (readiness_ != ReadinessMode::off) proof_->event(event);
      view->event(event);
    };
    if (!dry_run && readiness_ != ReadinessMode::off)
      environment.gate = [&](const engine::StepInfo& step) { return before(step, *view); };
    environment.cancel = interrupts_.cancel();
    environment.abort = interrupts_.abort();
    environment.stack_outputs = [this](const std::string& name) { return outputs_of(name); };
    auto began = dry_run ? std::nullopt : cloud_time();
    auto summary = engine::run(deployment(dry_run), environment);
    if (!summary) return summary;
    if (dry_run && readiness_ != ReadinessMode::off && summary->outcome == Outcome::succeeded) prove_plan(*view);
    auto ended = began && used_cloud_ ? cloud_time() : std::nullopt;
    view->end(ended ? duration_text(*ended - *began) : "");
    return summary;
  }

  void prove_plan(View& view) {
    planned_ = true;
    auto note = proof_->prove(app_.style(), "known during the update; proved again before nodes launch");
    if (!note) return;
    view.readiness(*note);
    verdict_ = note->verdict;
    said_ = note->json;
  }

  /// Whether the plan's verdict ends the run before it has begun. What changes nothing, breaks nothing.
  bool stops_here(const SummaryEvent& planned) const {
    if (readiness_ != ReadinessMode::stop || verdict_ != proof::Verdict::not_ready || changes_in(planned) == 0)
      return false;
    app_.say(
        "error: the nodes will not become Ready, and nothing was changed; --readiness=warn goes on all the same\n");
    return true;
  }

  /// The engine's gate: before nodes are launched, all that could still be unknown of their way is known.
  std::optional<std::string> before(const engine::StepInfo& step, View& view) {
    proof_->about_to(step);
    // Without a plan nobody knows what is still to come.
    if (!planned_ || !PlanProof::launches_nodes(step)) return std::nullopt;
    auto note = proof_->prove(app_.style(), "");
    if (!note) return std::nullopt;
    if (note->json != said_) view.readiness(*note);
    said_ = note->json;
    if (note->verdict != proof::Verdict::not_ready || readiness_ != ReadinessMode::stop) return std::nullopt;
    return "its nodes will not become Ready, so none was launched; --readiness=warn launches them all the same";
  }

  /// Outputs of another stack of this backend, for StackReference.
  Result<PropertyMap> outputs_of(const std::string& name) {
    auto parts = split(name, '/');
    engine::StackId id{parts.size() > 1 ? parts[parts.size() - 2] : workspace_->project.name, parts.back()};
    auto deployment = workspace_->backend.read(id);
    if (!deployment) return pass(deployment);
    auto salt = engine::deployment_salt(*deployment);
    if (!salt) return pass(salt);
    engine::SecretsManager secrets(*salt, engine::passphrase_from_environment);
    auto snapshot = engine::read_deployment(*deployment, secrets);
    if (!snapshot) return pass(snapshot);
    for (const auto& r : snapshot->resources)
      if (r->type == kStackType) return r->outputs;
    return PropertyMap{};
  }

  Result<void> confirm() {
    std::string action = action_of(command_);
    if (!app_.interactive())
      return fail(ErrorCode::invalid_input,
                  fmt::format("without a terminal, --yes must be given to perform this {}", action));
    if (ask_yes(app_, fmt::format("\nDo you want to perform this {}? [y/N] ", action))) return {};
    return fail(ErrorCode::cancelled, fmt::format("the {} was not confirmed; nothing was changed", action));
  }

  /// Only who looks at the cloud can say whether what an interrupted run was creating is there.
  void ask_about_pending_creates() {
    if (command_ != engine::Command::refresh || flags_.skip_pending_creates) return;
    for (const auto& operation : stack_->snapshot().pending) {
      if (operation.kind != engine::PendingOperation::Kind::creating) continue;
      const Urn& urn = operation.resource->urn;
      if (flags_.clear_pending_creates ||
          (!flags_.yes &&
           ask_yes(app_, fmt::format("\n{}\nwas being created when a run was cut off. Was it not created, or is it "
                                     "deleted by now, so that it can be forgotten? [y/N] ",
                                     urn.str()))))
        resolved_creates_.push_back(urn);
    }
  }

  // A secret that turns up in the middle of an update could not be saved, and what was made meanwhile would be
  // forgotten. So the passphrase has to be there before anything is made.
  Result<void> require_passphrase() const {
    if (command_ == engine::Command::destroy) return {};
    for (engine::SecretsManager* secrets : {&stack_->secrets(), &stack_->config_secrets()})
      if (auto right = secrets->check_passphrase(); !right)
        return pass(right, fmt::format("stack '{}'", stack_->id().stack));
    return {};
  }

  Result<SummaryEvent> update() {
    if (auto there = require_passphrase(); !there) return pass(there);
    auto sink = stack_->begin_run();
    if (!sink) return pass(sink);
    engine::HistoryEntry history;
    history.kind = action_of(command_);
    history.message = flags_.message;
    history.start = seconds_now();
    std::unique_ptr<RunLease> lease;
    if (!cloud_.aws && !cloud_.home.empty()) lease = std::make_unique<RunLease>(**sink, cloud_.url);
    auto summary = perform(false, lease ? lease.get() : *sink, lease.get());
    lease.reset();
    history.end = seconds_now();
    history.result = summary && summary->outcome == Outcome::succeeded ? "succeeded" : "failed";
    history.config = Json::object();
    for (const auto& [key, value] : config_)
      if (!value.secret) history.config[key] = Json::object({{"value", value.value}, {"secret", false}});
    history.changes = Json::object();
    if (summary)
      for (auto [op, count] : summary->changes) history.changes[engine::to_string(op)] = count;
    if (auto ended = stack_->end_run(history); !ended) return pass(ended, "saving the state");
    if (summary) show_nodes();
    return summary;
  }

  /// kubectl's file follows the clusters; and who made a cluster wants to see its nodes.
  void show_nodes() {
    if (cloud_.aws || !used_cloud_) return;
    TwinClient twin(cloud_.url);
    (void)refresh_kubeconfig(twin, TwinHome::find(app_.directory), cloud_.region);
    if (flags_.json || command_ == engine::Command::destroy || !has_cluster(stack_->snapshot())) return;
    auto nodes = twin.get("nodes");
    if (!nodes) return;
    if (std::string text = node_summary(*nodes); !text.empty())
      app_.out(app_.style().paint(Colour::bold, "Nodes:") + "\n    " + text + "\n");
  }

  int judge(const SummaryEvent& summary) const {
    if (summary.outcome == Outcome::cancelled) return kCancelled;
    if (summary.outcome == Outcome::failed) return kFailed;
    if (flags_.expect_no_changes && changes_in(summary) > 0) {
      app_.say("error: no changes were expected, but there are some\n");
      return kChangesSeen;
    }
    return kOk;
  }

  Result<int> remove_stack() {
    auto id = stack_->id();
    preparing_ = {};
    stack_.reset();
    if (auto gone = workspace_->backend.remove(id); !gone) return pass(gone);
    app_.out(fmt::format("Stack '{}' has been removed!\n", id.stack));
    return kOk;
  }

 public:
  bool stack_is_missing() const { return missing_; }

 private:
  const App& app_;
  const RunFlags& flags_;
  engine::Command command_;
  std::atomic<bool> used_cloud_ = false;
  Interrupts interrupts_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<engine::StackFile> stack_;
  std::unique_ptr<engine::Language> language_;
  engine::Config config_;
  Cloud cloud_;
  std::vector<Urn> resolved_creates_;
  bool missing_ = false, quiet_ = false, planned_ = false;
  ReadinessMode readiness_ = ReadinessMode::stop;
  std::unique_ptr<PlanProof> proof_;
  proof::Verdict verdict_ = proof::Verdict::ready;  // of the plan
  Json said_;                                       // the last verdict shown
  std::jthread preparing_;                          // last: uses the stack
};

}  // namespace

Result<readers::Reading> preview_world(const App& app, const RunFlags& flags) {
  RunFlags preview = flags;
  preview.preview_only = true;
  return StackRun(app, preview, engine::Command::update).plan();
}

Result<int> run_stack(const App& app, const RunFlags& flags, engine::Command command) {
  StackRun run(app, flags, command);
  auto code = run.run();
  if (code || !run.stack_is_missing()) return code;
  report(app, code.error());
  return static_cast<int>(kStackNotFound);
}

}  // namespace drydock::cli

// Beginning and ending of a run: refresh, program, deletes, summary; and what a failure or Ctrl-C does to them.
#include "engine/run.h"

#include <algorithm>

#include "engine/monitor.h"

namespace drydock::engine {

constexpr int kDefaultParallel = 16;

Run::Run(const Deployment& deployment, const Environment& environment)
    : deployment_(deployment),
      env_(environment),
      options_(deployment.options),
      targets_(deployment.options.targets),
      program_(deployment.program),
      planners_(options_.parallel > 0 ? options_.parallel : kDefaultParallel),
      movers_(options_.parallel > 0 ? options_.parallel : kDefaultParallel) {
  program_.dry_run = options_.dry_run;
  program_.parallel = options_.parallel > 0 ? options_.parallel : kDefaultParallel;
  for (const ResourcePtr& record : deployment.base.resources) {
    if (!record->delete_) old_by_urn_[record->urn.str()] = olds_.size();
    if (record->type == kStackType && record->parent.empty()) stack_urn_ = record->urn;
    olds_.push_back({record});
  }
  next_slot_ = olds_.size();
}
Run::~Run() = default;

Result<SummaryEvent> Run::execute() {
  began_ = std::chrono::steady_clock::now();
  auto monitor = Monitor::start(*this);
  if (!monitor) return pass(monitor, "starting the resource monitor");
  monitor_ = std::move(*monitor);
  program_.monitor_address = monitor_->address();
  program_.engine_address = monitor_->address();
  std::stop_callback on_cancel(env_.cancel, [this] { strand_.post([this] { stop(Outcome::cancelled); }); });
  std::stop_callback on_abort(env_.abort, [this] {
    cancel_operations_.request_stop();
    strand_.post([this] { stop(Outcome::cancelled); });
  });
  strand_.post([this] { begin(); });
  strand_.run();
  for (std::thread& thread : threads_) thread.join();
  return summary_;
}

void Run::begin() {
  PreludeEvent prelude{program_.config};
  for (const std::string& key : program_.config_secret_keys)
    if (auto it = prelude.config.find(key); it != prelude.config.end()) it->second = "[secret]";
  emit(std::move(prelude));
  warn_of_pending_operations();
  if (options_.command == Command::refresh || options_.refresh) return begin_refresh();
  after_refresh();
}

/// Creates stay pending until somebody says what became of them; other operations are forgotten with the next write.
void Run::warn_of_pending_operations() {
  std::string text;
  bool creates = false;
  for (const PendingOperation& op : deployment_.base.pending) {
    const auto& cleared = options_.clear_pending_creates;
    const bool create = op.kind == PendingOperation::Kind::creating;
    if (create && std::find(cleared.begin(), cleared.end(), op.resource->urn) != cleared.end()) continue;
    text += "\n  " + op.resource->urn.str();
    creates = creates || create;
  }
  if (text.empty()) return;
  text = "an earlier run was interrupted while it worked on these resources:" + text;
  if (creates)
    text +=
        "\nWhat was being created may exist without being in the state. Look for it, and delete it or import it; then "
        "'drydock refresh --clear-pending-creates' forgets that it was pending.";
  diagnose(Severity::warning, {}, std::move(text));
}

void Run::after_refresh() {
  if (options_.command == Command::refresh) return end();
  phase_ = Phase::program;
  if (options_.command == Command::update) return run_program();
  program_done_ = true;
  advance();
}

void Run::run_program() {
  program_running_ = true;
  threads_.emplace_back([this] {
    const auto output = [this](Severity severity, std::string text) {
      strand_.post([this, severity, text = std::move(text)]() mutable {
        if (severity == Severity::info)
          emit(StdoutEvent{std::move(text)});
        else
          diagnose(severity, stack_urn_, std::move(text));
      });
    };
    ProgramResult result = env_.run_program(program_, output, cancel_program_.get_token());
    strand_.post([this, result = std::move(result)]() mutable { program_ended(std::move(result)); });
  });
}

void Run::program_ended(ProgramResult result) {
  program_running_ = false;
  program_done_ = true;
  const bool failed = result.bail || !result.error.empty();
  if (failed && !stopping_) {
    if (!result.bail) diagnose(Severity::error, stack_urn_, result.error);
    errored_.insert(stack_urn_);
    if (signalled_)
      outcome_ = Outcome::failed;  // it had said that it was done: the rest goes on
    else
      stop(Outcome::failed);
  }
  advance();
}

/// Looks whether the phase is over. Called whenever something has ended.
void Run::advance() {
  if (phase_ == Phase::ending || phase_ == Phase::over || running_ > 0) return;
  if (stopping_) {
    cancel_program_.request_stop();
    if (program_running_) return;
    draining_ = true;  // whoever still asks, components of providers above all, is told that it is over
    for (auto& answer : std::exchange(unanswered_, {})) answer();
    if (constructing_ > 0) return;
    return end();
  }
  switch (phase_) {
    case Phase::refreshing:
      if (refreshes_left_ > 0) return;
      if (refresh_saved_) return after_refresh();
      if (!std::exchange(refresh_saving_, true)) refresh_ended();
      return;
    case Phase::program:
      if (registering_ == 0 && constructing_ == 0 && (program_done_ || signalled_)) begin_deletes();
      return;
    case Phase::deleting:
      if (deletions_left_ > 0) return;
      if (signal_answer_) std::exchange(signal_answer_, nullptr)(Nothing{});
      if (!program_running_) end();
      return;
    default:
      return;
  }
}

void Run::signal_end_of_program(Answer<Nothing> answer) {
  if (refuse_if_over(answer)) return;
  if (phase_ != Phase::program || signalled_) return answer(Nothing{});
  signalled_ = true;
  signal_answer_ = std::move(answer);
  advance();
}

/// Nothing new starts; what runs is waited for.
void Run::stop(Outcome outcome) {
  if (outcome_ == Outcome::succeeded) outcome_ = outcome;
  if (stopping_) return;
  stopping_ = true;
  if (signal_answer_)
    unanswered_.push_back([answer = std::exchange(signal_answer_, nullptr)] {
      answer(tl::unexpected(Refusal{Refusal::Kind::unavailable, "the run is over"}));
    });
  for (auto& [urn, entry] : entries_)
    for (auto& waiting : std::exchange(entry.when_settled, {})) waiting();
  dispatch();
  strand_.post([this] { advance(); });  // later, so that a caller may finish what it is at
}

void Run::end() {
  phase_ = Phase::ending;
  save_stack_outputs([this] { finish(); });
}

void Run::save_stack_outputs(Then then) {
  auto it = entries_.find(stack_urn_.str());
  const auto old = old_by_urn_.find(stack_urn_.str());
  if (old != old_by_urn_.end()) summary_.old_outputs = deployment_.base.resources[old->second]->outputs;
  if (it == entries_.end() || !it->second.record || !stack_outputs_) {
    if (options_.command != Command::destroy) summary_.outputs = summary_.old_outputs;
    return then();
  }
  PropertyMap outputs = std::move(*stack_outputs_);
  if (!targets_.all() && !options_.dry_run)  // of what was left out
    std::erase_if(outputs, [](const auto& output) { return output.second.contains_unknowns(); });
  if (outcome_ != Outcome::succeeded || !targets_.all())
    outputs.merge(PropertyMap(summary_.old_outputs));  // what was not told stays
  summary_.outputs = outputs;
  if (it->second.record->outputs == outputs) return then();
  auto next = std::make_shared<Resource>(*it->second.record);
  next->outputs = std::move(outputs);
  Change change;
  change.puts.emplace_back(it->second.slot, std::move(next));
  write(std::move(change), std::move(then));
}

void Run::finish() {
  phase_ = Phase::over;
  summary_.outcome = outcome_;
  summary_.planning = options_.dry_run;
  summary_.errored = static_cast<int>(errored_.size());
  summary_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
  emit(summary_);
  // The monitor waits for its last calls, and those are answered here, so it is closed from elsewhere.
  threads_.emplace_back([this] {
    monitor_->stop();
    strand_.stop();
  });
}

void Run::emit(Event event) {
  if (env_.events) env_.events(event);
}

void Run::diagnose(Severity severity, const Urn& urn, std::string message) {
  emit(DiagnosticEvent{urn, severity, std::move(message), 0, false});
}

void Run::complain(const Urn& urn, std::string message) {
  if (stopping_) return;
  errored_.insert(urn);
  diagnose(Severity::error, urn, std::move(message));
}

Result<SummaryEvent> run(const Deployment& deployment, const Environment& environment) {
  Run run(deployment, environment);
  return run.execute();
}

}  // namespace drydock::engine

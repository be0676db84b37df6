// Executing: chains of steps, on worker threads where a provider may block, and their way into the state.
#include <algorithm>
#include <ctime>

#include "engine/run.h"

namespace drydock::engine {
namespace {

std::string timestamp_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

bool same_set(std::vector<Urn> a, std::vector<Urn> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

/// A `same` step whose loss the next run would not notice. Positions in the source do not count.
bool only_moved(const Resource& old, const Resource& next) {
  return old.urn == next.urn && old.type == next.type && old.custom == next.custom &&
         old.custom_timeouts == next.custom_timeouts && old.retain_on_delete == next.retain_on_delete &&
         old.provider == next.provider && old.parent == next.parent && old.protect == next.protect &&
         old.deleted_with == next.deleted_with && old.replace_with == next.replace_with && old.inputs == next.inputs &&
         old.outputs == next.outputs && same_set(old.dependencies, next.dependencies) &&
         old.replacement_trigger == next.replacement_trigger && old.resource_hooks == next.resource_hooks &&
         old.ignore_changes == next.ignore_changes && old.additional_secret_outputs == next.additional_secret_outputs;
}

bool makes_record(Op op) {
  return op == Op::same || op == Op::create || op == Op::update || op == Op::create_replacement || op == Op::read ||
         op == Op::read_replacement || op == Op::import || op == Op::import_replacement;
}
bool removes_record(Op op) {
  return op == Op::delete_ || op == Op::delete_replaced || op == Op::discard || op == Op::discard_replaced ||
         op == Op::remove_pending_replace;
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
}

void stamp(Resource& next, const Step& step) {
  const bool made = step.info.op == Op::create || step.info.op == Op::create_replacement ||
                    step.info.op == Op::import || step.info.op == Op::import_replacement || next.created.empty();
  if (step.info.op == Op::same && !next.created.empty()) return;
  next.modified = timestamp_now();
  if (made) next.created = next.modified;
}

}  // namespace

void Run::submit(ChainPtr chain) {
  const Step& step = chain->current().step;
  const bool needs_slot = calls_provider(step, options_.dry_run) && !step.provider->inline_calls;
  if (stopping_) {
    set(chain->current(), StepState::dropped, chain->hidden);
    return chain->done(false);
  }
  if (needs_slot && occupied_ >= static_cast<std::size_t>(program_.parallel)) return ready_.push_back(std::move(chain));
  start(chain);
}

void Run::dispatch() {
  while (!ready_.empty() && (stopping_ || occupied_ < static_cast<std::size_t>(program_.parallel))) {
    ChainPtr chain = std::move(ready_.front());
    ready_.pop_front();
    submit(std::move(chain));
  }
}

void Run::start(const ChainPtr& chain) {
  StepRun& run = chain->current();
  run.operation = next_operation_++;
  run.began = std::chrono::steady_clock::now();
  set(run, StepState::starting, chain->hidden);
  if (auto closed = closed_gate(run, chain->hidden)) {
    run.performed.error = Error{ErrorCode::conflict, std::move(*closed), {}};
    set(run, StepState::saving, chain->hidden);
    return saved(chain);
  }
  const auto kind = pending_kind(run.step);
  if (!kind || options_.dry_run) return call_provider(chain);
  // What was begun must be known after a crash, so it is on disk before the provider hears of it.
  Change change;
  change.operation = run.operation;
  change.begins = PendingOperation{*kind, run.step.info.next ? run.step.info.next : run.step.info.previous};
  write(std::move(change), [this, chain] { call_provider(chain); });
}

std::optional<std::string> Run::closed_gate(const StepRun& run, bool hidden) const {
  if (options_.dry_run || hidden || !env_.gate) return std::nullopt;
  StepInfo info = run.step.info;
  if (const auto it = given_.find(info.urn); it != given_.end()) info.given = it->second;
  return env_.gate(info);
}

void Run::call_provider(const ChainPtr& chain) {
  StepRun& run = chain->current();
  set(run, StepState::running, chain->hidden);
  const auto token = cancel_operations_.get_token();
  if (!calls_provider(run.step, options_.dry_run) || run.step.provider->inline_calls)
    return performed(chain, perform(run.step, options_.dry_run, token));
  movers_.run([this, chain, token] {
    auto result = std::make_shared<Performed>(perform(chain->current().step, options_.dry_run, token));
    strand_.post([this, chain, result] { performed(chain, std::move(*result)); });
  });
}

void Run::performed(const ChainPtr& chain, Performed result) {
  StepRun& run = chain->current();
  run.performed = std::move(result);
  if (run.performed.unknown_status) summary_.maybe_corrupt = true;
  if (run.step.info.op == Op::refresh) {
    run.step.info.diffs = std::move(run.performed.found.diffs);
    run.step.info.detailed = std::move(run.performed.found.detailed);
    run.step.info.has_detailed = run.performed.found.has_detailed;
  }
  set(run, StepState::saving, chain->hidden);
  save(chain);
}

void Run::save(const ChainPtr& chain) {
  StepRun& run = chain->current();
  Change change = change_of(run, run.performed.error.has_value());
  change.operation = run.operation;
  change.ends = pending_kind(run.step).has_value();
  settle_record(run);
  const bool nothing = change.puts.empty() && change.erases.empty() && !change.ends;
  if (nothing) return saved(chain);
  write(std::move(change), [this, chain] { saved(chain); });
}

/// What a step that is over does to the state. A failed one leaves what exists all the same.
Change Run::change_of(StepRun& run, bool failed) {
  Change change;
  const Op op = run.step.info.op;
  const Slot previous = run.step.previous_slot;
  if (makes_record(op) && run.performed.next) {
    auto next = std::make_shared<Resource>(*run.performed.next);
    stamp(*next, run.step);
    run.performed.next = next;
    run.slot = next_slot_++;
    change.puts.emplace_back(run.slot, next);
    change.minor = op == Op::same && run.step.info.previous && only_moved(*run.step.info.previous, *next);
    if (previous == kNoSlot) return change;
    const Resource& old = *run.step.info.previous;
    if (old.urn != next->urn) change.renames.emplace_back(old.urn, next->urn);
    const bool keeps_old =
        (op == Op::create_replacement || op == Op::read_replacement || op == Op::import_replacement) &&
        !(previous < olds_.size() && olds_[previous].gone) && !old.pending_replacement;
    if (!keeps_old) {
      change.erases.push_back(previous);
    } else {
      auto twin = std::make_shared<Resource>(old);
      twin->delete_ = true;
      change.puts.emplace_back(previous, std::move(twin));
    }
  } else if (removes_record(op) && !failed) {
    if (!run.step.pending_replacement) {
      change.erases.push_back(previous);
    } else {
      auto waiting = std::make_shared<Resource>(*run.step.info.previous);
      waiting->pending_replacement = true;
      change.puts.emplace_back(previous, std::move(waiting));
    }
  }
  for (const auto& [slot, record] : change.puts)
    if (slot < olds_.size()) olds_[slot].record = record;
  return change;
}

/// The run's own view of the resource follows.
void Run::settle_record(const StepRun& run) {
  if (!makes_record(run.step.info.op) || !run.performed.next) return;
  const ResourcePtr& record = run.performed.next;
  Entry& entry = entries_[record->urn.str()];
  entry.record = record;
  entry.slot = run.slot;
  entry.op = run.step.info.op;
  entry.replaced =
      entry.replaced || run.step.info.op == Op::create_replacement || run.step.info.op == Op::read_replacement;
  if (run.step.info.previous && run.step.info.previous->urn != record->urn)
    renamed_[run.step.info.previous->urn] = record->urn;
  if (!is_provider_type(record->type) || !run.step.provider || run.performed.error) return;
  instances_[ProviderReference{record->urn, record->id}.str()] = run.step.provider;
}

void Run::saved(const ChainPtr& chain) {
  StepRun& run = chain->current();
  const bool failed = run.performed.error.has_value() || sink_broken_;
  if (failed) note_failure(run, chain->hidden);
  set(run, failed ? StepState::failed : StepState::done, chain->hidden);
  if (failed) {
    if (!options_.continue_on_error) stop(Outcome::failed);
    chain->done(false);
  } else if (chain->at + 1 < chain->steps.size()) {
    ++chain->at;
    submit(chain);
  } else {
    chain->done(true);
  }
  dispatch();
  advance();
}

void Run::note_failure(const StepRun& run, bool) {
  if (outcome_ == Outcome::succeeded) outcome_ = Outcome::failed;
  errored_.insert(run.step.info.urn);
  if (!run.performed.error) return;
  diagnose(Severity::error, run.step.info.urn, run.performed.error->to_string());
  if (!run.performed.next) return;
  for (const std::string& reason : run.performed.next->init_errors)
    if (run.performed.error->message.find(reason) == std::string::npos)
      diagnose(Severity::error, run.step.info.urn, reason);
}

/// INVARIANT: the only place where a step changes its state, so the counters cannot drift.
void Run::set(StepRun& run, StepState state, bool hidden) {
  const auto in_flight = [](StepState s) {
    return s == StepState::starting || s == StepState::running || s == StepState::saving;
  };
  const bool was = in_flight(run.state), is = in_flight(state);
  if (was != is) {
    const bool slot = calls_provider(run.step, options_.dry_run) && !run.step.provider->inline_calls;
    if (is)
      ++running_, occupied_ += slot;
    else
      --running_, occupied_ -= slot;
  }
  run.state = state;
  if (hidden) return;
  StepInfo info = run.step.info;
  if (run.performed.next) info.next = run.performed.next;
  if (const auto it = given_.find(info.urn); it != given_.end()) info.given = it->second;
  if (state == StepState::starting) {
    emit(ResourcePreEvent{std::move(info), options_.dry_run});
  } else if (state == StepState::done) {
    if (info.logical) ++summary_.changes[info.op];
    emit(ResourceOutputsEvent{std::move(info), options_.dry_run, since(run.began)});
  } else if (state == StepState::failed) {
    emit(ResourceFailedEvent{std::move(info), since(run.began)});
  }
}

void Run::write(Change change, Then then) {
  if (options_.dry_run || !env_.sink) return then();
  env_.sink->write(change, [this, then = std::move(then)](Result<void> durable) {
    auto error = durable ? std::nullopt : std::optional(durable.error());
    strand_.post([this, then, error = std::move(error)] {
      if (error && !sink_broken_) {
        sink_broken_ = true;
        diagnose(Severity::error, {}, "saving the state: " + error->to_string());
        stop(Outcome::failed);
      }
      then();
    });
  });
}

}  // namespace drydock::engine

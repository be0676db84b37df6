#include "cli/view/model.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/view/values.h"

namespace drydock::cli {

using engine::Op;

const Row* RunModel::find(const Urn& urn) const {
  auto it = index_.find(urn);
  return it == index_.end() ? nullptr : &rows_[it->second];
}

Row& RunModel::row(const engine::StepInfo& step) {
  auto [it, fresh] = index_.try_emplace(step.urn, rows_.size());
  if (fresh) {
    Row r;
    r.urn = step.urn;
    r.type = step.type;
    r.name = step.urn.name();
    if (const auto& state = step.next ? step.next : step.previous) r.parent = state->parent;
    rows_.push_back(std::move(r));
  }
  return rows_[it->second];
}

Row* RunModel::begin(const engine::StepInfo& step, bool planning, std::chrono::steady_clock::time_point now) {
  if (step.hidden) return nullptr;
  Row& r = row(step);
  // The halves of a replacement show as the replacement that they are.
  bool half = step.op == Op::create_replacement || step.op == Op::delete_replaced;
  r.op = half ? Op::replace : step.op;
  if (std::string diff = diff_summary(step); !diff.empty()) r.diff = diff;
  r.state = planning ? Row::State::planned : Row::State::running;
  if (r.started == std::chrono::steady_clock::time_point{}) r.started = now;
  return &r;
}

Row* RunModel::end(const engine::StepInfo& step, bool planning, bool failed, std::chrono::milliseconds took) {
  if (step.hidden) return nullptr;
  Row& r = row(step);
  if (!step.logical && !failed) return &r;  // the whole follows
  r.op = step.op == Op::create_replacement || step.op == Op::delete_replaced ? Op::replace : step.op;
  r.state = failed ? Row::State::failed : planning ? Row::State::planned : Row::State::done;
  r.took = std::max(r.took, took);
  r.waits_for.clear();
  if (std::string diff = diff_summary(step); !diff.empty()) r.diff = diff;
  return &r;
}

Row* RunModel::note(const engine::DiagnosticEvent& event) {
  std::string text(trim(event.message));
  auto it = index_.find(event.urn);
  Row* r = it == index_.end() ? nullptr : &rows_[it->second];
  if (r) r->last_message = text.substr(0, text.find('\n'));
  if (event.ephemeral || event.severity == engine::Severity::debug || text.empty()) return r;
  if (r)
    ++(event.severity == engine::Severity::error     ? r->errors
       : event.severity == engine::Severity::warning ? r->warnings
                                                     : r->messages);
  diagnostics_.push_back({event.urn, event.severity, std::move(text)});
  return r;
}

Row* RunModel::apply(const engine::Event& event, std::chrono::steady_clock::time_point now) {
  if (const auto* e = std::get_if<engine::ResourcePreEvent>(&event)) return begin(e->step, e->planning, now);
  if (const auto* e = std::get_if<engine::ResourceOutputsEvent>(&event))
    return end(e->step, e->planning, false, e->took);
  if (const auto* e = std::get_if<engine::ResourceFailedEvent>(&event)) return end(e->step, false, true, e->took);
  if (const auto* e = std::get_if<engine::DiagnosticEvent>(&event)) return note(*e);
  if (const auto* e = std::get_if<engine::ResourceWaitingEvent>(&event)) {
    auto it = index_.find(e->urn);
    if (it == index_.end()) return nullptr;
    rows_[it->second].waits_for = e->for_what;
    return &rows_[it->second];
  }
  if (const auto* e = std::get_if<engine::SummaryEvent>(&event)) summary_ = *e;
  return nullptr;
}

std::string counts_text(const Row& row) {
  std::vector<std::string> parts;
  auto add = [&](int n, const char* what) {
    if (n > 0) parts.push_back(fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"));
  };
  add(row.errors, "error");
  add(row.warnings, "warning");
  add(row.messages, "message");
  return join(parts, "; ");
}

}  // namespace drydock::cli

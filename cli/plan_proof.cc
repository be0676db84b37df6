#include "cli/plan_proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/state/deployment.h"
#include "readers/pulumi/pulumi.h"

namespace drydock::cli {
namespace {

using engine::Op;

/// The new state is not there yet: neither its id nor its outputs mean anything.
bool makes_anew(Op op) { return op == Op::create || op == Op::replace || op == Op::create_replacement; }
bool removes(Op op) { return op == Op::delete_ || op == Op::delete_replaced || op == Op::discard; }
/// `replace` only sums up its two halves; in an update the new half is there by then.
bool works(Op op) { return !removes(op) && op != Op::replace; }

Json state_of(const engine::StepInfo& step) {
  engine::Resource shown = *step.next;
  if (step.given) {
    shown.inputs = step.given->inputs;
    shown.property_dependencies = step.given->property_dependencies;
  }
  // Secrets stay here: what is one is unknown to the proof.
  return engine::StateWriter(engine::SecretForm::hidden).resource(shown).value_or(Json::object());
}

}  // namespace

Result<ReadinessMode> parse_readiness_mode(const std::string& text) {
  if (text.empty() || text == "stop") return ReadinessMode::stop;
  if (text == "warn") return ReadinessMode::warn;
  if (text == "off") return ReadinessMode::off;
  return fail(ErrorCode::invalid_input, fmt::format("--readiness is stop, warn or off, not '{}'", text));
}

void PlanProof::put(const engine::StepInfo& step, bool made) {
  if (!step.next) return;
  Json state = state_of(step);
  if (!made && makes_anew(step.op)) state.erase("id"), state.erase("outputs");
  const std::string urn = step.urn.str();
  if (!states_.contains(urn)) order_.push_back(urn);
  states_[urn] = std::move(state);
}

void PlanProof::event(const engine::Event& event) {
  if (const auto* pre = std::get_if<engine::ResourcePreEvent>(&event); pre && pre->planning) {
    // What a replacement deletes has the URN of what it makes.
    if (pre->step.op == Op::delete_ || pre->step.op == Op::discard) states_.erase(pre->step.urn.str());
    if (!removes(pre->step.op)) put(pre->step, false);
  }
  if (const auto* done = std::get_if<engine::ResourceOutputsEvent>(&event); done && !done->planning)
    if (works(done->step.op)) put(done->step, true);
}

void PlanProof::about_to(const engine::StepInfo& step) {
  if (works(step.op)) put(step, false);
}

bool PlanProof::launches_nodes(const engine::StepInfo& step) {
  return works(step.op) && step.op != Op::same &&
         (step.type == "aws:autoscaling/group:Group" || step.type == "aws:eks/nodeGroup:NodeGroup");
}

readers::Reading PlanProof::reading() const {
  readers::pulumi::Stack stack{.account = account_, .region = region_, .dialect = cloud::Dialect::drydock};
  for (const std::string& urn : order_)
    if (const auto it = states_.find(urn); it != states_.end()) stack.resources.push_back(it->second);
  return readers::pulumi::lift(stack);
}

std::optional<ReadinessNote> PlanProof::prove(const Style& style, const std::string& hint) const {
  const auto began = std::chrono::steady_clock::now();
  const readers::Reading read = reading();
  if (read.world.clusters.empty()) return std::nullopt;
  const Report report{
      .world = read.world,
      .readiness = proof::prove(read.world),
      .notes = read.notes,
      .took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began)};
  return ReadinessNote{report.readiness.verdict, report_text(report, style, hint), report_json(report)};
}

}  // namespace drydock::cli

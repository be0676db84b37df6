// Runs for programs: Pulumi's engine events, one a line, and its preview document.
// Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go and
// https://github.com/pulumi/pulumi/blob/master/pkg/backend/display/json.go
#include <chrono>

#include "base/text.h"
#include "cli/plan_proof.h"
#include "cli/view/view.h"
#include "engine/state/deployment.h"

namespace drydock::cli {
namespace {

using engine::SecretForm;
using engine::Severity;
using engine::StateWriter;
using engine::StepInfo;

const char* kind_text(DiffKind kind) {
  switch (kind) {
    case DiffKind::add:
      return "add";
    case DiffKind::add_replace:
      return "add-replace";
    case DiffKind::delete_:
      return "delete";
    case DiffKind::delete_replace:
      return "delete-replace";
    case DiffKind::update:
      return "update";
    case DiffKind::update_replace:
      return "update-replace";
  }
  return "update";
}

Json detailed_diff(const StepInfo& step, const char* kind_name) {
  if (!step.has_detailed || step.detailed.empty()) return nullptr;
  Json out = Json::object();
  for (const auto& [path, diff] : step.detailed)
    out[path] = Json::object({{kind_name, kind_text(diff.kind)}, {"inputDiff", diff.input_diff}});
  return out;
}

Json texts(const std::vector<std::string>& values) { return Json::Array(values.begin(), values.end()); }

const char* severity_text(Severity severity) {
  switch (severity) {
    case Severity::debug:
      return "debug";
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "info";
}

std::string prefix_of(Severity severity) { return std::string(severity_text(severity)) + ": "; }

Json config_json(const std::map<std::string, std::string>& config) {
  Json out = Json::object();
  for (const auto& [key, value] : config) out[key] = value;
  return out;
}

Json changes_json(const engine::SummaryEvent& summary) {
  Json out = Json::object();
  for (auto [op, count] : summary.changes)
    if (count > 0) out[engine::to_string(op)] = count;
  return out;
}

class EventStream : public View {
 public:
  explicit EventStream(ViewOptions options)
      : options_(std::move(options)), writer_(options_.show_secrets ? SecretForm::bare : SecretForm::hidden) {}

  void begin(const RunTitle&) override {}
  void event(const engine::Event& event) override {
    std::visit([this](const auto& e) { tell(e); }, event);
  }
  void readiness(const ReadinessNote& note) override { line("readinessEvent", note.json); }
  void end(const std::string&) override { line("cancelEvent", Json::object()); }

 private:
  void line(const char* kind, Json content) {
    auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    options_.write(
        Json::object({{"sequence", ++sequence_}, {"timestamp", now.count()}, {kind, std::move(content)}}).dump() +
        "\n");
  }

  void tell(const engine::PreludeEvent& e) { line("preludeEvent", Json::object({{"config", config_json(e.config)}})); }
  void tell(const engine::ResourcePreEvent& e) { step("resourcePreEvent", e.step, e.planning); }
  void tell(const engine::ResourceOutputsEvent& e) { step("resOutputsEvent", e.step, e.planning); }
  void tell(const engine::ResourceFailedEvent& e) {
    if (!e.step.hidden)
      line("resOpFailedEvent", Json::object({{"metadata", metadata(e.step)}, {"status", 0}, {"steps", 0}}));
  }
  void tell(const engine::ResourceWaitingEvent&) {}
  void tell(const engine::DiagnosticEvent& e) {
    Json out = Json::object({{"prefix", prefix_of(e.severity)},
                             {"message", e.message.ends_with('\n') ? e.message : e.message + "\n"},
                             {"color", "never"},
                             {"severity", severity_text(e.severity)}});
    if (!e.urn.empty()) out["urn"] = e.urn.str();
    if (e.stream_id) out["streamID"] = e.stream_id;
    if (e.ephemeral) out["ephemeral"] = true;
    line("diagnosticEvent", std::move(out));
  }
  void tell(const engine::StdoutEvent& e) {
    line("stdoutEvent", Json::object({{"message", e.message}, {"color", "never"}}));
  }
  void tell(const engine::SummaryEvent& e) {
    const char* result = e.outcome == engine::Outcome::succeeded ? "succeeded"
                         : e.outcome == engine::Outcome::failed  ? "failed"
                                                                 : "canceled";
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(e.duration).count();
    line("summaryEvent", Json::object({{"maybeCorrupt", e.maybe_corrupt},
                                       {"durationSeconds", seconds},
                                       {"resourceChanges", changes_json(e)},
                                       {"PolicyPacks", Json::object()},
                                       {"isPreview", e.planning},
                                       {"result", result}}));
  }

  void step(const char* kind, const StepInfo& info, bool planning) {
    if (info.hidden) return;
    Json out = Json::object({{"metadata", metadata(info)}});
    if (planning) out["planning"] = true;
    line(kind, std::move(out));
  }

  Json metadata(const StepInfo& info) const {
    Json out = Json::object({{"op", engine::to_string(info.op)},
                             {"urn", info.urn.str()},
                             {"type", info.type},
                             {"old", state(info.previous)},
                             {"new", state(info.next)},
                             {"detailedDiff", detailed_diff(info, "diffKind")},
                             {"provider", info.provider}});
    if (!info.replace_keys.empty()) out["keys"] = texts(info.replace_keys);
    if (!info.diffs.empty()) out["diffs"] = texts(info.diffs);
    if (info.logical) out["logical"] = true;
    return out;
  }

  Json state(const engine::ResourcePtr& r) const {
    if (!r) return nullptr;
    Json out = Json::object({{"type", r->type},
                             {"urn", r->urn.str()},
                             {"id", r->id},
                             {"parent", r->parent.str()},
                             {"inputs", writer_.map(r->inputs).value_or(Json::object())},
                             {"outputs", writer_.map(r->outputs).value_or(Json::object())},
                             {"provider", r->provider}});
    if (r->custom) out["custom"] = true;
    if (r->delete_) out["delete"] = true;
    if (r->protect) out["protect"] = true;
    if (r->retain_on_delete) out["retainOnDelete"] = true;
    if (!r->init_errors.empty()) out["initErrors"] = texts(r->init_errors);
    return out;
  }

  ViewOptions options_;
  StateWriter writer_;
  std::int64_t sequence_ = 0;
};

/// A component's state has no inputs; a plan without them is hard to reason about, so they are shown here.
Json planned_state(const StateWriter& writer, const StepInfo& info) {
  if (!info.given || !info.next) return info.next ? writer.resource(*info.next).value_or(Json()) : Json();
  engine::Resource shown = *info.next;
  shown.inputs = info.given->inputs;
  shown.property_dependencies = info.given->property_dependencies;
  return writer.resource(shown).value_or(Json());
}

class PreviewDocument : public View {
 public:
  explicit PreviewDocument(ViewOptions options)
      : options_(std::move(options)), writer_(options_.show_secrets ? SecretForm::bare : SecretForm::hidden) {}

  void begin(const RunTitle&) override {}

  void event(const engine::Event& event) override {
    if (const auto* e = std::get_if<engine::PreludeEvent>(&event)) document_["config"] = config_json(e->config);
    if (const auto* e = std::get_if<engine::ResourcePreEvent>(&event)) add(e->step);
    if (const auto* e = std::get_if<engine::DiagnosticEvent>(&event)) add(*e);
    if (const auto* e = std::get_if<engine::SummaryEvent>(&event)) {
      document_["duration"] = std::chrono::duration_cast<std::chrono::nanoseconds>(e->duration).count();
      document_["changeSummary"] = changes_json(*e);
      if (e->maybe_corrupt) document_["maybeCorrupt"] = true;
    }
  }

  void readiness(const ReadinessNote& note) override { document_["readiness"] = note.json; }
  void end(const std::string&) override { options_.write(document_.dump_pretty(4) + "\n"); }

 private:
  void add(const StepInfo& info) {
    if (info.hidden || !info.logical) return;
    Json out = Json::object(
        {{"op", engine::to_string(info.op)}, {"urn", info.urn.str()}, {"detailedDiff", detailed_diff(info, "kind")}});
    if (!info.provider.empty()) out["provider"] = info.provider;
    if (info.previous) out["oldState"] = writer_.resource(*info.previous).value_or(Json());
    if (info.next) out["newState"] = planned_state(writer_, info);
    if (!info.diffs.empty()) out["diffReasons"] = texts(info.diffs);
    if (!info.replace_keys.empty()) out["replaceReasons"] = texts(info.replace_keys);
    document_["steps"].push_back(std::move(out));
  }

  void add(const engine::DiagnosticEvent& e) {
    if (e.ephemeral || e.severity == Severity::debug) return;
    Json out = Json::object(
        {{"prefix", prefix_of(e.severity)}, {"message", e.message}, {"severity", severity_text(e.severity)}});
    if (!e.urn.empty()) out["urn"] = e.urn.str();
    document_["diagnostics"].push_back(std::move(out));
  }

  ViewOptions options_;
  StateWriter writer_;
  Json document_ = Json::object();
};

}  // namespace

std::unique_ptr<View> make_event_stream(ViewOptions options) {
  return std::make_unique<EventStream>(std::move(options));
}
std::unique_ptr<View> make_preview_document(ViewOptions options) {
  return std::make_unique<PreviewDocument>(std::move(options));
}

}  // namespace drydock::cli

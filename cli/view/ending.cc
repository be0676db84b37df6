// What comes under the rows: diagnostics, outputs, counts, duration.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/view/values.h"
#include "cli/view/view.h"

namespace drydock::cli {
namespace {

using engine::Op;
using engine::Severity;

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::debug:
      return "debug: ";
    case Severity::info:
      return "";
    case Severity::warning:
      return "warning: ";
    case Severity::error:
      return "error: ";
  }
  return "";
}

std::string diagnostic_text(const Diagnostic& d, const Style& style) {
  Colour colour = d.severity == Severity::error     ? Colour::red
                  : d.severity == Severity::warning ? Colour::yellow
                                                    : Colour::none;
  std::string out = "    " + style.paint(colour, severity_word(d.severity));
  bool first = true;
  for (const auto& line : split(d.message, '\n')) {
    out += first ? line + "\n" : "    " + line + "\n";
    first = false;
  }
  return out;
}

/// Grouped by resource, in order of first word; what is about no resource is about the stack, and comes last.
std::string diagnostics_text(const RunModel& model, const RunTitle& title, const Style& style) {
  std::vector<Urn> order;
  for (const auto& d : model.diagnostics())
    if (std::find(order.begin(), order.end(), d.urn) == order.end()) order.push_back(d.urn);
  std::stable_partition(order.begin(), order.end(), [](const Urn& urn) { return !urn.empty(); });
  if (order.empty()) return {};
  std::string out = style.paint(Colour::bold, "Diagnostics:") + "\n";
  for (const auto& urn : order) {
    out += urn.empty() ? fmt::format("  {} ({}):\n", title.action, title.stack)
                       : fmt::format("  {} ({}):\n", short_type(urn.type()), urn.name());
    for (const auto& d : model.diagnostics())
      if (d.urn == urn) out += diagnostic_text(d, style);
  }
  return out + "\n";
}

std::string counts(const engine::SummaryEvent& summary, const Style& style) {
  std::string out;
  int changed = 0, kinds = 0, same = 0;
  for (auto [op, count] : summary.changes) {
    if (count == 0) continue;
    if (op == Op::same) {
      same = count;
      continue;
    }
    changed += count;
    ++kinds;
    std::string words = summary.planning ? "to " + verb(op, Tense::plan) : verb(op, Tense::done);
    out += "    " + style.paint(colour_of(op), fmt::format("{} {} {}", trim(symbol(op)), count, words)) + "\n";
  }
  std::string last;
  if (kinds >= 2) last = fmt::format("{} changes", changed);
  if (same > 0) last += fmt::format("{}{} unchanged", last.empty() ? "" : ". ", same);
  if (!last.empty()) out += "    " + last + "\n";
  if (summary.errored > 0) out += "    " + style.paint(Colour::red, fmt::format("{} errored", summary.errored)) + "\n";
  return out;
}

bool stack_is_new(const RunModel& model) {
  for (const auto& row : model.rows())
    if (row.type == kStackType) return row.op == Op::create;
  return false;
}

}  // namespace

std::string title_text(const RunTitle& title) {
  std::string verb;
  if (title.planning) {
    verb = "Previewing " + title.action;
  } else {
    verb = title.action == "destroy" ? "Destroying" : title.action == "refresh" ? "Refreshing" : "Updating";
  }
  return fmt::format("{} ({}){}:\n", verb, title.stack, title.where.empty() ? "" : " " + title.where);
}

std::string ending_text(const RunModel& model, const RunTitle& title, const ViewOptions& options,
                        const std::string& cloud_time) {
  std::string out = diagnostics_text(model, title, options.style);
  if (!model.summary()) return out;
  const auto& summary = *model.summary();
  auto bold = [&](const char* text) { return options.style.paint(Colour::bold, text) + "\n"; };
  bool goes = title.action == "destroy";
  if (!options.suppress_outputs && !goes && !(summary.outputs.empty() && summary.old_outputs.empty())) {
    // In a failed run the old outputs stand; in a new stack all are new, and no mark says more.
    bool mark = !stack_is_new(model) && summary.outcome == engine::Outcome::succeeded;
    std::string text =
        outputs_text(summary.old_outputs, summary.outputs,
                     {.mark = mark, .show_secrets = options.show_secrets, .whole = options.full_outputs});
    if (!text.empty()) out += bold("Outputs:") + text + "\n";
  }
  std::string changes = counts(summary, options.style);
  if (!changes.empty()) out += bold("Resources:") + changes;
  if (!summary.planning) {
    auto whole = std::chrono::ceil<std::chrono::seconds>(summary.duration);
    bool short_run = summary.duration < std::chrono::seconds(10);
    out += fmt::format(
        "\nDuration: {}{}\n",
        short_run ? fmt::format("{:.1f}s", static_cast<double>(summary.duration.count()) / 1000) : duration_text(whole),
        cloud_time.empty() ? "" : fmt::format(" ({} on AWS)", cloud_time));
  }
  return out;
}

}  // namespace drydock::cli

// One line per event, for logs and pipes; blocks with --diff.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "cli/plan_proof.h"
#include "cli/view/values.h"
#include "cli/view/view.h"

namespace drydock::cli {
namespace {

using engine::Op;

class LinesView : public View {
 public:
  explicit LinesView(ViewOptions options) : options_(std::move(options)) {}

  void begin(const RunTitle& title) override {
    title_ = title;
    model_ = {};
    options_.write(options_.style.paint(Colour::bold, title_text(title)) + "\n");
  }

  void event(const engine::Event& event) override {
    Row* row = model_.apply(event, options_.now());
    if (const auto* out = std::get_if<engine::StdoutEvent>(&event)) options_.write(out->message);
    if (options_.diff) {
      if (const auto* pre = std::get_if<engine::ResourcePreEvent>(&event)) block(pre->step);
      if (!std::holds_alternative<engine::ResourceFailedEvent>(event)) return;
    }
    if (!row) return;
    bool begins = std::holds_alternative<engine::ResourcePreEvent>(event);
    bool ends = std::holds_alternative<engine::ResourceOutputsEvent>(event) ||
                std::holds_alternative<engine::ResourceFailedEvent>(event);
    if (!row->changes() && !options_.show_sames && row->errors == 0) return;
    if (begins ? title_.planning || row->op == Op::same : !ends) return;
    if (ends && row->state == Row::State::running) return;  // half of a replacement
    std::string line = row_line(*row, options_.style, title_.planning);
    if (std::string& last = shown_[row->urn]; last != line) options_.write((last = line) + "\n");
  }

  void readiness(const ReadinessNote& note) override {
    if (title_.planning)
      last_ = "\n" + note.text;
    else
      options_.write(note.text);
  }

  void end(const std::string& cloud_time) override {
    std::string ending = ending_text(model_, title_, options_, cloud_time);
    bool any = std::any_of(model_.rows().begin(), model_.rows().end(), [](const Row& r) { return r.changes(); });
    options_.write((any ? "\n" : "") + ending + std::exchange(last_, ""));
  }

 private:
  void block(const engine::StepInfo& step) {
    if (step.hidden || !step.logical || (step.op == Op::same && !options_.show_sames)) return;
    auto lines = split(step_text(step, options_.show_secrets), '\n');
    for (auto& line : lines) {
      auto mark = line.find_first_not_of(' ');
      char sign = mark == std::string::npos ? ' ' : line[mark];
      Colour colour = sign == '+'   ? Colour::green
                      : sign == '-' ? Colour::red
                      : sign == '~' ? Colour::yellow
                                    : Colour::none;
      line = options_.style.paint(colour, line);
    }
    options_.write(join(lines, "\n"));
  }

  ViewOptions options_;
  RunTitle title_;
  RunModel model_;
  std::map<Urn, std::string> shown_;
  std::string last_;  // after the ending
};

/// Errors are the only thing that somebody who did not ask for a run wants to see of it.
class QuietView : public View {
 public:
  explicit QuietView(ViewOptions options) : options_(std::move(options)) {}
  void begin(const RunTitle&) override {}
  void event(const engine::Event& event) override {
    if (const auto* out = std::get_if<engine::StdoutEvent>(&event)) options_.write(out->message);
    if (const auto* said = std::get_if<engine::DiagnosticEvent>(&event);
        said && said->severity == engine::Severity::error)
      options_.write("error: " + said->message + (said->message.ends_with('\n') ? "" : "\n"));
  }
  void readiness(const ReadinessNote&) override {}
  void end(const std::string&) override {}

 private:
  ViewOptions options_;
};

}  // namespace

std::string row_line(const Row& row, const Style& style, bool planning) {
  std::string status;
  switch (row.state) {
    case Row::State::planned:
      status = verb(row.op, Tense::plan);
      break;
    case Row::State::running:
      status = verb(row.op, Tense::running) + (row.changes() ? " (0s)" : "");
      break;
    case Row::State::done:
      status = verb(row.op, Tense::done) + (row.changes() ? fmt::format(" ({})", duration_text(row.took)) : "");
      break;
    case Row::State::failed:
      status = fmt::format("**{} failed**", verb(row.op, Tense::running));
      break;
  }
  (void)planning;
  Colour colour = row.state == Row::State::failed ? Colour::bright_red : colour_of(row.op);
  std::string out = fmt::format(" {} {} {}", style.paint(colour, symbol(row.op)), short_type(row.type), row.name);
  if (!status.empty()) out += " " + style.paint(colour, status);
  if (!row.diff.empty() && row.state != Row::State::running) out += " " + row.diff;
  if (std::string counts = counts_text(row); !counts.empty() && row.state != Row::State::running) out += " " + counts;
  return out;
}

std::unique_ptr<View> make_quiet_view(ViewOptions options) { return std::make_unique<QuietView>(std::move(options)); }
std::unique_ptr<View> make_lines_view(ViewOptions options) { return std::make_unique<LinesView>(std::move(options)); }

}  // namespace drydock::cli

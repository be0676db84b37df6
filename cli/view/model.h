// What is known of a run so far, as rows: the one picture from which tree, lines and summary are drawn.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.h"

namespace drydock::cli {

struct Row {
  enum class State { planned, running, done, failed };
  Urn urn, parent;
  std::string type, name;
  engine::Op op = engine::Op::same;
  State state = State::planned;
  std::chrono::steady_clock::time_point started{};
  std::chrono::milliseconds took{0};
  std::string diff;          // "[diff: ~a]"
  std::string waits_for;     // while running
  std::string last_message;  // while running
  int errors = 0, warnings = 0, messages = 0;
  bool changes() const { return op != engine::Op::same; }
};

struct Diagnostic {
  Urn urn;
  engine::Severity severity;
  std::string message;
};

class RunModel {
 public:
  /// The row that an event was about; null if it was about none.
  Row* apply(const engine::Event& event, std::chrono::steady_clock::time_point now);

  /// In order of first appearance. A replacement is one row.
  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  const std::optional<engine::SummaryEvent>& summary() const { return summary_; }
  const Row* find(const Urn& urn) const;

 private:
  Row& row(const engine::StepInfo& step);
  Row* begin(const engine::StepInfo& step, bool planning, std::chrono::steady_clock::time_point now);
  Row* end(const engine::StepInfo& step, bool planning, bool failed, std::chrono::milliseconds took);
  Row* note(const engine::DiagnosticEvent& event);

  std::vector<Row> rows_;
  std::map<Urn, std::size_t> index_;
  std::vector<Diagnostic> diagnostics_;
  std::optional<engine::SummaryEvent> summary_;
};

/// "3 errors; 1 warning"
std::string counts_text(const Row& row);

}  // namespace drydock::cli

// The proof beside a run: what its preview planned and what its update has made so far, as a world that is proved after
// the preview, and again before the first step that launches nodes.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/report/report.h"
#include "engine/engine.h"
#include "readers/reader.h"

namespace drydock::cli {

/// --readiness
enum class ReadinessMode {
  stop,  // `not_ready` stops before anything changes
  warn,  // says it, and goes on
  off,   // does not look
};
Result<ReadinessMode> parse_readiness_mode(const std::string& text);

/// What the view shows, in both of its forms.
struct ReadinessNote {
  proof::Verdict verdict = proof::Verdict::ready;
  std::string text;  // for people
  Json json;         // report_json()
};

/// Not for several threads: fed and asked on the engine's strand, or between runs.
class PlanProof {
 public:
  /// The account, if it is known; the region that resources without one are in.
  PlanProof(std::string account, std::string region) : account_(std::move(account)), region_(std::move(region)) {}

  /// From previews and updates alike. What an update has made replaces what was planned of it.
  void event(const engine::Event& event);
  /// A step that is about to begin: its inputs are known better than in the preview.
  void about_to(const engine::StepInfo& step);
  /// The step is one that launches nodes.
  static bool launches_nodes(const engine::StepInfo& step);

  readers::Reading reading() const;
  /// Nothing if no EKS cluster is in sight. `hint` as in report_text().
  std::optional<ReadinessNote> prove(const Style& style, const std::string& hint) const;

 private:
  void put(const engine::StepInfo& step, bool made);

  std::string account_, region_;
  std::vector<std::string> order_;  // URNs as first heard of
  std::map<std::string, Json> states_;
};

}  // namespace drydock::cli

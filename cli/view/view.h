// How a run is shown. One stream of events, several views: lines, a live tree, JSON.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "cli/view/model.h"
#include "cli/view/style.h"
#include "engine/event.h"

namespace drydock::cli {

struct ViewOptions {
  Style style;
  bool diff = false;          // --diff: per-resource blocks
  bool show_secrets = false;  // in diffs and outputs
  bool show_sames = false;
  bool suppress_outputs = false;
  bool full_outputs = false;                                   // otherwise long ones are shortened
  std::function<void(std::string_view)> write;                 // finished text, to stdout
  std::function<std::chrono::steady_clock::time_point()> now;  // tests set it
};

struct RunTitle {
  std::string action;  // "update", "destroy", "refresh"
  bool planning = false;
  std::string stack;
  std::string where;  // "on twin (us-east-1, no AWS account is touched)"; may be empty
};

struct ReadinessNote;

class View {
 public:
  virtual ~View() = default;
  virtual void begin(const RunTitle& title) = 0;
  /// From the engine's thread, in order.
  virtual void event(const engine::Event& event) = 0;
  /// What the proof says: of the plan before end(), of an update in the middle of it.
  virtual void readiness(const ReadinessNote& note) = 0;
  /// After the last event: diagnostics, outputs, summary. `extra` comes before the summary's duration.
  virtual void end(const std::string& cloud_time) = 0;
};

std::unique_ptr<View> make_lines_view(ViewOptions options);
/// The tree is drawn in place, a few times a second, while the run goes on. REQUIRES: a terminal.
std::unique_ptr<View> make_tree_view(ViewOptions options);
/// One engine event a line, as `pulumi up --json`.
std::unique_ptr<View> make_event_stream(ViewOptions options);
/// One object at the end, as `pulumi preview --json`, with "readiness" if the proof had something to say.
std::unique_ptr<View> make_preview_document(ViewOptions options);
/// Shows nothing but errors, on `options.write`.
std::unique_ptr<View> make_quiet_view(ViewOptions options);

// --- Parts shared by the views for people; pure.

/// "Previewing update (dev) on twin:"
std::string title_text(const RunTitle& title);
/// " +  aws:ec2:Vpc main created (0.02s)"
std::string row_line(const Row& row, const Style& style, bool planning);
/// The tree with its header; `width` 0: unlimited. Rows without changes show only above changed ones.
std::vector<std::string> tree_lines(const RunModel& model, bool planning, const ViewOptions& options,
                                    std::chrono::steady_clock::time_point now, std::size_t width, std::size_t height);
/// Diagnostics, outputs, counts and duration.
std::string ending_text(const RunModel& model, const RunTitle& title, const ViewOptions& options,
                        const std::string& cloud_time);

}  // namespace drydock::cli

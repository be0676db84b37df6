// What a run tells while it goes on: a closed set of values. Views (tree, lines, JSON) are made from these alone.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/snapshot.h"
#include "sdk/provider.h"

namespace drydock::engine {

enum class Op {
  same,
  create,
  update,
  delete_,
  replace,
  create_replacement,
  delete_replaced,
  read,
  read_replacement,
  refresh,
  discard,
  discard_replaced,
  remove_pending_replace,
  import,
  import_replacement,
};
const char* to_string(Op op);  // "create-replacement"

/// What a program gave a component that a provider constructs. Not in the state, as in Pulumi's.
struct Given {
  PropertyMap inputs;  // without OutputValue
  UrnsByKey property_dependencies;
};

/// What a step is about. `previous` and `next` are null where there is none.
struct StepInfo {
  Op op = Op::same;
  Urn urn;
  std::string type;
  std::string provider;
  ResourcePtr previous, next;
  std::shared_ptr<const Given> given;            // null but for components of providers
  std::vector<std::string> replace_keys;         // top-level keys that force a replacement
  std::vector<std::string> diffs;                // changed top-level keys
  std::map<std::string, PropertyDiff> detailed;  // by property path
  bool has_detailed = false;
  /// Counts and shows as one change. A replacement is `replace` (logical) with its create and delete halves (not).
  bool logical = true;
  bool hidden = false;  // default providers: neither shown nor counted
};

enum class Severity { debug, info, warning, error };

struct PreludeEvent {
  std::map<std::string, std::string> config;  // secret values as "[secret]"
};
struct ResourcePreEvent {  // the step begins
  StepInfo step;
  bool planning = false;
};
struct ResourceOutputsEvent {  // the step succeeded, or a component got its outputs
  StepInfo step;
  bool planning = false;
  std::chrono::milliseconds took{0};
};
struct ResourceFailedEvent {  // its diagnostics came before
  StepInfo step;
  std::chrono::milliseconds took{0};
};
/// A registration waits for something of the engine's own: a component to settle, say. For live views.
struct ResourceWaitingEvent {
  Urn urn;
  std::string for_what;
};
struct DiagnosticEvent {
  Urn urn;  // empty: about the run
  Severity severity = Severity::info;
  std::string message;
  int stream_id = 0;
  bool ephemeral = false;
};
struct StdoutEvent {  // from the program
  std::string message;
};
enum class Outcome { succeeded, failed, cancelled };
struct SummaryEvent {
  Outcome outcome = Outcome::succeeded;
  bool planning = false;
  bool maybe_corrupt = false;
  std::chrono::milliseconds duration{0};
  std::map<Op, int> changes;         // logical steps
  int errored = 0;                   // resources with a failed step or an error message
  PropertyMap old_outputs, outputs;  // of the stack
};

using Event = std::variant<PreludeEvent, ResourcePreEvent, ResourceOutputsEvent, ResourceFailedEvent,
                           ResourceWaitingEvent, DiagnosticEvent, StdoutEvent, SummaryEvent>;

}  // namespace drydock::engine

// Property values and their differences as people read them. Secrets show as [secret] unless asked for.
#pragma once

#include <string>

#include "engine/event.h"
#include "sdk/property_value.h"

namespace drydock::cli {

/// One value, multi-line where it is a map or list; `indent` is that of the line it starts on.
std::string value_text(const PropertyValue& value, bool show_secrets, int indent = 0);

/// "    name: value" lines with the names padded to one width.
std::string map_text(const PropertyMap& map, bool show_secrets, int indent);

struct OutputsStyle {
  bool mark = false;  // '+', '-' or '~' where they differ from the old ones
  bool show_secrets = false;
  bool whole = false;  // otherwise a long value says how long it is, and how to see it
};
/// Stack outputs, a line each or more. Empty if there are none.
std::string outputs_text(const PropertyMap& old_outputs, const PropertyMap& outputs, const OutputsStyle& style);

/// "[diff: +a,b-c~d]" from the top-level keys of a step; empty if it has none.
std::string diff_summary(const engine::StepInfo& step);

/// The block that --diff shows for a step: its id, URN, provider and the properties, changed ones marked.
std::string step_text(const engine::StepInfo& step, bool show_secrets);

}  // namespace drydock::cli

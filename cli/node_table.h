// Nodes and their stories as people read them.
#pragma once

#include <string>

#include "base/json.h"

namespace drydock::cli {

/// Of the twin's answer to /_drydock/nodes: a list, or {"nodes": [...]}.
std::string node_table(const Json& nodes);
/// "ip-10-0-1-17.ec2.internal  Ready    ip-10-0-2-40.ec2.internal  Ready"; empty without nodes.
std::string node_summary(const Json& nodes);
std::string story_text(const Json& story);

}  // namespace drydock::cli

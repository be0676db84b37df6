// A recorded `stack export` against the state that our engine made.
#pragma once

#include <string>
#include <vector>

#include "engine/snapshot.h"
#include "tests/golden/replay.h"

namespace drydock::golden {

/// Compares record by record and field by field, secrets decrypted; ids are paired; times and positions in the source
/// do not count, nor does the order (integrity_errors() looks at ours).
std::vector<std::string> state_differences(const std::string& exported_file, const engine::Snapshot& ours, Ids& ids);

}  // namespace drydock::golden

// What `drydock check` is pointed at, as a world: a file, stdin, a Pulumi project, a folder of describe output.
#pragma once

#include <string>
#include <vector>

#include "cli/app.h"
#include "readers/reader.h"

namespace drydock::cli {

struct InputFlags {
  std::string path = ".", format, source, account, region, stack;
  std::vector<std::string> parameters;  // KEY=VALUE
};
/// Paths are relative to app.directory. A Pulumi project is previewed; nothing else runs anything.
Result<readers::Reading> read_input(const App& app, const InputFlags& flags);

}  // namespace drydock::cli

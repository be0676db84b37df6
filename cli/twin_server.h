// Runs the twin inside this process.
#pragma once

#include "base/result.h"
#include "cli/app.h"
#include "cli/twin_home.h"

namespace drydock::cli {

struct Listen {
  std::string address = "127.0.0.1";
  int port = 4566;
  /// "127.0.0.1:4566", "4566", ":0". Error for anything that is not loopback: the twin trusts its callers' machine.
  static Result<Listen> parse(const std::string& text);
};

/// Serves until SIGINT, SIGTERM or `drydock twin stop`. Says on stdout where it listens, once it does.
Result<int> serve_twin(const App& app, const TwinHome& home, const Listen& listen);

}  // namespace drydock::cli

// What the resource monitor asks of a run, and what it gets: values, so that the run knows no wire.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/goal.h"
#include "sdk/provider.h"

namespace drydock::engine {

/// Why a call is answered with an error. Maps to a gRPC status.
struct Refusal {
  enum class Kind { invalid, failed, unavailable, unsupported };
  Kind kind = Kind::failed;
  std::string message;
};
template <class T>
using Answer = std::function<void(tl::expected<T, Refusal>)>;

struct Registered {
  enum class Result { success, fail, skip };
  Result result = Result::success;
  Urn urn;
  std::string id;
  PropertyMap outputs;
  UrnsByKey property_dependencies;
  bool unknown = false;  // it is not there and was not made: not targeted
};

struct ReadGoal {
  Goal goal;  // inputs are the properties that the program gave
  std::string id;
  bool id_known = true;
};

struct InvokeGoal {
  std::string token;
  PropertyMap args;
  std::string provider, version, plugin_download_url;
  Urn parent;
  std::vector<Urn> depends_on;
};
struct Invoked {
  PropertyMap result;
  std::vector<CheckFailure> failures;
  bool unknown = false;
};

struct CallGoal {
  std::string token;
  PropertyMap args;
  UrnsByKey arg_dependencies;
  std::string provider, version;
};

struct LogLine {
  Severity severity = Severity::info;
  std::string message;
  Urn urn;
  int stream_id = 0;
  bool ephemeral = false;
};

struct Nothing {};

}  // namespace drydock::engine

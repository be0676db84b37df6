// Recorded gRPC of Pulumi's own engine (v3.259.0): one JSON object a line, a call's start and its end on two lines.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace drydock::golden {

struct RecordedCall {
  std::string from, to, method;  // method without the package: "ResourceProvider/Create"
  Json request, reply;
  std::optional<std::string> error;  // the text behind "desc = "
  int error_code = 2;                // gRPC's
  Json status;                       // google.rpc.Status with details, where the provider sent one
  std::size_t started = 0;           // line of the start
  std::optional<std::size_t> ended;  // line of the end; empty: never answered

  bool is_sdk() const { return from == "sdk" && to == "engine"; }
  bool is_provider() const { return from == "engine" && method.starts_with("ResourceProvider/"); }
};

/// One phase ("02-up"): the calls in the order in which they started.
struct Trace {
  std::vector<RecordedCall> calls;
  static Trace load(const std::string& path);
};

/// Two documents, compared as the wire does: 1 and 1.0 are equal, an absent field is null, false, 0, "", [] or {}.
/// Returns where and how they differ; empty if they do not.
std::string difference(const Json& want, const Json& got, const std::string& at = "$");

/// Every string in the document, replaced.
Json map_strings(const Json& json, const std::function<std::string(const std::string&)>& replace);

}  // namespace drydock::golden

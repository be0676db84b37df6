// One AWS request as the services of the twin see it, and what they answer.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/http.h"
#include "base/json.h"
#include "twin/kernel/time.h"

namespace drydock::twin {

class World;

/// AWS's own code and text. `extra` goes beside them in the JSON protocols (EKS: "clusterName").
struct ApiError {
  int status = 400;
  std::string code, message;
  Json extra = {};
};
using ApiResult = tl::expected<Json, ApiError>;

inline tl::unexpected<ApiError> refuse(std::string code, std::string message, int status = 400, Json extra = {}) {
  return tl::unexpected<ApiError>(ApiError{status, std::move(code), std::move(message), std::move(extra)});
}

struct Principal {
  enum class Kind { anonymous, root, user, assumed_role, service };
  Kind kind = Kind::anonymous;
  std::string account, arn, user_id;  // arn as GetCallerIdentity says it
  std::string role_arn, session;      // of an assumed role: arn:aws:iam::...:role/..., session name
  std::string access_key_id;
};

/// What an access key opens. twin/iam tells by Front::credentials().
struct Credential {
  Principal principal;
  std::string secret;
  std::string session_token;          // "" for long-lived keys
  std::optional<SimTime> expires_at;  // wall time
};

struct Call {
  std::string service, action, region, request_id;
  Principal caller;
  /// Parameters. Query protocols: nested by dots ("Filter.1.Value.2" is Filter[0].Value[1]; ".member." left out), every
  /// scalar text. JSON and REST: the body, with path and query parameters merged in (as text, repeated ones an array).
  Json in;
  const HttpRequest* http = nullptr;  // null for calls from inside the twin

  // What handlers of query services ask most.
  std::string text(std::string_view name, std::string_view otherwise = {}) const {
    return in.at(name).string_or(otherwise);
  }
  bool has(std::string_view name) const { return in.has(name); }
  std::optional<std::string> maybe(std::string_view name) const;
  std::optional<bool> flag(std::string_view name) const;  // "true" / "false"
  std::optional<std::int64_t> number(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;  // a list of scalars; empty if missing
};

using Operation = std::function<ApiResult(World&, Call&)>;

}  // namespace drydock::twin

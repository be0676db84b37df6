// What AWS answered when it said no.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "base/json.h"
#include "base/result.h"

namespace drydock::aws_provider {

struct AwsError {
  std::string code;        // "InvalidVpcID.NotFound"; "" where no answer of AWS is behind it
  std::string message;     // AWS's own words
  std::string request_id;  // "" if there was none
  std::string call;        // "ec2 CreateVpc"
  int status = 0;          // HTTP's; 0 without an answer
  ErrorCode kind = ErrorCode::internal;

  bool is(std::string_view one) const { return code == one; }
  bool is_any(std::initializer_list<std::string_view> codes) const {
    for (std::string_view c : codes)
      if (code == c) return true;
    return false;
  }
  bool mentions(std::string_view text) const { return message.find(text) != std::string::npos; }
};

template <class T>
using Aws = tl::expected<T, AwsError>;

/// An error of our own, or one read from a state that AWS describes ("failed: ...").
inline tl::unexpected<AwsError> no(ErrorCode kind, std::string message, std::string code = {}) {
  return tl::unexpected<AwsError>(AwsError{std::move(code), std::move(message), {}, {}, 0, kind});
}
template <class T>
tl::unexpected<AwsError> up(tl::expected<T, AwsError>& failed) {
  return tl::unexpected<AwsError>(std::move(failed.error()));
}

}  // namespace drydock::aws_provider

/// TRY_AWS(call): returns the error from the enclosing function if the call failed.
#define TRY_AWS(expression)                                                              \
  do {                                                                                   \
    if (auto tried_ = (expression); !tried_) return ::drydock::aws_provider::up(tried_); \
  } while (false)

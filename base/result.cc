#include "base/result.h"

namespace drydock {

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_input:
      return "invalid input";
    case ErrorCode::not_found:
      return "not found";
    case ErrorCode::already_exists:
      return "already exists";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::access_denied:
      return "access denied";
    case ErrorCode::throttled:
      return "throttled";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::internal:
      return "internal error";
  }
  return "error";
}

std::string Error::to_string() const {
  std::string text;
  for (auto it = trail.rbegin(); it != trail.rend(); ++it) text += *it + ": ";
  return text + message;
}

}  // namespace drydock

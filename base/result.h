// Errors as values. A function that can fail in normal life (network, file, AWS says no) returns Result<T>; a broken
// promise of our own aborts. The code is for the program, the message and its trail are for the person.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace drydock {

/// What a caller may branch on.
enum class ErrorCode {
  invalid_input,   // the user's input is wrong; say where and what to do
  not_found,       // the named thing does not exist
  already_exists,  // the named thing exists, or a name is taken
  conflict,        // another writer, a lock, a failed precondition
  access_denied,   // credentials missing, wrong or not allowed
  throttled,       // retry later
  unavailable,     // the peer could not be reached or answered 5xx; retry may help
  timeout,         // a deadline passed
  cancelled,       // someone asked us to stop
  unsupported,     // known, and not modelled or not built yet
  internal,        // a bug of ours, or a reply nobody can explain
};

const char* to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;             // the innermost fact, naming the object
  std::vector<std::string> trail;  // what we were doing, innermost first: "reading EKS cluster 'prod'"

  /// Adds what we were doing; once per level, on the way up.
  Error&& during(std::string doing) && {
    trail.push_back(std::move(doing));
    return std::move(*this);
  }
  Error& during(std::string doing) & {
    trail.push_back(std::move(doing));
    return *this;
  }
  /// "creating VPC: reading EKS cluster 'prod': <message>"
  std::string to_string() const;
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// return fail(ErrorCode::not_found, "stack 'dev' does not exist");
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message), {}});
}
/// Hands an error up: if (!r) return pass(r);  or  return pass(r, "reading stack 'dev'");
template <class T>
tl::unexpected<Error> pass(Result<T>& r) {
  return tl::unexpected<Error>(std::move(r.error()));
}
template <class T>
tl::unexpected<Error> pass(Result<T>& r, std::string doing) {
  return tl::unexpected<Error>(std::move(std::move(r.error()).during(std::move(doing))));
}

}  // namespace drydock

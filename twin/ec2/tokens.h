// Idempotency tokens: a repeated ClientToken gives what the first call made, and is refused when the parameters differ.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
#pragma once

#include "base/hash.h"
#include "twin/ec2/describe.h"

namespace drydock::twin::ec2 {

struct ClientToken {
  static constexpr const char* kTable = "ec2.client-token";  // key: action/token
  std::string id;
  std::string parameters;  // digest of what else was asked for
};
template <class V>
void each_field(V& v, ClientToken& x) {
  v("id", x.id), v("parameters", x.parameters);
}

inline std::string digest_of_parameters(const Call& call) {
  Json in = call.in;
  in.erase("ClientToken");
  return hex(sha256(in.dump()));
}

/// The id made under this call's token while the noun still exists; "" otherwise. Error IdempotentParameterMismatch.
template <class T>
tl::expected<std::string, ApiError> made_before(World& world, const Call& call) {
  const std::string token = call.text("ClientToken");
  if (token.empty()) return {};
  const ClientToken* row = of<ClientToken>(world, call).find(call.action + "/" + token);
  if (!row || !of<T>(world, call).contains(row->id)) return {};
  if (row->parameters != digest_of_parameters(call))
    return refuse("IdempotentParameterMismatch",
                  "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).");
  return row->id;
}
inline void remember(World& world, const Call& call, const std::string& id) {
  if (const std::string token = call.text("ClientToken"); !token.empty())
    of<ClientToken>(world, call).put(call.action + "/" + token, {id, digest_of_parameters(call)});
}

}  // namespace drydock::twin::ec2

// Idempotency tokens: a repeated ClientToken gives what the first call made.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
#pragma once

#include "twin/ec2/describe.h"

namespace drydock::twin::ec2 {

struct ClientToken {
  static constexpr const char* kTable = "ec2.client-token";  // key: action/token
  std::string id;
};
template <class V>
void each_field(V& v, ClientToken& x) {
  v("id", x.id);
}

/// The id made under this call's token while the noun still exists; "" otherwise.
template <class T>
std::string made_before(World& world, const Call& call) {
  const std::string token = call.text("ClientToken");
  if (token.empty()) return {};
  const ClientToken* row = of<ClientToken>(world, call).find(call.action + "/" + token);
  return row && of<T>(world, call).contains(row->id) ? row->id : std::string();
}
inline void remember(World& world, const Call& call, const std::string& id) {
  if (const std::string token = call.text("ClientToken"); !token.empty())
    of<ClientToken>(world, call).put(call.action + "/" + token, {id});
}

}  // namespace drydock::twin::ec2

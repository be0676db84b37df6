#include "sdk/provider.h"

namespace drydock {

Result<CallReply> Provider::call(const CallRequest& request, std::stop_token) {
  return fail(ErrorCode::unsupported, "the provider has no method '" + request.token + "'");
}

Result<void> Provider::construct(const ConstructRequest& request, const std::function<void(ConstructReply)>&,
                                 std::stop_token) {
  return fail(ErrorCode::unsupported, "the provider has no component '" + request.type + "'");
}

}  // namespace drydock

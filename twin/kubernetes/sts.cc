#include "twin/kubernetes/sts.h"

#include <fmt/format.h>

namespace drydock::twin::kubernetes {

std::function<Result<StsIdentity>(const std::string& url, const std::map<std::string, std::string>& headers)> ask_sts(
    Front& front) {
  return [&front](const std::string& url, const std::map<std::string, std::string>& headers) -> Result<StsIdentity> {
    HttpRequest request;
    auto host = url.find("://");
    auto path = host == std::string::npos ? host : url.find_first_of("/?", host + 3);
    request.target = path == std::string::npos ? "/" : url.substr(path);
    if (request.target.front() == '?') request.target = "/" + request.target;
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    std::string service;
    auto caller = front.authenticate(request, &service);
    if (!caller) {
      return fail(ErrorCode::access_denied, fmt::format("error from AWS (expected 200, got {}): {}",
                                                        caller.error().status, caller.error().message));
    }
    if (service != "sts") return fail(ErrorCode::access_denied, "the request is not signed for sts");
    return StsIdentity{caller->account, caller->user_id, caller->arn};
  };
}

}  // namespace drydock::twin::kubernetes

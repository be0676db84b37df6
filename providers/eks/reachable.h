// What a component asks a new cluster's servers itself, as pulumi-eks does. Both block.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace drydock::eks_provider {

struct Patience {
  int tries = 60;
  std::chrono::milliseconds pause{5000}, timeout{1000};
};
/// Asks `url`/healthz until it says 200, without looking at the certificate, and returns `url`; also when it gave up:
/// who uses the endpoint then says what is wrong with it.
std::string await_endpoint(const std::string& url, const Patience& patience = {});

/// SHA-1, in hex, of the last certificate that the server of this https:// URL sends: the authority of IAM's thumbprint
/// list. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
Result<std::string> issuer_thumbprint(const std::string& url,
                                      std::chrono::milliseconds timeout = std::chrono::seconds(10));

}  // namespace drydock::eks_provider

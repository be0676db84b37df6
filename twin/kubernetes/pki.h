// Certificates of the twin: an authority of the world, and one server certificate per cluster. ECDSA P-256.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace drydock::twin::kubernetes {

struct KeyPair {
  std::string certificate, key;  // PEM
};

/// Valid from a day ago (clients' clocks) for ten years.
Result<KeyPair> make_authority(const std::string& common_name);
Result<KeyPair> make_server_certificate(const KeyPair& authority, const std::string& common_name,
                                        const std::vector<std::string>& dns_names,
                                        const std::vector<std::string>& addresses);

}  // namespace drydock::twin::kubernetes

// Certificates of the twin: an authority of the world, and one server certificate per cluster. ECDSA P-256.
#pragma once

#include <string>
#include <string_view>
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

/// ES256 of JSON Web Signatures (RFC 7518): 64 bytes, empty when the key cannot be read.
std::string sign_es256(const std::string& key_pem, std::string_view text);
bool verifies_es256(const std::string& certificate_pem, std::string_view text, std::string_view signature);

}  // namespace drydock::twin::kubernetes

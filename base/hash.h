// Digests and encodings. Binary values travel in std::string.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace drydock {

std::string sha1(std::string_view data);    // 20 bytes
std::string sha256(std::string_view data);  // 32 bytes
std::string md5(std::string_view data);     // 16 bytes
std::string hmac_sha256(std::string_view key, std::string_view data);

std::string hex(std::string_view bytes);  // lower case
std::optional<std::string> unhex(std::string_view text);

std::string base64(std::string_view bytes);
/// Without padding, with '-' and '_'.
std::string base64url(std::string_view bytes);
/// Takes both alphabets, with or without padding; white space is skipped. Empty if it is not base64.
std::optional<std::string> unbase64(std::string_view text);

std::string random_bytes(std::size_t count);  // from the operating system
std::string random_hex(std::size_t digits);
std::string random_uuid();  // version 4

}  // namespace drydock

// Signature Version 4: signing requests, presigning URLs, and the other side: reading a signature and checking it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
//
// Pure functions over HttpRequest. The canonical path is the wire's path encoded once more, for S3 the wire's path as
// it is.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/result.h"

namespace drydock::aws {

using WallTime = std::chrono::sys_seconds;

struct Credentials {
  std::string access_key, secret_key;
  std::string session_token;  // "" for long-lived keys
};

/// Adds X-Amz-Date, X-Amz-Security-Token (with a session token), X-Amz-Content-Sha256 (S3) and Authorization. Signed
/// are host, content-type and every x-amz-* header. REQUIRES: a Host header.
void sign(HttpRequest& request, const Credentials& credentials, std::string_view region, std::string_view service,
          WallTime now);

/// The target of a presigned request: path and query, the signature at its end. Every header of `request` is signed;
/// its Host header is needed. The body's hash is that of `request.body`, for S3 it stays unsigned.
std::string presign(HttpRequest request, const Credentials& credentials, std::string_view region,
                    std::string_view service, WallTime now, std::chrono::seconds expires);

/// What a request says about its own signature.
struct SignatureClaim {
  std::string access_key, date, region, service;  // the credential scope; date is YYYYMMDD
  std::vector<std::string> signed_headers;        // lower case
  std::string signature;                          // hex
  std::string session_token;
  WallTime time;                                // X-Amz-Date
  std::optional<std::chrono::seconds> expires;  // presigned requests only
};

/// Error not_found if the request is not signed at all, invalid_input if its signature cannot be read (the text says
/// what is wrong with it).
Result<SignatureClaim> parse_signature(const HttpRequest& request);

/// Whether the claim's signature is the one this secret makes, over this request, its body included. Says nothing about
/// time.
bool verify_signature(const HttpRequest& request, const SignatureClaim& claim, std::string_view secret_key);

/// What is hashed into the signature; for tests and for error messages that show it.
std::string canonical_request(const HttpRequest& request, const SignatureClaim& claim);

/// "20150830T123600Z" and back.
std::string amz_date(WallTime time);
std::optional<WallTime> parse_amz_date(std::string_view text);

}  // namespace drydock::aws

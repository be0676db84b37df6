#include "twin/kernel/signature.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

#include "base/hash.h"
#include "base/text.h"

namespace drydock::twin {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr auto kSkew = 5min;
constexpr auto kStsPresignedLife = 15min;

tl::unexpected<SignatureProblem> problem(SignatureFault fault, std::string detail = {}) {
  return tl::unexpected<SignatureProblem>({fault, std::move(detail)});
}

/// KEY/yyyymmdd/region/service/aws4_request
bool read_scope(std::string_view credential, SignatureClaim& claim) {
  std::vector<std::string> parts = split(credential, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request") return false;
  claim.access_key_id = parts[0], claim.date = parts[1], claim.region = parts[2], claim.service = parts[3];
  return true;
}

std::optional<SimTime> parse_time(const std::string& text) {  // 20261125T101500Z
  int y, mo, d, h, mi, s;
  if (text.size() != 16 || std::sscanf(text.c_str(), "%4d%2d%2dT%2d%2d%2dZ", &y, &mo, &d, &h, &mi, &s) != 6)
    return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(y), std::chrono::month(static_cast<unsigned>(mo)),
                                        std::chrono::day(static_cast<unsigned>(d))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(h) + std::chrono::minutes(mi) + std::chrono::seconds(s);
}

std::string compact_time(SimTime time) {
  std::string text = iso_seconds(time);  // 2026-11-25T10:15:00Z
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::string canonical_query(const HttpRequest& request) {
  auto pairs = request.query_pairs();
  std::erase_if(pairs, [](const auto& pair) { return pair.first == "X-Amz-Signature"; });
  for (auto& [name, value] : pairs) name = uri_encode(name), value = uri_encode(value);
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const auto& [name, value] : pairs) text += (text.empty() ? "" : "&") + name + "=" + value;
  return text;
}

/// Trimmed, inner runs of spaces made one.
std::string canonical_value(std::string_view value) {
  std::string text;
  for (char c : trim(value))
    if (c != ' ' || text.back() != ' ') text += c;
  return text;
}

std::string canonical_headers(const HttpRequest& request, const SignatureClaim& claim) {
  std::string text;
  for (const std::string& name : claim.signed_headers) {
    std::string values;
    for (const auto& [key, value] : request.headers)
      if (equals_ignoring_case(key, name)) values += (values.empty() ? "" : ",") + canonical_value(value);
    text += name + ":" + values + "\n";
  }
  return text;
}

std::string payload_hash(const HttpRequest& request, const SignatureClaim& claim) {
  if (const std::string* sent = request.headers.find("x-amz-content-sha256")) return *sent;
  if (claim.presigned && claim.service == "s3") return "UNSIGNED-PAYLOAD";
  return hex(sha256(request.body));
}

/// Services but S3 encode the path as sent once more.
std::string canonical_path(const HttpRequest& request, const SignatureClaim& claim) {
  if (request.path().empty()) return "/";
  return claim.service == "s3" ? uri_encode(uri_decode(request.path()), true) : uri_encode(request.path(), true);
}

const std::string& signing_key(const std::string& secret, const SignatureClaim& claim) {
  static std::map<std::string, std::string> cache;  // strand-bound; a day's keys of a few callers
  std::string name = secret + '/' + claim.date + '/' + claim.region + '/' + claim.service;
  auto it = cache.find(name);
  if (it != cache.end()) return it->second;
  if (cache.size() > 1000) cache.clear();
  std::string key = hmac_sha256("AWS4" + secret, claim.date);
  key = hmac_sha256(key, claim.region);
  key = hmac_sha256(key, claim.service);
  return cache.emplace(std::move(name), hmac_sha256(key, "aws4_request")).first->second;
}

std::string signature_of(const HttpRequest& request, const SignatureClaim& claim, const std::string& secret) {
  const std::string canonical = request.method + "\n" + canonical_path(request, claim) + "\n" +
                                canonical_query(request) + "\n" + canonical_headers(request, claim) + "\n" +
                                join(claim.signed_headers, ";") + "\n" + payload_hash(request, claim);
  const std::string to_sign = std::string(kAlgorithm) + "\n" + claim.time + "\n" + claim.date + "/" + claim.region +
                              "/" + claim.service + "/aws4_request\n" + hex(sha256(canonical));
  return hex(hmac_sha256(signing_key(secret, claim), to_sign));
}

bool is_hex_digest(std::string_view text) { return text.size() == 64 && unhex(text).has_value(); }

std::optional<SignatureProblem> check_times(const SignatureClaim& claim, SimTime now) {
  const auto signed_at = parse_time(claim.time);
  if (!signed_at || claim.time.substr(0, 8) != claim.date)
    return SignatureProblem{SignatureFault::incomplete,
                            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"};
  auto life = std::chrono::duration_cast<Millis>(kSkew);
  if (claim.presigned) life = std::chrono::seconds(claim.expires.value_or(0));
  if (claim.presigned && claim.service == "sts") life = std::max<Millis>(life, kStsPresignedLife);
  if (now > *signed_at + life)
    return SignatureProblem{SignatureFault::expired, "Signature expired: " + claim.time + " is now earlier than " +
                                                         compact_time(now - life) + " (" + compact_time(now) + " - " +
                                                         std::to_string(life / 1min) + " min.)"};
  if (*signed_at > now + kSkew)
    return SignatureProblem{SignatureFault::expired, "Signature not yet current: " + claim.time +
                                                         " is still later than " + compact_time(now + kSkew) + " (" +
                                                         compact_time(now) + " + 5 min.)"};
  return std::nullopt;
}

SignatureClaim from_query(const HttpRequest& request, bool& whole) {
  SignatureClaim claim;
  claim.presigned = true;
  bool scope = false;
  for (auto& [name, value] : request.query_pairs()) {
    if (name == "X-Amz-Credential") scope = read_scope(value, claim);
    if (name == "X-Amz-Date") claim.time = value;
    if (name == "X-Amz-SignedHeaders") claim.signed_headers = split(value, ';');
    if (name == "X-Amz-Signature") claim.signature = value;
    if (name == "X-Amz-Security-Token") claim.session_token = value;
    if (name == "X-Amz-Expires") {
      long seconds = 0;
      std::from_chars(value.data(), value.data() + value.size(), seconds);
      claim.expires = seconds;
    }
  }
  whole = scope && claim.expires && !claim.signature.empty() && !claim.time.empty();
  return claim;
}

}  // namespace

tl::expected<SignatureClaim, SignatureProblem> read_signature(const HttpRequest& request) {
  const std::string_view header = request.headers.get("authorization");
  if (header.empty()) {
    if (request.query().find("X-Amz-Signature=") == std::string_view::npos) return problem(SignatureFault::missing);
    bool whole = false;
    SignatureClaim claim = from_query(request, whole);
    if (!whole)
      return problem(SignatureFault::incomplete,
                     "AWS query-string parameters must include 'X-Amz-Algorithm', 'X-Amz-Credential', "
                     "'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date' and 'X-Amz-Expires'.");
    return claim;
  }
  if (header.substr(0, kAlgorithm.size()) != kAlgorithm)
    return problem(SignatureFault::incomplete, "Unsupported authorization type");
  SignatureClaim claim;
  bool scope = false;
  for (const std::string& part : split(header.substr(kAlgorithm.size()), ',')) {
    const std::string_view item = trim(part);
    if (item.starts_with("Credential=")) scope = read_scope(item.substr(11), claim);
    if (item.starts_with("SignedHeaders=")) claim.signed_headers = split(item.substr(14), ';');
    if (item.starts_with("Signature=")) claim.signature = std::string(item.substr(10));
  }
  claim.time = std::string(request.headers.get("x-amz-date"));
  claim.session_token = std::string(request.headers.get("x-amz-security-token"));
  if (!scope || claim.signed_headers.empty() || claim.signature.empty())
    return problem(SignatureFault::incomplete,
                   "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.");
  if (claim.time.empty())
    return problem(SignatureFault::incomplete,
                   "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  return claim;
}

std::optional<SignatureProblem> check_signature(const HttpRequest& request, const SignatureClaim& claim,
                                                const Credential& credential, SimTime now) {
  if (auto late = check_times(claim, now)) return late;
  if (std::find(claim.signed_headers.begin(), claim.signed_headers.end(), "host") == claim.signed_headers.end())
    return SignatureProblem{SignatureFault::incomplete, "'Host' must be a 'SignedHeader' in the AWS Authorization."};
  if (signature_of(request, claim, credential.secret) != claim.signature)
    return SignatureProblem{SignatureFault::mismatch, {}};
  const std::string hash = payload_hash(request, claim);
  if (is_hex_digest(hash) && hash != hex(sha256(request.body))) return SignatureProblem{SignatureFault::mismatch, {}};
  if (claim.session_token != credential.session_token) return SignatureProblem{SignatureFault::wrong_token, {}};
  if (credential.expires_at && *credential.expires_at <= now)
    return SignatureProblem{SignatureFault::token_expired, {}};
  return std::nullopt;
}

namespace {

constexpr const char* kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and "
    "signing method. Consult the service documentation for details.";
constexpr const char* kInvalidToken = "The security token included in the request is invalid.";
constexpr const char* kExpiredToken = "The security token included in the request is expired";

ApiError ec2_error(const SignatureProblem& p) {
  switch (p.fault) {
    case SignatureFault::missing:
      return {400, "MissingParameter", "The request must contain the parameter AWSAccessKeyId"};
    case SignatureFault::expired:
      return {400, "RequestExpired", "Request has expired."};
    case SignatureFault::token_expired:
      return {400, "RequestExpired", "Request has expired."};
    default:
      return {401, "AuthFailure", "AWS was not able to validate the provided access credentials"};
  }
}

ApiError s3_error(const SignatureProblem& p) {
  switch (p.fault) {
    case SignatureFault::missing:
      return {403, "AccessDenied", "Access Denied"};
    case SignatureFault::incomplete:
      return {400, "AuthorizationHeaderMalformed", "The authorization header is malformed; " + p.detail};
    case SignatureFault::unknown_key:
      return {403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."};
    case SignatureFault::expired:
      return {403, "RequestTimeTooSkewed",
              "The difference between the request time and the current time is too large."};
    case SignatureFault::wrong_token:
      return {400, "InvalidToken", "The provided token is malformed or otherwise invalid."};
    case SignatureFault::token_expired:
      return {400, "ExpiredToken", "The provided token has expired."};
    case SignatureFault::mismatch:
      break;
  }
  return {403, "SignatureDoesNotMatch",
          "The request signature we calculated does not match the signature you provided. Check your key and signing "
          "method."};
}

ApiError query_error(const SignatureProblem& p) {
  switch (p.fault) {
    case SignatureFault::missing:
      return {403, "MissingAuthenticationToken", "Request is missing Authentication Token"};
    case SignatureFault::incomplete:
      return {403, "IncompleteSignature", p.detail};
    case SignatureFault::expired:
      return {403, "SignatureDoesNotMatch", p.detail};
    case SignatureFault::token_expired:
      return {403, "ExpiredToken", kExpiredToken};
    case SignatureFault::mismatch:
      return {403, "SignatureDoesNotMatch", kMismatch};
    default:
      return {403, "InvalidClientTokenId", kInvalidToken};
  }
}

ApiError json_error(const SignatureProblem& p, int status) {
  switch (p.fault) {
    case SignatureFault::missing:
      return {status, "MissingAuthenticationTokenException", "Missing Authentication Token"};
    case SignatureFault::incomplete:
      return {status, "IncompleteSignatureException", p.detail};
    case SignatureFault::expired:
      return {status, "InvalidSignatureException", p.detail};
    case SignatureFault::token_expired:
      return {status, "ExpiredTokenException", kExpiredToken};
    case SignatureFault::mismatch:
      return {status, "InvalidSignatureException", kMismatch};
    default:
      return {status, "UnrecognizedClientException", kInvalidToken};
  }
}

}  // namespace

ApiError signature_error(Protocol protocol, const SignatureProblem& problem) {
  switch (protocol) {
    case Protocol::ec2:
      return ec2_error(problem);
    case Protocol::raw:
      return s3_error(problem);
    case Protocol::query:
      return query_error(problem);
    case Protocol::json:
      return json_error(problem, 400);
    case Protocol::rest_json:
      break;
  }
  return json_error(problem, 403);
}

}  // namespace drydock::twin

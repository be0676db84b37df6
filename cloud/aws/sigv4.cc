#include "cloud/aws/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/hash.h"
#include "base/text.h"

namespace drydock::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";

// RFC 3986 section 5.2.4 without the rest of it: "." and ".." and doubled slashes go.
std::string normalized(std::string_view path) {
  std::vector<std::string> kept;
  for (const std::string& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..")
      kept.push_back(part);
    else if (!kept.empty())
      kept.pop_back();
  }
  std::string out = "/" + join(kept, "/");
  if (!kept.empty() && path.back() == '/') out += '/';
  return out;
}

std::string canonical_path(std::string_view path, std::string_view service) {
  if (path.empty()) return "/";
  return service == "s3" ? std::string(path) : uri_encode(normalized(path), true);
}

// '+' is a plus: AWS clients write a space as %20.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& field : split(query, '&')) {
    if (field.empty()) continue;
    const std::size_t equals = field.find('=');
    std::string name = uri_encode(uri_decode(field.substr(0, equals)));
    if (name == "X-Amz-Signature") continue;
    pairs.emplace_back(std::move(name),
                       equals == std::string::npos ? "" : uri_encode(uri_decode(field.substr(equals + 1))));
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<std::string> parts;
  for (const auto& [name, value] : pairs) parts.push_back(name + "=" + value);
  return join(parts, "&");
}

std::string squeezed(std::string_view value) {
  std::string out;
  for (char c : trim(value))
    if (c != ' ' || out.empty() || out.back() != ' ') out += c;
  return out;
}

std::string canonical_headers(const HttpRequest& request, const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    std::vector<std::string> values;
    for (const auto& [key, value] : request.headers)
      if (equals_ignoring_case(key, name)) values.push_back(squeezed(value));
    out += name + ":" + join(values, ",") + "\n";
  }
  return out;
}

std::string payload_hash(const HttpRequest& request, const SignatureClaim& claim) {
  if (const std::string* told = request.headers.find("x-amz-content-sha256")) return *told;
  if (claim.expires && claim.service == "s3") return std::string(kUnsigned);
  return hex(sha256(request.body));
}

std::string signature_of(const HttpRequest& request, const SignatureClaim& claim, std::string_view secret) {
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", claim.date, claim.region, claim.service);
  const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, amz_date(claim.time), scope,
                                          hex(sha256(canonical_request(request, claim))));
  std::string key = hmac_sha256("AWS4" + std::string(secret), claim.date);
  for (std::string_view part :
       {std::string_view(claim.region), std::string_view(claim.service), std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  return hex(hmac_sha256(key, to_sign));
}

SignatureClaim claim_for(const Credentials& credentials, std::string_view region, std::string_view service,
                         WallTime now) {
  SignatureClaim claim;
  claim.access_key = credentials.access_key;
  claim.date = amz_date(now).substr(0, 8);
  claim.region = region;
  claim.service = service;
  claim.session_token = credentials.session_token;
  claim.time = now;
  return claim;
}

std::string credential_of(const SignatureClaim& claim) {
  return fmt::format("{}/{}/{}/{}/aws4_request", claim.access_key, claim.date, claim.region, claim.service);
}

std::vector<std::string> sorted_names(const HttpRequest& request, bool all) {
  std::vector<std::string> names;
  for (const auto& [key, value] : request.headers) {
    std::string name = to_lower(key);
    if (all || name == "host" || name == "content-type" || name.starts_with("x-amz-")) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool read_credential(std::string_view text, SignatureClaim& claim) {
  std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request" || parts[0].empty()) return false;
  claim.access_key = parts[0];
  claim.date = parts[1];
  claim.region = parts[2];
  claim.service = parts[3];
  return true;
}

Result<SignatureClaim> parse_header(const HttpRequest& request, std::string_view header) {
  if (!header.starts_with(kAlgorithm))
    return fail(ErrorCode::invalid_input, "Unsupported AWS 'algorithm': '" + split(header, ' ').front() + "'");
  SignatureClaim claim;
  bool credential = false;
  for (const std::string& item : split(header.substr(kAlgorithm.size()), ',')) {
    std::string_view field = trim(item);
    const std::size_t equals = field.find('=');
    if (equals == field.npos) continue;
    const std::string_view name = field.substr(0, equals), value = field.substr(equals + 1);
    if (name == "Credential") credential = read_credential(value, claim);
    if (name == "SignedHeaders") claim.signed_headers = split(value, ';');
    if (name == "Signature") claim.signature = value;
  }
  std::string missing;
  if (!credential) missing += " Authorization header requires 'Credential' parameter.";
  if (claim.signature.empty()) missing += " Authorization header requires 'Signature' parameter.";
  if (claim.signed_headers.empty()) missing += " Authorization header requires 'SignedHeaders' parameter.";
  auto time = parse_amz_date(request.headers.get("x-amz-date"));
  if (!time) missing += " Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
  if (!missing.empty()) return fail(ErrorCode::invalid_input, missing.substr(1));
  claim.time = *time;
  claim.session_token = std::string(request.headers.get("x-amz-security-token"));
  return claim;
}

Result<SignatureClaim> parse_query(const HttpRequest& request) {
  SignatureClaim claim;
  bool credential = false;
  std::optional<WallTime> time;
  for (const auto& [name, value] : request.query_pairs()) {
    if (name == "X-Amz-Credential") credential = read_credential(value, claim);
    if (name == "X-Amz-Date") time = parse_amz_date(value);
    if (name == "X-Amz-SignedHeaders") claim.signed_headers = split(value, ';');
    if (name == "X-Amz-Signature") claim.signature = value;
    if (name == "X-Amz-Security-Token") claim.session_token = value;
    if (name == "X-Amz-Expires" && !value.empty() && value.size() < 8 &&
        value.find_first_not_of("0123456789") == value.npos)
      claim.expires = std::chrono::seconds(std::stol(value));
  }
  if (!credential || !time || !claim.expires || claim.signed_headers.empty() || claim.signature.empty())
    return fail(ErrorCode::invalid_input,
                "AWS query-string parameters must include 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', "
                "'X-Amz-SignedHeaders', 'X-Amz-Date' and 'X-Amz-Expires'");
  claim.time = *time;
  return claim;
}

// Equal time for equal lengths, whatever differs.
bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

bool body_matches(const HttpRequest& request) {
  const std::string* told = request.headers.find("x-amz-content-sha256");
  if (!told || *told == kUnsigned || told->starts_with("STREAMING-")) return true;
  return *told == hex(sha256(request.body));
}

}  // namespace

std::string canonical_request(const HttpRequest& request, const SignatureClaim& claim) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path(), claim.service),
                     canonical_query(request.query()), canonical_headers(request, claim.signed_headers),
                     join(claim.signed_headers, ";"), payload_hash(request, claim));
}

void sign(HttpRequest& request, const Credentials& credentials, std::string_view region, std::string_view service,
          WallTime now) {
  SignatureClaim claim = claim_for(credentials, region, service, now);
  request.headers.set("X-Amz-Date", amz_date(now));
  if (!credentials.session_token.empty()) request.headers.set("X-Amz-Security-Token", credentials.session_token);
  if (service == "s3" && !request.headers.find("x-amz-content-sha256"))
    request.headers.set("X-Amz-Content-Sha256", hex(sha256(request.body)));
  claim.signed_headers = sorted_names(request, false);
  request.headers.set("Authorization", fmt::format("{} Credential={}, SignedHeaders={}, Signature={}", kAlgorithm,
                                                   credential_of(claim), join(claim.signed_headers, ";"),
                                                   signature_of(request, claim, credentials.secret_key)));
}

std::string presign(HttpRequest request, const Credentials& credentials, std::string_view region,
                    std::string_view service, WallTime now, std::chrono::seconds expires) {
  SignatureClaim claim = claim_for(credentials, region, service, now);
  claim.expires = expires;
  claim.signed_headers = sorted_names(request, true);
  std::string& target = request.target;
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += fmt::format("X-Amz-Algorithm={}&X-Amz-Credential={}&X-Amz-Date={}&X-Amz-Expires={}&X-Amz-SignedHeaders={}",
                        kAlgorithm, uri_encode(credential_of(claim)), amz_date(now), expires.count(),
                        uri_encode(join(claim.signed_headers, ";")));
  if (!credentials.session_token.empty()) target += "&X-Amz-Security-Token=" + uri_encode(credentials.session_token);
  return target + "&X-Amz-Signature=" + signature_of(request, claim, credentials.secret_key);
}

Result<SignatureClaim> parse_signature(const HttpRequest& request) {
  if (const std::string* header = request.headers.find("Authorization")) return parse_header(request, *header);
  for (const auto& [name, value] : request.query_pairs())
    if (name == "X-Amz-Algorithm" || name == "X-Amz-Signature") return parse_query(request);
  return fail(ErrorCode::not_found, "Request is missing Authentication Token");
}

bool verify_signature(const HttpRequest& request, const SignatureClaim& claim, std::string_view secret_key) {
  return amz_date(claim.time).substr(0, 8) == claim.date && body_matches(request) &&
         same_text(claim.signature, signature_of(request, claim, secret_key));
}

std::string amz_date(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::optional<WallTime> parse_amz_date(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  auto number = [&](std::size_t at, std::size_t length) {
    int value = 0;
    for (char c : text.substr(at, length)) {
      if (!std::isdigit(static_cast<unsigned char>(c))) return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const int year = number(0, 4), month = number(4, 2), day = number(6, 2);
  const int hour = number(9, 2), minute = number(11, 2), second = number(13, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace drydock::aws

#include "providers/aws/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/xml.h"
#include "providers/aws/wire.h"

namespace drydock::aws_provider {

using namespace std::chrono_literals;

struct Client::Service {
  const char* name;     // as it signs
  const char* host;     // "{}" is the region
  const char* version;  // of the query protocols; the target prefix of JSON 1.1
  bool global = false;
};

namespace {

// Which codes may be tried again: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
constexpr std::string_view kRetryable[] = {"Throttling",
                                           "ThrottlingException",
                                           "ThrottledException",
                                           "RequestThrottledException",
                                           "RequestThrottled",
                                           "TooManyRequestsException",
                                           "ProvisionedThroughputExceededException",
                                           "TransactionInProgressException",
                                           "RequestLimitExceeded",
                                           "BandwidthLimitExceeded",
                                           "SlowDown",
                                           "PriorRequestNotComplete",
                                           "EC2ThrottledException",
                                           "RequestTimeout",
                                           "RequestTimeoutException",
                                           "InternalError",
                                           "InternalFailure",
                                           "ServiceUnavailable",
                                           "ServiceUnavailableException",
                                           "ServerException",
                                           "Unavailable",
                                           "IDPCommunicationError",
                                           "ServiceFailure",
                                           "ConcurrentModification",
                                           "EntityTemporarilyUnmodifiable",
                                           "ConcurrentMutationLimitExceeded"};

bool retryable(const AwsError& error) {
  if (std::find(std::begin(kRetryable), std::end(kRetryable), error.code) != std::end(kRetryable)) return true;
  return error.status == 429 || error.status == 500 || error.status == 502 || error.status == 503 ||
         error.status == 504;
}

ErrorCode kind_of(std::string_view code, int status) {
  if (code.find("NotFound") != code.npos || code == "NoSuchEntity") return ErrorCode::not_found;
  if (code.find("AlreadyExists") != code.npos || code.find("Duplicate") != code.npos) return ErrorCode::already_exists;
  if (code.find("Throttl") != code.npos || code == "RequestLimitExceeded" || code == "SlowDown" || status == 429)
    return ErrorCode::throttled;
  if (code.find("AccessDenied") != code.npos || status == 401 || status == 403) return ErrorCode::access_denied;
  if (code.find("DependencyViolation") != code.npos || code.find("InUse") != code.npos || status == 409)
    return ErrorCode::conflict;
  if (status == 501) return ErrorCode::unsupported;
  return status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid_input;
}

AwsError from_xml(const HttpResponse& response) {
  AwsError error;
  auto xml = aws::parse_xml(response.body);
  if (!xml) return error;
  const Json& body = xml->body;
  const Json* inner = &body.at("Error");                     // query services
  if (inner->is_null()) inner = &body.path("Errors.Error");  // EC2
  if (inner->is_null()) inner = &body;                       // S3
  error.code = inner->at("Code").string_or();
  error.message = inner->at("Message").string_or();
  for (const char* name : {"RequestID", "RequestId", "requestId"})
    if (error.request_id.empty()) error.request_id = body.at(name).string_or();
  return error;
}

AwsError from_json(const HttpResponse& response) {
  AwsError error;
  auto body = Json::parse(response.body);
  error.code = std::string(response.headers.get("x-amzn-errortype"));
  if (body) {
    for (const char* name : {"__type", "code", "Code"})
      if (error.code.empty()) error.code = body->at(name).string_or();
    for (const char* name : {"message", "Message", "errorMessage"})
      if (error.message.empty()) error.message = body->at(name).string_or();
  }
  error.code = error.code.substr(0, error.code.find(':'));
  if (const std::size_t hash = error.code.find('#'); hash != error.code.npos) error.code.erase(0, hash + 1);
  return error;
}

AwsError read_error(const HttpResponse& response, const std::string& call) {
  const std::size_t first = response.body.find_first_not_of(" \r\n\t");
  const bool xml = first != std::string::npos && response.body[first] == '<';
  AwsError error = xml ? from_xml(response) : from_json(response);
  if (error.request_id.empty())
    for (const char* name : {"x-amzn-requestid", "x-amz-request-id"})
      if (error.request_id.empty()) error.request_id = std::string(response.headers.get(name));
  if (error.message.empty()) error.message = fmt::format("HTTP {} without a reason", response.status);
  error.call = call;
  error.status = response.status;
  error.kind = kind_of(error.code, response.status);
  return error;
}

AwsError broken_answer(const std::string& call, const Error& error) {
  return {"", "the answer cannot be read: " + error.message, "", call, 200, ErrorCode::internal};
}

// An empty list has no element to show that it is one.
void settle_lists(Json& value) {
  if (value.is_array())
    for (Json& item : value.as_array()) settle_lists(item);
  if (!value.is_object()) return;
  for (auto& [name, item] : value.as_object()) {
    const bool list = name.ends_with("Set") || name.ends_with("Info") || name == "ipPermissions" ||
                      name == "ipPermissionsEgress" || name == "groups" || name == "ipRanges" || name == "ipv6Ranges" ||
                      name == "prefixListIds";
    if (list && item.is_string() && item.as_string().empty()) item = Json::array();
    settle_lists(item);
  }
}

}  // namespace

bool pause(std::chrono::milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any sleep;
  std::unique_lock lock(mutex);
  sleep.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

Client::Client(ClientOptions options)
    : options_(std::move(options)), http_([&] {
        HttpClient::Options http;
        http.ca_file = options_.ca_file;
        return http;
      }()) {
  if (!options_.twin) return;
  if (auto origin = HttpOrigin::parse(options_.endpoint)) lease_ = std::make_unique<ClockLease>(http_, *origin);
}

std::chrono::system_clock::time_point Client::now() const {
  const std::int64_t twin = twin_time_.load();
  if (options_.twin && twin > 0) return std::chrono::system_clock::time_point(std::chrono::milliseconds(twin));
  return std::chrono::system_clock::now();
}

Result<HttpOrigin> Client::origin_of(const Service& service) const {
  auto own = options_.endpoints.find(service.name);
  if (own != options_.endpoints.end()) return HttpOrigin::parse(own->second);
  if (!options_.endpoint.empty()) return HttpOrigin::parse(options_.endpoint);
  HttpOrigin origin{true, "", "443"};
  const std::string suffix(aws::dns_suffix_of(options_.region));
  if (service.global && options_.region.starts_with("us-gov-"))
    origin.host = fmt::format("{}.us-gov.{}", service.name, suffix);
  else if (service.global && options_.region.starts_with("cn-"))
    origin.host = fmt::format("{}.cn-north-1.{}", service.name, suffix);
  else if (service.global)
    origin.host = fmt::format("{}.{}", service.name, suffix);
  else
    origin.host = fmt::format("{}.{}.{}", service.host, options_.region, suffix);
  return origin;
}

Aws<HttpResponse> Client::once(const Service& service, HttpRequest request, const std::string& call) {
  auto origin = origin_of(service);
  if (!origin) return no(ErrorCode::invalid_input, origin.error().message);
  request.headers.set("Host", origin->host_header());
  std::string region = options_.region;
  if (service.global)
    region = region.starts_with("us-gov-") ? "us-gov-west-1" : region.starts_with("cn-") ? "cn-north-1" : "us-east-1";
  aws::sign(request, options_.credentials, region, service.name,
            std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  auto response = http_.send(*origin, request);
  if (!response) {
    std::string hint = options_.twin ? "; is the twin running? Start it with 'drydock twin start'" : "";
    return tl::unexpected(AwsError{"", response.error().message + hint, "", call, 0, response.error().code});
  }
  if (const std::string* time = response->headers.find("x-drydock-time"))
    twin_time_.store(std::max<std::int64_t>(twin_time_.load(), std::atoll(time->c_str())));
  if (response->status >= 200 && response->status < 300) return std::move(*response);
  return tl::unexpected(read_error(*response, call));
}

Aws<HttpResponse> Client::exchange(const Service& service, HttpRequest request, const std::string& call,
                                   std::stop_token stop) {
  thread_local std::minstd_rand dice(std::random_device{}());
  const int attempts = options_.max_attempts > 0 ? options_.max_attempts : options_.twin ? 4 : 12;
  auto limit = options_.twin ? 2ms : 200ms;
  for (int attempt = 1;; ++attempt) {
    auto response = once(service, request, call);
    if (response || attempt >= attempts || !retryable(response.error())) return response;
    const auto time = std::chrono::milliseconds(
        std::uniform_int_distribution<long>(1, static_cast<long>(std::min(limit, 20000ms).count()))(dice));
    limit *= 2;
    if (!pause(time, stop)) return response;
  }
}

namespace {

HttpRequest form_post(std::string body) {
  HttpRequest request{"POST", "/", {}, std::move(body)};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  return request;
}

}  // namespace

Aws<Json> Client::ec2(std::string_view action, const Json& parameters, std::stop_token stop) {
  static constexpr Service service{"ec2", "ec2", "2016-11-15"};
  const std::string call = fmt::format("ec2 {}", action);
  auto response =
      exchange(service, form_post(form_body(action, service.version, parameters, ListStyle::ec2)), call, stop);
  if (!response) return up(response);
  auto xml = aws::parse_xml(response->body);
  if (!xml) return tl::unexpected(broken_answer(call, xml.error()));
  if (!xml->body.is_object()) return Json::object();
  settle_lists(xml->body);
  return std::move(xml->body);
}

Aws<Json> Client::ec2_all(std::string_view action, Json parameters, std::string_view list, std::stop_token stop) {
  Json::Array all;
  for (;;) {
    auto page = ec2(action, parameters, stop);
    if (!page) return page;
    if (const Json& items = page->at(list); items.is_array())
      all.insert(all.end(), items.as_array().begin(), items.as_array().end());
    std::string token = page->at("nextToken").string_or();
    if (token.empty()) return Json(std::move(all));
    parameters["NextToken"] = token;
  }
}

Aws<Json> Client::query(std::string_view name, std::string_view action, const Json& parameters, std::stop_token stop) {
  static constexpr Service iam{"iam", "iam", "2010-05-08", true}, sts{"sts", "sts", "2011-06-15"},
      autoscaling{"autoscaling", "autoscaling", "2011-01-01"};
  const Service& service = name == "iam" ? iam : name == "sts" ? sts : autoscaling;
  const std::string call = fmt::format("{} {}", name, action);
  auto response =
      exchange(service, form_post(form_body(action, service.version, parameters, ListStyle::member)), call, stop);
  if (!response) return up(response);
  auto xml = aws::parse_xml(response->body);
  if (!xml) return tl::unexpected(broken_answer(call, xml.error()));
  Json result = xml->body.at(std::string(action) + "Result");
  return result.is_object() ? std::move(result) : Json::object();
}

Aws<Json> Client::query_all(std::string_view service, std::string_view action, Json parameters, std::string_view list,
                            std::stop_token stop) {
  const char* token_name = service == "autoscaling" ? "NextToken" : "Marker";
  Json::Array all;
  for (;;) {
    auto page = query(service, action, parameters, stop);
    if (!page) return page;
    if (const Json& items = page->at(list); items.is_array())
      all.insert(all.end(), items.as_array().begin(), items.as_array().end());
    std::string token = page->at(token_name).string_or();
    if (token.empty()) return Json(std::move(all));
    parameters[token_name] = token;
  }
}

Aws<Json> Client::rest(std::string_view name, std::string_view method, const std::string& path, const Json& body,
                       std::stop_token stop) {
  static constexpr Service eks{"eks", "eks", ""};
  HttpRequest request{std::string(method), path, {}, body.is_null() ? "" : body.dump()};
  if (!body.is_null()) request.headers.add("Content-Type", "application/json");
  const std::string call = fmt::format("{} {} {}", name, method, path);
  auto response = exchange(eks, std::move(request), call, stop);
  if (!response) return up(response);
  if (trim(response->body).empty()) return Json::object();
  auto json = Json::parse(response->body);
  if (!json) return tl::unexpected(broken_answer(call, json.error()));
  return std::move(*json);
}

Aws<Json> Client::json(std::string_view name, std::string_view action, const Json& body, std::stop_token stop) {
  static constexpr Service ecr{"ecr", "api.ecr", "AmazonEC2ContainerRegistry_V20150921"},
      ssm{"ssm", "ssm", "AmazonSSM"}, kms{"kms", "kms", "TrentService"}, logs{"logs", "logs", "Logs_20140328"};
  const Service& service = name == "ecr" ? ecr : name == "ssm" ? ssm : name == "kms" ? kms : logs;
  HttpRequest request{"POST", "/", {}, body.is_null() ? "{}" : body.dump()};
  request.headers.add("Content-Type", "application/x-amz-json-1.1");
  request.headers.add("X-Amz-Target", fmt::format("{}.{}", service.version, action));
  const std::string call = fmt::format("{} {}", name, action);
  auto response = exchange(service, std::move(request), call, stop);
  if (!response) return up(response);
  if (trim(response->body).empty()) return Json::object();
  auto json = Json::parse(response->body);
  if (!json) return tl::unexpected(broken_answer(call, json.error()));
  return std::move(*json);
}

Aws<std::string> Client::account(std::stop_token stop) {
  std::lock_guard lock(account_mutex_);
  if (!account_.empty()) return account_;
  auto caller = query("sts", "GetCallerIdentity", {}, stop);
  if (!caller) return tl::unexpected(caller.error());
  account_ = caller->at("Account").string_or();
  return account_;
}

Aws<Json> Client::twin_status() {
  auto origin = HttpOrigin::parse(options_.endpoint);
  if (!origin) return no(ErrorCode::invalid_input, origin.error().message);
  auto response = http_.send(*origin, {"GET", "/_drydock/status", {}, ""});
  if (!response)
    return no(response.error().code,
              response.error().message + "; is the twin running? Start it with 'drydock twin start'");
  auto body = Json::parse(response->body);
  if (response->status != 200 || !body)
    return no(ErrorCode::unavailable, fmt::format("{} is no twin of ours", origin->str()));
  return std::move(*body);
}

}  // namespace drydock::aws_provider

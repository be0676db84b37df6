#include "providers/aws/connect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "providers/aws/diagnostics.h"

namespace drydock::aws_provider {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

Result<ClientOptions> for_twin(const AwsOptions& options, const Config& config) {
  auto origin = HttpOrigin::parse(options.twin_url);
  if (!origin) return pass(origin, "reading the twin's address");
  if (!origin->is_loopback())
    return fail(ErrorCode::invalid_input,
                fmt::format("the twin is on this machine, but its address is {}. For AWS itself, choose --cloud aws",
                            options.twin_url));
  ClientOptions client;
  client.twin = true;
  client.endpoint = options.twin_url;
  client.credentials = options.twin_credentials;
  client.region = region_of(options, config);
  return client;
}

Result<ClientOptions> for_aws(const Config& config) {
  for (const std::string& url :
       {variable("AWS_ENDPOINT_URL"), config.endpoints.empty() ? "" : config.endpoints.begin()->second})
    if (auto origin = HttpOrigin::parse(url); origin && origin->is_loopback())
      return fail(
          ErrorCode::conflict,
          fmt::format("the cloud is AWS, but the endpoint {} is on this machine. Unset AWS_ENDPOINT_URL, or choose "
                      "--cloud twin",
                      url));
  ClientOptions client;
  client.twin = false;
  client.endpoint = variable("AWS_ENDPOINT_URL");
  client.endpoints = config.endpoints;
  client.region = region_of({.twin = false}, config);
  if (client.region.empty())
    return fail(ErrorCode::invalid_input,
                "no AWS region: set it with 'drydock config set aws:region us-east-1', or AWS_REGION");
  client.max_attempts = config.max_retries > 0 ? config.max_retries + 1 : 0;
  client.ca_file = config.ca_bundle.empty() ? variable("AWS_CA_BUNDLE") : config.ca_bundle;
  client.s3_path_style = config.s3_path_style;
  return client;
}

Result<void> assume(Client& client, const AssumeRole& role) {
  Json in = Json::object({{"RoleArn", role.role_arn},
                          {"RoleSessionName", role.session_name.empty() ? "drydock" : role.session_name},
                          {"ExternalId", role.external_id},
                          {"Policy", role.policy},
                          {"SourceIdentity", role.source_identity}});
  if (auto seconds = duration_seconds(role.duration)) in["DurationSeconds"] = *seconds;
  for (const std::string& arn : role.policy_arns) in["PolicyArns"].push_back(Json::object({{"arn", arn}}));
  for (const auto& [key, value] : role.tags) in["Tags"].push_back(Json::object({{"Key", key}, {"Value", value}}));
  for (const std::string& key : role.transitive_tag_keys) in["TransitiveTagKeys"].push_back(key);
  auto reply = client.query("sts", "AssumeRole", in);
  if (!reply)
    return tl::unexpected(explain(reply.error(), "aws provider").during("assuming the role " + role.role_arn));
  const Json& keys = reply->at("Credentials");
  client.use({keys.at("AccessKeyId").string_or(), keys.at("SecretAccessKey").string_or(),
              keys.at("SessionToken").string_or()});
  return {};
}

}  // namespace

Result<std::unique_ptr<Client>> connect(const AwsOptions& options, const Config& config) {
  auto settings = options.twin ? for_twin(options, config) : for_aws(config);
  if (!settings) return pass(settings);
  std::vector<AssumeRole> roles = config.assume_roles;
  if (!options.twin) {
    auto found = find_credentials(config.credentials);
    if (!found) return pass(found);
    settings->credentials = found->keys;
    std::vector<AssumeRole> first;
    for (const ProfileRole& role : found->roles) {
      AssumeRole one;
      one.role_arn = role.role_arn;
      one.session_name = role.session_name;
      one.external_id = role.external_id;
      if (!role.duration.empty()) one.duration = role.duration + "s";
      first.push_back(std::move(one));
    }
    roles.insert(roles.begin(), first.begin(), first.end());
  }
  auto client = std::make_unique<Client>(std::move(*settings));
  for (const AssumeRole& role : roles)
    if (auto done = assume(*client, role); !done) return pass(done);
  return client;
}

std::string region_of(const AwsOptions& options, const Config& config) {
  if (!config.region.empty()) return config.region;
  if (!options.twin) return find_region(config.credentials);
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (std::string region = variable(name); !region.empty()) return region;
  return options.twin_region;
}

Result<std::string> home_of(Client& client, const Config& config) {
  if (client.twin()) {
    auto status = client.twin_status();
    if (!status) return tl::unexpected(explain(status.error(), "aws provider"));
    return fmt::format("twin world {}", status->at("worldId").string_or());
  }
  auto caller = client.query("sts", "GetCallerIdentity", {});
  if (!caller) return tl::unexpected(explain(caller.error(), "aws provider").during("checking the AWS credentials"));
  const std::string account = caller->at("Account").string_or();
  auto has = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), account) != list.end();
  };
  if (has(config.forbidden_accounts) || (!config.allowed_accounts.empty() && !has(config.allowed_accounts)))
    return fail(ErrorCode::access_denied,
                fmt::format("these credentials belong to AWS account {}, which aws:allowedAccountIds or "
                            "aws:forbiddenAccountIds rules out",
                            account));
  return "AWS account " + account;
}

}  // namespace drydock::aws_provider

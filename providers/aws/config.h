// The provider's own settings. Values that are not strings travel as JSON text, by Pulumi's convention.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "providers/aws/credentials.h"
#include "sdk/provider.h"

namespace drydock::aws_provider {

struct AssumeRole {
  std::string role_arn, session_name, external_id, policy, source_identity;
  std::vector<std::string> policy_arns, transitive_tag_keys;
  std::map<std::string, std::string> tags;  // of the session
  std::string duration;                     // "1h"
};

struct Config {
  std::string region;  // "" if not given
  CredentialSettings credentials;
  Json default_tags;  // {k: v} or null
  std::vector<std::string> ignore_keys, ignore_prefixes;
  std::map<std::string, std::string> endpoints;
  std::vector<AssumeRole> assume_roles;
  std::vector<std::string> allowed_accounts, forbidden_accounts;
  int max_retries = 0;
  std::string ca_bundle;
  bool s3_path_style = false;
  bool skip_credentials_validation = false;
};

/// "1h30m" -> 5400; nothing for what is no duration.
std::optional<int> duration_seconds(std::string_view text);

/// Error invalid_input naming the setting.
Result<Config> read_config(const PropertyMap& inputs);
/// Unknown settings, values that are no JSON, ...
std::vector<CheckFailure> check_config_inputs(const PropertyMap& inputs);

}  // namespace drydock::aws_provider

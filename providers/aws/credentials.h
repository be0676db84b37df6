// Where keys and region come from: explicit settings, the environment, the shared files by profile. In this order, as
// in https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html. A profile may hold keys, name a
// program that prints them, or a role to assume with the keys of another profile. SSO, web identities, containers and
// instance metadata are not supported yet, and are named as such.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "cloud/aws/sigv4.h"

namespace drydock::aws_provider {

struct CredentialSettings {
  std::string access_key, secret_key, token;  // the provider's own
  std::string profile;
  std::vector<std::string> config_files, credentials_files;  // empty: ~/.aws/config, ~/.aws/credentials
};

struct ProfileRole {
  std::string role_arn, source_profile, external_id, session_name;
  std::string duration;  // seconds; "" for STS's own choice
};
struct FoundCredentials {
  aws::Credentials keys;
  std::vector<ProfileRole> roles;  // to assume with these keys, one after the other
  std::string source;              // "profile 'dev'", for people
};

/// Error access_denied naming what was looked at.
Result<FoundCredentials> find_credentials(const CredentialSettings& settings);
/// "" if nothing says a region.
std::string find_region(const CredentialSettings& settings);

/// INI text: section -> key -> value. "[profile x]" is the section "x".
std::map<std::string, std::map<std::string, std::string>> parse_profiles(std::string_view text);

}  // namespace drydock::aws_provider

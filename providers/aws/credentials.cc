#include "providers/aws/credentials.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/file.h"
#include "base/text.h"

namespace drydock::aws_provider {
namespace {

using Profiles = std::map<std::string, std::map<std::string, std::string>>;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string home_file(const char* override_variable, const char* name) {
  std::string path = variable(override_variable);
  return path.empty() ? variable("HOME") + "/.aws/" + name : path;
}

void add(Profiles& to, const std::string& file) {
  auto text = read_file(file);
  if (!text) return;
  for (auto& [section, values] : parse_profiles(*text))
    for (auto& [key, value] : values) to[section].insert_or_assign(key, value);
}

Profiles read_profiles(const CredentialSettings& settings) {
  Profiles all;
  auto config = settings.config_files, credentials = settings.credentials_files;
  if (config.empty()) config.push_back(home_file("AWS_CONFIG_FILE", "config"));
  if (credentials.empty()) credentials.push_back(home_file("AWS_SHARED_CREDENTIALS_FILE", "credentials"));
  for (const auto& file : config) add(all, file);
  for (const auto& file : credentials) add(all, file);
  return all;
}

std::string profile_name(const CredentialSettings& settings) {
  if (!settings.profile.empty()) return settings.profile;
  std::string name = variable("AWS_PROFILE");
  return name.empty() ? "default" : name;
}

std::string value_of(const std::map<std::string, std::string>& values, const char* key) {
  auto it = values.find(key);
  return it == values.end() ? "" : it->second;
}

Result<FoundCredentials> from_profile(const Profiles& all, const std::string& name, int depth) {
  auto it = all.find(name);
  if (it == all.end() || depth > 5)
    return fail(ErrorCode::access_denied, fmt::format("profile '{}' is in no shared AWS file", name));
  const auto& values = it->second;
  FoundCredentials found;
  found.source = fmt::format("profile '{}'", name);
  found.keys = {value_of(values, "aws_access_key_id"), value_of(values, "aws_secret_access_key"),
                value_of(values, "aws_session_token")};
  if (std::string role = value_of(values, "role_arn"); !role.empty()) {
    std::string source = value_of(values, "source_profile");
    if (source.empty())
      return fail(ErrorCode::unsupported,
                  fmt::format("profile '{}': not supported yet: role_arn without source_profile", name));
    if (source != name) {
      auto base = from_profile(all, source, depth + 1);
      if (!base) return base;
      found.keys = base->keys;
      found.roles = base->roles;
    }
    found.roles.push_back({role, source, value_of(values, "external_id"), value_of(values, "role_session_name")});
  }
  if (!found.keys.access_key.empty() && !found.keys.secret_key.empty()) return found;
  for (const char* kind : {"sso_session", "sso_start_url", "credential_process", "web_identity_token_file"})
    if (values.contains(kind))
      return fail(ErrorCode::unsupported,
                  fmt::format("profile '{}': not supported yet: {}. Export keys instead: "
                              "eval \"$(aws configure export-credentials --profile {} --format env)\"",
                              name, kind, name));
  return fail(ErrorCode::access_denied, fmt::format("profile '{}' holds no keys", name));
}

}  // namespace

std::map<std::string, std::map<std::string, std::string>> parse_profiles(std::string_view text) {
  Profiles out;
  std::string section;
  for (const std::string& raw : split(text, '\n')) {
    std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      section = trim(line.substr(1, line.find(']') - 1));
      if (section.starts_with("profile ")) section = trim(std::string_view(section).substr(8));
      out[section];
      continue;
    }
    const std::size_t equals = line.find('=');
    const bool nested = raw.front() == ' ' || raw.front() == '\t';  // settings of one service
    if (equals == line.npos || nested) continue;
    out[section].insert_or_assign(to_lower(trim(line.substr(0, equals))), std::string(trim(line.substr(equals + 1))));
  }
  return out;
}

Result<FoundCredentials> find_credentials(const CredentialSettings& settings) {
  if (!settings.access_key.empty() || !settings.secret_key.empty()) {
    if (settings.access_key.empty() || settings.secret_key.empty())
      return fail(ErrorCode::invalid_input, "accessKey and secretKey go together: one of them is missing");
    return FoundCredentials{{settings.access_key, settings.secret_key, settings.token}, {}, "the provider's settings"};
  }
  if (settings.profile.empty()) {
    aws::Credentials keys{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                          variable("AWS_SESSION_TOKEN")};
    if (!keys.access_key.empty() && !keys.secret_key.empty()) return FoundCredentials{keys, {}, "the environment"};
  }
  auto found = from_profile(read_profiles(settings), profile_name(settings), 0);
  if (found || found.error().code == ErrorCode::unsupported || !settings.profile.empty() ||
      !variable("AWS_PROFILE").empty())
    return found;
  return fail(
      ErrorCode::access_denied,
      "no AWS credentials: neither the provider's settings, nor AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, nor "
      "a profile in ~/.aws/credentials");
}

std::string find_region(const CredentialSettings& settings) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (std::string value = variable(name); !value.empty()) return value;
  const Profiles all = read_profiles(settings);
  auto it = all.find(profile_name(settings));
  return it == all.end() ? "" : value_of(it->second, "region");
}

}  // namespace drydock::aws_provider

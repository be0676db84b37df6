#include "providers/aws/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "providers/aws/credential_process.h"

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

/// What to do instead of a way to credentials that is not there yet.
tl::unexpected<Error> not_yet(const std::string& where, const std::string& what, const std::string& profile = {}) {
  return fail(ErrorCode::unsupported,
              fmt::format("{}: not supported yet: {}. Export keys instead: eval \"$(aws configure export-credentials{} "
                          "--format env)\"",
                          where, what, profile.empty() ? "" : " --profile " + profile));
}

Result<aws::Credentials> environment_keys() {
  aws::Credentials keys{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                        variable("AWS_SESSION_TOKEN")};
  if (keys.access_key.empty() != keys.secret_key.empty())
    return fail(ErrorCode::invalid_input,
                fmt::format("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together: {} is "
                            "not set",
                            keys.access_key.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"));
  return keys;
}

using Values = std::map<std::string, std::string>;

/// Keys that the profile itself leads to: its own, or those of a program.
Result<aws::Credentials> own_keys(const std::string& name, const Values& values) {
  aws::Credentials keys{value_of(values, "aws_access_key_id"), value_of(values, "aws_secret_access_key"),
                        value_of(values, "aws_session_token")};
  if (!keys.access_key.empty() && !keys.secret_key.empty()) return keys;
  const std::string where = fmt::format("profile '{}'", name);
  for (const char* kind : {"sso_session", "sso_start_url", "web_identity_token_file"})
    if (values.contains(kind)) return not_yet(where, kind, name);
  if (std::string command = value_of(values, "credential_process"); !command.empty()) return ask_process(command, name);
  return fail(ErrorCode::access_denied, where + " holds no keys");
}

Result<FoundCredentials> from_profile(const Profiles& all, const std::string& name, std::vector<std::string> chain);

/// The keys with which a profile's role is assumed.
Result<FoundCredentials> source_of(const Profiles& all, const std::string& name, const Values& values,
                                   std::vector<std::string> chain) {
  const std::string where = fmt::format("profile '{}'", name), source = value_of(values, "source_profile"),
                    elsewhere = value_of(values, "credential_source");
  if (values.contains("web_identity_token_file")) return not_yet(where, "web_identity_token_file", name);
  if (values.contains("mfa_serial")) return not_yet(where, "mfa_serial", name);
  if (!source.empty() && !elsewhere.empty())
    return fail(ErrorCode::invalid_input, where + " has source_profile and credential_source; keep one of them");
  if (elsewhere == "Environment") {
    auto keys = environment_keys();
    if (!keys) return pass(keys, "reading " + where);
    if (keys->access_key.empty())
      return fail(ErrorCode::access_denied, where +
                                                ": credential_source is Environment, and AWS_ACCESS_KEY_ID and "
                                                "AWS_SECRET_ACCESS_KEY are not set");
    return FoundCredentials{*keys, {}, "the environment"};
  }
  if (!elsewhere.empty()) return not_yet(where, "credential_source " + elsewhere, name);
  if (source.empty())
    return fail(ErrorCode::invalid_input, where +
                                              " has a role_arn, and no source_profile or credential_source says whose "
                                              "keys assume it");
  if (source != name) return from_profile(all, source, std::move(chain));
  auto keys = own_keys(name, values);
  if (!keys) return pass(keys);
  return FoundCredentials{*keys, {}, where};
}

Result<FoundCredentials> from_profile(const Profiles& all, const std::string& name, std::vector<std::string> chain) {
  if (std::find(chain.begin(), chain.end(), name) != chain.end()) {
    chain.push_back(name);
    return fail(ErrorCode::invalid_input, "profiles name each other as source_profile: " + join(chain, " -> "));
  }
  chain.push_back(name);
  auto it = all.find(name);
  if (it == all.end()) {
    const std::string who = chain.size() > 1 ? fmt::format(" (source_profile of '{}')", chain[chain.size() - 2]) : "";
    return fail(ErrorCode::access_denied, fmt::format("profile '{}'{} is in no shared AWS file", name, who));
  }
  const Values& values = it->second;
  FoundCredentials found;
  if (std::string role = value_of(values, "role_arn"); !role.empty()) {
    auto base = source_of(all, name, values, chain);
    if (!base) return base;
    found = std::move(*base);
    found.roles.push_back({role, value_of(values, "source_profile"), value_of(values, "external_id"),
                           value_of(values, "role_session_name"), value_of(values, "duration_seconds")});
  } else {
    auto keys = own_keys(name, values);
    if (!keys) return pass(keys);
    found.keys = std::move(*keys);
  }
  found.source = fmt::format("profile '{}'", name);
  return found;
}

/// Whether a profile says more than a region and how output looks.
bool leads_to_keys(const Values& values) {
  for (const char* key : {"aws_access_key_id", "role_arn", "credential_process", "sso_session", "sso_start_url",
                          "web_identity_token_file"})
    if (values.contains(key)) return true;
  return false;
}

/// Ways to credentials that other tools would take here.
const char* other_way() {
  if (!variable("AWS_WEB_IDENTITY_TOKEN_FILE").empty()) return "AWS_WEB_IDENTITY_TOKEN_FILE";
  for (const char* name : {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"})
    if (!variable(name).empty()) return name;
  return nullptr;
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
    auto keys = environment_keys();
    if (!keys) return pass(keys);
    if (!keys->access_key.empty()) return FoundCredentials{*keys, {}, "the environment"};
    if (const char* way = other_way()) return not_yet("no AWS credentials", way);
  }
  const Profiles all = read_profiles(settings);
  const std::string name = profile_name(settings);
  const bool asked_for = !settings.profile.empty() || !variable("AWS_PROFILE").empty();
  if (asked_for || (all.contains(name) && !all.at(name).empty() && leads_to_keys(all.at(name))))
    return from_profile(all, name, {});
  return fail(
      ErrorCode::access_denied,
      "no AWS credentials: neither the provider's settings, nor AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, nor "
      "a profile in ~/.aws/credentials (an instance's metadata is not asked: not supported yet)");
}

std::string find_region(const CredentialSettings& settings) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (std::string value = variable(name); !value.empty()) return value;
  const Profiles all = read_profiles(settings);
  auto it = all.find(profile_name(settings));
  return it == all.end() ? "" : value_of(it->second, "region");
}

}  // namespace drydock::aws_provider

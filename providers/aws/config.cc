#include "providers/aws/config.h"

#include <fmt/format.h>

#include "base/text.h"
#include "providers/aws/schema.h"

namespace drydock::aws_provider {
namespace {

// What the engine itself puts among a provider's inputs.
bool is_engines_own(std::string_view name) {
  return name == "version" || name == "pluginDownloadURL" || name == "pluginChecksums" || name.starts_with("__");
}

// A setting that is no string may come as itself or as its JSON text.
Result<Json> setting(const PropertyMap& inputs, const std::string& name) {
  const PropertyValue value = at(inputs, name).plain();
  const Kind kind = kind_of(package_schema().at("provider").at("inputProperties").at(name));
  if (!value.is_string() || kind == Kind::text) return to_json(value);
  if (value.as_string().empty()) return Json();
  auto json = Json::parse(value.as_string());
  if (!json)
    return fail(ErrorCode::invalid_input, fmt::format("aws:{} is not valid JSON: {}", name, json.error().message));
  return json;
}

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  if (list.is_array())
    for (const Json& item : list.as_array()) out.push_back(item.string_or());
  return out;
}

AssumeRole read_role(const Json& json) {
  AssumeRole role;
  role.role_arn = json.at("roleArn").string_or();
  role.session_name = json.at("sessionName").string_or();
  role.external_id = json.at("externalId").string_or();
  role.policy = json.at("policy").string_or();
  role.source_identity = json.at("sourceIdentity").string_or();
  role.policy_arns = texts(json.at("policyArns"));
  role.transitive_tag_keys = texts(json.at("transitiveTagKeys"));
  if (json.at("tags").is_object())
    for (const auto& [key, value] : json.at("tags").as_object()) role.tags[key] = value.string_or();
  role.duration = json.at("duration").string_or();
  return role;
}

}  // namespace

std::vector<CheckFailure> check_config_inputs(const PropertyMap& inputs) {
  std::vector<CheckFailure> failures;
  const Json& specs = package_schema().at("provider").at("inputProperties");
  std::vector<std::string> known;
  for (const auto& [name, spec] : specs.as_object()) known.push_back(name);
  for (const auto& [name, value] : inputs) {
    if (is_engines_own(name)) continue;
    if (!specs.has(name)) {
      const std::string near = nearest(name, known);
      failures.push_back({name, fmt::format("unknown setting 'aws:{}'{}", name,
                                            near.empty() ? "" : fmt::format("; did you mean 'aws:{}'?", near))});
    } else if (!value.contains_unknowns()) {
      if (auto json = setting(inputs, name); !json) failures.push_back({name, json.error().message});
    }
  }
  return failures;
}

Result<Config> read_config(const PropertyMap& inputs) {
  std::map<std::string, Json> values;
  for (const auto& [name, value] : inputs) {
    if (is_engines_own(name) || value.contains_unknowns()) continue;
    auto json = setting(inputs, name);
    if (!json) return pass(json);
    values.emplace(name, std::move(*json));
  }
  Config config;
  config.region = values["region"].string_or();
  config.credentials = {values["accessKey"].string_or(),    values["secretKey"].string_or(),
                        values["token"].string_or(),        values["profile"].string_or(),
                        texts(values["sharedConfigFiles"]), texts(values["sharedCredentialsFiles"])};
  config.default_tags = values["defaultTags"].at("tags");
  config.ignore_keys = texts(values["ignoreTags"].at("keys"));
  config.ignore_prefixes = texts(values["ignoreTags"].at("keyPrefixes"));
  if (values["endpoints"].is_array())
    for (const Json& block : values["endpoints"].as_array())
      if (block.is_object())
        for (const auto& [service, url] : block.as_object()) config.endpoints[service] = url.string_or();
  if (values["assumeRoles"].is_array())
    for (const Json& role : values["assumeRoles"].as_array()) config.assume_roles.push_back(read_role(role));
  config.allowed_accounts = texts(values["allowedAccountIds"]);
  config.forbidden_accounts = texts(values["forbiddenAccountIds"]);
  config.max_retries = static_cast<int>(values["maxRetries"].int_or(0));
  config.ca_bundle = values["customCaBundle"].string_or();
  config.s3_path_style = values["s3UsePathStyle"].bool_or(false);
  config.skip_credentials_validation = values["skipCredentialsValidation"].bool_or(false);
  return config;
}

std::optional<int> duration_seconds(std::string_view text) {
  int total = 0, number = 0;
  bool digits = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      number = number * 10 + (c - '0');
      digits = true;
      continue;
    }
    const int unit = c == 'h' ? 3600 : c == 'm' ? 60 : c == 's' ? 1 : 0;
    if (unit == 0 || !digits || number > 1'000'000) return std::nullopt;
    total += number * unit;
    number = 0;
    digits = false;
  }
  if (digits || total == 0) return std::nullopt;
  return total;
}

}  // namespace drydock::aws_provider

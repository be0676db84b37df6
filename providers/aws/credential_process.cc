#include "providers/aws/credential_process.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/process.h"
#include "base/text.h"

namespace drydock::aws_provider {

Result<aws::Credentials> ask_process(const std::string& command, const std::string& profile) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::access_denied, fmt::format("profile '{}': its credential_process {}", profile, why));
  };
  auto ran = capture_process({.argv = {"/bin/sh", "-c", command}, .directory = {}, .environment = {}});
  if (!ran) return pass(ran, fmt::format("running the credential_process of profile '{}'", profile));
  if (!ran->exit.ok()) {
    const std::string words(trim(ran->err));
    return refuse(fmt::format("ended with {}{}", ran->exit.to_string(), words.empty() ? "" : ": " + words));
  }
  auto answer = Json::parse(ran->out);
  if (!answer || !answer->is_object()) return refuse("printed no JSON object");
  if (answer->at("Version").int_or(0) != 1) return refuse("did not answer in version 1 of the format");
  aws::Credentials keys{answer->at("AccessKeyId").string_or(), answer->at("SecretAccessKey").string_or(),
                        answer->at("SessionToken").string_or()};
  if (keys.access_key.empty() || keys.secret_key.empty())
    return refuse("answered without AccessKeyId or SecretAccessKey");
  return keys;
}

}  // namespace drydock::aws_provider

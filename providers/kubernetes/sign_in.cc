#include "providers/kubernetes/sign_in.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/hash.h"
#include "base/json.h"
#include "base/process.h"

namespace drydock::kubernetes {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string base_name(const std::string& command) { return command.substr(command.rfind('/') + 1); }

/// Keys of the environment, unless the kubeconfig or the environment names a profile.
Result<aws::Credentials> environment_keys(const std::string& profile) {
  aws::Credentials keys{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                        variable("AWS_SESSION_TOKEN")};
  if (!profile.empty() || keys.access_key.empty() || keys.secret_key.empty())
    return fail(ErrorCode::not_found, "no keys in the environment");
  return keys;
}

}  // namespace

EksToken eks_token_of(const ExecPlugin& plugin) {
  EksToken out;
  std::string command = base_name(plugin.command);
  if (command != "aws" && command != "drydock") return out;
  bool token = false;
  EksToken found;
  for (std::size_t i = 0; i < plugin.args.size(); i++) {
    const std::string& arg = plugin.args[i];
    std::string next = i + 1 < plugin.args.size() ? plugin.args[i + 1] : "";
    if (arg == "get-token") token = true;
    if (arg == "--cluster-name" || arg == "--cluster-id") found.cluster = next;
    if (arg == "--region") found.region = next;
    if (arg == "--profile") found.profile = next;
    if (arg == "--role" || arg == "--role-arn") return out;  // a role to assume: the command knows how
  }
  if (auto env = plugin.env.find("AWS_PROFILE"); env != plugin.env.end() && found.profile.empty())
    found.profile = env->second;
  if (found.region.empty()) found.region = variable("AWS_REGION");
  if (found.region.empty()) found.region = variable("AWS_DEFAULT_REGION");
  return token && !found.region.empty() ? found : out;
}

std::string make_eks_token(const EksToken& what, const aws::Credentials& credentials, aws::WallTime now) {
  std::string suffix = what.region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
  HttpRequest request;
  request.target = "/?Action=GetCallerIdentity&Version=2011-06-15";
  request.headers.add("Host", "sts." + what.region + suffix);
  request.headers.add("x-k8s-aws-id", what.cluster);
  std::string target = aws::presign(request, credentials, what.region, "sts", now, std::chrono::seconds(60));
  return "k8s-aws-v1." + base64url("https://sts." + what.region + suffix + target);
}

Result<std::string> SignIn::run_plugin(std::stop_token stop) {
  const ExecPlugin& plugin = connection_.exec;
  ProcessSpec spec;
  spec.argv = {plugin.command};
  spec.argv.insert(spec.argv.end(), plugin.args.begin(), plugin.args.end());
  spec.environment = plugin.env;
  if (!spec.environment.contains("KUBERNETES_EXEC_INFO")) {
    spec.environment["KUBERNETES_EXEC_INFO"] = Json::object({{"apiVersion", plugin.api_version},
                                                             {"kind", "ExecCredential"},
                                                             {"spec", Json::object({{"interactive", false}})}})
                                                   .dump();
  }
  auto run = capture_process(spec, stop);
  if (!run) return pass(run, fmt::format("running '{}' for a token", plugin.command));
  if (!run->exit.ok())
    return fail(ErrorCode::access_denied, fmt::format("getting credentials: exec: executable {} failed with {}: {}",
                                                      plugin.command, run->exit.to_string(), run->err));
  auto credential = Json::parse(run->out);
  std::string token = credential ? credential->at("status").at("token").string_or() : "";
  if (token.empty()) return fail(ErrorCode::access_denied, fmt::format("'{}' printed no token", plugin.command));
  return token;
}

Result<std::string> SignIn::fetch(std::stop_token stop) {
  EksToken eks = eks_token_of(connection_.exec);
  if (!eks.cluster.empty()) {
    auto keys = options_.credentials ? options_.credentials(eks.profile) : environment_keys(eks.profile);
    if (keys)
      return make_eks_token(eks, *keys, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    if (options_.credentials) return pass(keys, "making a token for cluster '" + eks.cluster + "'");
  }
  return run_plugin(stop);
}

Result<std::string> SignIn::token(std::stop_token stop) {
  if (!connection_.token.empty() || connection_.exec.command.empty()) return connection_.token;
  std::lock_guard lock(mutex_);
  auto now = std::chrono::steady_clock::now();
  if (!token_.empty() && now < until_) return token_;
  auto fresh = fetch(stop);
  if (!fresh) return fresh;
  token_ = *fresh;
  until_ = now + std::chrono::minutes(13);  // EKS takes a token for 15 minutes
  return token_;
}

void SignIn::forget() {
  std::lock_guard lock(mutex_);
  token_.clear();
}

}  // namespace drydock::kubernetes

// aws: the few calls by which one finds out who a node is and whether it may. Everything else is named as missing.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "twin/iam/access.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

using nodes::Outcome;

std::string operation_name(const std::string& dashed) {
  std::string out;
  for (const std::string& part : split(dashed, '-'))
    if (!part.empty()) out += static_cast<char>(std::toupper(static_cast<unsigned char>(part[0]))) + part.substr(1);
  return out;
}

/// The AWS CLI's words for a call that did not work; exit codes as its documentation says.
/// https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
Reply refused(const Outcome& outcome, const std::string& operation) {
  const std::string url = fmt::format("https://{}/", outcome.host);
  if (outcome.kind == Outcome::Kind::denied)
    return failure(fmt::format("\nAn error occurred (AccessDeniedException) when calling the {} operation: {}\n",
                               operation, outcome.why),
                   254);
  if (outcome.kind == Outcome::Kind::unresolved || outcome.cause == "dns.timeout")
    return failure(fmt::format("\nCould not connect to the endpoint URL: \"{}\"\n", url), 255);
  return failure(fmt::format("\nConnect timeout on endpoint URL: \"{}\"\n", url), 255);
}

Reply no_credentials() {
  return failure("\nUnable to locate credentials. You can configure credentials by running \"aws login\".\n", 253);
}

std::string service_host(const Host& host, const std::string& service) {
  if (service == "ecr") return fmt::format("api.ecr.{}.{}", host.region(), host.dns_suffix());
  return fmt::format("{}.{}.{}", service, host.region(), host.dns_suffix());
}

std::string session_arn(const Host& host, const nodes::Signer& signer) {
  return fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", aws::partition_of(host.region()), host.world.account(),
                     signer.role.substr(signer.role.rfind('/') + 1), signer.session);
}

/// Nothing denies GetCallerIdentity but the policy of the endpoint on the way.
Reply caller_identity(Host& host, const nodes::Signer& signer) {
  const Outcome outcome = host.reach(service_host(host, "sts"), 443);
  if (!outcome.ok()) return refused(outcome, "GetCallerIdentity");
  return {Json::object({{"UserId", signer.role_id + ":" + signer.session},
                        {"Account", host.world.account()},
                        {"Arn", session_arn(host, signer)}})
                  .dump_pretty(4) +
              "\n",
          "", 0};
}

Reply login_password(Host& host) {
  const Outcome outcome = host.call("ecr:GetAuthorizationToken", service_host(host, "ecr"));
  if (!outcome.ok()) return refused(outcome, "GetAuthorizationToken");
  return {
      base64("drydock registry token of " + host.instance.instanceId + " at " + std::to_string(host.now / 1000)) + "\n",
      "", 0};
}

/// `aws eks get-token` signs alone: no packet leaves the node.
Reply get_token(Host& host, const Options& o) {
  if (!o.has("cluster-name"))
    return failure("\naws: error: the following arguments are required: --cluster-name\n", 252);
  return {Json::object({{"kind", "ExecCredential"},
                        {"apiVersion", "client.authentication.k8s.io/v1beta1"},
                        {"spec", Json::object()},
                        {"status", Json::object({{"token", "(not shown: k8s-aws-v1...., signed as " +
                                                               session_arn(host, host.signer()) + ")"}})}})
                  .dump_pretty(4) +
              "\n",
          "", 0};
}

Reply aws(Host& host, const Args& args) {
  const Options o = read_options(args, {"no-cli-pager", "debug"},
                                 {"region", "output", "query", "cluster-name", "name", "instance-ids", "profile"});
  if (o.words.empty())
    return failure("usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\n", 252);
  if (o.words[0] == "--version" || o.unknown == "--version")
    return {"aws-cli/2.27.50 Python/3.9.23 Linux/6.1.129 exe/x86_64.amzn.2023\n", "", 0};
  if (o.has("region") && o.value("region") != host.region())
    return unsupported("aws in another region than the node's");
  if (o.words.size() < 2) return unsupported("aws " + o.words[0]);
  const std::string name = o.words[0] + " " + o.words[1];
  const nodes::Signer signer = host.signer();
  if (signer.role.empty()) return no_credentials();
  if (name == "sts get-caller-identity") return caller_identity(host, signer);
  if (name == "ecr get-login-password") return login_password(host);
  if (name == "eks get-token") return get_token(host, o);
  const std::string& service = o.words[0];
  if (service != "ec2" && service != "eks" && service != "ecr" && service != "ssm") return unsupported("aws " + name);
  // Whether it may and gets there can be said; what the answer holds is the twin's API's to show.
  const std::string operation = operation_name(o.words[1]);
  const Outcome outcome = host.call(service + ":" + operation, service_host(host, service));
  if (!outcome.ok()) return refused(outcome, operation);
  return unsupported(fmt::format(
      "the output of aws {}. The call itself would be answered: {} is reached, and {} may call {}:{}. For its "
      "answer ask the twin from outside: eval \"$(drydock twin env)\"; aws {}",
      name, outcome.host, session_arn(host, signer), service, operation, name));
}

}  // namespace

void add_aws(std::map<std::string, Command, std::less<>>& commands) { commands["aws"] = aws; }

}  // namespace drydock::twin::visit

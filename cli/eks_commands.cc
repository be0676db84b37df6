// drydock eks get-token: what `aws eks get-token` prints, so that kubectl needs no aws CLI.
// https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "base/hash.h"
#include "base/http_client.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/credentials.h"
#include "cli/eks_token.h"

namespace drydock::cli {

using namespace std::chrono_literals;

Result<std::string> eks_token(const TokenRequest& r) {
  auto origin = HttpOrigin::parse(r.endpoint.empty()
                                      ? fmt::format("https://sts.{}.{}", r.region,
                                                    r.region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com")
                                      : r.endpoint);
  if (!origin) return pass(origin);
  HttpRequest request;
  request.target = "/?Action=GetCallerIdentity&Version=2011-06-15";
  request.headers.set("Host", origin->host_header());
  request.headers.set("x-k8s-aws-id", r.cluster);
  std::string target = aws::presign(request, r.credentials, r.region, "sts", r.now, 60s);
  return "k8s-aws-v1." + base64url(origin->str() + target);
}

namespace {

struct Flags {
  std::string cluster, region, role, output;
};

Result<int> get_token(const App& app, const Flags& flags) {
  if (!flags.role.empty()) return fail(ErrorCode::unsupported, "not supported yet: --role-arn");
  auto credentials = environment_credentials();
  if (!credentials) return pass(credentials);
  const char* endpoint = std::getenv("AWS_ENDPOINT_URL_STS");
  if (!endpoint || !*endpoint) endpoint = std::getenv("AWS_ENDPOINT_URL");
  auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto token = eks_token({flags.cluster, flags.region.empty() ? environment_region("us-east-1") : flags.region,
                          endpoint ? endpoint : "", std::move(*credentials), now});
  if (!token) return pass(token);
  Json out =
      Json::object({{"kind", "ExecCredential"},
                    {"apiVersion", "client.authentication.k8s.io/v1beta1"},
                    {"spec", Json::object()},
                    {"status", Json::object({{"expirationTimestamp", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", now + 14min)},
                                             {"token", *token}})}});
  app.out(out.dump_pretty(4) + "\n");
  return kOk;
}

}  // namespace

void add_eks_commands(CLI::App& parser, App& app) {
  auto* eks = parser.add_subcommand("eks", "Help for clusters");
  eks->require_subcommand(1);
  eks->fallthrough();
  auto flags = std::make_shared<Flags>();
  auto* command = eks->add_subcommand("get-token", "Print a token for kubectl, as 'aws eks get-token' does");
  command->footer("Example: drydock eks get-token --cluster-name prod");
  command->add_option("--cluster-name,--cluster-id", flags->cluster, "The cluster's name")->required();
  command->add_option("--region", flags->region, "Its region; AWS_REGION by default");
  command->add_option("--role-arn", flags->role, "A role to assume first");
  command->add_option("--output", flags->output, "json")->check(CLI::IsMember({"json"}));
  command->callback([&app, flags] { app.action = [&app, flags] { return get_token(app, *flags); }; });
}

}  // namespace drydock::cli

#include "cli/cloud.h"

#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "base/text.h"
#include "cli/credentials.h"
#include "engine/step.h"
#include "providers/aws/provider.h"
#include "providers/eks/provider.h"
#include "providers/kubernetes/provider.h"

namespace drydock::cli {
namespace {

std::string endpoint_variable() {
  const char* url = std::getenv("AWS_ENDPOINT_URL");
  return url ? url : "";
}

bool is_loopback(const std::string& url) {
  auto origin = HttpOrigin::parse(url);
  return origin && origin->is_loopback();
}

AwsOptions aws_options(const Cloud& cloud) {
  AwsOptions options;
  options.twin = !cloud.aws;
  options.twin_url = cloud.url;
  options.twin_credentials = twin_credentials();
  options.twin_region = cloud.region;
  return options;
}

Result<std::unique_ptr<Provider>> make_aws(const Cloud& cloud) {
  // A twin that is down is told once, here, and not by every call.
  if (!cloud.aws)
    if (auto up = TwinClient(cloud.url).get("status"); !up) return pass(up);
  return make_aws_provider(aws_options(cloud));
}

/// "AWS account 123456789012": what --cloud aws is aimed at, before anything is changed.
Result<std::string> account_of(const Cloud& cloud, const engine::Config& config) {
  PropertyMap inputs;
  for (const auto& [key, value] : config)
    if (key.starts_with("aws:")) inputs[key.substr(4)] = value.value;
  inputs["region"] = cloud.region;
  auto provider = make_aws_provider(aws_options(cloud));
  if (auto configured = provider->configure(inputs); !configured) return pass(configured, "asking AWS who we are");
  return provider->home();
}

std::string value_of(const engine::Config& config, const char* key) {
  auto it = config.find(key);
  return it == config.end() ? "" : it->second.value;
}

}  // namespace

Result<Cloud> choose_cloud(const App& app, const std::string& flag, const engine::Config& config) {
  std::string choice = flag.empty() ? value_of(config, "drydock:cloud") : flag;
  if (choice.empty()) choice = "twin";
  if (choice != "twin" && choice != "aws")
    return fail(ErrorCode::invalid_input, fmt::format("the cloud is 'twin' or 'aws', not '{}' ({})", choice,
                                                      flag.empty() ? "config key drydock:cloud" : "--cloud"));
  Cloud cloud;
  cloud.aws = choice == "aws";
  cloud.region = value_of(config, "aws:region");
  if (cloud.region.empty()) cloud.region = environment_region("us-east-1");
  std::string endpoint = endpoint_variable();
  if (cloud.aws && !endpoint.empty() && is_loopback(endpoint)) {
    return fail(
        ErrorCode::conflict,
        fmt::format("--cloud aws with AWS_ENDPOINT_URL={} would speak to a twin; unset AWS_ENDPOINT_URL and set the "
                    "account's credentials, or leave out --cloud aws. Nothing was called",
                    endpoint));
  }
  if (!cloud.aws && !endpoint.empty() && !is_loopback(endpoint)) {
    return fail(
        ErrorCode::conflict,
        fmt::format(
            "this stack lives on the twin, and AWS_ENDPOINT_URL={} is not one; unset it, or choose --cloud aws. "
            "Nothing was called",
            endpoint));
  }
  if (!cloud.aws) {
    cloud.url = twin_url(TwinHome::find(app.directory));
    if (auto status = TwinClient(cloud.url).get("status"))
      cloud.home = "twin world " + status->at("worldId").string_or();
  }
  cloud.where = fmt::format("on twin ({}, no AWS account is touched)", cloud.region);
  if (cloud.aws) {
    auto account = account_of(cloud, config);
    if (!account) return pass(account);
    cloud.where = fmt::format("on {} ({})", *account, cloud.region);
    cloud.home = *account;
  }
  return cloud;
}

Result<void> check_home(const Cloud& cloud, const engine::Snapshot& snapshot, const std::string& stack) {
  std::set<std::string> homes;
  for (const auto& r : snapshot.resources)
    if (r->type == "pulumi:providers:aws")
      if (std::string home = at(r->outputs, engine::kHomeKey).plain().string_or(); !home.empty()) homes.insert(home);
  if (homes.empty() || homes.contains(cloud.home)) return {};
  if (cloud.home.empty())
    return fail(ErrorCode::unavailable,
                fmt::format("no twin answers at {}; start it with: drydock twin start", cloud.url));
  std::string there = join({homes.begin(), homes.end()}, ", ");
  return fail(
      ErrorCode::conflict,
      fmt::format(
          "stack '{0}' lives in {1}, and this command is aimed at {2}; nothing was called. Aim it at the stack's "
          "home{3}. If that is gone for good, forget its resources and start anew: drydock stack rm {0} --force "
          "--preserve-config --yes && drydock stack init {0}",
          stack, there, cloud.home,
          there.starts_with("AWS") ? " (--cloud aws, with that account's credentials)"
                                   : " (the twin that has this world)"));
}

engine::ProviderFactory make_providers(const Cloud& cloud, std::function<void()> on_cloud) {
  return [cloud, on_cloud = std::move(on_cloud)](const std::string& package,
                                                 const std::string&) -> Result<std::unique_ptr<Provider>> {
    if (package == "aws") {
      on_cloud();
      return make_aws(cloud);
    }
    if (package == "eks") return make_eks_provider({.twin = !cloud.aws});
    if (package == "kubernetes") {
      kubernetes::KubernetesOptions options;
      if (!cloud.aws) {
        options.credentials = [](const std::string&) -> Result<aws::Credentials> { return twin_credentials(); };
        options.twin_url = cloud.url;
      }
      return kubernetes::make_kubernetes_provider(std::move(options));
    }
    return fail(
        ErrorCode::unsupported,
        fmt::format("not supported yet: provider package '{}'; this program has aws, eks, kubernetes and pulumi",
                    package));
  };
}

}  // namespace drydock::cli

#include "cli/cloud.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/text.h"
#include "cli/credentials.h"

#if __has_include("providers/aws/provider.h")
#include "providers/aws/provider.h"
#define DRYDOCK_HAS_AWS 1
#endif
#if __has_include("providers/eks/provider.h")
#include "providers/eks/provider.h"
#define DRYDOCK_HAS_EKS 1
#endif
#if __has_include("providers/kubernetes/provider.h")
#include "providers/kubernetes/provider.h"
#define DRYDOCK_HAS_KUBERNETES 1
#endif

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

#ifdef DRYDOCK_HAS_AWS
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
#endif

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
  if (!cloud.aws) cloud.url = twin_url(TwinHome::find(app.directory));
  cloud.where = fmt::format("on twin ({}, no AWS account is touched)", cloud.region);
#ifdef DRYDOCK_HAS_AWS
  if (cloud.aws) {
    auto account = account_of(cloud, config);
    if (!account) return pass(account);
    cloud.where = fmt::format("on {} ({})", *account, cloud.region);
  }
#endif
  return cloud;
}

engine::ProviderFactory make_providers(const Cloud& cloud, std::shared_ptr<std::atomic<bool>> used) {
  return [cloud, used](const std::string& package, const std::string&) -> Result<std::unique_ptr<Provider>> {
    (void)cloud, (void)used;
#ifdef DRYDOCK_HAS_AWS
    if (package == "aws") {
      used->store(true);
      return make_aws(cloud);
    }
#endif
#ifdef DRYDOCK_HAS_EKS
    if (package == "eks") return make_eks_provider();
#endif
#ifdef DRYDOCK_HAS_KUBERNETES
    if (package == "kubernetes") return make_kubernetes_provider();
#endif
    return fail(
        ErrorCode::unsupported,
        fmt::format("not supported yet: provider package '{}'; this program has aws, eks, kubernetes and pulumi",
                    package));
  };
}

}  // namespace drydock::cli

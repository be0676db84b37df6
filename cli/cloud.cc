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
    return fail(ErrorCode::conflict,
                fmt::format("--cloud aws with AWS_ENDPOINT_URL={} would speak to a twin; unset AWS_ENDPOINT_URL and set the "
                            "account's credentials, or leave out --cloud aws. Nothing was called",
                            endpoint));
  }
  if (!cloud.aws && !endpoint.empty() && !is_loopback(endpoint)) {
    return fail(ErrorCode::conflict,
                fmt::format("this stack lives on the twin, and AWS_ENDPOINT_URL={} is not one; unset it, or choose --cloud aws. "
                            "Nothing was called",
                            endpoint));
  }
  if (!cloud.aws) cloud.url = twin_url(TwinHome::find(app.directory));
  cloud.where = cloud.aws ? fmt::format("on AWS ({})", cloud.region)
                          : fmt::format("on twin ({}, no AWS account is touched)", cloud.region);
  return cloud;
}

engine::ProviderFactory make_providers(const Cloud& cloud, std::shared_ptr<std::atomic<bool>> used) {
  return [cloud, used](const std::string& package, const std::string&) -> Result<std::unique_ptr<Provider>> {
    (void)cloud;
#ifdef DRYDOCK_HAS_AWS
    if (package == "aws") {
      used->store(true);
      return make_aws(cloud);
    }
#endif
#ifdef DRYDOCK_HAS_EKS
    if (package == "eks") return eks::make_eks_provider();
#endif
#ifdef DRYDOCK_HAS_KUBERNETES
    if (package == "kubernetes") return kubernetes::make_kubernetes_provider();
#endif
    return fail(ErrorCode::unsupported,
                fmt::format("not supported yet: provider package '{}'; this program has aws, eks, kubernetes and pulumi", package));
  };
}

}  // namespace drydock::cli

#include "cloud/aws/service_names.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cloud/aws/arn.h"

namespace drydock::aws {
namespace {

// Services whose private name is <service>.<region>.<suffix>.
constexpr std::array<std::string_view, 33> kPlain = {"ec2",
                                                     "sts",
                                                     "eks",
                                                     "ssm",
                                                     "ssmmessages",
                                                     "ec2messages",
                                                     "logs",
                                                     "xray",
                                                     "kms",
                                                     "sqs",
                                                     "autoscaling",
                                                     "monitoring",
                                                     "elasticloadbalancing",
                                                     "secretsmanager",
                                                     "fsx",
                                                     "rds",
                                                     "kafka",
                                                     "elasticfilesystem",
                                                     "sns",
                                                     "events",
                                                     "kinesis",
                                                     "lambda",
                                                     "states",
                                                     "athena",
                                                     "glue",
                                                     "backup",
                                                     "cloudformation",
                                                     "servicecatalog",
                                                     "config",
                                                     "guardduty-data",
                                                     "inspector2",
                                                     "acm-pca",
                                                     "dynamodb"};

bool is_region(std::string_view label) {
  return std::count(label.begin(), label.end(), '-') >= 2 && label.back() >= '0' && label.back() <= '9';
}

/// The host without its AWS suffix; empty if it has none.
std::string_view without_suffix(std::string_view host) {
  for (std::string_view suffix : {".amazonaws.com", ".amazonaws.com.cn", ".api.aws"})
    if (host.ends_with(suffix)) return host.substr(0, host.size() - suffix.size());
  return {};
}

}  // namespace

std::string service_of(std::string_view service_name, std::string_view region) {
  for (std::string_view start : {"com.amazonaws.", "cn.com.amazonaws."}) {
    const std::string prefix = std::string(start) + std::string(region) + ".";
    if (service_name.starts_with(prefix)) return std::string(service_name.substr(prefix.size()));
  }
  return {};
}

std::vector<std::string> private_dns_names(std::string_view service, std::string_view region) {
  const std::string end = "." + std::string(region) + "." + std::string(dns_suffix_of(region));
  if (service == "ecr.api") return {"api.ecr" + end};
  if (service == "ecr.dkr") return {"*.dkr.ecr" + end};
  if (service == "eks-auth") return {"eks-auth." + std::string(region) + ".api.aws"};
  if (service == "s3") return {"s3" + end, "*.s3" + end, "*.s3-accesspoint" + end, "*.s3-control" + end};
  if (std::find(kPlain.begin(), kPlain.end(), service) == kPlain.end()) return {};
  return {std::string(service) + end};
}

bool is_aws_service_host(std::string_view host) {
  if (host == "public.ecr.aws") return true;
  const std::vector<std::string> labels = split(without_suffix(host), '.');
  if (labels.empty() || labels[0].empty()) return false;
  const std::string& last = labels.back();
  if (!is_region(last)) {  // global names
    static constexpr std::array<std::string_view, 5> kGlobal = {"sts", "iam", "s3", "cloudfront", "route53"};
    return std::find(kGlobal.begin(), kGlobal.end(), last) != kGlobal.end();
  }
  if (labels.size() == 1) return false;
  const std::string region = last;
  if (labels.size() >= 2 && labels[labels.size() - 2] == "eks" && labels.size() > 2) return false;  // clusters, oidc
  for (std::string_view service : {"ecr.api", "ecr.dkr", "eks-auth", "s3"})
    for (const std::string& name : private_dns_names(service, region))
      if (host_matches(host, name)) return true;
  return labels.size() == 2 && std::find(kPlain.begin(), kPlain.end(), labels[0]) != kPlain.end();
}

std::string region_in_host(std::string_view host) {
  const std::vector<std::string> labels = split(without_suffix(host), '.');
  return !labels.empty() && is_region(labels.back()) ? labels.back() : "";
}

bool host_matches(std::string_view host, std::string_view pattern) {
  if (!pattern.starts_with("*.")) return host == pattern;
  return host.size() > pattern.size() - 1 && host.ends_with(pattern.substr(1));
}

}  // namespace drydock::aws

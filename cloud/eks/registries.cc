#include "cloud/eks/registries.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/service_names.h"

namespace drydock::eks {
namespace {

struct Row {
  std::string_view region, account;
};
constexpr std::string_view kCommon = "602401143452";
constexpr std::array<std::string_view, 17> kCommonRegions = {
    "us-east-1",      "us-east-2",  "us-west-1",      "us-west-2",      "ca-central-1",   "eu-central-1",
    "eu-north-1",     "eu-west-1",  "eu-west-2",      "eu-west-3",      "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "sa-east-1"};
constexpr Row kOthers[] = {
    {"af-south-1", "877085696533"},     {"ap-east-1", "800184023465"},      {"ap-south-2", "900889452093"},
    {"ap-southeast-3", "296578399912"}, {"ap-southeast-4", "491585149902"}, {"ca-west-1", "761377655185"},
    {"eu-central-2", "900612956339"},   {"eu-south-1", "590381155156"},     {"eu-south-2", "455263428931"},
    {"il-central-1", "066635153087"},   {"me-south-1", "558608220178"},     {"me-central-1", "759879836304"},
    {"cn-north-1", "918309763551"},     {"cn-northwest-1", "961992271922"}, {"us-gov-east-1", "151742754352"},
    {"us-gov-west-1", "013241004608"}};

}  // namespace

std::string_view addon_registry(std::string_view region) {
  if (std::find(kCommonRegions.begin(), kCommonRegions.end(), region) != kCommonRegions.end()) return kCommon;
  for (const Row& row : kOthers)
    if (row.region == region) return row.account;
  return {};
}

std::string addon_registry_host(std::string_view region) {
  const auto account = addon_registry(region);
  if (account.empty()) return {};
  return std::string(account) + ".dkr.ecr." + std::string(region) + "." + std::string(aws::dns_suffix_of(region));
}

std::string layer_bucket(std::string_view region) { return "prod-" + std::string(region) + "-starport-layer-bucket"; }

ImageName parse_image(std::string_view image) {
  ImageName out;
  std::string_view rest = image;
  const auto slash = rest.find('/');
  const std::string_view first = rest.substr(0, slash);
  const bool has_host =
      slash != rest.npos && (first.find('.') != first.npos || first.find(':') != first.npos || first == "localhost");
  out.host = has_host ? std::string(first) : "docker.io";
  if (has_host) rest = rest.substr(slash + 1);
  const auto at = rest.find('@');
  const auto colon = rest.substr(0, at).rfind(':');
  out.repository = std::string(rest.substr(0, std::min(at, colon)));
  out.tag = at != rest.npos      ? std::string(rest.substr(at + 1))
            : colon != rest.npos ? std::string(rest.substr(colon + 1))
                                 : "latest";
  if (!has_host && out.repository.find('/') == std::string::npos) out.repository = "library/" + out.repository;
  const auto labels = split(out.host, '.');
  if (labels.size() >= 6 && labels[1] == "dkr" && labels[2] == "ecr") {
    out.ecr_account = labels[0];
    out.ecr_region = labels[3];
  }
  return out;
}

}  // namespace drydock::eks

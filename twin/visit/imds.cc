// The instance's metadata service, as far as people and nodeadm ask it.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "twin/iam/access.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

constexpr auto kTokenHeader = "x-aws-ec2-metadata-token";
constexpr auto kTtlHeader = "x-aws-ec2-metadata-token-ttl-seconds";

HttpAnswer page(int status, const std::string& reason) {
  return {
      status, "text/html",
      fmt::format(
          "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>{0} - {1}</title></head><body><h1>{0} - "
          "{1}</h1></body></html>\n",
          status, reason)};
}

/// Any token of this instance: its first half says whose it is.
std::string token_of(const Host& host) {
  return base64url(sha256("imds " + host.instance.instanceId).substr(0, 30)) + "==";
}

std::string identity_document(const Host& host) {
  return Json::object({{"accountId", host.world.account()},
                       {"architecture", host.instance.architecture},
                       {"availabilityZone", host.instance.availabilityZone},
                       {"imageId", host.instance.imageId},
                       {"instanceId", host.instance.instanceId},
                       {"instanceType", host.instance.instanceType},
                       {"pendingTime", host.instance.launchTime},
                       {"privateIp", host.instance.privateIpAddress},
                       {"region", host.region()},
                       {"version", "2017-09-30"}})
      .dump_pretty(2);
}

HttpAnswer credentials(Host& host, const std::string& role) {
  const std::string profile = host.instance.iamInstanceProfile ? host.instance.iamInstanceProfile->arn : "";
  const auto found = profile.empty() ? iam::InstanceCredentials{}
                                     : iam::instance_credentials(host.world, host.instance.instanceId, profile);
  if (found.code.empty()) return page(404, "Not Found");
  if (role.empty()) return {200, "text/plain", found.role_name};
  if (role != found.role_name) return page(404, "Not Found");
  const std::string updated = iso_seconds(host.world.now());
  if (found.code != "Success")
    return {200, "text/plain",
            Json::object({{"Code", found.code}, {"Message", found.message}, {"LastUpdated", updated}}).dump_pretty(2)};
  // The secrets belong to the simulated account, but a habit of printing secrets is a bad one.
  return {200, "text/plain",
          Json::object({{"Code", "Success"},
                        {"LastUpdated", updated},
                        {"Type", "AWS-HMAC"},
                        {"AccessKeyId", found.session->AccessKeyId},
                        {"SecretAccessKey", "(not shown)"},
                        {"Token", "(not shown)"},
                        {"Expiration", iso_seconds(from_epoch_millis(found.session->expires))}})
              .dump_pretty(2)};
}

/// Leaves below meta-data/ that are one line.
std::map<std::string, std::string, std::less<>> leaves(const Host& host) {
  const aws::Instance& i = host.instance;
  std::map<std::string, std::string, std::less<>> out = {
      {"ami-id", i.imageId},
      {"hostname", i.privateDnsName},
      {"instance-id", i.instanceId},
      {"instance-type", i.instanceType},
      {"local-hostname", i.privateDnsName},
      {"local-ipv4", i.privateIpAddress},
      {"placement/availability-zone", i.availabilityZone},
      {"placement/region", host.region()},
      {"services/domain", host.dns_suffix()},
      {"services/partition", std::string(aws::partition_of(host.region()))}};
  if (const auto* interface = host.interface()) {
    const std::string mac = "network/interfaces/macs/" + interface->macAddress + "/";
    out["mac"] = interface->macAddress;
    out[mac + "interface-id"] = interface->networkInterfaceId;
    out[mac + "subnet-id"] = interface->subnetId;
    out[mac + "vpc-id"] = interface->vpcId;
    out[mac + "local-ipv4s"] = interface->privateIpAddress;
    std::string groups;
    for (const auto& group : interface->groupSet) groups += (groups.empty() ? "" : "\n") + group.groupId;
    out[mac + "security-group-ids"] = groups;
    if (const auto* vpc = host.vpc()) out[mac + "vpc-ipv4-cidr-block"] = vpc->cidrBlock;
  }
  if (i.ipAddress) out["public-ipv4"] = *i.ipAddress;
  return out;
}

HttpAnswer meta_data(Host& host, std::string path) {
  constexpr std::string_view kCredentials = "iam/security-credentials";
  if (path.starts_with(kCredentials)) {
    path = path.substr(kCredentials.size());
    return credentials(host, path.starts_with("/") ? path.substr(1) : path);
  }
  auto all = leaves(host);
  all["iam/security-credentials/"] = "";
  while (path.ends_with('/')) path.pop_back();
  if (auto it = all.find(path); it != all.end()) return {200, "text/plain", it->second};
  // A directory: the names below it.
  std::vector<std::string> names;
  const std::string prefix = path.empty() ? "" : path + "/";
  for (const auto& [name, value] : all) {
    if (!name.starts_with(prefix)) continue;
    const auto slash = name.find('/', prefix.size());
    const std::string part = name.substr(prefix.size(), slash == std::string::npos ? slash : slash + 1 - prefix.size());
    if (names.empty() || names.back() != part) names.push_back(part);
  }
  return names.empty() ? page(404, "Not Found") : HttpAnswer{200, "text/plain", join(names, "\n")};
}

}  // namespace

HttpAnswer ask_imds(Host& host, const std::string& method, const std::string& path,
                    const std::map<std::string, std::string, std::less<>>& headers) {
  if (path == "/latest/api/token") {
    if (method != "PUT") return page(405, "Method Not Allowed");
    auto ttl = headers.find(kTtlHeader);
    if (ttl == headers.end()) return page(400, "Bad Request");
    return {200, "text/plain", token_of(host)};
  }
  if (method != "GET" && method != "HEAD") return page(405, "Method Not Allowed");
  const auto token = headers.find(kTokenHeader);
  const bool required = host.instance.metadataOptions.httpTokens != "optional";
  if (token == headers.end() ? required : token->second != token_of(host)) return page(401, "Unauthorized");
  constexpr std::string_view kMeta = "/latest/meta-data";
  if (path.starts_with(kMeta)) return meta_data(host, path.size() > kMeta.size() ? path.substr(kMeta.size() + 1) : "");
  if (path == "/latest/user-data")
    return host.raw_user_data.empty() ? page(404, "Not Found")
                                      : HttpAnswer{200, "application/octet-stream", host.raw_user_data};
  if (path == "/latest/dynamic/instance-identity/document") return {200, "text/plain", identity_document(host)};
  if (path == "/" || path == "/latest" || path == "/latest/")
    return {200, "text/plain", "dynamic\nmeta-data\nuser-data"};
  return page(404, "Not Found");
}

}  // namespace drydock::twin::visit

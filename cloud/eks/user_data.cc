#include "cloud/eks/user_data.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cloud/aws/cidr.h"

namespace drydock::eks {

namespace {

/// key=value:effect, or key:effect without a value.
std::string taint_text(const std::string& key, const NodeTaint& taint) {
  return taint.value.empty() ? key + ":" + taint.effect : key + "=" + taint.value + ":" + taint.effect;
}

std::vector<std::string> kubelet_flags(const UserDataSettings& s) {
  std::vector<std::string> flags, labels, taints;
  for (const auto& flag : split(s.kubelet_args, ' '))
    if (!flag.empty()) flags.push_back(flag);
  for (const auto& [key, value] : s.labels) labels.push_back(key + "=" + value);
  for (const auto& [key, taint] : s.taints) taints.push_back(taint_text(key, taint));
  if (!labels.empty()) flags.push_back("--node-labels=" + join(labels, ","));
  if (!taints.empty()) flags.push_back("--register-with-taints=" + join(taints, ","));
  return flags;
}

std::string part(std::string_view type, std::string_view content) {
  return fmt::format("--BOUNDARY\nContent-Type: {}\n\n{}\n", type, content);
}

std::string nodeadm(const UserDataSettings& s) {
  constexpr std::string_view head = "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n";
  std::string out = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"BOUNDARY\"\n\n";
  out += part(
      "application/node.eks.aws",
      fmt::format("{}  cluster:\n    name: {}\n    apiServerEndpoint: {}\n    certificateAuthority: {}\n    cidr: {}\n",
                  head, s.name, s.endpoint, s.certificate, s.service_cidr));
  if (const auto flags = kubelet_flags(s); !flags.empty()) {
    std::string list;
    for (const auto& flag : flags) list += "      - " + flag + "\n";
    out += part("application/node.eks.aws", fmt::format("{}  kubelet:\n    flags:\n{}", head, list));
  }
  for (const auto& one : s.more) out += part(one.content_type, one.content);
  if (!s.script.empty()) out += part("text/x-shellscript; charset=\"us-ascii\"", s.script);
  return out + "--BOUNDARY--\n";
}

std::string bootstrap(const UserDataSettings& s) {
  std::string arguments = s.bootstrap_args.empty() ? "" : " " + s.bootstrap_args;
  if (const auto flags = kubelet_flags(s); !flags.empty()) {
    const char* quote = flags.size() > 1 ? "'" : "";
    arguments += " --kubelet-extra-args " + (quote + join(flags, " ") + quote);
  }
  const std::string script =
      fmt::format("#!/bin/bash\n\n/etc/eks/bootstrap.sh --apiserver-endpoint \"{}\" --b64-cluster-ca \"{}\" \"{}\"{}",
                  s.endpoint, s.certificate, s.name, arguments);
  if (s.managed) {
    return fmt::format(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"==MYBOUNDARY==\"\n\n--==MYBOUNDARY==\n"
        "Content-Type: text/x-shellscript; charset=\"us-ascii\"\n\n{}\n--==MYBOUNDARY==--",
        script);
  }
  if (s.script.empty()) return script + "\n\n";
  return fmt::format(
      "{0}\ncat >/opt/user-data <<{1}-user-data\n{2}\n{1}-user-data\nchmod +x /opt/user-data\n/opt/user-data\n\n",
      script, s.group, s.script);
}

/// The tenth address of the services: CoreDNS's.
std::string dns_address(const std::string& service_cidr) {
  const auto cidr = aws::Cidr::parse(service_cidr);
  return cidr ? cidr->base.plus(10).str() : std::string();
}

std::string bottlerocket(const UserDataSettings& s) {
  Json kubernetes = Json::object({{"cluster-name", s.name},
                                  {"api-server", s.endpoint},
                                  {"cluster-certificate", s.certificate},
                                  {"cluster-dns-ip", dns_address(s.service_cidr)}});
  for (const auto& [key, value] : s.labels) kubernetes["node-labels"][key] = value;
  for (const auto& [key, taint] : s.taints) kubernetes["node-taints"][key] = taint.value + ":" + taint.effect;
  Json all = s.bottlerocket.is_object() ? s.bottlerocket : Json::object();
  if (const Json own = all.path("settings.kubernetes"); own.is_object())
    for (const auto& [key, value] : own.as_object()) kubernetes[key] = value;
  if (!all.at("settings").is_object()) all["settings"] = Json::object();
  all["settings"]["kubernetes"] = std::move(kubernetes);
  return to_toml(all);
}

/// The first setting that the system of these nodes has no use for.
const char* misplaced(const UserDataSettings& s) {
  const bool on_bottlerocket = s.system == NodeSystem::bottlerocket;
  if (!on_bottlerocket && !s.bottlerocket.is_null()) return "bottlerocketSettings are for Bottlerocket";
  if (s.system == NodeSystem::al2023 && !s.bootstrap_args.empty())
    return "bootstrapExtraArgs are for AL2; nodes of AL2023 take nodeadmExtraOptions";
  if (s.system != NodeSystem::al2023 && !s.more.empty()) return "nodeadmExtraOptions are for AL2023";
  if (!on_bottlerocket) return nullptr;
  if (!s.bootstrap_args.empty()) return "bootstrapExtraArgs are for AL2; Bottlerocket takes bottlerocketSettings";
  if (!s.kubelet_args.empty()) return "Bottlerocket takes no kubeletExtraArgs; give bottlerocketSettings";
  if (!s.script.empty())
    return "Bottlerocket runs no scripts: leave nodeUserData out, or choose another operatingSystem";
  return nullptr;
}

}  // namespace

Result<std::string> make_user_data(const UserDataSettings& settings) {
  if (const char* why = misplaced(settings)) return fail(ErrorCode::invalid_input, why);
  switch (settings.system) {
    case NodeSystem::al2:
      return bootstrap(settings);
    case NodeSystem::al2023:
      return nodeadm(settings);
    case NodeSystem::bottlerocket:
      return bottlerocket(settings);
  }
  return fail(ErrorCode::unsupported, "no user data for this system");
}

}  // namespace drydock::eks

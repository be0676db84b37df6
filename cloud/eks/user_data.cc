#include "cloud/eks/user_data.h"

#include <fmt/format.h>

#include "base/text.h"

namespace drydock::eks {

namespace {

std::string node_labels(const UserDataSettings& s) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : s.labels) pairs.push_back(key + "=" + value);
  return join(pairs, ",");
}
std::string node_taints(const UserDataSettings& s) {
  std::vector<std::string> pairs;
  for (const auto& [key, taint] : s.taints) pairs.push_back(key + "=" + taint.value + ":" + taint.effect);
  return join(pairs, ",");
}

std::vector<std::string> kubelet_flags(const UserDataSettings& s) {
  std::vector<std::string> flags;
  for (const auto& flag : split(s.kubelet_args, ' '))
    if (!flag.empty()) flags.push_back(flag);
  if (!s.labels.empty()) flags.push_back("--node-labels=" + node_labels(s));
  if (!s.taints.empty()) flags.push_back("--register-with-taints=" + node_taints(s));
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
  std::string arguments;
  if (const auto flags = kubelet_flags(s); !flags.empty()) {
    arguments = fmt::format(" --kubelet-extra-args '{}'", join(flags, " "));
  }
  std::string out = fmt::format(
      "#!/bin/bash\n\n/etc/eks/bootstrap.sh --apiserver-endpoint \"{}\" --b64-cluster-ca \"{}\" \"{}\"{}{}\n",
      s.endpoint, s.certificate, s.name, s.bootstrap_args.empty() ? "" : " " + s.bootstrap_args, arguments);
  if (!s.script.empty()) {
    out += fmt::format(
        "\ncat >/opt/user-data <<'__USER_DATA__'\n{}\n__USER_DATA__\nchmod +x /opt/user-data\n/opt/user-data\n",
        s.script);
  }
  return out;
}

}  // namespace

std::string make_user_data(const UserDataSettings& settings) {
  return settings.system == NodeSystem::al2 ? bootstrap(settings) : nodeadm(settings);
}

}  // namespace drydock::eks

// cat, ls, tail, head, grep, test: the files of an AL2023 node that people look at. Which of them are there depends on
// how far the node came. Contents follow nodeadm's templates, reduced to what matters here.
// https://github.com/awslabs/amazon-eks-ami/tree/main/nodeadm/internal
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "twin/eks/eks.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

const drydock::eks::NodeConfig& config(const Host& host) { return host.user_data.config; }

std::string kubelet_config(Host& host) {
  return Json::object(
             {{"kind", "KubeletConfiguration"},
              {"apiVersion", "kubelet.config.k8s.io/v1beta1"},
              {"address", "0.0.0.0"},
              {"authentication", Json::object({{"x509", Json::object({{"clientCAFile", "/etc/kubernetes/pki/ca.crt"}})},
                                               {"webhook", Json::object({{"enabled", true}, {"cacheTTL", "2m0s"}})},
                                               {"anonymous", Json::object({{"enabled", false}})}})},
              {"authorization", Json::object({{"mode", "Webhook"}})},
              {"cgroupDriver", "systemd"},
              {"clusterDNS", Json::array({drydock::eks::cluster_dns_of(config(host).cidr)})},
              {"clusterDomain", "cluster.local"},
              {"containerRuntimeEndpoint", "unix:///run/containerd/containerd.sock"},
              {"providerID", fmt::format("aws:///{}/{}", host.instance.availabilityZone, host.instance.instanceId)},
              {"serverTLSBootstrap", true}})
             .dump_pretty(4) +
         "\n";
}

std::string kubeconfig(Host& host) {
  return fmt::format(
      "---\napiVersion: v1\nkind: Config\nclusters:\n  - name: kubernetes\n    cluster:\n      certificate-authority: "
      "/etc/kubernetes/pki/ca.crt\n      server: {}\ncurrent-context: kubelet\ncontexts:\n  - name: kubelet\n    "
      "context:\n      "
      "cluster: kubernetes\n      user: kubelet\nusers:\n  - name: kubelet\n    user:\n      exec:\n        "
      "apiVersion: "
      "client.authentication.k8s.io/v1beta1\n        command: aws\n        args:\n          - \"eks\"\n          - "
      "\"get-token\"\n    "
      "      - \"--cluster-name\"\n          - \"{}\"\n          - \"--region\"\n          - \"{}\"\n",
      "https://" + host.api_host(), config(host).name, host.region());
}

std::string credential_provider(Host& host) {
  const std::string suffix = host.dns_suffix();
  return Json::object(
             {{"apiVersion", "kubelet.config.k8s.io/v1"},
              {"kind", "CredentialProviderConfig"},
              {"providers",
               Json::array({Json::object(
                   {{"name", "ecr-credential-provider"},
                    {"matchImages", Json::array({"*.dkr.ecr.*." + suffix, "*.dkr-ecr.*.on.aws", "public.ecr.aws"})},
                    {"defaultCacheDuration", "12h0m0s"},
                    {"apiVersion", "credentialprovider.kubelet.k8s.io/v1"}})})}})
             .dump_pretty(2) +
         "\n";
}

std::string containerd_config(Host&) {
  return "version = 2\nroot = \"/var/lib/containerd\"\nstate = \"/run/containerd\"\n\n[grpc]\naddress = "
         "\"/run/containerd/containerd.sock\"\n\n[plugins.\"io.containerd.grpc.v1.cri\"]\nsandbox_image = "
         "\"localhost/kubernetes/pause\"\n\n[plugins.\"io.containerd.grpc.v1.cri\".containerd]\ndefault_runtime_name = "
         "\"runc\"\ndiscard_unpacked_layers = "
         "true\n\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc]\nruntime_type = "
         "\"io.containerd.runc.v2\"\n\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]"
         "\nSystemdCgroup = "
         "true\n\n[plugins.\"io.containerd.grpc.v1.cri\".cni]\nbin_dir = \"/opt/cni/bin\"\nconf_dir = "
         "\"/etc/cni/net.d\"\n";
}

std::string environment(Host& host) {
  std::string args = fmt::format(
      "--cloud-provider=external --hostname-override={} --node-ip={} --kubeconfig=/var/lib/kubelet/kubeconfig "
      "--config=/etc/kubernetes/kubelet/config.json "
      "--image-credential-provider-bin-dir=/etc/eks/image-credential-provider "
      "--image-credential-provider-config=/etc/eks/image-credential-provider/config.json",
      host.node.name, host.instance.privateIpAddress);
  for (const std::string& flag : config(host).kubeletFlags) args += " " + flag;
  return "NODEADM_KUBELET_ARGS=\"" + args + "\"\n";
}

std::string node_config(Host& host) {
  Json cluster = Json::object({{"name", config(host).name},
                               {"apiServerEndpoint", config(host).apiServerEndpoint},
                               {"certificateAuthority", config(host).certificateAuthority},
                               {"cidr", config(host).cidr}});
  Json spec = Json::object({{"cluster", cluster}});
  if (config(host).instanceIdNodeName) spec["featureGates"] = Json::object({{"InstanceIdNodeName", true}});
  return Json::object({{"apiVersion", "node.eks.aws/v1alpha1"}, {"kind", "NodeConfig"}, {"spec", spec}})
             .dump_pretty(2) +
         "\n";
}

std::string resolv_conf(Host& host) {
  const auto* vpc = host.vpc();
  const auto* options = vpc ? host.world.table<aws::DhcpOptions>(host.region()).find(vpc->dhcpOptionsId) : nullptr;
  const auto block = aws::Cidr::parse(vpc ? vpc->cidrBlock : "");
  const std::string plus_two = block ? block->base.plus(2).str() : "169.254.169.253";
  std::string out, search;
  for (const auto& entry : options ? options->configurations : std::vector<aws::DhcpConfiguration>{}) {
    if (entry.key == "domain-name") search = join(entry.values, " ");
    if (entry.key != "domain-name-servers") continue;
    for (const std::string& server : entry.values)
      out += "nameserver " + (server == "AmazonProvidedDNS" ? plus_two : server) + "\n";
  }
  if (!options && vpc && vpc->dhcpOptionsId != "default") out = "nameserver " + plus_two + "\n";
  if (search.empty()) search = host.region() == "us-east-1" ? "ec2.internal" : host.region() + ".compute.internal";
  return out + "search " + search + "\n";
}

std::string os_release(Host&) {
  return "NAME=\"Amazon "
         "Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\nPLATFORM_ID=\"platform:"
         "al2023\"\n"
         "PRETTY_NAME=\"Amazon Linux 2023\"\nCPE_NAME=\"cpe:2.3:o:amazon:amazon_linux:2023\"\n";
}

std::string conflist(Host&) {
  return Json::object(
             {{"cniVersion", "0.4.0"},
              {"name", "aws-cni"},
              {"disableCheck", true},
              {"plugins",
               Json::array(
                   {Json::object({{"name", "aws-cni"}, {"type", "aws-cni"}, {"vethPrefix", "eni"}, {"mtu", "9001"}}),
                    Json::object(
                        {{"name", "egress-cni"}, {"type", "egress-cni"}, {"mtu", "9001"}, {"enabled", "false"}}),
                    Json::object({{"type", "portmap"}, {"capabilities", Json::object({{"portMappings", true}})}})})}})
             .dump_pretty(2) +
         "\n";
}

/// What ipamd wrote: its own words where it failed.
std::string ipamd_log(Host& host) {
  std::string out;
  for (const nodes::Entry& entry : host.story) {
    if (entry.actor != "ipamd") continue;
    const std::string time = iso_millis(from_epoch_millis(entry.at));
    for (const std::string& words : entry.words)
      out += fmt::format("{{\"level\":\"error\",\"ts\":\"{}\",\"msg\":{}}}\n", time, json_quote(words));
    if (entry.words.empty())
      out +=
          fmt::format("{{\"level\":\"info\",\"ts\":\"{}\",\"msg\":\"{} ({}): ok\"}}\n", time, entry.what, entry.call);
  }
  return out;
}

std::string cloud_init_output(Host& host) {
  std::string out = fmt::format(
      "Cloud-init v. 22.2.2 running 'modules:final' at {}.\n",
      iso_seconds(from_epoch_millis(host.entry("user-scripts") ? host.entry("user-scripts")->at : host.now)));
  if (const auto* scripts = host.entry("user-scripts"))
    for (const std::string& words : scripts->words) out += words + "\n";
  return out;
}

constexpr auto kBootstrap =
    "#!/usr/bin/env bash\n\necho >&2 \"ERROR: bootstrap.sh has been removed from AL2023-based EKS AMIs.\"\nexit 1\n";

std::string certificate(Host& host) { return unbase64(config(host).certificateAuthority).value_or(""); }

std::string scripts(Host& host) { return join(host.user_data.scripts, "\n"); }

struct File {
  const char* path;
  bool (*there)(const Host&);
  std::string (*content)(Host&);
};

bool always(const Host&) { return true; }
bool configured(const Host& host) { return host.has_files(); }
bool read_config(const Host& host) { return host.has_files(); }
bool networked(const Host& host) { return host.node.network; }
bool ipamd_began(const Host& host) {
  return std::any_of(host.story.begin(), host.story.end(), [](const auto& e) { return e.actor == "ipamd"; });
}
bool has_scripts(const Host& host) { return !host.user_data.scripts.empty(); }

const File kFiles[] = {
    {"/etc/cni/net.d/10-aws.conflist", networked, conflist},
    {"/etc/containerd/config.toml", configured, containerd_config},
    {"/etc/eks/bootstrap.sh", always, [](Host&) { return std::string(kBootstrap); }},
    {"/etc/eks/image-credential-provider/config.json", configured, credential_provider},
    {"/etc/eks/kubelet/environment", configured, environment},
    {"/etc/hostname", always, [](Host& host) { return host.hostname() + "\n"; }},
    {"/etc/hosts", always,
     [](Host&) { return std::string("127.0.0.1   localhost localhost.localdomain\n::1         localhost6\n"); }},
    {"/etc/kubernetes/kubelet/config.json", configured, kubelet_config},
    {"/etc/kubernetes/pki/ca.crt", configured, certificate},
    {"/etc/os-release", always, os_release},
    {"/etc/resolv.conf", always, resolv_conf},
    {"/run/eks/nodeadm/config.json", read_config, node_config},
    {"/var/lib/cloud/instance/scripts/part-001", has_scripts, scripts},
    {"/var/lib/kubelet/kubeconfig", configured, kubeconfig},
    {"/var/log/aws-routed-eni/ipamd.log", ipamd_began, ipamd_log},
    {"/var/log/cloud-init-output.log", always, cloud_init_output},
};

/// Programs that are there, as files one cannot read.
constexpr std::string_view kPrograms[] = {"/usr/bin/nodeadm",
                                          "/usr/bin/kubelet",
                                          "/usr/bin/containerd",
                                          "/usr/bin/ctr",
                                          "/usr/bin/aws",
                                          "/usr/bin/crictl",
                                          "/etc/eks/image-credential-provider/ecr-credential-provider"};
/// Folders that are there although nothing lies in them.
constexpr std::string_view kFolders[] = {"/etc/eks",        "/etc/eks/nodeadm.d", "/etc/eks/kubelet", "/etc/cni/net.d",
                                         "/etc/kubernetes", "/run/eks/nodeadm",   "/var/log",         "/opt/cni/bin"};

/// The names in a folder; empty when there is no such folder.
std::optional<std::vector<std::string>> names_in(Host& host, std::string folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  bool there = std::find(std::begin(kFolders), std::end(kFolders), folder) != std::end(kFolders);
  std::vector<std::string> names;
  const auto add = [&](std::string_view path) {
    const std::string prefix = folder == "/" ? "/" : folder + "/";
    if (!path.starts_with(prefix)) return;
    there = true;
    names.emplace_back(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
  };
  for (const File& file : kFiles)
    if (file.there(host)) add(file.path);
  for (const std::string_view path : kPrograms) add(path);
  for (const std::string_view path : kFolders) add(path);
  if (!there) return std::nullopt;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Reply cat(Host& host, const Args& args) {
  Reply reply;
  for (const std::string& path : args) {
    if (path.starts_with("-")) continue;
    if (auto content = file_of(host, path)) {
      reply.out += *content;
    } else {
      reply.err +=
          fmt::format("cat: {}: {}\n", path, names_in(host, path) ? "Is a directory" : "No such file or directory");
      reply.code = 1;
    }
  }
  return args.empty() ? unsupported("cat without a file") : reply;
}

Reply ls(Host& host, const Args& args) {
  const Options o = read_options(args, {"l", "a", "h", "1", "A", "R", "t", "r", "d"}, {});
  Reply reply;
  for (const std::string& path : o.words.empty() ? Args{"/etc/eks"} : o.words) {
    if (const auto names = names_in(host, path)) {
      for (const std::string& name : *names) reply.out += name + "\n";
    } else if (file_of(host, path) ||
               std::find(std::begin(kPrograms), std::end(kPrograms), path) != std::end(kPrograms)) {
      reply.out += path + "\n";
    } else {
      reply.err += fmt::format("ls: cannot access '{}': No such file or directory\n", path);
      reply.code = 2;
    }
  }
  return reply;
}

Reply part(Host& host, const Args& args, bool tail) {
  const Options o = read_options(args, {"f", "q", "F"}, {"n|lines"});
  if (o.words.empty()) return unsupported(tail ? "tail without a file" : "head without a file");
  Reply reply;
  for (const std::string& path : o.words) {
    const auto content = file_of(host, path);
    if (!content) {
      reply.err +=
          fmt::format("{}: cannot open '{}' for reading: No such file or directory\n", tail ? "tail" : "head", path);
      reply.code = 1;
      continue;
    }
    std::vector<std::string> lines = split(*content, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    const auto count =
        std::min(lines.size(), static_cast<std::size_t>(std::max(0, std::atoi(o.value("n", "10").c_str()))));
    for (std::size_t i = 0; i < count; ++i) reply.out += lines[tail ? lines.size() - count + i : i] + "\n";
  }
  return reply;
}

Reply grep(Host& host, const Args& args) {
  const Options o = read_options(args, {"i", "n", "E", "F", "q", "h"}, {"e"});
  if (o.words.size() < 2) return unsupported("grep but 'grep [-i] TEXT FILE...' (TEXT as it is, no expression)");
  Reply reply{"", "", 1};
  const auto fold = [&](const std::string& text) { return o.has("i") ? to_lower(text) : text; };
  for (std::size_t i = 1; i < o.words.size(); ++i) {
    const auto content = file_of(host, o.words[i]);
    if (!content) {
      reply.err += fmt::format("grep: {}: No such file or directory\n", o.words[i]);
      reply.code = 2;
      continue;
    }
    for (const std::string& line : split(*content, '\n'))
      if (fold(line).find(fold(o.words[0])) != std::string::npos) {
        reply.out += (o.words.size() > 2 ? o.words[i] + ":" : "") + line + "\n";
        if (reply.code == 1) reply.code = 0;
      }
  }
  return reply;
}

}  // namespace

std::optional<std::string> file_of(Host& host, std::string_view path) {
  for (const File& file : kFiles)
    if (path == file.path && file.there(host)) return file.content(host);
  return std::nullopt;
}

void add_files(std::map<std::string, Command, std::less<>>& commands) {
  commands["cat"] = commands["less"] = cat;
  commands["ls"] = ls;
  commands["tail"] = [](Host& host, const Args& args) { return part(host, args, true); };
  commands["head"] = [](Host& host, const Args& args) { return part(host, args, false); };
  commands["grep"] = grep;
}

}  // namespace drydock::twin::visit

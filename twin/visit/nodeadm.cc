// nodeadm, and the scripts that people look for in its place
// https://github.com/awslabs/amazon-eks-ami/tree/main/nodeadm/cmd/nodeadm
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/aws/cidr.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

/// What validation says first; empty when the configuration is well.
std::string fault_of(const Host& host) {
  if (!host.user_data.has_config) return "no config in chain";
  const auto& c = host.user_data.config;
  if (c.name.empty()) return "Name is missing in cluster configuration";
  if (c.apiServerEndpoint.empty()) return "Apiserver endpoint is missing in cluster configuration";
  if (c.certificateAuthority.empty()) return "Certificate authority is missing in cluster configuration";
  if (c.cidr.empty()) return "CIDR is missing in cluster configuration";
  if (!aws::Cidr::parse(c.cidr))
    return fmt::format("{0} is not a valid IP Address. error: invalid CIDR address: {0}", c.cidr);
  return {};
}

Reply check(Host& host) {
  const std::string fault = fault_of(host);
  if (fault.empty()) return {"", "Checking configuration source=imds://user-data\nConfiguration is valid\n", 0};
  std::string warning;
  if (!host.user_data.has_config)
    warning = fmt::format("Encountered error in config provider error={}\n", host.user_data.fault);
  return failure("Checking configuration source=imds://user-data\n" + warning + "Command failed error=" + fault + "\n");
}

Reply init(Host& host) {
  std::string err = "Checking user is root..\nLoading configuration..\n";
  if (const std::string why = host.neighbours.nodes->run_nodeadm(host.node.region, host.node.instanceId); !why.empty())
    return failure(err + (why.starts_with("Command failed") ? why : "Command failed error=" + why) + "\n");
  return {"",
          err +
              "Setting up nodeadm environment aspect...\nEnriching configuration..\nFetching kubelet "
              "version..\nFetching instance "
              "details..\nInstance details populated\nFetching default options...\nLoaded configuration\nValidating "
              "configuration..\nCreating daemon manager..\nSetting up system config aspects...\nConfiguring "
              "daemons...\nSetting "
              "up system run aspects...\nRunning daemons...\nEnsuring daemon is running..\nDaemon is running\ndone!\n",
          0};
}

Reply nodeadm(Host& host, const Args& args) {
  const Options o = read_options(args, {"h|help", "development", "d"}, {"c|config-source", "s|skip", "config-cache"});
  const std::string verb = join(o.words, " ");
  if (o.has("c") && o.value("c") != "imds://user-data")
    return unsupported("nodeadm --config-source but imds://user-data");
  if (verb == "config check") return check(host);
  if (verb == "config dump") {
    if (const std::string fault = fault_of(host); fault == "no config in chain")
      return failure("Command failed error=" + fault + "\n");
    return {file_of(host, "/run/eks/nodeadm/config.json").value_or(""), "", 0};
  }
  if (verb == "init") return init(host);
  return failure(fmt::format("{}Usage: nodeadm [config|init]\n\n  Subcommands:\n    config   Manage configuration "
                             "(check, dump)\n    init     Initialize this instance as a node in an EKS cluster\n",
                             verb.empty() || o.has("h") ? "" : fmt::format("Command '{}' not found.\n", o.words[0])),
                 verb.empty() || o.has("h") ? 0 : 1);
}

Reply bootstrap(Host&, const Args&) {
  return failure("ERROR: bootstrap.sh has been removed from AL2023-based EKS AMIs.\n");
}

}  // namespace

void add_nodeadm(std::map<std::string, Command, std::less<>>& commands) {
  commands["nodeadm"] = nodeadm;
  commands["/etc/eks/bootstrap.sh"] = bootstrap;
}

}  // namespace drydock::twin::visit

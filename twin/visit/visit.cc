#include "twin/visit/visit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

using Commands = std::map<std::string, Command, std::less<>>;

const Commands& commands() {
  static const Commands all = [] {
    Commands out;
    add_journal(out), add_systemd(out), add_curl(out), add_dns(out), add_net(out);
    add_containerd(out), add_aws(out), add_files(out), add_nodeadm(out);
    return out;
  }();
  return all;
}

/// What is not there and why people look for it.
std::string hint_of(std::string_view command) {
  if (command == "docker" || command == "dockerd")
    return "hint: nodes run containerd, without Docker: use 'crictl ps', 'crictl images' or 'ctr -n k8s.io image ls'\n";
  if (command == "/opt/eks/nodeadm" || command == "/opt/eks/nodeadm/nodeadm")
    return "hint: nodeadm is /usr/bin/nodeadm, it has no 'join', and systemd runs it: see 'systemctl status "
           "nodeadm-config' and 'journalctl -u nodeadm-config'\n";
  if (command == "aws-iam-authenticator")
    return "hint: AL2023 nodes get their token by 'aws eks get-token': see /var/lib/kubelet/kubeconfig\n";
  if (command == "kubectl") return "hint: nodes have no kubectl; use your own: eval \"$(drydock twin env)\"\n";
  return {};
}

/// The command's name without the directories in which programs lie.
std::string program_of(const std::string& word) {
  for (const char* directory : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/local/bin/"})
    if (word.starts_with(directory)) return word.substr(std::string_view(directory).size());
  return word;
}

Args without_sudo(Args command) {
  while (!command.empty() && command.front() == "sudo") {
    command.erase(command.begin());
    while (!command.empty() && command.front().starts_with("-")) command.erase(command.begin());
  }
  return command;
}

Reply answer(Host& host, const Args& given) {
  const Args command = without_sudo(given);
  if (command.empty()) return failure("usage: drydock node NAME COMMAND...\n", 2);
  const std::string program = program_of(command.front());
  if (auto it = commands().find(program); it != commands().end())
    return it->second(host, Args(command.begin() + 1, command.end()));
  const bool path = command.front().find('/') != std::string::npos;
  if (path && file_of(host, command.front()))
    return failure(fmt::format("bash: {}: Permission denied\n", command.front()), 126);
  return {"",
          fmt::format("bash: {}: {}\n", command.front(), path ? "No such file or directory" : "command not found") +
              hint_of(command.front()),
          127};
}

/// By name, instance id or private address; one that still runs before one that is gone.
nodes::Node* find_node(World& world, std::string_view name) {
  nodes::Node* best = nullptr;
  for (const std::string& region : world.regions(nodes::Node::kTable))
    for (const auto& [id, node] : world.table<nodes::Node>(region)) {
      const auto* instance = world.table<aws::Instance>(region).find(id);
      const bool called = id == name || node.name == name ||
                          (instance && (instance->privateDnsName == name || instance->privateIpAddress == name));
      if (called && (!best || best->state == "gone")) best = world.table<nodes::Node>(region).edit(id);
    }
  return best;
}

const aws::Instance* running_instance(World& world, const nodes::Node& node) {
  const auto* instance = world.table<aws::Instance>(node.region).find(node.instanceId);
  return instance && instance->instanceState.name == "running" ? instance : nullptr;
}

ApiResult serve(World& world, const Neighbours& neighbours, const Call& call) {
  const std::string name = call.text("name");
  const nodes::Node* node = find_node(world, name);
  if (!node)
    return refuse("NodeNotFound", fmt::format("no node or instance '{}'; `drydock node ls` lists them", name), 404);
  if (!running_instance(world, *node))
    return refuse("NodeNotRunning",
                  fmt::format("instance {} of node '{}' is not running: nobody can visit it", node->instanceId, name),
                  409);
  Args command;
  for (std::size_t i = 0; i < call.in.at("command").size(); ++i)
    command.push_back(call.in.at("command").item(i).string_or());
  const auto reply = run(world, neighbours, name, command);
  return Json::object({{"stdout", reply->out}, {"stderr", reply->err}, {"exitCode", reply->code}});
}

}  // namespace

Reply failure(std::string text, int code) { return {"", std::move(text), code}; }
Reply unsupported(std::string_view what) {
  return failure(fmt::format("not supported yet on a node of the twin: {}\n", what));
}

std::optional<Reply> run(World& world, const Neighbours& neighbours, std::string_view name, const Args& command) {
  nodes::Node* node = find_node(world, name);
  const aws::Instance* instance = node ? running_instance(world, *node) : nullptr;
  if (!instance) return std::nullopt;
  Host host(world, neighbours, *node, *instance);
  return answer(host, command);
}

void install(World&, const Neighbours& neighbours) {
  neighbours.front->control("POST", "/_drydock/nodes/{name}/run",
                            [neighbours](World& world, Call& call) { return serve(world, neighbours, call); });
}

}  // namespace drydock::twin::visit

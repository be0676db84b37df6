// Visiting a node of the twin as one does by SSM or SSH in real life: commands like journalctl, systemctl, curl, dig,
// ctr, crictl, aws, cat and nodeadm, answered from what the node lived through and, where they use the network or AWS,
// through the node's own path and with its own identity. Nothing is executed. `drydock node NAME COMMAND...` is the
// client.
//
// One file per family of commands; a command is a function from arguments to a Reply. What a real tool could do and
// ours can not answers "not supported yet", exit code 1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "twin/kernel/front.h"
#include "twin/kernel/world.h"
#include "twin/kubernetes/cluster.h"
#include "twin/nodes/nodes.h"

namespace drydock::twin::visit {

using Args = std::vector<std::string>;

struct Reply {
  std::string out, err;
  int code = 0;
};

/// Whom a visit may disturb.
struct Neighbours {
  Front* front = nullptr;
  kubernetes::Kubernetes* kubernetes = nullptr;
  nodes::Nodes* nodes = nullptr;
};

/// Registers POST /_drydock/nodes/{name}/run: {"command": ["journalctl", "-u", "kubelet"]} is answered with {"stdout",
/// "stderr", "exitCode"}; 404 NodeNotFound, 409 NodeNotRunning. REQUIRES: neighbours outlive the front.
void install(World& world, const Neighbours& neighbours);

/// The same, without HTTP. Null when there is no such node; its name, instance id or address will do.
std::optional<Reply> run(World& world, const Neighbours& neighbours, std::string_view node, const Args& command);

}  // namespace drydock::twin::visit

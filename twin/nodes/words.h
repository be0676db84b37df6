// What the real components write when a step fails, as far as their sources and public reports tell.
#pragma once

#include <string>
#include <vector>

#include "twin/nodes/calls.h"

namespace drydock::twin::nodes {

using Words = std::vector<std::string>;

/// nodeadm's EC2 call: while it waits, and when it ends.
Words describe_instances_waiting(const Outcome& outcome);
Words describe_instances_ended(const Outcome& outcome);

/// "dial tcp 10.0.1.5:443: i/o timeout" or "dial tcp: lookup HOST on 10.0.0.2:53: no such host".
std::string dial_error(const Outcome& outcome);

/// kubelet's view of an API server it can not reach, or that does not know it.
Words kubelet_registration(const std::string& host, const std::string& node, const std::string& error);
Words kubelet_unauthorized(const std::string& node);

/// kubelet's and containerd's words for a pull that failed at one of its four calls (the id's last part).
std::string pull_error(const std::string& image, std::string_view call, const Outcome& outcome);

/// ipamd's log, and the event of the CNI about missing permissions (empty if it is none).
Words ipamd_error(const BootStep& step, const std::string& interface, const Outcome& outcome);

/// ipamd's log when its pool cannot grow: not fatal, pods wait.
Words ipamd_pool_error(const BootStep& step, const std::string& interface, const Outcome& outcome);

/// The SDK's words when STS is not reached, or says no (`code`, `message`).
Words web_identity_error(const Outcome& outcome, const std::string& code, const std::string& message);
/// What the Pod Identity agent logs, and what the SDK in the pod gets to see of it.
Words pod_identity_error(const Outcome& outcome);

/// systemd's words when somebody starts kubelet although nodeadm-config never finished.
Words kubelet_without_environment();

}  // namespace drydock::twin::nodes

// The credentials that a container's SDK finds, in the order in which it looks: IRSA (AWS_WEB_IDENTITY_TOKEN_FILE), Pod
// Identity (AWS_CONTAINER_CREDENTIALS_FULL_URI), the instance's role.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#pragma once

#include "twin/nodes/state.h"

namespace drydock::twin::nodes {

struct CredentialSearch {
  const BootStep* step = nullptr;  // null: the environment names nothing, the instance's role it is
  Outcome outcome;                 // of that step, with the words of its component when it failed
  Signer signer;                   // when it went well
};
CredentialSearch find_pod_credentials(Nodes::State& state, const Node& node, const Place& place, const Json& pod,
                                      const Json& container);

/// Whether this is the DaemonSet's pod that hands out credentials of Pod Identity on its node.
bool is_pod_identity_agent(const Pod& pod);

}  // namespace drydock::twin::nodes

// The calls of one image pull: registry token, manifest, layer URLs, layers.
#pragma once

#include "cloud/eks/registries.h"
#include "twin/nodes/calls.h"

namespace drydock::twin::nodes {

/// In order. Registries that are none of ECR's need no token, and have no step for the rest of their own.
inline constexpr std::string_view kPullCalls[] = {"token", "manifest", "grant", "layers"};

/// The chain's step for a call, where the image is one of the chain's; else one of the same shape.
BootStep pull_step(const std::string& repository, std::string_view call);

/// One call, tried once: name, packet, permission, and whether the registry has the image ("manifest").
Outcome pull_call(World& world, Networks& networks, const Place& place, const Signer& signer, std::string_view call,
                  const drydock::eks::ImageName& image);

}  // namespace drydock::twin::nodes

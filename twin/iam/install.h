// IAM and STS in the twin: the operations, and the Front's two questions (who signs, and may he).
#pragma once

#include <functional>
#include <string>

#include "twin/kernel/front.h"
#include "twin/kernel/world.h"

namespace drydock::twin::iam {

/// Registers operations and hooks, and seeds the world.
void install(Front& front, World& world);
/// The administrator and its access key; does nothing where they are. Again after a reset.
void seed(World& world);

/// Says whether the signature of an OIDC token is its issuer's. Without one, no token of this world is believed
/// (AssumeRoleWithWebIdentity answers InvalidIdentityToken). install() takes an earlier one away.
void verify_web_identity_by(World& world,
                            std::function<bool(World&, const std::string& issuer, const std::string& token)> check);

}  // namespace drydock::twin::iam

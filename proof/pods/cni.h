// As whom the VPC CNI calls EC2: under the node's role, or under one that its service account has.
#pragma once

#include "proof/boot/walk.h"

namespace drydock::proof {

/// The role that ipamd's calls are made with, with problems where it cannot get its credentials. Null: it has none, or
/// one that is not in the input; both are told.
const aws::Role* check_cni_identity(const Walk& walk);

}  // namespace drydock::proof

// Who makes a call, and whether everything that has a say lets them: a role's own policies, its boundary, the
// organization's policies and the policy of the endpoint the call passes.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proof/world_view.h"

namespace drydock::proof {

/// How the call travels, for the keys conditions may ask for.
struct Way {
  std::string endpoint;  // the VPC endpoint it passes; empty: none
  std::string vpc;
  std::vector<std::string> public_sources;  // as Reach::public_sources, where it leaves through a gateway
};

struct Call {
  std::string action, resource = "*", resource_account;
  std::map<std::string, std::string> keys{};  // of the request itself: "ec2:AssociatePublicIpAddress"
};

struct Answer {
  Permission permission;
  cloud::Ref policy;                // the noun whose text decided or was silent; empty: AWS's own, or none
  std::string field;                // of that noun
  std::set<std::string> not_known;  // attached policies that nobody here knows: they might allow it
  std::string refused;              // AWS's words about a policy it would not take; `policy` says whose
};

/// By a session of the role, as instances and pods have it.
Answer may(const WorldView& view, const aws::Role& role, const Call& call, const Way& way);
/// By the role of ECR's own that signs the addresses of layers: only the endpoint's policy has a say.
Answer may_fetch_layer(const WorldView& view, const std::string& resource, const Way& way);
/// May this service take the role? The trust policy alone decides.
Answer may_assume(const WorldView& view, const aws::Role& role, std::string_view service, std::string_view action);

}  // namespace drydock::proof

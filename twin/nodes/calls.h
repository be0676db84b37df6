// One call of a node: the packet through the network, the request through IAM. Both literally.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/eks/boot_chain.h"
#include "twin/iam/evaluate.h"
#include "twin/kernel/world.h"
#include "twin/network/path.h"
#include "twin/nodes/nouns.h"

namespace drydock::twin::nodes {

using drydock::eks::BootStep;

/// How a call went, and what stopped it.
struct Outcome {
  enum class Kind { ok, dropped, unresolved, denied };
  Kind kind = Kind::ok;
  std::string cause;          // "sg.ingress", "iam.identity-based", "endpoint-policy", "dns.no-such-host"
  std::string why;            // for people
  std::string host, address;  // address: "10.0.1.20:443", or the resolver's on a DNS time-out
  std::string resolver;
  std::string endpoint;            // the VPC endpoint it went through
  std::vector<std::string> path;   // hops, when it did not arrive
  std::vector<std::string> words;  // the component's; filled in by the one who speaks for it
  bool ok() const { return kind == Kind::ok; }
};

/// The network as it is now, per region. Borrowed nouns: forget() after anything of EC2 or EKS may have changed.
class Networks {
 public:
  explicit Networks(World& world) : world_(world) {}
  const network::View& of(const std::string& region);
  void forget() { views_.clear(); }

 private:
  World& world_;
  std::map<std::string, network::View> views_;
};

struct Place {
  std::string region, instance, interface;  // where the call comes from
};

/// DNS and TCP alone.
Outcome reach(Networks& networks, const Place& place, const std::string& host, int port);

/// Whose credentials sign: a role, by ARN and unique id, in a session.
struct Signer {
  std::string role, role_id, session;
};
Signer instance_signer(const Node& node);
/// Whom the VPC CNI signs as: its own role (IRSA, Pod Identity) if it has one, else the instance's.
Signer cni_signer(const Node& node);

/// The signed request behind it: IAM's decision on the signer's role, the endpoint's policy included. `outcome` is
/// reach()'s, ok; the result is that or a denial. A role that is gone denies.
Outcome ask(World& world, const Place& place, const Signer& signer, const BootStep& step, const std::string& resource,
            Outcome outcome);

/// What the way of a request adds to its context, and the policy of the endpoint it came through (null: none).
iam::Context context_of(World& world, const Place& place, const Outcome& outcome);
std::shared_ptr<const aws::PolicyDocument> endpoint_policy(World& world, const std::string& region,
                                                           const std::string& endpoint);

/// The layer URL: signed by a role of ECR's, so that only the endpoint's policy can deny it.
Outcome fetch_layer(World& world, const Place& place, const std::string& resource, Outcome outcome);

}  // namespace drydock::twin::nodes

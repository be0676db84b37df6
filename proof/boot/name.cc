// What a node calls itself, and what its identity is bound to.
#include <fmt/format.h>

#include "proof/boot/walk.h"

namespace drydock::proof {

void check_name(const Walk& walk) {
  const Group& g = walk.group;
  if (g.config.config.instanceIdNodeName || g.subnets.empty()) return;
  const aws::Vpc* vpc = walk.view.network().vpc(walk.vpc_of(g.subnets.front()));
  const aws::DhcpOptions* options = vpc ? walk.view.network().dhcp_options(vpc->dhcpOptionsId) : nullptr;
  if (!options) return;  // the region's own: one name
  std::vector<std::string> names;
  for (const aws::DhcpConfiguration& c : options->configurations)
    if (c.key == "domain-name") names = c.values;
  const bool several =
      names.size() > 1 || (names.size() == 1 && names.front().find_first_of(" ,") != std::string::npos);
  if (!several && !names.empty()) return;
  Problem p = walk.problem("name.dhcp-domain", "node.register", Fault::denied);
  p.finding.where = {cloud::ref_of(*options), "configurations"};
  p.finding.message =
      several ? fmt::format(
                    "{} hands out several domain names, so nodes may register under another name than their "
                    "identity's",
                    options->dhcpOptionsId)
              : fmt::format("{} hands out no domain name, so instances may have no private DNS name",
                            options->dhcpOptionsId);
  // AL2 glues two names into one hostname; what AL2023 makes of them, or of none, is not known for sure.
  if (g.kind != ImageKind::al2) {
    p.finding.effect = Verdict::depends;
    p.finding.severity = Severity::warning;
    p.finding.depends_on = {"the private DNS name that EC2 gives with these DHCP options"};
  }
  p.finding.symptom = {"kubelet: node \"\" not found, or a name that the API server refuses; no Node object",
                       "seconds after kubelet starts"};
  walk.out.add(std::move(p));
}

}  // namespace drydock::proof

// User data: does nodeadm find a NodeConfig, and does it name this cluster?
#include <fmt/format.h>

#include "base/text.h"
#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

Place user_data_place(const Walk& walk) { return {walk.group.template_ref, "launchTemplateData.userData"}; }

void report(const Walk& walk, std::string_view code, std::string_view step, Fault fault, std::string message,
            std::string evidence, std::string subject = {}) {
  Problem p = walk.problem(code, step, fault);
  p.finding.where = user_data_place(walk);
  p.finding.message = std::move(message);
  p.finding.evidence.push_back({"user data", std::move(evidence)});
  p.subject = std::move(subject);
  p.need.cluster = walk.group.cluster->name;
  walk.out.add(std::move(p));
}

std::string host_in(std::string_view url) {
  if (url.starts_with("https://")) url.remove_prefix(8);
  return to_lower(url.substr(0, url.find_first_of("/:")));
}

std::string missing_field(const eks::NodeConfig& c) {
  if (c.name.empty()) return "Name";
  if (c.apiServerEndpoint.empty()) return "Apiserver endpoint";
  if (c.certificateAuthority.empty()) return "Certificate authority";
  return c.cidr.empty() ? "CIDR" : "";
}

void compare(const Walk& walk, const eks::NodeConfig& c) {
  const aws::eks::Cluster& cluster = *walk.group.cluster;
  if (!c.name.empty() && c.name != cluster.name)
    report(walk, "user-data.cluster-name", "api.authorise", Fault::denied,
           fmt::format("NodeConfig names cluster {}, but the nodes belong to {}; their tokens are refused", c.name,
                       cluster.name),
           "spec.cluster.name is " + c.name);
  if (cluster.endpoint && !c.apiServerEndpoint.empty() && host_in(c.apiServerEndpoint) != host_in(*cluster.endpoint))
    report(walk, "user-data.endpoint", "api.connect", Fault::unresolved,
           fmt::format("NodeConfig sends nodes to {}, but the API server of {} is {}", c.apiServerEndpoint,
                       cluster.name, *cluster.endpoint),
           "spec.cluster.apiServerEndpoint is " + c.apiServerEndpoint);
  const std::string authority =
      cluster.certificateAuthority ? cluster.certificateAuthority->at("data").string_or() : "";
  if (!authority.empty() && !c.certificateAuthority.empty() && trim(authority) != trim(c.certificateAuthority))
    report(walk, "user-data.certificate-authority", "api.connect", Fault::denied,
           "certificateAuthority in NodeConfig is not the cluster's, so kubelet does not trust the API server",
           "spec.cluster.certificateAuthority differs from the cluster's");
}

void validate(const Walk& walk, const eks::NodeConfig& c) {
  if (const std::string field = missing_field(c); !field.empty())
    return report(walk, "user-data.incomplete", "node-config", Fault::denied,
                  fmt::format("NodeConfig is not complete: {} is missing in cluster configuration", field),
                  field + " is missing", field);
  if (const auto cidr = aws::Cidr::parse(c.cidr); !cidr) {
    report(walk, "user-data.incomplete", "node-config", Fault::denied,
           fmt::format("cidr in NodeConfig is no prefix: {}", c.cidr), "spec.cluster.cidr is " + c.cidr, "cidr");
  } else if (const auto& net = walk.group.cluster->kubernetesNetworkConfig;
             !net.serviceIpv4Cidr.empty() && net.ipFamily != "ipv6" && aws::Cidr::parse(net.serviceIpv4Cidr) != cidr) {
    Problem p = walk.problem("user-data.service-cidr", "node-config", Fault::denied);
    p.finding.where = user_data_place(walk);
    p.finding.effect = Verdict::degraded;
    p.finding.severity = Severity::warning;
    p.finding.message = fmt::format("cidr in NodeConfig is {}, but Services of {} live in {}: pods find no DNS", c.cidr,
                                    walk.group.cluster->name, net.serviceIpv4Cidr);
    p.finding.evidence.push_back({"user data", "spec.cluster.cidr is " + c.cidr});
    p.finding.symptom = {"pods cannot resolve names; nodes are Ready", "when pods run"};
    walk.out.add(std::move(p));
  }
  compare(walk, c);
}

}  // namespace

void check_user_data(const Walk& walk) {
  const Group& g = walk.group;
  if (g.kind == ImageKind::al2023 || (g.kind == ImageKind::custom && !g.eks_writes_config)) {
    if (g.eks_writes_config) {
      // EKS's own part is complete; parts of one's own are merged over it.
      if (g.config.has_config && !g.config.config.name.empty()) compare(walk, g.config.config);
    } else if (g.config.has_config) {
      validate(walk, g.config.config);
    } else if (g.config.fault.starts_with("not supported yet")) {
      Problem p = walk.problem("user-data.unread", "user-data", Fault::denied);
      p.finding.where = user_data_place(walk);
      p.finding.effect = Verdict::depends;
      p.finding.message = g.config.fault;
      p.finding.depends_on = {g.template_ref.id + ".userData"};
      walk.out.add(std::move(p));
    } else {
      report(walk, "user-data.no-config", "user-data", Fault::denied,
             "nodeadm finds no NodeConfig in the user data, so nodes do not know their cluster", g.config.fault);
    }
  }
  for (const std::string& script : g.config.scripts) {
    if (g.kind != ImageKind::al2023 || script.find("/etc/eks/bootstrap.sh") == script.npos) continue;
    Problem p = walk.problem("user-data.bootstrap-sh", "user-scripts", Fault::denied);
    p.finding.where = user_data_place(walk);
    p.finding.effect = Verdict::ready;
    p.finding.severity = Severity::note;
    p.finding.message = "a script of the user data calls /etc/eks/bootstrap.sh, which AL2023 no longer has";
    p.finding.symptom = {"ERROR: bootstrap.sh has been removed from AL2023-based EKS AMIs.", "at boot"};
    walk.out.add(std::move(p));
  }
}

}  // namespace drydock::proof

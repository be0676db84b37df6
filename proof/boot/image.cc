// What other images than AL2023 do before they are nodes. Their chain is the same from kubelet on; what comes before it
// differs: AL2 runs bootstrap.sh from its user data, Bottlerocket reads settings, Windows starts by a script of its
// own. https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"
#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

Place user_data_place(const Walk& walk) { return {walk.group.template_ref, "launchTemplateData.userData"}; }

Problem about_user_data(const Walk& walk, std::string_view code, std::string_view step, std::string message,
                        std::string evidence) {
  Problem p = walk.problem(code, step, Fault::denied);
  p.finding.where = user_data_place(walk);
  p.finding.message = std::move(message);
  p.finding.evidence.push_back({"user data", std::move(evidence)});
  return p;
}

void not_modelled(const Walk& walk, std::string what) {
  Problem p = walk.problem("image.unmodelled", "", Fault::denied);
  p.finding.where = {walk.group.noun, walk.group.managed ? "amiType" : ""};
  p.finding.effect = Verdict::depends;
  p.finding.severity = Severity::warning;
  p.finding.message = "not supported yet: " + what;
  p.finding.depends_on = {what};
  p.finding.symptom = {"what its first steps meet is not judged", ""};
  walk.out.add(std::move(p));
}

// A call of the image's own, before kubelet starts.
eks::BootStep describe_cluster() {
  return {.id = "user-scripts",
          .track = eks::Track::node,
          .actor = "bootstrap.sh",
          .what = "asks EKS for the cluster",
          .host = "eks.{region}.{suffix}",
          .credentials = eks::Credentials::instance_role,
          .action = "eks:DescribeCluster",
          .service = "eks"};
}

void ask_eks(const Walk& walk, Verdict effect, const std::string& words) {
  const eks::BootStep step = describe_cluster();
  Problems found;
  const Walk apart{walk.view, walk.group, found, walk.contacts};
  for (const std::string& subnet : walk.group.subnets)
    if (const auto way = check_contact(apart, step, subnet)) check_call(apart, step, *way);
  for (Problem& p : found.list()) {
    if (p.finding.effect == Verdict::not_ready) p.finding.effect = effect;
    if (effect != Verdict::not_ready) p.finding.severity = Severity::warning;
    if (effect == Verdict::depends) p.finding.depends_on.push_back("cluster-dns-ip of the settings EKS writes");
    p.finding.symptom.text = words;
    walk.out.add(std::move(p));
  }
}

struct BootstrapCall {
  bool found = false;
  std::string cluster;
  bool has_endpoint = false, has_authority = false;
};

BootstrapCall bootstrap_call(const std::string& user_data) {
  BootstrapCall call;
  std::string text = replace_all(user_data, "\\\n", " ");
  const auto start = text.find("/etc/eks/bootstrap.sh");
  if (start == text.npos) return call;
  std::istringstream words(text.substr(start, text.find('\n', start) - start));
  std::string word;
  words >> word;
  call.found = true;
  while (words >> word) {
    call.has_endpoint |= word.starts_with("--apiserver-endpoint");
    call.has_authority |= word.starts_with("--b64-cluster-ca");
    if (word.starts_with("-")) {
      // Flags of bootstrap.sh take a value each.
      if (word.find('=') == word.npos) words >> word;
    } else if (call.cluster.empty()) {
      std::erase_if(word, [](char c) { return c == '"' || c == '\''; });
      call.cluster = word;
    }
  }
  return call;
}

void check_al2(const Walk& walk) {
  const Group& g = walk.group;
  if (g.eks_writes_config) return;  // EKS calls bootstrap.sh with all it needs
  const BootstrapCall call = bootstrap_call(g.user_data);
  if (!call.found)
    return walk.out.add(about_user_data(walk, "user-data.no-config", "user-data",
                                        "the user data does not call bootstrap.sh, so nodes do not know their cluster",
                                        "no /etc/eks/bootstrap.sh"));
  const bool variable = call.cluster.find('$') != call.cluster.npos;
  if (!variable && call.cluster != g.cluster->name) {
    Problem p = about_user_data(walk, "user-data.cluster-name", "api.authorise",
                                fmt::format("bootstrap.sh is called for cluster '{}', but the nodes belong to {}",
                                            call.cluster, g.cluster->name),
                                "bootstrap.sh " + call.cluster);
    walk.out.add(std::move(p));
  }
  if (!call.has_endpoint || !call.has_authority)
    ask_eks(walk, Verdict::not_ready,
            "bootstrap.sh: Connect timeout on endpoint URL of the EKS API, or AccessDenied; kubelet is not started; "
            "NodeCreationFailure: Instances failed to join the kubernetes cluster");
}

// The value of a key below [settings.kubernetes]; settings are flat enough for lines to do.
std::string setting(const std::string& toml, std::string_view key) {
  bool inside = false;
  for (const std::string& raw : split(toml, '\n')) {
    const std::string_view line = trim(raw);
    if (line.starts_with("[")) inside = line == "[settings.kubernetes]";
    const auto equals = line.find('=');
    std::string_view name = trim(line.substr(0, equals));
    if (name.starts_with("settings.kubernetes."))
      name.remove_prefix(20);
    else if (!inside)
      continue;
    if (equals == line.npos || name != key) continue;
    std::string value(trim(line.substr(equals + 1)));
    std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
    return value;
  }
  return {};
}

void check_bottlerocket_settings(const Walk& walk) {
  const Group& g = walk.group;
  for (const char* key : {"cluster-name", "api-server", "cluster-certificate"}) {
    if (!setting(g.user_data, key).empty()) continue;
    Problem p = about_user_data(walk, "user-data.incomplete", "node-config",
                                fmt::format("the settings of Bottlerocket lack settings.kubernetes.{}", key),
                                fmt::format("no {}", key));
    p.subject = key;
    p.finding.symptom.text = "the node does not join: its settings are not complete";
    walk.out.add(std::move(p));
  }
  const std::string name = setting(g.user_data, "cluster-name");
  if (!name.empty() && name != g.cluster->name)
    walk.out.add(
        about_user_data(walk, "user-data.cluster-name", "api.authorise",
                        fmt::format("the settings name cluster {}, but the nodes belong to {}", name, g.cluster->name),
                        "cluster-name = " + name));
}

void check_bottlerocket(const Walk& walk) {
  const Group& g = walk.group;
  if (!g.eks_writes_config) check_bottlerocket_settings(walk);
  if (!setting(g.user_data, "cluster-dns-ip").empty()) return;
  // Without the address it asks EKS for it, and starts late when nobody answers. Whether EKS writes it into the
  // settings of its own groups is not known for sure.
  ask_eks(walk, g.managed ? Verdict::depends : Verdict::degraded,
          "nodes start minutes late: pluto waits for the EKS API before it guesses the DNS address");
}

void check_hostnames(const Walk& walk) {
  const Group& g = walk.group;
  for (const std::string& id : g.subnets) {
    const aws::Subnet* subnet = walk.view.network().subnet(id);
    const std::string type = !g.hostname_type.empty() ? g.hostname_type
                             : subnet                 ? subnet->privateDnsNameOptionsOnLaunch.hostnameType
                                                      : "";
    if (type != "resource-name") continue;
    Problem p = walk.problem("name.resource-name", "node.register", Fault::denied);
    p.finding.where = {{aws::Subnet::kTable, id}, "privateDnsNameOptionsOnLaunch.hostnameType"};
    p.finding.effect = Verdict::depends;
    p.finding.severity = Severity::warning;
    p.finding.message = fmt::format(
        "instances in {} have names by resource (i-...); older images register by address and are refused", id);
    p.finding.depends_on = {"the release of the nodes' image"};
    p.finding.symptom = {"kubelet: nodes \"ip-...\" is forbidden: node \"i-...\" is not allowed to modify it",
                         "seconds after kubelet starts"};
    walk.out.add(std::move(p));
  }
}

}  // namespace

void check_image(const Walk& walk) {
  switch (walk.group.kind) {
    case ImageKind::al2023:
      return;
    case ImageKind::custom:
      if (walk.group.managed && walk.group.eks_writes_config)
        not_modelled(walk, "the first steps of an unknown AMI type");
      return;
    case ImageKind::al2:
      check_hostnames(walk);
      return check_al2(walk);
    case ImageKind::bottlerocket:
      check_hostnames(walk);
      return check_bottlerocket(walk);
    case ImageKind::windows:
      return not_modelled(walk, "the first steps of Windows nodes");
  }
}

}  // namespace drydock::proof

// Is the node's role known to the cluster, and as the node that it calls itself?
// https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

constexpr std::string_view kByDnsName = "system:node:{{EC2PrivateDNSName}}";
constexpr std::string_view kBySession = "system:node:{{SessionName}}";

struct Mapping {
  std::string username;
  std::vector<std::string> groups;
  Place where;
};

std::string without_path(const std::string& role_arn) {
  auto arn = aws::Arn::parse(role_arn);
  if (!arn || !arn->resource.starts_with("role/")) return role_arn;
  arn->resource = "role/" + arn->resource.substr(arn->resource.rfind('/') + 1);
  return arn->str();
}

bool entries_count(const aws::eks::Cluster& c) { return c.accessConfig.authenticationMode != "CONFIG_MAP"; }
bool config_map_counts(const aws::eks::Cluster& c) { return c.accessConfig.authenticationMode != "API"; }

class Lookup {
 public:
  explicit Lookup(const Walk& walk) : walk_(walk), g_(walk.group), cluster_(*walk.group.cluster) {}

  void run() {
    if (g_.role_arn().empty()) return;  // said at `credentials`
    if (entries_count(cluster_) && by_entry()) return;
    if (config_map_counts(cluster_) && by_config_map()) return;
    if (g_.managed && !config_map_given_) return;  // EKS writes the mapping of a managed group itself
    unmapped();
  }

 private:
  Problem problem(std::string_view code, Place where, std::string message) const {
    Problem p = walk_.problem(code, "api.authorise", Fault::denied);
    p.finding.where = std::move(where);
    p.finding.message = std::move(message);
    p.need.role = g_.role_arn();
    p.need.cluster = cluster_.name;
    return p;
  }

  // True if the role has an entry: then aws-auth is not asked.
  bool by_entry() {
    for (const auto& entry : walk_.view.world().access_entries) {
      if (entry.clusterName != cluster_.name || !same_role(entry.principalArn)) continue;
      const Place where{cloud::ref_of(entry), ""};
      if (g_.role && !entry.principalId.empty() && !g_.role->RoleId.empty() && entry.principalId != g_.role->RoleId) {
        walk_.out.add(
            problem("auth.role-recreated", {where.noun, "principalArn"},
                    fmt::format("the access entry belongs to an earlier role {} that was deleted; the new one "
                                "of that name is not known",
                                entry.principalArn)));
        return true;
      }
      Mapping m{entry.username, entry.kubernetesGroups, {where.noun, "type"}};
      if (entry.type == "EC2_LINUX" || entry.type == "EC2_WINDOWS") {
        m.username = kByDnsName;
        m.groups = {"system:bootstrappers", "system:nodes"};
        if (entry.type == "EC2_WINDOWS") m.groups.push_back("eks:kube-proxy-windows");
      } else if (entry.type == "EC2") {
        m.username = kBySession;
        m.groups = {"system:nodes"};
      } else if (entry.type != "HYBRID_LINUX") {
        walk_.out.add(problem(
            "auth.entry-type", m.where,
            fmt::format("the access entry of {} is of type {}; nodes need EC2_LINUX", entry.principalArn, entry.type)));
        return true;
      }
      judge(m);
      return true;
    }
    return false;
  }

  bool same_role(const std::string& arn) const { return arn == g_.role_arn(); }

  bool by_config_map() {
    for (const auto& object : walk_.view.world().kubernetes_objects) {
      const Json& meta = object.object.at("metadata");
      if (object.cluster != cluster_.name || object.object.at("kind").string_or() != "ConfigMap" ||
          meta.at("name").string_or() != "aws-auth" || meta.at("namespace").string_or("kube-system") != "kube-system")
        continue;
      config_map_given_ = true;
      return in_config_map(object);
    }
    return false;
  }

  bool in_config_map(const cloud::KubernetesObject& object) {
    const Place where{cloud::ref_of(object), "object.data.mapRoles"};
    const std::string text = object.object.at("data").at("mapRoles").string_or();
    const Result<Json> roles = parse_yaml(text);
    const bool is_list = roles && (roles->is_array() || roles->is_null());
    const bool of_maps = is_list && std::all_of(roles->is_array() ? roles->as_array().begin() : Json::Array().end(),
                                                roles->is_array() ? roles->as_array().end() : Json::Array().end(),
                                                [](const Json& row) { return row.is_object(); });
    if (!is_list || (roles->is_array() && !of_maps)) {
      walk_.out.add(
          problem("auth.malformed", where, "mapRoles of aws-auth is not a list of mappings, so nobody in it is known"));
      return true;
    }
    if (!roles->is_array()) return false;
    for (const Json& row : roles->as_array()) {
      const std::string arn = row.at("rolearn").string_or();
      if (arn == without_path(g_.role_arn())) {
        Mapping m{row.at("username").string_or(), {}, where};
        for (std::size_t i = 0; i < row.at("groups").size(); ++i)
          m.groups.push_back(row.at("groups").item(i).string_or());
        judge(m);
        return true;
      }
      if (arn == g_.role_arn())
        near_ = {"auth.role-path", where,
                 fmt::format("aws-auth names {} with its path; the API server knows the role as {}", arn,
                             without_path(arn))};
      if (arn.find(":instance-profile/") != arn.npos && near_.code.empty())
        near_ = {"auth.instance-profile", where,
                 fmt::format("aws-auth names the instance profile {}, not its role", arn)};
    }
    if (near_.code.empty()) return false;
    walk_.out.add(problem(near_.code, near_.where, near_.message));
    return true;
  }

  void judge(const Mapping& m) {
    const auto has = [&](std::string_view group) {
      return std::find(m.groups.begin(), m.groups.end(), group) != m.groups.end();
    };
    if (!has("system:nodes")) {
      walk_.out.add(problem("auth.groups", m.where,
                            fmt::format("the mapping of {} lacks the group system:nodes", g_.role_arn())));
      return;
    }
    if (g_.kind == ImageKind::windows && !has("eks:kube-proxy-windows"))
      walk_.out.add(problem("auth.windows-group", m.where,
                            fmt::format("the mapping of {} lacks the group eks:kube-proxy-windows", g_.role_arn())));
    const bool by_instance = g_.config.config.instanceIdNodeName;
    const std::string_view want = by_instance ? kBySession : kByDnsName;
    if (m.username == want) return;
    Problem p = problem("auth.username", m.where,
                        fmt::format("{} is mapped to {}, but its nodes call themselves by {}", g_.role_arn(),
                                    m.username, by_instance ? "instance id" : "private DNS name"));
    p.finding.symptom.text = "kubelet: nodes \"...\" is forbidden: node \"...\" is not allowed to modify node \"...\"";
    p.finding.step = "api.authorise";
    walk_.out.add(std::move(p));
  }

  void unmapped() {
    const bool only_entries = !config_map_counts(cluster_);
    std::string message = fmt::format("nothing maps role {} to a node of {}", g_.role_arn(), cluster_.name);
    Place where{cloud::ref_of(cluster_), "accessConfig"};
    if (only_entries) {
      message += ": it has no access entry, and mode API reads nothing else";
    } else if (config_map_given_) {
      message += ": aws-auth does not name it";
      where.noun = {cloud::KubernetesObject::kTable, cluster_.name + "/ConfigMap/kube-system/aws-auth"};
      where.field = "object.data.mapRoles";
    } else {
      message +=
          entries_count(cluster_) ? ": it has no access entry, and there is no aws-auth" : ": there is no aws-auth";
    }
    Problem p = problem("auth.unmapped", std::move(where), std::move(message));
    p.subject = g_.role_arn();
    walk_.out.add(std::move(p));
  }

  struct Near {
    std::string_view code;
    Place where;
    std::string message;
  };
  const Walk& walk_;
  const Group& g_;
  const aws::eks::Cluster& cluster_;
  bool config_map_given_ = false;
  Near near_;
};

}  // namespace

void check_mapping(const Walk& walk) { Lookup(walk).run(); }

}  // namespace drydock::proof

// Who may enter a cluster: access entries with their policies, and the lines EKS itself writes for node roles.
// https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "twin/eks/common.h"
#include "twin/iam/access.h"

namespace drydock::twin::eks {
namespace {

constexpr auto kNodeUser = "system:node:{{EC2PrivateDNSName}}";

const std::vector<std::string>& policies() {
  static const std::vector<std::string> kNames = {"AmazonEKSAdminPolicy",        "AmazonEKSAdminViewPolicy",
                                                  "AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy",
                                                  "AmazonEKSViewPolicy",         "AmazonEKSAutoNodePolicy"};
  return kNames;
}
std::string policy_arn(std::string_view region, std::string_view name) {
  return fmt::format("arn:{}:eks::aws:cluster-access-policy/{}", aws::partition_of(region), name);
}

bool is_node_type(const std::string& type) { return type != "STANDARD"; }

std::optional<ApiError> check_mode(const Cluster& cluster) {
  if (cluster.accessConfig.authenticationMode != "CONFIG_MAP") return std::nullopt;
  return invalid_request(
             "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this "
             "operation.")
      .value();
}

std::optional<ApiError> check_groups(const std::vector<std::string>& groups, const std::string& username) {
  for (const std::string& group : groups)
    for (const char* start : {"system:", "eks:", "aws:", "amazon:", "iam:"})
      if (group.starts_with(start))
        return invalid_parameter(
                   fmt::format("The kubernetes group name {} is invalid, it cannot start with {}", group, start))
            .value();
  for (const char* start : {"system:", "eks:", "aws:", "amazon:", "iam:"})
    if (username.starts_with(start))
      return invalid_parameter(fmt::format("The username {} is invalid, it cannot start with {}", username, start))
          .value();
  return std::nullopt;
}

std::string default_username(World& world, const std::string& type, const std::string& arn) {
  if (type == "FARGATE_LINUX") return "system:node:{{SessionName}}";
  if (type == "EC2") return "system:node:{{SessionName}}";
  if (is_node_type(type)) return kNodeUser;
  const auto parsed = aws::Arn::parse(arn);
  if (!parsed || !parsed->resource.starts_with("role/")) return arn;
  const std::string name = parsed->resource.substr(parsed->resource.rfind('/') + 1);
  return fmt::format("arn:{}:sts::{}:assumed-role/{}/{{{{SessionName}}}}", parsed->partition, world.account(), name);
}

AccessEntry make_entry(World& world, const std::string& region, const std::string& cluster, const std::string& arn,
                       std::string type) {
  AccessEntry entry{.clusterName = cluster, .principalArn = arn, .type = std::move(type)};
  const auto parsed = aws::Arn::parse(arn);
  const std::string kind = parsed && parsed->resource.starts_with("role/") ? "role" : "user";
  const std::string name = parsed ? parsed->resource.substr(parsed->resource.rfind('/') + 1) : arn;
  entry.accessEntryArn =
      arn_of(world, region,
             fmt::format("access-entry/{}/{}/{}/{}/{}", cluster, kind, world.account(), name, world.new_uuid()));
  entry.username = default_username(world, entry.type, arn);
  if (entry.type == "EC2_LINUX") entry.kubernetesGroups = {"system:nodes"};
  if (entry.type == "EC2_WINDOWS") entry.kubernetesGroups = {"eks:kube-proxy-windows", "system:nodes"};
  if (entry.type == "FARGATE_LINUX")
    entry.kubernetesGroups = {"system:bootstrappers", "system:nodes", "system:node-proxier"};
  if (entry.type == "EC2") entry.kubernetesGroups = {"system:nodes"};
  entry.createdAt = entry.modifiedAt = now_seconds(world);
  entry.principalId = principal_id(world, arn);
  return entry;
}

ApiResult create_entry(Service& service, Call& call) {
  World& world = service.world;
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  if (auto refusal = check_mode(**cluster)) return tl::unexpected(*refusal);
  const std::string arn = call.text("principalArn"), type = call.text("type", "STANDARD");
  const Json extra = Json::object({{"clusterName", (*cluster)->name}});
  static const std::vector<std::string> kTypes = {"STANDARD", "EC2_LINUX",    "EC2_WINDOWS",   "FARGATE_LINUX",
                                                  "EC2",      "HYBRID_LINUX", "HYPERPOD_LINUX"};
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
    return invalid_parameter(fmt::format("The access entry type {} is not supported", type), extra);
  if (principal_id(world, arn).empty())
    return invalid_parameter("The specified principalArn is invalid: invalid principal.", extra);
  if (world.table<AccessEntry>(call.region).contains(key_of((*cluster)->name, arn)))
    return in_use("The specified access entry resource is already in use on this cluster.", extra);
  const std::vector<std::string> groups = call.texts("kubernetesGroups");
  const std::string username = call.text("username");
  if (is_node_type(type) && !(groups.empty() && username.empty()))
    return invalid_parameter(
        fmt::format("Kubernetes groups and username cannot be set for access entries of type {}", type), extra);
  if (auto fault = check_groups(groups, username)) return tl::unexpected(*fault);
  if (is_node_type(type))
    if (auto refusal = service.front.may(call, "iam:PassRole", {arn})) return tl::unexpected(*refusal);
  AccessEntry entry = make_entry(world, call.region, (*cluster)->name, arn, type);
  if (!is_node_type(type)) entry.kubernetesGroups = groups;
  if (!username.empty()) entry.username = username;
  entry.tags = tags_of(call.in.at("tags"));
  return Json::object(
      {{"accessEntry", wire(world.table<AccessEntry>(call.region).put(key_of((*cluster)->name, arn), entry))}});
}

tl::expected<const AccessEntry*, ApiError> entry_of(World& world, const Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  const AccessEntry* entry =
      world.table<AccessEntry>(call.region).find(key_of((*cluster)->name, call.text("principalArn")));
  if (!entry)
    return not_found(
        "The specified principalArn could not be found. You can view your available access entries with "
        "'list-access-entries'.",
        Json::object({{"clusterName", (*cluster)->name}}));
  return entry;
}

AccessEntry& edit(World& world, const Call& call, const AccessEntry& entry) {
  return *world.table<AccessEntry>(call.region).edit(key_of(entry.clusterName, entry.principalArn));
}

ApiResult update_entry(World& world, Call& call) {
  auto entry = entry_of(world, call);
  if (!entry) return tl::unexpected(entry.error());
  AccessEntry& e = edit(world, call, **entry);
  if (is_node_type(e.type))
    return invalid_parameter(fmt::format("Access entries of type {} cannot be updated", e.type));
  if (auto fault = check_groups(call.texts("kubernetesGroups"), call.text("username"))) return tl::unexpected(*fault);
  if (call.has("kubernetesGroups")) e.kubernetesGroups = call.texts("kubernetesGroups");
  if (call.has("username")) e.username = call.text("username");
  e.modifiedAt = now_seconds(world);
  return Json::object({{"accessEntry", wire(e)}});
}

ApiResult list_entries(World& world, Call& call) {
  auto cluster = cluster_of(world, call);
  if (!cluster) return tl::unexpected(cluster.error());
  if (auto refusal = check_mode(**cluster)) return tl::unexpected(*refusal);
  const std::string policy = call.text("associatedPolicyArn");
  std::vector<std::string> arns;
  for (const auto& [key, entry] : world.table<AccessEntry>(call.region)) {
    if (entry.clusterName != (*cluster)->name) continue;
    const bool match = policy.empty() || std::any_of(entry.policies.begin(), entry.policies.end(),
                                                     [&](const auto& p) { return p.policyArn == policy; });
    if (match) arns.push_back(entry.principalArn);
  }
  return page(arns, call, "accessEntries");
}

ApiResult associate(World& world, Call& call) {
  auto entry = entry_of(world, call);
  if (!entry) return tl::unexpected(entry.error());
  AccessEntry& e = edit(world, call, **entry);
  const std::string arn = call.text("policyArn");
  const bool known = std::any_of(policies().begin(), policies().end(),
                                 [&](const auto& name) { return policy_arn(call.region, name) == arn; });
  if (!known) return invalid_parameter(fmt::format("The specified policyArn is invalid: {}", arn));
  if (is_node_type(e.type) && e.type != "EC2")
    return invalid_parameter(
        fmt::format("Access policies cannot be associated with access entries of type {}", e.type));
  aws::eks::AssociatedPolicy policy{.policyArn = arn};
  fields::decode(call.in.at("accessScope"), policy.accessScope);
  if (policy.accessScope.type == "namespace" && policy.accessScope.namespaces.empty())
    return invalid_parameter("The access scope of type namespace needs at least one namespace");
  if (policy.accessScope.type != "namespace" && policy.accessScope.type != "cluster")
    return invalid_parameter("The access scope type must be one of cluster, namespace");
  policy.associatedAt = policy.modifiedAt = now_seconds(world);
  std::erase_if(e.policies, [&](const auto& p) { return p.policyArn == arn; });
  e.policies.push_back(policy);
  return Json::object(
      {{"clusterName", e.clusterName}, {"principalArn", e.principalArn}, {"associatedAccessPolicy", wire(policy)}});
}

ApiResult list_associated(World& world, Call& call) {
  auto entry = entry_of(world, call);
  if (!entry) return tl::unexpected(entry.error());
  Json list = Json::array();
  for (const auto& policy : (*entry)->policies) list.push_back(wire(policy));
  return Json::object({{"clusterName", (*entry)->clusterName},
                       {"principalArn", (*entry)->principalArn},
                       {"associatedAccessPolicies", list}});
}

ApiResult disassociate(World& world, Call& call) {
  auto entry = entry_of(world, call);
  if (!entry) return tl::unexpected(entry.error());
  const auto erased = std::erase_if(edit(world, call, **entry).policies,
                                    [&](const auto& p) { return p.policyArn == call.text("policyArn"); });
  if (!erased) return not_found("The specified policyArn is not associated with the access entry.");
  return Json::object();
}

ApiResult list_policies(World&, Call& call) {
  Json list = Json::array();
  for (const std::string& name : policies())
    list.push_back(Json::object({{"name", name}, {"arn", policy_arn(call.region, name)}}));
  return Json::object({{"accessPolicies", list}});
}

// --- aws-auth, as EKS itself writes it for node groups.

/// The role's ARN without its path, as aws-auth wants it.
std::string without_path(const std::string& arn) {
  const auto parsed = aws::Arn::parse(arn);
  if (!parsed) return arn;
  aws::Arn plain = *parsed;
  plain.resource = "role/" + plain.resource.substr(plain.resource.rfind('/') + 1);
  return plain.str();
}

std::string role_line(const std::string& arn, bool fargate = false) {
  return fmt::format("- groups:\n  - system:bootstrappers\n  - system:nodes\n{}  rolearn: {}\n  username: {}\n",
                     fargate ? "  - system:node-proxier\n" : "", without_path(arn),
                     fargate ? "system:node:{{SessionName}}" : kNodeUser);
}

bool lists_role(const Json& map, const std::string& arn) {
  const auto rows = parse_yaml(map.path("data.mapRoles").string_or());
  if (!rows || !rows->is_array()) return false;
  return std::any_of(rows->as_array().begin(), rows->as_array().end(),
                     [&](const Json& row) { return row.at("rolearn").string_or() == without_path(arn); });
}

void add_to_aws_auth(kubernetes::KubeCluster& kube, const std::string& arn, bool fargate = false) {
  if (const Json* map = kube.get("configmaps", "kube-system", "aws-auth")) {
    if (lists_role(*map, arn)) return;
    kube.edit("configmaps", "kube-system", "aws-auth", [&](Json& object) {
      std::string rows = object.path("data.mapRoles").string_or();
      if (trim(rows) == "[]") rows.clear();
      if (!rows.empty() && !rows.ends_with('\n')) rows += '\n';
      object["data"]["mapRoles"] = rows + role_line(arn, fargate);
    });
    return;
  }
  Json map = kube::make_object("v1", "ConfigMap", "kube-system", "aws-auth");
  map["data"] = Json::object({{"mapRoles", role_line(arn, fargate)}});
  (void)kube.create(std::move(map));
}

void remove_from_aws_auth(kubernetes::KubeCluster& kube, const std::string& arn) {
  kube.edit("configmaps", "kube-system", "aws-auth", [&](Json& object) {
    std::string rows = object.path("data.mapRoles").string_or();
    const std::string line = role_line(arn);
    if (const auto at = rows.find(line); at != std::string::npos) rows.erase(at, line.size());
    object["data"]["mapRoles"] = rows;
  });
}

}  // namespace

void admit_role(Service& service, const std::string& region, const Cluster& cluster, const std::string& role_arn,
                const std::string& type) {
  if (cluster.accessConfig.authenticationMode != "API" && type != "EC2")
    if (auto* kube = service.kube(region, cluster.name)) add_to_aws_auth(*kube, role_arn, type == "FARGATE_LINUX");
  if (cluster.accessConfig.authenticationMode == "CONFIG_MAP") return;
  Table<AccessEntry>& entries = service.world.table<AccessEntry>(region);
  const std::string key = key_of(cluster.name, role_arn);
  if (entries.contains(key)) return;
  AccessEntry entry = make_entry(service.world, region, cluster.name, role_arn, type);
  if (type == "EC2")
    entry.policies.push_back({.policyArn = policy_arn(region, "AmazonEKSAutoNodePolicy"),
                              .accessScope = {},
                              .associatedAt = entry.createdAt,
                              .modifiedAt = entry.createdAt});
  entries.put(key, std::move(entry));
}

void admit_node_role(Service& service, const std::string& region, const Cluster& cluster, const std::string& role_arn) {
  admit_role(service, region, cluster, role_arn, "EC2_LINUX");
}

void dismiss_node_role(Service& service, const std::string& region, const Cluster& cluster,
                       const std::string& role_arn) {
  for (const auto& [key, group] : service.world.table<Nodegroup>(region))
    if (group.clusterName == cluster.name && group.nodeRole == role_arn) return;
  if (auto* kube = service.kube(region, cluster.name)) remove_from_aws_auth(*kube, role_arn);
  service.world.table<AccessEntry>(region).erase(key_of(cluster.name, role_arn));
}

kubernetes::AccessConfig access_config(World& world, const std::string& region, const std::string& name) {
  kubernetes::AccessConfig out;
  const Cluster* cluster = world.table<Cluster>(region).find(name);
  if (!cluster) {
    out.mode = kubernetes::AuthenticationMode::api;
    return out;
  }
  const std::string& mode = cluster->accessConfig.authenticationMode;
  out.mode = mode == "API"                  ? kubernetes::AuthenticationMode::api
             : mode == "API_AND_CONFIG_MAP" ? kubernetes::AuthenticationMode::api_and_config_map
                                            : kubernetes::AuthenticationMode::config_map;
  if (mode == "CONFIG_MAP") {
    if (cluster->accessConfig.bootstrapClusterCreatorAdminPermissions) out.creator_arn = cluster->creator;
    return out;
  }
  const Table<AccessEntry>& table = world.table<AccessEntry>(region);
  for (auto it = table.lower_bound(name + "/"); it != table.end() && it->second.clusterName == name; ++it) {
    const AccessEntry& entry = it->second;
    kubernetes::AccessEntry copy{entry.principalArn, entry.principalId,      entry.type,
                                 entry.username,     entry.kubernetesGroups, {}};
    for (const auto& policy : entry.policies)
      copy.policies.push_back({policy.policyArn, policy.accessScope.type == "cluster", policy.accessScope.namespaces});
    out.entries.push_back(std::move(copy));
  }
  return out;
}

void install_access(Service& service) {
  Front& front = service.front;
  front.operation("eks", "CreateAccessEntry", [&](World&, Call& call) { return create_entry(service, call); });
  front.operation("eks", "DescribeAccessEntry", [](World& world, Call& call) -> ApiResult {
    auto entry = entry_of(world, call);
    if (!entry) return tl::unexpected(entry.error());
    return Json::object({{"accessEntry", wire(**entry)}});
  });
  front.operation("eks", "UpdateAccessEntry", update_entry);
  front.operation("eks", "DeleteAccessEntry", [](World& world, Call& call) -> ApiResult {
    auto entry = entry_of(world, call);
    if (!entry) return tl::unexpected(entry.error());
    world.table<AccessEntry>(call.region).erase(key_of((*entry)->clusterName, call.text("principalArn")));
    return Json::object();
  });
  front.operation("eks", "ListAccessEntries", list_entries);
  front.operation("eks", "AssociateAccessPolicy", associate);
  front.operation("eks", "ListAssociatedAccessPolicies", list_associated);
  front.operation("eks", "DisassociateAccessPolicy", disassociate);
  front.operation("eks", "ListAccessPolicies", list_policies);
}

}  // namespace drydock::twin::eks

#include "live/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "live/operations.h"

namespace drydock::live {
namespace {

using aws_provider::Aws;
using aws_provider::Client;

struct Refused {
  aws_provider::AwsError error;
  std::string action;
};

const Json::Array& items(const Json& json) {
  static const Json::Array kNone;
  return json.is_array() ? json.as_array() : kNone;
}

Json filter(const std::string& name, const std::vector<std::string>& values) {
  return Json::array({Json::object({{"Name", name}, {"Value", Json::Array(values.begin(), values.end())}})});
}

class Account {
 public:
  Account(Client& client, const Options& options) : client_(client), options_(options) {}

  Result<readers::Input> run() {
    const std::string arn = query("sts", "GetCallerIdentity", {}).at("Arn").string_or();
    if (const auto parsed = aws::Arn::parse(arn)) input_.account = parsed->account;
    input_.region = client_.region();
    for (const std::string& name : clusters()) cluster(name);
    networks();
    self_managed();
    templates();
    roles();
    oidc_providers();
    if (refused_) return tl::unexpected(told(*refused_));
    if (cluster_names_.empty())
      return fail(ErrorCode::not_found, fmt::format("there is no EKS cluster in {}", client_.region()));
    return std::move(input_);
  }

 private:
  static Error told(const Refused& refused) {
    const auto& error = refused.error;
    std::string message = error.code.empty() ? error.message : fmt::format("{} ({})", error.message, error.code);
    if (error.kind == ErrorCode::access_denied)
      message +=
          fmt::format(". {} is needed; `drydock check --live --print-policy` prints the whole policy", refused.action);
    return Error{error.kind, std::move(message), {"calling " + error.call}};
  }

  // --- calls: each is checked against the list before it is made, and none is made after one was refused

  template <class Make>
  Json call(std::string_view service, std::string_view name, Make&& make) {
    if (!is_allowed(service, name)) std::abort();  // a bug of ours: the list is a promise
    if (refused_) return {};
    if (options_.on_call) options_.on_call(fmt::format("{} {}", service, name));
    Aws<Json> answer = make();
    if (answer) return std::move(*answer);
    // The twin says 501 of what it does not model; there is none of it then.
    if (answer.error().status != 501)
      refused_ = Refused{std::move(answer.error()), fmt::format("{}:{}", service, name)};
    return {};
  }
  Json ec2(std::string_view name, const Json& in) {
    return call("ec2", name, [&] { return client_.ec2(name, in); });
  }
  Json ec2_all(std::string_view name, const Json& in, std::string_view list) {
    return call("ec2", name, [&] { return client_.ec2_all(name, in, list); });
  }
  Json query(std::string_view service, std::string_view name, const Json& in) {
    return call(service, name, [&] { return client_.query(service, name, in); });
  }
  Json query_all(std::string_view service, std::string_view name, const Json& in, std::string_view list) {
    return call(service, name, [&] { return client_.query_all(service, name, in, list); });
  }
  Json eks(std::string_view name, const std::string& path) {
    return call("eks", name, [&] { return client_.rest("eks", "GET", path); });
  }
  // Names, over all pages.
  std::vector<std::string> eks_names(std::string_view name, const std::string& path, std::string_view list) {
    std::vector<std::string> out;
    for (std::string token;;) {
      const Json page = eks(name, token.empty() ? path : path + "?nextToken=" + uri_encode(token));
      for (const Json& item : items(page.at(list))) out.push_back(item.string_or(item.at("associationId").string_or()));
      token = page.at("nextToken").string_or();
      if (token.empty()) return out;
    }
  }

  void keep(const std::string& name, const Json& json) {
    if (json.is_object()) input_.files.push_back({name + ".json", json.dump()});
  }
  void keep_list(const std::string& call, const char* key, Json list) {
    keep(call, Json::object({{key, list.is_array() ? std::move(list) : Json::array()}}));
  }

  // --- the cluster

  std::vector<std::string> clusters() {
    if (!options_.cluster.empty()) return {options_.cluster};
    return eks_names("ListClusters", "/clusters", "clusters");
  }

  void cluster(const std::string& name) {
    const std::string path = "/clusters/" + uri_encode(name);
    Json answer = eks("DescribeCluster", path);
    const Json& cluster = answer.at("cluster");
    vpcs_.insert(cluster.path("resourcesVpcConfig.vpcId").string_or());
    note_role(cluster.at("roleArn"));
    note_role(cluster.path("computeConfig.nodeRoleArn"));
    const bool entries = cluster.path("accessConfig.authenticationMode").string_or("CONFIG_MAP") != "CONFIG_MAP";
    cluster_names_.insert(name);
    keep("eks/describe-cluster " + name, answer);
    each(path + "/node-groups", name, "ListNodegroups", "nodegroups", "DescribeNodegroup", "nodeRole", "nodegroup");
    each(path + "/addons", name, "ListAddons", "addons", "DescribeAddon", "serviceAccountRoleArn", "addon");
    each(path + "/fargate-profiles", name, "ListFargateProfiles", "fargateProfileNames", "DescribeFargateProfile",
         "podExecutionRoleArn", "fargateProfile");
    each(path + "/pod-identity-associations", name, "ListPodIdentityAssociations", "associations",
         "DescribePodIdentityAssociation", "roleArn", "association");
    if (entries) access_entries(path, name);
  }

  // Lists names and describes each.
  void each(const std::string& path, const std::string& cluster, const char* list_call, const char* list,
            const char* describe_call, const char* role, const char* key) {
    for (const std::string& name : eks_names(list_call, path, list)) {
      Json answer = eks(describe_call, path + "/" + uri_encode(name));
      const Json& noun = answer.at(key);
      note_role(noun.at(role));
      if (noun.at("launchTemplate").is_object())
        templates_.insert({noun.at("launchTemplate").at("id").string_or(),
                           noun.at("launchTemplate").at("version").string_or("$Default")});
      for (const Json& group : items(noun.path("resources.autoScalingGroups")))
        managed_.insert(group.at("name").string_or());
      keep(fmt::format("eks/{} {} {}", describe_call, cluster, name), answer);
    }
  }

  void access_entries(const std::string& path, const std::string& cluster) {
    for (const std::string& arn : eks_names("ListAccessEntries", path + "/access-entries", "accessEntries")) {
      const std::string entry = path + "/access-entries/" + uri_encode(arn);
      keep("eks/describe-access-entry " + cluster + " " + arn, eks("DescribeAccessEntry", entry));
      keep("eks/list-associated-access-policies " + cluster + " " + arn,
           eks("ListAssociatedAccessPolicies", entry + "/access-policies"));
    }
  }

  // --- the network

  void networks() {
    vpcs_.erase("");
    const std::vector<std::string> ids(vpcs_.begin(), vpcs_.end());
    const auto in_vpcs = [&](const char* by) { return Json::object({{"Filter", filter(by, ids)}}); };
    const auto ask = [&](const char* call, const char* list, const char* by) {
      Json answer = ec2_all(call, by ? in_vpcs(by) : Json::object(), list);
      keep_list(std::string("ec2/") + call, list, std::move(answer));
    };
    ask("DescribeVpcs", "vpcSet", "vpc-id");
    for (const std::string& id : ids)
      for (const char* attribute : {"enableDnsSupport", "enableDnsHostnames"})
        keep(std::string("ec2/DescribeVpcAttribute ") + id + " " + attribute,
             ec2("DescribeVpcAttribute", Json::object({{"VpcId", id}, {"Attribute", attribute}})));
    ask("DescribeSubnets", "subnetSet", "vpc-id");
    ask("DescribeRouteTables", "routeTableSet", "vpc-id");
    ask("DescribeSecurityGroups", "securityGroupInfo", "vpc-id");
    ask("DescribeNetworkAcls", "networkAclSet", "vpc-id");
    ask("DescribeVpcEndpoints", "vpcEndpointSet", "vpc-id");
    ask("DescribeInternetGateways", "internetGatewaySet", "attachment.vpc-id");
    ask("DescribeNatGateways", "natGatewaySet", "vpc-id");
    ask("DescribeDhcpOptions", "dhcpOptionsSet", nullptr);
    ask("DescribePrefixLists", "prefixListSet", nullptr);
    ask("DescribeVpcPeeringConnections", "vpcPeeringConnectionSet", nullptr);
  }

  // --- nodes

  // Groups with the cluster's tag, without those that EKS made for managed node groups.
  void self_managed() {
    Json::Array kept;
    const Json all = query_all("autoscaling", "DescribeAutoScalingGroups", {}, "AutoScalingGroups");
    for (const Json& group : items(all)) {
      if (managed_.contains(group.at("AutoScalingGroupName").string_or())) continue;
      const bool ours =
          std::any_of(items(group.at("Tags")).begin(), items(group.at("Tags")).end(), [&](const Json& tag) {
            const std::string key = tag.at("Key").string_or();
            return key.starts_with("kubernetes.io/cluster/") && cluster_names_.contains(key.substr(22));
          });
      if (!ours) continue;
      for (const char* where : {"LaunchTemplate", "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification"})
        if (const Json& spec = group.path(where); spec.is_object())
          templates_.insert({spec.at("LaunchTemplateId").string_or(), spec.at("Version").string_or("$Default")});
      kept.push_back(group);
    }
    keep_list("autoscaling/describe-auto-scaling-groups", "AutoScalingGroups", std::move(kept));
  }

  void templates() {
    for (const auto& [id, version] : templates_) {
      if (id.empty()) continue;
      const Json in = Json::object({{"LaunchTemplateId", id}, {"LaunchTemplateVersion", Json::array({version})}});
      Json list = ec2_all("DescribeLaunchTemplateVersions", in, "launchTemplateVersionSet");
      for (const Json& one : items(list)) {
        const Json& profile = one.path("launchTemplateData.iamInstanceProfile");
        const std::string arn = profile.at("arn").string_or();
        const std::string name = profile.at("name").string_or(arn.substr(arn.rfind('/') + 1));
        if (!name.empty() && profiles_.insert(name).second) instance_profile(name);
      }
      keep_list("ec2/DescribeLaunchTemplateVersions " + id, "launchTemplateVersionSet", std::move(list));
    }
  }
  void instance_profile(const std::string& name) {
    Json answer = query("iam", "GetInstanceProfile", Json::object({{"InstanceProfileName", name}}));
    for (const Json& role : items(answer.path("InstanceProfile.Roles")))
      role_names_.insert(role.at("RoleName").string_or());
    keep("iam/get-instance-profile " + name, std::move(answer));
  }

  // --- identities

  void note_role(const Json& arn) {
    const auto parsed = aws::Arn::parse(arn.string_or());
    if (parsed && parsed->resource.starts_with("role/"))
      role_names_.insert(parsed->resource.substr(parsed->resource.rfind('/') + 1));
  }

  void roles() {
    Json::Array details;
    std::set<std::string> policies;
    for (const std::string& name : role_names_) details.push_back(role(name, policies));
    keep_list("iam/roles", "RoleDetailList", std::move(details));
    Json::Array documents;
    for (const std::string& arn : policies) documents.push_back(policy(arn));
    keep_list("iam/policies", "Policies", std::move(documents));
  }

  // In the shape of get-account-authorization-details.
  Json role(const std::string& name, std::set<std::string>& policies) {
    const Json of = Json::object({{"RoleName", name}});
    Json out = query("iam", "GetRole", of).at("Role");
    Json attached = query_all("iam", "ListAttachedRolePolicies", of, "AttachedPolicies");
    for (const Json& one : items(attached)) {
      const auto arn = aws::Arn::parse(one.at("PolicyArn").string_or());
      if (arn && arn->account != "aws") policies.insert(arn->str());
    }
    if (const std::string boundary = out.path("PermissionsBoundary.PermissionsBoundaryArn").string_or();
        !boundary.empty())
      if (const auto arn = aws::Arn::parse(boundary); arn && arn->account != "aws") policies.insert(boundary);
    if (!out.is_object()) return Json::object();
    out["AttachedManagedPolicies"] = std::move(attached);
    out["RolePolicyList"] = Json::Array{};
    const Json own_policies = query_all("iam", "ListRolePolicies", of, "PolicyNames");
    for (const Json& own : items(own_policies))
      out["RolePolicyList"].push_back(
          query("iam", "GetRolePolicy", Json::object({{"RoleName", name}, {"PolicyName", own}})));
    return out;
  }

  Json policy(const std::string& arn) {
    Json out = query("iam", "GetPolicy", Json::object({{"PolicyArn", arn}})).at("Policy");
    if (!out.is_object()) return Json::object();
    const Json version = out.at("DefaultVersionId");
    out["PolicyVersionList"] =
        Json::array({query("iam", "GetPolicyVersion", Json::object({{"PolicyArn", arn}, {"VersionId", version}}))
                         .at("PolicyVersion")});
    return out;
  }

  void oidc_providers() {
    const Json list = query("iam", "ListOpenIDConnectProviders", {}).at("OpenIDConnectProviderList");
    for (const Json& one : items(list)) {
      const std::string arn = one.at("Arn").string_or();
      keep("iam/get-open-id-connect-provider " + arn,
           query("iam", "GetOpenIDConnectProvider", Json::object({{"OpenIDConnectProviderArn", arn}})));
    }
  }

  Client& client_;
  const Options& options_;
  readers::Input input_;
  std::set<std::string> vpcs_, cluster_names_, role_names_, profiles_, managed_;
  std::set<std::pair<std::string, std::string>> templates_;  // id, version
  std::optional<Refused> refused_;
};

}  // namespace

Result<readers::Input> look(Client& client, const Options& options) { return Account(client, options).run(); }

}  // namespace drydock::live

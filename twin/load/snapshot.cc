// The twin's tables as a world of plain values: what people made, without what AWS keeps in every account.
#include <set>

#include "cloud/aws/iam.h"
#include "cloud/world/world_file.h"
#include "twin/load/load.h"

namespace drydock::twin {
namespace {

class Snapshot {
 public:
  Snapshot(LoadPlace place, std::string region) : place_(place), region_(std::move(region)) { out_.region = region_; }

  cloud::World take() {
    out_.account = place_.world.account();
    network();
    gateways();
    identities();
    clusters();
    nodes();
    return std::move(out_);
  }

 private:
  template <class T>
  const Table<T>& table(std::string_view region) {
    return place_.world.table<T>(region);
  }
  /// Those of a region for which `keep` holds.
  template <class T, class Keep>
  void copy(std::vector<T>& to, Keep keep, std::string_view region) {
    for (const auto& [key, noun] : table<T>(region))
      if (keep(noun)) to.push_back(noun);
  }
  template <class T>
  void copy_own(std::vector<T>& to) {
    copy(
        to, [&](const T& x) { return own_.contains(x.vpcId); }, region_);
  }

  void network() {
    copy(
        out_.vpcs, [](const aws::Vpc& x) { return !x.isDefault; }, region_);
    std::set<std::string> options, groups;
    for (const aws::Vpc& x : out_.vpcs) own_.insert(x.vpcId), options.insert(x.dhcpOptionsId);
    copy(
        out_.dhcp_options, [&](const aws::DhcpOptions& x) { return options.contains(x.dhcpOptionsId); }, region_);
    copy_own(out_.subnets), copy_own(out_.route_tables), copy_own(out_.security_groups), copy_own(out_.network_acls);
    copy_own(out_.vpc_endpoints);
    for (const auto& x : out_.security_groups) groups.insert(x.groupId);
    copy(
        out_.security_group_rules, [&](const auto& x) { return groups.contains(x.groupId); }, region_);
    copy(
        out_.prefix_lists, [](const aws::PrefixList& x) { return x.ownerId != "AWS"; }, region_);
  }
  void gateways() {
    copy(
        out_.internet_gateways,
        [&](const aws::InternetGateway& x) {
          return x.attachmentSet.empty() || own_.contains(x.attachmentSet.front().vpcId);
        },
        region_);
    copy(
        out_.nat_gateways, [](const aws::NatGateway& x) { return x.state != "deleted"; }, region_);
    copy(
        out_.addresses, [](const aws::Address&) { return true; }, region_);
    copy(
        out_.kms_keys, [](const auto&) { return true; }, region_);
    copy(
        out_.organization_policies, [](const auto&) { return true; }, kGlobal);
  }
  void identities() {
    copy(
        out_.roles, [](const aws::Role& x) { return !x.Path.starts_with("/aws-service-role/"); }, kGlobal);
    copy(
        out_.policies, [](const aws::Policy&) { return true; }, kGlobal);
    copy(
        out_.oidc_providers, [](const auto&) { return true; }, kGlobal);
    std::set<std::string> of_eks;
    for (const auto& [key, x] : table<aws::eks::Nodegroup>(region_)) of_eks.insert(x.instanceProfile);
    copy(
        out_.instance_profiles, [&](const auto& x) { return !of_eks.contains(x.InstanceProfileName); }, kGlobal);
  }
  void clusters() {
    copy(
        out_.clusters, [](const auto&) { return true; }, region_);
    for (auto& x : out_.clusters) {
      // The endpoint of the twin's own port is nothing that a world knows.
      if (!x.host.empty()) x.endpoint = "https://" + x.host;
      x.networkInterfaceIds.clear();
      auto* kube = place_.kubernetes.find(region_, x.name);
      const Json* map = kube ? kube->get("configmaps", "kube-system", "aws-auth") : nullptr;
      if (!map) continue;
      Json object = *map;
      for (const char* name : {"uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"})
        object["metadata"].erase(name);
      out_.kubernetes_objects.push_back({x.name, std::move(object)});
    }
    copy(
        out_.access_entries, [](const auto& x) { return x.principalArn != Account::user_arn; }, region_);
    copy(
        out_.addons, [](const auto&) { return true; }, region_);
    copy(
        out_.pod_identity_associations, [](const auto&) { return true; }, region_);
    copy(
        out_.fargate_profiles, [](const auto&) { return true; }, region_);
  }
  void nodes() {
    copy(
        out_.nodegroups, [](const auto&) { return true; }, region_);
    std::set<std::string> templates, groups;
    for (const auto& x : out_.nodegroups) {
      templates.insert(x.ownLaunchTemplateId);
      for (const auto& group : x.resources.autoScalingGroups) groups.insert(group.name);
    }
    copy(
        out_.launch_templates, [&](const auto& x) { return !templates.contains(x.launchTemplateId); }, region_);
    copy(
        out_.auto_scaling_groups, [&](const auto& x) { return !groups.contains(x.AutoScalingGroupName); }, region_);
    copy(
        out_.instances,
        [](const aws::Instance& x) {
          for (const aws::Tag& tag : x.tagSet)
            if (tag.key == "aws:autoscaling:groupName") return false;
          return x.instanceState.name == "running" || x.instanceState.name == "pending";
        },
        region_);
  }

  LoadPlace place_;
  std::string region_;
  cloud::World out_;
  std::set<std::string> own_;  // VPCs
};

}  // namespace

cloud::World snapshot(LoadPlace place, const std::string& region) {
  place.ec2.ensure_region(region);
  return Snapshot(place, region).take();
}

void install_load(LoadPlace place) {
  place.front.control("POST", "/_drydock/load", [place](World& world, Call& call) -> ApiResult {
    auto parsed = cloud::parse_world(call.text("text"), call.text("name", "world"));
    if (!parsed) return refuse("InvalidWorld", parsed.error().message);
    auto loaded = load_world(place, *parsed);
    world.commit();
    if (!loaded) return refuse("InvalidWorld", loaded.error().to_string());
    Json ids = Json::object();
    for (const auto& [noun, id] : loaded->ids) ids[cloud::spoken(noun)] = id;
    return Json::object({{"region", parsed->region}, {"ids", ids}});
  });
  place.front.control("GET", "/_drydock/world", [place](World&, Call& call) -> ApiResult {
    return Json::object({{"text", cloud::write_world(snapshot(place, call.text("region", "us-east-1")))}});
  });
}

}  // namespace drydock::twin

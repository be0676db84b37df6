#include "readers/completing.h"

#include "base/text.h"
#include "cloud/aws/arn.h"

namespace drydock::readers {
namespace {

class Completing {
 public:
  Completing(cloud::World& world, const std::set<std::string, std::less<>>& understood)
      : world_(world), understood_(understood) {
    for (const auto& x : world.vpcs) there_.insert(x.vpcId);
    for (const auto& x : world.subnets) there_.insert(x.subnetId);
    for (const auto& x : world.route_tables) there_.insert(x.routeTableId);
    for (const auto& x : world.security_groups) there_.insert(x.groupId);
    for (const auto& x : world.roles) there_.insert(x.Arn);
  }

  void run() {
    clusters_and_groups();
    profiles();
    endpoints();
    const std::size_t templates = world_.launch_templates.size();
    for (std::size_t i = 0; i < templates; ++i) {
      const Json& data = world_.launch_templates[i].launchTemplateData;
      groups_of(data.at("securityGroupIdSet"));
      if (const Json& interfaces = data.at("networkInterfaceSet"); interfaces.is_array())
        for (const Json& interface : interfaces.as_array()) groups_of(interface.at("groupSet"));
    }
    for (std::size_t i = 0; i < world_.security_groups.size(); ++i) vpc(world_.security_groups[i].vpcId);
    for (std::size_t i = 0; i < world_.route_tables.size(); ++i) vpc(world_.route_tables[i].vpcId);
    for (std::size_t i = 0; i < world_.subnets.size(); ++i) vpc(world_.subnets[i].vpcId);
  }

 private:
  void clusters_and_groups() {
    for (const auto& cluster : world_.clusters) {
      const auto& config = cluster.resourcesVpcConfig;
      const std::string vpc_id = vpc_of(cluster);
      for (const std::string& id : config.subnetIds) subnet(id, vpc_id);
      for (const std::string& id : config.securityGroupIds) group(id, vpc_id);
      if (!config.clusterSecurityGroupId.empty()) group(config.clusterSecurityGroupId, vpc_id);
      role(cluster.roleArn);
    }
    for (const auto& nodegroup : world_.nodegroups) {
      std::string vpc_id;
      if (const auto* cluster = cloud::find(world_.clusters, nodegroup.clusterName)) vpc_id = vpc_of(*cluster);
      for (const std::string& id : nodegroup.subnets) subnet(id, vpc_id);
      role(nodegroup.nodeRole);
    }
    const std::string vpc_id = world_.clusters.empty() ? "" : vpc_of(world_.clusters[0]);
    for (const auto& scaling : world_.auto_scaling_groups)
      for (const std::string& id : split(scaling.VPCZoneIdentifier, ',')) subnet(std::string(trim(id)), vpc_id);
    for (const auto& profile : world_.fargate_profiles) {
      for (const std::string& id : profile.subnets) subnet(id, vpc_id);
      role(profile.podExecutionRoleArn);
    }
  }

  /// All subnets of a cluster and its nodes are of one VPC, whichever that is.
  std::string vpc_of(const aws::eks::Cluster& cluster) const {
    const auto& config = cluster.resourcesVpcConfig;
    if (!config.vpcId.empty()) return config.vpcId;
    for (const std::string& id : config.subnetIds)
      if (const aws::Subnet* known = cloud::find(world_.subnets, id)) return known->vpcId;
    return config.subnetIds.empty() ? "" : "the VPC of " + config.subnetIds.front();
  }

  // Profiles name roles without an ARN.
  void profiles() {
    for (const auto& profile : world_.instance_profiles)
      if (!profile.role.empty() && !cloud::find(world_.roles, profile.role))
        role("arn:" + world_.partition + ":iam::" + world_.account + ":role/" + profile.role);
  }

  void endpoints() {
    for (const auto& endpoint : world_.vpc_endpoints) {
      for (const std::string& id : endpoint.subnetIdSet) subnet(id, endpoint.vpcId);
      for (const auto& one : endpoint.groupSet) group(one.groupId, endpoint.vpcId);
      vpc(endpoint.vpcId);
    }
  }

  void groups_of(const Json& list) {
    if (!list.is_array()) return;
    for (const Json& id : list.as_array()) group(id.string_or(), "");
  }

  // True: there was none, and one must be made.
  bool missing(const std::string& id) { return !id.empty() && !understood_.contains(id) && there_.insert(id).second; }
  void nothing_known(const cloud::Ref& ref) {
    world_.unknowns.push_back({ref, cloud::kAllOfIt, ref.id + " (named here, and not part of the input)"});
  }

  void vpc(std::string id) {
    if (!missing(id)) return;
    aws::Vpc x;
    x.vpcId = std::move(id);
    x.state = "available";
    nothing_known(cloud::ref_of(x));
    world_.vpcs.push_back(std::move(x));
  }
  void subnet(const std::string& id, const std::string& vpc_id) {
    if (!missing(id)) return;
    aws::Subnet x;
    x.subnetId = id;
    x.state = "available";
    x.vpcId = vpc_id.empty() ? "the VPC of " + id : vpc_id;
    nothing_known(cloud::ref_of(x));
    world_.subnets.push_back(std::move(x));
  }
  void group(const std::string& id, const std::string& vpc_id) {
    if (!missing(id)) return;
    aws::SecurityGroup x;
    x.groupId = id;
    x.groupName = id;
    x.vpcId = vpc_id;
    nothing_known(cloud::ref_of(x));
    world_.security_groups.push_back(std::move(x));
  }
  void role(const std::string& arn) {
    if (!missing(arn)) return;
    const auto parsed = aws::Arn::parse(arn);
    if (!parsed || !parsed->resource.starts_with("role/")) return;
    aws::Role x;
    x.Arn = arn;
    x.RoleName = parsed->resource.substr(parsed->resource.rfind('/') + 1);
    nothing_known(cloud::ref_of(x));
    world_.roles.push_back(std::move(x));
  }

  cloud::World& world_;
  const std::set<std::string, std::less<>>& understood_;
  std::set<std::string> there_;
};

}  // namespace

void add_what_is_only_named(cloud::World& world, const std::set<std::string, std::less<>>& understood) {
  Completing(world, understood).run();
}

void note_unread_aws_auth(cloud::World& world, const aws::eks::Cluster& cluster) {
  if (cluster.accessConfig.authenticationMode == "API") return;
  const std::string key = cluster.name + "/ConfigMap/kube-system/aws-auth";
  if (cloud::find(world.kubernetes_objects, key)) return;
  world.unknowns.push_back({{cloud::KubernetesObject::kTable, key},
                            cloud::kAllOfIt,
                            "ConfigMap aws-auth of cluster " + cluster.name +
                                " (kubectl -n kube-system get configmap aws-auth -o json tells it)"});
}

}  // namespace drydock::readers

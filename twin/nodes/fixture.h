// A twin without an HTTP side, holding the shared small world (tests/vectors/network.h): one cluster, one role, and
// nodes to launch into it.
#pragma once

#include <gtest/gtest.h>

#include "base/hash.h"
#include "cloud/aws/iam.h"
#include "tests/vectors/network.h"
#include "twin/eks/eks.h"
#include "twin/iam/install.h"
#include "twin/kubernetes/service_tokens.h"
#include "twin/nodes/nodes.h"
#include "twin/nodes/nouns.h"

namespace drydock::twin::nodes::testing {

inline const std::string kRegion = "us-east-1";
inline const std::string kRole = "arn:aws:iam::123456789012:role/node";
inline const std::string kIssuer = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF";
inline const std::string kPolicies[] = {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy",
                                        "AmazonEC2ContainerRegistryReadOnly"};
inline constexpr auto kTrustEc2 =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]})";

inline kubernetes::Neighbours neighbours(World& world) {
  kubernetes::Neighbours out;
  out.access = [&world](const kubernetes::KubeCluster& c) {
    return eks::access_config(world, c.record().region, c.record().name);
  };
  out.private_dns_name = [&world](const kubernetes::KubeCluster& c, const std::string& id) {
    return private_dns_name(world, c.record().region, id);
  };
  out.admit = [&world](const kubernetes::KubeCluster& c, Json& pod) { eks::admit_pod(world, c, pod); };
  return out;
}

struct Twin {
  std::unique_ptr<World> world = *World::open(
      {.journal = {}, .seed = "nodes", .birth = from_epoch_millis(1763460000000)});  // 2025-11-18 10:00 UTC
  Front front{*world};
  Ec2 ec2{front, *world};
  kubernetes::Kubernetes kubernetes{*world, neighbours(*world), nullptr};
  std::unique_ptr<Nodes> nodes;
  kubernetes::KubeCluster* kube = nullptr;
  vectors::Bench bench;
  std::string user_data;

  Twin() {
    iam::install(front, *world);
    eks::install(*world, {&front, &ec2, &kubernetes});
    nodes = std::make_unique<Nodes>(*world, Neighbours{&front, &ec2, &kubernetes});
    add_role(kTrustEc2);
    iam::verify_web_identity_by(*world, kubernetes::signed_by_a_cluster_of(kubernetes));
    kube = *kubernetes.create({"demo", kRegion, "1.32", "172.20.0.0/16", "https://" + kIssuer});
    aws::eks::Cluster cluster{.name = "demo", .version = "1.32", .status = "ACTIVE"};
    cluster.host = kube->record().hostname;
    cluster.resourcesVpcConfig.vpcId = "vpc";
    cluster.resourcesVpcConfig.endpointPublicAccess = false;
    cluster.resourcesVpcConfig.endpointPrivateAccess = true;
    cluster.networkInterfaceIds = {"eks-a", "eks-b"};
    cluster.accessConfig.authenticationMode = "API";
    world->table<aws::eks::Cluster>(kRegion).put("demo", cluster);
    admit(kRole);
    user_data =
        "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: demo\n    "
        "apiServerEndpoint: https://" +
        cluster.host + "\n    certificateAuthority: " + base64(kubernetes.authority()) + "\n    cidr: 172.20.0.0/16\n";
  }

  void add_role(const std::string& trust) {
    aws::Role role{.RoleName = "node", .RoleId = "AROANODE", .Arn = kRole, .AssumeRolePolicyDocument = trust};
    for (const std::string& policy : kPolicies) role.grants.attached.push_back("arn:aws:iam::aws:policy/" + policy);
    world->table<aws::Role>().put("node", role);
    aws::InstanceProfile profile{
        .InstanceProfileName = "node", .Arn = "arn:aws:iam::123456789012:instance-profile/node", .role = "node"};
    world->table<aws::InstanceProfile>().put("node", profile);
  }
  void detach(const std::string& policy) {
    std::erase(world->table<aws::Role>().edit("node")->grants.attached, "arn:aws:iam::aws:policy/" + policy);
  }
  void admit(const std::string& arn) {
    aws::eks::AccessEntry entry{.clusterName = "demo",
                                .principalArn = arn,
                                .username = "system:node:{{EC2PrivateDNSName}}",
                                .type = "EC2_LINUX",
                                .kubernetesGroups = {"system:nodes"}};
    entry.principalId = "AROANODE";
    world->table<aws::eks::AccessEntry>(kRegion).put("demo/" + arn, entry);
  }
  void shut_out() { world->table<aws::eks::AccessEntry>(kRegion).erase("demo/" + kRole); }

  template <class T>
  void put(const std::map<std::string, T>& nouns) {
    for (const auto& [id, noun] : nouns) world->table<T>(kRegion).put(id, noun);
  }
  /// The bench's nouns as they are now.
  void lay_out() {
    std::vector<std::string> others;  // the default region's own lists
    for (const auto& [id, list] : world->table<aws::PrefixList>(kRegion)) others.push_back(id);
    for (const std::string& id : others) world->table<aws::PrefixList>(kRegion).erase(id);
    put(bench.vpcs), put(bench.dhcp), put(bench.tables), put(bench.rules), put(bench.acls);
    put(bench.endpoints), put(bench.lists), put(bench.interfaces), put(bench.gateways), put(bench.nats);
    lay_out_subnets();
    world->table<aws::SecurityGroup>(kRegion).put("sg-n", {.groupId = "sg-n", .vpcId = "vpc"});
  }
  /// With as many free addresses as their interfaces leave.
  void lay_out_subnets() {
    for (auto [id, subnet] : bench.subnets) {
      subnet.availabilityZone = "us-east-1" + id;
      subnet.availableIpAddressCount = 251;
      for (const auto& [eni, interface] : world->table<aws::NetworkInterface>(kRegion))
        if (interface.subnetId == id)
          subnet.availableIpAddressCount -= 1 + static_cast<std::int64_t>(interface.secondaryAddresses.size());
      world->table<aws::Subnet>(kRegion).put(id, subnet);
    }
  }
  /// Leaves so many free addresses in the subnet.
  void leave_free(const std::string& subnet, std::int64_t count) {
    while (world->table<aws::Subnet>(kRegion).find(subnet)->availableIpAddressCount > count)
      ASSERT_TRUE(ec2.create_interface(kRegion, {.subnet_id = subnet, .groups = {"sg-n"}}));
  }
  void launch(const std::string& id = "i-1", const std::string& interface = "node-a") {
    lay_out();
    aws::Instance instance{.instanceId = id,
                           .instanceType = "t3.medium",
                           .privateDnsName = "ip-10-0-1-10.ec2.internal",
                           .privateIpAddress = "10.0.1.10"};
    instance.vpcId = "vpc", instance.subnetId = "a", instance.availabilityZone = "us-east-1a";
    instance.iamInstanceProfile = aws::IamInstanceProfileRef{"arn:aws:iam::123456789012:instance-profile/node", ""};
    instance.networkInterfaceIds = {interface};
    aws::NetworkInterface& eni = *world->table<aws::NetworkInterface>(kRegion).edit(interface);
    eni.availabilityZone = "us-east-1a";
    eni.attachment = aws::NetworkInterfaceAttachment{.attachmentId = "eni-attach-1", .instanceId = id};
    instance.userData = base64(user_data);
    if (change_instance) change_instance(instance);
    aws::Instance& made = world->table<aws::Instance>(kRegion).put(id, instance);
    ec2.notify(kRegion, made, "pending");
    made.instanceState = {16, "running"};
    ec2.notify(kRegion, made, "running");
    settle();
  }
  void settle() {
    world->commit();
    kube->settle();
    world->commit();
    world->clock().run_completions();
  }
  std::function<void(aws::Instance&)> change_instance;

  void install_cni() {
    Json set = *parse_yaml(
        R"({apiVersion: apps/v1, kind: DaemonSet, metadata: {name: aws-node, namespace: kube-system}, spec: {selector: {matchLabels: {k8s-app: aws-node}},
      template: {metadata: {labels: {k8s-app: aws-node}}, spec: {hostNetwork: true, serviceAccountName: aws-node, tolerations: [{operator: Exists}],
      initContainers: [{name: aws-vpc-cni-init, image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/amazon-k8s-cni-init:v1"}],
      containers: [{name: aws-node, image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/amazon-k8s-cni:v1"}]}}}})");
    (void)kube->create(kube::make_object("v1", "ServiceAccount", "kube-system", "aws-node"));
    auto made = kube->create(set);
    ASSERT_TRUE(made) << made.error().message;
  }
  /// The first container of aws-node gets this environment: "WARM_IP_TARGET=2".
  void set_cni(const std::string& name, const std::string& value) {
    kube->edit("daemonsets.apps", "kube-system", "aws-node", [&](Json& live) {
      live["spec"]["template"]["spec"]["containers"].as_array()[0]["env"] =
          Json::array({Json::object({{"name", name}, {"value", value}})});
    });
  }
  /// A Deployment in `default` of an image that the region's add-on registry has.
  void deploy(int replicas, const std::string& image = "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/coredns:v1") {
    Json web = *parse_yaml(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default}, spec: {selector: "
        "{matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: web}]}}}}");
    web["spec"]["replicas"] = replicas;
    web["spec"]["template"]["spec"]["containers"].as_array()[0]["image"] = image;
    ASSERT_TRUE(kube->create(web));
    settle();
  }
  int running() {
    int count = 0;
    for (const Json* pod : kube->list("pods", "default")) count += pod->path("status.phase").string_or() == "Running";
    return count;
  }
  const aws::Instance& instance(const std::string& id = "i-1") {
    return *world->table<aws::Instance>(kRegion).find(id);
  }
  const Node& node(const std::string& id = "i-1") { return *world->table<Node>(kRegion).find(id); }
  /// The step's last entry.
  Entry entry(std::string_view step, const std::string& id = "i-1") {
    Entry out;
    for (const auto& [key, e] : world->table<Entry>(kRegion))
      if (key.starts_with(id + "/") && e.step == step) out = e;
    return out;
  }
  std::string words(std::string_view step) {
    std::string out;
    for (const std::string& line : entry(step).words) out += line + "\n";
    return out;
  }
  std::string ready() {
    const Json* object = kube->get("nodes", "", "ip-10-0-1-10.ec2.internal");
    return object ? kube::condition(*object, "Ready").at("status").string_or() : "no node";
  }
};

}  // namespace drydock::twin::nodes::testing

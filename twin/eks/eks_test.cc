// EKS's API as its callers see it: what it refuses and in which words, and how clusters, groups and add-ons come and
// go.
#include "twin/eks/eks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "cloud/aws/iam.h"
#include "twin/autoscaling/autoscaling.h"
#include "twin/iam/install.h"

namespace drydock::twin::eks {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
const std::string kRegion = "us-east-1";

struct Twin {
  std::unique_ptr<World> world = *World::open({.journal = {}, .seed = "eks"});
  Front front{*world};
  Ec2 ec2{front, *world};
  AutoScaling scaling{front, *world, ec2};
  kubernetes::Kubernetes kubernetes{*world, {}, nullptr};
  Json subnets = Json::array();
  std::string private_subnet;

  Twin() {
    iam::install(front, *world);
    eks::install(*world, {&front, &ec2, &kubernetes});
    front.operation("ssm", "GetParameter", [](World&, Call&) {  // of the AMI
      return Json::object({{"Parameter", Json::object({{"Value", image_id_of(kRegion, eks_image_name("1.32"))}})}});
    });
    role("cluster", "eks.amazonaws.com");
    role("node", "ec2.amazonaws.com");
    role("pods", "eks-fargate-pods.amazonaws.com");
    for (const auto& [id, subnet] : world->table<aws::Subnet>(kRegion))
      if (subnet.availabilityZone != "us-east-1e") subnets.push_back(id);  // which lacks t3
    const std::string vpc = world->table<aws::Vpc>(kRegion).begin()->first;
    private_subnet = must("ec2", "CreateSubnet", Json::object({{"VpcId", vpc}, {"CidrBlock", "172.31.240.0/24"}}))
                         .path("subnet.subnetId")
                         .string_or();
    const Json table = must("ec2", "CreateRouteTable", Json::object({{"VpcId", vpc}}));
    must("ec2", "AssociateRouteTable",
         Json::object({{"RouteTableId", table.path("routeTable.routeTableId")}, {"SubnetId", private_subnet}}));
  }
  void role(const std::string& name, const std::string& service) {
    must("iam", "CreateRole",
         Json::object({{"RoleName", name},
                       {"AssumeRolePolicyDocument",
                        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" + service +
                            R"("},"Action":"sts:AssumeRole"}]})"}}));
  }
  static std::string arn(const std::string& role) { return "arn:aws:iam::123456789012:role/" + role; }

  ApiResult call(const std::string& service, const std::string& action, Json in) {
    Principal admin{
        .kind = Principal::Kind::user, .account = Account::id, .arn = Account::user_arn, .user_id = Account::user_id};
    auto result = front.call(service, action, kRegion, admin, std::move(in));
    world->commit();
    return result;
  }
  Json must(const std::string& service, const std::string& action, Json in) {
    auto result = call(service, action, std::move(in));
    EXPECT_TRUE(result) << action << ": " << (result ? "" : result.error().code + " " + result.error().message);
    return result ? *result : Json();
  }
  Json eks(const std::string& action, Json in) { return must("eks", action, std::move(in)); }
  /// "Code: message" of the refusal, "" if there is none.
  std::string refusal(const std::string& action, Json in) {
    auto result = call("eks", action, std::move(in));
    return result ? "" : result.error().code + ": " + result.error().message;
  }
  Json cluster_input(const std::string& name = "demo") {
    return Json::object(
        {{"name", name},
         {"roleArn", arn("cluster")},
         {"resourcesVpcConfig", Json::object({{"subnetIds", Json::array({subnets.item(0), subnets.item(1)})}})}});
  }
  Json group_input() {
    return Json::object({{"clusterName", "demo"},
                         {"nodegroupName", "workers"},
                         {"nodeRole", arn("node")},
                         {"subnets", Json::array({subnets.item(0)})}});
  }
  void cluster(Json more = Json::object()) {
    Json in = cluster_input();
    for (const auto& [key, value] : more.as_object()) in[key] = value;
    eks("CreateCluster", in);
    wait();
  }
  static void auto_mode(Json& in) {
    in["computeConfig"] =
        Json::object({{"enabled", true}, {"nodePools", Json::array({"system"})}, {"nodeRoleArn", arn("node")}});
    in["storageConfig"]["blockStorage"]["enabled"] = true;
    in["kubernetesNetworkConfig"]["elasticLoadBalancing"]["enabled"] = true;
    in["bootstrapSelfManagedAddons"] = false;
    in["accessConfig"]["authenticationMode"] = "API";
  }
  void wait() { world->clock().run_completions(); }
  Json describe(const std::string& name = "demo") {
    return eks("DescribeCluster", Json::object({{"clusterName", name}})).at("cluster");
  }
  Json group() {
    return eks("DescribeNodegroup", Json::object({{"clusterName", "demo"}, {"nodegroupName", "workers"}}))
        .at("nodegroup");
  }
};

struct Refusal {
  const char* name;
  std::function<void(Twin&, Json&)> change;
  const char* want;
};
void PrintTo(const Refusal& row, std::ostream* out) { *out << row.name; }

class CreateCluster : public ::testing::TestWithParam<Refusal> {};
TEST_P(CreateCluster, IsRefused) {
  Twin twin;
  Json in = twin.cluster_input();
  GetParam().change(twin, in);
  EXPECT_THAT(twin.refusal("CreateCluster", in), HasSubstr(GetParam().want));
}
const Refusal kClusters[] = {
    {"OneZone", [](Twin& t, Json& in) { in["resourcesVpcConfig"]["subnetIds"] = Json::array({t.subnets.item(0)}); },
     "InvalidParameterException: Subnets specified must be in at least two different AZs"},
    {"UnknownSubnet", [](Twin&, Json& in) { in["resourcesVpcConfig"]["subnetIds"] = Json::array({"subnet-1"}); },
     "The subnet ID 'subnet-1' does not exist"},
    {"RoleOfNodes", [](Twin& t, Json& in) { in["roleArn"] = t.arn("node"); },
     "Role could not be assumed because the trusted entity is not correct"},
    {"NoSuchRole", [](Twin& t, Json& in) { in["roleArn"] = t.arn("nobody"); },
     "does not exist or the trusted entity is not correct"},
    {"Version", [](Twin&, Json& in) { in["version"] = "1.10"; }, "unsupported Kubernetes version"},
    {"NoEndpointAtAll", [](Twin&, Json& in) { in["resourcesVpcConfig"]["endpointPublicAccess"] = false; },
     "Private and public endpoint access cannot be false"},
    {"UnknownGroup", [](Twin&, Json& in) { in["resourcesVpcConfig"]["securityGroupIds"] = Json::array({"sg-1"}); },
     "The security group ID 'sg-1' does not exist"},
    {"ServiceCidrInTheVpc", [](Twin&, Json& in) { in["kubernetesNetworkConfig"]["serviceIpv4Cidr"] = "172.31.0.0/20"; },
     "overlaps with the VPC's CIDR block"},
    {"PublicServiceCidr", [](Twin&, Json& in) { in["kubernetesNetworkConfig"]["serviceIpv4Cidr"] = "8.8.0.0/16"; },
     "not within a private range"},
    {"Name", [](Twin&, Json& in) { in["name"] = "-x"; }, "InvalidParameterException: The cluster name"},
    {"HalfOfAutoMode", [](Twin&, Json& in) { in["computeConfig"]["enabled"] = true; },
     "InvalidParameterException: For EKS Auto Mode, please ensure that all required configs"},
    {"AutoModeWithSelfManagedAddons",
     [](Twin& t, Json& in) { t.auto_mode(in), in.erase("bootstrapSelfManagedAddons"); },
     "When EKS Auto Mode is enabled, bootstrapSelfManagedAddons must be set to false."},
    {"AutoModeByConfigMap", [](Twin& t, Json& in) { t.auto_mode(in), in.erase("accessConfig"); },
     "EKS Auto Mode needs the authentication mode API or API_AND_CONFIG_MAP"},
    {"NodePool", [](Twin& t, Json& in) { t.auto_mode(in), in["computeConfig"]["nodePools"] = Json::array({"gpu"}); },
     "Invalid node pool: gpu"},
};
INSTANTIATE_TEST_SUITE_P(Eks, CreateCluster, ::testing::ValuesIn(kClusters),
                         [](const auto& row) { return std::string(row.param.name); });

class CreateNodegroup : public ::testing::TestWithParam<Refusal> {};
TEST_P(CreateNodegroup, IsRefused) {
  Twin twin;
  twin.cluster();
  Json in = twin.group_input();
  GetParam().change(twin, in);
  EXPECT_THAT(twin.refusal("CreateNodegroup", in), HasSubstr(GetParam().want));
}
const Refusal kGroups[] = {
    {"RoleOfTheControlPlane", [](Twin& t, Json& in) { in["nodeRole"] = t.arn("cluster"); },
     "Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole "
     "arn:aws:iam::123456789012:role/cluster"},
    {"NoSuchCluster", [](Twin&, Json& in) { in["clusterName"] = "other"; },
     "ResourceNotFoundException: No cluster found for name: other."},
    {"DesiredAboveMax",
     [](Twin&, Json& in) {
       in["scalingConfig"] = Json::object({{"minSize", 1}, {"maxSize", 2}, {"desiredSize", 3}});
     },
     "Desired capacity can't be greater than max size"},
    {"NoSubnets", [](Twin&, Json& in) { in["subnets"] = Json::array(); }, "subnets can not be empty"},
    {"UnknownTemplate",
     [](Twin&, Json& in) {
       in["launchTemplate"] = Json::object({{"name", "nothing"}});
     },
     "The launch template does not exist: nothing"},
    {"Bottlerocket", [](Twin&, Json& in) { in["amiType"] = "BOTTLEROCKET_x86_64"; },
     "not supported yet: amiType BOTTLEROCKET_x86_64"},
};
INSTANTIATE_TEST_SUITE_P(Eks, CreateNodegroup, ::testing::ValuesIn(kGroups),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Clusters, BecomeActiveWithWhatTheyNeed) {
  Twin twin;
  twin.eks("CreateCluster", twin.cluster_input());
  EXPECT_EQ(twin.describe().at("status").string_or(), "CREATING");
  EXPECT_FALSE(twin.describe().has("endpoint"));
  EXPECT_THAT(twin.refusal("CreateCluster", twin.cluster_input()),
              HasSubstr("ResourceInUseException: Cluster already exists with name: demo"));
  twin.wait();
  const Json cluster = twin.describe();
  EXPECT_EQ(cluster.at("status").string_or(), "ACTIVE");
  EXPECT_EQ(cluster.path("kubernetesNetworkConfig.serviceIpv4Cidr").string_or(), "10.100.0.0/16");
  EXPECT_FALSE(cluster.has("_host"));
  int interfaces = 0;
  for (const auto& [id, interface] : twin.world->table<aws::NetworkInterface>(kRegion))
    interfaces += interface.description == "Amazon EKS demo";
  EXPECT_EQ(interfaces, 2);
  const auto* group = twin.world->table<aws::SecurityGroup>(kRegion).find(
      cluster.path("resourcesVpcConfig.clusterSecurityGroupId").string_or());
  ASSERT_TRUE(group);
  EXPECT_THAT(group->groupName, HasSubstr("eks-cluster-sg-demo-"));
}

TEST(Clusters, GoOnlyWithoutNodeGroupsAndLeaveNothing) {
  Twin twin;
  const std::size_t interfaces = twin.world->table<aws::NetworkInterface>(kRegion).size(),
                    groups = twin.world->table<aws::SecurityGroup>(kRegion).size();
  twin.cluster();
  twin.eks("CreateNodegroup", twin.group_input());
  EXPECT_THAT(twin.refusal("DeleteCluster", Json::object({{"clusterName", "demo"}})),
              HasSubstr("ResourceInUseException: Cluster has nodegroups attached"));
  twin.wait();
  twin.eks("DeleteNodegroup", Json::object({{"clusterName", "demo"}, {"nodegroupName", "workers"}}));
  twin.wait();
  twin.eks("DeleteCluster", Json::object({{"clusterName", "demo"}}));
  twin.wait();
  EXPECT_THAT(twin.refusal("DescribeCluster", Json::object({{"clusterName", "demo"}})),
              HasSubstr("No cluster found for name: demo."));
  EXPECT_EQ(twin.world->table<aws::NetworkInterface>(kRegion).size(), interfaces);
  EXPECT_EQ(twin.world->table<aws::SecurityGroup>(kRegion).size(), groups);
  EXPECT_TRUE(twin.world->table<aws::LaunchTemplate>(kRegion).empty());
  EXPECT_TRUE(twin.world->table<aws::InstanceProfile>().empty());
}

TEST(Clusters, InAutoModeLetTheirNodesInAndSayThatNoneCome) {
  Twin twin;
  Json in = Json::object();
  Twin::auto_mode(in);
  twin.cluster(in);
  EXPECT_TRUE(twin.describe().path("computeConfig.enabled").as_bool());
  const Json entry =
      twin.eks("DescribeAccessEntry", Json::object({{"clusterName", "demo"}, {"principalArn", twin.arn("node")}}));
  EXPECT_EQ(entry.path("accessEntry.type").string_or(), "EC2");
  EXPECT_EQ(eks::capacity_not_lived(*twin.world, kRegion, "demo", false),
            "not supported yet: the twin starts no nodes of EKS Auto Mode");
}

Json fargate_input(const Twin& twin) {
  return Json::object({{"clusterName", "demo"},
                       {"fargateProfileName", "pods"},
                       {"podExecutionRoleArn", Twin::arn("pods")},
                       {"subnets", Json::array({twin.private_subnet})},
                       {"selectors", Json::array({Json::object({{"namespace", "kube-*"}})})}});
}
class CreateFargateProfile : public ::testing::TestWithParam<Refusal> {};
TEST_P(CreateFargateProfile, IsRefused) {
  Twin twin;
  twin.cluster();
  Json in = fargate_input(twin);
  GetParam().change(twin, in);
  EXPECT_THAT(twin.refusal("CreateFargateProfile", in), HasSubstr(GetParam().want));
}
const Refusal kProfiles[] = {
    {"PublicSubnet", [](Twin& t, Json& in) { in["subnets"] = Json::array({t.subnets.item(0)}); },
     "provided in Fargate Profile is not a private subnet"},
    {"RoleOfNodes", [](Twin& t, Json& in) { in["podExecutionRoleArn"] = t.arn("node"); },
     "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal"},
    {"ReservedName", [](Twin&, Json& in) { in["fargateProfileName"] = "eks-x"; }, "reserved prefix eks-"},
    {"NoSelectors", [](Twin&, Json& in) { in["selectors"] = Json::array(); }, "at least one selector"},
    {"Twice", [](Twin& t, Json& in) { t.eks("CreateFargateProfile", in); },
     "ResourceInUseException: A Fargate Profile already exists with this name in this cluster."},
    {"AnotherAtTheSameTime",
     [](Twin& t, Json& in) { t.eks("CreateFargateProfile", in), in["fargateProfileName"] = "more"; },
     "Cannot create Fargate Profile more because cluster demo currently has Fargate profile pods in status CREATING"},
};
INSTANTIATE_TEST_SUITE_P(Eks, CreateFargateProfile, ::testing::ValuesIn(kProfiles),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FargateProfiles, TakePodsThatTheySelectAndStandInTheWayOfTheClustersEnd) {
  Twin twin;
  twin.cluster();
  twin.eks("CreateFargateProfile", fargate_input(twin));
  twin.wait();
  const Json name = Json::object({{"clusterName", "demo"}, {"fargateProfileName", "pods"}});
  EXPECT_EQ(twin.eks("DescribeFargateProfile", name).path("fargateProfile.status").string_or(), "ACTIVE");
  Json pod = kube::make_object("v1", "Pod", "kube-system", "x");
  EXPECT_EQ(eks::fargate_profile_of(*twin.world, kRegion, "demo", pod), "pods");
  EXPECT_EQ(eks::fargate_profile_of(*twin.world, kRegion, "demo", kube::make_object("v1", "Pod", "default", "x")), "");
  EXPECT_THAT(twin.refusal("DeleteCluster", Json::object({{"clusterName", "demo"}})),
              HasSubstr("Cluster has Fargate profiles attached"));
  twin.eks("DeleteFargateProfile", name);
  twin.wait();
  EXPECT_THAT(twin.refusal("DescribeFargateProfile", name), HasSubstr("No Fargate Profile found with name: pods."));
}

TEST(Updates, RunOneAtATimeAndTakeEffectAtTheirEnd) {
  Twin twin;
  twin.cluster();
  const Json in =
      Json::object({{"clusterName", "demo"}, {"resourcesVpcConfig", Json::object({{"endpointPrivateAccess", true}})}});
  const Json update = twin.eks("UpdateClusterConfig", in).at("update");
  EXPECT_EQ(update.at("type").string_or() + " " + update.at("status").string_or(), "EndpointAccessUpdate InProgress");
  EXPECT_THAT(twin.refusal("UpdateClusterConfig", in), HasSubstr("ResourceInUseException"));
  EXPECT_FALSE(twin.describe().path("resourcesVpcConfig.endpointPrivateAccess").as_bool());
  twin.wait();
  EXPECT_EQ(twin.eks("DescribeUpdate", Json::object({{"clusterName", "demo"}, {"updateId", update.at("id")}}))
                .path("update.status")
                .string_or(),
            "Successful");
  EXPECT_TRUE(twin.describe().path("resourcesVpcConfig.endpointPrivateAccess").as_bool());
}

TEST(Updates, OfTheModeGoOneWay) {
  Twin twin;
  twin.cluster();
  const auto mode = [&](const char* to) {
    return Json::object({{"clusterName", "demo"}, {"accessConfig", Json::object({{"authenticationMode", to}})}});
  };
  twin.eks("UpdateClusterConfig", mode("API_AND_CONFIG_MAP"));
  twin.wait();
  EXPECT_THAT(twin.refusal("UpdateClusterConfig", mode("CONFIG_MAP")),
              HasSubstr("Unsupported authentication mode update from API_AND_CONFIG_MAP to CONFIG_MAP"));
}

TEST(Updates, OfTheVersionGoOneMinorStep) {
  Twin twin;
  twin.cluster();
  EXPECT_THAT(twin.refusal("UpdateClusterVersion", Json::object({{"clusterName", "demo"}, {"version", "1.34"}})),
              HasSubstr("Unsupported Kubernetes minor version update from 1.32 to 1.34"));
  twin.eks("UpdateClusterVersion", Json::object({{"clusterName", "demo"}, {"version", "1.33"}}));
  twin.wait();
  EXPECT_EQ(twin.describe().at("version").string_or(), "1.33");
}

TEST(AccessEntries, NeedTheApiModeAndAPrincipal) {
  Twin twin;
  twin.cluster();
  const auto entry = [&](const std::string& role) {
    return Json::object({{"clusterName", "demo"}, {"principalArn", twin.arn(role)}, {"type", "EC2_LINUX"}});
  };
  EXPECT_THAT(twin.refusal("CreateAccessEntry", entry("node")),
              HasSubstr("must be set to one of [API, API_AND_CONFIG_MAP]"));
  twin.eks("UpdateClusterConfig",
           Json::object({{"clusterName", "demo"}, {"accessConfig", Json::object({{"authenticationMode", "API"}})}}));
  twin.wait();
  EXPECT_THAT(twin.refusal("CreateAccessEntry", entry("nobody")),
              HasSubstr("The specified principalArn is invalid: invalid principal."));
  EXPECT_EQ(twin.eks("CreateAccessEntry", entry("node")).path("accessEntry.username").string_or(),
            "system:node:{{EC2PrivateDNSName}}");
  EXPECT_THAT(
      twin.refusal("CreateAccessEntry", entry("node")),
      HasSubstr("ResourceInUseException: The specified access entry resource is already in use on this cluster."));
  Json standard = Json::object({{"clusterName", "demo"},
                                {"principalArn", twin.arn("cluster")},
                                {"kubernetesGroups", Json::array({"system:bootstrappers"})}});
  EXPECT_THAT(twin.refusal("CreateAccessEntry", standard),
              HasSubstr("The kubernetes group name system:bootstrappers is invalid, it cannot start with system:"));
}

TEST(Nodegroups, AreGivenUpAfterFifteenMinutesWithoutNodes) {
  Twin twin;  // nobody plays kubelet here
  twin.cluster();
  twin.eks("CreateNodegroup", twin.group_input());
  twin.wait();
  EXPECT_EQ(twin.group().at("status").string_or(), "CREATING");
  EXPECT_EQ(twin.group().path("resources.autoScalingGroups").size(), 1u);
  twin.world->clock().advance(20min);
  const Json group = twin.group();
  EXPECT_EQ(group.at("status").string_or(), "CREATE_FAILED");
  EXPECT_EQ(group.path("health.issues.0.code").string_or(), "NodeCreationFailure");
  EXPECT_EQ(group.path("health.issues.0.message").string_or(), "Instances failed to join the kubernetes cluster");
  EXPECT_EQ(group.path("health.issues.0.resourceIds").size(), 2u);
}

TEST(Nodegroups, LetTheirRoleIn) {
  Twin twin;
  twin.cluster();
  twin.eks("CreateNodegroup", twin.group_input());
  twin.wait();
  const Json* map = twin.kubernetes.find(kRegion, "demo")->get("configmaps", "kube-system", "aws-auth");
  ASSERT_TRUE(map);
  EXPECT_THAT(map->path("data.mapRoles").string_or(), HasSubstr("rolearn: arn:aws:iam::123456789012:role/node\n"));
}

TEST(Nodegroups, PutNodeConfigIntoTheirUserData) {
  Twin twin;
  twin.cluster();
  twin.eks("CreateNodegroup", twin.group_input());
  twin.wait();
  for (const auto& [key, version] : twin.world->table<aws::LaunchTemplateVersion>(kRegion)) {
    const std::string data = *unbase64(version.launchTemplateData.at("userData").string_or());
    EXPECT_THAT(data, HasSubstr("kind: NodeConfig"));
    EXPECT_THAT(data, HasSubstr("eks.amazonaws.com/nodegroup=workers"));
  }
}

TEST(Nodegroups, KeepTheInterfacesOfTheirTemplate) {
  Twin twin;
  twin.cluster();
  const auto interface = [](int index) {
    return Json::object({{"DeviceIndex", std::to_string(index)}, {"AssociatePublicIpAddress", "false"}});
  };
  Json template_input = Json::object({{"LaunchTemplateName", "efa"}});
  template_input["LaunchTemplateData"]["NetworkInterface"] = Json::array({interface(0), interface(1)});
  twin.must("ec2", "CreateLaunchTemplate", template_input);
  Json in = twin.group_input();
  in["launchTemplate"] = Json::object({{"name", "efa"}, {"version", "1"}});
  twin.eks("CreateNodegroup", in);
  twin.wait();
  int found = 0;
  for (const auto& [key, version] : twin.world->table<aws::LaunchTemplateVersion>(kRegion)) {
    if (version.launchTemplateName == "efa") continue;
    const Json& list = version.launchTemplateData.at("networkInterfaceSet");
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list.item(1).at("associatePublicIpAddress").string_or(), "false");
    EXPECT_EQ(list.item(0).path("groupSet.0").string_or(),
              twin.describe().path("resourcesVpcConfig.clusterSecurityGroupId").string_or());
    ++found;
  }
  EXPECT_EQ(found, 1);
  for (const auto& [id, instance] : twin.world->table<aws::Instance>(kRegion)) EXPECT_FALSE(instance.ipAddress) << id;
}

TEST(Addons, OfDeploymentsWaitForNodesAndBecomeDegraded) {
  Twin twin;
  twin.cluster();
  const auto addon = [](const char* name) { return Json::object({{"clusterName", "demo"}, {"addonName", name}}); };
  for (const char* name : {"vpc-cni", "coredns"}) twin.eks("CreateAddon", addon(name));
  twin.wait();
  EXPECT_EQ(twin.eks("DescribeAddon", addon("vpc-cni")).path("addon.status").string_or(), "ACTIVE");
  EXPECT_EQ(twin.eks("DescribeAddon", addon("coredns")).path("addon.status").string_or(), "CREATING");
  twin.world->clock().advance(20min);
  EXPECT_EQ(twin.eks("DescribeAddon", addon("coredns")).path("addon.health.issues.0.code").string_or(),
            "InsufficientNumberOfReplicas");
  EXPECT_THAT(twin.refusal("CreateAddon", addon("nothing")),
              HasSubstr("Addon nothing specified is not supported in 1.32 kubernetes version"));
}

TEST(Addons, TakeTheirConfiguration) {
  Twin twin;
  twin.cluster();
  Json in = Json::object({{"clusterName", "demo"},
                          {"addonName", "vpc-cni"},
                          {"configurationValues", R"({"env":{"WARM_IP_TARGET":"3"}})"}});
  twin.eks("CreateAddon", in);
  twin.wait();
  const Json* set = twin.kubernetes.find(kRegion, "demo")->get("daemonsets.apps", "kube-system", "aws-node");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->path("spec.template.spec.containers.0.env.0").dump(), R"({"name":"WARM_IP_TARGET","value":"3"})");
}

TEST(Tags, AreReadAndChangedByArn) {
  Twin twin;
  twin.cluster(Json::object({{"tags", Json::object({{"a", "1"}})}}));
  const Json arn = twin.describe().at("arn");
  twin.eks("TagResource", Json::object({{"resourceArn", arn}, {"tags", Json::object({{"b", "2"}})}}));
  twin.eks("UntagResource", Json::object({{"resourceArn", arn}, {"tagKeys", "a"}}));
  EXPECT_EQ(twin.eks("ListTagsForResource", Json::object({{"resourceArn", arn}})).at("tags").dump(), R"({"b":"2"})");
}

}  // namespace
}  // namespace drydock::twin::eks

// A cluster on the twin, looked at by a user who has exactly the policy that is printed.
#include "live/account.h"

#include "live/operations.h"
#include "proof/readiness.h"
#include "readers/reader.h"
#include "tests/aws_on_twin/cloud.h"

namespace drydock {
namespace {

using testing::HasSubstr;

std::string trust(const std::string& service) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":")" +
         service + R"("}}]})";
}

// One isolated VPC with a cluster, a managed node group's role and a self-managed group beside it.
struct Live : Cloud {
  std::string vpc, role_arn;
  PropertyList subnets;

  Live() {
    vpc = create("aws:ec2/vpc:Vpc", "main", {{"cidrBlock", "10.0.0.0/16"}, {"enableDnsHostnames", true}}).id;
    for (const char* zone : {"a", "b"})
      subnets.push_back(create("aws:ec2/subnet:Subnet", zone,
                               {{"vpcId", vpc},
                                {"cidrBlock", std::string("10.0.") + (*zone == 'a' ? "1" : "2") + ".0/24"},
                                {"availabilityZone", std::string("us-east-1") + zone}})
                            .id);
    role_arn = make_role("cluster", "eks.amazonaws.com", {"AmazonEKSClusterPolicy"});
    create("aws:eks/cluster:Cluster", "demo",
           {{"name", "demo"},
            {"roleArn", role_arn},
            {"vpcConfig",
             PropertyMap{{"subnetIds", subnets}, {"endpointPrivateAccess", true}, {"endpointPublicAccess", false}}},
            {"accessConfig", PropertyMap{{"authenticationMode", "API"}}}});
    nodes();
  }
  std::string make_role(const std::string& name, const std::string& service, std::vector<std::string> policies) {
    ResourceState role = create("aws:iam/role:Role", name, {{"name", name}, {"assumeRolePolicy", trust(service)}});
    for (const std::string& policy : policies)
      create("aws:iam/rolePolicyAttachment:RolePolicyAttachment", name + policy,
             {{"role", role.id}, {"policyArn", "arn:aws:iam::aws:policy/" + policy}});
    return get(role, "arn");
  }
  void nodes() {
    const std::string node =
        make_role("node", "ec2.amazonaws.com", {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"});
    create("aws:iam/rolePolicy:RolePolicy", "own",
           {{"role", "node"},
            {"policy",
             R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]})"}});
    create("aws:eks/accessEntry:AccessEntry", "node",
           {{"clusterName", "demo"}, {"principalArn", node}, {"type", "EC2_LINUX"}});
    create("aws:iam/instanceProfile:InstanceProfile", "node", {{"name", "node"}, {"role", "node"}});
    const std::string lt =
        create(
            "aws:ec2/launchTemplate:LaunchTemplate", "node",
            {{"imageId",
              "resolve:ssm:/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id"},
             {"instanceType", "t3.medium"},
             {"iamInstanceProfile", PropertyMap{{"name", "node"}}}})
            .id;
    create("aws:autoscaling/group:Group", "nodes",
           {{"name", "nodes"},
            {"minSize", 0},
            {"maxSize", 2},
            {"desiredCapacity", 0},
            {"vpcZoneIdentifiers", subnets},
            {"launchTemplate", PropertyMap{{"id", lt}, {"version", "$Latest"}}},
            {"tags", PropertyList{PropertyMap{
                         {"key", "kubernetes.io/cluster/demo"}, {"value", "owned"}, {"propagateAtLaunch", true}}}}});
  }

  std::unique_ptr<aws_provider::Client> client(aws::Credentials credentials) {
    aws_provider::ClientOptions options;
    options.region = "us-east-1";
    options.endpoint = url();
    options.credentials = std::move(credentials);
    return std::make_unique<aws_provider::Client>(std::move(options));
  }
  std::unique_ptr<aws_provider::Client> root() {
    return client({twin::Account::access_key, twin::Account::secret_key, ""});
  }

  // A user with the policy, and nothing else.
  std::unique_ptr<aws_provider::Client> user(const Json& policy) {
    auto admin = root();
    EXPECT_TRUE(admin->query("iam", "CreateUser", Json::object({{"UserName", "reader"}})));
    EXPECT_TRUE(admin->query(
        "iam", "PutUserPolicy",
        Json::object({{"UserName", "reader"}, {"PolicyName", "live"}, {"PolicyDocument", policy.dump()}})));
    auto key = admin->query("iam", "CreateAccessKey", Json::object({{"UserName", "reader"}}));
    EXPECT_TRUE(key);
    const Json& made = key->at("AccessKey");
    return client({made.at("AccessKeyId").string_or(), made.at("SecretAccessKey").string_or(), ""});
  }
};

TEST(Live, ThePrintedPolicyIsEnough) {
  Live cloud;
  auto input = live::look(*cloud.user(live::minimal_policy()), {.cluster = "demo"});
  ASSERT_TRUE(input) << input.error().to_string();
  auto reading = readers::read(*input, readers::Format::describe);
  ASSERT_TRUE(reading) << reading.error().to_string();
  const cloud::World& world = reading->world;
  EXPECT_EQ(world.clusters.size(), 1u);
  EXPECT_EQ(world.subnets.size(), 2u);
  EXPECT_EQ(world.auto_scaling_groups.size(), 1u);
  EXPECT_EQ(world.launch_templates.size(), 1u);
  EXPECT_EQ(world.access_entries.size(), 2u) << "the creator's, and the nodes'";
  const aws::Role* node = cloud::find(world.roles, "node");
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->grants.attached.size(), 2u);
  EXPECT_EQ(node->grants.inlined.size(), 1u);
  for (const auto& unknown : world.unknowns)
    ADD_FAILURE() << unknown.noun.id << " " << unknown.field << " " << unknown.source;
  EXPECT_EQ(proof::prove(world).verdict, proof::Verdict::not_ready) << "no endpoints at all";
}

TEST(Live, EachPartOfThePolicyIsNeeded) {
  Live cloud;
  // What this cluster has no need of: Fargate, add-ons and associations it does not have, clusters it need not list.
  const std::set<std::string> spare = {"eks:ListClusters",
                                       "eks:DescribeAddon",
                                       "eks:DescribeFargateProfile",
                                       "eks:DescribeNodegroup",
                                       "eks:DescribePodIdentityAssociation",
                                       "iam:GetPolicy",
                                       "iam:GetPolicyVersion",
                                       "iam:GetOpenIDConnectProvider"};
  std::set<std::string> called;
  auto admin = cloud.root();
  auto input = live::look(*admin, {.cluster = "demo", .on_call = [&](const std::string& call) {
                                     std::string action = call;
                                     action[action.find(' ')] = ':';
                                     called.insert(action);
                                   }});
  ASSERT_TRUE(input) << input.error().to_string();
  for (const auto& operation : live::operations()) {
    const std::string action = std::string(operation.service) + ":" + std::string(operation.name);
    EXPECT_EQ(called.contains(action), !spare.contains(action)) << action;
  }
}

TEST(Live, ARefusalNamesTheAction) {
  Live cloud;
  const Json policy =
      *Json::parse(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"eks:*","Resource":"*"}]})");
  auto input = live::look(*cloud.user(policy), {.cluster = "demo"});
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().code, ErrorCode::access_denied);
  EXPECT_THAT(input.error().to_string(),
              HasSubstr("ec2:DescribeVpcs is needed; `drydock check --live --print-policy`"));
}

}  // namespace
}  // namespace drydock

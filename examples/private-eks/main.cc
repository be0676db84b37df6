// A private EKS cluster: no internet gateway, no NAT; nodes reach AWS through VPC endpoints only.
//
// The stacks named challenge-* and prod are the same program with one mistake switched on in their configuration
// (Pulumi.<stack>.yaml); docs/challenges.md tells what each looks like and how it is cured.
#include <drydock/aws.h>
#include <drydock/aws/ec2.h>
#include <drydock/aws/iam.h>
#include <drydock/eks.h>

#include <string>
#include <vector>

using namespace drydock;

namespace {

constexpr const char* kVpcCidr = "10.0.0.0/16";

// A policy document with one statement, written in the order of its keys, as JSON.stringify would.
std::string policy(const std::string& action, const std::string& principal, const std::string& resource = "") {
  return R"({"Version":"2012-10-17","Statement":[{"Action":")" + action + R"(","Effect":"Allow","Principal":)" +
         principal + (resource.empty() ? "" : R"(,"Resource":")" + resource + "\"") + "}]}";
}
std::string trust_service(const std::string& service) {
  return policy("sts:AssumeRole", R"({"Service":")" + service + "\"}");
}

// A setting that is a list of texts.
std::vector<std::string> texts(const Config& config, const std::string& name, std::vector<std::string> otherwise) {
  const auto list = config.get<Json>(name);
  if (!list || !list->is_array()) return otherwise;
  std::vector<std::string> out;
  for (const Json& item : list->as_array()) out.push_back(item.string_or());
  return out;
}

struct Network {
  aws::ec2::Vpc vpc;
  std::vector<Output<std::string>> subnetIds;
  std::vector<Output<std::string>> routeTableIds;
};

// Two private subnets in two zones, each with its own route table.
Network make_network(Context& ctx, const std::string& region) {
  aws::ec2::Vpc vpc(
      ctx, "main",
      {.cidrBlock = kVpcCidr, .enableDnsHostnames = true, .enableDnsSupport = true, .tags = {{"Name", "private-eks"}}});
  Network network{.vpc = vpc};
  const bool direct = ctx.config().get("routeTables") == "direct";
  int third = 1;
  for (const std::string letter : {"a", "b"}) {
    const std::string name = "private-" + letter;
    aws::ec2::Subnet subnet(ctx, name,
                            {.availabilityZone = region + letter,
                             .cidrBlock = "10.0." + std::to_string(third++) + ".0/24",
                             .tags = {{"Name", name}, {"kubernetes.io/role/internal-elb", "1"}},
                             .vpcId = vpc.id});
    aws::ec2::RouteTable table(ctx, name, {.tags = {{"Name", name}}, .vpcId = vpc.id});
    aws::ec2::RouteTableAssociation association(ctx, name, {.routeTableId = table.id, .subnetId = subnet.id});
    network.subnetIds.push_back(subnet.id);
    // A subnet's table can be looked up only once the two are associated: the apply hangs on the association's id.
    network.routeTableIds.push_back(
        direct ? table.id : all(association.id, subnet.id).apply([&ctx](auto, auto subnetId) {
          return aws::ec2::LookupRouteTable(ctx, {.subnetId = subnetId}).apply([](auto found) {
            return found.routeTableId;
          });
        }));
  }
  return network;
}

aws::iam::RolePolicyAttachment attach(Context& ctx, const std::string& name, const aws::iam::Role& role,
                                      const std::string& policy) {
  return {ctx, name, {.policyArn = "arn:aws:iam::aws:policy/" + policy, .role = role.name}};
}

// The nodes' own role, with what a node needs: describe itself, run the CNI, pull from ECR (which the first three
// lack).
aws::iam::Role make_node_role(Context& ctx, std::vector<Resource>& attachments) {
  aws::iam::Role role(ctx, "node", {.assumeRolePolicy = trust_service("ec2.amazonaws.com")});
  attachments.push_back(attach(ctx, "node-worker", role, "AmazonEKSWorkerNodePolicy"));
  attachments.push_back(attach(ctx, "node-cni", role, "AmazonEKS_CNI_Policy"));
  attachments.push_back(attach(ctx, "node-vpc-resource-controller", role, "AmazonEKSVPCResourceController"));
  attachments.push_back(attach(ctx, "node-ecr", role, "AmazonEC2ContainerRegistryReadOnly"));
  return role;
}

// The control plane's role, made here only by the stacks that confuse it with the nodes'.
aws::iam::Role make_service_role(Context& ctx, std::vector<Resource>& attachments) {
  aws::iam::Role role(ctx, "service", {.assumeRolePolicy = trust_service("eks.amazonaws.com")});
  attachments.push_back(attach(ctx, "service-cluster", role, "AmazonEKSClusterPolicy"));
  return role;
}

// The way to AWS: interface endpoints for the calls a booting node makes, a gateway to the bucket of ECR's layers.
std::vector<Resource> make_endpoints(Context& ctx, const std::string& region, const Network& network) {
  const Config config = ctx.config();
  aws::ec2::SecurityGroup group(ctx, "endpoints",
                                {.description = "HTTPS from the VPC to the interface endpoints",
                                 .ingress = {{.cidrBlocks = {config.get("endpointsAllow").value_or(kVpcCidr)},
                                              .fromPort = 443,
                                              .protocol = "tcp",
                                              .toPort = 443}},
                                 .vpcId = network.vpc.id});
  std::vector<Resource> endpoints;
  for (const std::string& service : texts(config, "endpoints", {"eks", "ec2", "sts", "ecr.api", "ecr.dkr"}))
    endpoints.push_back(aws::ec2::VpcEndpoint(ctx, service,
                                              {.privateDnsEnabled = true,
                                               .securityGroupIds = {group.id},
                                               .serviceName = "com.amazonaws." + region + "." + service,
                                               .subnetIds = network.subnetIds,
                                               .vpcEndpointType = "Interface",
                                               .vpcId = network.vpc.id}));
  // The bucket's name holds the region's name. "stack" is the mistake of the stack prod: a stack is not a region.
  const std::string place = config.get("layerBucket") == "stack" ? ctx.stack() : region;
  endpoints.push_back(aws::ec2::VpcEndpoint(
      ctx, "s3",
      {.policy = policy("s3:GetObject", "\"*\"", "arn:aws:s3:::prod-" + place + "-starport-layer-bucket/*"),
       .routeTableIds = network.routeTableIds,
       .serviceName = "com.amazonaws." + region + ".s3",
       .vpcEndpointType = "Gateway",
       .vpcId = network.vpc.id}));
  return endpoints;
}

}  // namespace

int main() {
  return run([](Context& ctx) {
    const Config config = ctx.config();
    const std::string region = ctx.config("aws").require("region");
    const Network network = make_network(ctx, region);
    std::vector<Resource> before;  // what the cluster waits for
    const aws::iam::Role nodeRole = make_node_role(ctx, before);
    for (const Resource& endpoint : make_endpoints(ctx, region, network)) before.push_back(endpoint);

    const auto account = aws::GetCallerIdentity(ctx, {}).apply([](auto caller) { return caller.accountId; });
    aws::iam::Role operatorRole(ctx, "operator", {.assumeRolePolicy = account.apply([](const std::string& id) {
                                  return policy("sts:AssumeRole", R"({"AWS":"arn:aws:iam::)" + id + ":root\"}");
                                })});

    eks::ClusterArgs args{
        .accessEntries = {{"operator",
                           {.accessPolicies = {{"admin",
                                                {.accessScope = {.type = "cluster"},
                                                 .policyArn = "arn:aws:eks::aws:cluster-access-policy/"
                                                              "AmazonEKSClusterAdminPolicy"}}},
                            .principalArn = operatorRole.arn}}},
        .authenticationMode = "API_AND_CONFIG_MAP",
        .endpointPrivateAccess = true,
        .endpointPublicAccess = true,
        .privateSubnetIds = network.subnetIds,
        .vpcId = network.vpc.id};
    const auto mapped = texts(config, "mappedRoles", {});
    if (config.get("nodeRole") == "service") {
      // The mistake of challenge-2b: the control plane's role for the nodes.
      args.serviceRole = make_service_role(ctx, before);
      args.instanceRole = args.serviceRole;
    } else if (!mapped.empty()) {
      // The mistake of challenge-2: nodes run under one role, and aws-auth maps another.
      const aws::iam::Role serviceRole = make_service_role(ctx, before);
      args.serviceRole = serviceRole;
      for (const std::string& name : mapped) args.instanceRoles.push_back(name == "node" ? nodeRole : serviceRole);
      aws::iam::InstanceProfile profile(ctx, "node", {.role = nodeRole.name});
      args.nodeGroupOptions = {
          .instanceProfileName = profile.name, .instanceType = "t3.medium", .nodeAssociatePublicIpAddress = false};
    } else {
      args.instanceRole = nodeRole;
    }
    if (mapped.empty()) {
      args.instanceType = "t3.medium";
      args.nodeAssociatePublicIpAddress = false;
    }
    if (const auto script = config.get("nodeUserData")) args.nodeUserData = *script;
    eks::Cluster cluster(ctx, "cluster", args, {.dependsOn = before});
    ctx.output("kubeconfig", cluster.kubeconfig);
  });
}

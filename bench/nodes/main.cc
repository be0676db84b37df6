// A cluster whose node group may grow to 1,000: two large subnets behind an internet gateway.
#include <drydock/aws/ec2.h>
#include <drydock/eks.h>

#include <string>
#include <vector>

using namespace drydock;

int main() {
  return run([](Context& ctx) {
    const std::string region = ctx.config("aws").require("region");
    aws::ec2::Vpc vpc(ctx, "main", {.cidrBlock = "10.0.0.0/16", .enableDnsHostnames = true, .enableDnsSupport = true});
    aws::ec2::InternetGateway gateway(ctx, "main", {.vpcId = vpc.id});
    aws::ec2::RouteTable table(ctx, "public",
                               {.routes = {{.cidrBlock = "0.0.0.0/0", .gatewayId = gateway.id}}, .vpcId = vpc.id});
    std::vector<Output<std::string>> subnets;
    std::vector<Resource> before;
    for (const std::string letter : {"a", "b"}) {
      aws::ec2::Subnet subnet(ctx, letter,
                              {.availabilityZone = region + letter,
                               .cidrBlock = letter == "a" ? "10.0.0.0/17" : "10.0.128.0/17",
                               .mapPublicIpOnLaunch = true,
                               .vpcId = vpc.id});
      before.push_back(aws::ec2::RouteTableAssociation(ctx, letter, {.routeTableId = table.id, .subnetId = subnet.id}));
      subnets.push_back(subnet.id);
    }
    eks::ClusterArgs args{.maxSize = 1000, .publicSubnetIds = subnets, .vpcId = vpc.id};
    eks::Cluster cluster(ctx, "nodes", args, {.dependsOn = before});
    ctx.output("kubeconfig", cluster.kubeconfig);
  });
}

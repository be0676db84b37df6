"""eks:index:Cluster answers when its outputs are known, and the run ends when its last child is settled."""
import json

import pytest

import challenges

PROGRAM = """#include <drydock/aws/ec2.h>
#include <drydock/aws/iam.h>
#include <drydock/eks.h>
#include <drydock/drydock.h>
using namespace drydock;
int main() {
  return run([](Context& ctx) {
    aws::ec2::Vpc vpc(ctx, "main", {.cidrBlock = "10.0.0.0/16", .enableDnsHostnames = true, .enableDnsSupport = true});
    std::vector<Output<std::string>> subnets, tables;
    for (const std::string z : {"a", "b"}) {
      aws::ec2::Subnet subnet(ctx, z, {.availabilityZone = "us-east-1" + z, .cidrBlock = z == "a" ? "10.0.1.0/24" : "10.0.2.0/24", .vpcId = vpc.id});
      aws::ec2::RouteTable table(ctx, z, {.vpcId = vpc.id});
      aws::ec2::RouteTableAssociation(ctx, z, {.routeTableId = table.id, .subnetId = subnet.id});
      subnets.push_back(subnet.id);
      tables.push_back(table.id);
    }
    aws::ec2::VpcEndpoint s3(ctx, "s3", {.routeTableIds = tables, .serviceName = "com.amazonaws.us-east-1.s3", .vpcId = vpc.id});
    eks::Cluster cluster(ctx, "cluster", {.endpointPrivateAccess = true, .nodeAssociatePublicIpAddress = false, .privateSubnetIds = subnets, .vpcId = vpc.id});
    %(after)s
  });
}
"""
# The order that people write first: what the nodes need is made after the cluster, and with the cluster's own group.
ENDPOINTS_AFTER = """for (const std::string service : {"ec2", "sts", "ecr.api", "ecr.dkr"})
      aws::ec2::VpcEndpoint(ctx, service, {.privateDnsEnabled = true, .securityGroupIds = {cluster.nodeSecurityGroupId}, .serviceName = "com.amazonaws.us-east-1." + service,
                                           .subnetIds = subnets, .vpcEndpointType = "Interface", .vpcId = vpc.id});
"""

MANAGED = """#include <drydock/aws/ec2.h>
#include <drydock/aws/iam.h>
#include <drydock/eks.h>
using namespace drydock;
int main() {
  return run([](Context& ctx) {
    aws::ec2::Vpc vpc(ctx, "main", {.cidrBlock = "10.0.0.0/16", .enableDnsHostnames = true, .enableDnsSupport = true});
    aws::ec2::InternetGateway gateway(ctx, "main", {.vpcId = vpc.id});
    aws::ec2::RouteTable table(ctx, "public", {.routes = {{.cidrBlock = "0.0.0.0/0", .gatewayId = gateway.id}}, .vpcId = vpc.id});
    std::vector<Output<std::string>> subnets;
    std::vector<Resource> before;
    for (const std::string z : {"a", "b"}) {
      aws::ec2::Subnet subnet(ctx, z, {.availabilityZone = "us-east-1" + z, .cidrBlock = z == "a" ? "10.0.1.0/24" : "10.0.2.0/24",
                                       .mapPublicIpOnLaunch = true, .vpcId = vpc.id});
      before.push_back(aws::ec2::RouteTableAssociation(ctx, z, {.routeTableId = table.id, .subnetId = subnet.id}));
      subnets.push_back(subnet.id);
    }
    aws::iam::Role role(ctx, "node", {.assumeRolePolicy = R"({"Version":"2012-10-17","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}}]})"});
    for (const std::string p : {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"})
      before.push_back(aws::iam::RolePolicyAttachment(ctx, p, {.policyArn = "arn:aws:iam::aws:policy/" + p, .role = role.name}));
    eks::ClusterArgs args{.authenticationMode = "API_AND_CONFIG_MAP", .instanceRoles = {role}, .publicSubnetIds = subnets,
                          .skipDefaultNodeGroup = true, .vpcId = vpc.id};
    eks::Cluster cluster(ctx, "c", args, {.dependsOn = before});
    eks::ManagedNodeGroup(ctx, "workers", {.cluster = cluster.core, .nodeRole = role,
                                           .scalingConfig = {.desiredSize = 2, .maxSize = 3, .minSize = 1}, .subnetIds = subnets});
  });
}
"""


@pytest.fixture
def place():
    place = challenges.Place()
    yield place
    place.close()


def up(place, after, program=PROGRAM, flags=""):
    project = place.home / "program"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: order\nruntime: cpp\nconfig:\n  aws:region: us-east-1\n")
    (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.24)\nproject(order LANGUAGES CXX)\n"
                                            "find_package(drydock REQUIRED)\ndrydock_program(main.cc)\n")
    (project / "main.cc").write_text(program % {"after": after} if program is PROGRAM else program)
    code, out = place.run(f"cd {project} && drydock stack init dev && drydock up --yes --json {flags}")
    events = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return code, events, out


def line_of(events, kind, name):
    """Position of the event of this kind for the resource of this name."""
    for i, event in enumerate(events):
        meta = event.get(kind, {}).get("metadata", {})
        if meta.get("urn", "").endswith("::" + name) and not event[kind].get("planning"):
            return i
    raise AssertionError(f"no {kind} for {name}")


def test_endpoints_after_the_cluster_with_its_own_group(place):
    code, events, out = up(place, ENDPOINTS_AFTER)
    assert code == 0, out[-3000:]
    code, nodes = place.run("kubectl get nodes")
    assert nodes.count(" Ready ") == 2, nodes


def test_depends_on_the_component_waits_for_its_last_child(place):
    after = ENDPOINTS_AFTER + 'pulumi::Stash(ctx, "late", {.input = "x"}, {.dependsOn = cluster});'
    code, events, out = up(place, after)
    assert code == 0, out[-3000:]
    assert line_of(events, "resourcePreEvent", "late") > line_of(events, "resOutputsEvent", "cluster-coredns")


def test_a_child_that_fails_late_fails_the_run(place):
    code, events, out = up(place, "", flags="--readiness=off")  # no endpoints at all: coredns never runs
    assert code != 0
    assert "DEGRADED" in out


def test_a_managed_node_group_joins(place):
    code, events, out = up(place, "", MANAGED)
    assert code == 0, out[-3000:]
    code, nodes = place.run("kubectl get nodes")
    assert nodes.count(" Ready ") == 2, nodes

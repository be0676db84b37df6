"""The AWS CLI and boto3 as judges of the twin: their parsers, waiters and paginators."""
import json
import signal

import botocore.exceptions
import pytest

from refusals import refused


@pytest.fixture(scope="module")
def vpc(twin):
    ec2 = twin.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[
        {"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "main"}]}])["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc_id])
    return vpc_id


@pytest.fixture(scope="module")
def subnets(twin, vpc):
    ec2 = twin.client("ec2")
    ids = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{z}")["Subnet"]["SubnetId"]
           for i, z in ((1, "a"), (2, "b"))]
    ec2.get_waiter("subnet_available").wait(SubnetIds=ids)
    return ids


@pytest.fixture(scope="module")
def roles(twin):
    iam = twin.client("iam")

    def role(name, service, *policies):
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        for policy in policies:
            iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        return arn

    return {
        "cluster": role("cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy"),
        "node": role("node", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy",
                     "AmazonEC2ContainerRegistryReadOnly"),
    }


def test_caller_is_the_administrator_not_root(twin):
    assert twin.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/admin"


def test_wrong_secret_is_refused(twin):
    sts = twin.client("sts", aws_secret_access_key="wrong")
    refused(sts.get_caller_identity, "SignatureDoesNotMatch")


def test_unknown_key_is_refused(twin):
    ec2 = twin.client("ec2", aws_access_key_id="AKIAUNKNOWN000000000")
    refused(ec2.describe_vpcs, "AuthFailure")


def test_default_vpc_is_there(twin):
    code, out = twin.aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true", "--query",
                         "Vpcs[].CidrBlock", "--output", "text")
    assert (code, out.strip()) == (0, "172.31.0.0/16"), out


def test_filters_by_tag(twin, vpc):
    found = twin.client("ec2").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["ma*"]}])["Vpcs"]
    assert [v["VpcId"] for v in found] == [vpc]


def test_overlapping_subnet_is_refused(twin, vpc, subnets):
    ec2 = twin.client("ec2")
    message = refused(lambda: ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.128/25"), "InvalidSubnet.Conflict")
    assert "10.0.1.128/25" in message


def test_vpc_with_subnets_cannot_go(twin, vpc, subnets):
    refused(lambda: twin.client("ec2").delete_vpc(VpcId=vpc), "DependencyViolation")


def test_dry_run_says_what_would_have_been(twin):
    refused(lambda: twin.client("ec2").describe_vpcs(DryRun=True), "DryRunOperation")


def test_private_dns_needs_both_attributes(twin, vpc, subnets):
    ec2 = twin.client("ec2")
    message = refused(lambda: ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.sts", VpcEndpointType="Interface", SubnetIds=subnets,
        PrivateDnsEnabled=True), "InvalidParameter")
    assert "enableDnsSupport" in message and "enableDnsHostnames" in message


def test_paginator_walks_security_groups(twin, vpc):
    ec2 = twin.client("ec2")
    for i in range(12):
        ec2.create_security_group(GroupName=f"page-{i}", Description="x", VpcId=vpc)
    pages = ec2.get_paginator("describe_security_groups").paginate(
        Filters=[{"Name": "group-name", "Values": ["page-*"]}], PaginationConfig={"PageSize": 5})
    assert [len(p["SecurityGroups"]) for p in pages] == [5, 5, 2]


def test_malformed_trust_policy(twin):
    refused(lambda: twin.client("iam").create_role(RoleName="x", AssumeRolePolicyDocument="{"), "MalformedPolicyDocument")


def test_managed_policy_is_there(twin):
    iam = twin.client("iam")
    policy = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy")["Policy"]
    assert policy["PolicyName"] == "AmazonEKSWorkerNodePolicy"


def test_ami_parameter_names_an_image(twin):
    name = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id"
    image = twin.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert twin.client("ec2").describe_images(ImageIds=[image])["Images"][0]["Architecture"] == "x86_64"


def test_registry_token(twin):
    token = twin.client("ecr").get_authorization_token()["authorizationData"][0]
    assert token["proxyEndpoint"] == "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"


def test_bucket_comes_and_goes(twin):
    s3 = twin.client("s3")
    s3.create_bucket(Bucket="drydock-test-bucket")
    assert "drydock-test-bucket" in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    s3.delete_bucket(Bucket="drydock-test-bucket")


def test_what_is_not_modelled_says_so(twin):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        twin.client("ec2").describe_spot_price_history()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_cluster_in_one_zone_is_refused(twin, roles, subnets):
    eks = twin.client("eks")
    refused(lambda: eks.create_cluster(name="one", roleArn=roles["cluster"], resourcesVpcConfig={"subnetIds": subnets[:1]}),
            "InvalidParameterException")


def test_cluster_and_group_become_active(twin, roles, subnets, vpc):
    ec2, eks = twin.client("ec2"), twin.client("eks")
    # Public subnets: the nodes reach AWS through an internet gateway.
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for subnet in subnets:
        ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    eks.create_cluster(name="two", roleArn=roles["cluster"], resourcesVpcConfig={"subnetIds": subnets})
    eks.get_waiter("cluster_active").wait(name="two", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    eks.create_nodegroup(clusterName="two", nodegroupName="workers", subnets=subnets, nodeRole=roles["node"],
                         scalingConfig={"minSize": 1, "maxSize": 2, "desiredSize": 2})
    eks.get_waiter("nodegroup_active").wait(clusterName="two", nodegroupName="workers",
                                            WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    group = eks.describe_nodegroup(clusterName="two", nodegroupName="workers")["nodegroup"]
    assert group["health"]["issues"] == []


def test_instances_of_the_group_run(twin):
    pages = twin.client("ec2").get_paginator("describe_instances").paginate(
        Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
    assert sum(len(r["Instances"]) for p in pages for r in p["Reservations"]) == 2


def test_the_world_survives_kill(twin, vpc):
    twin.kill(signal.SIGKILL)
    twin.start(twin.port)
    assert twin.client("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlock"] == "10.0.0.0/16"
    assert twin.client("eks").describe_cluster(name="two")["cluster"]["status"] == "ACTIVE"

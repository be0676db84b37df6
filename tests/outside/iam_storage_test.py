"""boto3 as the judge of IAM, STS, ECR, SSM and S3."""
import json

import pytest

from refusals import refused

EC2_TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


def policy(action, resource="*"):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": action, "Resource": resource}]})


@pytest.fixture(scope="module")
def iam(twin):
    return twin.client("iam")


def test_role_policies_tags_and_boundary_read_back(iam):
    iam.create_role(RoleName="r1", AssumeRolePolicyDocument=EC2_TRUST, Path="/team/", Tags=[{"Key": "a", "Value": "b"}],
                    PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.put_role_policy(RoleName="r1", PolicyName="inline", PolicyDocument=policy("s3:*"))
    iam.tag_role(RoleName="r1", Tags=[{"Key": "c", "Value": "d"}])
    role = iam.get_role(RoleName="r1")["Role"]
    assert role["Arn"] == "arn:aws:iam::123456789012:role/team/r1"
    assert role["AssumeRolePolicyDocument"] == json.loads(EC2_TRUST)
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("AdministratorAccess")
    assert role["Tags"] == [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]
    assert iam.get_role_policy(RoleName="r1", PolicyName="inline")["PolicyDocument"] == json.loads(policy("s3:*"))
    assert iam.list_role_policies(RoleName="r1")["PolicyNames"] == ["inline"]
    refused(lambda: iam.delete_role(RoleName="r1"), "DeleteConflict")
    iam.delete_role_policy(RoleName="r1", PolicyName="inline")
    iam.delete_role(RoleName="r1")
    refused(lambda: iam.get_role(RoleName="r1"), "NoSuchEntity")


def test_waiters_and_paginators(iam):
    iam.create_instance_profile(InstanceProfileName="p1")
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="p1")
    iam.delete_instance_profile(InstanceProfileName="p1")
    for i in range(3):
        iam.create_role(RoleName=f"page{i}", AssumeRolePolicyDocument=EC2_TRUST)
        iam.get_waiter("role_exists").wait(RoleName=f"page{i}")
    pages = list(iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2}))
    assert len(pages) > 1 and {"page0", "page1", "page2"} <= {r["RoleName"] for p in pages for r in p["Roles"]}
    managed = {p["PolicyName"] for page in iam.get_paginator("list_policies").paginate(Scope="AWS") for p in page["Policies"]}
    assert {"AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"} <= managed


def test_managed_policy_versions(iam):
    arn = iam.create_policy(PolicyName="p", PolicyDocument=policy("s3:GetObject"))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy("s3:PutObject"), SetAsDefault=True)
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == "s3:PutObject"
    refused(lambda: iam.delete_policy(PolicyArn=arn), "DeleteConflict")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    message = refused(lambda: iam.create_policy(PolicyName="q", PolicyDocument='{"Version":"2012-10-17"}'),
                      "MalformedPolicyDocument")
    assert message == "Syntax errors in policy."


def test_oidc_provider(iam):
    arn = iam.create_open_id_connect_provider(Url="https://example.com/id/1", ClientIDList=["sts.amazonaws.com"],
                                              ThumbprintList=["0" * 40])["OpenIDConnectProviderArn"]
    read = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (read["Url"], read["ClientIDList"]) == ("example.com/id/1", ["sts.amazonaws.com"])
    refused(lambda: iam.create_open_id_connect_provider(Url="https://example.com/id/1"), "EntityAlreadyExists")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def test_user_may_what_its_policies_say(twin, iam):
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    mine = dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert twin.client("sts", **mine).get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/ann"
    message = refused(twin.client("ec2", **mine).describe_vpcs, "UnauthorizedOperation")
    assert "arn:aws:iam::123456789012:user/ann is not authorized to perform: ec2:DescribeVpcs" in message
    refused(lambda: twin.client("iam", **mine).list_roles(), "AccessDenied")
    iam.put_user_policy(UserName="ann", PolicyName="look", PolicyDocument=policy("ec2:Describe*"))
    twin.client("ec2", **mine).describe_vpcs()
    iam.update_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    refused(twin.client("sts", **mine).get_caller_identity, "InvalidClientTokenId")


def test_assumed_role_acts_within_its_session_policy(twin, iam):
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}]})
    arn = iam.create_role(RoleName="assumed", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="assumed", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    sts = twin.client("sts")
    answer = sts.assume_role(RoleArn=arn, RoleSessionName="me", Policy=policy("ec2:*"))
    c = answer["Credentials"]
    keys = dict(aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"],
                aws_session_token=c["SessionToken"])
    assert twin.client("sts", **keys).get_caller_identity()["Arn"] == \
        "arn:aws:sts::123456789012:assumed-role/assumed/me"
    twin.client("ec2", **keys).describe_vpcs()
    assert "no session policy allows" in refused(twin.client("iam", **keys).list_roles, "AccessDenied")
    refused(lambda: sts.assume_role(RoleArn=arn, RoleSessionName="me", DurationSeconds=7200), "ValidationError")
    refused(lambda: sts.assume_role(RoleArn=arn + "x", RoleSessionName="me"), "AccessDenied")


def test_passing_a_role_needs_permission(twin, iam):
    iam.create_role(RoleName="passed", AssumeRolePolicyDocument=EC2_TRUST)
    iam.create_user(UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="most", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*",
         "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}]}))
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    bob = twin.client("iam", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    bob.create_instance_profile(InstanceProfileName="bobs")
    message = refused(lambda: bob.add_role_to_instance_profile(InstanceProfileName="bobs", RoleName="passed"), "AccessDenied")
    assert "iam:PassRole on resource: arn:aws:iam::123456789012:role/passed with an explicit deny" in message


def test_ecr_repository(twin):
    ecr = twin.client("ecr")
    made = ecr.create_repository(repositoryName="team/app", tags=[{"Key": "a", "Value": "b"}])["repository"]
    assert made["repositoryUri"] == "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app"
    assert ecr.list_tags_for_resource(resourceArn=made["repositoryArn"])["tags"] == [{"Key": "a", "Value": "b"}]
    refused(lambda: ecr.create_repository(repositoryName="team/app"), "RepositoryAlreadyExistsException")
    refused(lambda: ecr.get_repository_policy(repositoryName="team/app"), "RepositoryPolicyNotFoundException")
    refused(lambda: ecr.create_repository(repositoryName="Team"), "InvalidParameterException")
    ecr.delete_repository(repositoryName="team/app")
    refused(lambda: ecr.describe_repositories(repositoryNames=["team/app"]), "RepositoryNotFoundException")
    assert ecr.get_authorization_token()["authorizationData"][0]["proxyEndpoint"].startswith("https://123456789012.dkr")


def test_parameters(twin):
    ssm = twin.client("ssm")
    ssm.put_parameter(Name="/app/key", Value="1", Type="String")
    refused(lambda: ssm.put_parameter(Name="/app/key", Value="2", Type="String"), "ParameterAlreadyExists")
    ssm.put_parameter(Name="/app/key", Value="2", Overwrite=True)
    read = ssm.get_parameter(Name="/app/key")["Parameter"]
    assert (read["Value"], read["Version"]) == ("2", 2)
    assert ssm.get_parameters_by_path(Path="/app")["Parameters"][0]["Name"] == "/app/key"
    refused(lambda: ssm.get_parameter(Name="/none"), "ParameterNotFound")


def test_eks_ami_parameter_leads_to_an_image(twin):
    name = "/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/standard/recommended"
    ssm = twin.client("ssm")
    image_id = ssm.get_parameter(Name=name + "/image_id")["Parameter"]["Value"]
    assert json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])["image_id"] == image_id
    image = twin.client("ec2").describe_images(ImageIds=[image_id])["Images"][0]
    assert "al2023-x86_64-standard-1.32" in image["Name"]


def test_bucket(twin):
    s3 = twin.client("s3")
    s3.create_bucket(Bucket="bucket-one")
    s3.get_waiter("bucket_exists").wait(Bucket="bucket-one")
    assert s3.get_bucket_location(Bucket="bucket-one")["LocationConstraint"] is None
    refused(lambda: s3.get_bucket_policy(Bucket="bucket-one"), "NoSuchBucketPolicy")
    document = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket-one/*"}]})
    s3.put_bucket_policy(Bucket="bucket-one", Policy=document)
    assert s3.get_bucket_policy(Bucket="bucket-one")["Policy"] == document
    refused(lambda: s3.put_bucket_policy(Bucket="bucket-one", Policy="{}"), "MalformedPolicy")
    s3.put_bucket_tagging(Bucket="bucket-one", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert s3.get_bucket_tagging(Bucket="bucket-one")["TagSet"] == [{"Key": "a", "Value": "b"}]
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["bucket-one"]
    s3.delete_bucket(Bucket="bucket-one")
    refused(lambda: s3.get_bucket_location(Bucket="bucket-one"), "NoSuchBucket")
    west = twin.client("s3", region="us-west-2")
    refused(lambda: west.create_bucket(Bucket="bucket-two"), "IllegalLocationConstraintException")
    west.create_bucket(Bucket="bucket-two", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    assert west.get_bucket_location(Bucket="bucket-two")["LocationConstraint"] == "us-west-2"

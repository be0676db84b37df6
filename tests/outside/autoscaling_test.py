"""boto3 as the judge of launch templates, instances and Auto Scaling."""
import base64
import time

import botocore.exceptions
import pytest

PATIENCE = {"Delay": 1, "MaxAttempts": 30}


def refused(call, code):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == code, error.value
    return error.value.response["Error"]["Message"]


def until(what, seconds=20):
    """Polls as the SDK's users do; the twin's clock needs a moment of quiet."""
    end = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
    return value


@pytest.fixture(scope="module")
def ec2(twin):
    return twin.client("ec2")


@pytest.fixture(scope="module")
def asg(twin):
    return twin.client("autoscaling")


@pytest.fixture(scope="module")
def image(twin):
    name = "/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/standard/recommended/image_id"
    return twin.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]


@pytest.fixture(scope="module")
def template(ec2, image):
    return ec2.create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData={
        "ImageId": image, "InstanceType": "t3.medium", "UserData": base64.b64encode(b"hello").decode(),
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "from", "Value": "template"}]}],
    })["LaunchTemplate"]["LaunchTemplateId"]


@pytest.fixture(scope="module")
def subnets(ec2):
    found = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    return [s["SubnetId"] for s in sorted(found, key=lambda s: s["AvailabilityZone"])[:2]]


def test_template_versions(ec2, template):
    refused(lambda: ec2.create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData={"ImageId": "ami-1"}),
            "InvalidLaunchTemplateName.AlreadyExistsException")
    second = ec2.create_launch_template_version(LaunchTemplateId=template, SourceVersion="1",
                                                LaunchTemplateData={"InstanceType": "t3.large"})["LaunchTemplateVersion"]
    assert second["VersionNumber"] == 2 and second["LaunchTemplateData"]["ImageId"].startswith("ami-")
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=template, Versions=["$Latest", "$Default"])
    assert [v["LaunchTemplateData"]["InstanceType"] for v in versions["LaunchTemplateVersions"]] == ["t3.large", "t3.medium"]
    refused(lambda: ec2.describe_launch_template_versions(LaunchTemplateId=template, Versions=["7"]),
            "InvalidLaunchTemplateId.VersionNotFound")
    refused(lambda: ec2.create_launch_template(LaunchTemplateName="bad", LaunchTemplateData={"UserData": "***"}),
            "InvalidUserData.Malformed")


def test_instance_lives_and_dies(ec2, image, template, subnets):
    made = ec2.run_instances(LaunchTemplate={"LaunchTemplateId": template, "Version": "1"}, MinCount=1, MaxCount=1,
                             SubnetId=subnets[0])["Instances"][0]
    ids = [made["InstanceId"]]
    assert made["State"]["Name"] == "pending"
    ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig=PATIENCE)
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=ids, WaiterConfig=PATIENCE)
    now = ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"][0]
    assert now["PrivateDnsName"].endswith(".ec2.internal") and now["SubnetId"] == subnets[0]
    assert {"Key": "from", "Value": "template"} in now["Tags"]
    data = ec2.describe_instance_attribute(InstanceId=ids[0], Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(data) == b"hello"
    ec2.terminate_instances(InstanceIds=ids)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig=PATIENCE)
    assert not ec2.describe_network_interfaces(Filters=[
        {"Name": "attachment.instance-id", "Values": ids}])["NetworkInterfaces"]


def test_launch_refusals(ec2, image, subnets):
    def run(**more):
        return lambda: ec2.run_instances(**{"ImageId": image, "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1,
                                            "SubnetId": subnets[0], **more})
    refused(run(ImageId="ami-00000000"), "InvalidAMIID.NotFound")
    refused(run(InstanceType="t9.huge"), "InvalidParameterValue")
    assert "does not match the architecture" in refused(run(InstanceType="t4g.medium"), "InvalidParameterValue")
    refused(run(SubnetId="subnet-00000000"), "InvalidSubnetID.NotFound")
    assert "Invalid IAM Instance Profile name" in refused(run(IamInstanceProfile={"Name": "no"}), "InvalidParameterValue")
    refused(run(KeyName="no"), "InvalidKeyPair.NotFound")
    refused(run(SecurityGroupIds=["sg-00000000"]), "InvalidGroup.NotFound")


def test_group_keeps_its_capacity(asg, ec2, template, subnets):
    asg.create_auto_scaling_group(
        AutoScalingGroupName="workers", MinSize=1, MaxSize=3, DesiredCapacity=2, VPCZoneIdentifier=",".join(subnets),
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Default"},
        Tags=[{"ResourceId": "workers", "ResourceType": "auto-scaling-group", "Key": "Name", "Value": "w",
               "PropagateAtLaunch": True}])

    def group():
        found = asg.describe_auto_scaling_groups(AutoScalingGroupNames=["workers"])["AutoScalingGroups"]
        return found[0] if found else None

    def in_service():
        return [i["InstanceId"] for i in group()["Instances"] if i["LifecycleState"] == "InService"]

    first = until(lambda: len(in_service()) == 2 and in_service())
    assert {i["AvailabilityZone"] for i in group()["Instances"]} == {"us-east-1a", "us-east-1b"}
    ec2.terminate_instances(InstanceIds=first[:1])
    until(lambda: len(in_service()) == 2 and first[0] not in in_service())
    activities = asg.describe_scaling_activities(AutoScalingGroupName="workers")["Activities"]
    assert any("EC2 health check" in a["Cause"] for a in activities)
    asg.start_instance_refresh(AutoScalingGroupName="workers", Preferences={"MinHealthyPercentage": 0})
    until(lambda: asg.describe_instance_refreshes(AutoScalingGroupName="workers")["InstanceRefreshes"][0]["Status"]
          == "Successful")
    assert not set(first) & set(in_service())
    refused(lambda: asg.delete_auto_scaling_group(AutoScalingGroupName="workers"), "ResourceInUse")
    asg.delete_auto_scaling_group(AutoScalingGroupName="workers", ForceDelete=True)
    until(lambda: group() is None)

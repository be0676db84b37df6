"""Nodes that boot, fail and heal, seen as people see them: kubectl, the EKS API, the nodes' own stories."""
import base64
import json
import subprocess
import time
import urllib.request


REGION = "us-east-1"
LAYERS = "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"


def allow(action, resource):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}]})


class World:
    """A private VPC with endpoints and a cluster with private access; `broken` leaves out or changes one thing."""

    def __init__(self, twin, name, broken=None, mode="API_AND_CONFIG_MAP"):
        self.twin, self.name, self.broken = twin, name, broken
        self.ec2, self.eks, self.iam = twin.client("ec2"), twin.client("eks"), twin.client("iam")
        self.asg = twin.client("autoscaling")
        self.network()
        self.node_role = self.role("node", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy",
                                   "AmazonEC2ContainerRegistryReadOnly")
        self.cluster(self.role("cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy"), mode)

    def network(self):
        ec2 = self.ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnets, self.tables = [], []
        for number, zone in ((1, "a"), (2, "b")):
            subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{number}.0/24",
                                       AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
            table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
            self.subnets.append(subnet)
            self.tables.append(table)
        self.endpoint_group = ec2.create_security_group(VpcId=self.vpc, GroupName="endpoints",
                                                        Description="endpoints")["GroupId"]
        if self.broken != "endpoints closed":
            self.open_endpoints()
        for service in ("ec2", "ecr.api", "ecr.dkr"):
            if self.broken != f"no {service}":
                self.endpoint(service)
        bucket = LAYERS.replace("us-east-1", "prod") if self.broken == "layer policy" else LAYERS
        self.s3 = ec2.create_vpc_endpoint(
            VpcId=self.vpc, ServiceName=f"com.amazonaws.{REGION}.s3", RouteTableIds=self.tables,
            PolicyDocument=allow("s3:GetObject", bucket))["VpcEndpoint"]["VpcEndpointId"]

    def open_endpoints(self):
        self.ec2.authorize_security_group_ingress(GroupId=self.endpoint_group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}])

    def endpoint(self, service):
        self.ec2.create_vpc_endpoint(VpcId=self.vpc, VpcEndpointType="Interface", SubnetIds=self.subnets,
                                     ServiceName=f"com.amazonaws.{REGION}.{service}", PrivateDnsEnabled=True,
                                     SecurityGroupIds=[self.endpoint_group])

    def role(self, kind, service, *policies):
        name = f"{self.name}-{kind}"
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        for policy in policies:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        return arn

    def cluster(self, role, mode):
        self.eks.create_cluster(
            name=self.name, roleArn=role, accessConfig={"authenticationMode": mode},
            resourcesVpcConfig={"subnetIds": self.subnets, "endpointPrivateAccess": True})
        self.eks.get_waiter("cluster_active").wait(name=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        cluster = self.eks.describe_cluster(name=self.name)["cluster"]
        self.cluster_group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
        token = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "interactiveMode": "Never",
                 "args": ["--region", REGION, "eks", "get-token", "--cluster-name", self.name, "--output", "json"]}
        self.described = cluster
        self.kubeconfig = self.twin.home / f"{self.name}.kubeconfig"
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
            "clusters": [{"name": "it", "cluster": {"server": cluster["endpoint"],
                                                    "certificate-authority-data": cluster["certificateAuthority"]["data"]}}],
            "users": [{"name": "it", "user": {"exec": token}}]}))

    def managed_group(self, size=2):
        self.eks.create_nodegroup(clusterName=self.name, nodegroupName="workers", nodeRole=self.node_role,
                                  subnets=self.subnets,
                                  scalingConfig={"minSize": 1, "maxSize": size, "desiredSize": size})

    def own_group(self, script=None, size=2):
        """Self-managed nodes: a launch template with NodeConfig user data and an Auto Scaling group."""
        profile = f"{self.name}-node"
        self.iam.create_instance_profile(InstanceProfileName=profile)
        self.iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=f"{self.name}-node")
        image = self.twin.client("ssm").get_parameter(
            Name="/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/standard/recommended/image_id")
        network = self.described["kubernetesNetworkConfig"]
        config = ("---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n"
                  f"    name: {self.name}\n    apiServerEndpoint: {self.described['endpoint']}\n"
                  f"    certificateAuthority: {self.described['certificateAuthority']['data']}\n"
                  f"    cidr: {network['serviceIpv4Cidr']}\n")
        data = f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: application/node.eks.aws\n\n{config}\n'
        if script:
            data += f'--B\nContent-Type: text/x-shellscript; charset="us-ascii"\n\n{script}\n'
        data += "--B--\n"
        self.ec2.create_launch_template(LaunchTemplateName=self.name, LaunchTemplateData={
            "ImageId": image["Parameter"]["Value"], "InstanceType": "t3.medium",
            "IamInstanceProfile": {"Name": profile}, "SecurityGroupIds": [self.cluster_group],
            "UserData": base64.b64encode(data.encode()).decode()})
        self.asg.create_auto_scaling_group(
            AutoScalingGroupName=self.name, MinSize=1, MaxSize=size, DesiredCapacity=size,
            LaunchTemplate={"LaunchTemplateName": self.name, "Version": "$Latest"},
            VPCZoneIdentifier=",".join(self.subnets))

    def admit(self):
        self.eks.create_access_entry(clusterName=self.name, principalArn=self.node_role, type="EC2_LINUX")

    def kubectl(self, *args):
        done = subprocess.run(["kubectl", "--kubeconfig", self.kubeconfig, *args], env=self.twin.env,
                              capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    def objects(self, *args):
        return json.loads(self.kubectl("get", *args, "-o", "json"))["items"]

    def ready(self):
        """Ready conditions of the nodes: ["True", "False"]."""
        return sorted(condition["status"] for node in self.objects("nodes")
                      for condition in node["status"]["conditions"] if condition["type"] == "Ready")

    def nodes(self):
        with urllib.request.urlopen(f"{self.twin.url}/_drydock/nodes") as reply:
            return [node for node in json.load(reply)["nodes"] if node["cluster"] in ("", self.name)]

    def story(self, name):
        with urllib.request.urlopen(f"{self.twin.url}/_drydock/nodes/{name}/story") as reply:
            return json.load(reply)["story"]


def eventually(check, want=True, seconds=20):
    """The twin's clock needs moments of quiet; nothing here waits for real minutes."""
    until = time.monotonic() + seconds
    while (got := check()) != want and time.monotonic() < until:
        time.sleep(0.1)
    assert got == want


def test_a_managed_group_becomes_ready(twin):
    world = World(twin, "fine")
    world.managed_group()
    eventually(world.ready, ["True", "True"])
    eventually(lambda: world.eks.describe_nodegroup(clusterName="fine", nodegroupName="workers")["nodegroup"]["status"], "ACTIVE")
    wide = world.kubectl("get", "nodes", "-o", "wide")
    assert "containerd://" in wide and "Amazon Linux 2023" in wide and "v1.32." in wide
    pods = world.kubectl("get", "pods", "-n", "kube-system")
    assert pods.count("aws-node") == 2 and "2/2" in pods and "Running" in pods
    eventually(lambda: world.kubectl("get", "pods", "-n", "kube-system").count("Running"), 6)


def test_nodes_survive_kill_and_restart(twin):
    twin.kill()
    twin.start(twin.port)
    world = World.__new__(World)
    world.twin, world.name, world.kubeconfig = twin, "fine", twin.home / "fine.kubeconfig"
    assert world.ready() == ["True", "True"]
    assert {node["state"] for node in world.nodes() if node["cluster"] == "fine"} == {"ready"}


def test_no_ecr_dkr_endpoint_keeps_nodes_not_ready_until_it_is_there(twin):
    world = World(twin, "challenge-3", "no ecr.dkr")
    world.admit()
    world.own_group()
    eventually(world.ready, ["False", "False"])
    message = world.objects("nodes")[0]["status"]["conditions"][-1]["message"]
    assert "NetworkReady=false reason:NetworkPluginNotReady" in message
    eventually(lambda: world.kubectl("get", "pods", "-n", "kube-system", "-l", "k8s-app=aws-node").count("Init:ImagePullBackOff"), 2)
    events = world.kubectl("get", "events", "-n", "kube-system")
    assert "dkr.ecr.us-east-1.amazonaws.com/v2/amazon-k8s-cni-init/manifests" in events and "i/o timeout" in events
    world.endpoint("ecr.dkr")
    eventually(world.ready, ["True", "True"])


def test_a_layer_policy_for_another_bucket_is_403_on_layers(twin):
    world = World(twin, "prod", "layer policy")
    world.admit()
    world.own_group()
    eventually(world.ready, ["False", "False"])
    eventually(lambda: "403 Forbidden" in world.kubectl("get", "events", "-n", "kube-system"))
    assert "blobs/sha256:" in world.kubectl("get", "events", "-n", "kube-system")
    world.ec2.modify_vpc_endpoint(VpcEndpointId=world.s3, PolicyDocument=allow("s3:GetObject", LAYERS))
    eventually(world.ready, ["True", "True"])


def test_blocked_endpoints_end_in_dead_nodes_that_must_be_replaced(twin):
    world = World(twin, "challenge-1", "endpoints closed")
    world.admit()
    world.own_group(script="#!/bin/bash\nsystemctl enable --now kubelet\n")
    eventually(lambda: {n["state"] for n in world.nodes() if n["cluster"] == world.name}, {"dead"})
    assert world.ready() == []
    dead = [node for node in world.nodes() if node["cluster"] == world.name]
    story = world.story(dead[0]["instanceId"])
    call = next(entry for entry in story if entry["step"] == "ec2.describe-instances")
    assert call["seconds"] == 600 and "canceled, context deadline exceeded" in "\n".join(call["words"])
    assert "kubelet.service: Failed to load environment files: No such file or directory" in story[-1]["words"]
    world.open_endpoints()
    assert {n["state"] for n in world.nodes() if n["cluster"] == world.name} == {"dead"}
    world.asg.terminate_instance_in_auto_scaling_group(InstanceId=dead[0]["instanceId"], ShouldDecrementDesiredCapacity=False)
    world.ec2.reboot_instances(InstanceIds=[dead[1]["instanceId"]])
    eventually(world.ready, ["True", "True"])


def test_a_role_nobody_mapped_is_unauthorized_until_it_is(twin):
    world = World(twin, "challenge-2")
    world.own_group()
    eventually(lambda: {n["step"] for n in world.nodes() if n["cluster"] == world.name}, {"api.authorise"})
    name = [n["name"] for n in world.nodes() if n["cluster"] == world.name][0]
    assert any('err="Unauthorized"' in line for line in world.story(name)[-1]["words"])
    assert world.ready() == []
    world.admit()
    eventually(world.ready, ["True", "True"])


def test_a_managed_group_that_cannot_join_is_create_failed(twin):
    world = World(twin, "failed", "no ec2")
    world.managed_group()
    eventually(lambda: world.eks.describe_nodegroup(clusterName="failed", nodegroupName="workers")["nodegroup"]["status"], "CREATE_FAILED")
    issue = world.eks.describe_nodegroup(clusterName="failed", nodegroupName="workers")["nodegroup"]["health"]["issues"][0]
    assert issue["code"] == "NodeCreationFailure"
    assert issue["message"] == "Instances failed to join the kubernetes cluster"
    assert len(issue["resourceIds"]) == 2

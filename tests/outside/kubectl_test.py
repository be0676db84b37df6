"""kubectl as the judge of the twin's Kubernetes API: on a cluster of EKS with two lived nodes."""
import json
import pathlib
import subprocess

import pytest

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
      - {name: c, image: "IMAGE", ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec: {selector: {app: app}, ports: [{port: 80}]}
"""
IMAGE = "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/pause:3.9"


def make_role(iam, name, service, *policies):
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    for policy in policies:
        iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    return arn


class Kubectl:
    def __init__(self, twin, config):
        self.env = dict(twin.env, KUBECONFIG=str(config), HOME=str(config.parent), EDITOR="true")

    def run(self, *args, text=None):
        return subprocess.run(["kubectl", *args], env=self.env, input=text, capture_output=True, text=True, timeout=60)

    def __call__(self, *args, text=None):
        done = self.run(*args, text=text)
        assert done.returncode == 0, f"kubectl {' '.join(args)}: {done.stderr}"
        return done.stdout

    def refused(self, *args, text=None):
        done = self.run(*args, text=text)
        assert done.returncode != 0, f"kubectl {' '.join(args)} was not refused: {done.stdout}"
        return done.stderr

    def json(self, *args):
        return json.loads(self(*args, "-o", "json"))


@pytest.fixture(scope="module")
def kubectl(twin, tmp_path_factory):
    iam, eks, ec2 = twin.client("iam"), twin.client("eks"), twin.client("ec2")
    cluster = make_role(iam, "cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
    node = make_role(iam, "node", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy",
                     "AmazonEC2ContainerRegistryReadOnly")
    zones = {"Name": "availability-zone", "Values": ["us-east-1a", "us-east-1b"]}
    subnets = [s["SubnetId"] for s in ec2.describe_subnets(Filters=[zones])["Subnets"]]
    eks.create_cluster(name="harbour", roleArn=cluster, resourcesVpcConfig={"subnetIds": subnets})
    eks.get_waiter("cluster_active").wait(name="harbour", WaiterConfig={"Delay": 1})
    eks.create_nodegroup(clusterName="harbour", nodegroupName="crew", nodeRole=node, subnets=subnets,
                         scalingConfig={"minSize": 2, "maxSize": 2, "desiredSize": 2})
    eks.get_waiter("nodegroup_active").wait(clusterName="harbour", nodegroupName="crew", WaiterConfig={"Delay": 1})
    config = tmp_path_factory.mktemp("kube") / "config"
    env = dict(twin.env, KUBECONFIG=str(config))
    subprocess.run(["aws", "eks", "update-kubeconfig", "--name", "harbour"], env=env, check=True, capture_output=True)
    return Kubectl(twin, config)


def test_two_nodes_are_ready(kubectl):
    nodes = kubectl("get", "nodes", "-o", "wide")
    assert nodes.count(" Ready ") == 2 and "Amazon Linux 2023" in nodes and "containerd://" in nodes


def test_kube_system_runs(kubectl):
    kubectl("wait", "--for=condition=Ready", "pod", "--all", "-n", "kube-system", "--timeout=30s")
    pods = kubectl("get", "pods", "-n", "kube-system")
    assert pods.count("aws-node-") == 2 and pods.count("kube-proxy-") == 2 and pods.count("coredns-") == 2


def test_who_am_i(kubectl):
    assert "arn:aws:iam::123456789012:user/admin" in kubectl("auth", "whoami")
    assert kubectl("auth", "can-i", "create", "deployments").strip() == "yes"
    assert kubectl.run("auth", "can-i", "create", "deployments", "--as", "bob").stdout.strip() == "no"
    assert 'User "bob" cannot list resource "pods"' in kubectl.refused("get", "pods", "--as", "bob")


def test_apply_rolls_out_and_is_idempotent(kubectl):
    manifest = DEPLOYMENT.replace("IMAGE", IMAGE)
    assert "deployment.apps/app created" in kubectl("apply", "-f", "-", text=manifest)
    assert "deployment.apps/app unchanged" in kubectl("apply", "-f", "-", text=manifest)
    assert "successfully rolled out" in kubectl("rollout", "status", "deployment/app", "--timeout=30s")
    assert "deployment.apps/app restarted" in kubectl("rollout", "restart", "deployment/app")
    assert "successfully rolled out" in kubectl("rollout", "status", "deployment/app", "--timeout=30s")
    assert "2/2" in kubectl("get", "deployment", "app")
    assert "app" in kubectl("describe", "deployment", "app")
    assert kubectl.json("get", "endpoints", "app")["subsets"][0]["ports"][0]["port"] == 80


def test_server_side_apply_names_the_conflicting_field(kubectl):
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: '1'}\n"
    kubectl("apply", "--server-side", "--field-manager=one", "-f", "-", text=config)
    other = config.replace("'1'", "'2'")
    refusal = kubectl.refused("apply", "--server-side", "--field-manager=two", "-f", "-", text=other)
    assert 'conflict with "one": .data.a' in refusal
    kubectl("apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f", "-", text=other)


def test_unknown_fields_are_refused(kubectl):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, imagee: x}]}\n"
    assert 'unknown field "spec.containers[0].imagee"' in kubectl.refused("apply", "-f", "-", text=pod)


def test_typed_clients_speak_protobuf(kubectl):
    kubectl("create", "namespace", "shop")
    kubectl("create", "deployment", "web", "-n", "shop", f"--image={IMAGE}", "--replicas=2")
    kubectl("create", "configmap", "cm", "-n", "shop", "--from-literal=a=b")
    kubectl("create", "secret", "generic", "s", "-n", "shop", "--from-literal=a=b")
    kubectl("create", "serviceaccount", "bot", "-n", "shop")
    kubectl("create", "rolebinding", "b", "-n", "shop", "--clusterrole=view", "--serviceaccount=shop:bot")
    bot = ["--as", "system:serviceaccount:shop:bot", "-n", "shop"]
    assert kubectl("auth", "can-i", "get", "pods", *bot).strip() == "yes"
    assert kubectl.json("get", "secret", "s", "-n", "shop")["data"] == {"a": "Yg=="}
    kubectl("delete", "namespace", "shop")
    assert "NotFound" in kubectl.refused("get", "namespace", "shop")


def test_explain_and_discovery(kubectl):
    assert "replicas\t<integer>" in kubectl("explain", "deployment.spec")
    kinds = kubectl("api-resources")
    assert "daemonsets" in kinds and "storageclasses" in kinds
    assert "error: the server doesn't have a resource type" in kubectl.refused("get", "boats")


def test_logs_and_events(kubectl):
    assert "IPAM" in kubectl("logs", "-n", "kube-system", "daemonset/aws-node", "-c", "aws-node")
    assert "NodeReady" in kubectl("events", "--types=Normal")


def test_what_is_not_modelled_says_so(kubectl):
    kubectl("create", "deployment", "exec", f"--image={IMAGE}")
    kubectl("wait", "--for=condition=Available", "deployment/exec", "--timeout=30s")
    assert "not supported yet by the twin" in kubectl.refused("exec", "deploy/exec", "--", "ls")
    assert "not supported yet by the twin" in kubectl.refused("port-forward", "deploy/exec", "8080:80")
    assert "Metrics API not available" in kubectl.refused("top", "nodes")


def test_cordon_drain_and_back(kubectl):
    name = kubectl.json("get", "nodes")["items"][0]["metadata"]["name"]
    kubectl("drain", name, "--ignore-daemonsets", "--timeout=30s")
    assert "SchedulingDisabled" in kubectl("get", "node", name)
    kubectl("uncordon", name)
    assert "SchedulingDisabled" not in kubectl("get", "node", name)


def test_a_restart_keeps_objects_and_address(kubectl, twin):
    before = kubectl("cluster-info")
    kubectl("create", "configmap", "kept", "--from-literal=a=b")
    twin.kill()
    twin.start(twin.port)
    assert kubectl("cluster-info") == before
    assert kubectl.json("get", "configmap", "kept")["data"] == {"a": "b"}


def test_a_stranger_is_unauthorized(kubectl, twin):
    iam = twin.client("iam")
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    stranger = Kubectl(twin, pathlib.Path(kubectl.env["KUBECONFIG"]))
    stranger.env.update(AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"])
    assert "You must be logged in to the server" in stranger.refused("get", "nodes")

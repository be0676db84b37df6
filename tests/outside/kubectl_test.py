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


@pytest.fixture(scope="module")
def running_pod(kubectl):
    kubectl("create", "deployment", "exec", f"--image={IMAGE}")
    kubectl("wait", "--for=condition=Available", "deployment/exec", "--timeout=30s")
    return kubectl.json("get", "pods", "-l", "app=exec")["items"][0]["metadata"]["name"]


@pytest.mark.parametrize("command, what", [
    (["exec", "POD", "--", "ls"], "exec"),
    (["exec", "deploy/exec", "-it", "--", "sh"], "exec"),
    (["attach", "POD"], "attach"),
    (["cp", "POD:/etc/hosts", "/tmp/never"], "exec"),
    (["port-forward", "POD", "8080:80"], "portforward"),
    (["debug", "POD", "--image=busybox"], "ephemeralcontainers"),
])
def test_what_needs_a_process_says_that_there_is_none(kubectl, running_pod, command, what):
    refusal = kubectl.refused(*[word.replace("POD", running_pod) for word in command])
    assert f"not supported yet by the twin: {what}: pods of the twin run no processes" in refusal


@pytest.mark.parametrize("what", ["nodes", "pods"])
def test_top_misses_the_metrics_server(kubectl, what):
    assert kubectl.refused("top", what).strip() == "error: Metrics API not available"


def test_an_image_that_is_not_there(kubectl):
    kubectl("run", "typo", "--image=quay.io/nobody/nothing:1")
    for _ in range(50):
        pod = kubectl("get", "pod", "typo")
        if "ImagePull" in pod:
            break
    assert "ImagePullBackOff" in pod or "ErrImagePull" in pod
    assert "quay.io/nobody/nothing:1: not found" in kubectl("describe", "pod", "typo")
    kubectl("delete", "pod", "typo", "--now")


def test_more_pods_than_one_interface_has_addresses(kubectl, twin):
    kubectl("create", "deployment", "many", f"--image={IMAGE}", "--replicas=20")
    kubectl("wait", "--for=condition=Available", "deployment/many", "--timeout=30s")
    addresses = [p["status"]["podIP"] for p in kubectl.json("get", "pods", "-l", "app=many")["items"]]
    assert len(set(addresses)) == 20
    interfaces = twin.client("ec2").describe_network_interfaces(
        Filters=[{"Name": "description", "Values": ["aws-K8S-*"]}])["NetworkInterfaces"]
    assert interfaces and all(i["Attachment"]["DeleteOnTermination"] for i in interfaces)
    kubectl("delete", "deployment", "many")


def test_a_service_accounts_token_opens_its_role(kubectl, twin):
    """IRSA as one tries it by hand: a token for STS, exchanged by the AWS CLI."""
    iam, eks = twin.client("iam"), twin.client("eks")
    issuer = eks.describe_cluster(name="harbour")["cluster"]["identity"]["oidc"]["issuer"]
    host = issuer.removeprefix("https://")
    provider = iam.create_open_id_connect_provider(
        Url=issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["9" * 40])["OpenIDConnectProviderArn"]
    trust = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:sub": "system:serviceaccount:default:bot",
                                       f"{host}:aud": "sts.amazonaws.com"}}}]}
    role = iam.create_role(RoleName="bot", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    kubectl("create", "serviceaccount", "bot")
    kubectl("create", "serviceaccount", "stranger")

    def assume(account, audience="sts.amazonaws.com"):
        token = kubectl("create", "token", account, f"--audience={audience}").strip()
        return twin.aws("sts", "assume-role-with-web-identity", "--role-arn", role, "--role-session-name", "pod",
                        "--web-identity-token", token)

    code, out = assume("bot")
    assert code == 0 and json.loads(out)["AssumedRoleUser"]["Arn"].endswith(":assumed-role/bot/pod")
    assert "Not authorized to perform sts:AssumeRoleWithWebIdentity" in assume("stranger")[1]
    assert "Incorrect token audience" in assume("bot", "vault")[1]
    kubectl("config", "set-credentials", "bot", "--token", kubectl("create", "token", "bot").strip())
    assert "system:serviceaccount:default:bot" in kubectl("auth", "whoami", "--user", "bot")


def test_the_webhook_gives_pods_their_role(kubectl):
    kubectl("annotate", "serviceaccount", "bot", "eks.amazonaws.com/role-arn=arn:aws:iam::123456789012:role/bot")
    kubectl("run", "bot", f"--image={IMAGE}", "--overrides", json.dumps({"spec": {"serviceAccountName": "bot"}}))
    env = {e["name"]: e.get("value") for e in kubectl.json("get", "pod", "bot")["spec"]["containers"][0]["env"]}
    assert env["AWS_ROLE_ARN"].endswith(":role/bot") and env["AWS_WEB_IDENTITY_TOKEN_FILE"]
    kubectl("delete", "pod", "bot", "--now")


def test_a_node_is_visited(kubectl, twin):
    name = kubectl.json("get", "nodes")["items"][0]["metadata"]["name"]

    def visit(*command):
        return twin.drydock("node", name, *command)

    assert "Active: active (running)" in visit("systemctl", "status", "kubelet").stdout
    assert "Successfully registered node" in visit("--", "journalctl", "-u", "kubelet", "-g", "registered").stdout
    assert visit("aws", "sts", "get-caller-identity").stdout.count(":assumed-role/node/i-") == 1
    docker = visit("docker", "ps")
    assert docker.returncode == 127 and docker.stderr.startswith("bash: docker: command not found")
    assert twin.drydock("node", "nobody", "date").returncode == 1


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

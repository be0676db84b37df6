"""The failing stacks of examples/private-eks: what each looks like, and how it is cured. Data for a test and for a document.

Run as a program with --write, it runs every command against a twin of its own and writes docs/challenges.md.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = ROOT / os.environ.get("DRYDOCK_BUILD", "build") / "bin"

REPLACE_INSTANCES = (
    "aws ec2 terminate-instances --instance-ids $(aws ec2 describe-instances --filters Name=instance-state-name,Values=running "
    "--query 'Reservations[].Instances[].InstanceId' --output text) --query 'TerminatingInstances[].CurrentState.Name' --output text")
A_NODE = "$(drydock node ls | awk 'NR==2 {print $1}')"
READY = r"(?s)( Ready .*){2}"

# Each step: a command, and what its output must show.
CHALLENGES = [
    {
        "stack": "challenge-1",
        "foretold": "endpoint.security-group",
        "title": "Blocked bootstrap",
        "story": "The security group of the interface endpoints admits 443 from somewhere else than the nodes, and the user data has a habit "
                 "of AL2: it starts kubelet by itself. nodeadm asks EC2 for its own instance, gets no answer, and gives up after 600 seconds. "
                 "It would have written kubelet's environment file last, so kubelet does not start either. No node ever registers.",
        "see": [("kubectl get nodes", r"No resources found"),
                (f"drydock node story {A_NODE}", r"(?s)ec2:DescribeInstances.*no rule admits it.*context deadline exceeded.*"
                                                 r"Failed to load environment files: No such file or directory"),
                (f"drydock node {A_NODE} systemctl status nodeadm-config", r"Active: failed \(Result: exit-code\)"),
                (f"drydock node {A_NODE} journalctl -u kubelet -n 3", r"kubelet\.service: Failed to load environment files"),
                (f"drydock node {A_NODE} dig +short ec2.us-east-1.amazonaws.com", r"^10\.0\."),
                (f"drydock node {A_NODE} nc -vz ec2.us-east-1.amazonaws.com 443", r"Ncat: TIMEOUT\.")],
        "cure": [("drydock config rm endpointsAllow", r""),
                 ("drydock up --yes --suppress-outputs", r"1 updated")],
        "still": ("The rule is right now, and the nodes are as dead as before: nodeadm-config runs once a boot and does not try again. "
                  "On AWS it is the same. Replace the instances; the Auto Scaling group launches new ones.",
                  [("kubectl get nodes", r"No resources found"), (REPLACE_INSTANCES, r"shutting-down")]),
    },
    {
        "stack": "challenge-2",
        "foretold": "auth.unmapped",
        "title": "The wrong role is mapped",
        "story": "The nodes run under their own role, and aws-auth maps the role of the control plane. The nodes boot, reach the API server, "
                 "and are strangers there.",
        "see": [("kubectl get nodes", r"No resources found"),
                ("kubectl get configmap aws-auth -n kube-system -o jsonpath='{.data.mapRoles}'", r"role/service-"),
                (f"drydock node story {A_NODE}", r'(?s)is not mapped.*err="Unauthorized"'),
                (f"drydock node {A_NODE} journalctl -u kubelet -n 4 -o cat", r'"Unable to register node with API server" err="Unauthorized"'),
                (f"drydock node {A_NODE} aws sts get-caller-identity", r":assumed-role/node-")],
        "cure": [("drydock config set --path 'mappedRoles[1]' node", r""),
                 ("drydock up --yes --suppress-outputs", r"ConfigMap cluster-nodeAccess updated")],
        "still": ("kubelet tries again every few seconds, so nothing has to be replaced: the nodes join as soon as they are mapped.", []),
    },
    {
        "stack": "challenge-2b",
        "foretold": "iam.trust",
        "title": "The control plane's role for the nodes",
        "story": "The program gives the cluster's service role as `instanceRole`. It trusts eks.amazonaws.com, and EC2 may not assume it: the "
                 "instances have no credentials at all.",
        "see": [("kubectl get nodes", r"No resources found"),
                (f"drydock node story {A_NODE}", r"(?s)AssumeRoleUnauthorizedAccess.*exceeded max wait time"),
                (f"drydock node {A_NODE} aws sts get-caller-identity", r"Unable to locate credentials"),
                (f"drydock node {A_NODE} systemctl status kubelet", r"Active: inactive \(dead\)")],
        "cure": [("drydock config rm nodeRole", r""),
                 ("drydock up --yes --suppress-outputs", r"replaced")],
        "still": ("The right role is another service role for the cluster too, so the cluster is made anew, and its nodes with it.", []),
    },
    {
        "stack": "challenge-3",
        "foretold": "endpoint.missing",
        "title": "NetworkPluginNotReady",
        "story": "There is an endpoint for ecr.api, and none for ecr.dkr. The nodes register; then the registry's name leads to a public address "
                 "and nowhere, the CNI's image never comes, and the node stays NotReady.",
        "see": [("kubectl get nodes", r"(?s)( NotReady .*){2}"),
                ("kubectl get pods -n kube-system", r"aws-node-\w+ +0/2 +Init:ImagePullBackOff"),
                ("kubectl get nodes -o jsonpath='{.items[0].status.conditions[?(@.type==\"Ready\")].message}'",
                 r"NetworkReady=false reason:NetworkPluginNotReady"),
                (f"drydock node story {A_NODE}", r"no endpoint with private DNS serves 602401143452\.dkr\.ecr"),
                (f"drydock node {A_NODE} dig +short 602401143452.dkr.ecr.us-east-1.amazonaws.com", r"^(?!10\.)\d+\."),
                (f"drydock node {A_NODE} curl -sS -m 5 https://602401143452.dkr.ecr.us-east-1.amazonaws.com/v2/",
                 r"curl: \(28\) Connection timed out"),
                (f"drydock node {A_NODE} journalctl -u containerd -n 1 -o cat", r"PullImage .* failed")],
        "cure": [("drydock config rm endpoints", r""),
                 ("drydock up --yes --suppress-outputs", r"VpcEndpoint ecr\.dkr created")],
        "still": ("containerd tries again; the nodes become Ready by themselves.", []),
    },
    {
        "stack": "prod",
        "foretold": "s3.endpoint-policy",
        "title": "403 Forbidden on image layers",
        "story": "ECR keeps the layers of images in a bucket whose name holds the region. The program takes the stack's name for it, and the "
                 "gateway endpoint's policy allows prod-prod-starport-layer-bucket. ECR answers, the manifest comes, and every layer is refused.",
        "see": [("kubectl get pods -n kube-system", r"aws-node-\w+ +0/2 +Init:ImagePullBackOff"),
                ("kubectl get events -n kube-system --field-selector reason=Failed | grep -m1 'Failed to pull'", r"403 Forbidden"),
                (f"drydock node story {A_NODE}", r"(?s)s3:GetObject.*no VPC endpoint policy allows"),
                (f"drydock node {A_NODE} ctr image pull --user AWS:$(drydock node {A_NODE} aws ecr get-login-password) "
                 "602401143452.dkr.ecr.us-east-1.amazonaws.com/amazon-k8s-cni:v1.19.5-eksbuild.1", r"403 Forbidden")],
        "cure": [("drydock config rm layerBucket", r""),
                 ("drydock up --yes --suppress-outputs", r"VpcEndpoint s3 updated")],
        "still": ("containerd tries again; the nodes become Ready by themselves.", []),
    },
]


class Place:
    """A copy of the example with a twin of its own. Commands run in it as a person would type them."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="drydock-challenge-"))
        self.project = self.home / "private-eks"
        shutil.copytree(ROOT / "examples" / "private-eks", self.project,
                        ignore=shutil.ignore_patterns("build", ".pulumi", ".passphrase", "Pulumi.*.yaml"))
        (self.home / "passphrase").write_text("on loopback only\n")
        env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "KUBECONFIG", "DRYDOCK_HOME"))}
        self.env = dict(env, DRYDOCK_HOME=str(self.home / "twin"), PATH=f"{BIN}:{env['PATH']}", NO_COLOR="1", AWS_PAGER="",
                        PULUMI_CONFIG_PASSPHRASE_FILE=str(self.home / "passphrase"))
        code, out = self.run("drydock twin start --listen 127.0.0.1:0")
        assert code == 0, out

    def run(self, command):
        script = f'eval "$(drydock twin env)"; export PULUMI_CONFIG_PASSPHRASE_FILE={self.home}/passphrase; {command}'
        done = subprocess.run(["bash", "-c", script if "twin start" not in command else command], cwd=self.project, env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        return done.returncode, done.stdout

    def close(self):
        self.run("drydock twin stop")
        shutil.rmtree(self.home, ignore_errors=True)


def play(challenge, tell=lambda kind, *what: None):
    """Runs a challenge to its cure. `tell` hears every command with its output."""
    place = Place()
    try:
        def step(command, wanted, may_fail=False):
            code, out = place.run(command)
            tell("command", command, out)
            assert may_fail or code == 0, f"{command}: exit {code}\n{out}"
            assert re.search(wanted, out), f"{command}: its output lacks /{wanted}/:\n{out}"
            return code

        stack = challenge["stack"]
        tell("heading", challenge["title"], challenge["story"])
        step(f"cp stacks/{stack}.yaml Pulumi.{stack}.yaml && drydock stack init {stack}", r"Created stack")
        foretold = challenge["foretold"]
        step(f"drydock preview | sed -n '/^Readiness/,$p'", r"(?s)0 of 2 nodes will be Ready.*error\[" + re.escape(foretold) + r"\].*\(proved\)")
        code = step("drydock up --yes >/dev/null", r"nothing was changed", may_fail=True)
        assert code == 1, "up must stop at what the proof says"
        tell("text", "**Lived all the same.** `--readiness=off` does not look, and the twin shows what was foretold:")
        code = step("drydock up --yes --suppress-outputs --readiness=off", r"(?s)coredns.*DEGRADED.*1 errored", may_fail=True)
        assert code != 0, "an update that fails must not exit with 0"
        for command, wanted in challenge["see"]:  # what one runs on a node says by its exit code that something is wrong
            step(command, wanted, may_fail=command.startswith("drydock node $"))
        tell("text", "**Cure.**")
        for command, wanted in challenge["cure"]:
            step(command, wanted)
        text, more = challenge["still"]
        tell("text", text)
        for command, wanted in more:
            step(command, wanted)
        step("kubectl wait --for=condition=Ready node --all --timeout=60s", r"(?s)(condition met.*){2}")
        step("kubectl get nodes", READY)
        step("drydock up --yes --suppress-outputs", r"unchanged|created")
        step("drydock destroy --yes", r"deleted")
    finally:
        place.close()


INTRODUCTION = """# The five failures, on purpose

The stacks below are the program of [examples/private-eks](../examples/private-eks/main.cc) with one mistake each, switched on in
their configuration. Each is foretold by `drydock preview`, with its cause and with fixes that were proved, and `drydock up` refuses to
begin; `--readiness=off` lives it all the same. Every transcript is real: `python3 tests/outside/challenges.py --write` runs the commands against a twin and
writes this page, and the tests check the symptoms and the cures. Ids and times differ from run to run.

To follow, start from the project's folder:

```
./up                                   # once
eval "$(build/bin/drydock twin env)"
cd examples/private-eks
```
"""
FIFTH = """## 5. containerd instead of Docker

Nothing has to be broken for this one: AL2023 nodes run containerd, and scripts that call `docker` find nothing. The last column of
`kubectl get nodes -o wide` says so on any healthy node:

```
$ kubectl get nodes -o wide
%s```

On the node it is as on AL2023 itself:

```
$ drydock node NAME docker ps
%s```

```
$ drydock node NAME crictl ps
%s```
"""


def shown(command, out):
    lines = [line if len(line) <= 200 else line[:197] + "..." for line in out.rstrip().splitlines()]
    if command.startswith(("drydock up", "drydock destroy")) and len(lines) > 24:
        lines = ["..."] + lines[-22:]
    return f"```\n$ {command}\n" + "\n".join(lines) + ("\n" if lines else "") + "```\n"


def write():
    parts = [INTRODUCTION]
    for number, challenge in enumerate(CHALLENGES, 1):
        label = {"challenge-2b": "2b", "challenge-3": "3", "prod": "4"}.get(challenge["stack"], str(number))

        def tell(kind, *what):
            if kind == "heading":
                parts.append(f"## {label}. {what[0]} (`{challenge['stack']}`)\n\n{what[1]}\n")
            elif kind == "text":
                parts.append(what[0] + "\n")
            elif not what[0].startswith("drydock destroy"):
                parts.append(shown(*what))
        play(challenge, tell)
        print(f"{challenge['stack']}: written")
    place = Place()
    place.run("drydock stack init dev && drydock up --yes")
    parts.append(FIFTH % tuple(place.run(command)[1] for command in (
        "kubectl get nodes -o wide", f"drydock node {A_NODE} docker ps", f"drydock node {A_NODE} crictl ps")))
    place.close()
    (ROOT / "docs" / "challenges.md").write_text("\n".join(parts))


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()

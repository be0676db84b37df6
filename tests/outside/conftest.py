"""A twin of one's own for each test module, on a free port, with an empty world."""
import os
import pathlib
import re
import signal
import subprocess

import boto3
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DRYDOCK = ROOT / os.environ.get("DRYDOCK_BUILD", "build") / "bin" / "drydock"
ACCOUNT = "123456789012"


class Twin:
    def __init__(self, home):
        self.home = home
        self.process = None
        self.start()

    def start(self, port=0):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "KUBECONFIG"))}
        env.update(DRYDOCK_HOME=str(self.home))
        self.log = open(self.home / "twin.log", "ab")
        self.process = subprocess.Popen(
            [DRYDOCK, "twin", "start", "--foreground", "--listen", f"127.0.0.1:{port}"],
            env=env, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        match = re.search(r"127\.0\.0\.1:(\d+)", line)
        assert match, f"the twin did not say where it listens: {line!r}"
        self.port = int(match.group(1))
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = dict(env, AWS_ENDPOINT_URL=self.url, AWS_ACCESS_KEY_ID="AKIADRYDOCKTWIN00001",
                        AWS_SECRET_ACCESS_KEY="drydockTwinSecretKeyForLoopbackUseOnly00", AWS_REGION="us-east-1",
                        AWS_DEFAULT_REGION="us-east-1", AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null",
                        AWS_PAGER="", PATH=f"{DRYDOCK.parent}:{os.environ['PATH']}")

    def client(self, service, region="us-east-1", **more):
        keys = dict(aws_access_key_id="AKIADRYDOCKTWIN00001",
                    aws_secret_access_key="drydockTwinSecretKeyForLoopbackUseOnly00")
        keys.update(more)
        return boto3.client(service, region_name=region, endpoint_url=self.url, **keys)

    def aws(self, *args):
        """The AWS CLI; its text output, or the error it printed."""
        done = subprocess.run(["aws", *args], env=self.env, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def drydock(self, *args, **more):
        return subprocess.run([DRYDOCK, *args], env=dict(self.env, **more.pop("env", {})), capture_output=True, text=True,
                              timeout=300, **more)

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    twin = Twin(tmp_path_factory.mktemp("twin"))
    yield twin
    if twin.process.poll() is None:
        twin.kill(signal.SIGTERM)

"""Templates as AWS's CDK synthesises them, given to `drydock check`."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRYDOCK = ROOT / os.environ.get("DRYDOCK_BUILD", "build") / "bin" / "drydock"
PACKAGES = ["aws-cdk-lib@2.276.0", "constructs@10", "@aws-cdk/lambda-layer-kubectl-v33@2"]


@pytest.fixture(scope="session")
def cdk():
    folder = ROOT / "build" / "cdk"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "aws-cdk-lib").exists():
        (folder / "package.json").write_text('{"private": true}')
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES], cwd=folder, check=True)
    (folder / "app.js").write_text((ROOT / "tests/inputs/cdk/app.js").read_text())
    return folder


def check(cdk, tmp_path, *left_out):
    subprocess.run(["node", "app.js", tmp_path, *left_out], cwd=cdk, check=True)
    template = tmp_path / "Private.template.json"
    done = subprocess.run([DRYDOCK, "check", "--json", template], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def test_a_private_cluster_is_ready(cdk, tmp_path):
    code, said = check(cdk, tmp_path)
    assert (code, said["verdict"]) == (0, "ready")
    assert [g["nodes"] for g in said["nodeGroups"]] == [2]


def test_an_endpoint_left_out_is_named_with_its_fix(cdk, tmp_path):
    code, said = check(cdk, tmp_path, "EcrApi")
    assert (code, said["verdict"]) == (2, "not_ready")
    finding, = (f for f in said["findings"] if f["severity"] == "error")
    assert (finding["code"], finding["step"]) == ("endpoint.missing", "pull.cni-init.token")
    assert finding["fixes"][0]["proved"]

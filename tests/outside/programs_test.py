"""The same cluster from a C++ program, and from programs on Pulumi's own Node SDK (and Go SDK: ./test go): the same resources."""
import json
import os
import shutil
import subprocess

import pytest

import challenges


def verdict(place, document):
    """Exit code, verdict, and what was found or is waited for."""
    code, out = place.run(f"drydock check {document} --json")
    said = json.loads(out)
    return code, said["verdict"], sorted(f["code"] for f in said["findings"]), [g["dependsOn"] for g in said["nodeGroups"]]


def deploy(place, name):
    """The stack's preview, and its export after `up` of examples/<name>; the place's own twin is deployed to."""
    project = place.home / name
    if name != "private-eks":
        shutil.copytree(challenges.ROOT / "examples" / name, project, ignore=shutil.ignore_patterns("node_modules", ".pulumi", "Pulumi.*.yaml"))
    if name.endswith("-node"):
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"], cwd=project, check=True,
                       capture_output=True, timeout=300)
    preview = place.home / f"{name}.preview.json"
    for command in ("drydock stack init dev", f"drydock preview --json >{preview}", "drydock up --yes --suppress-outputs"):
        code, out = place.run(f"cd {project} && {command}")
        assert code == 0, f"{name}: {command}:\n{out}"
    code, out = place.run(f"cd {project} && drydock stack export --show-secrets")
    assert code == 0, out
    export = place.home / f"{name}.json"
    export.write_text(out)
    return preview, export


LANGUAGES = ["private-eks-node"] + (["private-eks-go"] if os.environ.get("DRYDOCK_TEST_GO") else [])


@pytest.mark.parametrize("name", LANGUAGES)
def test_same_resources_and_verdicts_as_the_cpp_program(name):
    place = challenges.Place()
    try:
        (our_preview, ours), (their_preview, theirs) = deploy(place, "private-eks"), deploy(place, name)
        done = subprocess.run(["python3", challenges.ROOT / "tests" / "outside" / "same_resources.py", ours, theirs], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        for preview in (our_preview, their_preview):
            code, said, _, depends_on = verdict(place, preview)
            assert (code, said, depends_on) == (3, "depends", [["s3.routeTableIds"]]), preview
        assert verdict(place, our_preview) == verdict(place, their_preview)
        assert verdict(place, ours) == verdict(place, theirs) == (0, "ready", [], [[]])
        code, out = place.run("kubectl get nodes")
        assert code == 0 and out.count(" Ready ") == 2, out
    finally:
        place.close()

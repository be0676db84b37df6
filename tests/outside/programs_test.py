"""The same cluster from a C++ program, and from programs on Pulumi's own Node SDK (and Go SDK: ./test go): the same resources."""
import os
import shutil
import subprocess

import pytest

import challenges


def deploy(place, name):
    """The stack's export after `up` of examples/<name>; the place's own twin is deployed to."""
    project = place.home / name
    if name != "private-eks":
        shutil.copytree(challenges.ROOT / "examples" / name, project, ignore=shutil.ignore_patterns("node_modules", ".pulumi", "Pulumi.*.yaml"))
    if name.endswith("-node"):
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"], cwd=project, check=True,
                       capture_output=True, timeout=300)
    for command in ("drydock stack init dev", "drydock up --yes --suppress-outputs"):
        code, out = place.run(f"cd {project} && {command}")
        assert code == 0, f"{name}: {command}:\n{out}"
    code, out = place.run(f"cd {project} && drydock stack export --show-secrets")
    assert code == 0, out
    export = place.home / f"{name}.json"
    export.write_text(out)
    return export


LANGUAGES = ["private-eks-node"] + (["private-eks-go"] if os.environ.get("DRYDOCK_TEST_GO") else [])


@pytest.mark.parametrize("name", LANGUAGES)
def test_same_resources_as_the_cpp_program(name):
    place = challenges.Place()
    try:
        ours, theirs = deploy(place, "private-eks"), deploy(place, name)
        done = subprocess.run(["python3", challenges.ROOT / "tests" / "outside" / "same_resources.py", ours, theirs], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        code, out = place.run("kubectl get nodes")
        assert code == 0 and out.count(" Ready ") == 2, out
    finally:
        place.close()

"""IAM: our two evaluators beside @cloud-copilot/iam-simulate, over random policies and requests (tests/iam).

DRYDOCK_IAM_PAIRS says how many pairs (default 3,000; the judge decides a few hundred a second)."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
JUDGE = "@cloud-copilot/iam-simulate@0.1.173"


def test_every_difference_has_a_reason():
    folder = ROOT / "build" / "iam-judge"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules").exists():
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", JUDGE], cwd=folder, check=True)
    (folder / "judge.mjs").write_text((ROOT / "tests/iam/judge.mjs").read_text())
    count = os.environ.get("DRYDOCK_IAM_PAIRS", "3000")
    pairs = subprocess.run([ROOT / "build/bin/iam_pairs", count, "11"], check=True, capture_output=True, text=True).stdout
    judged = subprocess.run(["node", "judge.mjs"], cwd=folder, check=True, input=pairs, capture_output=True, text=True)
    verdict = json.loads(judged.stdout.splitlines()[-1])
    assert verdict["pairs"] == int(count)
    assert verdict["unexplained"] == 0, judged.stdout
    assert sum(verdict["differences"].values()) < verdict["pairs"] / 50, verdict

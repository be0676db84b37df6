#!/usr/bin/env python3
"""same_resources.py A.json B.json: do two stack exports describe the same resources?

Compares type, name, parent and inputs of every resource, whatever order and ids they have. Left aside: providers of
other versions, dependency lists, the project's and the stack's own names, and values that only name a thing AWS made
(ids, ARNs, endpoints), which are replaced by the resource they came from.
"""
import json
import re
import sys

IGNORED_INPUTS = {"__defaults", "version", "__internal", "pluginDownloadURL"}


def resources(path):
    with open(path) as f:
        return json.load(f)["deployment"]["resources"]


def key_of(urn, project):
    return "::".join(urn.split("::")[2:]).replace(project, "PROJECT")


def names_of_made_things(items, project):
    """Physical ids and ARNs -> the resource that has them; longest first, so that prefixes do not shadow."""
    made = {}
    for r in items:
        for value in [r.get("id"), *(v for v in (r.get("outputs") or {}).values() if isinstance(v, str))]:
            generated = isinstance(value, str) and re.search(r"[0-9a-f]{7,}|[A-Z0-9]{16,}|\d{12}", value)
            if generated and len(value) > 6 and not value.startswith("{") and value not in made:
                made[value] = "<" + key_of(r["urn"], project) + ">"
    return sorted(made.items(), key=lambda kv: -len(kv[0]))


def normal_text(text, made):
    """Policies and kubeconfigs are compared as documents: languages write their keys in different orders."""
    if text.startswith(("{", "[")):
        try:
            return normal(json.loads(text), made)
        except ValueError:
            pass
    for physical, name in made:
        text = text.replace(physical, "<made>")
    text = re.sub(r"https://127\.0\.0\.1:\d+", "<endpoint>", text)
    text = re.sub(r"\b(cluster-eksCluster)-[0-9a-f]{7}\b", r"\1-<made>", text)
    return re.sub(r"^LS0tLS1C[A-Za-z0-9+/=]+$", "<certificate>", text)


def normal(value, made):
    if isinstance(value, dict):
        return {normal_text(k, made): normal(v, made) for k, v in value.items() if k not in IGNORED_INPUTS}
    if isinstance(value, list):
        return [normal(v, made) for v in value]
    return normal_text(value, made) if isinstance(value, str) else value


def described(path):
    items = resources(path)
    project = items[0]["urn"].split("::")[1]
    made = names_of_made_things(items, project)
    out = {}
    for r in items:
        if r["type"].startswith("pulumi:providers:") and "default" in r["urn"].split("::")[-1]:
            continue
        out[key_of(r["urn"], project)] = {
            "custom": r.get("custom", False),
            "parent": key_of(r["parent"], project) if r.get("parent") else None,
            "inputs": normal(r.get("inputs") or {}, made),
        }
    return out


def main():
    a, b = described(sys.argv[1]), described(sys.argv[2])
    differences = [f"only in {sys.argv[1]}: {k}" for k in sorted(a.keys() - b.keys())]
    differences += [f"only in {sys.argv[2]}: {k}" for k in sorted(b.keys() - a.keys())]
    for k in sorted(a.keys() & b.keys()):
        for field in ("custom", "parent", "inputs"):
            if a[k][field] != b[k][field]:
                differences.append(f"{k}: {field}\n  {json.dumps(a[k][field], sort_keys=True)}\n  {json.dumps(b[k][field], sort_keys=True)}")
    print("\n".join(differences) or f"{len(a)} resources, all the same")
    return 1 if differences or not a else 0


sys.exit(main())

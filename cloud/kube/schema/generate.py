#!/usr/bin/env python3
"""Writes the *.txt tables of this folder from the Go modules k8s.io/api and k8s.io/apimachinery.

usage: generate.py K8S_IO_API_DIR K8S_IO_APIMACHINERY_DIR        (go mod download -json prints the folders)

Only names, types, numbers and merge rules are taken; schema.h explains the format. A new kind: add it to KINDS here and to
kinds.cc, run this again.
"""
import os
import re
import sys

KINDS = {
    "core/v1": "Namespace Node Pod PodTemplate ReplicationController Service Endpoints Event ConfigMap Secret "
               "ServiceAccount PersistentVolume PersistentVolumeClaim ResourceQuota LimitRange Binding",
    "apps/v1": "Deployment ReplicaSet DaemonSet StatefulSet ControllerRevision",
    "batch/v1": "Job CronJob",
    "rbac/v1": "Role RoleBinding ClusterRole ClusterRoleBinding",
    "storage/v1": "StorageClass CSINode CSIDriver VolumeAttachment CSIStorageCapacity",
    "coordination/v1": "Lease",
    "discovery/v1": "EndpointSlice",
    "events/v1": "Event",
    "networking/v1": "Ingress IngressClass NetworkPolicy",
    "policy/v1": "PodDisruptionBudget Eviction",
    "autoscaling/v1": "HorizontalPodAutoscaler Scale",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "scheduling/v1": "PriorityClass",
    "node/v1": "RuntimeClass",
    "certificates/v1": "CertificateSigningRequest",
    "authentication/v1": "TokenReview TokenRequest SelfSubjectReview",
    "authorization/v1": "SubjectAccessReview LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview",
    "meta/v1": "ObjectMeta ListMeta Status DeleteOptions PatchOptions LabelSelector",
}
SCALARS = {"string", "int32", "int64", "bool", "double", "bytes"}
SPECIAL = {
    "api.resource.Quantity": "quantity", "util.intstr.IntOrString": "int-or-string", "meta/v1.Time": "time",
    "meta/v1.MicroTime": "micro-time", "meta/v1.Duration": "duration", "runtime.RawExtension": "any",
    "meta/v1.FieldsV1": "fields",
}


def type_name(text, package):
    if text in SCALARS:
        return text
    text = text.replace(".k8s.io.apimachinery.pkg.apis.meta.v1.", "meta/v1.").replace(".k8s.io.apimachinery.pkg.", "")
    found = re.match(r"\.?k8s\.io\.api\.(\w+)\.(\w+)\.(\w+)$", text)
    if found:
        text = f"{found[1]}/{found[2]}.{found[3]}"
    elif "." not in text:
        text = f"{package}.{text}"
    return SPECIAL.get(text, text)


def go_tags(folder):
    """(struct, protobuf name) -> (json name, required, inline, pointer)"""
    tags = {}
    for name in os.listdir(folder):
        if not name.endswith(".go") or name.startswith(("generated", "zz_")):
            continue
        struct, optional = None, False
        for line in open(os.path.join(folder, name)):
            begin = re.match(r"type (\w+) struct", line)
            if begin:
                struct, optional = begin[1], False
            optional = optional or bool(re.match(r"\s*// ?\+optional", line))
            field = re.search(r'json:"([^"]*)".*', line)
            if struct and field and not line.strip().startswith("//"):
                proto = re.search(r'protobuf:"[^"]*name=(\w+)', line)
                parts = field[1].split(",")
                if proto:
                    inline = "inline" in parts
                    pointer = bool(re.match(r"\s*\w+\s+\*", line))
                    required = not optional and "omitempty" not in parts and not inline
                    tags[struct, proto[1]] = (parts[0], required, inline, pointer)
                optional = False
    return tags


def messages(path, package, tags, out):
    name, rules = None, {}
    for line in open(path):
        line = line.strip()
        begin = re.match(r"message (\w+) \{", line)
        rule = re.match(r"// ?\+(patchMergeKey|patchStrategy|listType|listMapKey|structType|mapType)=(.*)", line)
        field = re.match(r"(optional|repeated|map<string, ?([\w.]+)>) ?([\w.]+)? (\w+) = (\d+);", line)
        mapped = re.match(r"map<string, ?([\w.]+)> (\w+) = (\d+);", line)
        if begin:
            name, rules = f"{package}.{begin[1]}", {}
            out[name] = []
        elif rule:
            rules.setdefault(rule[1], []).append(rule[2].strip())
        elif name and (mapped or field):
            if mapped:
                kind, proto, number = "{" + type_name(mapped[1], package) + "}", mapped[2], mapped[3]
            else:
                kind, proto, number = type_name(field[3], package), field[4], field[5]
                kind = f"[{kind}]" if field[1] == "repeated" else kind
            json, required, inline, pointer = tags.get((name.split(".")[-1], proto), (proto, False, False, False))
            words = ["*" if inline else json or proto, kind, number]
            if required:
                words.append("required")
            if pointer and kind in SCALARS:
                words.append("pointer")
            if "patchMergeKey" in rules:
                words.append("merge=" + rules["patchMergeKey"][0])
            elif any("merge" in s for s in rules.get("patchStrategy", [])):
                words.append("merge")
            if any("retainKeys" in s for s in rules.get("patchStrategy", [])):
                words.append("retain")
            if rules.get("listType") == ["map"]:
                words.append("keys=" + ",".join(rules.get("listMapKey", [])))
            elif rules.get("listType") == ["set"]:
                words.append("set")
            elif rules.get("listType") == ["atomic"] or "atomic" in rules.get("structType", []) + rules.get("mapType", []):
                words.append("atomic")
            out[name].append(words)
            rules = {}
    return out


def main():
    api, machinery = sys.argv[1:3]
    types = {}
    meta = os.path.join(machinery, "pkg/apis/meta/v1")
    messages(os.path.join(meta, "generated.proto"), "meta/v1", go_tags(meta), types)
    for package in KINDS:
        folder = os.path.join(api, package)
        if os.path.isdir(folder):
            messages(os.path.join(folder, "generated.proto"), package, go_tags(folder), types)
    wanted, queue = set(), [f"{p}.{k}" for p, kinds in KINDS.items() for k in kinds.split()]
    while queue:
        name = queue.pop()
        if name in wanted:
            continue
        if name not in types:
            sys.exit(f"no such type: {name}")
        wanted.add(name)
        for words in types[name]:
            inner = words[1].strip("[]{}")
            if "." in inner:
                queue.append(inner)
    for package in KINDS:
        with open(package.replace("/", "_") + ".txt", "w") as f:
            f.write(f"# {package}: made by generate.py from https://github.com/kubernetes/api, Apache-2.0\n")
            for name in types:
                if name in wanted and name.startswith(package + "."):
                    f.write(f"\ntype {name}\n")
                    for words in types[name]:
                        f.write(" ".join(words) + "\n")


main()

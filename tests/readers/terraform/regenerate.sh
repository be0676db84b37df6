#!/usr/bin/env bash
# Writes plan.json beside every main.tf here with the terraform on PATH and the stand-in provider (needs Go and its
# module proxy, nothing else). Run it after changing a .tf file or provider/schema.txt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mirror=$work/mirror/registry.terraform.io/hashicorp/aws/5.99.0/$(go env GOOS)_$(go env GOARCH)
mkdir -p "$mirror"
(cd "$here/provider" && go build -o "$mirror/terraform-provider-aws_v5.99.0" .)
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$work/mirror" >"$work/rc"
export TF_CLI_CONFIG_FILE=$work/rc TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
for main in "$here"/*/main.tf; do
  stack=$(basename "$(dirname "$main")")
  cp -r "$here/$stack" "$work/$stack"
  (
    cd "$work/$stack"
    terraform init -no-color >"$work/log" || { cat "$work/log"; exit 1; }
    terraform plan -no-color -out plan.bin >"$work/log" || { cat "$work/log"; exit 1; }
    # The time of the plan would make every run another file.
    terraform show -json plan.bin | python3 -c '
import json, sys
plan = json.load(sys.stdin)
plan.pop("timestamp", None)
json.dump(plan, sys.stdout, indent=1, sort_keys=True)
print()' >"$here/$stack/plan.json"
  )
  echo "$stack/plan.json: $(wc -c <"$here/$stack/plan.json") bytes"
done

#!/usr/bin/env bash
# ./up to Ready nodes, ./up again changes nothing, every line it prints works in a fresh shell, destroy leaves the
# initial world. State, twin and port are this test's own.
set -eu
cd "$(dirname "$0")/../.."
home=$(mktemp -d)
trap 'DRYDOCK_HOME=$home build/bin/drydock twin stop >/dev/null 2>&1 || true; rm -rf "$home"' EXIT
mkdir "$home/state"
for name in $(compgen -e | grep -E '^(AWS_|PULUMI_|KUBECONFIG)' || true); do unset "$name"; done
export DRYDOCK_HOME=$home DRYDOCK_LISTEN=127.0.0.1:0 PULUMI_BACKEND_URL=file://$home/state
fail() { echo "up_test: $*" >&2; exit 1; }

world() {  # what a person can see of the account, without what AWS keeps after a cluster is gone
  bash -c 'eval "$(build/bin/drydock twin env)"
    aws ec2 describe-vpcs --query "Vpcs[].VpcId" --output text
    aws ec2 describe-subnets --query "sort(Subnets[].SubnetId)" --output text
    aws ec2 describe-security-groups --query "sort(SecurityGroups[].GroupId)" --output text
    aws ec2 describe-vpc-endpoints --query "VpcEndpoints[].VpcEndpointId" --output text
    aws ec2 describe-network-interfaces --query "NetworkInterfaces[].NetworkInterfaceId" --output text
    aws ec2 describe-launch-templates --query "LaunchTemplates[].LaunchTemplateId" --output text
    aws autoscaling describe-auto-scaling-groups --query "AutoScalingGroups[].AutoScalingGroupName" --output text
    aws iam list-roles --query "Roles[?!starts_with(Path, \`/aws-service-role/\`)].RoleName" --output text
    aws iam list-instance-profiles --query "InstanceProfiles[].InstanceProfileName" --output text
    aws eks list-clusters --output text'
}

build/bin/drydock twin start --listen 127.0.0.1:0
world >"$home/before"
./up >"$home/first" 2>&1 || { cat "$home/first"; fail "./up failed"; }
./up >"$home/second" 2>&1 || { cat "$home/second"; fail "the second ./up failed"; }
grep -q 'unchanged' "$home/second" || { cat "$home/second"; fail "the second ./up does not say that all is unchanged"; }
grep -qE '^ *[+~-] ' "$home/second" && { cat "$home/second"; fail "the second ./up changed something"; }

kubectl_out=$(bash -c 'eval "$(build/bin/drydock twin env)"; kubectl get nodes; kubectl get pods -n kube-system')
[ "$(grep -c ' Ready ' <<<"$kubectl_out")" -eq 2 ] || fail "not 2 nodes Ready: $kubectl_out"
[ "$(grep -cE '^aws-node.*Running' <<<"$kubectl_out")" -eq 2 ] || fail "aws-node does not run: $kubectl_out"

mapfile -t lines < <(sed -n '/^Try next/,/^The failures/p' "$home/first" | grep '^  ' | sed 's/^  //')
[ "${#lines[@]}" -ge 8 ] || fail "only ${#lines[@]} lines to try"
for line in "${lines[@]}"; do
  bash -c "eval \"\$(build/bin/drydock twin env)\"; $line" >"$home/line" 2>&1 || { cat "$home/line"; fail "this printed line fails: $line"; }
done
world >"$home/after"
diff "$home/before" "$home/after" || fail "destroy did not leave the initial world"
echo "every line works, ${#lines[@]} in all"

